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

func TestPaidByKeys(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/voice")
	call.Enters("6011111111111117").Hears("Visa and American Express only")
	call.Enters("378282246310005", "1230").Hears("four digits on the front").Enters("1234")
	call.Hears("Your order is on its way").Ends()
}

func TestDeclined(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/voice")
	call.Enters("4000000000000002", "1230", "123").Hears("did not work").Ends()
}

func TestNotPaid(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/voice")
	call.Hears("Your order costs").Pays(webhooktest.Payment{Result: string(webhook.PayResultPaymentConnectorError)})
	call.Hears("did not work").Ends()
}
