package layout_test

import (
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// The constants, functions and methods of package webhooktest.
const _, _ string = webhooktest.BaseURL, webhooktest.AuthToken

var (
	_ func(string, webhook.Event) *http.Request                                        = webhooktest.NewRequest
	_ func(testing.TB, http.Handler, *webhooktest.Options) *webhooktest.Twilio         = webhooktest.New
	_ func(string) webhook.Event                                                       = webhooktest.Fixture
	_ func() iter.Seq2[string, webhook.Event]                                          = webhooktest.Fixtures
	_ func(*webhooktest.Twilio, string, webhook.Event) *webhooktest.Exchange           = (*webhooktest.Twilio).Send
	_ func(*webhooktest.Twilio, string, string) *webhooktest.Exchange                  = (*webhooktest.Twilio).Text
	_ func(*webhooktest.Twilio, string) *webhooktest.Call                              = (*webhooktest.Twilio).Call
	_ func(*webhooktest.Twilio, string, webhook.SID, ...webhook.MessageStatus)         = (*webhooktest.Twilio).Deliver
	_ func(*webhooktest.Twilio, uint64, string, webhook.SID, ...webhook.MessageStatus) = (*webhooktest.Twilio).Shuffled
	_ func(*webhooktest.Exchange, ...string) *webhooktest.Exchange                     = (*webhooktest.Exchange).Replies
	_ func(*webhooktest.Call, ...string) *webhooktest.Call                             = (*webhooktest.Call).Hears
	_ func(*webhooktest.Call, string) *webhooktest.Call                                = (*webhooktest.Call).Presses
	_ func(*webhooktest.Call, ...string) *webhooktest.Call                             = (*webhooktest.Call).Speaks
	_ func(*webhooktest.Call, time.Duration) *webhooktest.Call                         = (*webhooktest.Call).Waits
	_ func(*webhooktest.Call) *webhooktest.Call                                        = (*webhooktest.Call).HangsUp
	_ func(*webhooktest.Call, time.Duration) *webhooktest.Call                         = (*webhooktest.Call).Records
	_ func(*webhooktest.Call) *webhooktest.Call                                        = (*webhooktest.Call).Answers
	_ func(*webhooktest.Call) *webhooktest.Call                                        = (*webhooktest.Call).Busy
	_ func(*webhooktest.Call) *webhooktest.Call                                        = (*webhooktest.Call).NoAnswer
	_ func(*webhooktest.Call) *webhooktest.Call                                        = (*webhooktest.Call).Ends
	_ func(*webhooktest.Call) string                                                   = (*webhooktest.Call).Transcript
)

// front is the program of someone with a middleware of their own.
func front(t *testing.T, seen *[]string) http.Handler {
	t.Helper()
	mux := contractMux(t)
	mux.Handle("POST /dial", contractVerifier(t).Handler(twiml.Voice(
		twiml.Dial(twiml.Number("+15550123")).Action("/dialed"), twiml.Hangup(),
	)))
	mux.Handle("POST /dialed", contractVerifier(t).Handler(twiml.Voice(
		twiml.Say("Please leave a message."), twiml.Record().Action("/thanks"),
	)))
	mux.Handle("POST /thanks", contractVerifier(t).Handler(twiml.Voice(twiml.Say("Goodbye."))))
	mux.Handle("POST /speech", contractVerifier(t).Handler(twiml.Voice(
		twiml.Gather(twiml.Say("What do you want?")).Input(twiml.InputSpeech).Action("/thanks"),
	)))
	mux.Handle("POST /wait", contractVerifier(t).Handler(twiml.Voice(twiml.Pause(5*time.Minute), twiml.Say("Still there?"))))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = append(*seen, r.URL.Path)
		mux.ServeHTTP(w, r)
	})
}

func TestContractCallsGoThroughTheProgram(t *testing.T) {
	var seen []string
	twilio := webhooktest.New(t, front(t, &seen), nil)
	twilio.Text("/sms", "hello").Replies("Thanks", "hello")
	twilio.Send("/sms", webhook.IncomingMessage{Body: "again"}).Replies("again")
	assert.Equal(t, []string{"/sms", "/sms"}, seen)

	call := twilio.Call("/voice")
	call.Hears("Welcome to our support line").Presses("2")
	call.Hears("You pressed 2").Ends()
	assert.Contains(t, call.Transcript(), "the caller presses 2")

	call = twilio.Call("/dial")
	call.NoAnswer()
	call.Hears("leave a message").Records(20 * time.Second).HangsUp().Ends()
	twilio.Call("/dial").Busy().Hears("leave a message").HangsUp().Ends()
	twilio.Call("/dial").Answers().HangsUp().Ends()
	twilio.Call("/speech").Hears("What do you want").Speaks("sales please").Hears("Goodbye").Ends()
	assert.Contains(t, seen, "/thanks")
}

// Five minutes of silence on the line take no time.
func TestContractTimeIsVirtual(t *testing.T) {
	var seen []string
	begun := time.Now()
	call := webhooktest.New(t, front(t, &seen), nil).Call("/wait")
	call.Waits(5 * time.Minute).Hears("Still there?").Ends()
	assert.Less(t, time.Since(begun), time.Minute)
	assert.Contains(t, call.Transcript(), "05:0")
}

func TestContractDeliveries(t *testing.T) {
	var told []webhook.MessageStatus
	h := webhook.Notify(contractHooks(t, webhook.Options{}), notes(&told))
	twilio := webhooktest.New(t, h, nil)
	twilio.Deliver("/status", contractSID, webhook.MessageStatusSent, webhook.MessageStatusDelivered)
	assert.Equal(t, []webhook.MessageStatus{"sent", "delivered"}, told)

	told = nil
	twilio.Shuffled(7, "/status", contractSID, "queued", "sent", "delivered", "read")
	once := slices.Clone(told)
	assert.GreaterOrEqual(t, len(once), 4, "each at least once")
	told = nil
	webhooktest.New(t, h, nil).Shuffled(7, "/status", contractSID, "queued", "sent", "delivered", "read")
	assert.Equal(t, once, told, "the same seed, the same order")
}

func TestContractFixtures(t *testing.T) {
	kinds := map[webhook.Kind]bool{}
	for name, e := range webhooktest.Fixtures() {
		assert.Equal(t, e, webhooktest.Fixture(name), name)
		kinds[e.Kind()] = true
	}
	assert.True(t, kinds[webhook.KindIncomingMessage])
	assert.Panics(t, func() { webhooktest.Fixture("no such fixture") })
}

// A failure prints the transcript of the call.
func TestContractFailuresShowTheCall(t *testing.T) {
	out := &failing{TB: t}
	func() {
		defer func() { _ = recover() }() // FailNow of the test that fails
		webhooktest.New(out, contractMux(t), nil).Call("/voice").Hears("Press 7 for music")
	}()
	require.NotEmpty(t, out.said)
	for _, part := range []string{`does not hear "Press 7 for music"`, "POST /voice CallStatus=ringing -> 200", "Welcome to our support line", "<Gather"} {
		assert.Contains(t, strings.Join(out.said, "\n"), part)
	}
}
