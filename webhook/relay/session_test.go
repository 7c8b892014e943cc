package relay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/live/livetest"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/relay"
)

// receive is a serve function that receives to the end.
func receive(ctx context.Context, s *relay.Session) error {
	for {
		if _, err := s.Receive(ctx); err != nil {
			return err
		}
	}
}

// TestS9Handshakes: what is not signed as Twilio signs it is answered with 403,
// before the upgrade.
func TestS9Handshakes(t *testing.T) {
	play(t, receive, relay.Options{}, func(s *stage) {
		for name, cfg := range map[string]livetest.RelayConfig{
			"not signed":         {URL: url},
			"another token":      {URL: url, Secret: "54321"},
			"ws was signed":      {URL: url, Header: http.Header{"X-Twilio-Signature": {signature.Sign(secret, "ws://example.com/relay", nil)}}},
			"a prefix was taken": {URL: url, Header: http.Header{"X-Twilio-Signature": {signature.Sign(secret, "wss://example.com/app/relay", nil)}}},
			"a query was added":  {URL: url + "?tenant=1", Header: http.Header{"X-Twilio-Signature": {signature.Sign(secret, url, nil)}}},
		} {
			_, err := s.server.Relay(s.ctx, cfg)
			require.ErrorIs(t, err, livetest.Refused{Status: http.StatusForbidden}, name)
		}
		assert.EqualValues(t, 5, s.handler.Stats().Refused)
		assert.Zero(t, s.handler.Stats().Sessions)
		c, err := s.server.Relay(s.ctx, livetest.RelayConfig{URL: url + "?tenant=1", Secret: secret, Setup: setup("CA1")})
		require.NoError(t, err, "a query that is signed is no harm")
		c.HangsUp()
		require.ErrorIs(t, <-s.results, io.EOF)
	})
}

// TestHandshakeWithASharedKey: the settings header chooses key and hash, as for
// webhooks.
func TestHandshakeWithASharedKey(t *testing.T) {
	key, err := signature.NewSharedKey("webhooks_sharedkey_example", "0123456789abcdef0123456789abcdef")
	require.NoError(t, err)
	v, err := signature.New(signature.Config{BaseURL: "https://example.com", Tokens: signature.Keys(key)})
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		server := livetest.NewServer(relay.New(v, receive, &relay.Options{Accounts: []string{account}}))
		defer server.Close()
		for signed, ok := range map[string]bool{url: true, "https://example.com/relay": false} {
			header := http.Header{}
			key.Sign(signed, nil).Set(header)
			c, err := server.Relay(t.Context(), livetest.RelayConfig{URL: url, Header: header, Setup: setup("CA1")})
			if !ok {
				require.ErrorIs(t, err, livetest.Refused{Status: http.StatusForbidden})
				continue
			}
			require.NoError(t, err)
			c.HangsUp()
		}
	})
}

