package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"
)

// errTurnOver is returned to a goroutine that writes after the function of its
// turn has returned.
var errTurnOver = errors.New("relay: the turn's function has returned")

// fillerRetry is how often a filler checks for silence.
const fillerRetry = 200 * time.Millisecond

// A Turn is one answer of a [Conversation]. It ends when its words were heard,
// or when the caller continues. Its methods may be called concurrently.
type Turn struct {
	k       *talk
	s       *Session
	id      uint64
	input   Input
	arrived time.Time
	ctx     context.Context
	cancel  context.CancelCauseFunc

	// Set by the function's goroutine before it reports its return.
	err      error
	panicked string

	// Guarded by Session.mu.
	over     error // why nothing more is sent
	closed   bool  // the function has returned and the last words are queued
	returned bool  // reported to the goroutine of Serve
	left     bool  // no longer counted
	style    Text
	rec      *record // the answer
	filler   *record
	timer    *time.Timer // of the filler
	used     bool        // the filler was said
	partial  []byte      // start of a character
	end      *string     // what HandOff or HangUp requested
	first    time.Time   // token
}

// Timing is how long a turn took, on one clock. The caller waits some 300 to
// 500 milliseconds more, which a server cannot measure: recognition before the
// input, the phone network after the audio.
type Timing struct {
	Input      time.Time     // when the input arrived
	FirstToken time.Duration // from Input to the first token of the answer; zero: none
	FirstSound time.Duration // from Input to the first audio of the answer; zero: unknown
	Filler     time.Duration // from Input to the filler; zero: none
	End        time.Duration // from Input to the end of the turn
	Cause      error         // nil: heard to the end; otherwise that of the turn's context
}

// Input returns what the caller said or keyed in.
func (t *Turn) Input() Input { return t.input }

// Session returns the session of the turn.
func (t *Turn) Session() *Session { return t.s }

// History returns the conversation so far, including the input of this turn.
func (t *Turn) History() []Line { return t.s.History() }

// Use sets the language and the flags of what WriteString sends from now on.
// Token and Last of style are ignored.
func (t *Turn) Use(style Text) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	t.style = style
}

// WriteString says a piece of the answer, such as a token of a language model.
// It is sent at once and unchanged. Once the turn is over, it sends nothing and
// returns the cause: [ErrInterrupted], [ErrSuperseded] or [ErrHungUp].
func (t *Turn) WriteString(token string) (int, error) {
	if err := t.say(token); err != nil {
		return 0, err
	}
	return len(token), nil
}

// Write is like WriteString. A character may be split between two calls.
func (t *Turn) Write(token []byte) (int, error) { return t.WriteString(string(token)) }

func (t *Turn) say(token string) error {
	for {
		t.s.mu.Lock()
		room, err := t.queueToken(token)
		t.s.mu.Unlock()
		if err := t.s.wait(t.ctx, room, err); err != errRetry {
			return t.cause(err)
		}
	}
}

// cause returns why the turn is over, if it is, and otherwise err.
func (t *Turn) cause(err error) error {
	if err == nil {
		return nil
	}
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if over := t.usable(); over != nil {
		return over
	}
	return err
}

// queueToken queues a token. s.mu must be held.
func (t *Turn) queueToken(token string) (<-chan struct{}, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	if len(t.partial) > 0 {
		token = string(t.partial) + token
	}
	whole := wholeCharacters(token)
	if whole == 0 {
		t.partial = append(t.partial[:0], token...)
		return nil, nil
	}
	now := time.Now()
	rec := t.rec
	if rec == nil {
		rec = &record{line: Line{Who: Agent}, tag: t.id, began: now}
	}
	m := t.style
	m.Token, m.Last = token[:whole], false
	room, err := t.s.enqueue(t.id, rec, []Message{m})
	if room == nil && err == nil {
		t.partial = append(t.partial[:0], token[whole:]...)
		t.spoke(rec, now)
	}
	return room, err
}

