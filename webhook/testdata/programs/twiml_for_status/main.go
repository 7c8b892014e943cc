// Twiml_for_status answers a status callback with TwiML.
package main

import (
	"context"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

func main() {
	var hooks *webhook.Receiver
	webhook.Handle(hooks, note) // wrong
}

func note(context.Context, webhook.MessageStatusCallback) (*twiml.MessagingResponse, error) {
	return twiml.Reply("Thanks."), nil
}
