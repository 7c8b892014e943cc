package webhooktest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/mediastream"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
	"github.com/ringback-go/ringback/webhook/relay"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

const agentURL = "wss://webhooktest.example.com/agent"

// agent is a program with an agent behind /voice, and what it has seen.
type agent struct {
	*relay.Handler
	mux   *http.ServeMux
	ended []webhook.ConversationRelayAction
	// TwiML are attributes to set on the element.
	relay func(*twiml.ConversationRelayNoun) *twiml.ConversationRelayNoun
	next  func(webhook.ConversationRelayAction) (*twiml.VoiceResponse, error)
}

// shop answers with few words.
func shop(_ context.Context, t *relay.Turn) error {
	reply := "I can tell you our hours."
	switch said := strings.ToLower(t.Input().Text); {
	case strings.Contains(said, "hours"):
		reply = "We are open from nine to five, Monday to Friday. On Saturdays we open at ten, and on Sundays we are closed."
	case strings.Contains(said, "where"):
		reply = "You find us at 12 Example Street."
	case strings.Contains(said, "bye"):
		reply = "Thank you for calling. Goodbye!"
		t.HangUp()
	case t.Input().Keys != "":
		reply = "You pressed " + t.Input().Keys + "."
	}
	for token := range strings.SplitAfterSeq(reply, " ") {
		if _, err := t.WriteString(token); err != nil {
			return err
		}
	}
	return nil
}

func newAgent(c *relay.Conversation, opts *relay.Options) *agent {
	a := &agent{mux: http.NewServeMux()}
	if opts == nil {
		opts = &relay.Options{}
	}
	opts.Logger = slog.New(slog.DiscardHandler)
	a.Handler = relay.New(verifier(), c.Serve, opts)
	hooks := webhook.NewReceiver(verifier(), nil)
	a.mux.Handle("POST /voice", webhook.Handle(hooks, func(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) {
		return a.connect(), nil
	}))
	a.mux.Handle("GET /agent", a.Handler)
	a.mux.Handle("POST /ended", webhook.Handle(hooks, func(_ context.Context, e webhook.ConversationRelayAction) (*twiml.VoiceResponse, error) {
		a.ended = append(a.ended, e)
		if a.next != nil {
			return a.next(e)
		}
		return twiml.Voice(twiml.Say("The agent has left.")), nil
	}))
	return a
}

func (a *agent) connect() *twiml.VoiceResponse {
	noun := relay.Connect(agentURL, twiml.Parameter("tenant", "acme")).WelcomeGreeting("Hi, how can I help?")
	if a.relay != nil {
		noun = a.relay(noun)
	}
	return twiml.Voice(twiml.Connect(noun).Action("/ended"))
}

func TestLiveCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAgent(&relay.Conversation{Answer: shop}, nil)
		twilio := webhooktest.New(t, a.mux, nil)
		call := twilio.Call("/voice")
		call.Hears("Hi, how can I help?")
		call.Speaks("opening hours").Hears("nine to five")
		call.Interrupts("And where are you?").Hears("Example Street").DoesNotHear("ten")
		call.HangsUp()
		require.Len(t, a.ended, 1)
		assert.Equal(t, webhook.SessionStatus("completed"), a.ended[0].SessionStatus)
		assert.Equal(t, webhook.CallStatus("completed"), a.ended[0].CallStatus)
		t.Log("\n" + call.Transcript())
		time.Sleep(time.Minute)
	})
}

// live runs a test of an agent in a bubble.
func live(t *testing.T, c *relay.Conversation, opts *relay.Options, f func(*testing.T, *agent, *webhooktest.Call)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := newAgent(c, opts)
		f(t, a, webhooktest.New(t, a.mux, nil).Call("/voice"))
	})
}

// TestS1 interrupts in the middle of a reply, and in its tail after the function
// has returned. Pipecat 366 and four others let the agent talk on.
func TestS1(t *testing.T) {
	causes := make(chan error, 10)
	c := &relay.Conversation{Answer: func(ctx context.Context, turn *relay.Turn) error {
		context.AfterFunc(ctx, func() { causes <- context.Cause(ctx) })
		return shop(ctx, turn)
	}}
	live(t, c, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
		call.Hears("help?").Speaks("opening hours").Hears("from nine to five, Monday")
		call.Speaks("Stop.").Hears("our hours.").DoesNotHear("Saturdays")
		assert.ErrorIs(t, <-causes, relay.ErrInterrupted)
		call.HangsUp()
	})
}

