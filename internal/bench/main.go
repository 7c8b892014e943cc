// Command bench measures Ringback beside its peers and says which budgets are
// met. Run it from the repository's root:
//
//	go run ./internal/bench
//	go run ./internal/bench -row verify -rounds 10
//
// All contenders of a row run in turn, round after round, in one process, so
// that a busy or a slow machine is busy and slow for all of them; what counts
// is the ratio of their medians, not nanoseconds. Every contender is also an
// ordinary benchmark: go test -bench . ./internal/bench.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"testing"
)

func main() {
	testing.Init()
	pattern := flag.String("row", "", "measure only rows whose name matches this `regexp`")
	rounds := flag.Int("rounds", 5, "how often each contender is measured")
	each := flag.String("time", "200ms", "how long each measurement takes, as for go test -benchtime")
	flag.Parse()
	if err := flag.Set("test.benchtime", *each); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	re, err := regexp.Compile(*pattern)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	fmt.Printf("%s %s/%s, %d processors, %d rounds of %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), *rounds, *each)
	missed := 0
	for _, r := range rows() {
		if !re.MatchString(r.name) {
			continue
		}
		missed += r.report(os.Stdout, *rounds)
	}
	if re.MatchString("stalled-uploads") {
		missed += reportStalled(os.Stdout)
	}
	if missed > 0 {
		fmt.Printf("\n%d budgets missed\n", missed)
		os.Exit(1)
	}
	fmt.Println("\nevery budget met")
}

// rows lists what is measured, in the order of the budget table in the design.
func rows() []row {
	var all []row
	all = append(all, verifyRows()...)
	all = append(all, growthRow())
	all = append(all, decodeRows()...)
	all = append(all, renderRows()...)
	all = append(all, parseRows()...)
	return append(all, serveRow())
}
