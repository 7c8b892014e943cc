package stage

import (
	"fmt"
	"slices"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/scenario"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// A Delivery is the status history of a message or call.
type Delivery struct {
	SID       string `json:"sid"`
	Kind      string `json:"kind"` // message, call
	To        string `json:"to"`
	Status    string `json:"status"`
	ErrorCode int    `json:"errorCode,omitempty"`
	Error     string `json:"error,omitempty"`  // what the code is called
	Silent    bool   `json:"silent,omitempty"` // no status callback was set
	Steps     []Step `json:"steps"`

	state status.State
}

// A Step is one report.
type Step struct {
	Status   string    `json:"status"`
	At       time.Time `json:"at"`
	Exchange int64     `json:"exchange,omitempty"`
	Lost     bool      `json:"lost,omitempty"`
}

// A Lifecycle is what is to be played.
type Lifecycle struct {
	SID       string `json:"sid"` // empty: a new message or call
	To        string `json:"to"`  // empty: Ana
	Ending    string `json:"ending"`
	ErrorCode int    `json:"errorCode"`
	Order     string `json:"order"` // in-order, shuffled, doubled, lost, late
	Seed      uint64 `json:"seed"`
}

const keptDeliveries = 500

// callEndings are the ways in which a called person reacts.
var callEndings = map[string]string{"call-completed": "answered", "call-busy": string(webhook.CallStatusBusy), "call-no-answer": string(webhook.CallStatusNoAnswer)}

// Deliveries returns all deliveries, the latest first.
func (s *Stage) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Delivery, 0, len(s.deliveries))
	for _, d := range newestFirst(s.deliveries) {
		out = append(out, d.clone())
	}
	return out
}

func (d *Delivery) clone() Delivery {
	c := *d
	if c.ErrorCode != 0 {
		c.Error = status.Code(c.ErrorCode).Name()
	}
	c.Steps = slices.Clone(d.Steps)
	slices.SortStableFunc(c.Steps, func(a, b Step) int { return a.At.Compare(b.At) })
	if c.Steps == nil {
		c.Steps = []Step{}
	}
	return c
}

// step adds a report, and drops the oldest beyond the bound.
func (d *Delivery) step(s Step) {
	d.Steps = append(d.Steps, s)
	d.Steps = d.Steps[max(len(d.Steps)-keptSteps, 0):]
}

