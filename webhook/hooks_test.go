package webhook_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// The reply of a function that is late goes to Options.Late, so that it can be
// sent by the REST API, and the fallback is the answer (clawbolt 65, elizaOS
// 31768).
func TestClawbolt65LateReply(t *testing.T) {
	for _, tt := range []struct {
		name  string
		took  time.Duration
		reply *twiml.MessagingResponse
		err   error
		late  int
	}{
		{"in time", 9 * time.Second, twiml.Reply("in time"), nil, 0},
		{"at the deadline", 10 * time.Second, twiml.Reply("late"), nil, 1},
		{"late", 30 * time.Second, twiml.Reply("late"), nil, 1},
		{"late without a reply", 30 * time.Second, nil, nil, 0},
		{"late with an error", 30 * time.Second, twiml.Reply("late"), errors.New("out of order"), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				rc, _ := newReceiver(t, webhook.Options{
					Fallback: webhook.Fallback{Messaging: twiml.Reply("One moment, please.")},
					Late: func(ctx context.Context, e webhook.Event, reply webhook.Reply) {
						calls++
						m, ok := e.(webhook.IncomingMessage)
						require.True(t, ok)
						assert.Equal(t, webhook.SID(messageSID), m.MessageSID)
						assert.Same(t, tt.reply, reply)
						assert.NoError(t, ctx.Err(), "there is time to send it")
						_, ok = signature.FromContext(ctx)
						assert.True(t, ok)
						r, ok := webhook.RequestFromContext(ctx)
						require.True(t, ok)
						assert.Equal(t, "/sms", r.URL.Path)
					},
				})
				h := webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
					time.Sleep(tt.took)
					return tt.reply, tt.err
				})
				w := serve(h, signed("/sms", message(nil)))
				time.Sleep(time.Minute)
				synctest.Wait()
				assert.Equal(t, http.StatusOK, w.Code)
				assert.Equal(t, tt.took >= 10*time.Second, strings.Contains(w.Body.String(), "One moment, please."))
				assert.Equal(t, tt.late, calls)
			})
		})
	}
}

// A hook that is itself slow counts for MaxLate, and one that panics is logged.
func TestT20LateHook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rc, log := newReceiver(t, webhook.Options{
			MaxLate: 1,
			Late: func(context.Context, webhook.Event, webhook.Reply) {
				time.Sleep(time.Minute)
				panic("out of order")
			},
		})
		h := webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			time.Sleep(11 * time.Second)
			return twiml.Reply("late"), nil
		})
		serve(h, signed("/sms", message(nil)))
		time.Sleep(30 * time.Second)
		start := time.Now()
		serve(h, signed("/sms", message(nil)))
		assert.Zero(t, time.Since(start), "busy")
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Len(t, log.lines(), 3)
		assert.Contains(t, log.lines()[2], "Options.Late panicked")
		assert.Contains(t, log.lines()[2], "hooks_test.go")
	})
}

// The context of a late function ends for one reason, which Err and Cause agree
// on (architecture review, A4).
func TestT20CauseOfALateContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rc, _ := newReceiver(t, webhook.Options{})
		release := make(chan struct{})
		var err, cause error
		h := webhook.Handle(rc, func(ctx context.Context, _ webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			<-release // ignores its context
			err, cause = ctx.Err(), context.Cause(ctx)
			return nil, nil
		})
		serve(h, signed("/sms", message(nil)))
		close(release)
		synctest.Wait()
		assert.Equal(t, context.DeadlineExceeded, err)
		assert.Equal(t, context.DeadlineExceeded, cause)
	})
}

