package relay_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/live/livetest"
	"github.com/ringback-go/ringback/webhook/relay"
)

const opening = "We are open. From nine to five, on every day of the week. And on holidays by appointment."

// history keeps the last session's history readable after its end.
func history(s *stage) []relay.Line {
	session, ok := s.handler.Session("CA1")
	require.True(s.t, ok)
	return session.History()
}

func TestConverse(t *testing.T) {
	var inputs []string
	play(t, relay.Converse(func(ctx context.Context, t *relay.Turn) error {
		inputs = append(inputs, t.Input().Text)
		return stream(ctx, t, opening, 50*time.Millisecond)
	}), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{Greeting: "Hello. How can I help?", Partials: true})
		time.Sleep(5 * time.Second)
		c.Speaks("opening hours")
		quiet(t, c)
		assert.Equal(t, "Hello. How can I help?"+opening, c.Heard())
		synctest.Wait()
		assertScript(t, "A Hello. How can I help?\nC opening hours\nA "+opening, history(s))
		assert.Equal(t, []string{"opening hours"}, inputs)
		c.HangsUp()
		require.NoError(t, <-s.results)
		status, _ := c.Outcome()
		assert.Equal(t, "completed", status)
		require.Len(t, s.timing(), 1)
		assert.NoError(t, s.timing()[0].Cause)
		assert.Zero(t, s.timing()[0].FirstToken)
		assert.Equal(t, livetest.SoundDelay, s.timing()[0].FirstSound)
		stats := s.handler.Stats()
		assert.EqualValues(t, 1, stats.Turns)
		assert.EqualValues(t, 1, stats.Answered)
		assert.Empty(t, s.log.String())
	})
}

// TestS1SpeechInTheMiddleOfAReply: pipecat 366 and many others go on talking.
func TestS1SpeechInTheMiddleOfAReply(t *testing.T) {
	for name, blind := range map[string]bool{"events": false, "no events": true} {
		t.Run(name, func(t *testing.T) {
			var causes []error
			var late error
			n := 0
			play(t, relay.Converse(func(ctx context.Context, t *relay.Turn) error {
				if n++; n > 1 {
					_, err := t.WriteString("Goodbye.")
					return err
				}
				err := stream(ctx, t, strings.Repeat(opening+" ", 5), 150*time.Millisecond)
				causes = append(causes, context.Cause(ctx))
				_, late = t.WriteString("never sent")
				return err
			}), relay.Options{}, func(s *stage) {
				c := s.call(livetest.RelayConfig{Blind: blind})
				c.Speaks("opening hours")
				time.Sleep(4 * time.Second)
				sent := len(c.Messages())
				c.Speaks("thank you")
				quiet(t, c)
				rest(time.Second)
				for _, m := range c.Messages()[sent:] {
					text, ok := m.Message.(relay.Text)
					require.True(t, ok)
					assert.Contains(t, []string{"Goodbye.", ""}, text.Token)
				}
				require.Equal(t, []error{relay.ErrInterrupted}, causes)
				require.ErrorIs(t, late, relay.ErrInterrupted)
				lines := history(s)
				require.Len(t, lines, 4)
				assert.Equal(t, "We are open. From nine to five, on every day of the –Goodbye.", c.Heard())
				assert.Equal(t, "We are open. From nine to five, on every day of the", strings.TrimSpace(lines[1].Heard))
				assert.Equal(t, !blind, lines[1].Exact)
				assert.Equal(t, "Goodbye.", lines[3].Heard)
				assert.Equal(t, []error{relay.ErrInterrupted, nil}, s.causes())
				c.HangsUp()
				require.NoError(t, <-s.results)
				if blind {
					assert.Equal(t, 1, strings.Count(s.log.String(), "relay.Connect"), "said once")
				}
			})
		})
	}
}

