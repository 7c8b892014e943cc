package dialogue

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

const (
	connectDelay = 500 * time.Millisecond // from the TwiML to the handshake
	actionDelay  = 600 * time.Millisecond // from the close to the action request
	connectLimit = 10 * time.Second       // of real time, for a handshake
	writeLimit   = 10 * time.Second       // of real time, for a message
	// Lag is how long the engine keeps to the time of package time after the last
	// WebSocket was closed, so that the program notices the close before virtual
	// time goes on.
	Lag = 2 * time.Second
	// glance is how far Step moves time at most while a WebSocket is open: the
	// program may say something at any moment.
	glance = 100 * time.Millisecond
	// moment is too short to matter, and long enough inside a testing/synctest
	// bubble for all goroutines to do what is due.
	moment = time.Microsecond

	maxOutgoing = 4096     // messages that may wait to be written to the program
	maxWaiting  = 16 << 20 // bytes of them: errors repeat what the program has sent
	maxIncoming = 1 << 20
)

// inStep reports whether virtual time passes together with the time of package
// time. It does so while a WebSocket is open, because the program behind it
// lives in that time.
func (e *Engine) inStep() bool { return e.cfg.Clock == nil && e.open+e.pending > 0 }

// catchUp updates the engine's time if it is real.
func (e *Engine) catchUp() {
	switch {
	case e.cfg.Clock != nil:
		e.now = laterOf(e.now, e.cfg.Clock.Now().UTC())
	case e.inStep():
		e.now = laterOf(e.now, e.anchor.Add(time.Since(e.anchored)))
	}
}

// keepStep makes time pass together with package time until release is called,
// and for a while after that.
func (e *Engine) keepStep() (release func()) {
	if e.open++; e.open == 1 {
		e.anchor, e.anchored = e.now, time.Now()
	}
	return func() {
		if e.closed {
			return
		}
		e.spawn(func(p *proc) {
			p.sleep(Lag)
			e.open--
		})
	}
}

// moveTo moves time to at. It reports whether that time was reached: while a
// WebSocket is open, a message may arrive first.
func (e *Engine) moveTo(at time.Time) bool {
	if !e.inStep() {
		e.now = laterOf(e.now, at)
		return true
	}
	e.catchUp()
	timer := time.NewTimer(at.Sub(e.now))
	defer timer.Stop()
	e.mu.Unlock()
	select {
	case <-timer.C:
	case <-e.kick:
	}
	e.mu.Lock()
	e.catchUp()
	return !e.now.Before(at)
}

// breathe lets the program run at the current time.
func (e *Engine) breathe() {
	for at := e.now.Add(moment); e.inStep() && !e.closed && !e.moveTo(at); {
		e.settle()
	}
	e.settle()
}

// soon is next, but not later than the next message of a WebSocket may arrive.
func (e *Engine) soon() (time.Time, bool) {
	at, ok := e.next()
	if e.inStep() {
		if limit := e.now.Add(glance); !ok || at.After(limit) {
			return limit, true
		}
	}
	return at, ok
}

// liveURL returns the URL of the WebSocket that a noun names, if it is played. In
// a process of its own the program can be reached at any URL; a handler is
// reached at its own host, and WebSockets on other hosts are silent.
func (c *Call) liveURL(doc *document, n *twiml.Node) (*url.URL, bool) {
	if c.e.cfg.Silent || n.Name != "Stream" && n.Name != "ConversationRelay" {
		return nil, false
	}
	u, err := url.Parse(strings.TrimSpace(attr(n, "url", "")))
	if err != nil || attr(n, "url", "") == "" {
		return nil, false
	}
	if u.Scheme == "" && doc.base != nil {
		u = doc.base.ResolveReference(u)
		u.Scheme = "wss"
	}
	if _, local := c.e.cfg.Transport.(handlerTransport); local && HostOf(u.Scheme, u.Host) != HostOf("wss", c.e.base.Host) {
		return nil, false
	}
	return u, u.Host != ""
}

// socket is an open WebSocket to the program. One goroutine reads it and one
// writes it. Its methods are called with the engine locked.
type socket struct {
	e      *Engine
	s      *session
	ws     *websocket.Conn
	out    chan outgoing
	bytes  atomic.Int64 // of the messages in out
	done   chan struct{}
	closed bool
	told   bool // its end was passed on
}

