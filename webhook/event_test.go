package webhook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook"
)

// messageForm is a form that decodes to an IncomingMessage.
func messageForm(more ...string) string {
	return "MessageSid=" + messageSID + "&AccountSid=" + accountSID +
		"&From=%2B15550100&To=%2B15550101&Body=hello&NumMedia=0" + strings.Join(more, "")
}

func decodeMessage(t *testing.T, body string) (webhook.IncomingMessage, error) {
	t.Helper()
	return webhook.Decode[webhook.IncomingMessage](unverified(t, newForm(body)))
}

func TestDecodeTypes(t *testing.T) {
	v, _ := proofOf(t, "call-status-inbound-completed")
	c, err := webhook.Decode[webhook.CallStatusCallback](v)
	require.NoError(t, err)
	assert.Equal(t, 3*time.Second, c.CallDuration)
	assert.Equal(t, 1, c.BilledMinutes)
	assert.Equal(t, webhook.CallStatusCompleted, c.CallStatus)
	assert.Equal(t, time.UTC, c.Timestamp.Location())

	v, _ = proofOf(t, "mms_three_media")
	m, err := webhook.Decode[webhook.IncomingMessage](v)
	require.NoError(t, err)
	require.Len(t, m.Media, 3)
	assert.Equal(t, m.NumMedia, len(m.Media))
	for i, media := range m.Media {
		assert.NotEmpty(t, media.URL, i)
		assert.NotEmpty(t, media.ContentType, i)
	}

	v, _ = proofOf(t, "dial-action-sip")
	d, err := webhook.Decode[webhook.DialAction](v)
	require.NoError(t, err)
	assert.Contains(t, d.DialSIPHeaders, "X-Agent")

	v, _ = proofOf(t, "client-call-custom-param")
	client, err := webhook.Decode[webhook.ClientCallRequest](v)
	require.NoError(t, err)
	assert.Equal(t, url.Values{"foo": {"bar"}}, client.Extra)
	assert.Equal(t, webhook.AddressClient, client.From.Kind())
}

// TestLiteralsComeBack sends an event that was written as a literal and wants
// exactly the same value.
func TestLiteralsComeBack(t *testing.T) {
	sid := webhook.SID(messageSID)
	for _, e := range []webhook.Event{
		webhook.IncomingMessage{
			Message:       webhook.Message{MessageSID: sid, AccountSID: accountSID, From: "+15550100", To: "+15550101", Body: "hi"},
			SMSMessageSID: sid,
			NumMedia:      1,
			Media:         []webhook.Media{{URL: "https://api.twilio.com/x", ContentType: "image/png"}},
			FromGeo:       webhook.Geo{City: "ATHENS", Country: "US"},
			Latitude:      -0.5,
		},
		webhook.CallStatusCallback{
			Call:            webhook.Call{CallSID: callSID, AccountSID: accountSID, From: "+15550100", To: "sip:a@example.com", CallStatus: webhook.CallStatusBusy, Direction: webhook.CallDirectionOutboundAPI},
			CallbackSource:  "call-progress-events",
			Timestamp:       time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			SequenceNumber:  2,
			SIPResponseCode: 486,
		},
		webhook.EventStreams{Events: []webhook.Event{webhook.EventStreamsMessageStatus{
			CloudEvent: webhook.CloudEvent{SpecVersion: "1.0", Type: "com.twilio.messaging.message.failed", ID: "EZ1"},
			MessageSID: sid, MessageStatus: webhook.EventMessageStatusFailed, ErrorCode: 30003}}},
	} {
		typ, body := webhook.EncodeBody(e)
		r := newForm(string(body))
		r.Header.Set("Content-Type", typ)
		got, err := webhook.Parse(unverified(t, r))
		require.NoError(t, err)
		assert.Equal(t, e, got)
	}
}

func TestEventStreamsVoiceHoldsTheWebhook(t *testing.T) {
	for _, f := range fixtures(t) {
		if f.Name != "event-streams-call-completed" {
			continue
		}
		e, err := webhook.Parse(unverified(t, f.request()))
		require.NoError(t, err)
		inner, err := e.(webhook.EventStreams).Events[0].(webhook.EventStreamsVoice).Webhook()
		require.NoError(t, err, "the account is in the source of the event")
		c := inner.(webhook.CallStatusCallback)
		assert.Equal(t, 42*time.Second, c.CallDuration)
	}
	_, err := webhook.EventStreamsVoice{}.Webhook()
	assert.ErrorIs(t, err, webhook.ErrSyntax)
}

