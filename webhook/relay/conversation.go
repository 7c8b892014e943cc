package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/live"
)

// Defaults of [Conversation] and [KeyRule].
const (
	defaultPatience = 5 * time.Second
	defaultGap      = 2 * time.Second
	defaultEndKeys  = "#"
	reportWait      = 30 * time.Millisecond // for the report of what a key has cut
)

// A Conversation answers what callers say and key in. Only Answer is required.
// One Conversation can serve any number of sessions, unless Restored is set.
type Conversation struct {
	// Answer is called for each thing that the caller says or keys in. An error
	// ends the session, unless the turn is over.
	Answer func(context.Context, *Turn) error

	// Open says the first words, if the TwiML has no greeting. It is not called
	// for a restored conversation.
	Open func(context.Context, *Turn) error

	// Silence lists what to do if neither side speaks and no answer is due.
	// Each nudge is due its After since the last words. When the caller says
	// something, the list starts over. It needs the speaker-events that
	// [Connect] turns on.
	Silence []Nudge

	// Keys determines which keys form one turn.
	Keys KeyRule

	// Restored is the history of an earlier session of the same call. If it
	// ends with words of the caller, they are answered.
	Restored []Line

	// Event is called for each event before it is handled, partial prompts
	// included. It must not block.
	Event func(context.Context, Event)

	// Patience is how long the next turn waits for the function of the previous
	// one. Zero means five seconds.
	Patience time.Duration
}

// Converse returns the Serve method of a [Conversation] that has only Answer
// set.
func Converse(answer func(ctx context.Context, t *Turn) error) func(context.Context, *Session) error {
	return (&Conversation{Answer: answer}).Serve
}

// talk is the state of one conversation. Its fields belong to the goroutine of
// Serve, except where noted.
type talk struct {
	c   *Conversation
	s   *Session
	ctx context.Context

	turn     *Turn // the turn that is speaking; nil if none
	running  map[*Turn]bool
	returned chan *Turn
	gone     chan struct{} // closed when nothing receives from returned

	next     *beginning
	patience time.Time // when next stops waiting
	keys     string
	complete bool // keys are an input that waits for the report of an interruption
	keysDue  time.Time
	quietAt  time.Time // start of the silence; zero if someone speaks
	nudge    int       // the next nudge
	closeBy  time.Time // when to stop waiting for Twilio to close

	// Guarded by Session.mu.
	live    map[uint64]*Turn
	ids     uint64
	keeps   int
	filler  int
	reports []Timing // not yet passed to Options.Timing
}

// beginning is a turn that has not started.
type beginning struct {
	input   Input
	answer  func(context.Context, *Turn) error
	arrived time.Time
}

// Serve runs the conversation until the session ends. It returns nil if the
// caller hung up or a turn ended the call, and the error of a function that
// failed. It panics if Answer is nil.
func (c *Conversation) Serve(ctx context.Context, s *Session) error {
	if c.Answer == nil {
		panic("relay: Conversation without Answer")
	}
	k := &talk{
		c: c, s: s, ctx: ctx,
		running: map[*Turn]bool{}, returned: make(chan *Turn), gone: make(chan struct{}), live: map[uint64]*Turn{},
	}
	defer close(k.gone)
	s.mu.Lock()
	s.talking, s.cut = true, k.interrupted
	s.restore(c.Restored)
	s.mu.Unlock()
	switch n := len(c.Restored); {
	case n > 0 && c.Restored[n-1].Who == Caller:
		k.start(Input{Text: c.Restored[n-1].Text, Keys: c.Restored[n-1].Keys}, c.Answer)
	case n == 0 && c.Open != nil:
		k.start(Input{}, c.Open)
	}
	err := k.serve()
	k.close(err)
	return err
}

func (s *Session) restore(lines []Line) {
	var old []*record
	for _, l := range lines {
		r := &record{line: l}
		if l.Who == Agent {
			r.text, r.heard, r.guessed = []byte(l.Text), len(l.Heard), !l.Exact
			if !strings.HasPrefix(l.Text, l.Heard) {
				r.text = []byte(l.Heard)
			}
		}
		old = append(old, r)
	}
	s.history = append(old, s.history...)
	for _, r := range old {
		s.recorded += lineSize + r.size()
	}
	s.grow(0)
}