func TestAdmission(t *testing.T) {
	pass := relay.NewPass([]byte("0123456789abcdef"), time.Minute)
	withPass := func(callSID string) relay.Setup {
		e := setup("CA1")
		parameter := twiml.Voice(twiml.Connect(relay.Connect(url, pass.Parameter(callSID)))).Node()
		p := parameter.Children[0].Children[0].Children[0]
		require.Equal(t, "Parameter", p.Name)
		e.CustomParameters = map[string]string{p.Attrs[0].Value: p.Attrs[1].Value}
		return e
	}
	altered := func(change func(string) string) func() relay.Setup {
		return func() relay.Setup {
			e := withPass("CA1")
			for name, pass := range e.CustomParameters {
				e.CustomParameters[name] = change(pass)
			}
			return e
		}
	}
	foreign := setup("CA1")
	foreign.AccountSID = "AC00000000000000000000000000000001"
	for name, tt := range map[string]struct {
		opts  relay.Options
		setup func() relay.Setup
		wait  time.Duration
		ok    bool
	}{
		"account":           {relay.Options{Accounts: []string{account}}, func() relay.Setup { return setup("CA1") }, 0, true},
		"another account":   {relay.Options{Accounts: []string{account}}, func() relay.Setup { return foreign }, 0, false},
		"pass":              {relay.Options{Admit: pass.Admit}, func() relay.Setup { return withPass("CA1") }, 30 * time.Second, true},
		"pass, line end":    {relay.Options{Admit: pass.Admit}, altered(func(s string) string { return s + "\n" }), 0, false},
		"pass, line break":  {relay.Options{Admit: pass.Admit}, altered(func(s string) string { return s[:len(s)-5] + "\n" + s[len(s)-5:] }), 0, false},
		"pass, no end":      {relay.Options{Admit: pass.Admit}, altered(func(s string) string { return s[:len(s)-1] }), 0, false},
		"pass, too late":    {relay.Options{Admit: pass.Admit}, func() relay.Setup { return withPass("CA1") }, 2 * time.Minute, false},
		"pass of a call":    {relay.Options{Admit: pass.Admit}, func() relay.Setup { return withPass("CA2") }, 0, false},
		"no pass":           {relay.Options{Admit: pass.Admit}, func() relay.Setup { return setup("CA1") }, 0, false},
		"refused by us":     {relay.Options{Admit: func(context.Context, relay.Setup) error { return errors.New("+15555550101 is blocked") }}, func() relay.Setup { return setup("CA1") }, 0, false},
		"no callSid at all": {relay.Options{}, func() relay.Setup { return relay.Setup{AccountSID: account} }, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, receive, tt.opts, func(s *stage) {
				e := tt.setup()
				time.Sleep(tt.wait)
				c, err := s.server.Relay(s.ctx, livetest.RelayConfig{URL: url, Secret: secret, Setup: e})
				require.NoError(t, err)
				synctest.Wait()
				if tt.ok {
					c.HangsUp()
					require.ErrorIs(t, <-s.results, io.EOF)
					assert.Zero(t, s.handler.Stats().Rejected)
					return
				}
				<-c.Closed()
				synctest.Wait()
				assert.EqualValues(t, 1, s.handler.Stats().Rejected)
				assert.Contains(t, s.log.String(), "not admitted")
				assert.NotContains(t, s.log.String(), "+1555", "T29")
				assert.Empty(t, s.results, "the function was not called")
			})
		})
	}
	assert.Panics(t, func() { relay.NewPass([]byte("short"), 0) })
}

// TestReceiveAndSendBoundTheWaitOnly: with coder/websocket alone, a context that
// ends closes the connection and hangs up on the caller.
func TestReceiveAndSendBoundTheWaitOnly(t *testing.T) {
	play(t, func(ctx context.Context, s *relay.Session) error {
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		if _, err := s.Receive(short); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("receive: %w", err)
		}
		if err := s.Send(short, relay.Text{Token: "never"}); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("send: %w", err)
		}
		if err := s.Send(ctx, relay.Text{Token: "Still here.", Last: true}); err != nil {
			return err
		}
		return receive(ctx, s)
	}, relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		time.Sleep(5 * time.Second)
		assert.Equal(t, "Still here.", c.Heard())
		c.HangsUp()
		require.ErrorIs(t, <-s.results, io.EOF)
	})
}

func TestSendErrors(t *testing.T) {
	play(t, func(ctx context.Context, s *relay.Session) error {
		err := s.Send(ctx, relay.SendDigits{})
		if !errors.Is(err, relay.ErrMessage) {
			return fmt.Errorf("send: %w", err)
		}
		if err := s.Send(ctx, relay.Text{Token: strings.Repeat("x", 300<<10)}); !errors.Is(err, relay.ErrTooLarge) {
			return fmt.Errorf("send: %w", err)
		}
		if err := s.End(ctx, "data"); err != nil {
			return err
		}
		if err := s.Send(ctx, relay.Text{Token: "late"}); !errors.Is(err, relay.ErrEnded) {
			return fmt.Errorf("send: %w", err)
		}
		return receive(ctx, s)
	}, relay.Options{}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		status, handoff := c.Outcome()
		assert.Equal(t, "ended", status)
		assert.Equal(t, "data", handoff)
		require.Len(t, c.Messages(), 1)
		require.ErrorIs(t, <-s.results, io.EOF)
	})
}

