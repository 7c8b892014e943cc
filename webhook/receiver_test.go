package webhook_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

func thanks(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	return twiml.Reply("Thanks, we got: " + m.Body), nil
}

func TestHandle(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{})
	w := serve(webhook.Handle(rc, thanks), signed("/sms", message(nil)))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "text/xml; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Equal(t, strconv.Itoa(w.Body.Len()), w.Header().Get("Content-Length"))
	assert.Contains(t, w.Body.String(), "<Response><Message>Thanks, we got: hello</Message></Response>")
	assert.Empty(t, log.String(), "nothing to say at the default level")
}

func TestHandleNilDocument(t *testing.T) {
	rc, _ := newReceiver(t, webhook.Options{})
	w := serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return nil, nil
	}), signed("/sms", message(nil)))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "<Response")
	assert.Equal(t, strconv.Itoa(w.Body.Len()), w.Header().Get("Content-Length"))
}

func TestHandleHead(t *testing.T) {
	v, err := signature.New(signature.Config{BaseURL: testBase, Tokens: signature.Tokens(testToken), Methods: []string{"GET"}})
	require.NoError(t, err)
	h := webhook.Handle(webhook.NewReceiver(v, nil), thanks)
	target := "/sms?" + message(nil).Encode()
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r := signed(target, nil)
		r.Method, r.Body, r.ContentLength = method, http.NoBody, 0
		r.Header.Del("Content-Type")
		w := serve(h, r)
		if method == http.MethodHead {
			assert.Equal(t, http.StatusNoContent, w.Code, "Twilio sends none, so the function is not called")
			continue
		}
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Positive(t, w.Body.Len())
	}
}

func TestNotify(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{})
	got := make([]webhook.SID, 0, 1)
	var failure error
	h := webhook.Notify(rc, func(_ context.Context, m webhook.MessageStatusCallback) error {
		got = append(got, m.MessageSID)
		return failure
	})
	w := serve(h, signed("/status", messageStatus()))
	assert.Equal(t, http.StatusNoContent, w.Code)
	assert.Zero(t, w.Body.Len())
	assert.Empty(t, w.Header())
	assert.Empty(t, log.String())

	failure = errors.New("the store is down")
	w = serve(h, signed("/status", messageStatus()))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Zero(t, w.Body.Len())
	assert.Equal(t, "0", w.Header().Get("Content-Length"))
	assert.Equal(t, []webhook.SID{messageSID, messageSID}, got)
	require.Len(t, log.lines(), 1)
	assert.NotContains(t, log.String(), "the store is down")
	assert.Contains(t, log.String(), "error=*errors.errorString")
	assert.Contains(t, log.String(), messageSID)
}

func TestEvents(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{})
	h := webhook.Events(rc, func(_ context.Context, e webhook.Event) (webhook.Reply, error) {
		switch e := e.(type) {
		case webhook.IncomingMessage:
			return twiml.Reply("Thanks, we got: " + e.Body), nil
		case webhook.IncomingCall:
			return twiml.Reply("a message for a call"), nil
		}
		return nil, nil
	})
	assert.Contains(t, serve(h, signed("/", message(nil))).Body.String(), "we got: hello")
	assert.Equal(t, http.StatusNoContent, serve(h, signed("/", messageStatus())).Code)
	assert.Equal(t, http.StatusNoContent, serve(h, signed("/", url.Values{"Whatever": {"1"}})).Code)
	assert.Empty(t, log.String())

	w := serve(h, signed("/", incomingCall()))
	assert.Equal(t, http.StatusInternalServerError, w.Code, "a voice document was expected")
	assert.Zero(t, w.Body.Len())
	assert.Contains(t, log.String(), "cause=unrendered")
}

func TestEventsTypedNilIsADocument(t *testing.T) {
	rc, _ := newReceiver(t, webhook.Options{})
	w := serve(webhook.Events(rc, func(context.Context, webhook.Event) (webhook.Reply, error) {
		return (*twiml.MessagingResponse)(nil), nil
	}), signed("/", message(nil)))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "<Response")
}

// A page is a reply that is not TwiML.
type page struct {
	status int
	body   string
}

func (p page) AppendText(dst []byte) ([]byte, error) { return append(dst, p.body...), nil }

func (p page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.status)
	io.WriteString(w, p.body)
}