// Replies that Twilio drops are failures (Rock 4107, simpleiot 117, whatsbot 2,
// langchain-assistant 19): error 14103 for every text, and nothing in the log.
func TestRock4107DroppedReplies(t *testing.T) {
	long := strings.Repeat("ä", 1601)
	for _, tt := range []struct {
		name    string
		reply   *twiml.MessagingResponse
		dropped bool
		sent    bool // the reply itself, although a part of it is dropped
	}{
		{"a text", twiml.Reply("hello"), false, true},
		{"no document", nil, false, true},
		{"no message", twiml.Messaging(), false, true},
		{"1,600 characters", twiml.Reply(long[:3200]), false, true},
		{"media alone", twiml.Messaging(twiml.Message("", twiml.Media("https://hooks.example.com/a.png"))), false, true},
		{"an empty text", twiml.Reply(""), true, false},
		{"blanks", twiml.Reply(" \n"), true, false},
		{"an empty body", twiml.Messaging(twiml.Message("", twiml.Body(""))), true, false},
		{"1,601 characters", twiml.Reply(long), true, false},
		{"1,601 characters in a body", twiml.Messaging(twiml.Message("", twiml.Body(long))), true, false},
		{"one of two", twiml.Messaging(twiml.Message("hello"), twiml.Message("")), true, true},
	} {
		for _, with := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				var failure *webhook.Failure
				opts := webhook.Options{Error: func(_ context.Context, f *webhook.Failure) { failure = f }}
				if with {
					opts.Fallback.Messaging = twiml.Reply("Please try again.")
				}
				rc, log := newReceiver(t, opts)
				w := serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
					return tt.reply, nil
				}), signed("/sms", message(nil)))
				if !tt.dropped {
					assert.Nil(t, failure)
					assert.Empty(t, log.String())
				} else {
					require.NotNil(t, failure)
					assert.Equal(t, webhook.CauseDropped, failure.Cause)
					require.Len(t, log.lines(), 1)
					assert.Contains(t, log.String(), "14103")
					assert.NotContains(t, log.String(), "ä")
				}
				switch {
				case tt.sent:
					assert.Equal(t, http.StatusOK, w.Code)
					assert.NotContains(t, w.Body.String(), "Please try again.")
				case with:
					assert.Equal(t, http.StatusOK, w.Code)
					assert.Contains(t, w.Body.String(), "Please try again.")
				default:
					assert.Equal(t, http.StatusInternalServerError, w.Code)
				}
			})
		}
	}
	assert.Panics(t, func() {
		webhook.NewReceiver(newVerifier(t), &webhook.Options{Fallback: webhook.Fallback{Messaging: twiml.Reply("")}})
	}, "a fallback that Twilio drops")
}

// A status callback at the URL of a document ran the call logic again
// silently (openclaw 68713 and 29862, mailroom 476), and the other way
// round a call was answered with 204.
func TestOpenclaw68713WrongURL(t *testing.T) {
	progress := incomingCall()
	for name, value := range map[string]string{
		"CallStatus": "in-progress", "CallbackSource": "call-progress-events", "SequenceNumber": "2", "Timestamp": "Mon, 30 Nov 2026 06:00:00 +0000",
	} {
		progress.Set(name, value)
	}
	amd := url.Values{"CallSid": {callSID}, "AccountSid": {accountSID}, "AnsweredBy": {"human"}, "MachineDetectionDuration": {"1200"}}
	recording := url.Values{
		"CallSid": {callSID}, "AccountSid": {accountSID}, "RecordingSid": {"RE0123456789abcdef0123456789abcdef"}, "RecordingStatus": {"completed"},
		"RecordingUrl": {"https://api.twilio.com/x"}, "RecordingSource": {"DialVerb"}, "RecordingDuration": {"3"}, "RecordingChannels": {"1"},
	}
	voice := func(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) { return nil, nil }
	answered := func(context.Context, webhook.OutboundCallAnswered) (*twiml.VoiceResponse, error) { return nil, nil }
	gathered := func(context.Context, webhook.GatherAction) (*twiml.VoiceResponse, error) { return nil, nil }
	status := func(context.Context, webhook.CallStatusCallback) error { return nil }
	messageStatusOf := func(context.Context, webhook.MessageStatusCallback) error { return nil }
	for _, tt := range []struct {
		name    string
		handler func(*webhook.Receiver) http.Handler
		params  url.Values
		kind    webhook.Kind // that is logged, "" for none
		setting string
	}{
		{"progress at a call", func(rc *webhook.Receiver) http.Handler { return webhook.Handle(rc, voice) }, progress, webhook.KindCallStatusCallback, "StatusCallback of a call"},
		{"progress at an answered call", func(rc *webhook.Receiver) http.Handler { return webhook.Handle(rc, answered) }, progress, webhook.KindCallStatusCallback, "StatusCallback of a call"},
		{"progress at a gather", func(rc *webhook.Receiver) http.Handler { return webhook.Handle(rc, gathered) }, progress, webhook.KindCallStatusCallback, "StatusCallback of a call"},
		{"machine detection at a call", func(rc *webhook.Receiver) http.Handler { return webhook.Handle(rc, voice) }, amd, webhook.KindAsyncAMDCallback, "AsyncAmdStatusCallback"},
		{"recording at a call", func(rc *webhook.Receiver) http.Handler { return webhook.Handle(rc, voice) }, recording, webhook.KindRecordingStatusCallback, "recordingStatusCallback"},
		{"delivery at a text", func(rc *webhook.Receiver) http.Handler { return webhook.Handle(rc, thanks) }, messageStatus(), webhook.KindMessageStatusCallback, "StatusCallback of a message"},
		{"text at a call", func(rc *webhook.Receiver) http.Handler { return webhook.Handle(rc, voice) }, message(nil), webhook.KindIncomingMessage, "A message comes in"},
		{"call at the status", func(rc *webhook.Receiver) http.Handler { return webhook.Notify(rc, status) }, incomingCall(), webhook.KindIncomingCall, "A call comes in"},
		{"text at the status", func(rc *webhook.Receiver) http.Handler { return webhook.Notify(rc, messageStatusOf) }, message(nil), webhook.KindIncomingMessage, "A message comes in"},
		{"call at a call", func(rc *webhook.Receiver) http.Handler { return webhook.Handle(rc, voice) }, incomingCall(), "", ""},
		{"progress at the status", func(rc *webhook.Receiver) http.Handler { return webhook.Notify(rc, status) }, progress, "", ""},
		{"delivery at the status", func(rc *webhook.Receiver) http.Handler { return webhook.Notify(rc, messageStatusOf) }, messageStatus(), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rc, log := newReceiver(t, webhook.Options{})
			serve(tt.handler(rc), signed("/voice", tt.params))
			if tt.kind == "" {
				assert.Empty(t, log.String())
				return
			}
			require.Len(t, log.lines(), 1)
			assert.Contains(t, log.String(), "level=WARN")
			assert.Contains(t, log.String(), "looks_like="+string(tt.kind))
			assert.Contains(t, log.String(), tt.setting)
			assert.NotContains(t, log.String(), "15550")
		})
	}
}

// A request at the right URL is never taken for one of another URL.
func TestRightURLsAreNotDoubted(t *testing.T) {
	checked := 0
	for _, f := range fixtures(t) {
		if f.Encoding != "form" {
			continue
		}
		checked++
		proof, err := newVerifier(t).Verify(signed("/hook", f.values()))
		require.NoError(t, err, f.Name)
		assert.Empty(t, webhook.Misrouted(proof, webhook.Kind(f.Kind)), f.Name)
	}
	assert.Greater(t, checked, 100)
}

// Path values and headers are within reach (GoAlert, laitos).
func TestRequestFromContext(t *testing.T) {
	rc, _ := newReceiver(t, webhook.Options{})
	mux := http.NewServeMux()
	mux.Handle("POST /orders/{order}", webhook.Handle(rc, func(ctx context.Context, _ webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		r, ok := webhook.RequestFromContext(ctx)
		require.True(t, ok)
		return twiml.Reply(r.PathValue("order") + " " + r.Header.Get("I-Twilio-Idempotency-Token")), nil
	}))
	w := serve(mux, retry("/orders/4711", message(nil), retryToken))
	assert.Contains(t, w.Body.String(), "<Message>4711 "+retryToken+"</Message>")

	w = serve(webhook.Deduplicate(rc, new(signature.MemoryClaims), mux), retry("/orders/4712", message(nil), retryToken))
	assert.Contains(t, w.Body.String(), "<Message>4712 ")
	_, ok := webhook.RequestFromContext(t.Context())
	assert.False(t, ok)
}

// One function serves a whole call, its callbacks included.
func TestCalls(t *testing.T) {
	progress := incomingCall()
	for name, value := range map[string]string{"CallStatus": "completed", "CallbackSource": "call-progress-events", "SequenceNumber": "3", "CallDuration": "7"} {
		progress.Set(name, value)
	}
	gathered := incomingCall()
	for name, value := range map[string]string{"CallStatus": "in-progress", "Digits": "2", "msg": "Gather End", "FinishedOnKey": "#"} {
		gathered.Set(name, value)
	}
	recording := url.Values{
		"CallSid": {callSID}, "AccountSid": {accountSID}, "RecordingSid": {"RE0123456789abcdef0123456789abcdef"}, "RecordingStatus": {"completed"},
		"RecordingUrl": {"https://api.twilio.com/x"}, "RecordingSource": {"DialVerb"},
	}
	var kinds []webhook.Kind
	var failure error
	rc, log := newReceiver(t, webhook.Options{Fallback: webhook.Fallback{Voice: twiml.Voice(twiml.Say("Sorry."))}})
	h := webhook.Calls(rc, func(ctx context.Context, c webhook.Call, e webhook.Event) (*twiml.VoiceResponse, error) {
		assert.Equal(t, webhook.SID(callSID), c.CallSID)
		assert.Equal(t, webhook.SID(accountSID), c.AccountSID)
		kinds = append(kinds, e.Kind())
		return twiml.Voice(twiml.Say("Hello.")), failure
	})
	for _, tt := range []struct {
		params url.Values
		kind   webhook.Kind
		code   int
	}{
		{incomingCall(), webhook.KindIncomingCall, 200},
		{gathered, webhook.KindGatherAction, 200},
		{progress, webhook.KindCallStatusCallback, 204},
		{recording, webhook.KindRecordingStatusCallback, 204},
	} {
		kinds = nil
		w := serve(h, signed("/voice", tt.params))
		assert.Equal(t, tt.code, w.Code, tt.kind)
		assert.Equal(t, []webhook.Kind{tt.kind}, kinds)
		assert.Equal(t, tt.code == 200, strings.Contains(w.Body.String(), "<Say>Hello.</Say>"))
	}
	assert.Empty(t, log.String())

	kinds = nil
	assert.Equal(t, http.StatusBadRequest, serve(h, signed("/voice", message(nil))).Code)
	assert.Empty(t, kinds)
	assert.Contains(t, log.String(), "not about a call")
	failure = errors.New("out of order")
	assert.Contains(t, serve(h, signed("/voice", incomingCall())).Body.String(), "Sorry.")
	assert.Equal(t, http.StatusServiceUnavailable, serve(h, signed("/voice", progress)).Code, "T22: no fallback for a callback")
	assert.Panics(t, func() { webhook.Calls(rc, nil) })
}

var _ slog.LogValuer = webhook.Failure{}

// TestStatusCallbacksWithoutAddresses: a Messaging Service chooses the sender
// late, and some callbacks have no recipient. The report is taken, and the log
// says what is missing (goalert 1916 and 2507, VA notification-api 1095).
func TestStatusCallbacksWithoutAddresses(t *testing.T) {
	for _, missing := range []string{"From", "To"} {
		rc, log := newReceiver(t, webhook.Options{})
		params := messageStatus()
		params.Del(missing)
		var got webhook.MessageStatusCallback
		w := serve(webhook.Notify(rc, func(_ context.Context, e webhook.MessageStatusCallback) error {
			got = e
			return nil
		}), signed("/status", params))
		assert.Equal(t, http.StatusNoContent, w.Code)
		assert.NotEmpty(t, got.MessageStatus)
		require.Len(t, log.lines(), 1)
		assert.Contains(t, log.String(), "level=WARN")
		assert.Contains(t, log.String(), missing)
		assert.Contains(t, log.String(), "is missing")
	}
}

// TestTextsWithoutBody: matrix-appservice-twilio 14, courier. A message without
// any content stays refused (T03).
func TestTextsWithoutBody(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(url.Values)
		status int
	}{
		"media": {func(p url.Values) {
			p.Del("Body")
			p.Set("NumMedia", "1")
			p.Set("MediaUrl0", "https://api.twilio.com/1")
		}, http.StatusOK},
		"media, no count":        {func(p url.Values) { p.Del("Body"); p.Del("NumMedia"); p.Set("MediaUrl0", "https://api.twilio.com/1") }, http.StatusOK},
		"a place":                {func(p url.Values) { p.Del("Body"); p.Set("Latitude", "1.5") }, http.StatusOK},
		"a button":               {func(p url.Values) { p.Del("Body"); p.Set("ButtonText", "Yes") }, http.StatusOK},
		"neither Body nor count": {func(p url.Values) { p.Del("Body"); p.Del("NumMedia") }, http.StatusOK},
		"an empty Body":          {func(p url.Values) { p.Set("Body", "") }, http.StatusOK},
		"no content at all":      {func(p url.Values) { p.Del("Body"); p.Set("B", "odyhello") }, http.StatusBadRequest},
		"a count that is none":   {func(p url.Values) { p.Set("NumMedia", "0x") }, http.StatusBadRequest},
	} {
		rc, _ := newReceiver(t, webhook.Options{})
		params := message(nil)
		tt.change(params)
		w := serve(webhook.Handle(rc, thanks), signed("/sms", params))
		assert.Equal(t, tt.status, w.Code, name)
	}
}
