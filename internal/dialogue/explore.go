package dialogue

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// Exploration tries every key of every menu of a call. Each path is a separate
// call from the start, so a program may keep state by CallSid.
type Exploration struct {
	Config Config
	Call   CallSetup
	Depth  int    // decisions in a row; default 4
	Keys   string // the keys that are tried; default 1234567890*#
	Calls  int    // at most; default 2000
}

// Tree is the result of an exploration.
type Tree struct {
	Root     *Station
	Stations []*Station // in the order of discovery
	Calls    int        // that were made
	Complete bool       // every path was explored within Depth and Calls
}

// Station is a point at which the call waits for someone, or its end.
type Station struct {
	ID       int
	State    State
	URL      string   // of the document
	Hears    []string // on the path from the previous station
	Ending   string   // the status, if the call ended
	Detail   string   // who is dialed, where the caller waits
	Branches []Branch
	Problems []Problem
	Cut      bool // paths deeper than Depth were not explored

	key    string
	others []string // what dialed people hear on the path
}

// Branch is what the person does at a station and where it leads.
type Branch struct {
	Choices []string // keys, "silence", words in quotes, "answered"...
	To      *Station
	Back    bool     // To was found before
	Hears   []string // on this path
	Problem Problem  // zero: none
	Others  []string // what dialed people hear on this path
}

// Problem is something wrong with a call.
type Problem struct {
	// Rule names the kind of problem: dead-end, loop, silent-end, Twilio's error
	// number, or a rule of lint.
	Rule string
	At   string // the station, and the path from it
	Text string
}

// String returns the place and the problem.
func (p Problem) String() string { return p.At + ": " + p.Text }

// Problems lists what is wrong, station by station.
func (t *Tree) Problems() (out []Problem) {
	for _, s := range t.Stations {
		for _, p := range s.Problems {
			p.At = fmt.Sprintf("#%d %s", s.ID, s.path())
			out = append(out, p)
		}
		for _, b := range s.Branches {
			if p := b.Problem; p.Rule != "" {
				p.At = fmt.Sprintf("#%d %s, %s", s.ID, s.path(), strings.Join(b.Choices, " "))
				out = append(out, p)
			}
		}
	}
	return out
}

func (s *Station) path() string {
	if u, err := url.Parse(s.URL); err == nil {
		return u.Path
	}
	return s.URL
}

// choice is one thing that can be done at a station.
type choice struct {
	label string
	do    func(*walk)
}

// Explore explores the call.
func Explore(x Exploration) *Tree {
	if x.Depth <= 0 {
		x.Depth = 4
	}
	if x.Calls <= 0 {
		x.Calls = 2000
	}
	if x.Keys == "" {
		x.Keys = "1234567890*#"
	}
	w := &explorer{x: x, tree: &Tree{Complete: true}, seen: map[string]*Station{}}
	first, choices := w.visit(nil)
	w.tree.Root = w.add(first)
	type open struct {
		s       *Station
		way     []choice
		choices []choice
	}
	for queue := []open{{w.tree.Root, nil, choices}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if len(at.choices) > 0 && len(at.way) >= x.Depth {
			at.s.Cut, w.tree.Complete = true, false
			continue
		}
		for _, c := range at.choices {
			if w.tree.Calls >= x.Calls {
				w.tree.Complete = false
				break
			}
			way := append(slices.Clone(at.way), c)
			next, more := w.visit(way)
			if next == nil {
				continue
			}
			if w.merge(at.s, c.label, next) {
				continue
			}
			if known := w.seen[next.key]; known != nil && next.key != "" {
				at.s.Branches = append(at.s.Branches, Branch{Choices: []string{c.label}, To: known, Back: true, Hears: next.Hears, Others: next.others})
				known.Problems = union(known.Problems, next.Problems)
				continue
			}
			w.add(next)
			at.s.Branches = append(at.s.Branches, Branch{Choices: []string{c.label}, To: next, Hears: next.Hears, Others: next.others})
			queue = append(queue, open{next, way, more})
		}
	}
	w.judge()
	return w.tree
}

type explorer struct {
	x    Exploration
	tree *Tree
	seen map[string]*Station
}

func (w *explorer) add(s *Station) *Station {
	s.ID = len(w.tree.Stations) + 1
	w.tree.Stations = append(w.tree.Stations, s)
	if s.key != "" {
		w.seen[s.key] = s
	}
	return s
}

// merge adds a choice to another one with the same result.
func (w *explorer) merge(at *Station, label string, next *Station) bool {
	for i := range at.Branches {
		b := &at.Branches[i]
		if slices.Contains([]string{"silence", "hangs up", ignores}, label) || !slices.Equal(b.Hears, next.Hears) || !slices.Equal(b.Others, next.others) {
			continue
		}
		same := next.key != "" && b.To.key == next.key
		if next.key == "" {
			same = slices.Equal(b.To.Problems, next.Problems) && b.To.key == "" && b.To.Ending == next.Ending && b.To.State == next.State && b.To.URL == next.URL && b.To.Detail == next.Detail
		}
		if same {
			b.Choices = append(b.Choices, label)
			b.To.Problems = union(b.To.Problems, next.Problems)
			return true
		}
	}
	return false
}

