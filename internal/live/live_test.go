package live_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/live"
	"github.com/ringback-go/ringback/internal/live/livetest"
	"github.com/ringback-go/ringback/signature"
)

const (
	token = "12345"
	url   = "wss://example.com/live"
)

// echo is a handler whose sessions are the connections themselves. It sends
// each message back, and ends with serve.
type echo struct {
	server *live.Server[*live.Conn]
	frame  func(c *live.Conn, frame []byte) error
	serve  func(c *live.Conn)
	ended  chan error // why each session ended
}

func newEcho(t *testing.T, cfg live.Config) *echo {
	v, err := signature.New(signature.Config{BaseURL: "https://example.com", Tokens: signature.Tokens(token)})
	require.NoError(t, err)
	cfg.Protocol, cfg.Verifier = "echo", v
	return &echo{
		server: live.NewServer[*live.Conn](cfg),
		ended:  make(chan error, 2000),
		frame: func(c *live.Conn, frame []byte) error {
			_, err := c.TryEnqueue(0, frame)
			return err
		},
		serve: func(c *live.Conn) { <-c.Done() },
	}
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := e.server.Accept(w, r)
	if c == nil {
		return
	}
	defer e.server.Release(c)
	first := make(chan string, 1)
	c.Start(func(frame []byte) error {
		select {
		case first <- string(frame):
		default:
		}
		return e.frame(c, frame)
	}, func() { c.Fail(live.ErrShutdown) })
	select {
	case sid := <-first:
		c.Accepted()
		e.server.Add(c, sid, c)
		e.serve(c)
		c.Finish(1000, "done")
	case <-c.Done():
	}
	e.ended <- c.Err()
}

func bubble(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		f(t, ctx)
	})
}

// open dials and sends the first message.
func open(t *testing.T, ctx context.Context, s *livetest.Server, first string) *websocket.Conn {
	ws, _, err := s.Dial(ctx, url, token, nil)
	require.NoError(t, err)
	if first != "" {
		require.NoError(t, ws.Write(ctx, websocket.MessageText, []byte(first)))
		_, got, err := ws.Read(ctx)
		require.NoError(t, err)
		require.Equal(t, first, string(got))
		synctest.Wait() // until the session is in the index
	}
	return ws
}

func TestHandshake(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := newEcho(t, live.Config{})
		s := livetest.NewServer(e)
		defer s.Close()
		for name, tt := range map[string]struct {
			url, secret string
			header      http.Header
			status      int
		}{
			"no signature":           {url, "", nil, 403},
			"another token":          {url, "54321", nil, 403},
			"another path":           {"wss://example.com/other", "", http.Header{"X-Twilio-Signature": {signature.Sign(token, url, nil)}}, 403},
			"https signed":           {url, "", http.Header{"X-Twilio-Signature": {signature.Sign(token, "https://example.com/live", nil)}}, 403},
			"an agentcore copy only": {url, "", http.Header{"X-Amzn-Bedrock-Agentcore-Runtime-Custom-Twilio-Signature": {signature.Sign(token, url, nil)}}, 403},
			"two signatures":         {url, "", http.Header{"X-Twilio-Signature": {signature.Sign(token, url, nil), "x"}}, 403},
			"signed":                 {url, token, nil, 101},
			"signed, with an Origin": {url, token, http.Header{"Origin": {"https://elsewhere.example.com"}}, 101},
			"signed with a port":     {url, "", http.Header{"X-Twilio-Signature": {signature.Sign(token, "wss://example.com:443/live", nil)}}, 101},
		} {
			ws, resp, err := s.Dial(ctx, tt.url, tt.secret, tt.header)
			if tt.status != 101 {
				require.Error(t, err, name)
				assert.GreaterOrEqual(t, resp.StatusCode, 400, name)
				assert.Less(t, resp.StatusCode, 500, name)
				if len(tt.header["X-Twilio-Signature"]) < 2 {
					assert.Equal(t, tt.status, resp.StatusCode, name)
				}
				continue
			}
			require.NoError(t, err, name)
			require.NoError(t, ws.CloseNow(), name)
			<-e.ended
		}
		assert.EqualValues(t, 6, e.server.Counters().Refused.Load())
		assert.EqualValues(t, 3, e.server.Counters().Sessions.Load())
		synctest.Wait()
		assert.Zero(t, e.server.Len())
	})
}

