package main

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
	"github.com/ringback-go/ringback/examples/supportline/line"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// newTwilio simulates Twilio for the line, with callbacks for calls that end.
func newTwilio(t *testing.T) *webhooktest.Twilio {
	t.Helper()
	return exampletest.New(t, func(verifier *signature.Verifier) http.Handler {
		return line.Routes(verifier, slog.New(slog.DiscardHandler))
	}, &webhooktest.Options{StatusPath: "/status"})
}

func TestWritersGetReplies(t *testing.T) {
	twilio := newTwilio(t)
	twilio.Text("/sms", "My parcel has not come").RepliesExactly("Thanks, we got: My parcel has not come")
	picture := webhook.Media{URL: "https://api.twilio.com/ME1", ContentType: "image/png"}
	twilio.MMS("/sms", "", picture).RepliesExactly("Thanks, we got your picture.")
	twilio.MMS("/sms", "", picture, picture).RepliesExactly("Thanks, we got your 2 pictures.")
}

func TestSalesAnswers(t *testing.T) {
	call := newTwilio(t).Call("/voice")
	call.Hears("Press 1 for sales").HasNoProblems().Presses("1")
	call.Hears("We connect you").Rings("+15550199").Answers().Talks().HangsUp().Ends()
}

func TestSalesIsBusy(t *testing.T) {
	call := newTwilio(t).Call("/voice")
	call.Hears("Press 1 for sales").Presses("1")
	call.Rings("+15550199").Busy()
	call.Hears("Everyone is talking").HasNoProblems().Records(20 * time.Second).Presses("#")
	call.Requests("/voice/recorded").Hears("We will call you back").EndsWith(webhook.CallStatusCompleted)
}

func TestSupportTakesAMessage(t *testing.T) {
	twilio := newTwilio(t)
	call := twilio.Call("/voice")
	call.Hears("Press 2 for support").Presses("2")
	call.Hears("after the beep").Records(time.Minute).Presses("#")
	call.Requests("/voice/recorded").Hears("Goodbye").Ends()
	twilio.Waits(time.Minute)
	told := strings.Join(twilio.Requests(), "\n")
	for _, path := range []string{"/recording", "/transcription", "/status"} {
		assert.Contains(t, told, path)
	}
}

func TestSilenceAndWrongKeys(t *testing.T) {
	twilio := newTwilio(t)
	twilio.Call("/voice").Hears("Press 1 for sales", "We did not hear you").Ends()
	twilio.Call("/voice").Hears("Press 1 for sales").Presses("7").Hears("We did not get that", "Welcome").HangsUp().Ends()
}

func TestDeliveries(t *testing.T) {
	twilio := newTwilio(t)
	text := twilio.Text("/sms", "hello").Replies("hello")
	twilio.Deliver("/status", text.Messages[0].SID, webhook.MessageStatusSent, webhook.MessageStatusDelivered)
}
