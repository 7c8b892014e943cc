package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ringback-go/ringback/internal/live"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// Connect returns a <ConversationRelay> element with the settings that a
// [Conversation] needs: keys, and the events that report who speaks and what
// was heard. The url must start with wss://. Set anything else on the element:
//
//	twiml.Voice(twiml.Connect(
//		relay.Connect("wss://example.com/agent", pass.Parameter(call.CallSID)).
//			WelcomeGreeting("Hello!"),
//	).Action("/ended"))
func Connect(url string, content ...twiml.RelayContent) *twiml.ConversationRelayNoun {
	return twiml.ConversationRelay(url, content...).DTMFDetection(true).Events("speaker-events tokens-played")
}

// A Pass ties a session to the call whose TwiML opened it. The signature of a
// handshake is the same for every call, so anyone who has seen it can open
// sessions. With a Pass, a session is refused unless it has the pass of its
// call.
//
// The function that returns the TwiML adds [Pass.Parameter], and Options.Admit
// is [Pass.Admit]. Nothing is stored: a pass holds its expiration time, and an
// HMAC-SHA256 of that time and the call SID. So a pass is not used up: until it
// expires, it admits every session of its call.
type Pass struct {
	secret []byte
	valid  time.Duration
}

// NewPass returns a pass that is valid for the given time, which only needs to
// cover connecting: Twilio takes about a second. Zero means one minute. Choose
// a secret of at least 16 bytes and use it in all processes; NewPass panics if
// it is shorter.
func NewPass(secret []byte, valid time.Duration) *Pass {
	if len(secret) < 16 {
		panic("relay: the secret of a Pass has fewer than 16 bytes")
	}
	if valid <= 0 {
		valid = time.Minute
	}
	return &Pass{secret: append([]byte(nil), secret...), valid: valid}
}

// Parameter returns the <Parameter> that admits a session of the call.
func (p *Pass) Parameter(callSID string) *twiml.ParameterNoun {
	return twiml.Parameter(live.PassName, live.SignPass(p.secret, callSID, time.Now().Add(p.valid)))
}

// Admit refuses a setup that has no valid pass for its call.
func (p *Pass) Admit(_ context.Context, setup Setup) error {
	if err := live.CheckPass(p.secret, setup.CallSID, setup.CustomParameters[live.PassName], time.Now()); err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	return nil
}

// Handoff returns v as JSON, for [Session.End] and [Turn.HandOff]. [ReadHandoff]
// reads it from the action request.
func Handoff(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("relay: hand-off data: %w", err)
	}
	return string(text), nil
}

// ReadHandoff decodes the hand-off data of an action request into v. It returns
// false if there is none: the caller hung up, or the session failed.
func ReadHandoff(a webhook.ConversationRelayAction, v any) (bool, error) {
	if a.HandoffData == "" {
		return false, nil
	}
	if err := json.Unmarshal([]byte(a.HandoffData), v); err != nil {
		return false, fmt.Errorf("relay: hand-off data is not the expected JSON: %T", err)
	}
	return true, nil
}