// spoke records the first words of the answer.
func (t *Turn) spoke(rec *record, now time.Time) {
	t.stopFiller()
	if t.first.IsZero() {
		t.first = now
	}
	if t.rec == nil {
		t.rec = rec
		t.s.insert(len(t.s.history), rec)
	}
}

// wholeCharacters returns the length of s without an incomplete character at
// its end.
func wholeCharacters(s string) int {
	for i := 1; i <= min(utf8.UTFMax-1, len(s)); i++ {
		if c := s[len(s)-i]; utf8.RuneStart(c) {
			if !utf8.FullRuneInString(s[len(s)-i:]) {
				return len(s) - i
			}
			break
		}
	}
	return len(s)
}

func (t *Turn) usable() error {
	switch {
	case t.over != nil:
		return t.over
	case t.closed:
		return errTurnOver
	}
	return context.Cause(t.ctx)
}

// Send sends messages in order, all or none: a [Play], [SendDigits], a
// [Language], a [Text] with its own flags. It first ends the utterance that
// WriteString started, unless the first message is a Text. An [End] works like
// HandOff and must be the last. The errors are those of WriteString and
// [Session.Send].
func (t *Turn) Send(messages ...Message) error {
	for i, m := range messages {
		var end End
		switch m := m.(type) {
		case End:
			end = m
		case *End:
			end = *m
		default:
			continue
		}
		if i < len(messages)-1 {
			return invalid("messages after an end")
		}
		if err := t.Send(messages[:i]...); err != nil {
			return err
		}
		t.HandOff(end.HandoffData)
		return nil
	}
	if len(messages) == 0 {
		return nil
	}
	for {
		t.s.mu.Lock()
		room, err := t.queueMessages(messages)
		t.s.mu.Unlock()
		if err := t.s.wait(t.ctx, room, err); err != errRetry {
			return t.cause(err)
		}
	}
}

func (t *Turn) queueMessages(messages []Message) (<-chan struct{}, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	speaks := false
	for _, m := range messages {
		switch m.(type) {
		case Text, *Text:
			speaks = true
		}
	}
	switch messages[0].(type) {
	case Text, *Text:
	default:
		if it := t.s.play.open(); it != nil && it.rec.tag == t.id {
			messages = append([]Message{Text{Last: true}}, messages...)
		}
	}
	now := time.Now()
	rec := t.rec
	if rec == nil {
		rec = &record{line: Line{Who: Agent}, tag: t.id, began: now}
	}
	room, err := t.s.enqueue(t.id, rec, messages)
	if room == nil && err == nil {
		t.stopFiller()
		if speaks {
			t.spoke(rec, now)
		}
	}
	return room, err
}

// Flush ends the utterance. Twilio speaks whole clauses anyway; Flush helps if
// the next words will take a while.
func (t *Turn) Flush() error {
	for {
		t.s.mu.Lock()
		room, err := t.queueLast()
		t.s.mu.Unlock()
		if err := t.s.wait(t.ctx, room, err); err != errRetry {
			return t.cause(err)
		}
	}
}

func (t *Turn) queueLast() (<-chan struct{}, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	if it := t.s.play.open(); it == nil || it.rec.tag != t.id {
		return nil, nil
	}
	m := t.style
	m.Token, m.Last = string(t.partial), true
	room, err := t.s.enqueue(t.id, t.rec, []Message{m})
	if room == nil && err == nil {
		t.partial = t.partial[:0]
	}
	return room, err
}

// close ends the utterance when the function has returned.
func (t *Turn) close() error {
	err := t.Flush()
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	t.closed = true
	return err
}