// TestS2 interrupts with a key: the next turn sees what was heard.
func TestS2(t *testing.T) {
	var heard []relay.Line
	c := &relay.Conversation{
		Answer: func(ctx context.Context, turn *relay.Turn) error {
			heard = turn.History()
			return shop(ctx, turn)
		},
	}
	live(t, c, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
		call.Hears("help?").Speaks("opening hours").Hears("nine to five, Monday to")
		call.Presses("7#").Hears("You pressed 7").HangsUp()
		require.Len(t, heard, 4)
		assert.Equal(t, "We are open from nine to five, Monday to", heard[2].Heard)
		assert.True(t, heard[2].Exact)
		assert.Equal(t, "7", heard[3].Keys)
	})
}

// TestS6 speaks twice while the model thinks: one answer, both in the history.
func TestS6(t *testing.T) {
	var history []relay.Line
	c := &relay.Conversation{Answer: func(ctx context.Context, turn *relay.Turn) error {
		select {
		case <-time.After(3 * time.Second):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		history = turn.History()
		return shop(ctx, turn)
	}}
	live(t, c, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
		call.Hears("help?").Speaks("Hello.").Waits(1500 * time.Millisecond).Speaks("Where are you?")
		call.Hears("Example Street").DoesNotHear("our hours").HangsUp()
		require.Len(t, history, 3)
		assert.Equal(t, "Hello.", history[1].Text)
		assert.Equal(t, "Where are you?", history[2].Text)
	})
}

// TestS7 ends a call with a sentence that is heard in full, and goes on when the
// caller speaks into it.
func TestS7(t *testing.T) {
	c := &relay.Conversation{Answer: shop}
	live(t, c, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
		call.Hears("help?").Speaks("bye").Hears("Goodbye!", "The agent has left.").Ends()
		require.Len(t, a.ended, 1)
		assert.EqualValues(t, "ended", a.ended[0].SessionStatus)
		assert.EqualValues(t, "in-progress", a.ended[0].CallStatus)
	})
	live(t, c, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
		call.Hears("help?").Speaks("bye").Interrupts("Wait, where are you?").Hears("Example Street").Listens()
		assert.Empty(t, a.ended)
		call.HangsUp()
	})
}

// TestS8 keeps what must not be done twice although the caller interrupts.
func TestS8(t *testing.T) {
	booked := 0
	c := &relay.Conversation{Answer: func(ctx context.Context, turn *relay.Turn) error {
		if turn.Input().Text != "book" {
			return shop(ctx, turn)
		}
		_, _ = turn.WriteString("I book a table for two at eight, and it takes a moment. ")
		_ = turn.Flush()
		turn.HangUp()
		return turn.Keep("booked a table", func(ctx context.Context) error {
			select {
			case <-time.After(4 * time.Second):
				booked++
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}}
	live(t, c, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
		call.Hears("help?").Speaks("book").Hears("I book a").Speaks("And where are you?").Hears("Example Street").Listens()
		assert.Equal(t, 1, booked)
		assert.Empty(t, a.ended, "the turn that hangs up was cut")
		s, ok := a.Session(string(call.SID()))
		require.True(t, ok)
		history := s.History()
		assert.True(t, slices.ContainsFunc(history, func(l relay.Line) bool { return l.Who == relay.Action && strings.Contains(l.Text, "booked a table") }))
		call.HangsUp()
	})
}

// TestS9 refuses what does not prove itself, and says why.
func TestS9(t *testing.T) {
	for name, tt := range map[string]struct{ url, path string }{
		"wrong host in the signature": {agentURL + "#x", "/agent"},
		"stripped prefix":             {"wss://webhooktest.example.com/v1/agent", "/agent"},
		"nothing there":               {"wss://webhooktest.example.com/nothing", ""},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, &relay.Conversation{Answer: shop}, nil, func(t *testing.T, a *agent, _ *webhooktest.Call) {
				a.relay = func(n *twiml.ConversationRelayNoun) *twiml.ConversationRelayNoun {
					return relay.Connect(tt.url)
				}
				h := http.Handler(a.mux)
				if tt.path != "" {
					h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if strings.HasSuffix(r.URL.Path, "/agent") {
							r.URL.Path = tt.path
							r.RequestURI = tt.path + "?x=1"
							r.URL.RawQuery = "x=1"
						}
						a.mux.ServeHTTP(w, r)
					})
				}
				call := webhooktest.New(t, h, nil).Call("/voice")
				call.Fails(64102).EndsWith("busy")
				assert.Empty(t, a.ended)
			})
		})
	}
}