// TestS1SpeechInTheTail: the function has long returned when the caller
// interrupts (livekit-agents-js 1173).
func TestS1SpeechInTheTail(t *testing.T) {
	play(t, relay.Converse(func(_ context.Context, t *relay.Turn) error {
		if len(t.History()) > 1 {
			_, err := t.WriteString("I stop.")
			return err
		}
		_, err := t.WriteString(opening)
		return err
	}), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		c.Speaks("opening hours")
		time.Sleep(3 * time.Second)
		c.Speaks("stop")
		quiet(t, c)
		synctest.Wait()
		assertScript(t, `
			C opening hours
			A We are open. From nine to five, on[ every day of the week. And on holidays by appointment.]
			C stop
			A I stop.`, history(s))
		assert.Equal(t, []error{relay.ErrInterrupted, nil}, s.causes())
		c.HangsUp()
	})
}

// TestS2KeyInTheMiddleOfAReply: a key does what speech does, and the next turn
// sees what was heard.
func TestS2KeyInTheMiddleOfAReply(t *testing.T) {
	var seen string
	conversation := relay.Conversation{
		Keys: relay.KeyRule{Max: 1},
		Answer: func(_ context.Context, t *relay.Turn) error {
			text := opening
			if t.Input().Keys == "2" {
				seen = script(t.History())
				text = "Two."
			}
			_, err := t.WriteString(text)
			return err
		},
	}
	play(t, conversation.Serve, relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{Greeting: "Hello."})
		time.Sleep(3 * time.Second)
		c.Presses("1")
		time.Sleep(3 * time.Second)
		c.Presses("2")
		quiet(t, c)
		assert.Equal(t, "Hello.We are open. From nine to five, on –Two.", c.Heard())
		assert.Equal(t, "A Hello.\nK 1\nA We are open. From nine to five, on[ every day of the week. And on holidays by appointment.]\nK 2\n", seen)
		synctest.Wait()
		assertScript(t, `
			A Hello.
			K 1
			A We are open. From nine to five, on[ every day of the week. And on holidays by appointment.]
			K 2
			A Two.`, history(s))
		c.HangsUp()
	})
}

// TestReplyThatCrossesTheInterrupt is the recorded case: the reply to a key in
// the greeting is sent before the interrupt of the greeting arrives, and is played.
func TestReplyThatCrossesTheInterrupt(t *testing.T) {
	conversation := relay.Conversation{Keys: relay.KeyRule{Max: 1}, Answer: says("Key nine.", 0)}
	play(t, conversation.Serve, relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{Greeting: "Hello, and welcome to a long greeting."})
		time.Sleep(time.Second)
		c.Event(relay.DTMF{Digit: "9"})
		rest(100 * time.Millisecond) // the reply is out
		c.Event(relay.Info{Name: relay.TokensPlayed, Value: []byte(`"Hello,"`)})
		c.Event(relay.Interrupt{UtteranceUntilInterrupt: "Hello,", DurationUntilInterrupt: 15 * time.Millisecond})
		synctest.Wait()
		assert.Empty(t, s.causes(), "the turn goes on")
		time.Sleep(400 * time.Millisecond)
		c.Event(relay.Info{Name: relay.TokensPlayed, Value: []byte(`"Key nine."`)})
		c.Event(relay.Info{Name: relay.AgentSpeaking, Value: []byte(`"off"`)})
		synctest.Wait()
		assert.Equal(t, []error{nil}, s.causes())
		lines := history(s)
		assert.Equal(t, "Key nine.", lines[len(lines)-1].Heard)
		c.Drops()
		require.Error(t, <-s.results)
	})
}

