package layout_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// The functions and types of package webhook.
var (
	_ func(*signature.Verifier, *webhook.Options) *webhook.Receiver                                                   = webhook.NewReceiver
	_ func(*webhook.Receiver, func(context.Context, webhook.Event) (webhook.Reply, error)) http.Handler               = webhook.Events
	_ func(*signature.Verified) (webhook.Event, error)                                                                = webhook.Parse
	_ func(webhook.Event) url.Values                                                                                  = webhook.Encode
	_ func(*signature.Verified) (webhook.IncomingMessage, error)                                                      = webhook.Decode[webhook.IncomingMessage]
	_ func(*webhook.Receiver, func(context.Context, webhook.MessageStatusCallback) error) http.Handler                = webhook.Notify[webhook.MessageStatusCallback]
	_ func(*webhook.Receiver, func(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error)) http.Handler = webhook.Handle[webhook.IncomingCall, *twiml.VoiceResponse]

	_ interface{ Kind() webhook.Kind } = webhook.Event(nil)
	_ webhook.Reply                    = (*twiml.VoiceResponse)(nil)
	_ webhook.Reply                    = (*twiml.MessagingResponse)(nil)
	_ error                            = (*webhook.DecodeError)(nil)
	_ webhook.Event                    = (*webhook.Unknown)(nil)
	_ webhook.Event                    = webhook.IncomingMessage{}

	_ = webhook.SID(string("SM00000000000000000000000000000001"))
	_ = webhook.DecodeError{Kind: webhook.Kind("IncomingMessage"), Param: "NumMedia", Value: "x", Err: webhook.ErrSyntax}
	_ = webhook.Options{
		Logger:   slog.Default(),
		Timeout:  10 * time.Second,
		Fallback: webhook.Fallback{Voice: twiml.Voice(twiml.Say("Sorry.")), Messaging: twiml.Reply("Sorry.")},
		Error:    func(context.Context, *webhook.Failure) {},
	}
	_ = webhook.Callback{
		URL: "/status", Query: url.Values{"order": {"7"}},
		ConnectTimeout: time.Second, ReadTimeout: time.Second, TotalTimeout: 5 * time.Second,
		Retries: 3, RetryOn: []webhook.RetryPolicy{webhook.RetryConnect},
	}
)

// What passes by as plain data.
var contractMessage = webhook.IncomingMessage{
	MessageSID: webhook.SID("SM00000000000000000000000000000001"), From: webhook.Address("+15550101"), To: "+15550100",
	Body: string("hello"), NumMedia: int(1), Media: []webhook.Media{{URL: "https://api.twilio.com/ME1", ContentType: "image/png"}},
	Extra: url.Values{"Tomorrow": {"yes"}},
}

func contractVerifier(t *testing.T) *signature.Verifier {
	t.Helper()
	v, err := signature.New(signature.Config{BaseURL: webhooktest.BaseURL, Tokens: signature.Tokens(webhooktest.AuthToken)})
	require.NoError(t, err)
	return v
}

func contractHooks(t *testing.T, opts webhook.Options) *webhook.Receiver {
	t.Helper()
	opts.Logger = slog.New(slog.DiscardHandler)
	return webhook.NewReceiver(contractVerifier(t), &opts)
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Nobody writes brackets.
func TestContractHandleInfersItsTypes(t *testing.T) {
	hooks := contractHooks(t, webhook.Options{})
	text := webhook.Handle(hooks, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return twiml.Reply(m.Body), nil
	})
	assert.Contains(t, serve(text, webhooktest.NewRequest("/sms", contractMessage)).Body.String(), "<Message>hello</Message>")
	call := webhook.Handle(hooks, func(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) { return nil, nil })
	assert.Contains(t, serve(call, webhooktest.NewRequest("/voice", webhook.IncomingCall{})).Body.String(), "<Response/>")
	assert.Equal(t, http.StatusForbidden, serve(text, httptest.NewRequest(http.MethodPost, "/sms", nil)).Code)
}

func TestContractNotify(t *testing.T) {
	for _, err := range []error{nil, errors.New("the store is away")} {
		h := webhook.Notify(contractHooks(t, webhook.Options{}), func(context.Context, webhook.MessageStatusCallback) error { return err })
		want := http.StatusNoContent
		if err != nil {
			want = http.StatusServiceUnavailable
		}
		w := serve(h, webhooktest.NewRequest("/status", webhook.MessageStatusCallback{MessageStatus: webhook.MessageStatusSent}))
		assert.Equal(t, want, w.Code)
		assert.Zero(t, w.Body.Len())
	}
}

func TestContractEvents(t *testing.T) {
	var got webhook.Event
	h := webhook.Events(contractHooks(t, webhook.Options{}), func(_ context.Context, e webhook.Event) (webhook.Reply, error) {
		got = e
		if m, ok := e.(webhook.IncomingMessage); ok {
			return twiml.Reply(m.Body), nil
		}
		return nil, nil
	})
	assert.Equal(t, http.StatusOK, serve(h, webhooktest.NewRequest("/", contractMessage)).Code)
	w := serve(h, webhooktest.NewRequest("/", &webhook.Unknown{Extra: url.Values{"Tomorrow": {"yes"}}}))
	assert.Equal(t, http.StatusNoContent, w.Code, "a nil Reply")
	assert.IsType(t, (*webhook.Unknown)(nil), got)
}