// TestBatchKeepsTheGood has one event that cannot be read among others.
func TestBatchKeepsTheGood(t *testing.T) {
	good := `{"specversion":"1.0","type":"com.twilio.messaging.message.sent","data":{"messageSid":"` + messageSID + `","messageStatus":"SENT"}}`
	bad := `{"specversion":"1.0","type":"com.twilio.messaging.message.sent","data":{"messageSid":"../etc"}}`
	v := unverified(t, newJSON("["+good+","+bad+"]"))
	e, err := webhook.Parse(v)
	require.NoError(t, err)
	problems := webhook.Problems(e)
	require.Len(t, problems, 2)
	assert.Equal(t, "messageSid", problems[0].Param)
	events := e.(webhook.EventStreams).Events
	require.Len(t, events, 2)
	assert.Equal(t, webhook.KindEventStreamsMessageStatus, events[0].Kind())
	assert.Equal(t, webhook.KindEventStreamsOther, events[1].Kind())
	_, err = webhook.Decode[webhook.EventStreamsMessageStatus](v)
	assert.ErrorIs(t, err, webhook.ErrBatch)
	one, err := webhook.Decode[webhook.EventStreamsMessageStatus](unverified(t, newJSON(good)))
	require.NoError(t, err)
	assert.Equal(t, webhook.SID(messageSID), one.MessageSID)
}

func TestT03ShiftedBoundaries(t *testing.T) {
	for name, body := range map[string]string{
		"a letter from name to value": strings.Replace(messageForm(), "Body=hello", "B=odyhello", 1),
		"two parameters become one":   strings.Replace(messageForm(), "&From=%2B15550100", "From%2B15550100", 1),
		"a digit of the SID":          strings.Replace(messageForm(), messageSID, messageSID[1:], 1),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decodeMessage(t, body)
			assert.Error(t, err)
		})
	}
}

func TestT05FirstOfARepeatedName(t *testing.T) {
	m, err := decodeMessage(t, messageForm("&Body=second&body=third&NumMedia=x&From%5B%5D=4"))
	require.NoError(t, err)
	assert.Equal(t, "hello", m.Body)
	assert.Equal(t, 0, m.NumMedia)
	assert.Equal(t, url.Values{"Body": {"second"}, "body": {"third"}, "NumMedia": {"x"}, "From[]": {"4"}}, m.Extra)
}

// TestT11BrokenEscapesAreData decodes what lenient verification lets through.
func TestT11BrokenEscapesAreData(t *testing.T) {
	m, err := decodeMessage(t, messageForm("&Note=%zz&Label=50%"))
	require.NoError(t, err)
	assert.Equal(t, "50%", m.Label)
	assert.Equal(t, []string{"%zz"}, m.Extra["Note"])
}

func TestT12DepthOfJSON(t *testing.T) {
	nested := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	var into any
	require.NoError(t, webhook.JSON(nested(64)).Decode(&into))
	require.ErrorIs(t, webhook.JSON(nested(65)).Decode(&into), webhook.ErrDepth)
	require.ErrorIs(t, webhook.JSON(strings.Repeat("[", 100000)).Decode(&into), webhook.ErrDepth)
	require.NoError(t, webhook.JSON(`"`+strings.Repeat("[", 1000)+`\""`).Decode(&into))

	_, err := webhook.Decode[webhook.VerifyEvent](unverified(t, newJSON(nested(65))))
	require.ErrorIs(t, err, webhook.ErrDepth)
	e, err := webhook.Parse(unverified(t, newJSON(nested(65))))
	require.NoError(t, err)
	assert.Equal(t, webhook.KindUnknown, e.Kind())
	_, err = webhook.Decode[webhook.VerifyEvent](unverified(t, newJSON(`{"type":"factor.created","type":"factor.created"}`)))
	assert.ErrorIs(t, err, webhook.ErrSyntax, "a name that stands there twice")
}