// TestS6SecondPromptWhileTheModelThinks: nothing is playing, so no interrupt
// comes (livekit-agents 323, 563).
func TestS6SecondPromptWhileTheModelThinks(t *testing.T) {
	var causes []error
	var last string
	play(t, relay.Converse(func(ctx context.Context, t *relay.Turn) error {
		select {
		case <-time.After(3 * time.Second):
		case <-ctx.Done():
			causes = append(causes, context.Cause(ctx))
			_, err := t.WriteString("the old answer")
			return err
		}
		last = script(t.History())
		_, err := t.WriteString("One answer.")
		return err
	}), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		c.Speaks("I want a table")
		time.Sleep(500 * time.Millisecond)
		c.Speaks("for two")
		time.Sleep(5 * time.Second)
		quiet(t, c)
		assert.Equal(t, "One answer.", c.Heard())
		assert.Equal(t, []error{relay.ErrSuperseded}, causes)
		assert.Equal(t, "C I want a table\nC for two\n", last)
		assert.EqualValues(t, 1, s.handler.Stats().Superseded)
		c.HangsUp()
	})
}

// TestSupersededFunctionThatIgnoresItsContext: the next turn waits, but not for
// ever, and the old one can say nothing.
func TestSupersededFunctionThatIgnoresItsContext(t *testing.T) {
	var old error
	play(t, relay.Converse(func(_ context.Context, t *relay.Turn) error {
		if t.Input().Text == "first" {
			time.Sleep(20 * time.Second)
			_, old = t.WriteString("far too late")
			return errors.New("of no interest any more")
		}
		_, err := t.WriteString("Second.")
		return err
	}), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		c.Speaks("first")
		time.Sleep(time.Second)
		c.Speaks("second")
		prompt := time.Now()
		rest(30 * time.Second)
		assert.Equal(t, "Second.", c.Heard())
		require.ErrorIs(t, old, relay.ErrSuperseded)
		require.Len(t, c.Messages(), 2)
		require.Len(t, s.timing(), 2)
		assert.Equal(t, prompt, s.timing()[1].Input)
		assert.Equal(t, 5*time.Second, s.timing()[1].FirstToken)
		c.HangsUp()
		require.NoError(t, <-s.results)
	})
}

// TestS7Goodbye: the farewell is heard in full before the session ends, and speech
// during it keeps the call (agent-call 9).
func TestS7Goodbye(t *testing.T) {
	answer := relay.Converse(func(_ context.Context, t *relay.Turn) error {
		if t.Input().Text == "wait" {
			_, err := t.WriteString("I am here.")
			return err
		}
		t.HandOff(`{"reason":"done"}`)
		_, err := t.WriteString("Thank you for calling. Goodbye, and have a nice day.")
		return err
	})
	play(t, answer, relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		c.Speaks("bye")
		status, handoff := c.Outcome()
		assert.Equal(t, "ended", status)
		assert.JSONEq(t, `{"reason":"done"}`, handoff)
		assert.Equal(t, "Thank you for calling. Goodbye, and have a nice day.", c.Heard())
		require.NoError(t, <-s.results)
	})
	play(t, answer, relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		c.Speaks("bye")
		time.Sleep(2 * time.Second)
		c.Speaks("wait")
		rest(time.Minute)
		assert.Contains(t, c.Heard(), "I am here.")
		select {
		case <-c.Closed():
			t.Error("the call was ended by a turn that was cut")
		default:
		}
		c.HangsUp()
	})
}