// TestS12 nudges a silent caller, but not while the program is busy.
func TestS12(t *testing.T) {
	c := &relay.Conversation{
		Silence: []relay.Nudge{{After: 10 * time.Second, Say: "Are you there?"}, {After: 10 * time.Second, Say: "So long!", HangUp: true}},
		Answer: func(ctx context.Context, turn *relay.Turn) error {
			err := turn.Keep("looked", func(context.Context) error { time.Sleep(20 * time.Second); return nil })
			if err == nil {
				_, err = turn.WriteString("I have looked.")
			}
			return err
		},
	}
	live(t, c, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
		call.Hears("help?").Speaks("Look.").Hears("I have looked.").DoesNotHear("Are you there?")
		call.Waits(8*time.Second).DoesNotHear("Are you there?").Hears("Are you there?", "So long!", "The agent has left.").Ends()
	})
}

// TestS13 closes and drops the WebSocket: the document goes on.
func TestS13(t *testing.T) {
	c := &relay.Conversation{Answer: func(context.Context, *relay.Turn) error { return errors.New("no model") }}
	live(t, c, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
		call.Hears("help?").Speaks("Hello.").Fails(64105).Hears("The agent has left.").Ends()
		assert.EqualValues(t, "failed", a.ended[0].SessionStatus)
		assert.Equal(t, 64105, a.ended[0].ErrorCode)
	})
	live(t, c, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
		call.Hears("help?").Drops().Fails(64105).Hears("The agent has left.").Ends()
		assert.EqualValues(t, "failed", a.ended[0].SessionStatus)
	})
}

// TestS14 is 90 seconds of silence.
func TestS14(t *testing.T) {
	live(t, &relay.Conversation{Answer: shop}, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
		call.Hears("help?").Waits(90 * time.Second).Speaks("Where are you?").Hears("Example Street").HangsUp()
	})
}

// TestS15 moves a call that is live to another handler, with its history.
func TestS15(t *testing.T) {
	var second *relay.Handler
	restored := &relay.Conversation{Answer: shop}
	first := &relay.Options{Move: func(s *relay.Session) string { return "move" }}
	c := &relay.Conversation{Answer: shop}
	live(t, c, first, func(t *testing.T, a *agent, call *webhooktest.Call) {
		second = relay.New(verifier(), restored.Serve, &relay.Options{Logger: slog.New(slog.DiscardHandler)})
		a.mux.Handle("GET /second", second)
		a.next = func(e webhook.ConversationRelayAction) (*twiml.VoiceResponse, error) {
			if e.HandoffData != "move" {
				return twiml.Voice(twiml.Hangup()), nil
			}
			return twiml.Voice(twiml.Connect(relay.Connect("wss://webhooktest.example.com/second")).Action("/ended")), nil
		}
		call.Hears("help?").Speaks("opening hours").Hears("we are closed.")
		s, ok := a.Session(string(call.SID()))
		require.True(t, ok)
		restored.Restored = s.History()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		moved := make(chan error, 1)
		go func() { moved <- a.Shutdown(ctx) }()
		call.Waits(5 * time.Second)
		<-moved
		require.Equal(t, 1, second.Len())
		call.Speaks("Where are you?").Hears("Example Street")
		again, ok := second.Session(string(call.SID()))
		require.True(t, ok)
		assert.Greater(t, len(again.History()), 2)
		assert.NotEqual(t, s.Setup().SessionID, again.Setup().SessionID)
		assert.True(t, again.Setup().InProgress())
		assert.False(t, s.Setup().InProgress())
		assert.Equal(t, map[string]string{"tenant": "acme"}, s.Setup().CustomParameters)
		call.HangsUp()
	})
}

// streamed runs a program with a stream in a bubble.
func streamed(t *testing.T, verb string, serve func(context.Context, *mediastream.Stream) error, f func(*testing.T, *webhooktest.Call)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		mux := http.NewServeMux()
		mux.HandleFunc("POST /voice", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			fmt.Fprint(w, "<Response>"+verb+"</Response>")
		})
		mux.Handle("GET /stream", mediastream.Handle(verifier(), serve, &mediastream.Options{Logger: slog.New(slog.DiscardHandler)}))
		f(t, webhooktest.New(t, mux, nil).Call("/voice"))
	})
}

const (
	connectStream = `<Connect><Stream url="wss://webhooktest.example.com/stream"/></Connect><Say>That was it.</Say>`
	startStream   = `<Start><Stream url="wss://webhooktest.example.com/stream"/></Start><Say>Hello.</Say><Pause length="20"/>`
)

