package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/ringback-go/ringback/internal/live"
)

// maxEvents and maxEventBytes limit what waits for [Session.Receive].
const (
	maxEvents     = 256
	maxEventBytes = 1 << 20
)

// How long the end of a session may take.
const (
	heardWait = 30 * time.Second // until what was sent has been heard
	closeWait = 5 * time.Second  // until Twilio closes
)

// The reasons why a session ended or cannot be used. The first three are also
// causes of the context of a [Turn].
var (
	// ErrInterrupted: the caller interrupted the reply.
	ErrInterrupted = errors.New("relay: interrupted by the caller")
	// ErrSuperseded: the caller continued while nothing was playing, so Twilio
	// reports no interruption.
	ErrSuperseded = errors.New("relay: superseded by newer input")
	// ErrHungUp: the session is over.
	ErrHungUp = errors.New("relay: the call has ended")
	// ErrEnded: an End message has been sent.
	ErrEnded = errors.New("relay: the session was ended")
	// ErrOverflow: the function did not receive, and too many events were
	// waiting.
	ErrOverflow = live.ErrOverflow
	// ErrStalled: Twilio did not read.
	ErrStalled = live.ErrStalled
	// ErrTooLarge: a message was over the limit, in either direction.
	ErrTooLarge = live.ErrTooLarge
	// ErrProtocol: the peer violated the ConversationRelay protocol.
	ErrProtocol = live.ErrProtocol
)

// A CloseError means that Twilio closed the session for a reason, such as ten
// malformed messages in a row.
type CloseError struct {
	Code   int // of the WebSocket close frame
	Reason string
}

// Error returns the code and the reason.
func (e *CloseError) Error() string {
	return fmt.Sprintf("relay: closed by Twilio with %d %q", e.Code, e.Reason)
}

// A Session is one ConversationRelay session of a call. Its methods may be
// called concurrently, except that only one goroutine at a time may receive.
type Session struct {
	h      *Handler
	conn   *live.Conn
	req    *http.Request
	setup  Setup
	ready  chan struct{} // closed when setup has arrived
	events chan arrived

	mu       sync.Mutex
	waiting  int // bytes in events
	scratch  []byte
	ended    bool // an End has been queued
	moving   bool // no further turn starts
	play     playback
	history  []*record
	recorded int           // bytes in history
	moved    chan struct{} // closed and replaced at each change
	timer    *time.Timer   // of play.deadline
	turns    int           // turns whose functions run or whose words are to be heard
	cut      func(tags []uint64)
	talking  bool // a Conversation keeps the history
}

type arrived struct {
	event Event
	size  int
}

func newSession(h *Handler, c *live.Conn, r *http.Request) *Session {
	s := &Session{
		h: h, conn: c, req: r,
		ready: make(chan struct{}), events: make(chan arrived, maxEvents), moved: make(chan struct{}),
	}
	s.timer = time.AfterFunc(time.Hour, s.tick)
	s.timer.Stop()
	return s
}

// Setup returns the first message of the session.
func (s *Session) Setup() Setup { return s.setup }

// Request returns the handshake, for path values and headers. Its body is gone.
func (s *Session) Request() *http.Request { return s.req }

// Receive returns the next event. It returns io.EOF if Twilio ended the session
// normally, a [*CloseError] if it gave another reason, and otherwise
// [ErrOverflow], [ErrStalled], [ErrTooLarge], [ErrProtocol], [ErrMalformed] or
// io.ErrUnexpectedEOF.
//
// The end of ctx ends only the wait, not the session.
func (s *Session) Receive(ctx context.Context) (Event, error) {
	if a, ok := s.poll(); ok {
		return a, nil
	}
	select {
	case a := <-s.events:
		return s.received(a), nil
	case <-s.conn.Done():
	case <-ctx.Done():
		if !errors.Is(context.Cause(ctx), ErrHungUp) {
			return nil, context.Cause(ctx)
		}
		<-s.conn.Done() // at once: it is why the context of the session has ended
	}
	if a, ok := s.poll(); ok {
		return a, nil
	}
	return nil, s.err()
}

func (s *Session) poll() (Event, bool) {
	select {
	case a := <-s.events:
		return s.received(a), true
	default:
		return nil, false
	}
}