// TestS8Keep: what must not be canceled is done once, and the history has it
// (livekit-agents 3702, bolna 827).
func TestS8Keep(t *testing.T) {
	booked := 0
	var seen string
	play(t, relay.Converse(func(_ context.Context, t *relay.Turn) error {
		if t.Input().Text == "book" {
			if _, err := t.WriteString("One moment, I book a table for you, this takes a while."); err != nil {
				return err
			}
			t.HangUp()
			err := t.Keep("booked a table", func(ctx context.Context) error {
				select {
				case <-time.After(4 * time.Second):
					booked++
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			if err != nil {
				return err
			}
			_, err = t.WriteString("Booked.")
			return err
		}
		seen = script(t.History())
		_, err := t.WriteString("Here I am.")
		return err
	}), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		c.Speaks("book")
		time.Sleep(2 * time.Second)
		c.Speaks("hello?")
		rest(time.Minute)
		assert.Equal(t, 1, booked)
		assert.Contains(t, seen, "D done: booked a table\n")
		assert.Contains(t, c.Heard(), "Here I am.")
		assert.NotContains(t, c.Heard(), "Booked.")
		select {
		case <-c.Closed():
			t.Error("HangUp of a turn that was cut has ended the call")
		default:
		}
		c.HangsUp()
	})
}

// TestS12Silence: no nudge while something is done, then nudges at their times.
func TestS12Silence(t *testing.T) {
	conversation := relay.Conversation{
		Silence: []relay.Nudge{
			{After: 8 * time.Second, Say: "Are you there?"},
			{After: 5 * time.Second, Say: "Goodbye.", HangUp: true},
		},
		Answer: func(_ context.Context, t *relay.Turn) error {
			return t.Keep("looked it up", func(context.Context) error {
				time.Sleep(20 * time.Second)
				return nil
			})
		},
	}
	play(t, conversation.Serve, relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		start := time.Now()
		c.Speaks("look it up")
		asked := time.Since(start)
		status, _ := c.Outcome()
		assert.Equal(t, "ended", status)
		assert.Equal(t, "Are you there?Goodbye.", c.Heard())
		messages := c.Messages()
		require.Len(t, messages, 5) // each text and its end, and the end of the session
		assert.Equal(t, asked+28*time.Second, messages[0].At)
		length := livetest.SoundDelay + time.Duration(len("Are you there?"))*livetest.CharTime
		assert.Equal(t, asked+28*time.Second+length+5*time.Second, messages[2].At)
		assert.IsType(t, relay.End{}, messages[4].Message)
		require.NoError(t, <-s.results)
	})
	play(t, conversation.Serve, relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		rest(10 * time.Second) // one nudge
		assert.Equal(t, "Are you there?", c.Heard())
		c.Speaks("yes")
		time.Sleep(20 * time.Second)
		rest(9*time.Second + 900*time.Millisecond)
		assert.Equal(t, "Are you there?Are you there?", c.Heard(), "the first one again")
		c.HangsUp()
	})
}

// TestS14LongSilence: nothing is said for 90 seconds, and nothing happens but
// pings.
func TestS14LongSilence(t *testing.T) {
	play(t, relay.Converse(says("Still here.", 0)), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		time.Sleep(90 * time.Second)
		c.Speaks("hello")
		quiet(t, c)
		assert.Equal(t, "Still here.", c.Heard())
		c.HangsUp()
	})
}

// TestS15ShutdownMovesCalls: two live calls go on in another handler with their
// history.
func TestS15ShutdownMovesCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		answer := func(_ context.Context, t *relay.Turn) error {
			_, err := t.WriteString("You said " + t.Input().Text + ".")
			return err
		}
		saved := map[string][]relay.Line{}
		old := newStage(t, ctx, relay.Converse(answer), relay.Options{
			Move: func(s *relay.Session) string {
				saved[s.Setup().CallSID] = s.History()
				return `{"moved":true}`
			},
		})
		defer old.server.Close()
		one := old.call(livetest.RelayConfig{Setup: setup("CA1")})
		two := old.call(livetest.RelayConfig{Setup: setup("CA2")})
		one.Speaks("one")
		two.Speaks("two")
		synctest.Wait() // its answer is being spoken when the move comes
		assert.Equal(t, 2, old.handler.Len())
		soon, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		require.NoError(t, old.handler.Shutdown(soon))
		for _, c := range []*livetest.Relay{one, two} {
			status, handoff := c.Outcome()
			assert.Equal(t, "ended", status)
			assert.JSONEq(t, `{"moved":true}`, handoff)
		}
		assert.Equal(t, "You said two.", two.Heard(), "not cut")
		assert.EqualValues(t, 2, old.handler.Stats().Moved)

		next := newStage(t, ctx, func(ctx context.Context, s *relay.Session) error {
			c := relay.Conversation{Answer: answer, Restored: saved[s.Setup().CallSID]}
			return c.Serve(ctx, s)
		}, relay.Options{})
		defer next.server.Close()
		again := next.call(livetest.RelayConfig{Setup: setup("CA2")})
		again.Speaks("three")
		quiet(t, again)
		session, _ := next.handler.Session("CA2")
		synctest.Wait()
		assertScript(t, "C two\nA You said two.\nC three\nA You said three.", session.History())
		again.HangsUp()
	})
}

