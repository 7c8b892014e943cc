package stage

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// ErrScheduled is the error for more scheduled messages than may wait.
var ErrScheduled = errors.New("stage: too many messages are scheduled")

// Outgoing is a message that the program sends by the REST API.
type Outgoing struct {
	From, To, Body string
	Service        string // SID of the Messaging Service
	Media          []string
	StatusCallback string
	SendAt         time.Time // zero: now
}

// SendOut delivers a message of the program to a person's phone and reports its
// statuses to its status callback. It fails with [ErrOptedOut], and with
// [ErrScheduled].
func (s *Stage) SendOut(o Outgoing) (Message, error) {
	if s.refuses(o.To) {
		return Message{}, ErrOptedOut
	}
	m := Message{
		Direction: "from-app", Body: o.Body, From: o.From, To: o.To, Service: o.Service, At: time.Now(), Status: "queued",
	}
	m.Updated = m.At
	for _, url := range o.Media {
		m.Media = append(m.Media, Media{Type: "media", URL: url})
	}
	if o.Service != "" {
		m.Status = "accepted"
	}
	if !o.SendAt.IsZero() {
		return s.schedule(m, o)
	}
	m.SID = s.deliverOut(o, "")
	return m, nil
}

// deliverOut sends a message through the network and returns its SID.
func (s *Stage) deliverOut(o Outgoing, sid string) string {
	o.From = cmp.Or(o.From, address(channelOf(o.To), s.cfg.Number))
	sid = s.engine.Send(dialogue.Message{
		SID: sid, From: o.From, To: o.To, Body: o.Body, Media: o.Media, Service: o.Service, StatusCallback: o.StatusCallback,
	}).SID
	s.mu.Lock()
	defer s.mu.Unlock()
	s.source.put(sid, capture.REST)
	return sid
}

// A pending message waits for its time.
type pending struct {
	out   Outgoing
	timer *time.Timer
}

// schedule keeps a message until its time has come.
func (s *Stage) schedule(m Message, o Outgoing) (Message, error) {
	prefix := "SM"
	if len(o.Media) > 0 {
		prefix = "MM"
	}
	m.SID, m.Status, m.SendAt = s.engine.NewSID(prefix), "scheduled", o.SendAt
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.scheduled) >= mostScheduled {
		return Message{}, ErrScheduled
	}
	s.source.put(m.SID, capture.REST)
	s.scheduled[m.SID] = pending{o, time.AfterFunc(time.Until(o.SendAt), func() { s.SendNow(m.SID) })}
	s.put(s.conversation(m.To), m)
	return m, nil
}

// SendNow sends a scheduled message as if its time had come. It fails with
// [ErrNotFound], and with [ErrNotNow] for a message that does not wait.
func (s *Stage) SendNow(sid string) (Message, error) {
	o, err := s.take(sid)
	if err != nil {
		return Message{}, err
	}
	s.deliverOut(o, sid)
	return s.Message(sid)
}

// Cancel cancels a scheduled message and reports that. It fails as
// [Stage.SendNow] does.
func (s *Stage) Cancel(sid string) (Message, error) {
	o, err := s.take(sid)
	if err != nil {
		return Message{}, err
	}
	s.mu.Lock()
	m, known := s.message(sid)
	if !known { // many others came after it
		m = Message{SID: sid, Direction: "from-app", Body: o.Body, From: o.From, To: o.To, Service: o.Service, At: time.Now(), SendAt: o.SendAt}
	}
	m.Status = "canceled"
	s.put(s.conversation(m.To), m)
	s.mu.Unlock()
	s.engine.Deliver(dialogue.Message{
		SID: sid, From: o.From, To: o.To, Body: o.Body, Media: o.Media, Service: o.Service, StatusCallback: o.StatusCallback,
	}, dialogue.Delivery{Status: "canceled"})
	return m, nil
}

// take removes a message from those that wait.
func (s *Stage) take(sid string) (Outgoing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.scheduled[sid]
	if !ok {
		if _, known := s.message(sid); known {
			return Outgoing{}, ErrNotNow
		}
		return Outgoing{}, ErrNotFound
	}
	p.timer.Stop()
	delete(s.scheduled, sid)
	return p.out, nil
}

// CallOut is a call that the program makes by the REST API.
type CallOut struct {
	From, To, URL, Method, TwiML         string
	StatusCallback, StatusCallbackMethod string
	StatusEvents                         []string
	FallbackURL, FallbackMethod          string
	Timeout                              time.Duration // of the ringing; zero: a minute
	SendDigits                           string
	Detection                            dialogue.Detection
	Recording                            dialogue.CallRecording
}

