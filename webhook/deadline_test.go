package webhook_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

func TestT20Deadline(t *testing.T) {
	for _, tt := range []struct {
		name    string
		timeout time.Duration
		twilio  time.Duration
		want    time.Duration
	}{
		{"default", 0, 0, 10 * time.Second},
		{"shorter", 3 * time.Second, 0, 3 * time.Second},
		{"longest", 14 * time.Second, 0, 14 * time.Second},
		{"never longer", time.Minute, 0, 14 * time.Second},
		{"Twilio waits longer", 40 * time.Second, time.Minute, 40 * time.Second},
		{"as long as Twilio waits", time.Minute, time.Minute, 59 * time.Second},
		{"Conversations waits 5 s", 0, 5 * time.Second, 4 * time.Second},
	} {
		for _, with := range []bool{false, true} {
			t.Run(tt.name+" "+strconv.FormatBool(with), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					opts := webhook.Options{Timeout: tt.timeout, TwilioTimeout: tt.twilio}
					if with {
						opts.Fallback.Messaging = twiml.Reply("Please try again.")
					}
					rc, log := newReceiver(t, opts)
					release := make(chan struct{})
					h := webhook.Handle(rc, func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
						<-release // ignores its context
						return twiml.Reply("too late"), nil
					})
					start := time.Now()
					w := serve(h, signed("/sms", message(nil)))
					assert.Equal(t, tt.want, time.Since(start))
					if with {
						assert.Equal(t, http.StatusOK, w.Code)
						assert.Contains(t, w.Body.String(), "<Response><Message>Please try again.</Message></Response>")
						assert.Equal(t, "text/xml; charset=utf-8", w.Header().Get("Content-Type"))
					} else {
						assert.Equal(t, http.StatusServiceUnavailable, w.Code)
					}
					assert.Equal(t, strconv.Itoa(w.Body.Len()), w.Header().Get("Content-Length"))
					answered := w.Body.String()
					close(release)
					synctest.Wait()
					assert.Equal(t, answered, w.Body.String(), "what comes late goes nowhere")
					require.Len(t, log.lines(), 1)
					assert.Contains(t, log.String(), "cause=late")
				})
			})
		}
	}
}

func TestT20LateNoticeIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rc, _ := newReceiver(t, webhook.Options{})
		w := serve(webhook.Notify(rc, func(ctx context.Context, _ webhook.MessageStatusCallback) error {
			<-ctx.Done()
			return nil
		}), signed("/status", messageStatus()))
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	})
}

func TestT20LateFunctionIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rc, log := newReceiver(t, webhook.Options{})
		var took time.Duration
		var why, childWhy error
		h := webhook.Handle(rc, func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			start := time.Now()
			deadline, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, start.Add(10*time.Second), deadline)
			assert.NoError(t, ctx.Err())
			child, cancel := context.WithCancel(ctx)
			defer cancel()
			<-child.Done()
			took, why, childWhy = time.Since(start), ctx.Err(), child.Err()
			return nil, why
		})
		w := serve(h, signed("/sms", message(nil)))
		synctest.Wait()
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Equal(t, 10*time.Second, took)
		assert.ErrorIs(t, why, context.DeadlineExceeded)
		assert.ErrorIs(t, childWhy, context.DeadlineExceeded)
		require.Len(t, log.lines(), 1)
		assert.Contains(t, log.String(), "cause=late")
	})
}

// One that polls its context instead of waiting for it learns of the end, too.
func TestT20LateFunctionPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rc, _ := newReceiver(t, webhook.Options{})
		var turns atomic.Int32
		w := serve(webhook.Handle(rc, func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			for ctx.Err() == nil {
				time.Sleep(300 * time.Millisecond)
				turns.Add(1)
			}
			return nil, ctx.Err()
		}), signed("/sms", message(nil)))
		time.Sleep(time.Second)
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.EqualValues(t, 34, turns.Load())
	})
}

