package load

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ringback-go/ringback/webhook/relay"
)

// What callers say to a ConversationRelay, in turn.
var questions = []string{
	"Hello, I would like to know when you are open.",
	"And where can I park my car?",
	"Do I have to make a reservation first?",
	"Could you tell me a little more about that, please?",
}

// Times of the caller.
const (
	listens   = 600 * time.Millisecond // to a reply before an interruption
	speaks    = 900 * time.Millisecond // from the interruption to the prompt
	forgiven  = 300 * time.Millisecond // for tokens that cross an interruption
	settles   = 100 * time.Millisecond // after the setup
	maxErrors = 10                     // malformed messages in a row that end a session
)

// relay plays Twilio's side of a ConversationRelay session.
func (s *session) relay(ctx context.Context) error {
	setup := relay.Setup{
		SessionID: fmt.Sprintf("VX%032x", s.n), AccountSID: s.target.AccountSID, CallSID: s.target.CallSID,
		From: s.target.From, To: s.target.To, Direction: "inbound", CallType: "PSTN", CallStatus: "RINGING",
		CustomParameters: s.target.Parameters,
	}
	if err := s.write(ctx, relay.AppendEvent(nil, setup)); err != nil {
		return err
	}
	c := &conversation{session: s}
	if err := c.listen(ctx, settles, nil); err != nil {
		return hungUp(err)
	}
	for turn := range s.cfg.Turns {
		// Each second reply is interrupted. The last one is heard.
		if err := c.turn(ctx, questions[turn%len(questions)], turn%2 == 0 && turn+1 < s.cfg.Turns); err != nil {
			return hungUp(err)
		}
	}
	s.hangUp("Closing websocket session")
	return nil
}

// hungUp ignores the error if the program ended the session.
func hungUp(err error) error {
	if errors.Is(err, errEnded) {
		return nil
	}
	return err
}

// conversation is what a caller has heard in a session.
type conversation struct {
	*session
	malformed int // in a row
}

// reply is an answer of the program as it comes.
type reply struct {
	asked        time.Time
	token, sound time.Time // the first of each
	text         strings.Builder
	last         bool
}

// turn asks and hears the answer, or a part of it.
func (c *conversation) turn(ctx context.Context, question string, interrupt bool) error {
	a := &reply{asked: time.Now()}
	if err := c.write(ctx, relay.AppendEvent(nil, relay.Prompt{VoicePrompt: question, Lang: "en-US", Last: true})); err != nil {
		return err
	}
	if err := c.listen(ctx, c.cfg.Wait, func(m relay.Message) bool { return a.hear(m) && (a.last || interrupt) }); err != nil {
		if errors.Is(err, errLate) && a.token.IsZero() {
			return problem("no answer within %v", c.cfg.Wait)
		}
		if errors.Is(err, errLate) {
			return problem("a reply without an end (last)")
		}
		if !errors.Is(err, errEnded) || a.token.IsZero() {
			return err
		}
	}
	c.r.turn(a.token.Sub(a.asked), a.sound.Sub(a.asked))
	if !interrupt {
		return nil
	}
	if err := c.listen(ctx, listens, func(m relay.Message) bool { a.hear(m); return false }); err != nil && !errors.Is(err, errLate) {
		return err
	}
	if a.last {
		// The whole reply was sent before the caller spoke. The caller
		// interrupts playback, and the program has nothing left to stop.
		c.r.interruption(false)
	}
	heard := a.text.String()
	e := relay.Interrupt{UtteranceUntilInterrupt: heard[:len(heard)/2], DurationUntilInterrupt: listens}
	if err := c.write(ctx, relay.AppendEvent(nil, e)); err != nil {
		return err
	}
	if a.last {
		return ignore(c.listen(ctx, speaks, func(relay.Message) bool { return false }))
	}
	at, ignored := time.Now(), false
	err := c.listen(ctx, speaks, func(m relay.Message) bool {
		if t, ok := m.(relay.Text); ok && t.Token != "" && time.Since(at) > forgiven {
			ignored = true
		}
		return false
	})
	c.r.interruption(ignored)
	return ignore(err)
}

// ignore drops errLate.
func ignore(err error) error {
	if errors.Is(err, errLate) {
		return nil
	}
	return err
}

// hear takes a message. It reports whether the reply can be heard now.
func (a *reply) hear(m relay.Message) bool {
	now := time.Now()
	switch m := m.(type) {
	case relay.Text:
		if m.Token != "" && a.token.IsZero() {
			a.token = now
		}
		a.text.WriteString(m.Token)
		a.last = a.last || m.Last
		if a.sound.IsZero() && !a.token.IsZero() && (m.Last || strings.ContainsAny(m.Token, ".,:;!?")) {
			a.sound = now // speech begins at the end of the first clause
		}
	case relay.Play, relay.SendDigits:
		if a.token.IsZero() {
			a.token = now
		}
		if a.sound.IsZero() {
			a.sound = now
		}
		a.last = true
	}
	return !a.sound.IsZero()
}

// listen hears the program for d, or until enough reports true. The error is
// errLate after d if enough was given.
func (c *conversation) listen(ctx context.Context, d time.Duration, enough func(relay.Message) bool) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		frame, err := c.next(ctx, timer)
		if errors.Is(err, errLate) && enough == nil {
			return nil
		}
		if err != nil {
			return err
		}
		m, err := relay.ParseMessage(frame)
		if raw, ok := m.(relay.Raw); ok && raw.Type() != "config" && raw.Type() != "hints" {
			err = relay.ErrMalformed
		}
		if err != nil {
			c.r.malformed()
			e := relay.Error{Description: "Invalid message received, code: 64107, " + string(frame)}
			if err := c.write(ctx, relay.AppendEvent(nil, e)); err != nil {
				return err
			}
			if c.malformed++; c.malformed == maxErrors {
				return problem("ten malformed messages in a row (64105)")
			}
			continue
		}
		c.malformed = 0
		if _, ends := m.(relay.End); ends {
			c.hangUp("Closing websocket session")
			return errEnded
		}
		if enough != nil && enough(m) {
			return nil
		}
	}
}
