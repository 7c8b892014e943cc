// Command bench measures Ringback beside its peers and says which budgets are
// met. Run it from the repository's root:
//
//	go run ./internal/checks/bench
//	go run ./internal/checks/bench -row verify -rounds 10
//	bash internal/checks/drivers/services.sh go run ./internal/checks/bench -row store
//	go run ./internal/checks/bench -markdown -svg docs
//
// All contenders of a row run in turn, round after round, in one process, so
// that a busy or slow machine is as busy and slow for all of them. What counts is
// the ratio of their fastest rounds, not nanoseconds. Where goroutines of a
// server and of its clients take part, the ratio is that of CPU time. The rows of PostgreSQL
// and Redis are skipped where RINGBACK_TEST_POSTGRES and RINGBACK_TEST_REDIS are
// unset. Every contender is also an ordinary benchmark:
// go test -bench . ./internal/checks/bench.
//
// The last lines are a table of all budgets of docs/benchmarks.md. The exit code is 1 if one is
// missed, and 2 if something could not be measured.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"testing"
	"time"
)

func main() {
	testing.Init()
	pattern := flag.String("row", "", "measure only rows whose name matches this `regexp`")
	rounds := flag.Int("rounds", 5, "how often each contender is measured")
	each := flag.String("time", "200ms", "how long each measurement takes, as for go test -benchtime")
	markdown := flag.Bool("markdown", false, "print only the summary, as a Markdown table")
	svg := flag.String("svg", "", "also write a bar chart of each group of rows to this `folder`, as benchmarks-<group>.svg")
	flag.Parse()
	re, err := regexp.Compile(*pattern)
	if err == nil {
		err = flag.Set("test.benchtime", *each)
	}
	if err == nil && *rounds < 1 {
		err = fmt.Errorf("-rounds %d: at least one is needed", *rounds)
	}
	if err != nil {
		fail(err)
	}
	out := io.Writer(os.Stdout)
	if *markdown {
		out = io.Discard
	}
	fmt.Fprintf(out, "%s, %d rounds of %s\n", thisMachine(), *rounds, *each)
	s, err := run(out, re, *rounds)
	if err != nil {
		fail(err)
	}
	if *svg != "" {
		if err := s.charts(*svg); err != nil {
			fail(err)
		}
	}
	if *markdown {
		s.markdown(os.Stdout, thisMachine(), time.Now())
	} else {
		s.print(os.Stdout)
	}
	if met, measured, _ := s.count(); met < measured {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(2)
}

// run measures the rows that re matches.
func run(w io.Writer, re *regexp.Regexp, rounds int) (summary, error) {
	var s summary
	for _, r := range rows() {
		if !re.MatchString(r.name) {
			continue
		}
		results, err := r.report(w, rounds)
		if err != nil {
			return nil, err
		}
		s = append(s, results...)
	}
	if re.MatchString(stalledName) {
		s = append(s, reportStalled(w, stalledUploads)...)
	}
	return s, nil
}

// rows lists what is measured, in the order of the budget table in the design.
func rows() []row {
	var all []row
	all = append(all, verifyRows()...)
	all = append(all, decodeRows()...)
	all = append(all, renderRows()...)
	all = append(all, parseRows()...)
	all = append(all, serveRow(), growthRow())
	all = append(all, relayRow(), audioRow())
	all = append(all, mediaRows()...)
	all = append(all, sqliteRows()...)
	all = append(all, postgresRows()...)
	all = append(all, redisRows()...)
	return all
}
