// Voice_for_message answers a message with a voice document.
package main

import (
	"context"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

func main() {
	var hooks *webhook.Receiver
	webhook.Handle(hooks, reply) // wrong
}

func reply(context.Context, webhook.IncomingMessage) (*twiml.VoiceResponse, error) {
	return twiml.Voice(twiml.Say("Thanks.")), nil
}