// judge finds dead ends and loops.
func (w *explorer) judge() {
	for _, s := range w.tree.Stations {
		if s.key == "" || s.Cut {
			continue
		}
		menu := s.State == StateListening
		stuck := menu && len(s.Branches) > 0
		for i := range s.Branches {
			b := &s.Branches[i]
			stuck = stuck && b.To == s
			if b.Back && b.Choices[0] == "silence" && w.leads(b.To, s, map[*Station]bool{}) {
				b.Problem = Problem{Rule: "loop", Text: "infinite loop: a silent caller returns to this menu forever unless the program limits retries"}
			}
			if menu && !b.Back && b.To.Ending != "" && len(b.To.Hears) == 0 && len(b.To.Problems) == 0 {
				b.Problem = Problem{Rule: "silent-end", Text: "the call ends silently"}
			}
		}
		if stuck {
			s.Problems = append(s.Problems, Problem{Rule: "dead-end", Text: "dead end: whatever the caller does leads back here"})
		}
	}
}

// leads reports whether silence alone leads from one station to another.
func (w *explorer) leads(from, to *Station, been map[*Station]bool) bool {
	if from == to {
		return true
	}
	if been[from] {
		return false
	}
	been[from] = true
	for _, b := range from.Branches {
		if slices.Contains(b.Choices, "silence") && w.leads(b.To, to, been) {
			return true
		}
	}
	return false
}

// walk is one call of an exploration.
type walk struct {
	e      *Engine
	call   *Call
	events []Event
	mark   int
	same   bool // the last choice is another one in other words
}

// visit makes a call and follows the given path. It returns the station at its
// end and the choices there, or nil if the last choice is the same as another.
func (w *explorer) visit(way []choice) (*Station, []choice) {
	w.tree.Calls++
	t := &walk{}
	cfg := w.x.Config
	cfg.Observe = func(ev Event) { t.events = append(t.events, ev) }
	cfg.Answer = nil
	cfg.Silent = true // do not wait for programs that talk
	t.e = New(cfg)
	defer t.e.Close()
	t.call = t.e.Call(w.x.Call)
	if w.x.Call.Outbound {
		t.e.Settle()
		t.call.Answer()
	}
	t.settle()
	for _, c := range way {
		t.mark = len(t.events)
		c.do(t)
		t.settle()
	}
	if t.same {
		return nil, nil
	}
	if t.call.Activity().State == StateOver { // late callbacks: recordings, transcriptions
		t.e.Advance(time.Minute)
	}
	return t.station(), t.choices(w.x.Keys)
}

// settle lets time pass until the call waits for someone.
func (t *walk) settle() {
	t.e.Settle()
	end := t.e.Now().Add(10 * time.Minute)
	for t.e.Now().Before(end) {
		switch a := t.call.Activity(); a.State {
		case StateStarting, StateSpeaking, StatePrompting:
		case StateListening, StateRecording:
			if !a.Entered {
				return
			}
		default:
			return
		}
		if !t.e.Step() {
			return
		}
	}
}

// pass lets time pass until the call does something else.
func (t *walk) pass() {
	before, mark := t.call.Activity(), len(t.events)
	for range 10000 {
		if a := t.call.Activity(); a.State != before.State || a.Gather != before.Gather || t.begunAgain(mark) || !t.e.Step() {
			return
		}
	}
}

// begunAgain reports whether the call has dialed or recorded since an event. One
// Dial or Record may follow another immediately.
func (t *walk) begunAgain(mark int) bool {
	return slices.ContainsFunc(t.events[mark:], func(ev Event) bool {
		return ev.Call == t.call && (ev.Type == EventDialing || ev.Type == EventRecordingStarted)
	})
}

// talk lets the caller and a dialed person talk for a while, if they are connected.
// Otherwise the call may already be ringing someone else.
func (t *walk) talk(k *Call) {
	if t.call.Activity().State == StateTalking {
		t.e.Advance(30 * time.Second)
	}
	k.HangUp()
}

