package stage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/phone"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// A Call is a call as the page shows it, from the side of the person.
type Call struct {
	Phone
	Seq       int64  `json:"seq"` // later snapshots have higher numbers
	Person    string `json:"person"`
	From      string `json:"from"`
	To        string `json:"to"`
	Direction string `json:"direction"` // inbound, outbound-api
	Code      int    `json:"code,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Legs      []Leg  `json:"legs"`
	Lines     []Line `json:"lines"` // none for an ended call in a list
}

// A Phone is what a person with a phone sees and can do: the phone of a call, or of
// someone whom it dialed.
type Phone struct {
	SID        string            `json:"sid"`
	Status     string            `json:"status"`
	Doing      string            `json:"doing"` // what the call is doing, as a dialogue.State
	Rings      bool              `json:"rings"` // and may be answered
	Ended      bool              `json:"ended"`
	StartedAt  time.Time         `json:"startedAt"`
	AnsweredAt *time.Time        `json:"answeredAt,omitempty"`
	EndedAt    *time.Time        `json:"endedAt,omitempty"`
	Until      *time.Time        `json:"until,omitempty"` // when it goes on by itself
	WaitingFor Waiting           `json:"waitingFor"`
	Cannot     map[string]string `json:"cannot"` // by verb of package phone: why it cannot be done now
	Room       string            `json:"room,omitempty"`
	Queue      string            `json:"queue,omitempty"`
	Muted      bool              `json:"muted,omitempty"`
	Held       bool              `json:"held,omitempty"`
}

// Waiting is what the call waits for.
type Waiting struct {
	Kind     string   `json:"kind"` // keys, speech, keys or speech, recording, leg, payment
	Hint     string   `json:"hint,omitempty"`
	Language string   `json:"language,omitempty"` // of the speech that a Gather listens for
	Payment  *Payment `json:"payment,omitempty"`
}

// A Payment is what a Pay asks for.
type Payment struct {
	Step      string   `json:"step"` // as Prompt names it, payment-card-number
	Attempt   int      `json:"attempt"`
	Attempts  int      `json:"attempts"`
	Problem   string   `json:"problem,omitempty"` // with the answer before, as Prompt names it
	Questions []string `json:"questions"`         // the steps from this one on
	Amount    string   `json:"amount,omitempty"`
	Currency  string   `json:"currency,omitempty"`
}

// A Leg is the phone of someone who was dialed.
type Leg struct {
	Phone
	To string `json:"to"`
}

// call is a call with internal data.
type call struct {
	leg    *dialogue.Call
	person string
	lines  []Line
	sounds map[int]string // addresses of files, by line
	size   int            // bytes of text of the lines
	said   int            // lines so far, dropped ones included
	code   int
	reason string
}

// Bounds of what the page shows.
const (
	keptCalls = 100
	keptLines = 1000
	keptWords = 512 << 10 // bytes of text of a call's lines
)

// Dial lets a person call the program.
func (s *Stage) Dial(person string) (Call, error) {
	if person == "" {
		return Call{}, ErrNotFound
	}
	return s.begins(s.engine.Call(dialogue.CallSetup{
		URL:            s.cfg.Voice,
		Method:         s.cfg.Method,
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
	s.mu.Unlock()
	return s.Call(leg.SID())
}

// callOf returns the call of a leg, and creates it for the first leg. The lock
// is held.
func (s *Stage) callOf(leg *dialogue.Call) *call {
	leg = rootOf(leg)
	for _, c := range s.calls {
		if c.leg == leg {
			return c
		}
	}
	c := &call{leg: leg, person: leg.From().Address}
	if len(s.calls) >= keptCalls {
		s.calls = s.calls[1:]
	}
	s.calls = append(s.calls, c)
	return c
}

// Calls returns all calls, the latest first. Those that have ended come without
// their lines.
func (s *Stage) Calls() []Call {
	s.mu.Lock()
	calls := newestFirst(s.calls)
	s.mu.Unlock()
	out := make([]Call, 0, len(calls))
	for _, c := range calls {
		v := s.view(c)
		if v.Ended {
			v.Lines = []Line{}
		}
		out = append(out, v)
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

// view gets the state of the call from the engine. The lock is not held.
func (s *Stage) view(c *call) Call {
	s.looking.Lock() // so that later snapshots have higher numbers
	defer s.looking.Unlock()
	s.looks++
	v := Call{
		Phone: phoneAt(c.leg), Seq: s.looks, Legs: []Leg{},
		From: c.leg.From().Address, To: c.leg.To().Address, Direction: string(c.leg.Direction()),
	}
	for _, leg := range dialedBy(c.leg) {
		v.Legs = append(v.Legs, Leg{Phone: phoneAt(leg), To: leg.To().Address})
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

// dialedBy returns the legs that a leg has dialed, and those that they have.
func dialedBy(leg *dialogue.Call) (out []*dialogue.Call) {
	for _, child := range leg.Children() {
		out = append(append(out, child), dialedBy(child)...)
	}
	return out
}

// phoneAt asks the engine how a leg stands.
func phoneAt(leg *dialogue.Call) Phone {
	a := leg.Activity()
	created, answered, ended := leg.Times()
	p := Phone{
		SID: leg.SID(), Status: string(leg.Status()), Doing: string(a.State), Ended: a.State == dialogue.StateOver,
		Rings:     a.State == dialogue.StateRinging && leg.Direction() != webhook.CallDirectionInbound,
		StartedAt: created, AnsweredAt: timeOf(answered), EndedAt: timeOf(ended), WaitingFor: waiting(a), Cannot: map[string]string{},
		Room: a.Room, Queue: a.Queue, Muted: a.Muted, Held: a.Held,
	}
	if leg.Skippable() {
		p.Until = timeOf(a.Until)
	}
	for _, v := range phone.Verbs() {
		if why := phone.Why(leg, v); why != "" {
			p.Cannot[string(v)] = why
		}
	}
	return p
}

func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func waiting(a dialogue.Activity) Waiting {
	switch a.State {
	case dialogue.StateListening, dialogue.StatePrompting:
		w := Waiting{Kind: "keys"}
		w.Language, _ = languageOf(a.Gather)
		switch {
		case a.Keys && a.Speech:
			w.Kind = "keys or speech"
		case a.Speech:
			w.Kind = "speech"
		}
		switch {
		case w.Kind == "speech" || a.NumDigits == 0:
			w.Hint = strings.Join(a.Hints, ", ")
		case a.NumDigits == 1:
			w.Hint = "1 digit"
		default:
			w.Hint = fmt.Sprintf("%d digits", a.NumDigits)
		}
		return w
	case dialogue.StateRecording:
		return Waiting{Kind: "recording", Hint: endsIt(a.FinishOnKey)}
	case dialogue.StateDialing:
		return Waiting{Kind: "leg"}
	case dialogue.StatePaying:
		w := Waiting{Kind: "payment"}
		if p := a.Pay; p != nil {
			w.Payment = &Payment{
				Step: p.Step, Attempt: p.Attempt, Attempts: p.Attempts, Problem: p.Problem, Questions: p.Questions,
				Amount: p.Amount, Currency: p.Currency,
			}
		}
		return w
	}
	return Waiting{}
}

// endsIt says which keys end a recording.
func endsIt(keys string) string {
	if strings.Contains(keys, "1234567890") {
		return "any key ends it"
	}
	if keys == "" {
		return ""
	}
	return keys + " ends it"
}

// An Act is what a person does in a call.
type Act struct {
	Do  string `json:"do"`  // as package phone writes it: "presses 1", "answers", "hangs up"
	Leg string `json:"leg"` // SID of the phone that a Dial called; empty: the call's own

	AnsweredBy string `json:"answeredBy"` // of answers: human (the default), machine_start or fax
}

// NotNow is the error for what cannot be done at the moment. It wraps [ErrNotNow].
type NotNow struct{ Why string }

// Error says why, in a sentence.
func (e *NotNow) Error() string { return e.Why }

// Unwrap returns [ErrNotNow].
func (e *NotNow) Unwrap() error { return ErrNotNow }

// Act does what a says and returns the call. The error is [ErrNotFound] for a
// call or leg that does not exist, [phone.ErrUnclear] for words that mean
// nothing, and [NotNow] for what is not possible at the moment.
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
		legs := dialedBy(c.leg)
		i := slices.IndexFunc(legs, func(l *dialogue.Call) bool { return l.SID() == a.Leg })
		if i < 0 {
			return Call{}, ErrNotFound
		}
		leg, action.Callee = legs[i], false
	}
	direct := !action.Callee || a.Leg != ""
	if why := phone.Why(leg, action.Verb); direct && why != "" {
		return Call{}, &NotNow{why}
	}
	done := false
	if action.Verb == phone.Answers && a.AnsweredBy != "" {
		done = leg.React(dialogue.Reaction{AnsweredBy: a.AnsweredBy})
	} else {
		done = phone.Do(leg, action)
	}
	// Keys and words that nobody hears are not an error: the transcript shows them.
	if unheard := action.Verb == phone.Presses || action.Verb == phone.Speaks; !done && !(direct && unheard) {
		return Call{}, &NotNow{cmp.Or(phone.Why(leg, action.Verb), "Nobody is there to do that.")}
	}
	return s.view(c), nil
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

// settle is how long changes of a call are collected before they are reported.
const settle = 40 * time.Millisecond

// show reports the state of changed calls, outside the engine's goroutine,
// where the engine may be called.
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