func TestEventsOtherReplies(t *testing.T) {
	for _, tt := range []struct {
		name string
		page page
		want int
		body string
	}{
		{"JSON", page{200, `{"body":"changed"}`}, 200, `{"body":"changed"}`},
		{"refusal of a pre-event", page{403, "{}"}, 403, "{}"},
		{"its own failure", page{500, "secret details"}, 500, ""},
		{"too large", page{200, strings.Repeat("x", 64<<10+1)}, 500, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rc, _ := newReceiver(t, webhook.Options{})
			w := serve(webhook.Events(rc, func(context.Context, webhook.Event) (webhook.Reply, error) {
				return tt.page, nil
			}), signed("/", message(nil)))
			assert.Equal(t, tt.want, w.Code)
			assert.Equal(t, tt.body, w.Body.String())
			assert.Equal(t, strconv.Itoa(len(tt.body)), w.Header().Get("Content-Length"))
			if tt.body != "" {
				assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"no signature", func(r *http.Request) { r.Header.Del("X-Twilio-Signature") }, 403},
		{"two signatures", func(r *http.Request) {
			r.Header.Add("X-Twilio-Signature", r.Header.Get("X-Twilio-Signature"))
		}, 403},
		{"altered byte", func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(message(url.Values{"Body": {"hallo"}}).Encode()))
		}, 403},
		{"other path", func(r *http.Request) { r.RequestURI = "/sms2" }, 403},
		{"method", func(r *http.Request) { r.Method = http.MethodPut }, 405},
		{"media type", func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=b") }, 415},
		{"declared length", func(r *http.Request) { r.ContentLength = 1<<20 + 1 }, 413},
		{"coding", func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, 415},
	} {
		t.Run(tt.name, func(t *testing.T) {
			called := false
			var told *webhook.Failure
			rc, log := newReceiver(t, webhook.Options{Error: func(_ context.Context, f *webhook.Failure) { told = f }})
			r := signed("/sms", message(nil))
			tt.change(r)
			w := serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
				called = true
				return nil, nil
			}), r)
			assert.Equal(t, tt.want, w.Code)
			assert.Zero(t, w.Body.Len())
			assert.Equal(t, "0", w.Header().Get("Content-Length"))
			assert.Equal(t, tt.want == 405, strings.Contains(w.Header().Get("Allow"), "POST"))
			assert.False(t, called)
			require.Len(t, log.lines(), 1)
			assert.Contains(t, log.String(), "level=WARN")
			require.NotNil(t, told)
			assert.Equal(t, webhook.CauseRefused, told.Cause)
			require.ErrorAs(t, told, new(*signature.Error))
		})
	}
}

func TestT03MissingFieldIsRefused(t *testing.T) {
	params := message(nil)
	params.Del("MessageSid")
	var told *webhook.Failure
	rc, log := newReceiver(t, webhook.Options{Error: func(_ context.Context, f *webhook.Failure) { told = f }})
	w := serve(webhook.Handle(rc, thanks), signed("/sms", params))
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.Zero(t, w.Body.Len())
	require.Len(t, log.lines(), 1)
	require.NotNil(t, told)
	assert.Equal(t, webhook.CauseMalformed, told.Cause)
	var malformed *webhook.DecodeError
	require.ErrorAs(t, told, &malformed)
	assert.Equal(t, "MessageSid", malformed.Param)
}

// A malformed optional field never costs the answer.
func TestSoftErrorIsLoggedAndPassedThrough(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{})
	w := serve(webhook.Handle(rc, thanks), signed("/sms", message(url.Values{"NumSegments": {"MARKER"}})))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "we got: hello")
	require.Len(t, log.lines(), 1)
	assert.Contains(t, log.String(), "level=WARN")
	assert.Contains(t, log.String(), "NumSegments")
	assert.NotContains(t, log.String(), "MARKER")
}

func TestFailures(t *testing.T) {
	broken := errors.New("out of order")
	var doc *twiml.MessagingResponse
	for _, tt := range []struct {
		name    string
		answer  func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error)
		cause   webhook.Cause
		without int // status without a fallback
	}{
		{"error", func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			return twiml.Reply("not this"), broken
		}, webhook.CauseFailed, 503},
		{"panic", func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			panic(broken)
		}, webhook.CausePanicked, 503},
		{"panic with a text", func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			panic("out of order")
		}, webhook.CausePanicked, 503},
		{"runtime error", func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			return twiml.Reply(m.Media[len(m.Body)].URL), nil
		}, webhook.CausePanicked, 503},
		{"ended goroutine", func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			fail := new(testing.T)
			fail.SkipNow() // what a failed requirement of a test does
			return doc, nil
		}, webhook.CausePanicked, 503},
		{"reply too large", func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			return twiml.Reply(strings.Repeat("x", 64<<10)), nil
		}, webhook.CauseUnrendered, 500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, with := range []bool{false, true} {
				var told *webhook.Failure
				opts := webhook.Options{Error: func(_ context.Context, f *webhook.Failure) { told = f }}
				if with {
					opts.Fallback.Messaging = twiml.Reply("Please try again.")
				}
				rc, log := newReceiver(t, opts)
				w := serve(webhook.Handle(rc, tt.answer), signed("/sms", message(nil)))
				if with {
					assert.Equal(t, http.StatusOK, w.Code)
					assert.Equal(t, "text/xml; charset=utf-8", w.Header().Get("Content-Type"))
					assert.Contains(t, w.Body.String(), "<Response><Message>Please try again.</Message></Response>")
				} else {
					assert.Equal(t, tt.without, w.Code)
					assert.Zero(t, w.Body.Len())
				}
				assert.Equal(t, strconv.Itoa(w.Body.Len()), w.Header().Get("Content-Length"))
				require.NotNil(t, told)
				assert.Equal(t, tt.cause, told.Cause)
				assert.Equal(t, tt.cause == webhook.CausePanicked && told.Stack == "", tt.name == "ended goroutine")
				require.Len(t, log.lines(), 1)
				assert.Contains(t, log.String(), "cause="+string(tt.cause))
			}
		})
	}
}

