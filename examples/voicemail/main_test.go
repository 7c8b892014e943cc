package main

import (
	"testing"
	"time"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
)

func TestNobodyAnswers(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/voice")
	call.Rings("+15550101").NoAnswer()
	call.Hears("Nobody can answer now").HasNoProblems().Records(20 * time.Second).Presses("#")
	call.Requests("/voice/recorded").Hears("Thank you").Ends()
}

func TestSomebodyAnswers(t *testing.T) {
	call := exampletest.New(t, routes, nil).Call("/voice")
	call.Rings("+15550101").Answers().Talks().HangsUp().Ends()
}