// Functions that ignore their context are bounded in number, and so is what
// a database that hangs costs; once they return all is as before.
func TestT20TooManyLateFunctions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 3
		var causes []webhook.Cause
		rc, log := newReceiver(t, webhook.Options{
			MaxLate:  most,
			Fallback: webhook.Fallback{Messaging: twiml.Reply("Please try again.")},
			Error:    func(_ context.Context, f *webhook.Failure) { causes = append(causes, f.Cause) },
		})
		hang := make(chan struct{})
		var calls atomic.Int32
		h := webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			calls.Add(1)
			<-hang
			return twiml.Reply("done"), nil
		})
		for range most {
			serve(h, signed("/sms", message(nil)))
		}
		start := time.Now()
		w := serve(h, signed("/sms", message(nil)))
		assert.Zero(t, time.Since(start))
		assert.EqualValues(t, most, calls.Load())
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Contains(t, w.Body.String(), "Please try again.")
		assert.Equal(t, []webhook.Cause{webhook.CauseLate, webhook.CauseLate, webhook.CauseLate, webhook.CauseBusy}, causes)
		assert.Contains(t, log.lines()[most], "the function was not called")
		assert.Contains(t, log.lines()[most], "cause=busy")

		close(hang)
		synctest.Wait()
		assert.Contains(t, serve(h, signed("/sms", message(nil))).Body.String(), "done")
	})
}

func TestT20LatePanic(t *testing.T) {
	for _, value := range []any{"out of order", http.ErrAbortHandler} {
		synctest.Test(t, func(t *testing.T) {
			rc, log := newReceiver(t, webhook.Options{})
			w := serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
				time.Sleep(11 * time.Second)
				panic(value)
			}), signed("/sms", message(nil)))
			assert.Equal(t, http.StatusServiceUnavailable, w.Code)
			time.Sleep(2 * time.Second)
			if value == http.ErrAbortHandler {
				assert.Len(t, log.lines(), 1)
				return
			}
			require.Len(t, log.lines(), 2)
			assert.Contains(t, log.lines()[1], "after its time was up")
			assert.Contains(t, log.lines()[1], "deadline_test.go")
		})
	}
}

// The time that verifying takes, with tokens out of a slow database, counts.
func TestT20VerifyingCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		token, err := signature.NewToken("only", testToken)
		require.NoError(t, err)
		v, err := signature.New(signature.Config{
			BaseURL: testBase,
			Tokens: signature.TokenFunc(func(context.Context, signature.Query) ([]signature.Token, error) {
				time.Sleep(4 * time.Second)
				return []signature.Token{token}, nil
			}),
		})
		require.NoError(t, err)
		rc := webhook.NewReceiver(v, &webhook.Options{Logger: slog.New(slog.DiscardHandler)})
		start := time.Now()
		serve(webhook.Handle(rc, func(ctx context.Context, _ webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			<-ctx.Done()
			return nil, nil
		}), signed("/sms", message(nil)))
		assert.Equal(t, 10*time.Second, time.Since(start))
	})
}

func TestContextEndsWithTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rc, _ := newReceiver(t, webhook.Options{})
		var kept, waited context.Context
		h := webhook.Handle(rc, func(ctx context.Context, _ webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			if kept == nil {
				kept = ctx
				return nil, nil
			}
			waited = ctx
			ctx.Done()
			return nil, nil
		})
		serve(h, signed("/sms", message(nil)))
		assert.ErrorIs(t, kept.Err(), context.Canceled)
		<-kept.Done()
		serve(h, signed("/sms", message(nil)))
		<-waited.Done()
		assert.ErrorIs(t, waited.Err(), context.Canceled)
		child, cancel := context.WithTimeout(kept, time.Hour)
		defer cancel()
		<-child.Done()
	})
}

func TestContextKeepsTheParents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		rc, _ := newReceiver(t, webhook.Options{})
		start := time.Now()
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "value"), time.Second)
		defer cancel()
		w := serve(webhook.Handle(rc, func(ctx context.Context, _ webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			assert.Equal(t, "value", ctx.Value(key{}))
			deadline, _ := ctx.Deadline()
			assert.Equal(t, start.Add(time.Second), deadline)
			<-ctx.Done()
			assert.Equal(t, "value", ctx.Value(key{}))
			return nil, ctx.Err()
		}), signed("/sms", message(nil)).WithContext(ctx))
		assert.Equal(t, time.Second, time.Since(start))
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	})
}