// beep is a tone of 24 kHz.
func beep(hz float64, d time.Duration) []byte {
	pcm := make([]byte, audio.PCM24k.Bytes(d))
	for i := range len(pcm) / 2 {
		v := int16(9000 * math.Sin(2*math.Pi*hz*float64(i)/24000))
		pcm[2*i], pcm[2*i+1] = byte(v), byte(uint16(v)>>8)
	}
	return pcm
}

// pitch counts the periods a second of sound at 8 kHz.
func pitch(pcm []byte) float64 {
	crossings := 0
	for i := 2; i+1 < len(pcm); i += 2 {
		a, b := int16(uint16(pcm[i-2])|uint16(pcm[i-1])<<8), int16(uint16(pcm[i])|uint16(pcm[i+1])<<8)
		if a < 0 && b >= 0 {
			crossings++
		}
	}
	return float64(crossings) / audio.PCM8k.Duration(len(pcm)).Seconds()
}

// TestS3 clears three speeches: the first at its position, the others at zero.
func TestS3(t *testing.T) {
	var cleared []mediastream.Played
	streamed(t, connectStream, func(ctx context.Context, s *mediastream.Stream) error {
		for range 3 {
			speech := s.Speak(audio.PCM24k)
			_, _ = speech.Write(beep(440, 2*time.Second))
			_ = speech.Close()
		}
		time.Sleep(time.Second)
		cleared = s.Clear()
		time.Sleep(time.Second)
		_, err := s.Play(ctx, bytes.NewReader(beep(440, time.Second)), audio.PCM24k)
		return err
	}, func(t *testing.T, call *webhooktest.Call) {
		call.Hears("That was it.").Ends()
		require.Len(t, cleared, 3)
		assert.InDelta(t, 1, cleared[0].Heard.Seconds(), 0.21)
		assert.Zero(t, cleared[1].Heard)
		assert.Zero(t, cleared[2].Heard)
		heard := audio.PCM8k.Duration(len(call.Sound(audio.PCM8k)))
		assert.InDelta(t, 3, heard.Seconds(), 0.3, "one second, a second of silence, one second")
	})
}

// TestS4 writes with jitter and a stall, and the caller hears no gap.
func TestS4(t *testing.T) {
	streamed(t, connectStream, func(ctx context.Context, s *mediastream.Stream) error {
		speech := s.Speak(audio.PCM24k)
		for i := range 100 {
			_, _ = speech.Write(beep(400, 20*time.Millisecond))
			time.Sleep(time.Duration(5+(i*7)%30) * time.Millisecond)
			if i == 50 {
				time.Sleep(300 * time.Millisecond)
			}
		}
		_ = speech.Close()
		_, err := speech.Wait(ctx)
		return err
	}, func(t *testing.T, call *webhooktest.Call) {
		call.Hears("That was it.").Ends()
		assert.LessOrEqual(t, audio.PCM8k.Duration(len(call.Sound(audio.PCM8k))), 2400*time.Millisecond)
	})
}

// TestS5 plays 24 kHz: a tone keeps its pitch.
func TestS5(t *testing.T) {
	streamed(t, connectStream, func(ctx context.Context, s *mediastream.Stream) error {
		_, err := s.Play(ctx, bytes.NewReader(beep(440, time.Second)), audio.PCM24k)
		return err
	}, func(t *testing.T, call *webhooktest.Call) {
		call.HearsSound(900 * time.Millisecond).Hears("That was it.").Ends()
		sound := call.Sound(audio.PCM8k)
		assert.InDelta(t, 440, pitch(sound), 5)
		assert.InDelta(t, time.Second, audio.PCM8k.Duration(len(sound)), float64(50*time.Millisecond))
		assert.NotEmpty(t, call.Marks())
	})
}

// TestS9Stream drops the query of a stream, as Twilio does.
func TestS9Stream(t *testing.T) {
	var query string
	verb := strings.Replace(connectStream, "/stream", "/stream?token=x", 1)
	synctest.Test(t, func(t *testing.T) {
		mux := http.NewServeMux()
		mux.HandleFunc("POST /voice", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			fmt.Fprint(w, "<Response>"+verb+"</Response>")
		})
		bot := mediastream.Handle(verifier(), func(context.Context, *mediastream.Stream) error { return nil }, &mediastream.Options{Logger: slog.New(slog.DiscardHandler)})
		mux.HandleFunc("GET /stream", func(w http.ResponseWriter, r *http.Request) {
			query = r.URL.RawQuery
			bot.ServeHTTP(w, r)
		})
		call := webhooktest.New(t, mux, nil).Call("/voice").Hears("That was it.").Ends()
		assert.Empty(t, query)
		assert.Contains(t, call.Transcript(), "Twilio drops the query of a Stream's url")
	})
}

