package twiml_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	peer "github.com/twilio/twilio-go/twiml"

	"github.com/ringback-go/ringback/twiml"
)

// The documents that are measured, built by this package and by twilio-go. Each
// function builds and renders; what they render is the same except for the
// order of attributes and the names of SSML elements, which twilio-go spells
// wrong.
var benchmarks = []struct {
	name  string
	build func() *twiml.VoiceResponse
	reply func() *twiml.MessagingResponse
	peer  func() (string, error)
}{
	{name: "message", reply: benchMessage, peer: peerMessage},
	{name: "menu", build: benchMenu, peer: peerMenu},
	{name: "verbs-50", build: benchVerbs, peer: peerVerbs},
}

func benchMessage() *twiml.MessagingResponse { return twiml.Reply("Thanks, we got your message.") }

func peerMessage() (string, error) {
	return peer.Messages([]peer.Element{&peer.MessagingMessage{Body: "Thanks, we got your message."}})
}

func benchMenu() *twiml.VoiceResponse {
	return twiml.Voice(
		twiml.Say("Welcome to our support line.").Voice(twiml.PollyJoanna),
		twiml.Gather(
			twiml.Say("Press 1 for sales. Press 2 for support."),
		).NumDigits(1).Timeout(5*time.Second).Action("/voice/menu"),
		twiml.Redirect("/voice"),
	)
}

func peerMenu() (string, error) {
	return peer.Voice([]peer.Element{
		&peer.VoiceSay{Message: "Welcome to our support line.", Voice: "Polly.Joanna"},
		&peer.VoiceGather{NumDigits: "1", Timeout: "5", Action: "/voice/menu", InnerElements: []peer.Element{
			&peer.VoiceSay{Message: "Press 1 for sales. Press 2 for support."},
		}},
		&peer.VoiceRedirect{Url: "/voice"},
	})
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

func peerVerbs() (string, error) {
	var verbs []peer.Element
	for i := range 50 {
		if i%2 == 0 {
			verbs = append(verbs, &peer.VoiceSay{Message: "The next train leaves at ", Voice: "Polly.Joanna",
				InnerElements: []peer.Element{
					&peer.VoiceSayAs{Words: "12:45", InterpretAs: "time"},
					&peer.VoiceEmphasis{Words: "four", Level: "strong"},
				}})
		} else {
			verbs = append(verbs, &peer.VoicePause{Length: "2"})
		}
	}
	return peer.Voice(verbs)
}

type document interface {
	AppendText([]byte) ([]byte, error)
	String() string
}

func BenchmarkBuildAndRender(b *testing.B) {
	for _, c := range benchmarks {
		build := func() document { return c.build() }
		if c.reply != nil {
			build = func() document { return c.reply() }
		}
		b.Run(c.name+"/ringback", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if build().String() == "" {
					b.Fatal("empty")
				}
			}
		})
		b.Run(c.name+"/twilio-go", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.peer(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.name+"/render-only", func(b *testing.B) {
			doc := build()
			buf := make([]byte, 0, 64<<10)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := doc.AppendText(buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
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
