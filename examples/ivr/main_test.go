package main

import (
	"testing"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
)

func TestKeysLeadThroughTheTree(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/voice")
	call.Hears("For orders").HasNoProblems().Presses("1")
	call.Hears("For a new order").Presses("9")
	call.Hears("For orders").Presses("1").Hears("For a new order").Presses("1")
	call.Hears("sales team").Rings("+15550101").Answers().Talks().HangsUp().Ends()
}

func TestSpeechLeadsToSupport(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/voice")
	call.Hears("For orders").Speaks("Support.")
	call.Hears("support team").Rings("+15550102").Answers().HangsUp().Ends()
}

func TestWrongChoicesAreAskedAgain(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/voice")
	call.Hears("For orders").Presses("7").Hears("not in the menu", "For orders")
	call.HangsUp().Ends()
}