func TestHandshakeWithSignatureOfAPlainGET(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := newEcho(t, live.Config{})
		s := livetest.NewServer(e)
		defer s.Close()
		c, err := s.DialPipe(ctx)
		require.NoError(t, err)
		go func() {
			_, _ = io.WriteString(c, "GET /live HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\nX-Twilio-Signature: "+
				signature.Sign(token, "https://example.com/live", nil)+"\r\n\r\n")
		}()
		answer, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.Contains(t, string(answer), "426 Upgrade Required", "a webhook is not a handshake")
	})
}

func TestEndings(t *testing.T) {
	large := strings.Repeat("x", 1<<10)
	for name, tt := range map[string]struct {
		cfg     live.Config
		act     func(t *testing.T, ctx context.Context, ws *websocket.Conn)
		want    error
		code    websocket.StatusCode // that the peer sees; zero: it does not look
		counter func(*live.Counters) *atomic.Int64
	}{
		"closed by the peer": {
			act: func(t *testing.T, ctx context.Context, ws *websocket.Conn) {
				go ws.Close(1000, "Closing websocket session")
			},
			want: io.EOF,
		},
		"closed with 1007": {
			act: func(t *testing.T, ctx context.Context, ws *websocket.Conn) {
				go ws.Close(1007, "Too many consecutive malformed messages.")
			},
			want: &live.CloseError{Code: 1007, Reason: "Too many consecutive malformed messages."},
		},
		"cut": {
			act:  func(t *testing.T, ctx context.Context, ws *websocket.Conn) { require.NoError(t, ws.CloseNow()) },
			want: io.ErrUnexpectedEOF,
		},
		"oversize": {
			cfg: live.Config{MaxFrame: 512},
			act: func(t *testing.T, ctx context.Context, ws *websocket.Conn) {
				_ = ws.Write(ctx, websocket.MessageText, []byte(large))
			},
			want: live.ErrTooLarge, code: websocket.StatusMessageTooBig,
			counter: func(c *live.Counters) *atomic.Int64 { return &c.Oversize },
		},
		"binary": {
			act: func(t *testing.T, ctx context.Context, ws *websocket.Conn) {
				_ = ws.Write(ctx, websocket.MessageBinary, []byte("x"))
			},
			want: live.ErrProtocol, code: websocket.StatusPolicyViolation,
			counter: func(c *live.Counters) *atomic.Int64 { return &c.Malformed },
		},
		"ten malformed": {
			act: func(t *testing.T, ctx context.Context, ws *websocket.Conn) {
				for range 10 {
					_ = ws.Write(ctx, websocket.MessageText, []byte("bad"))
				}
			},
			want: live.ErrMalformed, code: websocket.StatusInvalidFramePayloadData,
			counter: func(c *live.Counters) *atomic.Int64 { return &c.Malformed },
		},
		"longest session": {
			cfg:  live.Config{Longest: time.Minute},
			act:  func(t *testing.T, ctx context.Context, ws *websocket.Conn) {},
			want: live.ErrShutdown, code: websocket.StatusGoingAway,
		},
		"never reads": {
			act: func(t *testing.T, ctx context.Context, ws *websocket.Conn) {
				// Nobody reads from here on. net.Pipe has no buffer, so the echo of the
				// first message stalls.
				_ = ws.Write(ctx, websocket.MessageText, []byte("stuck"))
				time.Sleep(live.DefaultStall + time.Second)
			},
			want:    live.ErrStalled,
			counter: func(c *live.Counters) *atomic.Int64 { return &c.Stalled },
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, ctx context.Context) {
				tt.cfg.Ping = -1
				e := newEcho(t, tt.cfg)
				e.frame = func(c *live.Conn, frame []byte) error {
					if bytes.Equal(frame, []byte("bad")) {
						return live.ErrMalformed
					}
					_, err := c.TryEnqueue(0, frame)
					return err
				}
				s := livetest.NewServer(e)
				defer s.Close()
				ws := open(t, ctx, s, "CA1")
				tt.act(t, ctx, ws)
				if tt.code != 0 {
					_, _, err := ws.Read(ctx)
					assert.Equal(t, tt.code, websocket.CloseStatus(err))
				}
				ended := <-e.ended
				if want, ok := tt.want.(*live.CloseError); ok {
					assert.Equal(t, want, ended)
				} else {
					require.ErrorIs(t, ended, tt.want)
				}
				if tt.counter != nil {
					assert.Positive(t, tt.counter(e.server.Counters()).Load())
				}
				_ = ws.CloseNow()
			})
		})
	}
}