func TestT13MediaByWhatIsThere(t *testing.T) {
	m, err := decodeMessage(t, strings.Replace(messageForm("&MediaUrl2=c&MediaUrl0=a&MediaContentType0=t&MediaUrl10=k&MediaUrl00=z&MediaUrl4294967296=y&MediaUrl0=again&MediaUrl1="), "NumMedia=0", "NumMedia=1000000", 1))
	require.NoError(t, err)
	assert.Equal(t, 1000000, m.NumMedia)
	assert.Equal(t, []webhook.Media{{URL: "a", ContentType: "t"}}, m.Media)
	assert.Equal(t, url.Values{"MediaUrl2": {"c"}, "MediaUrl10": {"k"}, "MediaUrl00": {"z"}, "MediaUrl4294967296": {"y"}, "MediaUrl0": {"again"}, "MediaUrl1": {""}}, m.Extra)
	_, err = decodeMessage(t, strings.Replace(messageForm(), "NumMedia=0", "NumMedia=-1", 1))
	assert.ErrorIs(t, err, webhook.ErrSyntax)
}

func TestT14TextIsKeptAsItIs(t *testing.T) {
	for _, text := range []string{
		" a ", "\t\r\n", "a\x00b", "x\xed\xa0\x80y", "\xff\xfe", "e\u0301", "\u202eabc", "👩‍👩‍👧", "\ufeff", "A\u2028b", strings.Repeat("ü", 1600),
	} {
		f := url.Values{"Body": {text}, "ProfileName": {text}, text: {text}}
		m, err := decodeMessage(t, strings.Replace(messageForm("&"+f.Encode()), "&Body=hello", "", 1))
		require.NoError(t, err)
		assert.Equal(t, text, m.Body)
		assert.Equal(t, text, m.ProfileName)
		assert.Equal(t, []string{text}, m.Extra[text])
	}
}

func TestT15UnknownIsKept(t *testing.T) {
	m, err := decodeMessage(t, messageForm("&SmsStatus=teleported&MessageType=hologram&BrandNewField=1"))
	require.NoError(t, err)
	assert.Equal(t, webhook.MessageStatus("teleported"), m.SMSStatus)
	assert.Equal(t, webhook.InboundMessageType("hologram"), m.MessageType)
	assert.Equal(t, url.Values{"BrandNewField": {"1"}}, m.Extra)
}

// TestT29NothingPersonalIsPrinted prints errors by every verb, and logs events.
func TestT29NothingPersonalIsPrinted(t *testing.T) {
	const secret = "secret4711"
	m, err := decodeMessage(t, messageForm("&Latitude="+secret))
	require.NoError(t, err)
	require.Len(t, webhook.Problems(m), 1)
	bad := webhook.Problems(m)[0]
	assert.Equal(t, secret, bad.Value)
	for verb := byte('a'); verb <= 'z'; verb++ {
		if verb == 'w' {
			continue // outside fmt.Errorf a mistake that go vet finds, and that no method can answer
		}
		for _, format := range []string{"%" + string(verb), "%+" + string(verb), "%#" + string(verb)} {
			assert.NotContains(t, fmt.Sprintf(format, bad), secret, format)
			assert.NotContains(t, fmt.Sprintf(format, []error{bad}), secret, format)
		}
	}
	text, _ := json.Marshal(bad)
	assert.NotContains(t, string(text), secret)
	assert.JSONEq(t, `"webhook: IncomingMessage: \"Latitude\" is malformed"`, string(text))
}

func TestJSONInForms(t *testing.T) {
	v, _ := proofOf(t, "rtt-content-final")
	e, err := webhook.Decode[webhook.TranscriptionCallback](v)
	require.NoError(t, err)
	said, err := e.Transcript()
	require.NoError(t, err)
	assert.Equal(t, "How can I help you today?", said.Text)
	assert.InDelta(t, 0.99, said.Confidence, 0.01)

	v, _ = proofOf(t, "incoming-pstn-stir-calltoken")
	c, err := webhook.Decode[webhook.IncomingCall](v)
	require.NoError(t, err)
	token, err := c.CallToken.Decode()
	require.NoError(t, err)
	assert.NotEmpty(t, token.ParentCallInfo)
	_, err = webhook.CallToken("%zz").Decode()
	assert.ErrorIs(t, err, webhook.ErrSyntax)

	v, _ = proofOf(t, "sms_in_addons_empty")
	m, err := webhook.Decode[webhook.IncomingMessage](v)
	require.NoError(t, err)
	var found webhook.AddOns
	require.NoError(t, m.AddOns.Decode(&found))
	assert.Equal(t, "successful", found.Status)

	v, _ = proofOf(t, "debugger-error")
	d, err := webhook.Decode[webhook.DebuggerEvent](v)
	require.NoError(t, err)
	assert.True(t, d.Level.Is(webhook.DebuggerLevelError))
	problem, err := d.Problem()
	require.NoError(t, err)
	assert.NotZero(t, problem.ErrorCode)

	v, _ = proofOf(t, "cr-action-ended")
	h, err := webhook.Decode[webhook.ConversationRelayAction](v)
	require.NoError(t, err)
	var handoff struct{ Reason string }
	require.NoError(t, h.HandoffData.Decode(&handoff))
	assert.NotEmpty(t, handoff.Reason)
}