// Filler says one of the texts if the answer has not started after the given
// time and nobody is speaking. There is at most one filler per turn. The texts
// are used in rotation, so callers do not hear the same one each time. The
// answer follows the filler. Call stop to cancel it.
//
// A filler has its own line in the history, and Timing does not count it as the
// answer.
func (t *Turn) Filler(after time.Duration, text ...string) (stop func()) {
	if len(text) == 0 {
		return func() {}
	}
	s := t.s
	s.mu.Lock()
	defer s.mu.Unlock()
	t.stopFiller()
	if t.used || t.usable() != nil || t.rec != nil {
		return func() {}
	}
	var timer *time.Timer
	timer = time.AfterFunc(after, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if t.timer != timer || t.usable() != nil {
			return
		}
		if s.play.client || s.play.agent || len(s.play.items) > 0 {
			timer.Reset(fillerRetry)
			return
		}
		now := time.Now()
		rec := &record{line: Line{Who: Agent, Filler: true}, tag: t.id, began: now}
		m := t.style
		m.Token, m.Last = text[t.k.filler%len(text)], true
		if room, err := s.enqueue(t.id, rec, []Message{m}); room != nil || err != nil {
			return
		}
		s.insert(len(s.history), rec)
		t.k.filler++
		t.filler, t.used, t.timer = rec, true, nil
	})
	t.timer = timer
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if t.timer == timer {
			t.stopFiller()
		}
	}
}

func (t *Turn) stopFiller() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// Keep runs do, which an interruption does not cancel, and returns its error.
// Use it for work such as a booking. The context of do is that of the session.
// The text what describes the work in a few words. Keep adds it to the history
// as done or as failed, even if the turn is over by then. There are no nudges
// while do runs.
func (t *Turn) Keep(what string, do func(context.Context) error) error {
	s := t.s
	count := func(n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		t.k.keeps += n
		s.changed(time.Now())
	}
	count(1)
	defer count(-1)
	err := do(t.k.ctx)
	result := "done: " + what
	if err != nil {
		result = "failed: " + what
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addLine(Line{Who: Action, Text: result})
	return err
}

// HandOff ends the session, with data as the HandoffData of the action request,
// after this turn was heard to its end. If the turn is interrupted, the session
// continues. HandOff does nothing once the turn is over.
func (t *Turn) HandOff(data string) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.over == nil {
		t.end = &data
	}
}

// HangUp is HandOff without data. The action of <Connect>, or the next verb,
// decides how the call continues; without either it ends.
func (t *Turn) HangUp() { t.HandOff("") }

// stop ends the turn with a cause. s.mu must be held.
func (t *Turn) stop(cause error, now time.Time) {
	if t.over != nil {
		return
	}
	t.over, t.end = cause, nil
	t.stopFiller()
	t.cancel(cause)
	t.report(cause, now)
	if t.returned {
		t.leave()
	}
}

// finish ends a turn that was heard. s.mu must be held.
func (t *Turn) finish(now time.Time) {
	t.over = errTurnOver
	t.cancel(nil)
	t.report(nil, now)
	t.leave()
}

// leave removes the turn from the counts. s.mu must be held.
func (t *Turn) leave() {
	if t.left {
		return
	}
	t.left = true
	delete(t.k.live, t.id)
	t.s.turns--
	t.s.changed(time.Now())
}

func (t *Turn) report(cause error, now time.Time) {
	since := func(at time.Time) time.Duration {
		if at.IsZero() {
			return 0
		}
		return at.Sub(t.arrived)
	}
	timing := Timing{Input: t.arrived, FirstToken: since(t.first), End: since(now), Cause: cause}
	if t.rec != nil {
		timing.FirstSound = since(t.rec.sound)
	}
	if t.filler != nil {
		timing.Filler = since(t.filler.began)
	}
	c := &t.s.h.turns
	c.turns.Add(1)
	if errors.Is(cause, ErrSuperseded) {
		c.superseded.Add(1)
	}
	if !t.first.IsZero() {
		c.answered.Add(1)
		c.firstToken.Add(int64(timing.FirstToken))
	}
	if t.s.h.opts.Timing != nil {
		t.k.reports = append(t.k.reports, timing)
	}
}

// LogValue shows sizes only.
func (i Input) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("bytes", len(i.Text)), slog.Int("keys", len(i.Keys)), slog.String("lang", i.Lang))
}

// Format prints what LogValue shows, for every verb.
func (i Input) Format(f fmt.State, _ rune) { format(f, i) }
