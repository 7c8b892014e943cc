package sim

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	twilio "github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/webhook"
)

// A Twilio is a pretended one. It has the parts of the REST API that sending
// and asking need (it is a MessageCreator and a Fetcher of package twilioapi),
// and is safe for concurrent use.
type Twilio struct {
	speed float64

	mu       sync.Mutex
	messages []*message // in the order in which they are sent
	sent     int
	bySID    map[webhook.SID]*message
}

// New returns a Twilio that will take so many messages. At speed 1 the play
// takes about a minute.
func New(seed uint64, messages int, speed float64) *Twilio {
	t := &Twilio{speed: speed, bySID: make(map[webhook.SID]*message)}
	t.messages = draw(rand.New(rand.NewPCG(seed, 0)), messages)
	for _, m := range t.messages {
		t.bySID[m.sid] = m
	}
	return t
}

// An End is what truly became of a message.
type End struct {
	Status string
	Code   int
}

// Ends returns the truth about every message, at the end of the play.
func (t *Twilio) Ends() map[webhook.SID]End {
	ends := make(map[webhook.SID]End)
	for _, m := range t.messages {
		last := m.steps[len(m.steps)-1]
		ends[m.sid] = End{string(last.word), last.code}
	}
	return ends
}

// CreateMessage takes a message. Its text and its numbers do not matter.
func (t *Twilio) CreateMessage(*openapi.CreateMessageParams) (*openapi.ApiV2010Message, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sent == len(t.messages) {
		return nil, &twilio.TwilioRestError{Status: 429, Code: 20429, Message: "all messages are played"}
	}
	m := t.messages[t.sent]
	t.sent++
	m.born = time.Now()
	return answer(m, m.steps[0]), nil
}

// FetchMessage tells where a message is now.
func (t *Twilio) FetchMessage(sid string, _ *openapi.FetchMessageParams) (*openapi.ApiV2010Message, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.bySID[webhook.SID(sid)]
	if m == nil || m.born.IsZero() {
		return nil, &twilio.TwilioRestError{Status: 404, Code: 20404, Message: "not found"}
	}
	now := m.steps[0]
	for _, s := range m.steps {
		if time.Since(m.born) >= t.scaled(s.after) {
			now = s
		}
	}
	return answer(m, now), nil
}

// FetchCall fails: nobody calls here.
func (t *Twilio) FetchCall(string, *openapi.FetchCallParams) (*openapi.ApiV2010Call, error) {
	return nil, errors.New("sim: there are no calls")
}

func (t *Twilio) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / t.speed)
}

func answer(m *message, s step) *openapi.ApiV2010Message {
	a := &openapi.ApiV2010Message{
		Sid: new(string(m.sid)), AccountSid: new(string(Account)), Status: new(string(s.word)),
	}
	if s.code != 0 {
		a.ErrorCode = &s.code
	}
	return a
}
