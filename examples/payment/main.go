// Payment takes a card payment by keypad. The digits go to the payment
// connector and never reach this program.
//
//	TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/payment
package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

func main() { serve.Main(routes) }

func routes(verifier *signature.Verifier) http.Handler {
	hooks := webhook.NewReceiver(verifier, nil)
	mux := http.NewServeMux()
	mux.Handle("POST /voice", webhook.Handle(hooks, charge))
	mux.Handle("POST /voice/paid", webhook.Handle(hooks, finish))
	return mux
}

func charge(_ context.Context, c webhook.IncomingCall) (*twiml.VoiceResponse, error) {
	return twiml.Voice(
		twiml.Say("Your order costs ", twiml.SayAs("$20.45").InterpretAs(twiml.Currency), twiml.Text(".")).
			Voice(twiml.GoogleEnUSStandardC),
		twiml.Pay(
			twiml.Prompt(twiml.PromptPaymentCardNumber, twiml.Say("Please key in your card number.")),
			twiml.Prompt(twiml.PromptPaymentCardNumber, twiml.Say("We take Visa and American Express only.")).
				ErrorType(twiml.PromptErrorInvalidCardType),
			twiml.Prompt(twiml.PromptSecurityCode, twiml.Say("Please key in the four digits on the front.")).
				CardType(twiml.CardAmex),
			twiml.Parameter("order", string(c.CallSID)),
		).ChargeAmount("20.45").Currency("usd").PostalCode("false").MaxAttempts(2).
			ValidCardTypes(twiml.CardVisa, twiml.CardAmex).Action("/voice/paid"),
	), nil
}

func finish(ctx context.Context, p webhook.PayAction) (*twiml.VoiceResponse, error) {
	slog.InfoContext(ctx, "payment", "result", p.Result)
	if p.Result != webhook.PayResultSuccess {
		return twiml.Voice(twiml.Say("The payment did not work. Nothing was charged."), twiml.Hangup()), nil
	}
	return twiml.Voice(twiml.Say("Thank you. Your order is on its way."), twiml.Hangup()), nil
}
