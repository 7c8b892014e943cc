package main

import (
	"testing"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
)

func TestGuestsNeedTheCode(t *testing.T) {
	call := exampletest.New(t, routes, nil).As("+15550123").Call("/voice")
	call.Hears("code of the meeting").HasNoProblems().Presses("4711")
	call.Joins("daily").HangsUp().Ends()
}

func TestAWrongCodeEndsTheCall(t *testing.T) {
	call := exampletest.New(t, routes, nil).As("+15550123").Call("/voice")
	call.Hears("code of the meeting").Presses("0815").Hears("not the code").Ends()
}

func TestTheHostNeedsNoCode(t *testing.T) {
	exampletest.New(t, routes, nil).As(host).Call("/voice").Joins("daily").HangsUp().Ends()
}