// outgoing is a message, or the close.
type outgoing struct {
	frame  []byte
	code   websocket.StatusCode
	reason string
}

// refused is why a WebSocket could not be opened.
type refused struct {
	status int // of the answer; 0: none
	err    error
}

// openSocket opens a WebSocket as Twilio does. The handshake is signed over the URL
// as it stands in the document.
func (s *session) openSocket(p *proc, u *url.URL, agent string) (*socket, *refused) {
	c := s.call
	e := c.e
	address := u.String()
	s.watched(LiveEvent{Type: LiveConnecting, Text: address})
	if !strings.EqualFold(u.Scheme, "wss") {
		err := errors.New("the scheme of the URL is not wss")
		s.watched(LiveEvent{Type: LiveRefused, Err: err})
		return nil, &refused{err: err}
	}
	header := http.Header{"User-Agent": {agent}}
	e.signForm(address, nil).Set(header)
	x := &Exchange{Kind: "WebSocket", Call: c, Method: http.MethodGet, URL: address, Header: header, Attempt: 1, Async: true}
	var ws *websocket.Conn
	var panicked *HandlerPanic
	p.await(func() {
		ctx, cancel := context.WithTimeout(context.Background(), connectLimit)
		defer cancel()
		client, release := e.liveClient(func(v *HandlerPanic) { c.panicked(x, v) })
		defer release()
		var res *http.Response
		ws, res, x.Err = websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: client, HTTPHeader: header})
		if res != nil {
			x.Status, x.ResponseHeader = res.StatusCode, res.Header
		}
	})
	if x.Err != nil {
		x.Failure = failure(0, "the WebSocket could not be opened")
	}
	c.emit(Event{Type: EventFetched, Exchange: x})
	if x.Err != nil {
		if x.Status == 0 && errors.As(x.Err, &panicked) {
			x.Failure.Err = panicked
		}
		s.watched(LiveEvent{Type: LiveRefused, Status: x.Status, Err: x.Err})
		return nil, &refused{x.Status, x.Err}
	}
	ws.SetReadLimit(maxIncoming)
	s.watched(LiveEvent{Type: LiveOpen})
	k := &socket{e: e, s: s, ws: ws, out: make(chan outgoing, maxOutgoing), done: make(chan struct{})}
	if e.sockets == nil {
		e.sockets = map[*socket]struct{}{}
	}
	e.sockets[k] = struct{}{}
	return k, nil
}

// panicked reports a handler that panicked during a session. It is called by
// the goroutine of the handler.
func (c *Call) panicked(x *Exchange, v *HandlerPanic) {
	e := c.e
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.catchUp()
		f := failure(11200, "the server closed the WebSocket: %v", v)
		f.URL, f.Err = x.URL, v
		c.failed(f)
	}
}

// start begins to read and write.
func (k *socket) start(frame func([]byte), end func(error)) {
	go k.write()
	go k.read(frame, end)
}

func (k *socket) write() {
	defer func() { _ = k.ws.CloseNow() }()
	for {
		select {
		case o := <-k.out:
			if o.frame == nil {
				_ = k.ws.Close(o.code, o.reason)
				return
			}
			ctx, cancel := context.WithTimeout(context.Background(), writeLimit)
			err := k.ws.Write(ctx, websocket.MessageText, o.frame)
			cancel()
			k.bytes.Add(-int64(len(o.frame)))
			if err != nil {
				return
			}
		case <-k.done:
			return
		}
	}
}

