package relay_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/live/livetest"
	"github.com/ringback-go/ringback/webhook/relay"
)

// TestHeard checks the history with unusual reports. A step is "wait 2s", "say …" (a
// whole utterance), "token …", "play", "digits …", or an event: "on", "off", "played
// …", "cut 500ms …" (an interrupt and its fragment).
func TestHeard(t *testing.T) {
	const twice = "Press one for sales. Press two for support. Press three for the rest of it."
	for name, tt := range map[string]struct{ steps, want string }{
		"nothing is reported": {"say Hello there. | wait 5s", "A~ Hello there."},
		"not yet":             {"say Hello there. | wait 100ms", "A~ [Hello there.]"},
		"only who speaks":     {"say Hello there. | wait 300ms | on | wait 1s | off", "A Hello there."},
		"off of what was before": {
			"on | wait 2s | say Hello there. | wait 10ms | off | wait 1s", "A~ [Hello there.]"},
		"off of what was before, then on": {
			"on | wait 2s | say Hello there. | wait 10ms | off | wait 400ms | on | wait 1s | off", "A Hello there."},
		"the queue ran dry": {
			"token One, | wait 300ms | on | wait 500ms | played One, | off | wait 2s | say two. | wait 300ms | on | played two. | off", "A One, two."},
		"other words": {
			"say Your balance is $12. Thank you. | wait 300ms | on | wait 1s | played Your balance is twelve dollars. | wait 1s | played Thank you. | off",
			"A~ Your balance is $12. Thank you."},
		"markup": {
			"say It is <phoneme ph=\"x\">here</phoneme>. Bye. | wait 300ms | on | wait 2s | played Bye. | off",
			"A It is <phoneme ph=\"x\">here</phoneme>. Bye."},
		"a file between": {
			"say One. | play | say Two. | wait 300ms | on | played One. | wait 4s | played Two. | off", "A One.\nA Two."},
		"a file, no events": {"say One. | play | say Two. | wait 20s", "A~ One.\nA~ Two."},
		"digits":            {"say One. | digits 12# | wait 300ms | on | played One. | off | wait 2s | played 12# | say Two. | wait 300ms | on | played Two. | off", "A One.\nA Two."},
		"the events are lost": {
			"on | off | say One. | wait 30s", "A~ One."},
		"cut, not reported otherwise": {
			"say " + twice + " | wait 3600ms | cut 800ms Press two", "A~ Press one for sales. Press two[ for support. Press three for the rest of it.]"},
		"cut where the words come three times": {
			"say " + twice + " | wait 1s | cut 400ms Press", "A~ Press[ one for sales. Press two for support. Press three for the rest of it.]"},
		"cut, only who speaks": {
			"say " + twice + " | wait 300ms | on | wait 3s | cut 200ms Press two | off", "A~ Press one for sales. Press two[ for support. Press three for the rest of it.]"},
		"cut at once, without words": {
			"say " + twice + " | wait 500ms | cut 0ms", "A~ [" + twice + "]"},
		"cut in other words": {
			"say " + twice + " | wait 2s | cut 100ms Drücken Sie", "A~ Press one for [sales. Press two for support. Press three for the rest of it.]"},
		"cut after the estimate said it was over": {
			"say Good morning to you. | wait 4s | cut 300ms Good morning", "A~ Good morning[ to you.]"},
		"cut in the second of two": {
			"say First one. | say Second one here. | wait 300ms | on | played First one. | wait 500ms | played Second | cut 500ms Second | off",
			"A First one.\nA Second[ one here.]"},
		"a greeting before": {
			"on | wait 1s | say Hello there. | wait 1s | played Welcome to us. | wait 1s | played Hello there. | off", "A Welcome to us.\nA Hello there."},
		"a greeting in two pieces": {
			"on | wait 1s | played Welcome | wait 1s | played  to us. | off | say Hello. | wait 300ms | on | played Hello. | off", "A Welcome to us.\nA Hello."},
		"words that nobody sent": {"say One. | wait 300ms | on | played One. | off | wait 1s | played Surprise.", "A One.\nA Surprise."},
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan string, 1)
			play(t, func(ctx context.Context, s *relay.Session) error {
				for {
					e, err := s.Receive(ctx)
					if err != nil {
						return err
					}
					if u, ok := e.(relay.Unknown); ok && u.Type == "history" {
						got <- script(s.History())
					}
				}
			}, relay.Options{}, func(s *stage) {
				c := s.call(livetest.RelayConfig{Blind: true, Mute: true})
				synctest.Wait()
				session, _ := s.handler.Session("CA1")
				for _, step := range strings.Split(tt.steps, " | ") {
					playStep(t, c, session, step)
					synctest.Wait()
				}
				c.Raw([]byte(`{"type":"history"}`))
				assert.Equal(t, tt.want, strings.TrimSpace(<-got))
				c.HangsUp()
			})
		})
	}
}

func playStep(t *testing.T, c *livetest.Relay, s *relay.Session, step string) {
	info := func(name, value string) { c.Event(relay.Info{Name: name, Value: fmt.Appendf(nil, "%q", value)}) }
	word, rest, _ := strings.Cut(step, " ")
	switch word {
	case "wait":
		d, err := time.ParseDuration(rest)
		require.NoError(t, err)
		time.Sleep(d)
	case "say":
		require.NoError(t, s.Send(t.Context(), relay.Text{Token: rest, Last: true}))
	case "token":
		require.NoError(t, s.Send(t.Context(), relay.Text{Token: rest + " "}))
	case "play":
		require.NoError(t, s.Send(t.Context(), relay.Play{Source: "https://example.com/a.mp3"}))
	case "digits":
		require.NoError(t, s.Send(t.Context(), relay.SendDigits{Digits: rest}))
	case "on", "off":
		info(relay.AgentSpeaking, word)
	case "played":
		info(relay.TokensPlayed, rest)
	case "cut":
		after, fragment, _ := strings.Cut(rest, " ")
		d, err := time.ParseDuration(after)
		require.NoError(t, err)
		c.Event(relay.Interrupt{UtteranceUntilInterrupt: fragment, DurationUntilInterrupt: d})
	default:
		t.Fatalf("no step %q", step)
	}
}
