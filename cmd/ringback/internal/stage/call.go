package stage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/phone"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// A Call is a call as the page shows it.
type Call struct {
	SID        string    `json:"sid"`
	Seq        int64     `json:"seq"` // a later look at the call has a higher one
	Person     string    `json:"person"`
	From       string    `json:"from"`
	To         string    `json:"to"`
	Direction  string    `json:"direction"` // inbound, outbound-api
	Rings      bool      `json:"rings"`     // the person's phone rings, and may be answered
	Status     string    `json:"status"`
	Doing      string    `json:"doing"` // what the call is busy with: of dialogue.State
	StartedAt  time.Time `json:"startedAt"`
	Ended      bool      `json:"ended"`
	Code       int       `json:"code,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	WaitingFor Waiting   `json:"waitingFor"`
	Legs       []Leg     `json:"legs"`
	Lines      []Line    `json:"lines"`
}

// Waiting is what the call waits for.
type Waiting struct {
	Kind string `json:"kind"` // keys, speech, keys or speech, recording, leg, payment
	Hint string `json:"hint,omitempty"`
}

// A Leg is the phone of somebody who was dialed.
type Leg struct {
	SID    string `json:"sid"`
	To     string `json:"to"`
	Status string `json:"status"`
}

// A Line is something that was said or done.
type Line struct {
	N        int       `json:"n"`
	At       time.Time `json:"at"`
	Who      string    `json:"who"`            // app, caller, twilio, other
	Name     string    `json:"name,omitempty"` // of another: whom the app dialed, or who is in the same conference
	Kind     string    `json:"kind"`           // say, play, press, speak, fetch, error, end, ...
	Text     string    `json:"text"`
	Exchange int64     `json:"exchange,omitempty"`
}

// call is a call with what the page need not know.
type call struct {
	leg    *dialogue.Call
	person string
	start  time.Time
	lines  []Line
	said   int // lines so far, dropped ones included
	code   int
	reason string
}

// Bounds of what the page shows.
const (
	keptCalls = 100
	keptLines = 1000
)

// Dial lets a person call the program.
func (s *Stage) Dial(person string) (Call, error) {
	if person == "" {
		return Call{}, ErrNotFound
	}
	return s.begins(s.engine.Call(dialogue.CallSetup{
		URL:            s.cfg.Voice,
		FallbackURL:    s.cfg.Fallback,
		StatusCallback: s.cfg.Ends,
		From:           party(person),
		To:             party(s.cfg.Number),
	}), person)
}

func (s *Stage) begins(leg *dialogue.Call, person string) (Call, error) {
	s.mu.Lock()
	c := s.callOf(leg)
	c.person = person
	s.source[leg.SID()] = capture.Phone
	s.mu.Unlock()
	return s.Call(leg.SID())
}

// callOf returns the call that a leg belongs to, which is made if the leg is
// the first. The lock is held.
func (s *Stage) callOf(leg *dialogue.Call) *call {
	leg = rootOf(leg)
	for _, c := range s.calls {
		if c.leg == leg {
			return c
		}
	}
	c := &call{leg: leg, person: leg.From().Address, start: time.Now()}
	if len(s.calls) >= keptCalls {
		s.calls = s.calls[1:]
	}
	s.calls = append(s.calls, c)
	return c
}

// Calls returns all calls, the latest first.
func (s *Stage) Calls() []Call {
	s.mu.Lock()
	calls := newestFirst(s.calls)
	s.mu.Unlock()
	out := make([]Call, 0, len(calls))
	for _, c := range calls {
		out = append(out, s.view(c))
	}
	return out
}

// Call returns one call, or [ErrNotFound].
func (s *Stage) Call(sid string) (Call, error) {
	c, err := s.find(sid)
	if err != nil {
		return Call{}, err
	}
	return s.view(c), nil
}

func (s *Stage) find(sid string) (*call, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c.leg.SID() == sid {
			return c, nil
		}
	}
	return nil, ErrNotFound
}

// view asks the engine how the call stands. The lock is not held.
func (s *Stage) view(c *call) Call {
	s.looking.Lock() // so that what is seen later is numbered higher
	defer s.looking.Unlock()
	s.looks++
	activity, status := c.leg.Activity(), c.leg.Status()
	v := Call{
		SID: c.leg.SID(), Seq: s.looks, Status: string(status), Doing: string(activity.State), StartedAt: c.start,
		From: c.leg.From().Address, To: c.leg.To().Address, Direction: string(c.leg.Direction()),
		Rings: activity.State == dialogue.StateRinging && c.leg.Direction() == webhook.CallDirectionOutboundAPI,
		Ended: activity.State == dialogue.StateOver, WaitingFor: waiting(activity), Legs: []Leg{},
	}
	for _, child := range c.leg.Children() {
		v.Legs = append(v.Legs, Leg{SID: child.SID(), To: child.To().Address, Status: string(child.Status())})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v.Person, v.Code, v.Reason = c.person, c.code, c.reason
	v.Lines = slices.Clone(c.lines)
	if v.Lines == nil {
		v.Lines = []Line{}
	}
	return v
}

func waiting(a dialogue.Activity) Waiting {
	switch a.State {
	case dialogue.StateListening, dialogue.StatePrompting:
		w := Waiting{Hint: strings.Join(a.Hints, ", ")}
		switch {
		case a.Keys && a.Speech:
			w.Kind = "keys or speech"
		case a.Speech:
			w.Kind = "speech"
		default:
			w.Kind = "keys"
		}
		switch {
		case a.NumDigits == 1:
			w.Hint = "1 digit"
		case a.NumDigits > 1:
			w.Hint = fmt.Sprintf("%d digits", a.NumDigits)
		}
		return w
	case dialogue.StateRecording:
		return Waiting{Kind: "recording", Hint: a.FinishOnKey + " ends it"}
	case dialogue.StateDialing:
		return Waiting{Kind: "leg"}
	case dialogue.StatePaying:
		return Waiting{Kind: "payment"}
	}
	return Waiting{}
}

// An Act is what a person does in a call.
type Act struct {
	Do  string `json:"do"`  // as package phone writes it: "presses 1", "answers", "hangs up"
	Leg string `json:"leg"` // SID of the phone that a Dial called; empty: the call's own

	AnsweredBy string `json:"answeredBy"` // of answers: human (the default), machine_start or fax
}

// Act does what a says and returns the call. The error is [ErrNotFound] for a
// call or leg that does not exist, [phone.ErrUnclear] for words that mean
// nothing, and [ErrNotNow] for what is not possible at the moment.
func (s *Stage) Act(sid string, a Act) (Call, error) {
	c, err := s.find(sid)
	if err != nil {
		return Call{}, err
	}
	action, err := phone.Parse(a.Do)
	if err != nil {
		return Call{}, err
	}
	leg := c.leg
	if a.Leg != "" {
		legs := c.leg.Children()
		i := slices.IndexFunc(legs, func(l *dialogue.Call) bool { return l.SID() == a.Leg })
		if i < 0 {
			return Call{}, ErrNotFound
		}
		leg, action.Callee = legs[i], false
	}
	if action.Verb == phone.Answers && a.AnsweredBy != "" {
		if !leg.React(dialogue.Reaction{AnsweredBy: a.AnsweredBy}) {
			return Call{}, ErrNotNow
		}
		return s.view(c), nil
	}
	if !phone.Do(leg, action) {
		return Call{}, ErrNotNow
	}
	return s.view(c), nil
}

// line notes an event of a call. The lock is held.
func (s *Stage) line(e dialogue.Event, exchange int64) {
	c := s.callOf(e.Call)
	if e.Type == dialogue.EventFailed && e.Failure != nil && c.code == 0 {
		c.code, c.reason = e.Failure.Code, e.Failure.Text
	}
	if l := s.told(e); l.Text != "" {
		if len(c.lines) >= keptLines {
			c.lines = c.lines[1:] // the end of a call says more than its beginning
		}
		c.said++
		l.N, l.At, l.Exchange = c.said, e.At, exchange
		c.lines = append(c.lines, l)
	}
	select {
	case s.changed <- c.leg.SID():
	default: // a newer look at the call is on its way anyway
	}
}

// told is what the page shows of an event; without text it shows nothing.
func (s *Stage) told(e dialogue.Event) Line {
	l := Line{Text: e.Line()}
	l.Who, l.Kind = role(e.Type)
	switch e.Type {
	case dialogue.EventSaid:
		l.Text = e.Text
	case dialogue.EventPressed, dialogue.EventPressedInVain, dialogue.EventSpoke:
		if e.Text != "" { // a voice message has no words
			l.Text = e.Text
		}
	case dialogue.EventFetched:
		l.Text = strings.Replace(l.Text, " "+s.cfg.BaseURL+"/", " /", 1)
		l.Text = strings.Replace(l.Text, " -> ", " →\u00a0", 1)
	case dialogue.EventHeard:
		// What is said within one call stands in its lines already.
		if e.Other != nil && e.Call.Parent() == nil && rootOf(e.Other) != e.Call {
			return Line{Who: "other", Name: personOf(e.Other), Kind: "speak", Text: e.Text}
		}
		return Line{}
	}
	if l.Who == "caller" {
		l.Text = strings.TrimPrefix(l.Text, "the caller ") // whose name stands beside it
	}
	if e.Call.Parent() != nil && l.Who != "twilio" {
		// At the phone of somebody who was dialed.
		if l.Who == "caller" {
			l.Who = "other"
		}
		l.Name = personOf(e.Call)
	}
	return l
}

// rootOf returns the call that a leg belongs to.
func rootOf(leg *dialogue.Call) *dialogue.Call {
	for p := leg.Parent(); p != nil; p = p.Parent() {
		leg = p
	}
	return leg
}

// personOf returns the number of the person at the far end of a leg.
func personOf(leg *dialogue.Call) string {
	if leg.Direction() == webhook.CallDirectionInbound {
		return leg.From().Address
	}
	return leg.To().Address
}

func role(t dialogue.EventType) (who, kind string) {
	switch t {
	case dialogue.EventSaid:
		return "app", "say"
	case dialogue.EventPlayed, dialogue.EventDigitsSent:
		return "app", "play"
	case dialogue.EventPaused:
		return "app", "pause"
	case dialogue.EventPressed, dialogue.EventPressedInVain:
		return "caller", "press"
	case dialogue.EventSpoke:
		return "caller", "speak"
	case dialogue.EventHungUp:
		return "caller", "end"
	case dialogue.EventFetched:
		return "twilio", "fetch"
	case dialogue.EventFailed, dialogue.EventWarned:
		return "twilio", "error"
	case dialogue.EventEnded:
		return "twilio", "end"
	}
	return "twilio", string(t)
}

// settle is how long news of a call is gathered before it is told.
const settle = 40 * time.Millisecond

// show tells how calls stand when something has happened to them: outside the
// engine's own goroutine, where it may be asked.
func (s *Stage) show(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	waiting := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case sid := <-s.changed:
			if len(waiting) == 0 {
				timer.Reset(settle)
			}
			waiting[sid] = true
		case <-timer.C:
			for sid := range waiting {
				s.react(sid)
				if v, err := s.Call(sid); err == nil {
					s.tell(News{"call", v})
				}
			}
			clear(waiting)
		}
	}
}
