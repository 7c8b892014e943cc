// Package sim pretends to be Twilio, for people who have no account yet and for
// tests: it takes messages, decides what becomes of each, and reports that as
// badly as a network can. Reports come late and so in the wrong order, some
// come twice, some never. Asked by the REST API, it tells the truth.
//
// The same seed makes the same messages with the same fates.
package sim

import (
	"encoding/hex"
	"math/rand/v2"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// Account is whose messages they are.
const Account webhook.SID = "AC00000000000000000000000000000001"

// The play at speed 1 takes about a minute: messages are sent within Sending,
// each is at its end within Life, and a report comes up to Late after the fact.
const (
	Sending = 35 * time.Second
	Life    = 8 * time.Second
	Late    = 6 * time.Second
)

// Shares of reports, in percent.
const (
	lost  = 14
	twice = 20
)

// A step is a status that a message comes to, so long after it was sent.
type step struct {
	after time.Duration
	word  webhook.MessageStatus
	code  int
}

// A message has a fate before it is sent.
type message struct {
	sid      webhook.SID
	from, to webhook.Address
	gap      time.Duration // between the message before and this one
	steps    []step        // what happens, in order
	reports  []step        // its callbacks; after says when each arrives
	born     time.Time     // zero: not sent yet
}

// A fate is how a message may end, and in how many of a hundred cases.
type fate struct {
	weight int
	word   webhook.MessageStatus
	codes  []int
}

var fates = []fate{
	{72, "delivered", nil},
	{6, "read", nil},
	{3, "mistaken", nil}, // a carrier takes back what it said
	{12, "undelivered", []int{30003, 30005, 30006, 30007, 30008}},
	{7, "failed", []int{21610, 30001, 30036}},
}

func draw(r *rand.Rand, messages int) []*message {
	all := make([]*message, messages)
	for i := range all {
		all[i] = one(r)
		all[i].gap = between(r, 0, 2*Sending/time.Duration(messages))
	}
	return all
}

func one(r *rand.Rand) *message {
	fate := pick(r)
	m := &message{sid: sid(r), from: "+15550100", to: "+15550101"}
	if fate.word == "read" {
		m.from, m.to = "whatsapp:+15550100", "whatsapp:+15550101"
	}
	end := step{after: between(r, Life/2, Life), word: fate.word}
	if len(fate.codes) > 0 {
		end.code = fate.codes[r.IntN(len(fate.codes))]
	}
	m.steps = append(m.steps, step{word: "queued"})
	if fate.word != "failed" {
		m.steps = append(m.steps, step{after: end.after / 8, word: "sending"}, step{after: end.after / 4, word: "sent"})
	}
	switch fate.word {
	case "read":
		m.steps = append(m.steps, step{after: end.after / 2, word: "delivered"})
	case "mistaken":
		m.steps = append(m.steps, step{after: end.after / 2, word: "undelivered", code: 30008})
		end.word = "delivered"
	}
	m.steps = append(m.steps, end)
	m.report(r)
	return m
}

// report decides the callbacks of a message. The step "queued" is in the answer
// to the request that sends. A message with two final statuses loses none:
// after the first, nothing waits for another one, so nothing would ask.
func (m *message) report(r *rand.Rand) {
	for _, s := range m.steps[1:] {
		if !m.endsTwice() && r.IntN(100) < lost {
			continue
		}
		s.after += between(r, 0, Late)
		m.reports = append(m.reports, s)
		if r.IntN(100) < twice {
			s.after += between(r, 0, Late)
			m.reports = append(m.reports, s)
		}
	}
}

func (m *message) endsTwice() bool {
	before := m.steps[len(m.steps)-2].word
	return before == "delivered" || before == "undelivered"
}

func pick(r *rand.Rand) fate {
	n := r.IntN(100)
	for _, f := range fates {
		if n -= f.weight; n < 0 {
			return f
		}
	}
	panic("sim: the weights of the fates do not add up to 100")
}

func sid(r *rand.Rand) webhook.SID {
	b := make([]byte, 16)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return webhook.SID("SM" + hex.EncodeToString(b))
}

func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)+1))
}