// TestServeReturns: nil ends the session when everything was heard; an error
// makes the action request say "failed".
func TestServeReturns(t *testing.T) {
	for name, tt := range map[string]struct {
		err    error
		status string
	}{"nil": {nil, "ended"}, "an error": {errors.New("broken"), "failed"}} {
		t.Run(name, func(t *testing.T) {
			play(t, func(ctx context.Context, s *relay.Session) error {
				if err := s.Send(ctx, relay.Text{Token: "You are being connected."}); err != nil {
					return err
				}
				return tt.err
			}, relay.Options{}, func(s *stage) {
				c := s.call(livetest.RelayConfig{})
				status, _ := c.Outcome()
				assert.Equal(t, tt.status, status)
				if tt.err == nil {
					assert.Equal(t, "You are being connected.", c.Heard())
				}
				synctest.Wait()
				assert.Zero(t, s.handler.Len())
			})
		})
	}
}

// TestServePanics: net/http reports the panic, and the session is over.
func TestServePanics(t *testing.T) {
	for name, serve := range map[string]func(context.Context, *relay.Session) error{
		"serve":  func(context.Context, *relay.Session) error { panic(http.ErrAbortHandler) },
		"answer": (&relay.Conversation{Open: func(context.Context, *relay.Turn) error { panic("oops") }, Answer: says("", 0)}).Serve,
	} {
		t.Run(name, func(t *testing.T) {
			play(t, serve, relay.Options{}, func(s *stage) {
				c := s.call(livetest.RelayConfig{})
				status, _ := c.Outcome()
				assert.Equal(t, "failed", status)
				synctest.Wait()
				assert.Zero(t, s.handler.Len())
			})
		})
	}
}

func TestHostilePeers(t *testing.T) {
	blocked := func(ctx context.Context, s *relay.Session) error { <-ctx.Done(); return context.Cause(ctx) }
	for name, tt := range map[string]struct {
		act   func(c *livetest.Relay)
		code  websocket.StatusCode
		want  error
		count func(relay.Stats) int64
	}{
		"ten malformed": {func(c *livetest.Relay) {
			for range 10 {
				c.Raw([]byte("this is not json"))
			}
		}, websocket.StatusInvalidFramePayloadData, relay.ErrMalformed, func(s relay.Stats) int64 { return s.Malformed }},
		"oversize": {func(c *livetest.Relay) { c.Event(relay.Prompt{VoicePrompt: strings.Repeat("x", 70_000)}) },
			websocket.StatusMessageTooBig, relay.ErrTooLarge, func(s relay.Stats) int64 { return s.Oversize }},
		"a flood": {func(c *livetest.Relay) {
			for range 300 {
				c.Event(relay.DTMF{Digit: "1"})
			}
		}, websocket.StatusInternalError, relay.ErrOverflow, func(s relay.Stats) int64 { return s.Overflows }},
		"a flood of large ones": {func(c *livetest.Relay) {
			for range 20 {
				c.Event(relay.Prompt{VoicePrompt: strings.Repeat("x", 60_000)})
			}
		}, websocket.StatusInternalError, relay.ErrOverflow, func(s relay.Stats) int64 { return s.Overflows }},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, blocked, relay.Options{}, func(s *stage) {
				c := s.call(livetest.RelayConfig{})
				tt.act(c)
				<-c.Closed()
				err := <-s.results
				require.ErrorIs(t, err, relay.ErrHungUp)
				require.ErrorIs(t, err, tt.want)
				assert.Positive(t, tt.count(s.handler.Stats()))
				assert.Equal(t, tt.code, c.CloseCode())
				assert.NotContains(t, s.log.String(), "this is not json")
			})
		})
	}
}

