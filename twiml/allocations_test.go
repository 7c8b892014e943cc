package twiml_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
)

func benchMessage() *twiml.MessagingResponse { return twiml.Reply("Thanks, we got your message.") }

func benchMenu() *twiml.VoiceResponse {
	return twiml.Voice(
		twiml.Say("Welcome to our support line.").Voice(twiml.PollyJoanna),
		twiml.Gather(
			twiml.Say("Press 1 for sales. Press 2 for support."),
		).NumDigits(1).Timeout(5*time.Second).Action("/voice/menu"),
		twiml.Redirect("/voice"),
	)
}

func benchVerbs() *twiml.VoiceResponse {
	d := twiml.Voice()
	for i := range 50 {
		if i%2 == 0 {
			d.Append(twiml.Say("The next train leaves at ",
				twiml.SayAs("12:45").InterpretAs(twiml.Time), twiml.Text(" from platform "),
				twiml.Emphasis("four").Level(twiml.EmphasisStrong), twiml.Text(".")).Voice(twiml.PollyJoanna))
		} else {
			d.Append(twiml.Pause(2 * time.Second))
		}
	}
	return d
}

type document interface {
	AppendText([]byte) ([]byte, error)
	String() string
}

// Rendering into a buffer that has room allocates nothing.
func TestRenderingAllocatesNothing(t *testing.T) {
	for _, doc := range []document{benchMessage(), benchMenu(), benchVerbs()} {
		buf := make([]byte, 0, 64<<10)
		_, err := doc.AppendText(buf)
		require.NoError(t, err)
		assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = doc.AppendText(buf) }))
	}
}
