// Package live holds what webhook/relay and webhook/mediastream share: the
// verified WebSocket handshake, one connection with its reader and writer, the
// limits, the index of live sessions, and an orderly shutdown.
//
// A handler uses it in this order:
//
//	c := server.Accept(w, r) // verifies, upgrades; nil: the request was answered
//	if c == nil {
//		return
//	}
//	defer server.Release(c)
//	c.Start(frame, expire)   // the reader and the writer run
//	…                        // wait for the first message, admit it
//	server.Add(c, callSID, s)
//	…                        // run the user's function
//	c.Finish(code, reason)
//
// A context that a user passes limits only the wait. It never reaches the
// WebSocket, because coder/websocket closes a connection when the context of
// one call ends.
package live

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/ringback-go/ringback/signature"
)

// Defaults of [Config].
const (
	DefaultLimit    = 1000
	DefaultMaxFrame = 64 << 10
	DefaultMaxQueue = 256 << 10
	DefaultPing     = 25 * time.Second
	DefaultFirst    = 10 * time.Second
	DefaultLongest  = 4 * time.Hour
	DefaultStall    = 10 * time.Second
)

// moveGrace is how long [Server.Shutdown] waits for sessions that it has
// started to move.
const moveGrace = 10 * time.Second

// waitGrace is how long a connection that is not admitted yet cannot lose its
// place to a newer one. Twilio sends the first message at once.
const waitGrace = time.Second

// minWaiting is the minimum number of connections that can wait for admission.
const minWaiting = 8

// Config configures a [Server]. A zero value of a limit means its default.
type Config struct {
	Protocol string // "relay" or "mediastream", for logs
	Verifier *signature.Verifier
	Limit    int           // connections at once
	MaxFrame int           // maximum bytes of an incoming message
	MaxQueue int           // maximum bytes of messages that wait to be written
	Ping     time.Duration // time between pings; negative: none
	First    time.Duration // until the first message was accepted
	Longest  time.Duration // maximum length of a session
	Stall    time.Duration // maximum time of one write
	Logger   *slog.Logger
}

func (c Config) withDefaults() Config {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	wait := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	set(&c.Limit, DefaultLimit)
	set(&c.MaxFrame, DefaultMaxFrame)
	set(&c.MaxQueue, DefaultMaxQueue)
	wait(&c.Ping, DefaultPing)
	wait(&c.First, DefaultFirst)
	wait(&c.Longest, DefaultLongest)
	wait(&c.Stall, DefaultStall)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

// A Server accepts the connections of one handler and holds its live sessions,
// whose type is S. Its methods may be called concurrently.
type Server[S any] struct {
	cfg   Config
	stats Counters

	mu      sync.Mutex
	open    int
	byCall  map[string]entry[S]
	members map[*Conn]entry[S]
	waiting map[*Conn]time.Time // not admitted yet, since when
	closing bool
	moving  func(S)       // set when Shutdown has started to move sessions
	empty   chan struct{} // closed when closing is set and open is zero
}

type entry[S any] struct {
	conn    *Conn
	callSID string
	session S
}

// NewServer returns a server. It panics if there is no verifier.
func NewServer[S any](cfg Config) *Server[S] {
	if cfg.Verifier == nil {
		panic(cfg.Protocol + ": nil signature.Verifier")
	}
	return &Server[S]{
		cfg:     cfg.withDefaults(),
		byCall:  map[string]entry[S]{},
		members: map[*Conn]entry[S]{},
		waiting: map[*Conn]time.Time{},
		empty:   make(chan struct{}),
	}
}

// Logger returns the logger of the configuration, or the default one.
func (s *Server[S]) Logger() *slog.Logger { return s.cfg.Logger }

// Counters returns the counters, which the packages add to.
func (s *Server[S]) Counters() *Counters { return &s.stats }

// Accept verifies the handshake and upgrades the connection. It returns nil if
// it answered the request instead: with the status of the verifier's error, or
// with 503 while the server is full or shutting down. Each connection must be
// passed to [Server.Release] in the end.
//
// A handshake can be repeated by whoever has seen one, so connections that are
// not admitted yet may not use up the limit: at most a quarter of it, or 8 if
// that is more, waits for admission. Beyond that, the connection that has waited
// longest is closed if it has waited for over a second; otherwise the new one is
// refused.
func (s *Server[S]) Accept(w http.ResponseWriter, r *http.Request) *Conn {
	if _, err := s.cfg.Verifier.Verify(r); err != nil {
		s.stats.Refused.Add(1)
		if refused, ok := errors.AsType[*signature.Error](err); ok {
			refused.Respond(w, r)
		} else {
			http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
		}
		return nil
	}
	s.mu.Lock()
	full := s.open >= s.cfg.Limit || len(s.waiting) >= max(s.cfg.Limit/4, minWaiting)
	closing := s.closing
	if full && !closing {
		full = !s.evict()
	}
	if !full && !closing {
		s.open++
	}
	s.mu.Unlock()
	if full || closing {
		s.stats.Full.Add(1)
		if full {
			s.cfg.Logger.Warn(s.cfg.Protocol+": refused a session, because the limit is reached", "limit", s.cfg.Limit)
		}
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return nil
	}
	// The signature proves more than an Origin header, and Twilio sends none.
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		s.stats.Refused.Add(1)
		s.leave()
		return nil
	}
	s.stats.Sessions.Add(1)
	ws.SetReadLimit(int64(s.cfg.MaxFrame))
	c := newConn(ws, &s.cfg, &s.stats)
	s.mu.Lock()
	s.waiting[c] = time.Now()
	s.mu.Unlock()
	return c
}

