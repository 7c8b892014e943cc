package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// A result is one budget and what was measured for it.
type result struct {
	row    string
	what   string // the peer, or what is counted
	got    string
	budget string
	met    bool
	skip   string // why nothing was measured

	ratio, bound float64 // got and budget as numbers; zero where they are not times
}

func (r result) verdict() string {
	switch {
	case r.skip != "":
		return "skipped"
	case r.met:
		return "met"
	default:
		return "MISSED"
	}
}

func (r result) print(w io.Writer) {
	fmt.Fprintf(w, "  %-7s %s: %s, budget %s\n", r.verdict(), r.what, r.got, r.budget)
}

// A summary is the results of a whole run.
type summary []result

// count returns how many budgets are met, how many were measured, and how many
// rows were not.
func (s summary) count() (met, measured, skipped int) {
	for _, r := range s {
		switch {
		case r.skip != "":
			skipped++
			continue
		case r.met:
			met++
		}
		measured++
	}
	return met, measured, skipped
}

// text says it in one line.
func (s summary) text() string {
	met, measured, skipped := s.count()
	text := fmt.Sprintf("%d of %d budgets met", met, measured)
	if skipped > 0 {
		text += fmt.Sprintf(", %d rows skipped", skipped)
	}
	return text
}

// print writes the table for a terminal.
func (s summary) print(w io.Writer) {
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "row\tagainst\tmeasured\tbudget\t")
	for _, r := range s {
		if r.skip != "" {
			fmt.Fprintf(t, "%s\t%s\t\t\tskipped\n", r.row, r.skip)
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", r.row, r.what, r.got, r.budget, r.verdict())
	}
	t.Flush()
	fmt.Fprintf(w, "\n%s\n", s.text())
}

// markdown writes the table for the README.
func (s summary) markdown(w io.Writer, m machine, day time.Time) {
	fmt.Fprintf(w, "Measured on %s: %s.\n\n", day.Format(time.DateOnly), m)
	fmt.Fprintln(w, "| Row | Against | Measured | Budget | |\n|---|---|---:|---:|---|")
	for _, r := range s {
		if r.skip != "" {
			fmt.Fprintf(w, "| %s | %s | | | skipped |\n", r.row, r.skip)
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", r.row, r.what, r.got, r.budget, r.verdict())
	}
	fmt.Fprintf(w, "\n%s.\n", s.text())
}

// A machine is where the figures come from.
type machine struct {
	processor  string // its model, where the system tells
	processors int
	system     string
	version    string // of Go
}

func thisMachine() machine {
	m := machine{processors: runtime.NumCPU(), system: runtime.GOOS + "/" + runtime.GOARCH, version: runtime.Version()}
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		m.processor = modelName(f)
	}
	return m
}

func (m machine) String() string {
	text := fmt.Sprintf("%s, %s, %d processors", m.version, m.system, m.processors)
	if m.processor != "" {
		text += ", " + m.processor
	}
	return text
}

// modelName finds the model in the text of /proc/cpuinfo.
func modelName(r io.Reader) string {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