func (k *talk) serve() error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		moved, due, err := k.step(time.Now())
		k.report()
		if err != nil {
			if err == errDone {
				err = nil
			}
			return err
		}
		timer.Stop()
		if !due.IsZero() {
			timer.Reset(max(0, time.Until(due)))
		}
		select {
		case a := <-k.s.events:
			k.event(k.s.received(a))
		case t := <-k.returned:
			if err := k.hasReturned(t); err != nil {
				return err
			}
		case <-moved:
		case <-timer.C:
		case <-k.s.conn.Done():
			return k.hungUp()
		case <-k.ctx.Done():
			if cause := context.Cause(k.ctx); !errors.Is(cause, ErrHungUp) {
				return cause
			}
			<-k.s.conn.Done()
			return k.hungUp()
		}
	}
}

// hungUp handles events that came before the end. The caller's last words
// belong in the history, but it is too late to answer them.
func (k *talk) hungUp() error {
	k.s.mu.Lock()
	k.s.moving = true
	k.s.mu.Unlock()
	for e, ok := k.s.poll(); ok; e, ok = k.s.poll() {
		k.event(e)
	}
	if err := k.s.err(); err != io.EOF {
		return err
	}
	return nil
}

// errDone ends serve without an error.
var errDone = errors.New("done")

// step does what is due. It returns a channel that is closed when the play
// queue advances, and the time when something will be due.
func (k *talk) step(now time.Time) (moved <-chan struct{}, due time.Time, err error) {
	sooner := func(at time.Time) {
		if !at.IsZero() && (due.IsZero() || at.Before(due)) {
			due = at
		}
	}
	s := k.s
	if !k.keysDue.IsZero() && !now.Before(k.keysDue) {
		k.flushKeys()
	}
	sooner(k.keysDue)

	s.mu.Lock()
	defer s.mu.Unlock()
	if t := k.turn; t != nil {
		if t.over == nil && t.returned && !s.play.has(t.id) {
			k.turn = nil
			t.finish(now)
			if t.end != nil && !s.ended {
				if err := k.end(*t.end); err != nil {
					return nil, due, err
				}
			}
		} else if t.over != nil {
			k.turn = nil
		}
	}
	if s.ended {
		if k.closeBy.IsZero() {
			k.closeBy = now.Add(closeWait)
		} else if !now.Before(k.closeBy) {
			return nil, due, errDone
		}
		sooner(k.closeBy)
		return s.moved, due, nil
	}
	if k.next != nil {
		if len(k.running) == 0 || !now.Before(k.patience) {
			k.begin(now)
		} else {
			sooner(k.patience)
		}
	}

	quiet := k.turn == nil && k.next == nil && k.keys == "" && k.keeps == 0 && !s.moving &&
		!s.play.client && !s.play.agent && len(s.play.items) == 0
	switch {
	case !quiet:
		k.quietAt = time.Time{}
	case k.quietAt.IsZero():
		k.quietAt = now
	}
	if quiet && k.nudge < len(k.c.Silence) {
		n := k.c.Silence[k.nudge]
		at := k.quietAt.Add(n.After)
		if now.Before(at) {
			sooner(at)
		} else {
			k.nudge++
			k.quietAt = time.Time{}
			k.next = &beginning{arrived: now, answer: n.do}
			k.begin(now)
		}
	}
	return s.moved, due, nil
}

// report calls Options.Timing without holding the lock.
func (k *talk) report() {
	k.s.mu.Lock()
	reports := k.reports
	k.reports = nil
	k.s.mu.Unlock()
	for _, r := range reports {
		k.s.h.opts.Timing(k.s, r)
	}
}

// end queues the End that a turn requested. s.mu must be held.
func (k *talk) end(handoff string) error {
	room, err := k.s.enqueue(0, nil, []Message{End{HandoffData: handoff}})
	if room != nil { // everything was heard, so nothing can be waiting
		return ErrStalled
	}
	return err
}

