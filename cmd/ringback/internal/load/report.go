package load

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// A Report says how the calls went. Times are in milliseconds in JSON.
type Report struct {
	Calls         int      `json:"calls"`
	Failed        int      `json:"failed"`
	Protocol      Protocol `json:"protocol,omitempty"` // of most calls
	Seconds       float64  `json:"seconds"`
	Turns         int      `json:"turns"`
	Interruptions int      `json:"interruptions"`
	// Ignored counts interruptions after which the program kept speaking.
	Ignored    int    `json:"interruptionsIgnored"`
	FirstToken *Times `json:"firstToken,omitempty"` // of a ConversationRelay, from the end of the question
	FirstSound *Times `json:"firstSound,omitempty"` // to the first whole clause, or to the first frame
	Clear      *Times `json:"clear,omitempty"`      // of a stream, from an interruption to clear
	Malformed  int    `json:"malformedMessages"`    // that Twilio would not understand
	Frames     *Sound `json:"frames,omitempty"`
	// CPU is the share of a processor for each call, and Memory the growth of
	// the program for each call. They are nil if the program is not on this
	// machine.
	CPU    *float64 `json:"cpuPercentPerCall,omitempty"`
	Memory *int64   `json:"memoryBytesPerCall,omitempty"`
	// Errors counts what went wrong, by its kind.
	Errors map[string]int `json:"errors,omitempty"`
}

// Times are percentiles of a time.
type Times struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Sound counts frames of 20 ms, and what the callers heard.
type Sound struct {
	Sent      int64 `json:"sent"`
	Late      int64 `json:"late"` // by more than 20 ms, because the program or this machine was busy
	Lost      int64 `json:"lost"` // because the program did not read for a second (31930)
	Gaps      int64 `json:"gaps"` // in replies
	GapMillis int64 `json:"gapMilliseconds"`
}

// recorder collects the measurements of the calls.
type recorder struct {
	Report

	mu     sync.Mutex
	kinds  map[string]int
	tokens []time.Duration
	sounds []time.Duration
	clears []time.Duration
	took   time.Duration
	talked time.Duration // all calls together
	spoke  map[Protocol]int
	frames Sound
}

func (r *recorder) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Failed++
	kind := err.Error()
	if p, ok := errors.AsType[*Problem](err); ok {
		kind = p.Kind
	}
	r.kinds[kind]++
}

// over records a session that has ended.
func (r *recorder) over(p Protocol, d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.talked += d
	if r.spoke == nil {
		r.spoke = map[Protocol]int{}
	}
	r.spoke[p]++
}

// turn records an answer; for a stream it has no token.
func (r *recorder) turn(token, sound time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Turns++
	if token > 0 {
		r.tokens = append(r.tokens, token)
	}
	if sound > 0 {
		r.sounds = append(r.sounds, sound)
	}
}

func (r *recorder) interruption(ignored bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Interruptions++
	if ignored {
		r.Ignored++
	}
}

func (r *recorder) cut(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clears = append(r.clears, d)
}

func (r *recorder) malformed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Malformed++
}

func (r *recorder) sound(sent, late, lost, gaps int64, gap time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := &r.frames
	f.Sent, f.Late, f.Lost, f.Gaps, f.GapMillis = f.Sent+sent, f.Late+late, f.Lost+lost, f.Gaps+gaps, f.GapMillis+gap.Milliseconds()
}

// report makes the report. used is what the program used during the test.
func (r *recorder) report(used Usage, known bool) Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.Report
	out.Seconds = r.took.Seconds()
	out.FirstToken, out.FirstSound, out.Clear = timesOf(r.tokens), timesOf(r.sounds), timesOf(r.clears)
	most := 0
	for _, p := range []Protocol{Relay, Stream} {
		if r.spoke[p] > most {
			most, out.Protocol = r.spoke[p], p
		}
	}
	if r.frames.Sent > 0 {
		frames := r.frames
		out.Frames = &frames
	}
	if len(r.kinds) > 0 {
		out.Errors = r.kinds
	}
	if sessions := r.spoke[Relay] + r.spoke[Stream]; known && sessions > 0 && r.talked > 0 {
		cpu := 100 * used.CPU.Seconds() / r.talked.Seconds()
		memory := used.Memory / int64(sessions)
		out.CPU, out.Memory = &cpu, &memory
	}
	return out
}

func timesOf(all []time.Duration) *Times {
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	at := func(percent int) float64 {
		return float64(all[(len(all)-1)*percent/100].Microseconds()) / 1000
	}
	return &Times{P50: at(50), P99: at(99), Max: at(100)}
}

// Print writes the report for people.
func (r Report) Print(w io.Writer) {
	fmt.Fprintf(w, "%d calls in %.1f s", r.Calls, r.Seconds)
	if r.Protocol != "" {
		fmt.Fprintf(w, ", %s", r.Protocol)
	}
	fmt.Fprintf(w, "\n\n%-22s %9s %9s %9s\n", "milliseconds", "p50", "p99", "max")
	for _, row := range []struct {
		name  string
		times *Times
	}{{"to the first token", r.FirstToken}, {"to the first sound", r.FirstSound}, {"interruption to clear", r.Clear}} {
		if t := row.times; t != nil {
			fmt.Fprintf(w, "%-22s %9.1f %9.1f %9.1f\n", row.name, t.P50, t.P99, t.Max)
		}
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "%-22s %9d\n", "turns", r.Turns)
	fmt.Fprintf(w, "%-22s %9d, of which %d did not stop the program\n", "interruptions", r.Interruptions, r.Ignored)
	if f := r.Frames; f != nil {
		fmt.Fprintf(w, "%-22s %9d, %d late, %d lost\n", "frames to the program", f.Sent, f.Late, f.Lost)
		fmt.Fprintf(w, "%-22s %9d, %.1f s together\n", "gaps in replies", f.Gaps, float64(f.GapMillis)/1000)
	}
	if r.Malformed > 0 {
		fmt.Fprintf(w, "%-22s %9d\n", "malformed messages", r.Malformed)
	}
	if r.CPU != nil {
		fmt.Fprintf(w, "%-22s %8.2f%% of a processor\n", "CPU a call", *r.CPU)
		fmt.Fprintf(w, "%-22s %7d KB\n", "memory a call", *r.Memory>>10)
	}
	if r.Failed == 0 {
		return
	}
	fmt.Fprintf(w, "\n%d of %d calls failed:\n", r.Failed, r.Calls)
	kinds := slices.SortedFunc(maps.Keys(r.Errors), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.Errors[b], r.Errors[a]), cmp.Compare(a, b))
	})
	for _, kind := range kinds {
		fmt.Fprintf(w, "%6d  %s\n", r.Errors[kind], kind)
	}
}
