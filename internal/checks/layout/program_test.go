package layout_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// contractMux is the first program of the design, with the URL and token of
// tests.
func contractMux(t *testing.T) *http.ServeMux {
	t.Helper()
	verifier, err := signature.New(signature.Config{
		BaseURL: webhooktest.BaseURL,
		Tokens:  signature.Tokens(webhooktest.AuthToken),
	})
	require.NoError(t, err)

	hooks := webhook.NewReceiver(verifier, nil)
	tracker := status.NewTracker(new(status.Memory), nil)

	mux := http.NewServeMux()
	mux.Handle("POST /sms", webhook.Handle(hooks, reply))
	mux.Handle("POST /voice", webhook.Handle(hooks, answer))
	mux.Handle("POST /voice/menu", webhook.Handle(hooks, choose))
	mux.Handle("POST /status", tracker.Handler(hooks))
	mux.Handle("GET /closed", twiml.Voice(twiml.Say("We are closed."), twiml.Hangup())) // a document is a handler
	return mux
}

func reply(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	return twiml.Reply("Thanks, we got: " + m.Body), nil
}

func answer(ctx context.Context, c webhook.IncomingCall) (*twiml.VoiceResponse, error) {
	return twiml.Voice(
		twiml.Say("Welcome to our support line.").Voice(twiml.PollyJoanna),
		twiml.Gather(
			twiml.Say("Press 1 for sales. Press 2 for support."),
		).NumDigits(1).Timeout(5*time.Second).Action("/voice/menu"),
		twiml.Redirect("/voice"),
	), nil
}

func choose(ctx context.Context, g webhook.GatherAction) (*twiml.VoiceResponse, error) {
	return twiml.Voice(twiml.Say("You pressed "+g.Digits+"."), twiml.Hangup()), nil
}

func TestContractFirstProgram(t *testing.T) {
	mux := contractMux(t)
	twilio := webhooktest.New(t, mux, nil)
	text := twilio.Text("/sms", "a < b & c").RepliesExactly("Thanks, we got: a < b & c")
	twilio.Call("/voice").Hears("Press 1 for sales").Presses("1").Hears("You pressed 1").Ends()
	twilio.Deliver("/status", text.Messages[0].SID, "sent", "delivered")

	call := twilio.Call("/voice")
	call.Document(`<?xml version="1.0" encoding="UTF-8"?><Response>` +
		`<Say voice="Polly.Joanna">Welcome to our support line.</Say>` +
		`<Gather numDigits="1" timeout="5" action="/voice/menu"><Say>Press 1 for sales. Press 2 for support.</Say></Gather>` +
		`<Redirect>/voice</Redirect></Response>`)
	call.HangsUp()

	w := serve(mux, httptest.NewRequest(http.MethodGet, "/closed", nil))
	assert.Contains(t, w.Body.String(), "<Say>We are closed.</Say><Hangup/>")
	for _, path := range []string{"/sms", "/voice", "/voice/menu", "/status"} {
		w := serve(mux, httptest.NewRequest(http.MethodPost, path, nil))
		assert.Equal(t, http.StatusForbidden, w.Code, path)
		assert.Zero(t, w.Body.Len(), path)
	}
}

// contractMessage is the event of a text with one picture.
var contractMessage = webhook.IncomingMessage{
	Message:  webhook.Message{MessageSID: "SM00000000000000000000000000000001", From: "+15550101", To: "+15550100", Body: "hello"},
	NumMedia: 1,
	Media:    []webhook.Media{{URL: "https://api.twilio.com/ME1", ContentType: "image/png"}},
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func contractVerifier(t *testing.T) *signature.Verifier {
	t.Helper()
	v, err := signature.New(signature.Config{BaseURL: webhooktest.BaseURL, Tokens: signature.Tokens(webhooktest.AuthToken)})
	require.NoError(t, err)
	return v
}