// speaking reports whether something is being heard or will be.
func (k *talk) speaking() bool {
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	return k.s.play.agent || len(k.s.play.items) > 0
}

// answer records the input and starts a turn with it.
func (k *talk) answer(input Input) {
	k.s.mu.Lock()
	k.s.addLine(Line{Who: Caller, Text: input.Text, Keys: input.Keys})
	k.s.mu.Unlock()
	k.start(input, k.c.Answer)
}

// start lets a turn begin as soon as the previous function has returned.
func (k *talk) start(input Input, answer func(context.Context, *Turn) error) {
	s := k.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.moving || s.ended {
		return
	}
	now := time.Now()
	if t := k.turn; t != nil && t.over == nil {
		t.stop(ErrSuperseded, now)
		if it := s.play.open(); it != nil && it.rec.tag == t.id {
			// The next token would be part of the old utterance.
			_, _ = s.enqueue(0, nil, []Message{Text{Last: true}})
		}
		k.turn = nil
	}
	patience := k.c.Patience
	if patience <= 0 {
		patience = defaultPatience
	}
	if k.next == nil {
		k.patience = now.Add(patience)
	}
	k.next = &beginning{input: input, answer: answer, arrived: now}
}

// begin runs the function of the next turn. s.mu must be held.
func (k *talk) begin(now time.Time) {
	n := k.next
	k.next = nil
	k.ids++
	t := &Turn{k: k, s: k.s, id: k.ids, input: n.input, arrived: n.arrived}
	t.ctx, t.cancel = context.WithCancelCause(k.ctx)
	k.turn = t
	k.live[t.id] = t
	k.running[t] = true
	k.s.turns++
	go k.run(t, n.answer)
}

func (k *talk) run(t *Turn, answer func(context.Context, *Turn) error) {
	defer func() {
		if v := recover(); v != nil {
			t.panicked = fmt.Sprintf("%v\n\n%s", v, debug.Stack())
		}
		select {
		case k.returned <- t:
		case <-k.gone:
		}
	}()
	t.err = answer(t.ctx, t)
	if t.err == nil {
		// The last words may wait for space in the queue.
		t.err = t.close()
	}
}

func (k *talk) hasReturned(t *Turn) error {
	if t.panicked != "" {
		panic(t.panicked) // on the goroutine that net/http recovers
	}
	delete(k.running, t)
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	t.returned = true
	t.stopFiller()
	if t.over != nil {
		t.leave()
		return nil
	}
	if k.ctx.Err() != nil || k.s.conn.Err() != nil {
		return nil // the function noticed the end of the call first
	}
	return t.err
}

// interrupted ends the turns whose words Twilio dropped. It is called with s.mu
// held.
func (k *talk) interrupted(tags []uint64) {
	now := time.Now()
	for _, tag := range tags {
		if t := k.live[tag]; t != nil && t.over == nil {
			k.s.conn.Drop(tag)
			t.stop(ErrInterrupted, now)
		}
	}
}

// close ends the current turn and gives the functions some time to return.
func (k *talk) close(err error) {
	s := k.s
	s.mu.Lock()
	s.cut = nil
	cause := ErrHungUp
	if s.ended {
		cause = ErrEnded
	} else if err != nil {
		cause = fmt.Errorf("%w: %w", ErrHungUp, err)
	}
	for _, t := range k.live {
		t.stop(cause, time.Now())
	}
	s.mu.Unlock()
	patience := time.NewTimer(defaultPatience)
	defer patience.Stop()
	k.report()
	for len(k.running) > 0 {
		select {
		case t := <-k.returned:
			if t.panicked != "" {
				panic(t.panicked)
			}
			delete(k.running, t)
		case <-patience.C:
			s.h.log().Warn("relay: a function is still running after the end of its call", live.CallSID(s.setup.CallSID))
			return
		}
	}
}

// has reports whether words of the turn are still to be heard.
func (p *playback) has(tag uint64) bool {
	for _, it := range p.items {
		if it.rec.tag == tag {
			return true
		}
	}
	return false
}