func TestRestoredQuestionIsAnswered(t *testing.T) {
	c := relay.Conversation{
		Restored: []relay.Line{{Who: relay.Agent, Text: "Hello.", Heard: "Hello.", Exact: true}, {Who: relay.Caller, Text: "opening hours"}},
		Answer:   says("Nine to five.", 0),
		Open:     says("not this", 0),
	}
	play(t, c.Serve, relay.Options{}, func(s *stage) {
		call := s.call(livetest.RelayConfig{})
		rest(5 * time.Second)
		assert.Equal(t, "Nine to five.", call.Heard())
		assertScript(t, "A Hello.\nC opening hours\nA Nine to five.", history(s))
		call.HangsUp()
	})
}

func TestOpen(t *testing.T) {
	c := relay.Conversation{Answer: says("x", 0), Open: says("This is a call for you.", 0)}
	play(t, c.Serve, relay.Options{}, func(s *stage) {
		call := s.call(livetest.RelayConfig{})
		rest(5 * time.Second)
		assert.Equal(t, "This is a call for you.", call.Heard())
		call.HangsUp()
		require.NoError(t, <-s.results)
		assert.Equal(t, []error{nil}, s.causes())
	})
}

func TestKeys(t *testing.T) {
	for name, tt := range map[string]struct {
		rule relay.KeyRule
		keys []string // with a pause of a second between
		want []string
	}{
		"a pause":         {relay.KeyRule{}, []string{"12", "3"}, []string{"123"}},
		"pound":           {relay.KeyRule{}, []string{"12#34"}, []string{"12", "34"}},
		"pound alone":     {relay.KeyRule{}, []string{"#"}, []string{"#"}},
		"a number":        {relay.KeyRule{Max: 2}, []string{"1234"}, []string{"12", "34"}},
		"another end key": {relay.KeyRule{End: "*"}, []string{"1#2*"}, []string{"1#2"}},
		"no end key":      {relay.KeyRule{End: "none"}, []string{"1#"}, []string{"1#"}},
		"a short gap":     {relay.KeyRule{Gap: 500 * time.Millisecond}, []string{"1", "2"}, []string{"1", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			c := relay.Conversation{Keys: tt.rule, Answer: func(_ context.Context, t *relay.Turn) error {
				got = append(got, t.Input().Keys)
				return nil
			}}
			play(t, c.Serve, relay.Options{}, func(s *stage) {
				call := s.call(livetest.RelayConfig{})
				for _, k := range tt.keys {
					call.Presses(k)
					time.Sleep(time.Second)
				}
				rest(5 * time.Second)
				assert.Equal(t, tt.want, got)
				call.HangsUp()
			})
		})
	}
}

func TestFiller(t *testing.T) {
	play(t, relay.Converse(func(_ context.Context, t *relay.Turn) error {
		stop := t.Filler(time.Second, "One moment.", "Let me see.")
		defer stop()
		if t.Input().Text == "slow" {
			time.Sleep(4 * time.Second)
		}
		_, err := t.WriteString("Found it.")
		return err
	}), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		for _, text := range []string{"slow", "quick", "slow"} {
			c.Speaks(text)
			rest(8 * time.Second)
		}
		assertScript(t, `
			C slow
			F One moment.
			A Found it.
			C quick
			A Found it.
			C slow
			F Let me see.
			A Found it.`, history(s))
		require.Len(t, s.timing(), 3)
		assert.Equal(t, time.Second, s.timing()[0].Filler)
		assert.Equal(t, 4*time.Second, s.timing()[0].FirstToken)
		assert.Zero(t, s.timing()[1].Filler)
		c.HangsUp()
	})
}