// Play reports a lifecycle to the program's status callback.
func (s *Stage) Play(l Lifecycle) (Delivery, error) {
	if l.To == "" {
		l.To = People()[0].Address
	}
	if reaction, ok := callEndings[l.Ending]; ok {
		return s.playCall(l, reaction)
	}
	reports, err := scenario.Life{Ending: l.Ending, ErrorCode: l.ErrorCode, Order: l.Order, Seed: l.Seed}.Reports()
	if err != nil {
		return Delivery{}, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	m := dialogue.Message{SID: l.SID, From: s.cfg.Number, To: l.To, StatusCallback: s.cfg.Status}
	if m.SID == "" {
		m.SID = s.engine.NewSID("SM")
	}
	s.mu.Lock()
	s.source.put(m.SID, capture.Delivery)
	d := s.begin(Delivery{SID: m.SID, Kind: "message", To: l.To, Status: "queued"})
	steps := d.arrange(reports, l.Order == "late", time.Now())
	view := d.clone()
	s.mu.Unlock()
	s.engine.Deliver(m, steps...)
	return view, nil
}

// The time between reports, and the delay of a late one.
const (
	pace = 300 * time.Millisecond
	late = 10 * time.Second
)

// arrange returns the reports that arrive, and records lost ones in their
// places. The lock is held.
func (d *Delivery) arrange(reports []scenario.Report, delayed bool, now time.Time) (steps []dialogue.Delivery) {
	for i, r := range reports {
		if r.Lost {
			d.step(Step{Status: r.Status, At: now.Add(time.Duration(i+1) * pace), Lost: true})
			continue
		}
		steps = append(steps, dialogue.Delivery{After: pace, Status: r.Status, ErrorCode: r.ErrorCode})
	}
	if delayed {
		steps[len(steps)-1].After = late
	}
	return steps
}

func (s *Stage) playCall(l Lifecycle, reaction string) (Delivery, error) {
	leg := s.engine.Call(dialogue.CallSetup{
		Outbound: true, URL: s.cfg.Voice, StatusCallback: s.cfg.Status,
		StatusEvents: []string{"initiated", "ringing", "answered", "completed"},
		From:         party(s.cfg.Number), To: party(l.To),
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.source.put(leg.SID(), capture.Delivery)
	p := plan{leg: leg, reaction: dialogue.Reaction{Status: webhook.CallStatus(reaction), After: time.Second}}
	if reaction == "answered" {
		p.talk = talk
	}
	s.planned[leg.SID()] = p
	return s.begin(Delivery{SID: leg.SID(), Kind: "call", To: l.To, Status: "queued"}).clone(), nil
}

// A plan is what a person does by themselves when their phone rings.
type plan struct {
	leg      *dialogue.Call
	reaction dialogue.Reaction
	talk     time.Duration // until the person hangs up again; zero: they do not
}

// talk is how long a person stays on the line in a lifecycle that is played.
const talk = 3 * time.Second

// react executes a person's plan once the phone rings.
func (s *Stage) react(sid string) {
	s.mu.Lock()
	p, ok := s.planned[sid]
	s.mu.Unlock()
	if !ok || p.leg.Activity().State != dialogue.StateRinging {
		return
	}
	s.mu.Lock()
	delete(s.planned, sid)
	s.mu.Unlock()
	time.AfterFunc(p.reaction.After, func() {
		if p.leg.React(p.reaction) && p.talk > 0 {
			time.AfterFunc(p.talk, p.leg.HangUp)
		}
	})
}

// begin adds a delivery. The lock is held.
func (s *Stage) begin(d Delivery) *Delivery {
	for _, known := range s.deliveries {
		if known.SID == d.SID {
			return known
		}
	}
	if len(s.deliveries) >= keptDeliveries {
		s.deliveries = s.deliveries[1:]
	}
	s.deliveries = append(s.deliveries, &d)
	s.tell(News{"delivery", d.clone()})
	return &d
}

// life returns the delivery reports of a message that the program sends.
func (s *Stage) life(m dialogue.Message) []dialogue.Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lifeOf(m.To)
}

// reported links a message with its exchange, and records a report that was
// delivered to the program. The lock is held.
func (s *Stage) reported(x *dialogue.Exchange, kept capture.Exchange) {
	if p, ok := s.texts[kept.SID]; ok {
		m := p.conversation.messages[p.index]
		word := x.Params.Get("MessageStatus")
		if m.Exchange == 0 || word != "" {
			m.Exchange = kept.ID
		}
		if word != "" {
			m.Status = word
		}
		s.put(p.conversation, m)
	}
	s.merge(kept)
}

// progress notes how a call of the program does, with or without status
// callbacks. The lock is held.
func (s *Stage) progress(e dialogue.Event) {
	status, ok := map[dialogue.EventType]string{
		dialogue.EventRinging: string(webhook.CallStatusRinging), dialogue.EventAnswered: string(webhook.CallStatusInProgress), dialogue.EventEnded: e.Text,
	}[e.Type]
	if !ok {
		return
	}
	for _, d := range s.deliveries {
		if d.SID == e.Call.SID() && d.Status != status {
			d.Status = status
			s.tell(News{"delivery", d.clone()})
		}
	}
}

// merge adds the report of an exchange to its delivery. It uses the library's
// own merge, so that the page shows the state that a program would see. The
// lock is held.
func (s *Stage) merge(e capture.Exchange) {
	req, err := request(e.Request, s.cfg.BaseURL)
	if err != nil {
		return
	}
	v, err := signature.Unverified(req)
	if err != nil {
		return
	}
	event, err := webhook.Parse(v)
	if event == nil || err != nil {
		return
	}
	o, ok := status.Observe(event, e.At)
	if !ok {
		return
	}
	for _, d := range s.deliveries {
		if d.SID != string(o.SID) {
			continue
		}
		d.step(Step{Status: o.Status, At: e.At, Exchange: e.ID})
		d.state = d.state.Merge(status.Of(o))
		if d.Kind != "call" { // the status of a call is that of the call itself
			d.Status, d.ErrorCode = d.state.Status, d.state.ErrorCode
		}
		s.tell(News{"delivery", d.clone()})
	}
}