func (s *Session) received(a arrived) Event {
	s.mu.Lock()
	s.waiting -= a.size
	s.mu.Unlock()
	return a.event
}

// err returns why the connection is over, as an error of this package.
func (s *Session) err() error { return public(s.conn.Err()) }

func public(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if closed, ok := errors.AsType[*live.CloseError](err); ok {
		return &CloseError{closed.Code, closed.Reason}
	}
	return fmt.Errorf("relay: %w", err)
}

// Send queues all messages in order, or none of them. An error that wraps
// [ErrMessage] means that one is invalid; after an [End] it is [ErrEnded], and
// after the end of the session it wraps [ErrHungUp].
//
// ctx limits only the wait for space in the queue, which is long only if Twilio
// does not read.
func (s *Session) Send(ctx context.Context, m Message) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for {
		s.mu.Lock()
		room, err := s.enqueue(0, nil, []Message{m})
		s.mu.Unlock()
		if err := s.wait(ctx, room, err); err != errRetry {
			return err
		}
	}
}

// errRetry means that there may be space now.
var errRetry = errors.New("retry")

func (s *Session) wait(ctx context.Context, room <-chan struct{}, err error) error {
	if err != nil || room == nil {
		return err
	}
	select {
	case <-room:
		return errRetry
	case <-s.conn.Done():
		return hungUp(s.conn.Err())
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// enqueue queues messages and records what will be played. rec is the line that
// texts belong to; nil: a new one for each utterance. s.mu must be held.
func (s *Session) enqueue(tag uint64, rec *record, messages []Message) (room <-chan struct{}, err error) {
	if s.ended {
		return nil, ErrEnded
	}
	buf := s.scratch[:0]
	var ends [8]int
	cuts := ends[:0]
	for _, m := range messages {
		if buf, err = Append(buf, m); err != nil {
			return nil, err
		}
		cuts = append(cuts, len(buf))
	}
	s.scratch = buf
	var views [8][]byte
	frames := views[:0]
	start := 0
	for _, end := range cuts {
		frames = append(frames, buf[start:end])
		start = end
	}
	if room, err = s.conn.TryEnqueue(tag, frames...); err != nil || room != nil {
		if end := s.conn.Err(); err != nil && end != nil {
			err = hungUp(end)
		}
		return room, err
	}
	if cap(s.scratch) > 16<<10 {
		s.scratch = nil
	}
	now := time.Now()
	items, open := len(s.play.items), s.play.open() != nil
	for _, m := range messages {
		s.sent(tag, rec, m, now)
	}
	if len(s.play.items) != items || (s.play.open() != nil) != open || s.ended {
		s.changed(now) // and not for each token
	}
	return nil, nil
}

// sent records what a message does to the play queue.
func (s *Session) sent(tag uint64, rec *record, m Message, now time.Time) {
	line := func() *record {
		if rec != nil {
			return rec
		}
		return s.newRecord(tag, false, now)
	}
	switch m := m.(type) {
	case Text:
		s.grow(len(m.Token))
		if it := s.play.open(); it != nil {
			s.play.text(it.rec, &m, now)
		} else if m.Token != "" {
			s.play.text(line(), &m, now)
		}
	case *Text:
		s.sent(tag, rec, *m, now)
	case Play, *Play:
		s.closeUtterance()
		s.play.add(&item{kind: played, rec: s.silent(tag, rec, now)}, now)
	case SendDigits:
		s.closeUtterance()
		s.play.add(&item{kind: dialed, rec: s.silent(tag, rec, now), digits: m.Digits}, now)
	case *SendDigits:
		s.sent(tag, rec, *m, now)
	case End, *End:
		s.ended = true
	}
}

// silent returns the record of an item without words, which is not in the
// history.
func (s *Session) silent(tag uint64, rec *record, now time.Time) *record {
	if rec != nil {
		return rec
	}
	return &record{tag: tag, began: now}
}

// closeUtterance records that an utterance ends without a last token.
func (s *Session) closeUtterance() {
	if it := s.play.open(); it != nil {
		it.open = false
	}
}

// changed wakes those who wait for the play queue and sets its timer.
func (s *Session) changed(now time.Time) {
	close(s.moved)
	s.moved = make(chan struct{})
	if at := s.play.deadline(); at.IsZero() {
		s.timer.Stop()
	} else {
		s.timer.Reset(max(0, at.Sub(now)))
	}
}

// tick handles what is due without an event.
func (s *Session) tick() {
	if s.conn.Err() != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	moved, blind := s.play.expire(now)
	if blind {
		s.h.warnBlind()
	}
	if moved || !s.play.deadline().IsZero() {
		s.changed(now)
	}
}

// End ends the session after everything sent so far was heard: Twilio closes
// the WebSocket and makes the action request of <Connect>, with handoff as its
// HandoffData. If ctx ends first, the session ends then, and what was not
// spoken is lost, so give a farewell a context of some seconds.
//
// In a [Conversation], use [Turn.HandOff] and [Turn.HangUp]: an interruption
// cancels them.
func (s *Session) End(ctx context.Context, handoff string) error {
	s.mu.Lock()
	if s.play.open() != nil {
		_, _ = s.enqueue(0, nil, []Message{Text{Last: true}})
	}
	s.mu.Unlock()
	s.quiet(ctx, false)
	err := s.Send(context.WithoutCancel(ctx), End{HandoffData: handoff})
	if errors.Is(err, ErrHungUp) || errors.Is(err, ErrEnded) {
		return nil
	}
	return err
}

// quiet waits until nothing is left to be heard or, with turns, to be said. It
// also returns when ctx ends or the session is over.
func (s *Session) quiet(ctx context.Context, turns bool) {
	for {
		s.mu.Lock()
		idle := s.ended || len(s.play.items) == 0 && !s.play.agent && (!turns || s.turns == 0)
		moved := s.moved
		s.mu.Unlock()
		if idle {
			return
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return
		case <-s.conn.Done():
			return
		}
	}
}

// move ends the session so that the action request can connect the call again.
func (s *Session) move(ctx context.Context) {
	s.mu.Lock()
	s.moving = true
	s.mu.Unlock()
	// A long reply must not use up the time for closing.
	wait, cancel := context.WithTimeout(ctx, moveWait)
	defer cancel()
	s.quiet(wait, true)
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	if ended {
		return
	}
	handoff := ""
	if s.h.opts.Move != nil {
		handoff = s.h.opts.Move(s)
	}
	_ = s.Send(ctx, End{HandoffData: handoff})
}

// frame handles one message. It runs on the reader's goroutine.
func (s *Session) frame(frame []byte) error {
	e, err := Parse(frame)
	if err != nil {
		return err
	}
	select {
	case <-s.ready:
	default:
		setup, ok := e.(Setup)
		if !ok {
			return fmt.Errorf("%w: the first message is not a setup", ErrProtocol)
		}
		if setup.CallSID == "" {
			return fmt.Errorf("%w: a setup without callSid", ErrProtocol)
		}
		s.setup = setup
		s.conn.Accepted()
		close(s.ready)
		return nil
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observe(e, now)
	if s.waiting += len(frame); s.waiting > maxEventBytes {
		return fmt.Errorf("%w: over %d bytes wait", ErrOverflow, maxEventBytes)
	}
	select {
	case s.events <- arrived{e, len(frame)}:
		return nil
	default:
		return fmt.Errorf("%w: %d events wait", ErrOverflow, maxEvents)
	}
}

// observe keeps the play queue and the history up to date.
func (s *Session) observe(e Event, now time.Time) {
	switch e := e.(type) {
	case Prompt:
		if e.Last && e.VoicePrompt != "" && !s.talking {
			s.addLine(Line{Who: Caller, Text: e.VoicePrompt})
		}
	case DTMF:
		if !s.talking {
			s.addLine(Line{Who: Caller, Keys: e.Digit})
		}
	case Interrupt:
		s.h.server.Counters().Interrupted.Add(1)
		if tags := s.play.interrupt(e, now); s.cut != nil && len(tags) > 0 {
			s.cut(tags)
		}
		s.changed(now)
	case Info:
		switch e.Name {
		case TokensPlayed:
			if v := e.Text(); v != "" && !s.play.tokensPlayed(v, now) {
				s.addForeign(v, s.play.onAt)
			}
		case AgentSpeaking:
			s.play.agentSpeaking(e.On(), now)
		case ClientSpeaking:
			s.play.speaker, s.play.client = true, e.On()
		default:
			return
		}
		s.changed(now)
	}
}
