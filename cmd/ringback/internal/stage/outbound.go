package stage

import (
	"cmp"
	"fmt"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// Outgoing is a message that the program sends by the REST API.
type Outgoing struct {
	SID, From, To, Body string
	Media               []string
	StatusCallback      string
	Status              string
	ErrorCode           int
	At                  time.Time
}

// SendOut delivers a message of the program to a person's phone and reports its
// life to the status callback that it names. It fails with [ErrOptedOut].
func (s *Stage) SendOut(o Outgoing) (Outgoing, error) {
	if s.refuses(o.To) {
		return o, ErrOptedOut
	}
	o.From = cmp.Or(o.From, s.cfg.Number)
	m := s.engine.Send(dialogue.Message{From: o.From, To: o.To, Body: o.Body, Media: o.Media, StatusCallback: o.StatusCallback})
	o.SID, o.Status, o.At = m.SID, "queued", time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.source[o.SID] = capture.REST
	return o, nil
}

// CallOut is a call that the program makes by the REST API.
type CallOut struct {
	From, To, URL, Method, TwiML         string
	StatusCallback, StatusCallbackMethod string
	StatusEvents                         []string
	FallbackURL, FallbackMethod          string
	Timeout                              time.Duration // of the ringing; zero: a minute
}

// RingOut rings a person's phone for the program; the page shows the call, and
// the person answers there.
func (s *Stage) RingOut(o CallOut) (Call, error) {
	leg := s.engine.Call(dialogue.CallSetup{
		Outbound: true, URL: o.URL, Method: o.Method, TwiML: o.TwiML, FallbackURL: o.FallbackURL, FallbackMethod: o.FallbackMethod,
		StatusCallback: o.StatusCallback, StatusMethod: o.StatusCallbackMethod, StatusEvents: o.StatusEvents,
		From: party(cmp.Or(o.From, s.cfg.Number)), To: party(o.To), RingTimeout: o.Timeout,
	})
	call, err := s.begins(leg, o.To)
	s.mu.Lock()
	s.source[leg.SID()] = capture.REST
	s.begin(Delivery{SID: leg.SID(), Kind: "call", To: o.To, Status: "queued"})
	s.mu.Unlock()
	return call, err
}

// UpdateCall does to a call what a REST update does: a new document, or its
// end.
func (s *Stage) UpdateCall(sid, url, method, status string) (Call, error) {
	c, err := s.find(sid)
	if err != nil {
		return Call{}, err
	}
	switch {
	case status == string(webhook.CallStatusCompleted) || status == string(webhook.CallStatusCanceled):
		c.leg.End()
	case status != "":
		return Call{}, fmt.Errorf("%w: status %q", ErrNotNow, status)
	case url != "":
		if c.leg.Status() != webhook.CallStatusInProgress || !c.leg.Update(url, method) {
			return Call{}, ErrNotNow
		}
	}
	return s.view(c), nil
}

// Redact takes the text out of a message, as a REST update with an empty body
// does. It fails with [ErrNotFound].
func (s *Stage) Redact(sid string) (Message, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.texts[sid]
	if !ok {
		return Message{}, "", ErrNotFound
	}
	m := p.conversation.messages[p.index]
	m.Body = ""
	s.put(p.conversation, m)
	return m, p.conversation.ID, nil
}

// Message returns a message by its SID, with the other side's address, or
// [ErrNotFound].
func (s *Stage) Message(sid string) (Message, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.texts[sid]
	if !ok {
		return Message{}, "", ErrNotFound
	}
	return p.conversation.messages[p.index], p.conversation.ID, nil
}

// AccountSID returns the account that the program is called for.
func (s *Stage) AccountSID() string { return s.engine.AccountSID() }