func TestMalformedMessagesInARow(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := newEcho(t, live.Config{})
		e.frame = func(c *live.Conn, frame []byte) error {
			if string(frame) == "bad" {
				return live.ErrMalformed
			}
			_, err := c.TryEnqueue(0, frame)
			return err
		}
		s := livetest.NewServer(e)
		defer s.Close()
		ws := open(t, ctx, s, "CA1")
		for range 3 {
			for range 9 {
				require.NoError(t, ws.Write(ctx, websocket.MessageText, []byte("bad")))
			}
			require.NoError(t, ws.Write(ctx, websocket.MessageText, []byte("good")))
			_, got, err := ws.Read(ctx)
			require.NoError(t, err)
			assert.Equal(t, "good", string(got))
		}
		assert.EqualValues(t, 27, e.server.Counters().Malformed.Load())
		require.NoError(t, ws.Close(1000, ""))
		require.ErrorIs(t, <-e.ended, io.EOF)
	})
}

func TestNoFirstMessage(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := newEcho(t, live.Config{})
		s := livetest.NewServer(e)
		defer s.Close()
		start := time.Now()
		ws := open(t, ctx, s, "")
		_, _, err := ws.Read(ctx)
		assert.Equal(t, websocket.StatusPolicyViolation, websocket.CloseStatus(err))
		require.ErrorIs(t, <-e.ended, live.ErrNoStart)
		assert.Equal(t, live.DefaultFirst, time.Since(start))
	})
}

// TestContextsBoundTheWaitOnly checks that a context that ends while a message
// waits does not close the connection, as it would in coder/websocket.
func TestContextsBoundTheWaitOnly(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := newEcho(t, live.Config{MaxQueue: 64})
		conns := make(chan *live.Conn, 1)
		e.serve = func(c *live.Conn) { conns <- c; <-c.Done() }
		s := livetest.NewServer(e)
		defer s.Close()
		ws := open(t, ctx, s, "CA1")
		c := <-conns
		past, cancel := context.WithCancel(ctx)
		cancel()
		require.ErrorIs(t, c.Enqueue(past, 0, []byte("never")), context.Canceled)

		// Nobody reads: one message is being written, and the queue fills up.
		require.NoError(t, c.Enqueue(ctx, 0, bytes.Repeat([]byte("a"), 60)))
		synctest.Wait()
		require.NoError(t, c.Enqueue(ctx, 7, bytes.Repeat([]byte("b"), 60)))
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		require.ErrorIs(t, c.Enqueue(short, 0, []byte("no room for this")), context.DeadlineExceeded)
		require.ErrorIs(t, c.Enqueue(ctx, 0, bytes.Repeat([]byte("c"), 65)), live.ErrTooLarge)

		// A queued message can be dropped; one that is being written cannot.
		assert.Equal(t, 1, c.Drop(7))
		assert.Zero(t, c.Drop(7))
		go func() { assert.NoError(t, c.Enqueue(ctx, 0, []byte("after"))) }()
		for _, want := range []string{strings.Repeat("a", 60), "after"} {
			_, got, err := ws.Read(ctx)
			require.NoError(t, err)
			assert.Equal(t, want, string(got))
		}
		require.NoError(t, ws.Close(1000, ""))
		require.ErrorIs(t, <-e.ended, io.EOF)
		require.ErrorIs(t, c.Enqueue(ctx, 0, []byte("late")), io.EOF)
	})
}

func TestPing(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := newEcho(t, live.Config{})
		s := livetest.NewServer(e)
		defer s.Close()
		pings := 0
		ws, _, err := websocket.Dial(ctx, "ws://example.com/live", &websocket.DialOptions{
			HTTPClient:     s.Client(),
			HTTPHeader:     http.Header{"X-Twilio-Signature": {signature.Sign(token, url, nil)}},
			OnPingReceived: func(context.Context, []byte) bool { pings++; return pings%2 == 0 },
		})
		require.NoError(t, err)
		require.NoError(t, ws.Write(ctx, websocket.MessageText, []byte("CA1")))
		go func() {
			time.Sleep(10*time.Minute + time.Second)
			ws.Close(1000, "")
		}()
		for err == nil {
			_, _, err = ws.Read(ctx)
		}
		require.ErrorIs(t, <-e.ended, io.EOF, "an unanswered ping does not end the connection")
		// An unanswered ping delays the next one.
		assert.GreaterOrEqual(t, pings, 10*60/50)
	})
}

