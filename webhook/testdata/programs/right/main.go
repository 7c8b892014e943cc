// Right answers each kind of request by what it wants.
package main

import (
	"context"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

func main() {
	var hooks *webhook.Receiver
	webhook.Handle(hooks, reply)
	webhook.Handle(hooks, answer)
	webhook.Notify(hooks, note)
}

func reply(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	return twiml.Reply("Thanks."), nil
}

func answer(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) {
	return twiml.Voice(twiml.Gather(twiml.Say("Press 1.")), twiml.Dial(twiml.Number("+15550100"))), nil
}

func note(context.Context, webhook.MessageStatusCallback) error { return nil }
