package stage

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// An Outcome is what happens to the messages and calls that the program makes to
// one address.
type Outcome struct {
	Address string `json:"address"`
	Result  string `json:"result"` // a word of [Outcomes], or one of Twilio's error numbers
}

// Outcomes are the names of each [Outcome], with what they do to messages and to
// calls.
var Outcomes = map[string]string{
	"normal":      "messages are delivered; the phone rings until someone answers on the page",
	"unreachable": "messages end undelivered with 30003; calls fail",
	"unknown":     "messages end undelivered with 30005; calls fail",
	"landline":    "messages end undelivered with 30006",
	"blocked":     "the carrier filters messages: undelivered with 30007; calls fail",
	"slow":        "messages arrive after 30 seconds; the phone is answered after 20",
	"busy":        "calls are busy",
	"no-answer":   "the phone rings until Twilio gives up",
	"answers":     "calls are answered after a second",
	"machine":     "an answering machine takes calls",
	"fax":         "a fax takes calls",
}

// ErrOutcome is the error for an outcome that does not exist.
var ErrOutcome = errors.New("stage: unknown outcome")

// ParseOutcome reads an outcome that is written as "+15550101=30003".
func ParseOutcome(text string) (Outcome, error) {
	address, result, ok := strings.Cut(text, "=")
	o := Outcome{Address: strings.TrimSpace(address), Result: strings.TrimSpace(result)}
	if !ok || o.Address == "" {
		return Outcome{}, fmt.Errorf("%w %q: write it as +15550101=busy", ErrOutcome, text)
	}
	return o, o.check()
}

func (o Outcome) check() error {
	if _, known := Outcomes[o.Result]; known || o.code() != 0 {
		return nil
	}
	words := make([]string, 0, len(Outcomes))
	for word := range Outcomes {
		words = append(words, word)
	}
	slices.Sort(words)
	return fmt.Errorf("%w %q: use %s or an error number such as 30003", ErrOutcome, o.Result, strings.Join(words, ", "))
}

// code is the error number of messages, if there is one.
func (o Outcome) code() int {
	switch o.Result {
	case "unreachable":
		return 30003
	case "unknown":
		return 30005
	case "landline":
		return 30006
	case "blocked":
		return 30007
	}
	if n, err := strconv.Atoi(o.Result); err == nil && 10000 <= n && n <= 99999 {
		return n
	}
	return 0
}

// rejected is the error number with which the REST API refuses a message, if the
// outcome is one of those: 21xxx are never found out later.
func (o Outcome) rejected() int {
	if n := o.code(); n >= 20000 && n < 30000 {
		return n
	}
	return 0
}

// SetOutcome sets what happens to messages and calls to an address. Its error
// wraps [ErrOutcome].
func (s *Stage) SetOutcome(o Outcome) error {
	if o.Address == "" {
		return fmt.Errorf("%w: no address", ErrOutcome)
	}
	if err := o.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.Result == "normal" {
		delete(s.outcomes, o.Address)
	} else {
		s.outcomes[o.Address] = o
	}
	s.tell(News{"outcomes", s.outcomeList()})
	return nil
}

// OutcomeList returns the outcomes that are set, by address.
func (s *Stage) OutcomeList() []Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outcomeList()
}

// outcomeList is OutcomeList with the lock held.
func (s *Stage) outcomeList() []Outcome {
	out := make([]Outcome, 0, len(s.outcomes))
	for _, o := range s.outcomes {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Outcome) int { return cmp.Compare(a.Address, b.Address) })
	return out
}

// outcome returns what happens to an address, with or without a channel. The
// lock is held.
func (s *Stage) outcome(address string) Outcome {
	if o, ok := s.outcomes[address]; ok {
		return o
	}
	if _, person, ok := strings.Cut(address, ":"); ok {
		return s.outcomes[person]
	}
	return Outcome{}
}

// Rejected returns the error number with which a message to an address is
// refused at once; zero: it is accepted.
func (s *Stage) Rejected(address string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outcome(address).rejected()
}

// lifeOf returns the delivery reports of a message to an address. The lock is
// held.
func (s *Stage) lifeOf(to string) []dialogue.Delivery {
	for _, c := range s.conversations {
		if c.ID == to && c.OptedOut {
			return []dialogue.Delivery{{After: 100 * time.Millisecond, Status: "failed", ErrorCode: optedOut}}
		}
	}
	o := s.outcome(to)
	sent := dialogue.Delivery{After: 400 * time.Millisecond, Status: "sent"}
	switch code := o.code(); {
	case o.Result == "slow":
		return []dialogue.Delivery{{After: 5 * time.Second, Status: "sent"}, {After: 25 * time.Second, Status: "delivered"}}
	case code >= 30003 && code <= 30008 || code >= 30022 && code <= 30034 || code >= 63000:
		return []dialogue.Delivery{sent, {After: 900 * time.Millisecond, Status: "undelivered", ErrorCode: code}}
	case code != 0:
		return []dialogue.Delivery{{After: 400 * time.Millisecond, Status: "failed", ErrorCode: code}}
	}
	return []dialogue.Delivery{sent, {After: 900 * time.Millisecond, Status: "delivered"}}
}

// reaction is what the person at an address does when the program calls; not ok
// means that someone answers on the page. The lock is held.
func (s *Stage) reaction(address string) (r dialogue.Reaction, ok bool) {
	r.After = time.Second
	switch o := s.outcome(address); {
	case o.Result == "busy":
		r.Status = webhook.CallStatusBusy
	case o.Result == "no-answer":
		r.Status, r.After = webhook.CallStatusNoAnswer, 20*time.Second
	case o.Result == "answers":
	case o.Result == "slow":
		r.After = 20 * time.Second
	case o.Result == "machine":
		r.AnsweredBy = "machine_start"
	case o.Result == "fax":
		r.AnsweredBy = "fax"
	case o.code() != 0 && o.Result != "landline":
		r.Status = webhook.CallStatusFailed
	default:
		return r, false
	}
	return r, true
}
