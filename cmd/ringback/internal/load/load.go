// Package load makes many calls at once to a program that talks with callers
// through ConversationRelay or Media Streams, over real WebSockets and in real
// time, and measures its answers.
package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// A Protocol is how a program talks with callers.
type Protocol string

// The protocols.
const (
	Relay  Protocol = "ConversationRelay"
	Stream Protocol = "Media Streams"
)

// A Target is the WebSocket that a call is connected to.
type Target struct {
	Protocol   Protocol
	URL        string            // as in the TwiML
	Parameters map[string]string // of the <Parameter> elements
	CallSID    string
	AccountSID string
	From, To   string
}

// Config configures a test. Call and Dial are required.
type Config struct {
	Calls  int
	Turns  int           // what each caller says; zero: 4
	Spread time.Duration // over which the calls begin
	Wait   time.Duration // for an answer; zero: 15 s
	// Call makes the request of an incoming call and returns where its TwiML
	// connects it. n counts from zero.
	Call func(ctx context.Context, n int) (Target, error)
	// Dial opens a signed WebSocket.
	Dial func(ctx context.Context, url string) (*websocket.Conn, error)
	// Usage returns what the program has used so far; nil: unknown.
	Usage func() (Usage, bool)
}

// A Problem is an error whose Kind is the same in every call.
type Problem struct {
	Kind string
	Err  error
}

// Error says what went wrong, with its cause.
func (p *Problem) Error() string {
	if p.Err == nil {
		return p.Kind
	}
	return fmt.Sprintf("%s: %v", p.Kind, p.Err)
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Err }

func problem(format string, args ...any) error { return &Problem{Kind: fmt.Sprintf(format, args...)} }

// Run makes the calls and returns when all are over. It ends early with ctx.
func Run(ctx context.Context, cfg Config) Report {
	if cfg.Turns <= 0 {
		cfg.Turns = 4
	}
	if cfg.Wait <= 0 {
		cfg.Wait = 15 * time.Second
	}
	r := &recorder{Report: Report{Calls: cfg.Calls}, kinds: map[string]int{}}
	meter := newMeter(cfg.Usage)
	begin := time.Now()
	var calls sync.WaitGroup
	for n := range cfg.Calls {
		calls.Go(func() {
			at := begin.Add(cfg.Spread * time.Duration(n) / time.Duration(cfg.Calls))
			if !sleep(ctx, time.Until(at)) {
				r.failed(problem("not made: the time is over"))
				return
			}
			if err := one(ctx, cfg, n, r); err != nil {
				if ctx.Err() != nil {
					err = problem("not finished: the time is over")
				}
				r.failed(err)
			}
		})
	}
	calls.Wait()
	r.took = time.Since(begin)
	return r.report(meter.stop())
}

// one is one call from the webhook to the hang-up.
func one(ctx context.Context, cfg Config, n int, r *recorder) error {
	target, err := cfg.Call(ctx, n)
	if err != nil {
		return err
	}
	dial, cancel := context.WithTimeout(ctx, cfg.Wait)
	ws, err := cfg.Dial(dial, target.URL)
	cancel()
	if err != nil {
		return err
	}
	defer ws.CloseNow()
	ws.SetReadLimit(1 << 20)
	began := time.Now()
	s := &session{cfg: cfg, target: target, n: n, ws: ws, r: r, frames: make(chan []byte, 256), closed: make(chan struct{})}
	go s.read()
	if target.Protocol == Stream {
		err = s.stream(ctx)
	} else {
		err = s.relay(ctx)
	}
	r.over(target.Protocol, time.Since(began))
	return err
}

// A session is an open WebSocket. What the program sends comes by frames.
type session struct {
	cfg    Config
	target Target
	n      int
	ws     *websocket.Conn
	r      *recorder

	frames chan []byte
	closed chan struct{} // closed when err is set and frames gets no more
	err    error
}

func (s *session) read() {
	defer close(s.closed)
	for {
		typ, frame, err := s.ws.Read(context.Background())
		if err == nil && typ != websocket.MessageText {
			err = problem("the program sent a binary message")
		}
		if err != nil {
			s.err = err
			return
		}
		s.frames <- frame
	}
}

// write sends a frame. A program that does not read for ten seconds has failed.
func (s *session) write(ctx context.Context, frame []byte) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := s.ws.Write(ctx, websocket.MessageText, frame); err != nil {
		if ctx.Err() != nil && !errors.Is(ctx.Err(), context.Canceled) {
			return problem("the program does not read")
		}
		return s.ended()
	}
	return nil
}

// ended returns how the program closed the connection, or nil for a normal
// close.
func (s *session) ended() error {
	select {
	case <-s.closed:
	case <-time.After(time.Second):
		return problem("the connection was lost")
	}
	if p, ok := errors.AsType[*Problem](s.err); ok {
		return p
	}
	switch code := websocket.CloseStatus(s.err); code {
	case -1:
		return problem("the connection was lost")
	case websocket.StatusNormalClosure:
		return nil
	default:
		return problem("the program closed the connection with %d", code)
	}
}

// hangUp closes the connection as Twilio does, and lets the program answer.
func (s *session) hangUp(reason string) {
	go func() { // messages that still arrive must not delay the close
		for {
			select {
			case <-s.frames:
			case <-s.closed:
				return
			}
		}
	}()
	_ = s.ws.Close(websocket.StatusNormalClosure, reason)
}

// errEnded is returned when the program has ended the session in good order.
var errEnded = errors.New("ended by the program")

// next waits for a frame until then.
func (s *session) next(ctx context.Context, timer *time.Timer) ([]byte, error) {
	select {
	case frame := <-s.frames:
		return frame, nil
	case <-timer.C:
		return nil, errLate
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.closed:
		select {
		case frame := <-s.frames:
			return frame, nil
		default:
		}
		if err := s.ended(); err != nil {
			return nil, err
		}
		return nil, errEnded
	}
}

// errLate is returned when the time for something is over.
var errLate = errors.New("late")

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
