package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
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

const retryToken = "7b0f2c3e-0001-4f6e-9d0a-000000000001"

// A counter answers each call with a number.
type counter struct {
	calls  atomic.Int32
	before func(context.Context, int32) error
}

func (c *counter) reply(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	n := c.calls.Add(1)
	if c.before != nil {
		if err := c.before(ctx, n); err != nil {
			return nil, err
		}
	}
	return twiml.Reply(fmt.Sprintf("answer %d to %s", n, m.Body)), nil
}

func retry(target string, params url.Values, token string) *http.Request {
	r := signed(target, params)
	r.Header.Set("I-Twilio-Idempotency-Token", token)
	return r
}

func TestDeduplicate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		second func() *http.Request
		calls  int32
	}{
		{"a retry", func() *http.Request { return retry("/sms", message(nil), retryToken) }, 1},
		{"another token", func() *http.Request { return retry("/sms", message(nil), "other") }, 2},
		{"no token", func() *http.Request { return signed("/sms", message(nil)) }, 2},
		{"another text", func() *http.Request { return retry("/sms", message(url.Values{"Body": {"bye"}}), retryToken) }, 2},
		{"another URL", func() *http.Request { return retry("/sms?x=1", message(nil), retryToken) }, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c counter
			rc, log := newReceiver(t, webhook.Options{})
			h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Handle(rc, c.reply))
			first := serve(h, retry("/sms", message(nil), retryToken))
			second := serve(h, tt.second())
			assert.Equal(t, tt.calls, c.calls.Load())
			require.Equal(t, http.StatusOK, second.Code)
			if tt.calls == 1 {
				assert.Equal(t, first.Body.String(), second.Body.String())
				assert.Equal(t, first.Header(), second.Header())
			} else {
				assert.NotEqual(t, first.Body.String(), second.Body.String())
			}
			assert.Empty(t, log.String())
		})
	}
}

func TestT09RetryIsVerified(t *testing.T) {
	var c counter
	rc, _ := newReceiver(t, webhook.Options{})
	h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Handle(rc, c.reply))
	serve(h, retry("/sms", message(nil), retryToken))
	forged := retry("/sms", message(nil), retryToken)
	forged.Body = io.NopCloser(strings.NewReader(message(url.Values{"Body": {"hallo"}}).Encode()))
	w := serve(h, forged)
	assert.Equal(t, http.StatusForbidden, w.Code)
	assert.Zero(t, w.Body.Len())
	assert.EqualValues(t, 1, c.calls.Load())
}

// A token that is too long to be Twilio's is no key: the two requests differ in
// it and still count as one.
func TestT09TokenTooLong(t *testing.T) {
	var c counter
	rc, _ := newReceiver(t, webhook.Options{})
	h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Handle(rc, c.reply))
	for _, token := range []string{strings.Repeat("t", 257), strings.Repeat("u", 8192), ""} {
		serve(h, retry("/sms", message(nil), token))
	}
	assert.EqualValues(t, 1, c.calls.Load())
}

func TestDeduplicateForgetsFailures(t *testing.T) {
	broken := errors.New("out of order")
	for _, tt := range []struct {
		name string
		fail func(context.Context) error
	}{
		{"error", func(context.Context) error { return broken }},
		{"panic", func(context.Context) error { panic(broken) }},
		{"late", func(ctx context.Context) error { <-ctx.Done(); return nil }},
		{"abort", func(context.Context) error { panic(http.ErrAbortHandler) }},
	} {
		for _, fallback := range []*twiml.MessagingResponse{nil, twiml.Reply("Please try again.")} {
			t.Run(tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := counter{before: func(ctx context.Context, n int32) error {
						if n == 1 {
							return tt.fail(ctx)
						}
						return nil
					}}
					rc, _ := newReceiver(t, webhook.Options{Fallback: webhook.Fallback{Messaging: fallback}})
					h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Handle(rc, c.reply))
					func() {
						defer func() { _ = recover() }()
						serve(h, retry("/sms", message(nil), retryToken))
					}()
					w := serve(h, retry("/sms", message(nil), retryToken))
					assert.Equal(t, http.StatusOK, w.Code)
					assert.Contains(t, w.Body.String(), "answer 2 to hello")
				})
			})
		}
	}
}