// TestPeerThatDoesNotRead: the queue is bounded, Send waits, and the session ends.
func TestPeerThatDoesNotRead(t *testing.T) {
	sent := 0
	play(t, func(ctx context.Context, s *relay.Session) error {
		for {
			if err := s.Send(ctx, relay.Text{Token: strings.Repeat("x", 1000)}); err != nil {
				return err
			}
			sent++
		}
	}, relay.Options{}, func(s *stage) {
		ws, _, err := s.server.Dial(s.ctx, url, secret, nil)
		require.NoError(t, err)
		require.NoError(t, ws.Write(s.ctx, websocket.MessageText, relay.AppendEvent(nil, setup("CA1"))))
		start := time.Now()
		err = <-s.results
		require.ErrorIs(t, err, relay.ErrStalled)
		assert.Equal(t, 10*time.Second, time.Since(start))
		assert.InDelta(t, 256, sent, 20, "a queue of 256 KiB")
		assert.EqualValues(t, 1, s.handler.Stats().Stalled)
		_ = ws.CloseNow()
	})
}

func TestSessionIndex(t *testing.T) {
	play(t, receive, relay.Options{Limit: 2}, func(s *stage) {
		one, two := s.call(livetest.RelayConfig{Setup: setup("CA1")}), s.call(livetest.RelayConfig{Setup: setup("CA2")})
		synctest.Wait()
		session, ok := s.handler.Session("CA2")
		require.True(t, ok)
		assert.Equal(t, "CA2", session.Setup().CallSID)
		assert.Equal(t, "/relay", session.Request().URL.Path)
		assert.Equal(t, 2, s.handler.Len())
		_, err := s.server.Relay(s.ctx, livetest.RelayConfig{URL: url, Secret: secret})
		require.ErrorIs(t, err, livetest.Refused{Status: http.StatusServiceUnavailable})
		// A machine has answered: the other webhook speaks into the session.
		require.NoError(t, session.Send(s.ctx, relay.Text{Token: "Please call back.", Last: true}))
		require.NoError(t, session.End(s.ctx, ""))
		status, _ := two.Outcome()
		assert.Equal(t, "ended", status)
		assert.Equal(t, "Please call back.", two.Heard())
		one.HangsUp()
	})
}

func TestLongestSession(t *testing.T) {
	play(t, receive, relay.Options{Move: func(*relay.Session) string { return "again" }}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		start := time.Now()
		status, handoff := c.Outcome()
		assert.Equal(t, "ended", status)
		assert.Equal(t, "again", handoff)
		assert.InDelta(t, 4*time.Hour, time.Since(start), float64(time.Second))
		require.ErrorIs(t, <-s.results, io.EOF)
	})
}

// TestShutdownWhileASessionIsAdmitted: a session that begins late is moved as well.
func TestShutdownWhileASessionIsAdmitted(t *testing.T) {
	play(t, receive, relay.Options{
		Admit: func(context.Context, relay.Setup) error { time.Sleep(2 * time.Second); return nil },
		Move:  func(*relay.Session) string { return "moved" },
	}, func(s *stage) {
		c := s.call(livetest.RelayConfig{})
		soon, cancel := context.WithTimeout(s.ctx, time.Second)
		defer cancel()
		require.NoError(t, s.handler.Shutdown(soon))
		status, handoff := c.Outcome()
		assert.Equal(t, "ended", status)
		assert.Equal(t, "moved", handoff)
	})
}

