package relay

import (
	"context"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/live"
)

// A Nudge is an action after some silence.
type Nudge struct {
	After  time.Duration
	Say    string
	HangUp bool // end the session after Say was heard
}

// A KeyRule determines when keys are complete.
type KeyRule struct {
	Max int           // number of keys; zero: any number
	End string        // keys that end the input and are not part of it; empty: "#"
	Gap time.Duration // pause that ends the input; zero: 2 seconds
}

// An Input is what a turn answers. It is empty for Open.
type Input struct {
	Text string // what the caller said
	Keys string // what the caller keyed in
	Lang string // language of Text, as Twilio names it
}

// do is the turn of a nudge.
func (n Nudge) do(_ context.Context, t *Turn) error {
	if n.HangUp {
		t.HangUp()
	}
	if n.Say == "" {
		return nil
	}
	_, err := t.WriteString(n.Say)
	return err
}

func (k *talk) event(e Event) {
	if k.c.Event != nil {
		k.c.Event(k.ctx, e)
	}
	switch e := e.(type) {
	case Prompt:
		k.callerActs()
		if e.Last && strings.TrimSpace(e.VoicePrompt) != "" {
			input := Input{Text: e.VoicePrompt, Keys: k.keys, Lang: e.Lang}
			k.keys, k.keysDue, k.complete = "", time.Time{}, false
			k.answer(input)
		}
	case DTMF:
		k.callerActs()
		k.key(e.Digit)
	case Interrupt:
		k.callerActs()
		if k.complete {
			k.flushKeys()
		}
	case Info:
		if e.Name == ClientSpeaking && e.On() {
			k.callerActs()
		}
	case Error:
		k.s.h.log().Warn("relay: Twilio refused a message", live.CallSID(k.s.setup.CallSID), "code", e.Code().String())
	}
}

// callerActs restarts the silence and the nudges.
func (k *talk) callerActs() { k.nudge, k.quietAt = 0, time.Time{} }

func (k *talk) key(digit string) {
	rule := k.c.Keys
	if rule.End == "" {
		rule.End = defaultEndKeys
	}
	if rule.Gap <= 0 {
		rule.Gap = defaultGap
	}
	if k.keys != "" && strings.Contains(rule.End, digit) {
		k.flushKeys()
		return
	}
	if k.complete {
		k.flushKeys() // this key begins another input
	}
	k.keys += digit
	k.keysDue = time.Now().Add(rule.Gap)
	if rule.Max > 0 && len(k.keys) >= rule.Max || strings.Contains(rule.End, digit) {
		k.complete = true
		if !k.speaking() {
			k.flushKeys()
			return
		}
		// A key cuts the reply. A few milliseconds after the key, Twilio reports how much
		// the caller heard, and the history of the next turn needs that report.
		k.keysDue = time.Now().Add(reportWait)
	}
}

func (k *talk) flushKeys() {
	input := Input{Keys: k.keys}
	k.keys, k.keysDue, k.complete = "", time.Time{}, false
	k.answer(input)
}