// TestFixedValuesNeedNotBeSaid encodes literals that leave out the value which
// their kind always has.
func TestFixedValuesNeedNotBeSaid(t *testing.T) {
	assert.Equal(t, []string{"call-progress-events"}, webhook.Encode(webhook.CallStatusCallback{})["CallbackSource"])

	old := "CallSid=" + callSID + "&AccountSid=" + accountSID + "&From=%2B15550100&To=%2B15550101&CallStatus=completed&CallDuration=3"
	for _, body := range []string{old, old + "&CallbackSource=", old + "&CallbackSource=&CallbackSource=x", old + "&CallbackSource=other"} {
		c, err := webhook.Decode[webhook.CallStatusCallback](unverified(t, newForm(body)))
		require.NoError(t, err)
		want, _ := url.ParseQuery(body)
		assertNothingLost(t, want, webhook.Encode(c), body)
	}
}

// TestTimesInAnotherFormat takes a time in a format that Twilio uses elsewhere,
// and gives it back as it came.
func TestTimesInAnotherFormat(t *testing.T) {
	want := time.Date(2024, 6, 25, 18, 45, 12, 0, time.UTC)
	for _, text := range []string{"Tue, 25 Jun 2024 18:45:12 +0000", "2024-06-25T18:45:12.000Z", "2024-06-25T18:45:12Z", "2024-06-25T18:45:12.0Z"} {
		for _, kind := range []string{"StatusCallbackEvent=conference-start", "StatusCallbackEvent=room-ended&RoomSid=RM0123456789abcdef0123456789abcdef"} {
			body := kind + "&ConferenceSid=CF0123456789abcdef0123456789abcdef&AccountSid=" + accountSID + "&" + url.Values{"Timestamp": {text}}.Encode()
			if strings.Contains(kind, "room") {
				body = strings.Replace(body, "ConferenceSid", "Other", 1)
			}
			e, err := webhook.Parse(unverified(t, newForm(body)))
			require.NoError(t, err)
			switch e := e.(type) {
			case webhook.ConferenceCallback:
				assert.Equal(t, want, e.Timestamp)
			case webhook.VideoRoomCallback:
				assert.Equal(t, want, e.Timestamp)
			default:
				t.Errorf("%T", e)
			}
			assert.Equal(t, text, webhook.Encode(e).Get("Timestamp"))
		}
	}
}

func TestDecodeErrorText(t *testing.T) {
	for want, e := range map[string]*webhook.DecodeError{
		`webhook: IncomingCall`:                                    {Kind: webhook.KindIncomingCall},
		`webhook: IncomingCall: "From" is missing`:                 {Kind: webhook.KindIncomingCall, Param: "From", Err: webhook.ErrMissing},
		`webhook: IncomingCall: "From" is malformed`:               {Kind: webhook.KindIncomingCall, Param: "From", Value: "x", Err: webhook.ErrSyntax},
		`webhook: IncomingCall: "From" is out of range`:            {Kind: webhook.KindIncomingCall, Param: "From", Err: webhook.ErrRange},
		`webhook: VerifyEvent is nested too deep`:                  {Kind: webhook.KindVerifyEvent, Err: webhook.ErrDepth},
		`webhook: EventStreamsA2P does not hold exactly one event`: {Kind: webhook.KindEventStreamsA2P, Err: webhook.ErrBatch},
		`webhook: IncomingCall: "a\"\n": odd`:                      {Kind: webhook.KindIncomingCall, Param: "a\"\n", Err: errors.New("odd")},
	} {
		assert.EqualError(t, e, want)
		assert.Equal(t, want, e.LogValue().String())
		assert.Equal(t, e.Err, errors.Unwrap(e))
	}
}

