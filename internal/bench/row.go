package main

import (
	"fmt"
	"io"
	"slices"
	"testing"
)

// A row is one comparison: the first contender is ours, the others are its
// peers, or a floor that nothing can beat.
type row struct {
	name       string
	contenders []contender
	ratios     []ratio
	maxAllocs  int64 // for ours; zero means no budget, -1 means none at all

	allocsAbove   string // a floor: ours may allocate maxAllocsMore times more often
	maxAllocsMore int64
}

type contender struct {
	name string
	run  func(*testing.B)
}

// A ratio is a budget: the peer's time divided by ours is at least this.
type ratio struct {
	peer    string
	atLeast float64
}

// A figure is the median over all rounds.
type figure struct {
	ns     float64
	allocs int64
	bytes  int64
}

func (r row) measure(rounds int) map[string]figure {
	times := make(map[string][]float64)
	figures := make(map[string]figure)
	for range rounds {
		for _, c := range r.contenders {
			res := testing.Benchmark(c.run)
			times[c.name] = append(times[c.name], float64(res.T.Nanoseconds())/float64(res.N))
			figures[c.name] = figure{allocs: res.AllocsPerOp(), bytes: res.AllocedBytesPerOp()}
		}
	}
	for name, ts := range times {
		slices.Sort(ts)
		f := figures[name]
		f.ns = ts[len(ts)/2]
		figures[name] = f
	}
	return figures
}

// report prints the row and returns how many of its budgets are missed.
func (r row) report(w io.Writer, rounds int) (missed int) {
	figures := r.measure(rounds)
	ours := figures[r.contenders[0].name]
	fmt.Fprintf(w, "\n%s\n", r.name)
	for _, c := range r.contenders {
		f := figures[c.name]
		fmt.Fprintf(w, "  %-28s %12.0f ns/op %6d allocs/op %9d B/op  %6.2fx\n", c.name, f.ns, f.allocs, f.bytes, f.ns/ours.ns)
	}
	for _, b := range r.ratios {
		got := figures[b.peer].ns / ours.ns
		missed += verdict(w, got >= b.atLeast, fmt.Sprintf("against %s: %.2fx, budget %.2fx", b.peer, got, b.atLeast))
	}
	if r.maxAllocs != 0 {
		limit := max(r.maxAllocs, 0)
		missed += verdict(w, ours.allocs <= limit, fmt.Sprintf("allocations: %d, budget %d", ours.allocs, limit))
	}
	if r.allocsAbove != "" {
		more := ours.allocs - figures[r.allocsAbove].allocs
		missed += verdict(w, more <= r.maxAllocsMore, fmt.Sprintf("allocations above %s: %d, budget %d", r.allocsAbove, more, r.maxAllocsMore))
	}
	return missed
}

func verdict(w io.Writer, ok bool, text string) int {
	if ok {
		fmt.Fprintf(w, "  met     %s\n", text)
		return 0
	}
	fmt.Fprintf(w, "  MISSED  %s\n", text)
	return 1
}