// TestS10 is an echo: a speakerphone brings the agent's own words back as a
// prompt. It cuts a reply that can be interrupted, as people do, and is lost
// where the TwiML says that nothing interrupts.
func TestS10(t *testing.T) {
	for name, fixed := range map[string]bool{"interruptible": false, "fixed": true} {
		t.Run(name, func(t *testing.T) {
			var inputs []string
			c := &relay.Conversation{Answer: func(ctx context.Context, turn *relay.Turn) error {
				inputs = append(inputs, turn.Input().Text)
				return shop(ctx, turn)
			}}
			live(t, c, nil, func(t *testing.T, a *agent, call *webhooktest.Call) {
				call.HangsUp()
				if fixed {
					a.relay = func(n *twiml.ConversationRelayNoun) *twiml.ConversationRelayNoun {
						return n.Interruptible(twiml.InterruptibleNone)
					}
				}
				call = webhooktest.New(t, a.mux, nil).Call("/voice").Hears("help?").Speaks("opening hours").Hears("We are open")
				call.Waits(300 * time.Millisecond).Speaks("We are open")
				if fixed {
					call.Hears("we are closed.").Listens()
				} else {
					call.Hears("I can tell you our").DoesNotHear("we are closed.").Listens()
				}
				call.HangsUp()
				synctest.Wait()
				want := []string{"opening hours", "We are open"}
				if fixed {
					want = want[:1]
				}
				assert.Equal(t, want, inputs)
			})
		})
	}
}

// TestS11 has a program that is busy for two seconds: not a frame is lost.
func TestS11(t *testing.T) {
	var level float64
	streamed(t, connectStream, func(_ context.Context, s *mediastream.Stream) error {
		time.Sleep(2 * time.Second)
		sound := make([]byte, audio.PCM8k.Bytes(2*time.Second))
		_, err := io.ReadFull(s.Listen(audio.PCM8k, mediastream.Inbound), sound)
		level = pitch(sound[len(sound)/4 : len(sound)*3/4])
		return err
	}, func(t *testing.T, call *webhooktest.Call) {
		call.Waits(600*time.Millisecond).SpeaksSound(beep(300, 2*time.Second), audio.PCM24k)
		call.Hears("That was it.").Ends()
		assert.InDelta(t, 300, level, 5)
	})
}

// TestTimeAfterAStream lets time pass after a call whose Start left a stream. The
// stream has ended with the call, so that time passes at once again.
func TestTimeAfterAStream(t *testing.T) {
	streamed(t, startStream, func(_ context.Context, s *mediastream.Stream) error {
		_, err := io.Copy(io.Discard, s.Listen(audio.PCM8k, mediastream.Inbound))
		return err
	}, func(t *testing.T, c *webhooktest.Call) {
		c.Waits(3 * time.Second).HangsUp()
		began := time.Now()
		c.Waits(time.Hour)
		assert.Less(t, time.Since(began), time.Minute)
	})
}

// TestStartedStream hears the caller beside the document, and takes no messages.
func TestStartedStream(t *testing.T) {
	var heard time.Duration
	streamed(t, startStream, func(_ context.Context, s *mediastream.Stream) error {
		n, err := io.Copy(io.Discard, s.Listen(audio.PCM8k, mediastream.Inbound))
		heard = audio.PCM8k.Duration(int(n))
		return err
	}, func(t *testing.T, call *webhooktest.Call) {
		call.Hears("Hello.").Waits(5 * time.Second).HangsUp().Waits(5 * time.Second)
		synctest.Wait()
		assert.InDelta(t, 5, heard.Seconds(), 1.5)
	})
}

// TestStreamKeys passes on keys, and a hang-up in the middle.
func TestStreamKeys(t *testing.T) {
	var keys string
	var end error
	streamed(t, connectStream, func(ctx context.Context, s *mediastream.Stream) error {
		for {
			e, err := s.Receive(ctx)
			if err != nil {
				end = err
				return nil
			}
			if key, ok := e.(*mediastream.DTMF); ok {
				keys += key.Digit
			}
		}
	}, func(t *testing.T, call *webhooktest.Call) {
		call.Presses("12#").Waits(time.Second).HangsUp()
		synctest.Wait()
		assert.Equal(t, "12#", keys)
		assert.Equal(t, io.EOF, end)
	})
}