// TestDecodeErrorMeansUnusable: an error comes with the zero event, and a bad
// optional parameter is no error.
func TestDecodeErrorMeansUnusable(t *testing.T) {
	m, err := decodeMessage(t, "Body=x")
	require.ErrorIs(t, err, webhook.ErrMissing)
	assert.Zero(t, m)
	m, err = decodeMessage(t, messageForm("&Latitude=x&Longitude=y"))
	require.NoError(t, err)
	assert.Len(t, webhook.Problems(m), 2)
	assert.Empty(t, webhook.Problems(webhook.IncomingMessage{}))
	assert.Empty(t, webhook.Problems(&webhook.Unknown{Extra: url.Values{"Latitude": {"x"}}}))
}

// TestRangesOfNumbers puts numbers beyond what their fields can hold.
func TestRangesOfNumbers(t *testing.T) {
	m, err := decodeMessage(t, messageForm("&NumSegments=2147483648&Latitude=1e999&Longitude=1..2&FrequentlyForwarded=yes"))
	require.NoError(t, err)
	var causes []error
	for _, p := range webhook.Problems(m) {
		causes = append(causes, p.Err)
	}
	assert.ElementsMatch(t, []error{webhook.ErrRange, webhook.ErrRange, webhook.ErrSyntax, webhook.ErrSyntax}, causes)
	assert.Len(t, m.Extra, 4)
	d, err := webhook.Decode[webhook.VideoRoomCallback](unverified(t, newForm("AccountSid="+accountSID+"&RoomSid=RM0123456789abcdef0123456789abcdef"+
		"&StatusCallbackEvent=recording-completed&Size=9223372036854775808&Duration=99999999999&OffsetFromTwilioVideoEpoch=12")))
	require.NoError(t, err)
	assert.Len(t, webhook.Problems(d), 2)
	assert.Zero(t, d.Size)
	assert.Equal(t, 12*time.Millisecond, d.Offset)
}

// TestGroupMessages has families of numbers with gaps, repeats and empty
// texts.
func TestGroupMessages(t *testing.T) {
	body := messageForm("&OtherRecipients1=%2B15550103&OtherRecipients0=%2B15550102&OtherRecipients1=again&OtherRecipients3=%2B15550104" +
		"&OtherRecipients2=&OtherRecipients4=%00&MediaContentType1=a&MediaContentType1=b&MediaUrl1=c&MediaUrl1=d")
	m, err := decodeMessage(t, body)
	require.NoError(t, err)
	assert.Equal(t, []webhook.Address{"+15550102", "+15550103"}, m.OtherRecipients)
	assert.Empty(t, m.Media)
	want, err := url.ParseQuery(body)
	require.NoError(t, err)
	assertNothingLost(t, want, webhook.Encode(m), body)
}

func TestEmptyAndNull(t *testing.T) {
	assert.True(t, webhook.Geo{}.IsZero())
	assert.False(t, webhook.Geo{Zip: "1"}.IsZero())
	var into map[string]int
	require.NoError(t, webhook.JSON("").Decode(&into))
	assert.Nil(t, into)
	_, err := webhook.CallToken("").Decode()
	require.NoError(t, err)
	_, err = webhook.DebuggerEvent{Payload: "["}.Problem()
	require.Error(t, err)

	u, err := webhook.Decode[*webhook.Unknown](unverified(t, newForm("a=1&a=2")))
	require.NoError(t, err)
	assert.Equal(t, url.Values{"a": {"1", "2"}}, u.Extra)
	u, err = webhook.Decode[*webhook.Unknown](unverified(t, newJSON(`{"a":1}`)))
	require.NoError(t, err)
	assert.Equal(t, webhook.JSON(`{"a":1}`), u.Body)
	assert.NotContains(t, fmt.Sprint(u.LogValue(), u.Body.LogValue(), webhook.CallToken("secret").LogValue()), "secret")

	for _, body := range []string{
		`{"type":"factor.created","uuid":null,"factor_type":null,"entity_identity":7,"service_sid":["x"]}`,
		`{"type":"factor.created","factor_type":{"a":1},"uuid":true,"account_sid":["x"]}`,
	} {
		e, err := webhook.Decode[webhook.VerifyEvent](unverified(t, newJSON(body)))
		require.NoError(t, err)
		assert.NotEmpty(t, webhook.Problems(e), "an array or an object where a text is due")
		assert.Empty(t, e.FactorType)
		_, text := webhook.EncodeBody(e)
		assert.JSONEq(t, body, string(text))
	}
	for _, body := range []string{"", "[", "[]", "{", `{"a":1}}`, `{"a"}`, `[1]`, `{"data":1}`} {
		_, err := webhook.Decode[webhook.EventStreamsLink](unverified(t, newJSON(body)))
		assert.Error(t, err, body)
		_, err = webhook.Decode[webhook.VerifyEvent](unverified(t, newJSON(body)))
		assert.Error(t, err, body)
	}
}

