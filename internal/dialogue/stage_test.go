package dialogue_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// facts holds the facts that a run has shown, by the name of their test.
var facts sync.Map

func TestMain(m *testing.M) {
	code := m.Run()
	n := 0
	for range facts.Range {
		n++
	}
	if n > 0 { // a fuzz run shows none
		fmt.Printf("%d facts of verb-semantics.md and webhook-mechanics.md shown\n", n)
	}
	os.Exit(code)
}

// fact runs a test that is named after a fact.
func fact(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		f(t)
		if !t.Failed() && !t.Skipped() {
			facts.Store(t.Name(), true)
		}
	})
}

// pages are documents by path. A document may be a func(*http.Request) string.
type pages map[string]any

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, ok := p[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	switch page := page.(type) {
	case string:
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response>"+page+"</Response>")
	case func(*http.Request) string:
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response>"+page(r)+"</Response>")
	case http.HandlerFunc:
		page(w, r)
	}
}

// stage is an engine whose events are kept.
type stage struct {
	*dialogue.Engine
	t      *testing.T
	start  time.Time
	mu     sync.Mutex // in real time events come from the runner
	events []dialogue.Event
}

// log returns what has happened so far.
func (s *stage) log() []dialogue.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

func play(t *testing.T, h http.Handler, change ...func(*dialogue.Config)) *stage {
	t.Helper()
	s := &stage{t: t}
	cfg := dialogue.Config{Transport: dialogue.Handler(h), BaseURL: "https://hooks.example.com", AuthToken: "12345", Seed: 7}
	for _, f := range change {
		f(&cfg)
	}
	cfg.Observe = func(ev dialogue.Event) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, ev)
	}
	s.Engine = dialogue.New(cfg)
	s.start = s.Now()
	t.Cleanup(s.Close)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("\n" + dialogue.Transcript(s.start, s.log()))
		}
	})
	return s
}

// call rings /voice and lets what is due happen.
func (s *stage) call(change ...func(*dialogue.CallSetup)) *dialogue.Call {
	setup := dialogue.CallSetup{URL: "/voice"}
	for _, f := range change {
		f(&setup)
	}
	c := s.Call(setup)
	s.Settle()
	return c
}

func (s *stage) wait(seconds float64) { s.Advance(time.Duration(seconds * float64(time.Second))) }

// elapsed is the virtual time since the start, in whole seconds.
func (s *stage) elapsed() int { return int(s.Now().Sub(s.start).Seconds()) }

// of returns the exchanges of a kind.
// eventOf returns the name of the event that a callback reports.
func eventOf(x *dialogue.Exchange) string {
	return x.Params.Get("StatusCallbackEvent") + x.Params.Get("TranscriptionEvent")
}

func (s *stage) of(kind string) (out []*dialogue.Exchange) {
	for _, ev := range s.log() {
		if ev.Type == dialogue.EventFetched && (string(ev.Exchange.Kind) == kind || eventOf(ev.Exchange) == kind) {
			out = append(out, ev.Exchange)
		}
	}
	return out
}

// only returns the one exchange of a kind.
func (s *stage) only(kind string) *dialogue.Exchange {
	s.t.Helper()
	all := s.of(kind)
	require.Len(s.t, all, 1, kind)
	return all[0]
}

// paths returns what was requested, in order.
func (s *stage) paths() (out []string) {
	for _, ev := range s.log() {
		if ev.Type == dialogue.EventFetched {
			path := strings.TrimPrefix(ev.Exchange.URL, "https://hooks.example.com")
			path, _, _ = strings.Cut(path, "?")
			out = append(out, ev.Exchange.Method+" "+path)
		}
	}
	return out
}

// said returns what was spoken.
func (s *stage) said() (out []string) {
	for _, ev := range s.log() {
		if ev.Type == dialogue.EventSaid {
			out = append(out, ev.Text)
		}
	}
	return out
}

// codes returns the numbers of failures and warnings.
func (s *stage) codes() (out []int) {
	for _, ev := range s.log() {
		if ev.Type == dialogue.EventFailed || ev.Type == dialogue.EventWarned {
			out = append(out, ev.Failure.Code)
		}
	}
	return out
}

// texts returns the texts of events of a type.
func (s *stage) texts(typ dialogue.EventType) (out []string) {
	for _, ev := range s.log() {
		if ev.Type == typ {
			out = append(out, ev.Text)
		}
	}
	return out
}

// at returns the second at which the first event of a type with text happened.
func (s *stage) at(typ dialogue.EventType, text string) float64 {
	for _, ev := range s.log() {
		if ev.Type == typ && (text == "" || ev.Text == text) {
			return ev.At.Sub(s.start).Seconds()
		}
	}
	s.t.Errorf("nothing of type %s with text %q happened", typ, text)
	return -1
}