// When the client is gone, its function learns that and fails; that is no alarm.
func TestT21LostClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told *webhook.Failure
		var took time.Duration
		rc, log := newReceiver(t, webhook.Options{Error: func(_ context.Context, f *webhook.Failure) { told = f }})
		server := &http.Server{Handler: webhook.Handle(rc, func(ctx context.Context, _ webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			start := time.Now()
			<-ctx.Done()
			took = time.Since(start)
			return nil, ctx.Err()
		})}
		client := connect(t, server)
		require.NoError(t, signed("/sms", message(nil)).Write(client))
		time.Sleep(2 * time.Second)
		client.Close()
		synctest.Wait()
		require.NotNil(t, told)
		assert.Equal(t, webhook.CauseGone, told.Cause)
		assert.ErrorIs(t, told, context.Canceled)
		assert.Equal(t, 2*time.Second, took)
		require.Len(t, log.lines(), 1)
		assert.Contains(t, log.String(), "level=INFO")
	})
}

// net/http closes the connection without an answer, and nothing is logged.
func TestT21AbortHandlerKeepsItsMeaning(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{Fallback: webhook.Fallback{Messaging: twiml.Reply("not this")}})
	h := webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		panic(http.ErrAbortHandler)
	})
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { serve(h, signed("/sms", message(nil))) })

	server := httptest.NewServer(h)
	defer server.Close()
	r := signed("/sms", message(nil))
	req, err := http.NewRequest(http.MethodPost, server.URL+"/sms", r.Body)
	require.NoError(t, err)
	req.Header = r.Header
	_, err = server.Client().Do(req)
	require.Error(t, err)
	assert.Empty(t, log.String())
}

func TestT21StackHasNoValues(t *testing.T) {
	var told *webhook.Failure
	rc, log := newReceiver(t, webhook.Options{Error: func(_ context.Context, f *webhook.Failure) { told = f }})
	serve(webhook.Handle(rc, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		explode(m.Body, m.From)
		return nil, nil
	}), signed("/sms", message(url.Values{"Body": {"MARKER in the text"}})))
	require.NotNil(t, told)
	first, _, _ := strings.Cut(told.Stack, "\n")
	assert.Contains(t, first, "webhook_test.explode")
	assert.Contains(t, first, "deadline_test.go:")
	assert.NotContains(t, told.Stack, "0x")
	assert.NotContains(t, told.Stack, "runtime.")
	assert.NotContains(t, log.String(), "MARKER")
	assert.NotContains(t, log.String(), "15550101")
}

//go:noinline
func explode(body string, from webhook.Address) {
	panic(errors.New("cannot read " + strconv.Quote(body) + " of " + string(from)))
}

func TestT21ParallelPanics(t *testing.T) {
	const n = 1000
	rc, log := newReceiver(t, webhook.Options{Fallback: webhook.Fallback{Messaging: twiml.Reply("Please try again.")}})
	server := httptest.NewServer(webhook.Handle(rc, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		panic(m.Body)
	}))
	defer server.Close()
	server.Client().Transport.(*http.Transport).MaxConnsPerHost = 64
	var answered sync.Map
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			r := signed("/sms", message(url.Values{"Body": {"panic " + strconv.Itoa(i)}}))
			req, err := http.NewRequest(http.MethodPost, server.URL+"/sms", r.Body)
			if !assert.NoError(t, err) {
				return
			}
			req.Header = r.Header
			res, err := server.Client().Do(req)
			if !assert.NoError(t, err) {
				return
			}
			defer res.Body.Close()
			body := make([]byte, res.ContentLength)
			_, _ = res.Body.Read(body)
			if res.StatusCode == http.StatusOK && strings.Contains(string(body), "Please try again.") {
				answered.Store(i, true)
			}
		})
	}
	all.Wait()
	got := 0
	answered.Range(func(any, any) bool { got++; return true })
	assert.Equal(t, n, got, "an answer for each")
	assert.Len(t, log.lines(), n)
}

// connect serves one connection that lives in memory.
func connect(t *testing.T, server *http.Server) net.Conn {
	t.Helper()
	client, conn := net.Pipe()
	l := &oneConn{conns: make(chan net.Conn, 1)}
	l.conns <- conn
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return client
}

type oneConn struct {
	conns chan net.Conn
	once  sync.Once
}

func (l *oneConn) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (l *oneConn) Close() error {
	l.once.Do(func() { close(l.conns) })
	return nil
}

func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }
