package webhook_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook"
)

// tellsApart names the parameters whose value tells a kind from others, as the
// facts state: with another value, or none, the request is of another kind.
var tellsApart = []string{"CallSid", "CallStatus", "Direction", "VerificationStatus", "UsageTriggerSid", "ServiceSid", "InstanceSid", "DialCallStatus", "EventName", "EventType",
	"ParentCallSid", "StatusCallbackEvent", "TranscriptionEvent", "MessageSid", "MessageStatus", "RecordingStatus",
	"TranscriptionStatus", "TranscriptionSid", "AnsweredBy", "CallbackSource", "Level", "PayloadType", "Result",
	"PaymentMethod", "For", "Content", "ErrorUrl", "QueueResult", "QueuePosition", "QueueSid", "DequeueResult",
	"DequeingCallSid", "ReferSipResponseCode", "ReferTransferTarget", "UnstableSpeechResult", "StreamEvent",
	"SiprecEvent", "ReservationSid", "TaskSid", "WorkspaceSid", "FaxSid", "ConferenceSid", "RoomSid", "SipDomainSid"}

// TestKindSurvivesVariations parses every form of the facts in other orders,
// with repeats and news, by GET, and without or with an empty or future value
// for each parameter that does not tell the kind. Nothing is lost in any.
func TestKindSurvivesVariations(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	variants := 0
	for _, f := range fixtures(t) {
		if f.Params == nil {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			first, err := webhook.Parse(unverified(t, f.request()))
			require.NoError(t, err)
			check := func(what string, params [][2]string) {
				t.Helper()
				variants++
				for _, r := range []string{"POST", "GET"} {
					request := newForm(form(params))
					if r == "GET" {
						request = httptest.NewRequest("GET", "/hook?"+form(params), nil)
					}
					e, err := webhook.Parse(unverified(t, request))
					if err != nil { // a required parameter was spoiled
						continue
					}
					assert.Equal(t, first.Kind(), e.Kind(), "%s by %s", what, r)
					want := url.Values{}
					for _, p := range params {
						want.Add(p[0], p[1])
					}
					assertNothingLost(t, want, webhook.Encode(e), what+" by "+r)
				}
			}
			reversed := slices.Clone(f.Params)
			slices.Reverse(reversed)
			check("reversed", reversed)
			shuffled := slices.Clone(f.Params)
			random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			check("shuffled", shuffled)
			check("with news", slices.Concat([][2]string{{"BrandNewSid", "ZZ1"}, {"", ""}}, f.Params, [][2]string{{"BrandNew", "1"}, {"BrandNew", "2"}}))
			check("with empty SIDs", slices.Concat(f.Params, [][2]string{{"ConferenceSid", ""}, {"QueueSid", ""}, {"SipDomainSid", ""}, {"ParentCallSid", ""}}))
			check("with names in other cases", slices.Concat(f.Params, [][2]string{{"digits", "1"}, {"ERRORURL", "x"}, {"callbacksource", "x"}, {"messageStatus", "sent"}}))
			for i, p := range f.Params {
				check("with "+p[0]+" twice", append(slices.Clone(f.Params), p))
				if slices.Contains(tellsApart, p[0]) {
					continue
				}
				changed := slices.Clone(f.Params)
				if p[0] != "From" && p[0] != "SmsStatus" {
					changed[i][1] = "future value"
					check("with another "+p[0], changed)
				}
				if p[0] != "From" && !isRequired(first.Kind(), p[0]) {
					check("without "+p[0], slices.Delete(slices.Clone(f.Params), i, i+1))
					changed[i][1] = ""
					check("with empty "+p[0], changed)
				}
			}
		})
	}
	t.Logf("%d variants, each by POST and by GET", variants)
	assert.Greater(t, variants, 5000)
}

// TestClientParametersDoNotChangeTheKind: an app of the user's calls its
// parameters what it likes.
func TestClientParametersDoNotChangeTheKind(t *testing.T) {
	const call = "CallSid=" + callSID + "&AccountSid=" + accountSID + "&From=client%3Aalice&To=&Caller=client%3Aalice&Called=" +
		"&CallStatus=ringing&Direction=inbound&ApiVersion=2010-04-01&ApplicationSid=AP0123456789abcdef0123456789abcdef"
	for _, name := range []string{"Digits", "SpeechResult", "RecordingUrl", "Result", "Content", "For", "Level", "EventType",
		"QueuePosition", "SessionId", "MessageSid", "MessageStatus", "ConferenceSid", "RoomSid", "FaxSid", "Body", "msg"} {
		e, err := webhook.Parse(unverified(t, newForm(call+"&"+name+"=theirs")))
		require.NoError(t, err, name)
		assert.Equal(t, webhook.KindClientCallRequest, e.Kind(), name)
		assert.Equal(t, "theirs", webhook.Encode(e).Get(name))
	}
	for more, want := range map[string]webhook.Kind{
		"&ErrorUrl=https%3A%2F%2Fexample.com&ErrorCode=11200":   webhook.KindFallbackRequest,
		"&DialCallStatus=busy":                                  webhook.KindDialAction,
		"&CallbackSource=call-progress-events&SequenceNumber=0": webhook.KindCallStatusCallback,
	} {
		e, _ := webhook.Parse(unverified(t, newForm(call+more)))
		assert.Equal(t, want, e.Kind(), more)
	}
}