func TestLimitAndIndex(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := newEcho(t, live.Config{Limit: 2})
		s := livetest.NewServer(e)
		defer s.Close()
		first, second := open(t, ctx, s, "CA1"), open(t, ctx, s, "CA2")
		_, resp, err := s.Dial(ctx, url, token, nil)
		require.Error(t, err)
		assert.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
		assert.Equal(t, 2, e.server.Len())
		_, ok := e.server.Session("CA1")
		assert.True(t, ok)
		require.NoError(t, first.Close(1000, ""))
		require.ErrorIs(t, <-e.ended, io.EOF)
		synctest.Wait()
		_, ok = e.server.Session("CA1")
		assert.False(t, ok)

		// A second connection of the same call replaces the first in the index
		// and stays there when the first ends.
		old, _ := e.server.Session("CA2")
		again := open(t, ctx, s, "CA2")
		now, ok := e.server.Session("CA2")
		require.True(t, ok)
		assert.NotSame(t, old, now)
		require.NoError(t, second.CloseNow())
		<-e.ended
		synctest.Wait()
		got, _ := e.server.Session("CA2")
		assert.Same(t, now, got)
		require.NoError(t, again.CloseNow())
		<-e.ended
	})
}

func TestShutdown(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := newEcho(t, live.Config{})
		s := livetest.NewServer(e)
		defer s.Close()
		var sockets []*websocket.Conn
		for _, sid := range []string{"moves", "ends", "stays"} {
			ws := open(t, ctx, s, sid)
			sockets = append(sockets, ws)
			go func() {
				for {
					if _, _, err := ws.Read(ctx); err != nil {
						return
					}
				}
			}()
		}
		moves, _ := e.server.Session("moves")
		go func() {
			time.Sleep(time.Second)
			sockets[1].Close(1000, "")
		}()
		start := time.Now()
		soon, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		refused := make(chan int, 1)
		go func() {
			time.Sleep(2 * time.Second)
			_, resp, _ := s.Dial(ctx, url, token, nil)
			refused <- resp.StatusCode
		}()
		var asked atomic.Int64
		err := e.server.Shutdown(soon, func(_ context.Context, c *live.Conn) {
			asked.Add(1)
			if c == moves {
				c.Finish(1000, "moved")
			}
		})
		require.ErrorIs(t, err, context.DeadlineExceeded, "one session did not end")
		assert.Equal(t, http.StatusServiceUnavailable, <-refused)
		assert.EqualValues(t, 2, asked.Load())
		assert.Equal(t, 13*time.Second, time.Since(start))
		var causes []error
		for range 3 {
			causes = append(causes, <-e.ended)
		}
		require.ErrorIs(t, errors.Join(causes...), live.ErrShutdown)
		synctest.Wait()
		assert.Zero(t, e.server.Len())
		require.NoError(t, e.server.Shutdown(ctx, nil), "a second call, without sessions")
	})
}

func TestThousandSessions(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := newEcho(t, live.Config{})
		s := livetest.NewServer(e)
		defer s.Close()
		for i := range 1000 {
			ws, _, err := s.Dial(ctx, url, token, nil)
			require.NoError(t, err)
			if i%4 > 0 {
				require.NoError(t, ws.Write(ctx, websocket.MessageText, []byte("CA")))
			}
			if i%4 > 1 {
				_, _, err := ws.Read(ctx)
				require.NoError(t, err)
			}
			if i%4 == 3 {
				require.NoError(t, ws.Close(1000, ""))
			} else {
				require.NoError(t, ws.CloseNow())
			}
			<-e.ended
		}
		synctest.Wait()
		assert.Zero(t, e.server.Len())
		assert.EqualValues(t, 1000, e.server.Counters().Sessions.Load())
	}) // the bubble fails if a goroutine remains
}