func TestDeduplicateForgetsRefusals(t *testing.T) {
	params := message(nil)
	params.Del("MessageSid")
	var c counter
	rc, _ := newReceiver(t, webhook.Options{})
	h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Handle(rc, c.reply))
	for range 2 {
		assert.Equal(t, http.StatusBadRequest, serve(h, retry("/sms", params, retryToken)).Code)
	}
}

func TestDeduplicateNotices(t *testing.T) {
	var calls int
	rc, _ := newReceiver(t, webhook.Options{})
	h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Notify(rc, func(context.Context, webhook.MessageStatusCallback) error {
		calls++
		return nil
	}))
	for range 3 {
		w := serve(h, retry("/status", messageStatus(), retryToken))
		assert.Equal(t, http.StatusNoContent, w.Code)
		assert.Empty(t, w.Header())
	}
	assert.Equal(t, 1, calls)
}

func TestDeduplicateOtherHandlers(t *testing.T) {
	rc, _ := newReceiver(t, webhook.Options{})
	calls := 0
	large := strings.Repeat("x", 64<<10+1)
	h := webhook.Deduplicate(rc, new(signature.MemoryClaims), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		require.NoError(t, r.ParseForm())
		w.Header().Set("X-Text", r.PostForm.Get("Body"))
		if r.PostForm.Get("Body") == "large" {
			io.WriteString(w, large[:10])
			io.WriteString(w, large[10:])
		}
	}))
	for range 2 {
		w := serve(h, retry("/", message(nil), retryToken))
		assert.Equal(t, "hello", w.Header().Get("X-Text"))
		assert.Equal(t, http.StatusOK, w.Code)
	}
	assert.Equal(t, 1, calls)
	for range 2 {
		w := serve(h, retry("/", message(url.Values{"Body": {"large"}}), retryToken))
		assert.Equal(t, large, w.Body.String(), "let through")
	}
	assert.Equal(t, 3, calls, "and not kept")
}

// Retries that come while the first is at work share its answer.
func TestDeduplicateConcurrentRetries(t *testing.T) {
	const retries = 50
	var c counter
	started, release := make(chan struct{}), make(chan struct{})
	c.before = func(context.Context, int32) error {
		close(started)
		<-release
		return nil
	}
	rc, _ := newReceiver(t, webhook.Options{})
	h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Handle(rc, c.reply))
	var all sync.WaitGroup
	answers := make([]*httptest.ResponseRecorder, retries)
	all.Go(func() { answers[0] = serve(h, retry("/sms", message(nil), retryToken)) })
	<-started
	for i := 1; i < retries; i++ {
		all.Go(func() { answers[i] = serve(h, retry("/sms", message(nil), retryToken)) })
	}
	close(release)
	all.Wait()
	assert.EqualValues(t, 1, c.calls.Load())
	for _, w := range answers {
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Equal(t, answers[0].Body.String(), w.Body.String())
	}
}

// When the first fails, one of those that wait takes its place.
func TestDeduplicateNextInLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := counter{before: func(ctx context.Context, n int32) error {
			time.Sleep(time.Second)
			if n == 1 {
				return errors.New("out of order")
			}
			return nil
		}}
		rc, _ := newReceiver(t, webhook.Options{})
		h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Handle(rc, c.reply))
		var all sync.WaitGroup
		var lost, good atomic.Int32
		for range 20 {
			all.Go(func() {
				if w := serve(h, retry("/sms", message(nil), retryToken)); w.Code == http.StatusOK {
					assert.Contains(t, w.Body.String(), "answer 2")
					good.Add(1)
				} else {
					lost.Add(1)
				}
			})
		}
		all.Wait()
		assert.EqualValues(t, 2, c.calls.Load())
		assert.EqualValues(t, 1, lost.Load())
		assert.EqualValues(t, 19, good.Load())
	})
}

func TestDeduplicateDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		rc, _ := newReceiver(t, webhook.Options{})
		h := webhook.Deduplicate(rc, new(signature.MemoryClaims), http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
		go serve(h, retry("/sms", message(nil), retryToken))
		synctest.Wait()
		start := time.Now()
		w := serve(h, retry("/sms", message(nil), retryToken))
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Equal(t, 10*time.Second, time.Since(start))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w = serve(h, retry("/sms", message(nil), retryToken).WithContext(ctx))
		assert.Equal(t, 11*time.Second, time.Since(start), "a client that goes away is not waited for")
		assert.Equal(t, http.StatusServiceUnavailable, w.Code, "T22: a deadline of a middleware does not end in 200")
		close(release)
	})
}

// A retry that has waited for a first that failed has what is left of the time,
// not all of it again.
func TestT20DeduplicateSharesTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := counter{before: func(ctx context.Context, n int32) error {
			if n == 1 {
				time.Sleep(7 * time.Second)
				return errors.New("out of order")
			}
			<-ctx.Done()
			return ctx.Err()
		}}
		var told *webhook.Failure
		rc, _ := newReceiver(t, webhook.Options{Error: func(_ context.Context, f *webhook.Failure) { told = f }})
		h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Handle(rc, c.reply))
		go serve(h, retry("/sms", message(nil), retryToken))
		synctest.Wait()
		start := time.Now()
		w := serve(h, retry("/sms", message(nil), retryToken))
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Equal(t, 10*time.Second, time.Since(start))
		require.NotNil(t, told)
		assert.Equal(t, webhook.CauseLate, told.Cause)
	})
}

func TestDeduplicateExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c counter
		rc, _ := newReceiver(t, webhook.Options{})
		h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Handle(rc, c.reply))
		serve(h, retry("/sms", message(nil), retryToken))
		time.Sleep(webhook.AnswerLifetime - time.Second)
		serve(h, retry("/sms", message(nil), retryToken))
		assert.EqualValues(t, 1, c.calls.Load())
		time.Sleep(time.Second)
		serve(h, retry("/sms", message(nil), retryToken))
		assert.EqualValues(t, 2, c.calls.Load())
	})
}

// A brokenStore fails, or hangs, at each of its methods.
type brokenStore struct{ hang bool }

func (s brokenStore) do(ctx context.Context) error {
	if s.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return errors.New("no connection")
}

func (s brokenStore) Claim(ctx context.Context, _, _ string, _ time.Duration) (signature.Claim, error) {
	return signature.Claim{}, s.do(ctx)
}

func (s brokenStore) Finish(ctx context.Context, _, _ string, _ []byte, _ time.Duration) error {
	return s.do(ctx)
}

func (s brokenStore) Release(ctx context.Context, _, _ string) error { return s.do(ctx) }

func TestT26DeduplicateWithoutItsStore(t *testing.T) {
	for _, hang := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var c counter
			rc, log := newReceiver(t, webhook.Options{})
			h := webhook.Deduplicate(rc, brokenStore{hang}, webhook.Handle(rc, c.reply))
			start := time.Now()
			w := serve(h, retry("/sms", message(nil), retryToken))
			assert.Equal(t, http.StatusOK, w.Code, "the call goes on")
			assert.LessOrEqual(t, time.Since(start), 2*time.Second)
			require.Len(t, log.lines(), 1)
			assert.Contains(t, log.String(), "store of answers failed")
		})
	}
}

