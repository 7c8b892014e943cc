package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
)

// A row is one comparison: the first contender is ours, the others are its
// peers, or a floor that nothing can beat.
type row struct {
	name       string
	contenders []contender
	ratios     []ratio
	maxAllocs  int64 // for ours; zero means no budget, -1 means none at all

	skip string // why the row cannot be measured here
}

type contender struct {
	name string
	run  func(*testing.B)
	each int // how much one iteration does, so that batches compare with singles; zero: 1
}

// loop measures f, which stops at an error.
func loop(f func() error) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			check(b, f())
		}
	}
}

// A ratio is a budget: the peer's time divided by ours is at least this, or
// ours divided by the peer's at most that.
type ratio struct {
	peer    string
	atLeast float64
	atMost  float64
	metric  string // what is compared in place of the time: one that the benchmarks report

	within float64 // a budget of the metric itself, whatever the peer takes
}

// p99 is the latency that 99 of 100 calls stay below.
const p99 = "p99-µs"

// A figure is what a contender took in the fastest of its rounds.
type figure struct {
	ns     float64
	allocs int64
	bytes  int64
	extra  map[string]float64
}

var errContender = errors.New("a contender failed; go test -bench shows why")

// measure lets the contenders run in turn. What disturbs a measurement only
// ever makes it slower, so the fastest round says most about the code.
func (r row) measure(rounds int) (map[string]figure, error) {
	figures := make(map[string]figure)
	for range rounds {
		for _, c := range r.contenders {
			res := testing.Benchmark(c.run)
			if res.N == 0 {
				return nil, fmt.Errorf("%s/%s: %w", r.name, c.name, errContender)
			}
			f, seen := figures[c.name]
			if !seen {
				f = figure{ns: math.Inf(1), extra: make(map[string]float64)}
			}
			each := max(c.each, 1)
			f.ns = min(f.ns, float64(res.T.Nanoseconds())/float64(res.N)/float64(each))
			f.allocs = res.AllocsPerOp() / int64(each)
			f.bytes = res.AllocedBytesPerOp() / int64(each)
			for name, value := range res.Extra {
				if best, seen := f.extra[name]; !seen || value < best {
					f.extra[name] = value
				}
			}
			figures[c.name] = f
		}
	}
	return figures, nil
}

// report measures the row, prints it and returns the results of its budgets.
func (r row) report(w io.Writer, rounds int) ([]result, error) {
	fmt.Fprintf(w, "\n%s\n", r.name)
	if r.skip != "" {
		fmt.Fprintf(w, "  skipped: %s\n", r.skip)
		return []result{{row: r.name, skip: r.skip}}, nil
	}
	figures, err := r.measure(rounds)
	if err != nil {
		return nil, err
	}
	ours := figures[r.contenders[0].name]
	for _, c := range r.contenders {
		f := figures[c.name]
		fmt.Fprintf(w, "  %-28s %12.0f ns/op %6d allocs/op %9d B/op  %6.2fx", c.name, f.ns, f.allocs, f.bytes, f.ns/ours.ns)
		if latency, ok := f.extra[p99]; ok {
			fmt.Fprintf(w, "  p99 %.0f µs", latency)
		}
		if spent, ok := f.extra[cpu]; ok {
			fmt.Fprintf(w, "  CPU %.1f µs", spent)
		}
		if held, ok := f.extra[heapEach]; ok {
			fmt.Fprintf(w, "  heap %.0f KB", held)
		}
		fmt.Fprintln(w)
	}
	var results []result
	add := func(res result) {
		res.row = r.name
		res.print(w)
		results = append(results, res)
	}
	for _, b := range r.ratios {
		add(b.judge(ours, figures[b.peer]))
	}
	if r.maxAllocs != 0 {
		add(atMost("allocations", ours.allocs, max(r.maxAllocs, 0)))
	}
	return results, nil
}

func (b ratio) judge(ours, peer figure) result {
	mine, theirs, what := ours.ns, peer.ns, b.peer
	if b.metric != "" {
		name, _, _ := strings.Cut(b.metric, "-")
		mine, theirs, what = ours.extra[b.metric], peer.extra[b.metric], b.peer+", "+name
	}
	if b.within > 0 {
		return result{what: b.metric, got: few(mine), budget: fmt.Sprintf("≤ %.0f", b.within), met: mine <= b.within}
	}
	if b.atMost > 0 {
		got := mine / theirs
		return result{what: "time of " + what, got: times(got), budget: "≤ " + times(b.atMost), met: got <= b.atMost, ratio: got, bound: b.atMost}
	}
	got := theirs / mine
	return result{what: what, got: times(got), budget: "≥ " + times(b.atLeast), met: got >= b.atLeast, ratio: got, bound: b.atLeast}
}

// few writes x with the digits that matter beside a budget.
func few(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

func times(x float64) string { return fmt.Sprintf("%.2f×", x) }

func atMost(what string, got, limit int64) result {
	return result{what: what, got: fmt.Sprint(got), budget: fmt.Sprintf("≤ %d", limit), met: got <= limit}
}
