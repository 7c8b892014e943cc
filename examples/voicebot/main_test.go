package main

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// socket is where Twilio opens the WebSocket.
const socket = "wss://webhooktest.example.com/stream"

func call(t *testing.T, f func(*testing.T, *webhooktest.Call)) {
	synctest.Test(t, func(t *testing.T) {
		twilio := exampletest.New(t, func(v *signature.Verifier) http.Handler { return routes(v, socket) }, nil)
		c := twilio.Call("/voice").Hears("after the tone").HearsSound(300 * time.Millisecond).Listens()
		f(t, c)
	})
}

func TestPlaysBack(t *testing.T) {
	call(t, func(t *testing.T, c *webhooktest.Call) {
		c.Speaks("The quick brown fox jumps over the lazy dog.").HearsSound(3 * time.Second).Listens()
		c.Hears("Goodbye.").Ends()
	})
}

func TestInterruption(t *testing.T) {
	call(t, func(t *testing.T, c *webhooktest.Call) {
		c.Speaks("This is a long sentence, which takes several seconds to say and to hear.").HearsSound(time.Second)
		before := len(c.Sound(audio.PCM8k))
		c.Speaks("Stop it.").Waits(300 * time.Millisecond)
		cut := audio.PCM8k.Duration(len(c.Sound(audio.PCM8k)) - before)
		assert.Less(t, cut, 200*time.Millisecond, "the answer ends when the caller speaks")
		c.HangsUp()
	})
}

func TestHangUp(t *testing.T) {
	call(t, func(t *testing.T, c *webhooktest.Call) { c.HangsUp().Ends() })
}