// An answer that another version of the program has stored costs no answer.
func TestDeduplicateUnreadableAnswer(t *testing.T) {
	var c counter
	rc, log := newReceiver(t, webhook.Options{})
	h := webhook.Deduplicate(rc, garbage{}, webhook.Handle(rc, c.reply))
	assert.Equal(t, http.StatusOK, serve(h, retry("/sms", message(nil), retryToken)).Code)
	assert.Contains(t, log.String(), "store of answers failed")
}

// garbage is a store in which every key is finished.
type garbage struct{}

func (garbage) Claim(context.Context, string, string, time.Duration) (signature.Claim, error) {
	return signature.Claim{Value: []byte("garbage")}, nil
}
func (garbage) Finish(context.Context, string, string, []byte, time.Duration) error { return nil }
func (garbage) Release(context.Context, string, string) error                       { return nil }

// A HEAD after a remembered GET called the function again (security review, m7).
func TestT09HeadCallsNothing(t *testing.T) {
	v, err := signature.New(signature.Config{BaseURL: testBase, Tokens: signature.Tokens(testToken), Methods: []string{"GET"}})
	require.NoError(t, err)
	var c counter
	rc := webhook.NewReceiver(v, nil)
	h := webhook.Deduplicate(rc, new(signature.MemoryClaims), webhook.Handle(rc, c.reply))
	target := "/sms?" + message(nil).Encode()
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
		r := signed(target, nil)
		r.Method, r.Body, r.ContentLength = method, http.NoBody, 0
		r.Header.Del("Content-Type")
		w := serve(h, r)
		assert.Less(t, w.Code, 300)
		assert.Equal(t, method == http.MethodGet, w.Body.Len() > 0)
	}
	assert.EqualValues(t, 1, c.calls.Load())
}

// A replay window learns from a handler whether its function may run again
// (security review, n2).
func TestT09ReplayWindowAroundHandle(t *testing.T) {
	for _, tt := range []struct {
		name  string
		first func(context.Context, context.CancelFunc) error // of the first call
		calls int32
	}{
		{"answered", func(context.Context, context.CancelFunc) error { return nil }, 1},
		{"failed", func(context.Context, context.CancelFunc) error { return errors.New("out of order") }, 2},
		{"panicked", func(context.Context, context.CancelFunc) error { panic("out of order") }, 2},
		{"aborted", func(context.Context, context.CancelFunc) error { panic(http.ErrAbortHandler) }, 2},
		{"late", func(ctx context.Context, _ context.CancelFunc) error { <-ctx.Done(); return ctx.Err() }, 1},
		{"client gone", func(ctx context.Context, hangUp context.CancelFunc) error { hangUp(); return ctx.Err() }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVerifier(t)
				var c counter
				ctx, hangUp := context.WithCancel(t.Context())
				defer hangUp()
				c.before = func(ctx context.Context, n int32) error {
					if n > 1 {
						return nil
					}
					return tt.first(ctx, hangUp)
				}
				rc := webhook.NewReceiver(v, &webhook.Options{
					Logger:   slog.New(slog.DiscardHandler),
					Fallback: webhook.Fallback{Messaging: twiml.Reply("Please try again.")},
				})
				h := v.Handler(new(signature.ReplayWindow).Handler(webhook.Handle(rc, c.reply)))
				for i := range 3 {
					r := signed("/sms", message(nil))
					if i == 0 {
						r = r.WithContext(ctx)
					}
					func() {
						defer func() { _ = recover() }()
						serve(h, r)
					}()
				}
				assert.Equal(t, tt.calls, c.calls.Load())
			})
		})
	}
}

func TestDeduplicatePanicsOnMisuse(t *testing.T) {
	rc, _ := newReceiver(t, webhook.Options{})
	assert.Panics(t, func() { webhook.Deduplicate(nil, new(signature.MemoryClaims), http.NotFoundHandler()) })
	assert.Panics(t, func() { webhook.Deduplicate(rc, nil, http.NotFoundHandler()) })
	assert.Panics(t, func() { webhook.Deduplicate(rc, new(signature.MemoryClaims), nil) })
}
