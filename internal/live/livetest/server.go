// Package livetest simulates Twilio's side of a WebSocket against an
// http.Handler. Everything happens in memory and with time.Now, so inside a
// testing/synctest bubble a call of minutes takes no time and is deterministic.
package livetest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/ringback-go/ringback/signature"
)

// A Server serves a handler over net.Pipe.
type Server struct {
	server *http.Server
	client *http.Client
	conns  chan net.Conn
	done   chan struct{}
	once   sync.Once
}

// NewServer starts a server, which must be closed.
func NewServer(h http.Handler) *Server {
	s := &Server{
		server: &http.Server{
			Handler: h, Protocols: new(http.Protocols), MaxHeaderBytes: 16 << 10,
			ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
			WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		},
		conns: make(chan net.Conn),
		done:  make(chan struct{}),
	}
	s.server.Protocols.SetHTTP1(true)
	s.client = &http.Client{Transport: &http.Transport{
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return s.DialPipe(ctx) },
		DisableKeepAlives: true,
	}}
	go func() { _ = s.server.Serve((*listener)(s)) }()
	return s
}

// Close stops the server. Open WebSockets stay open.
func (s *Server) Close() {
	s.once.Do(func() { close(s.done) })
	_ = s.server.Close()
}

// DialPipe opens a connection without sending anything.
func (s *Server) DialPipe(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case s.conns <- theirs:
		return ours, nil
	case <-s.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Dial opens a WebSocket as Twilio does: url is the text of the url attribute,
// and secret signs it. An empty secret omits the signature.
func (s *Server) Dial(ctx context.Context, url, secret string, header http.Header) (*websocket.Conn, *http.Response, error) {
	if header = header.Clone(); header == nil {
		header = http.Header{}
	}
	if secret != "" {
		header.Set("X-Twilio-Signature", signature.Sign(secret, url, nil))
	}
	ws, resp, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(url, "wss"), &websocket.DialOptions{
		HTTPClient: s.client, HTTPHeader: header,
	})
	if err == nil {
		ws.SetReadLimit(-1)
	}
	return ws, resp, err
}

type listener Server

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, errors.New("livetest: server closed")
	}
}

func (l *listener) Close() error {
	(*Server)(l).once.Do(func() { close(l.done) })
	return nil
}

func (l *listener) Addr() net.Addr { return addr{} }

type addr struct{}

func (addr) Network() string { return "pipe" }
func (addr) String() string  { return "pipe" }

// Client returns an HTTP client whose connections go to the server for any URL.
func (s *Server) Client() *http.Client { return s.client }