func TestFallbackByKind(t *testing.T) {
	rc, _ := newReceiver(t, webhook.Options{Fallback: webhook.Fallback{
		Voice:     twiml.Voice(twiml.Say("We are sorry.")),
		Messaging: twiml.Reply("Sorry."),
		Kinds:     map[webhook.Kind]webhook.Reply{webhook.KindIncomingMessage: twiml.Reply("Very sorry.")},
	}})
	h := webhook.Events(rc, func(context.Context, webhook.Event) (webhook.Reply, error) { return nil, errors.New("broken") })
	assert.Contains(t, serve(h, signed("/", message(nil))).Body.String(), "Very sorry.")
	assert.Contains(t, serve(h, signed("/", incomingCall())).Body.String(), "We are sorry.")
	w := serve(h, signed("/", messageStatus()))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code, "T22: a notice is never taken by a fallback")
}

func TestNewReceiverPanicsOnMisuse(t *testing.T) {
	v := newVerifier(t)
	assert.Panics(t, func() { webhook.NewReceiver(nil, nil) })
	assert.Panics(t, func() { webhook.NewReceiver(v, &webhook.Options{Timeout: -1}) })
	assert.Panics(t, func() { webhook.NewReceiver(v, &webhook.Options{MaxLate: -1}) })
	for _, d := range []time.Duration{-1, time.Second, 61 * time.Second} {
		assert.Panics(t, func() { webhook.NewReceiver(v, &webhook.Options{TwilioTimeout: d}) }, d)
	}
	assert.Panics(t, func() {
		webhook.NewReceiver(v, &webhook.Options{Fallback: webhook.Fallback{Messaging: twiml.Reply(strings.Repeat("x", 64<<10))}})
	})
	for name, kinds := range map[string]map[webhook.Kind]webhook.Reply{
		"voice for a message":       {webhook.KindIncomingMessage: twiml.Voice()},
		"message for a call":        {webhook.KindIncomingCall: twiml.Reply("Sorry.")},
		"T22: a notice":             {webhook.KindMessageStatusCallback: webhook.ReplyJSON(nil)},
		"T22: several, in JSON":     {webhook.KindEventStreams: webhook.ReplyJSON(nil)},
		"T22: message for a notice": {webhook.KindCallStatusCallback: twiml.Reply("Sorry.")},
	} {
		assert.Panics(t, func() { webhook.NewReceiver(v, &webhook.Options{Fallback: webhook.Fallback{Kinds: kinds}}) }, name)
	}
	assert.NotPanics(t, func() {
		webhook.NewReceiver(v, &webhook.Options{Fallback: webhook.Fallback{Kinds: map[webhook.Kind]webhook.Reply{
			webhook.KindIncomingCall: twiml.Voice(), webhook.KindUnknown: twiml.Reply("Sorry."), webhook.KindStudioHTTPRequest: webhook.ReplyJSON(nil),
			webhook.KindConversationsPreEvent: webhook.ConversationsRefuse(), webhook.KindTaskRouterAssignment: new(webhook.TaskRouterReply), webhook.KindCallStatusCallback: nil,
		}}})
	})
	assert.Panics(t, func() { webhook.Handle(nil, thanks) })
	assert.Panics(t, func() {
		webhook.Notify[webhook.MessageStatusCallback](webhook.NewReceiver(v, nil), nil)
	})
	assert.Panics(t, func() { webhook.Events(webhook.NewReceiver(v, nil), nil) })
}

func TestHookThatPanics(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{Error: func(context.Context, *webhook.Failure) { panic("hook") }})
	w := serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return nil, errors.New("broken")
	}), signed("/sms", message(nil)))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Len(t, log.lines(), 2)
}

func TestLogsAnswersAtDebugLevel(t *testing.T) {
	log := new(logBuffer)
	rc, _ := newReceiver(t, webhook.Options{Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	mux := http.NewServeMux()
	mux.Handle("POST /sms", webhook.Handle(rc, thanks))
	serve(mux, signed("/sms", message(nil)))
	require.Len(t, log.lines(), 1)
	assert.Contains(t, log.String(), `route="POST /sms"`)
	assert.Contains(t, log.String(), messageSID)
	assert.Contains(t, log.String(), "status=200")
}

// The function finds the proof, and through it the query of the URL.
func TestProofInTheContext(t *testing.T) {
	rc, _ := newReceiver(t, webhook.Options{})
	h := webhook.Handle(rc, func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		proof, ok := signature.FromContext(ctx)
		if !ok {
			return nil, errors.New("no proof")
		}
		return twiml.Reply(proof.Query().Get("order")), nil
	})
	w := serve(h, signed("/sms?order=4711&lang=de", message(nil)))
	assert.Contains(t, w.Body.String(), "<Message>4711</Message>")
}