// TestJSONSurvivesVariations gives every member of the JSON requests of the
// facts, and of their data, values of other types, and leaves it out. The kind
// stays, except for the members that define it, and nothing is lost.
func TestJSONSurvivesVariations(t *testing.T) {
	values := []string{`null`, `1`, `-1.5e300`, `"text"`, `""`, `true`, `[]`, `{}`, `[{"a":null}]`, `"\u0000\ud83d\ude00<&>"`, `99999999999999999999`}
	telling := []string{"specversion", "type", "event_type", "eventType", "operatorResults", "intelligenceConfiguration"}
	variants := 0
	for _, f := range fixtures(t) {
		if f.Body == nil || f.Encoding == "websocket-json" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			first, err := webhook.Parse(unverified(t, newJSON(string(f.Body))))
			require.NoError(t, err)
			check := func(what string, body []byte, told bool) {
				t.Helper()
				variants++
				e, err := webhook.Parse(unverified(t, newJSON(string(body))))
				if err != nil {
					return
				}
				require.NotNil(t, e, what)
				// An event without what its type always has is kept as one of
				// some other type.
				if !told && e.Kind() != webhook.KindEventStreamsOther {
					assert.Equal(t, first.Kind(), e.Kind(), what)
				}
				_, again := webhook.EncodeBody(e)
				assert.Equal(t, plain(t, string(body)), plain(t, string(again)), what)
			}
			object := map[string]json.RawMessage{}
			if json.Unmarshal(f.Body, &object) != nil {
				var batch []map[string]json.RawMessage
				require.NoError(t, json.Unmarshal(f.Body, &batch))
				object = batch[0]
				first, err = webhook.Parse(unverified(t, newJSON(mustJSON(t, object))))
				require.NoError(t, err)
			}
			data := map[string]json.RawMessage{}
			_ = json.Unmarshal(object["data"], &data)
			vary := func(in map[string]json.RawMessage, rebuild func() string, told func(name string) bool) {
				for name, was := range in {
					for _, v := range values {
						in[name] = json.RawMessage(v)
						check(name+" is "+v, []byte(rebuild()), told(name))
					}
					delete(in, name)
					check("without "+name, []byte(rebuild()), told(name))
					in[name] = was
				}
				in["brandNew"] = json.RawMessage(`{"a":[null,1e2,"x"]}`)
				check("with news", []byte(rebuild()), false)
				delete(in, "brandNew")
			}
			vary(object, func() string { return mustJSON(t, object) }, func(name string) bool { return slices.Contains(telling, name) })
			vary(data, func() string {
				whole := map[string]json.RawMessage{}
				for name, raw := range object {
					whole[name] = raw
				}
				whole["data"] = json.RawMessage(mustJSON(t, data))
				return mustJSON(t, whole)
			}, func(string) bool { return object["data"] == nil })
		})
	}
	t.Logf("%d variants", variants)
	assert.Greater(t, variants, 1000)
}

// isRequired reports whether a request without the parameter is refused.
func isRequired(kind webhook.Kind, name string) bool {
	for _, c := range kindCases {
		for _, p := range c.params {
			if c.kind == kind && p.name == name && p.must {
				return true
			}
		}
	}
	return false
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// TestEveryKindHoldsEveryForm decodes each form of the facts as every kind, as
// a route for the wrong kind would. What it does not refuse loses nothing.
func TestEveryKindHoldsEveryForm(t *testing.T) {
	taken, refused := 0, 0
	for _, f := range fixtures(t) {
		if f.Params == nil {
			continue
		}
		want := f.values()
		for _, c := range kindCases {
			if c.form != "form" {
				continue
			}
			e, err := c.decode(t, f.request())
			if err != nil {
				refused++
				continue
			}
			taken++
			assert.Equal(t, c.kind, e.Kind())
			assertNothingLost(t, want, webhook.Encode(e), f.Name+" as "+string(c.kind))
		}
	}
	t.Logf("%d taken, %d refused", taken, refused)
	assert.Greater(t, taken, 1500)
}