func (t *walk) station() *Station {
	a := t.call.Activity()
	s := &Station{State: a.State, URL: a.Document}
	if u, err := url.Parse(a.Document); err == nil {
		u.RawQuery = ""
		s.URL = u.String()
	}
	for _, ev := range t.events[t.mark:] {
		switch ev.Type {
		case EventSaid, EventPlayed:
			text := ev.Text
			if ev.Type == EventPlayed {
				text = "[" + text + "]"
			}
			if ev.Call == t.call || ev.Call != nil && ev.Call.isApp {
				s.Hears = append(s.Hears, text)
			} else if ev.Call != nil {
				heard := fmt.Sprintf("%s hears %q", ev.Call.person(), text)
				if n := len(s.others); n == 0 || s.others[n-1] != heard { // a menu that repeats itself
					s.others = append(s.others, heard)
				}
			}
		case EventDialing, EventJoined, EventEnqueued:
			s.Detail = ev.Text
		case EventSessionStarted:
			s.Detail = ev.Text
		case EventFailed, EventWarned:
			if ev.Failure.Code == 0 {
				continue // lint says it, too
			}
			s.Problems = union(s.Problems, []Problem{{Rule: itoa(ev.Failure.Code), Text: ev.Text + ev.Failure.from()}})
		case EventFetched:
			for _, p := range ev.Exchange.Problems {
				if p.Code == 0 {
					s.Problems = union(s.Problems, []Problem{{Rule: p.Rule, Text: fmt.Sprintf("line %d: %s", p.Line, p.Text)}})
				}
			}
		}
	}
	if a.State == StateOver {
		s.Ending = string(t.call.Status())
	}
	if a.Gather != nil {
		var prompt []string
		for n := range a.Gather.Elements() {
			prompt = append(prompt, text(n))
		}
		s.key = fmt.Sprint(s.URL, a.Gather.Line, a.Gather.Column, prompt)
	}
	return s
}

func (t *walk) choices(keys string) (out []choice) {
	a := t.call.Activity()
	switch a.State {
	case StateListening:
		return append(gatherChoices(a, keys), choice{"silence", (*walk).pass})
	case StateRecording:
		out = append(out, choice{"message", func(t *walk) {
			t.call.Talk(5*time.Second, "a message")
			t.e.Advance(5 * time.Second)
			if t.call.Press(firstKey(a.FinishOnKey)) == 0 {
				t.pass()
			}
		}}, choice{"silence", (*walk).pass}, choice{"hangs up", func(t *walk) {
			t.call.Talk(5*time.Second, "a message")
			t.e.Advance(5 * time.Second)
			t.call.HangUp()
		}})
	case StateDialing:
		for _, status := range []webhook.CallStatus{"answered", webhook.CallStatusBusy, webhook.CallStatusNoAnswer} {
			out = append(out, choice{string(status), func(t *walk) { t.dialed(status) }})
		}
		out = append(out, choice{ignores, (*walk).screened})
	case StatePaying:
		out = append(out, choice{"pays", func(t *walk) {
			t.call.Pay(Payment{})
			t.pass()
		}}, choice{"silence", (*walk).pass})
	}
	return out
}

func gatherChoices(a Activity, keys string) (out []choice) {
	press := func(label, keys string) {
		out = append(out, choice{label, func(t *walk) { t.call.Press(keys) }})
	}
	switch {
	case !a.Keys:
	case a.NumDigits > 1:
		press(strings.Repeat("1", a.NumDigits), strings.Repeat("1", a.NumDigits))
	default:
		for _, k := range keys {
			if strings.ContainsRune(a.FinishOnKey, k) {
				continue
			}
			all := string(k)
			if a.NumDigits == 0 {
				all += firstKey(a.FinishOnKey)
			}
			press(string(k), all)
		}
	}
	if a.Speech {
		words := a.Hints
		if len(words) == 0 {
			words = []string{"hello"}
		}
		for _, phrase := range words {
			out = append(out, choice{fmt.Sprintf("%q", phrase), func(t *walk) { t.call.Speak(phrase) }})
		}
	}
	return out
}

func firstKey(keys string) string {
	if keys == "" {
		return ""
	}
	if strings.Contains(keys, "#") {
		return "#"
	}
	return keys[:1]
}

// dialed lets the dialed people do something, and waits for its effect.
func (t *walk) dialed(status webhook.CallStatus) {
	legs := t.call.Children()
	for _, k := range legs {
		switch status {
		case "answered":
			if k.Answer() {
				for range 100 {
					if k.Activity().State == StateOver || t.call.Activity().State == StateTalking || !t.e.Step() {
						break
					}
					k.Press("1")
				}
				t.talk(k)
				return
			}
		case webhook.CallStatusNoAnswer:
		default:
			k.Decline(status)
		}
	}
	if status == webhook.CallStatusNoAnswer {
		t.pass()
	}
}

// ignores is what someone does who answers and presses nothing.
const ignores = "answered, nothing pressed"

// screened makes someone answer who ignores the instructions.
func (t *walk) screened() {
	t.same = true
	for _, k := range t.call.Children() {
		if !k.Answer() {
			continue
		}
		for range 10000 {
			a := k.Activity()
			t.same = t.same && a.State != StateListening
			if a.State == StateOver || t.call.Activity().State == StateTalking || !t.e.Step() {
				break
			}
		}
		t.talk(k)
		return
	}
}

func union(a, b []Problem) []Problem {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}
