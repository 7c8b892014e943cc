package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
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
			h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), webhook.Handle(rc, c.reply))
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
	h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), webhook.Handle(rc, c.reply))
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
	h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), webhook.Handle(rc, c.reply))
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
					h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), webhook.Handle(rc, c.reply))
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
	h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), webhook.Handle(rc, c.reply))
	for range 2 {
		assert.Equal(t, http.StatusBadRequest, serve(h, retry("/sms", params, retryToken)).Code)
	}
}

func TestDeduplicateNotices(t *testing.T) {
	var calls int
	rc, _ := newReceiver(t, webhook.Options{})
	h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), webhook.Notify(rc, func(context.Context, webhook.MessageStatusCallback) error {
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
	h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
	h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), webhook.Handle(rc, c.reply))
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
		h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), webhook.Handle(rc, c.reply))
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
		h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
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
// not all of it anew.
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
		h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), webhook.Handle(rc, c.reply))
		go serve(h, retry("/sms", message(nil), retryToken))
		synctest.Wait()
		start := time.Now()
		w := serve(h, retry("/sms", message(nil), retryToken))
		assert.Equal(t, http.StatusServiceUnavailable, w.Code)
		assert.Equal(t, 10*time.Second, time.Since(start))
		require.NotNil(t, told)
		assert.Equal(t, webhook.Late, told.Cause)
	})
}

func TestDeduplicateExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c counter
		rc, _ := newReceiver(t, webhook.Options{})
		h := webhook.Deduplicate(rc, new(webhook.MemoryAnswers), webhook.Handle(rc, c.reply))
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

func (s brokenStore) Claim(ctx context.Context, _ webhook.AnswerKey, _ string, _ time.Duration) (webhook.Claim, error) {
	return webhook.Claim{}, s.do(ctx)
}

func (s brokenStore) Wait(ctx context.Context, _ webhook.AnswerKey, _ string) error { return s.do(ctx) }

func (s brokenStore) Finish(ctx context.Context, _ webhook.AnswerKey, _ string, _ *webhook.Answer, _ time.Duration) error {
	return s.do(ctx)
}

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

func TestMemoryAnswersIsBounded(t *testing.T) {
	ctx := t.Context()
	m := &webhook.MemoryAnswers{Max: 3, MaxBytes: 4000}
	put := func(i byte, size int) {
		claim, err := m.Claim(ctx, webhook.AnswerKey{i}, "me", time.Minute)
		require.NoError(t, err)
		require.Equal(t, webhook.Claim{Owner: "me"}, claim)
		require.NoError(t, m.Finish(ctx, webhook.AnswerKey{i}, "me", &webhook.Answer{Status: 200, Body: make([]byte, size)}, time.Minute))
	}
	has := func(i byte) bool {
		claim, err := m.Claim(ctx, webhook.AnswerKey{i}, "probe", time.Minute)
		require.NoError(t, err)
		if claim.Answer == nil {
			require.NoError(t, m.Finish(ctx, webhook.AnswerKey{i}, "probe", nil, 0))
		}
		return claim.Answer != nil
	}
	for i := range byte(5) {
		put(i, 10)
	}
	assert.Equal(t, []bool{false, false, true, true, true}, []bool{has(0), has(1), has(2), has(3), has(4)})
	put(5, 3000)
	assert.Equal(t, []bool{false, true, true}, []bool{has(2), has(4), has(5)}, "by number: the oldest go first")
	put(6, 3000)
	assert.Equal(t, []bool{false, false, true}, []bool{has(4), has(5), has(6)}, "and by bytes")
	put(7, 5000)
	assert.False(t, has(7), "one that is larger than all")
}

// A bound below zero is the default, and no reason to panic while answering.
func TestMemoryAnswersNegativeBounds(t *testing.T) {
	m := &webhook.MemoryAnswers{Max: -1, MaxBytes: -1}
	key := webhook.AnswerKey{1}
	_, err := m.Claim(t.Context(), key, "me", time.Minute)
	require.NoError(t, err)
	want := &webhook.Answer{Status: 200, Body: []byte("kept")}
	require.NoError(t, m.Finish(t.Context(), key, "me", want, time.Minute))
	claim, err := m.Claim(t.Context(), key, "you", time.Minute)
	require.NoError(t, err)
	assert.Same(t, want, claim.Answer)
}

func TestMemoryAnswersLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		var m webhook.MemoryAnswers
		key := webhook.AnswerKey{1}
		_, err := m.Claim(ctx, key, "first", 10*time.Second)
		require.NoError(t, err)
		claim, err := m.Claim(ctx, key, "second", 10*time.Second)
		require.NoError(t, err)
		assert.Equal(t, webhook.Claim{Owner: "first"}, claim)

		start := time.Now()
		require.NoError(t, m.Wait(ctx, key, "first"))
		assert.Equal(t, 10*time.Second, time.Since(start), "until the lease ends")
		claim, err = m.Claim(ctx, key, "second", 10*time.Second)
		require.NoError(t, err)
		assert.Equal(t, webhook.Claim{Owner: "second"}, claim)

		require.NoError(t, m.Finish(ctx, key, "first", &webhook.Answer{Status: 200}, time.Minute), "too late, and without effect")
		claim, err = m.Claim(ctx, key, "third", 10*time.Second)
		require.NoError(t, err)
		assert.Equal(t, webhook.Claim{Owner: "second"}, claim)
		require.NoError(t, m.Wait(ctx, key, "first"), "it is not the first one's any more")
	})
}

func TestDeduplicatePanicsOnMisuse(t *testing.T) {
	rc, _ := newReceiver(t, webhook.Options{})
	assert.Panics(t, func() { webhook.Deduplicate(nil, new(webhook.MemoryAnswers), http.NotFoundHandler()) })
	assert.Panics(t, func() { webhook.Deduplicate(rc, nil, http.NotFoundHandler()) })
	assert.Panics(t, func() { webhook.Deduplicate(rc, new(webhook.MemoryAnswers), nil) })
}