// RingOut rings a person's phone for the program. The page shows the call, and
// the person answers there unless an [Outcome] is set.
func (s *Stage) RingOut(o CallOut) (*dialogue.Call, error) {
	leg := s.engine.Call(dialogue.CallSetup{
		Outbound: true, URL: o.URL, Method: o.Method, TwiML: o.TwiML, FallbackURL: o.FallbackURL, FallbackMethod: o.FallbackMethod,
		StatusCallback: o.StatusCallback, StatusMethod: o.StatusCallbackMethod, StatusEvents: o.StatusEvents,
		From: party(cmp.Or(o.From, s.cfg.Number)), To: party(o.To), RingTimeout: o.Timeout,
		SendDigits: o.SendDigits, Detection: o.Detection, Recording: o.Recording,
	})
	_, err := s.begins(leg, o.To)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.source.put(leg.SID(), capture.REST)
	if r, ok := s.reaction(o.To); ok {
		s.planned[leg.SID()] = plan{leg: leg, reaction: r}
		select {
		case s.changed <- leg.SID():
		default:
		}
	}
	s.begin(Delivery{SID: leg.SID(), Kind: "call", To: o.To, Status: "queued", Silent: o.StatusCallback == ""})
	return leg, err
}

// Leg returns a call, or a leg that a call dialed, by its SID, or [ErrNotFound].
func (s *Stage) Leg(sid string) (*dialogue.Call, error) {
	for _, leg := range s.engine.Calls() {
		if leg.SID() == sid {
			return leg, nil
		}
	}
	return nil, ErrNotFound
}

// Legs returns all calls and the legs that they dialed, the latest first.
func (s *Stage) Legs() []*dialogue.Call { return newestFirst(s.engine.Calls()) }

// UpdateLeg updates a call as the REST API does: with a new document, or by
// ending it. It fails with [ErrNotNow].
func (s *Stage) UpdateLeg(leg *dialogue.Call, url, method, twiml, status string) error {
	switch {
	case status == string(webhook.CallStatusCompleted), status == string(webhook.CallStatusCanceled) && leg.Status() != webhook.CallStatusInProgress:
		if leg.Activity().State == dialogue.StateOver {
			return ErrNotNow
		}
		leg.End()
		s.engine.Settle()
	case status != "":
		return fmt.Errorf("%w: status %q", ErrNotNow, status)
	case leg.Status() != webhook.CallStatusInProgress:
		return ErrNotNow
	case twiml != "":
		if !leg.UpdateTwiML(twiml) {
			return ErrNotNow
		}
	case url != "":
		if !leg.Update(url, method) {
			return ErrNotNow
		}
	}
	return nil
}

// Redact removes the text of a message, as a REST update with an empty body
// does. It fails with [ErrNotFound].
func (s *Stage) Redact(sid string) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.message(sid)
	if !ok {
		return Message{}, ErrNotFound
	}
	m.Body = ""
	s.put(s.texts[sid].conversation, m)
	return m, nil
}

// Delete removes a message from the REST API; the person's phone keeps it. It
// fails with [ErrNotFound].
func (s *Stage) Delete(sid string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.message(sid); !ok {
		return ErrNotFound
	}
	s.deleted[sid] = true
	return nil
}

// Message returns a message by its SID, or [ErrNotFound].
func (s *Stage) Message(sid string) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.message(sid)
	if !ok {
		return Message{}, ErrNotFound
	}
	return m, nil
}

// message is Message with the lock held.
func (s *Stage) message(sid string) (Message, bool) {
	if s.deleted[sid] {
		return Message{}, false
	}
	if p, ok := s.texts[sid]; ok {
		m := p.conversation.messages[p.index]
		return m, m.Direction != "from-twilio"
	}
	return Message{}, false
}

// AllMessages returns the messages of all conversations and scheduled ones, the
// latest first.
func (s *Stage) AllMessages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for sid := range s.texts {
		if m, ok := s.message(sid); ok {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Message) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.SID, a.SID)) })
	return out
}

// Engine returns the network, for what the REST API does to conferences and
// recordings.
func (s *Stage) Engine() *dialogue.Engine { return s.engine }

// AccountSID returns the account that requests are sent for.
func (s *Stage) AccountSID() string { return s.engine.AccountSID() }
