package main

import (
	"testing"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

func TestPaid(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/voice")
	call.Hears("Your order costs").Pays(webhooktest.Payment{})
	call.Hears("Your order is on its way").Requests("/voice/paid").Ends()
}

func TestNotPaid(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/voice")
	call.Hears("Your order costs").Pays(webhooktest.Payment{Result: string(webhook.PayResultPaymentConnectorError)})
	call.Hears("did not work").Ends()
}