func TestContractEncodeIsTheWayBack(t *testing.T) {
	p, err := contractVerifier(t).Verify(webhooktest.NewRequest("/sms", contractMessage))
	require.NoError(t, err)
	m, err := webhook.Decode[webhook.IncomingMessage](p)
	require.NoError(t, err)
	assert.Equal(t, url.Values{"Tomorrow": {"yes"}}, m.Extra, "what has no field")
	assert.Equal(t, contractMessage.Media, m.Media)
	e, err := webhook.Parse(p)
	require.NoError(t, err)
	assert.Equal(t, m, e)
	sent, err := url.ParseQuery(string(p.Body()))
	require.NoError(t, err)
	assert.Equal(t, sent, webhook.Encode(m))
	for name, e := range webhooktest.Fixtures() {
		_, body := webhook.EncodeBody(e)
		assert.NotEmpty(t, body, name)
		if len(webhook.Encode(e)) == 0 {
			assert.Contains(t, "[{", string(body[0]), "%s: only a request in JSON has no form", name)
		}
	}
}

func TestContractDecodeErrors(t *testing.T) {
	v := contractVerifier(t)
	decode := func(name, value string) (webhook.IncomingMessage, error) {
		form := webhook.Encode(webhooktest.Fixture("mms_three_media"))
		if form.Set(name, value); value == "" {
			form.Del(name)
		}
		p, err := v.Verify(contractRequest(webhooktest.AuthToken, webhooktest.BaseURL+"/sms", "/sms", form))
		require.NoError(t, err)
		return webhook.Decode[webhook.IncomingMessage](p)
	}

	m, err := decode("NumSegments", "secret-many") // optional
	e, ok := errors.AsType[*webhook.DecodeError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, webhook.DecodeError{Kind: webhook.KindIncomingMessage, Param: "NumSegments", Value: "secret-many", Err: e.Err},
		webhook.DecodeError{Kind: e.Kind, Param: e.Param, Value: e.Value, Err: e.Err})
	assert.NotContains(t, err.Error(), "secret-many")
	assert.False(t, webhook.IsFatal(err))
	assert.Equal(t, "secret-many", m.Extra.Get("NumSegments"))
	assert.True(t, m.MessageSID.Valid(), "the event can be used")

	for _, c := range [][2]string{{"MessageSid", ""}, {"AccountSid", ""}, {"From", ""}, {"NumMedia", "x"}, {"NumMedia", ""}} {
		_, err := decode(c[0], c[1])
		assert.True(t, webhook.IsFatal(err), "%s=%q: %v", c[0], c[1], err)
	}
}

// Handle goes on after a bad optional field, and answers 400 after a bad one
// that the kind always has.
func TestContractHandleOfBadFields(t *testing.T) {
	called := 0
	h := webhook.Handle(contractHooks(t, webhook.Options{}), func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		called++
		return nil, nil
	})
	for name, want := range map[string]int{"NumSegments": http.StatusOK, "NumMedia": http.StatusBadRequest} {
		form := webhook.Encode(webhooktest.Fixture("mms_three_media"))
		form.Set(name, "many")
		assert.Equal(t, want, serve(h, contractRequest(webhooktest.AuthToken, webhooktest.BaseURL+"/sms", "/sms", form)).Code, name)
	}
	assert.Equal(t, 1, called)
}

func TestContractT20T21Fallback(t *testing.T) {
	for name, run := range map[string]func(context.Context){
		"late":  func(ctx context.Context) { <-ctx.Done() },
		"panic": func(context.Context) { panic("out of order") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var failed []*webhook.Failure
				hooks := contractHooks(t, webhook.Options{
					Fallback: webhook.Fallback{Voice: twiml.Voice(twiml.Say("Please call again."))},
					Error:    func(_ context.Context, f *webhook.Failure) { failed = append(failed, f) },
				})
				begun := time.Now()
				w := serve(webhook.Handle(hooks, func(ctx context.Context, _ webhook.IncomingCall) (*twiml.VoiceResponse, error) {
					deadline, ok := ctx.Deadline()
					assert.True(t, ok)
					assert.Equal(t, 10*time.Second, deadline.Sub(begun))
					run(ctx)
					return nil, ctx.Err()
				}), webhooktest.NewRequest("/voice", webhook.IncomingCall{}))
				assert.Equal(t, http.StatusOK, w.Code)
				assert.Contains(t, w.Body.String(), "Please call again.")
				assert.Len(t, failed, 1)
			})
		})
	}
}

func TestContractDeduplicate(t *testing.T) {
	hooks := contractHooks(t, webhook.Options{})
	called := 0
	h := webhook.Deduplicate(hooks, new(webhook.MemoryAnswers), webhook.Handle(hooks,
		func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			called++
			return twiml.Reply("once"), nil
		}))
	for range 3 {
		assert.Contains(t, serve(h, webhooktest.NewRequest("/sms", contractMessage)).Body.String(), "once")
	}
	assert.Equal(t, 1, called)
}

func TestContractCallback(t *testing.T) {
	text := webhook.Callback{
		URL: "/status", Query: url.Values{"order": {"7"}}, ConnectTimeout: time.Second, ReadTimeout: 2 * time.Second,
		TotalTimeout: 5 * time.Second, Retries: 3, RetryOn: []webhook.RetryPolicy{webhook.RetryConnect, webhook.Retry5xx},
	}.String()
	assert.Equal(t, "/status?order=7#ct=1000&rt=2000&tt=5000&rc=3&rp=ct,5xx", text)
}