func TestParamsCanBeLeftEarly(t *testing.T) {
	for name := range webhook.Params(webhook.IncomingMessage{Message: webhook.Message{MessageSID: messageSID}}) {
		assert.Equal(t, "MessageSid", name)
		break
	}
	assert.Empty(t, webhook.Encode(webhook.EventStreams{}))
}

// TestInboundMessageOfEventStreams: what the facts list as one line of several
// names has a field for each.
func TestInboundMessageOfEventStreams(t *testing.T) {
	const body = `[{"specversion":"1.0","type":"com.twilio.messaging.inbound-message.received","id":"EZ1","source":"/",` +
		`"data":{"messageSid":"` + messageSID + `","fromCity":"OAKLAND","fromState":"CA","fromZip":"94601","fromCountry":"US",` +
		`"toCountry":"CA","mcc":"310","mnc":"260"}}]`
	m, err := webhook.Decode[webhook.EventStreamsInboundMessage](unverified(t, newJSON(body)))
	require.NoError(t, err)
	assert.Equal(t, webhook.Geo{City: "OAKLAND", State: "CA", Zip: "94601", Country: "US"}, m.FromGeo)
	assert.Equal(t, webhook.Geo{Country: "CA"}, m.ToGeo)
	assert.Equal(t, "310 260", m.MCC+" "+m.MNC)
	assert.Empty(t, m.Extra)
}

// TestEnvelopeProblems has an event whose time cannot be read.
func TestEnvelopeProblems(t *testing.T) {
	const body = `[{"specversion":"1.0","type":"com.twilio.voice.media.fetched","time":"noon","data":{}}]`
	e, err := webhook.Parse(unverified(t, newJSON(body)))
	require.NoError(t, err)
	problems := webhook.Problems(e)
	require.Len(t, problems, 1)
	assert.Equal(t, webhook.DecodeError{Kind: webhook.KindEventStreamsVoice, Param: "time", Value: "noon", Err: webhook.ErrSyntax}, *problems[0])
	_, again := webhook.EncodeBody(e)
	assert.JSONEq(t, body, string(again))
}

// TestZerosOfAParticipant: Muted and the like are sent with a participant. Without
// one, a zero that was sent stays in Extra.
func TestZerosOfAParticipant(t *testing.T) {
	const conference = "ConferenceSid=CF0123456789abcdef0123456789abcdef&AccountSid=" + accountSID + "&StatusCallbackEvent=participant-join&SequenceNumber=1"
	for body, extra := range map[string]url.Values{
		conference + "&CallSid=" + callSID + "&Muted=false&Hold=false&Coaching=false&StartConferenceOnEnter=false&EndConferenceOnExit=false": nil,
		conference + "&Muted=false":             {"Muted": {"false"}},
		conference + "&Muted=false&Muted=false": {"Muted": {"false", "false"}},
		conference + "&Muted=false&Muted=true":  {"Muted": {"false", "true"}},
		conference + "&Muted=FALSE":             {"Muted": {"FALSE"}},
		conference:                              nil,
	} {
		e, err := webhook.Decode[webhook.ConferenceCallback](unverified(t, newForm(body)))
		require.NoError(t, err)
		assert.Equal(t, extra, e.Extra, body)
		want, err := url.ParseQuery(body)
		require.NoError(t, err)
		assert.Equal(t, want, webhook.Encode(e), body)
		assert.Empty(t, webhook.Problems(e))
	}
	start := webhook.Encode(webhook.ConferenceCallback{Event: webhook.ConferenceEventStart})
	assert.NotContains(t, start, "Muted")
}
