package webhook_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// verified stands for what a Verifier has proven about a request.
func verified(form url.Values) *signature.Verified {
	r, _ := http.NewRequest(http.MethodPost, "https://example.com/hook", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	v, _ := signature.Unverified(r)
	return v
}

var incoming = url.Values{
	"MessageSid": {"MM0123456789abcdef0123456789abcdef"}, "AccountSid": {"AC0123456789abcdef0123456789abcdef"},
	"From": {"whatsapp:+15550100"}, "To": {"whatsapp:+15550101"}, "Body": {"Look!"}, "NumMedia": {"1"}, "SmsStatus": {"received"},
	"MediaUrl0": {"https://api.twilio.com/media/1"}, "MediaContentType0": {"image/jpeg"}, "NewAtTwilio": {"42"},
}

// Parse finds out what a request is; a type switch tells the kinds apart.
func ExampleParse() {
	event, err := webhook.Parse(verified(incoming))
	if err != nil {
		fmt.Println(err)
		return
	}
	switch e := event.(type) {
	case webhook.IncomingMessage:
		fmt.Println(e.From.Channel(), len(e.Media), e.Media[0].ContentType, e.Extra)
	case *webhook.Unknown:
		fmt.Println("something new", e.Extra)
	}
	// Output: whatsapp 1 image/jpeg map[NewAtTwilio:[42]]
}

// Decode reads a request as the kind that its URL stands for. A bad number in
// an optional field is no error.
func ExampleDecode() {
	form := url.Values{
		"CallSid": {"CA0123456789abcdef0123456789abcdef"}, "AccountSid": {"AC0123456789abcdef0123456789abcdef"},
		"From": {"+15550100"}, "To": {"+15550101"}, "CallStatus": {"in-progress"}, "Digits": {"1"}, "Confidence": {"high"},
	}
	g, err := webhook.Decode[webhook.GatherAction](verified(form))
	fmt.Println(g.From, g.Digits, err)
	for _, problem := range webhook.Problems(g) {
		fmt.Println(problem)
	}

	form.Del("CallSid")
	_, err = webhook.Decode[webhook.GatherAction](verified(form))
	fmt.Println(err)
	// Output:
	// +15550100 1 <nil>
	// webhook: GatherAction: "Confidence" is malformed
	// webhook: GatherAction: "CallSid" is missing
}

// CallOf returns the call of any event, so that one function can serve all of
// them.
func ExampleCallOf() {
	for _, e := range []webhook.Event{
		webhook.GatherAction{Call: webhook.Call{CallSID: "CA0123456789abcdef0123456789abcdef"}, Digits: "1"},
		webhook.RecordingStatusCallback{CallSID: "CA0123456789abcdef0123456789abcdef"},
		webhook.IncomingMessage{},
	} {
		call, ok := webhook.CallOf(e)
		fmt.Println(e.Kind(), call.CallSID, ok)
	}
	// Output:
	// GatherAction CA0123456789abcdef0123456789abcdef true
	// RecordingStatusCallback CA0123456789abcdef0123456789abcdef true
	// IncomingMessage  false
}

// A kind knows the setting in Twilio that leads to it, and what answers it.
func ExampleKind_Document() {
	for _, kind := range []webhook.Kind{webhook.KindGatherAction, webhook.KindIncomingMessage, webhook.KindCallStatusCallback} {
		document, ok := kind.Document()
		fmt.Println(kind.Setting(), "|", document, ok)
	}
	// Output:
	// Gather action | voice true
	// A message comes in | messaging true
	// StatusCallback of a call | voice false
}

// Encode is the inverse of Parse and Decode, and makes requests of literals.
func ExampleEncode() {
	fmt.Println(webhook.Encode(webhook.AsyncAMDCallback{
		CallSID:    "CA0123456789abcdef0123456789abcdef",
		AnsweredBy: webhook.AnsweredByMachineEndBeep,
	}).Encode())
	// Output: AnsweredBy=machine_end_beep&CallSid=CA0123456789abcdef0123456789abcdef&MachineDetectionDuration=0
}

// An event shows its kind and its SIDs in a log, an address its last two
// characters.
func ExampleEvent() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	m := webhook.IncomingMessage{Message: webhook.Message{MessageSID: "MM0123456789abcdef0123456789abcdef", From: "+15550100", Body: "My PIN is 1234"}}
	log.Info("received", "event", m, "from", m.From)
	// Output: level=INFO msg=received event.kind=IncomingMessage event.MessageSid=MM0123456789abcdef0123456789abcdef from=+*******00
}

// Twilio puts JSON into some parameters of a form.
func ExampleJSON_Decode() {
	action := webhook.ConversationRelayAction{HandoffData: `{"reason":"asked for a person"}`}
	var handoff struct{ Reason string }
	if err := action.HandoffData.Decode(&handoff); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(handoff.Reason)
	// Output: asked for a person
}

// A ConversationsReply changes a message before the others see it.
func ExampleConversationsAllow() {
	text, err := webhook.ConversationsAllow().Body("****").AppendText(nil)
	fmt.Println(string(text), err)
	// Output: {"body":"****"} <nil>
}

// A TaskRouterReply says what to do with a reservation.
func ExampleTaskRouterReject() {
	reply := webhook.TaskRouterReject("WA0123456789abcdef0123456789abcdef")
	text, err := reply.AppendText(nil)
	fmt.Println(string(text), err)
	// Output: {"activity_sid":"WA0123456789abcdef0123456789abcdef","instruction":"reject"} <nil>
}

// An Address keeps its text and has a kind.
func ExampleAddress_Kind() {
	for _, a := range []webhook.Address{"+15550100", "55501", "whatsapp:+15550100", "client:alice", "anonymous"} {
		phone, ok := a.Phone()
		fmt.Println(a.Kind(), phone, ok)
	}
	// Output:
	// phone +15550100 true
	// short code  false
	// whatsapp +15550100 true
	// client  false
	// other  false
}