func TestWarnsWhereNothingIsChecked(t *testing.T) {
	play(t, receive, relay.Options{Accounts: []string{}}, func(s *stage) {
		for range 2 {
			c := s.call(livetest.RelayConfig{})
			c.HangsUp()
			<-s.results
		}
		assert.Equal(t, 1, strings.Count(s.log.String(), "Options.Admit"))
	})
}

// TestThousandSessions opens and drops sessions in every state. The bubble fails if
// a goroutine is left, and the handler must be empty.
func TestThousandSessions(t *testing.T) {
	c := relay.Conversation{
		Silence: []relay.Nudge{{After: time.Second, Say: "Hello?"}},
		Answer: func(ctx context.Context, t *relay.Turn) error {
			stop := t.Filler(500*time.Millisecond, "Hm.")
			defer stop()
			if t.Input().Text == "think" {
				<-ctx.Done()
				return context.Cause(ctx)
			}
			return stream(ctx, t, opening, 20*time.Millisecond)
		},
	}
	play(t, c.Serve, relay.Options{}, func(s *stage) {
		states := []func(*livetest.Relay){
			func(*livetest.Relay) {},
			func(c *livetest.Relay) { c.Event(relay.Prompt{VoicePrompt: "think", Last: true}) },
			func(c *livetest.Relay) {
				c.Event(relay.Prompt{VoicePrompt: "think", Last: true})
				time.Sleep(700 * time.Millisecond)
			},
			func(c *livetest.Relay) {
				c.Event(relay.Prompt{VoicePrompt: "hours", Last: true})
				time.Sleep(100 * time.Millisecond)
			},
			func(c *livetest.Relay) {
				c.Event(relay.Prompt{VoicePrompt: "hours", Last: true})
				time.Sleep(3 * time.Second)
			},
			func(c *livetest.Relay) { c.Presses("12") },
			func(*livetest.Relay) { time.Sleep(1500 * time.Millisecond) },
			func(c *livetest.Relay) {
				c.Event(relay.Prompt{VoicePrompt: "think", Last: true})
				c.Event(relay.Prompt{VoicePrompt: "hours", Last: true})
			},
		}
		for i := range 1000 {
			e := setup(fmt.Sprintf("CA%d", i))
			c := s.call(livetest.RelayConfig{Setup: e})
			states[i%len(states)](c)
			if i%3 == 0 {
				c.Drops()
			} else {
				c.HangsUp()
			}
			<-s.results
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Zero(t, s.handler.Len())
		assert.EqualValues(t, 1000, s.handler.Stats().Sessions)
		_, err := json.Marshal(s.handler.Stats())
		require.NoError(t, err)
	})
}

func TestConnect(t *testing.T) {
	got := twiml.Voice(twiml.Connect(relay.Connect(url).WelcomeGreeting("Hello!")).Action("/ended")).String()
	assert.Contains(t, got, `<Connect action="/ended"><ConversationRelay url="wss://example.com/relay" dtmfDetection="true" events="speaker-events tokens-played" welcomeGreeting="Hello!"/></Connect>`)
}

func TestHandoff(t *testing.T) {
	type data struct{ Reason string }
	text, err := relay.Handoff(data{"billing"})
	require.NoError(t, err)
	_, err = relay.Handoff(func() {})
	require.Error(t, err)
	var got data
	ok, err := relay.ReadHandoff(webhook.ConversationRelayAction{HandoffData: webhook.JSON(text)}, &got)
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, data{"billing"}, got)
	ok, err = relay.ReadHandoff(webhook.ConversationRelayAction{}, &got)
	require.NoError(t, err)
	assert.False(t, ok)
	_, err = relay.ReadHandoff(webhook.ConversationRelayAction{HandoffData: `"+15555550101`}, &got)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "+1555")
}

func TestNewPanics(t *testing.T) {
	assert.Panics(t, func() { relay.New(nil, receive, nil) })
	assert.Panics(t, func() { relay.New(verifier(t), nil, nil) })
}