// evict closes the connection that has waited longest for its admission. It
// reports whether there was one to close. s.mu must be held.
func (s *Server[S]) evict() bool {
	var oldest *Conn
	since := time.Now().Add(-waitGrace)
	for c, at := range s.waiting {
		if at.Before(since) {
			oldest, since = c, at
		}
	}
	if oldest == nil {
		return false
	}
	delete(s.waiting, oldest)
	oldest.Fail(ErrNoStart)
	return true
}

// Release closes the connection if it is still open, waits for its goroutines
// and removes it from the index.
func (s *Server[S]) Release(c *Conn) {
	c.shut()
	s.mu.Lock()
	delete(s.waiting, c)
	if e, ok := s.members[c]; ok {
		delete(s.members, c)
		if s.byCall[e.callSID].conn == c {
			delete(s.byCall, e.callSID)
		}
	}
	s.mu.Unlock()
	s.leave()
}

func (s *Server[S]) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if s.closing && s.open == 0 {
		close(s.empty)
	}
}

// Add puts an admitted session into the index. A later session of the same call
// replaces an earlier one.
func (s *Server[S]) Add(c *Conn, callSID string, session S) {
	e := entry[S]{c, callSID, session}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, c)
	s.members[c] = e
	s.byCall[callSID] = e
	if s.moving != nil {
		s.moving(session)
	}
}

// Session returns the live session of a call.
func (s *Server[S]) Session(callSID string) (session S, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.byCall[callSID]
	return e.session, ok
}

// Len returns how many connections are open.
func (s *Server[S]) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// Shutdown refuses new sessions and waits until the live ones are over. When
// ctx ends, it calls move for each remaining one, all at once, and waits up to
// ten seconds more; then it closes what remains and returns the error of ctx.
func (s *Server[S]) Shutdown(ctx context.Context, move func(context.Context, S)) error {
	s.mu.Lock()
	if !s.closing {
		s.closing = true
		if s.open == 0 {
			close(s.empty)
		}
	}
	s.mu.Unlock()
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), moveGrace)
	defer cancel()
	s.mu.Lock()
	s.moving = func(session S) {
		s.stats.Moved.Add(1)
		go move(grace, session)
	}
	for _, e := range s.members {
		s.moving(e.session)
	}
	s.mu.Unlock()
	select {
	case <-s.empty:
		return nil
	case <-grace.Done():
	}
	s.mu.Lock()
	for c := range s.members {
		c.Fail(ErrShutdown)
	}
	s.mu.Unlock()
	return ctx.Err()
}

// Counters count events since the handler was made.
type Counters struct {
	Sessions    atomic.Int64 // connections accepted
	Refused     atomic.Int64 // handshakes without a valid signature, or malformed
	Full        atomic.Int64 // handshakes refused because of the limit or a shutdown
	Rejected    atomic.Int64 // sessions whose first message was late or not admitted
	FramesIn    atomic.Int64
	FramesOut   atomic.Int64
	BytesIn     atomic.Int64
	BytesOut    atomic.Int64
	Malformed   atomic.Int64 // messages that could not be read
	Oversize    atomic.Int64 // messages over the limit
	Overflows   atomic.Int64 // sessions ended, or audio dropped, because the function did not receive
	Stalled     atomic.Int64 // sessions ended because Twilio did not read
	Moved       atomic.Int64 // sessions that a shutdown ended
	Interrupted atomic.Int64 // replies that the caller cut
}