func (k *socket) read(frame func([]byte), end func(error)) {
	for {
		_, data, err := k.ws.Read(context.Background())
		k.e.mu.Lock()
		if !k.e.closed {
			k.e.catchUp()
			if err == nil {
				k.s.watched(LiveEvent{Type: LiveReceived, Data: data})
				frame(data)
			} else {
				k.endedBy(err)
				end(err)
			}
			k.e.wakeRunner()
		}
		if err != nil {
			k.drop()
		}
		k.e.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// send queues a message. It reports false when the program reads too slowly for
// it, or the WebSocket is closed.
func (k *socket) send(frame []byte) bool {
	if k.closed || k.bytes.Load()+int64(len(frame)) > maxWaiting {
		return false
	}
	select {
	case k.out <- outgoing{frame: frame}:
		k.bytes.Add(int64(len(frame)))
		k.s.watched(LiveEvent{Type: LiveSent, Data: frame})
		return true
	default:
		return false
	}
}

// close closes the WebSocket behind what is queued.
func (k *socket) close(code websocket.StatusCode, reason string) {
	if k.closed {
		return
	}
	k.closed = true
	k.ended(code, reason, true)
	select {
	case k.out <- outgoing{code: code, reason: reason}:
	default:
		close(k.done)
	}
}

// drop cuts the connection.
func (k *socket) drop() {
	delete(k.e.sockets, k)
	select {
	case <-k.done:
	default:
		close(k.done)
	}
	k.closed = true
	_ = k.ws.CloseNow()
}

// Drop cuts the WebSocket of what Connect began, as a network that fails does.
// It reports whether there was one.
func (c *Call) Drop() bool {
	defer c.e.act()()
	if c.link == nil {
		return false
	}
	k := c.link.socket()
	k.ended(-1, "", true)
	k.drop()
	c.e.touched()
	return true
}

// liveClient returns a client that reaches the program, and a function to call
// when the handshake is over. The server that it starts for a handler is not
// closed then, since that could close the WebSocket: it takes no more connections. report is called with a panic of a handler.
func (e *Engine) liveClient(report func(*HandlerPanic)) (*http.Client, func()) {
	t, local := e.cfg.Transport.(handlerTransport)
	if !local {
		return &http.Client{Transport: e.cfg.Transport}, func() {}
	}
	ours, theirs := net.Pipe()
	listener := &pipeListener{conns: make(chan net.Conn, 1), done: make(chan struct{})}
	listener.conns <- theirs
	server := &http.Server{
		ReadHeaderTimeout: connectLimit, ReadTimeout: connectLimit, WriteTimeout: connectLimit, // until the upgrade
		IdleTimeout: connectLimit, MaxHeaderBytes: 64 << 10, Protocols: new(http.Protocols),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				if v := recover(); v != nil {
					if v != http.ErrAbortHandler {
						report(newHandlerPanic(v))
					}
					_ = theirs.Close()
					panic(http.ErrAbortHandler)
				}
			}()
			r.RemoteAddr = remoteAddr
			r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: r.Host}
			t.h.ServeHTTP(w, r)
		}),
	}
	server.Protocols.SetHTTP1(true)
	go func() { _ = server.Serve(listener) }()
	pipe := &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return ours, nil },
		DialTLSContext:    func(context.Context, string, string) (net.Conn, error) { return ours, nil },
	}
	return &http.Client{Transport: pipe}, func() { _ = listener.Close() }
}

// pipeListener accepts one connection.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	select {
	case <-l.done:
	default:
		close(l.done)
	}
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 443} }

// link is a WebSocket as a call has it.
type link interface {
	// stop ends it from Twilio's side.
	stop()
	socket() *socket
	// speaking reports whether the program is heard now.
	speaking() bool
}

// outcome is how an open WebSocket of a Connect ended.
type outcome struct {
	end *SessionEnd
	err error // why the call does not go on
}

// runLive is [Session.run] for a WebSocket that is played.
func (s *session) runLive(u *url.URL) outcome {
	c := s.call
	release := c.e.keepStep()
	defer release()
	c.activity.Live = true
	if err := c.until(c.e.now.Add(connectDelay), nil); err != nil {
		return outcome{err: err}
	}
	if s.kind == "Stream" {
		return c.runStream(s, u)
	}
	return c.runRelay(s, u)
}

// pause lets d pass even for a caller who has hung up.
func (c *Call) pause(d time.Duration) { c.p.sleep(d) }

// parameters are the custom parameters of a noun. Of two with one name the
// last one counts.
func parameters(n *twiml.Node) map[string]string {
	m := map[string]string{}
	for child := range n.Elements() {
		if child.Name == "Parameter" {
			m[attr(child, "name", "")] = attr(child, "value", "")
		}
	}
	return m
}

// rings reports whether the call is not answered yet.
func (c *Call) rings() bool {
	return c.direction == webhook.CallDirectionInbound && c.answered.IsZero()
}