func TestTurnMessages(t *testing.T) {
	var refused error
	play(t, relay.Converse(func(_ context.Context, t *relay.Turn) error {
		t.Use(relay.Text{Lang: "de-DE", Interruptible: new(false)})
		for _, part := range [][]byte{[]byte("Gr\xc3"), []byte("\xbc\xc3\x9f"), []byte("e.")} {
			if _, err := t.Write(part); err != nil {
				return err
			}
		}
		refused = t.Send(relay.SendDigits{Digits: "x"})
		err := t.Send(relay.Play{Source: "https://example.com/a.mp3"}, relay.SendDigits{Digits: "1#"}, relay.Language{TTSLanguage: "en-US"})
		if err != nil {
			return err
		}
		return t.Send(relay.Text{Token: "Bye.", Last: true}, relay.End{HandoffData: "x"})
	}), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		c.Speaks("hallo")
		status, handoff := c.Outcome()
		assert.Equal(t, "ended", status)
		assert.Equal(t, "x", handoff)
		require.ErrorIs(t, refused, relay.ErrMessage)
		var got []relay.Message
		for _, m := range c.Messages() {
			got = append(got, m.Message)
		}
		german := func(token string) relay.Text {
			return relay.Text{Token: token, Lang: "de-DE", Interruptible: new(false)}
		}
		assert.Equal(t, []relay.Message{
			german("Gr"), german("üß"), german("e."), relay.Text{Last: true},
			relay.Play{Source: "https://example.com/a.mp3"}, relay.SendDigits{Digits: "1#"}, relay.Language{TTSLanguage: "en-US"},
			relay.Text{Token: "Bye.", Last: true}, relay.End{HandoffData: "x"},
		}, got)
		require.NoError(t, <-s.results)
	})
}

func TestAnswerFails(t *testing.T) {
	play(t, relay.Converse(func(context.Context, *relay.Turn) error {
		return errors.New("no credit left for +15555550101")
	}), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		c.Speaks("hello")
		status, _ := c.Outcome()
		assert.Equal(t, "failed", status, "the action decides")
		require.ErrorContains(t, <-s.results, "no credit")
		synctest.Wait()
		assert.Contains(t, s.log.String(), "session failed")
		assert.NotContains(t, s.log.String(), "+1555", "T29")
	})
}

func TestHangUpWhileTheModelThinks(t *testing.T) {
	var cause, late error
	play(t, relay.Converse(func(ctx context.Context, t *relay.Turn) error {
		<-ctx.Done()
		cause = context.Cause(ctx)
		_, late = t.WriteString("too late")
		return cause
	}), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		c.Speaks("hello")
		synctest.Wait() // a prompt that arrives together with the hang-up starts no turn
		c.HangsUp()
		require.NoError(t, <-s.results)
		require.ErrorIs(t, cause, relay.ErrHungUp)
		require.ErrorIs(t, late, relay.ErrHungUp)
		require.Len(t, s.causes(), 1)
		require.ErrorIs(t, s.causes()[0], relay.ErrHungUp)
	})
}

// TestFixedReply: interruptible="none" with reports. The caller talks over the
// reply, which goes on; the answer comes behind it.
func TestFixedReply(t *testing.T) {
	play(t, relay.Converse(func(_ context.Context, t *relay.Turn) error {
		_, err := t.WriteString("Answer to " + t.Input().Text + ", which is long enough.")
		return err
	}), relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{Fixed: true})
		c.Speaks("one")
		time.Sleep(time.Second)
		c.Event(relay.Prompt{VoicePrompt: "two", Lang: "en-US", Last: true})
		rest(10 * time.Second)
		assert.Equal(t, "Answer to one, which is long enough.Answer to two, which is long enough.", c.Heard())
		assertScript(t, `
			C one
			A Answer to one, which is long enough.
			C two
			A Answer to two, which is long enough.`, history(s))
		assert.Equal(t, []error{relay.ErrSuperseded, nil}, s.causes())
		c.HangsUp()
	})
}
