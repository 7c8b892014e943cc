package webhooktest

import (
	"fmt"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// ringing returns the leg that is ringing: the call itself, or one that it
// dials.
func (c *Call) ringing() *dialogue.Call {
	if c.leg.Activity().State == dialogue.StateRinging {
		return c.leg
	}
	for _, k := range c.leg.Children() {
		if k.Activity().State == dialogue.StateRinging {
			return k
		}
	}
	return nil
}

// awaitRinging lets time pass until a phone rings.
func (c *Call) awaitRinging(what string) *dialogue.Call {
	c.t.tb.Helper()
	if why := c.until(func() bool { return c.ringing() != nil }); why != "" {
		c.fail("no phone is ringing, so the person cannot %s: %s", what, why)
		return c.t.engine.Nobody()
	}
	leg := c.ringing()
	c.act()
	return leg
}

// Answers answers the call: the first phone that a Dial of this call rings, or
// this phone if it is ringing.
func (c *Call) Answers() *Call {
	c.t.tb.Helper()
	c.awaitRinging("answer").Answer()
	return c
}

// Busy is like Answers, but the line is busy.
func (c *Call) Busy() *Call {
	c.t.tb.Helper()
	c.awaitRinging("be busy").Decline("busy")
	return c
}

// Unreachable is like Answers, but the number is not in service.
func (c *Call) Unreachable() *Call {
	c.t.tb.Helper()
	c.awaitRinging("fail").Decline("failed")
	return c
}

// NoAnswer lets the phone ring until Twilio gives up.
func (c *Call) NoAnswer() *Call {
	c.t.tb.Helper()
	leg := c.awaitRinging("leave unanswered")
	end := c.t.engine.Now().Add(patience + 10*time.Minute)
	for leg.Activity().State != dialogue.StateOver && c.t.engine.Now().Before(end) && c.t.engine.Step() {
	}
	return c
}

// AnsweredBy answers the call as answering machine detection reports it:
// machine_start, machine_end_beep, fax, or human.
func (c *Call) AnsweredBy(who webhook.AnsweredBy) *Call {
	c.t.tb.Helper()
	c.awaitRinging("answer").React(dialogue.Reaction{AnsweredBy: string(who)})
	return c
}

// Rings lets time pass until a Dial rings the phone at number, and returns that
// phone. Its methods, such as Answers, Hears and HangsUp, are those of the
// callee.
func (c *Call) Rings(number webhook.Address) *Call {
	c.t.tb.Helper()
	var leg *dialogue.Call
	find := func() bool {
		for _, k := range c.leg.Children() {
			if k.To().Address == string(number) && k.Activity().State == dialogue.StateRinging {
				leg = k
			}
		}
		return leg != nil
	}
	if !find() {
		if why := c.until(find); why != "" {
			c.fail("the phone of %s does not ring: %s", number, why)
			leg = c.t.engine.Nobody()
		}
	}
	return &Call{t: c.t, leg: leg, from: c.t.log.len()}
}

// Talks fails unless the person is connected to someone now.
func (c *Call) Talks() *Call {
	c.t.tb.Helper()
	c.need(c.until(func() bool { return c.leg.Peer() != nil }), "the caller is not connected to anyone")
	return c
}

// Joins lets time pass until the person is in the conference called name, or in any
// conference if name is empty: a program may name it after the CallSid.
func (c *Call) Joins(name string) *Call {
	c.t.tb.Helper()
	c.need(c.until(func() bool { return inPlace(name, c.leg.Activity().Room) }), "the caller does not join %s", called("conference", name))
	return c
}

// inPlace reports whether the person is in the place with the expected name. An empty
// name means any.
func inPlace(name, place string) bool {
	return place != "" && (name == "" || name == place)
}

func called(what, name string) string {
	if name == "" {
		return "a " + what
	}
	return fmt.Sprintf("%s %q", what, name)
}

// Queues lets time pass until the person waits in the queue called name, or in any
// queue if name is empty.
func (c *Call) Queues(name string) *Call {
	c.t.tb.Helper()
	c.need(c.until(func() bool { return inPlace(name, c.leg.Activity().Queue) }), "the caller does not wait in %s", called("queue", name))
	return c
}

// Mutes mutes or unmutes the person in a conference, as the REST API does.
func (c *Call) Mutes(on bool) *Call {
	c.t.tb.Helper()
	if !c.leg.Mute(on) {
		c.fail("the caller is not in a conference, or already has muted=%v", on)
	}
	return c
}

// Holds puts the person in a conference on hold, with the document at path to
// hear, or takes them off hold.
func (c *Call) Holds(on bool, path string) *Call {
	c.t.tb.Helper()
	if !c.leg.Hold(on, path) {
		c.fail("the caller is not in a conference, or already has hold=%v", on)
	}
	return c
}

// Kicks removes the person from a conference, as the REST API does.
func (c *Call) Kicks() *Call {
	c.t.tb.Helper()
	c.act()
	if !c.leg.Kick() {
		c.fail("the caller is not in a conference")
	}
	return c
}

// EndsConference ends the conference called name, as the REST API does.
func (t *Twilio) EndsConference(name string) *Twilio {
	t.tb.Helper()
	if !t.engine.EndConference(name) {
		t.tb.Fatalf("there is no conference %q", name)
	}
	return t
}

// Announces plays the document at path to everyone in the conference called
// name, as the REST API does.
func (t *Twilio) Announces(name, path string) *Twilio {
	t.tb.Helper()
	if !t.engine.Announce(name, path, t.method()) {
		t.tb.Fatalf("there is no conference %q", name)
	}
	return t
}

// Updates continues the call with the document at path, as an update through
// the REST API does.
func (c *Call) Updates(path string) *Call {
	c.t.tb.Helper()
	c.act()
	if !c.leg.Update(path, "") {
		c.fail("the call cannot be updated: it has ended (%s)", c.leg.Status())
	}
	return c
}

// Payment is how a payment ends, whatever the person enters; see [Call.Pays].
type Payment struct {
	Result         string // sent to the action; default success
	Card, CardType string // as sent; default xxxxxxxxxxxx1111, visa
	Expiration     string // MMYY; default 0530
	PostalCode     string // default 94109
	BankAccount    string // default *******92
	BankRouting    string // default 121181976
	Token          string // PaymentToken, if no amount is charged
	Confirmation   string // PaymentConfirmationCode, if an amount is charged
	ProfileID      string
	Error          string // PaymentError of a failure
	ErrorCode      string // PayErrorCode of a failure
}

// Pays lets time pass until a Pay waits for the person, and pays. The zero
// Payment succeeds with a test card.
func (c *Call) Pays(p Payment) *Call {
	c.t.tb.Helper()
	c.need(c.until(func() bool { return c.leg.Activity().State == dialogue.StatePaying }), "the caller is not asked to pay")
	c.act()
	c.leg.Pay(dialogue.Payment(p))
	return c
}

// Enters lets time pass until a Pay waits for the person, and enters digits, a
// string for each question in the order in which they are asked: card number,
// expiration date as MMYY, security code, postal code. Twilio's checks apply: a
// number that is wrong, of a kind that validCardTypes does not name, or expired is
// asked for again. The card 4000000000000002 is declined.
func (c *Call) Enters(digits ...string) *Call {
	c.t.tb.Helper()
	c.need(c.until(func() bool { return c.leg.Activity().State == dialogue.StatePaying }), "the caller is not asked to pay")
	c.act()
	c.leg.Enter(digits...)
	return c
}

// Skips lets time pass until what the call does now is over: a prompt, or the
// patience of a menu, a recording or a payment.
func (c *Call) Skips() *Call {
	c.t.tb.Helper()
	c.need(c.until(c.leg.Skippable), "there is nothing to skip")
	c.leg.Skip()
	return c
}

// SessionEnd is how a stream, relay or agent ends: see [Call.EndsSession].
type SessionEnd struct {
	// Status is the SessionStatus of a ConversationRelay: ended (the default)
	// or failed. Twilio sends completed when the caller hangs up.
	Status      string
	HandoffData string
	ErrorCode   int
	Message     string // ErrorMessage
}

// EndsSession ends the session of a Connect from the program's side.
func (c *Call) EndsSession(end SessionEnd) *Call {
	c.t.tb.Helper()
	c.need(c.until(func() bool { return c.leg.Activity().State == dialogue.StateInSession }), "the call is not connected to a session")
	c.act()
	c.leg.EndSession(dialogue.SessionEnd(end))
	return c
}

// Refers makes the person's SIP phone request a transfer to target.
func (c *Call) Refers(target webhook.Address) *Call {
	c.t.tb.Helper()
	c.Talks()
	c.act()
	c.leg.Refer(string(target))
	return c
}
