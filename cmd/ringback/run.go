package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/cmd/ringback/internal/scenario"
)

type runCommand struct {
	programFlags `embed:""`
	Scenario     []string `arg:"" help:"Scenario files, or example:supportline.yaml." placeholder:"SCENARIO.yaml"`
	Junit        string   `name:"junit" help:"Write the results as JUnit XML." placeholder:"FILE" type:"path"`
	Transcript   string   `help:"Write what happened as text." placeholder:"FILE" type:"path"`
	Method       string   `help:"Method of incoming messages and calls: POST or GET." enum:"POST,GET" default:"POST"`
	Only         string   `help:"Play only scenarios whose name contains this." placeholder:"TEXT"`
	JSON         bool     `name:"json" help:"Print the results as JSON."`
}

// Help shows examples.
func (runCommand) Help() string {
	return `Time is virtual. The exit code is 1 if something is not as expected.

  name: The support line
  scenarios:
    - name: support takes a message
      steps:
        - call
        - hears: Press 1 for sales
        - presses: "2"
        - records: 20s
        - presses: "#"
        - hears: Goodbye
        - ends: completed

Steps: ` + strings.Join(scenario.Steps(), ", ") + `.

Examples:

  ringback run example:supportline.yaml --app demo
  ringback run example:supportline.yaml --app demo --only voicemail --junit junit.xml --transcript calls.txt
  ringback run example:supportline.yaml --app demo --seed 1 --json
` + aboutApp
}

// runResult is one result in the JSON output.
type runResult struct {
	File       string  `json:"file"`
	Line       int     `json:"line"`
	Name       string  `json:"name"`
	Passed     bool    `json:"passed"`
	Failure    string  `json:"failure,omitempty"`
	Seconds    float64 `json:"seconds"`
	Transcript string  `json:"transcript"`
}

// Run plays all scenarios.
func (r *runCommand) Run(ctx context.Context, io streams) error {
	files := make([]*scenario.File, len(r.Scenario))
	for i, path := range r.Scenario {
		data, err := readFile(path, 1<<20+1)
		if err != nil {
			return err
		}
		if files[i], err = scenario.Parse(path, data); err != nil {
			return err
		}
	}
	way, err := r.open(ctx, io)
	if err != nil {
		return err
	}
	var results []scenario.Result
	failed := 0
	for i, f := range files {
		for _, s := range f.Scenarios {
			if !strings.Contains(strings.ToLower(s.Name), strings.ToLower(r.Only)) {
				continue
			}
			// Identifiers differ from scenario to scenario, as those of
			// different calls do.
			result := f.Play(ctx, r.Scenario[i], s, r.config(way, r.Seed+uint64(len(results))))
			if ctx.Err() != nil {
				return ctx.Err()
			}
			results = append(results, result)
			if !result.Passed() {
				failed++
			}
			if !r.JSON {
				printResult(result, io)
			}
		}
	}
	if len(results) == 0 {
		return usagef("no scenario has %q in its name", r.Only)
	}
	if err := r.write(results, io); err != nil {
		return err
	}
	if failed > 0 {
		return withHint(fmt.Errorf("%s of %d failed; repeat with --seed %d", counted(failed, "scenario"), len(results), r.Seed), way.Hint())
	}
	if !r.JSON {
		fmt.Fprintf(io.out, "%s passed.\n", counted(len(results), "scenario"))
	}
	return nil
}

func (r *runCommand) config(way *remote.Program, seed uint64) scenario.Config {
	return scenario.Config{
		Transport: way, BaseURL: way.BaseURL(), AuthToken: r.Token, Account: r.Account, SMS: r.SMS, Voice: r.Voice, Status: r.statusPath(),
		Fallback: r.Fallback, Number: r.Number, Seed: seed, CallStatus: r.Status,
		GET: r.method(r.Method) == http.MethodGet,
	}
}

func printResult(r scenario.Result, io streams) {
	if r.Passed() {
		fmt.Fprintf(io.out, "%s      %s: %s\n", green.on(io.out, "ok"), oneLine(r.File), oneLine(r.Name))
		return
	}
	fmt.Fprintf(io.out, "%s  %s:%d: %s\n", red.on(io.out, "FAILED"), oneLine(r.File), r.Line, oneLine(r.Name))
	for text := range strings.SplitSeq(strings.TrimRight(r.Failure, "\n"), "\n") {
		fmt.Fprintln(io.out, "        "+plain(text))
	}
}

// write writes the requested files.
func (r *runCommand) write(results []scenario.Result, to streams) error {
	if r.Junit != "" {
		if err := writeFile(r.Junit, func(w io.Writer) error { return scenario.WriteJUnit(w, results) }); err != nil {
			return err
		}
	}
	if r.Transcript != "" {
		shown := make([]scenario.Result, len(results))
		for i, x := range results {
			x.File, x.Name, x.Transcript, x.Failure = oneLine(x.File), oneLine(x.Name), plain(x.Transcript), plain(x.Failure)
			shown[i] = x
		}
		if err := writeFile(r.Transcript, func(w io.Writer) error { return scenario.WriteTranscript(w, shown) }); err != nil {
			return err
		}
	}
	if !r.JSON {
		return nil
	}
	out := []runResult{}
	for _, x := range results {
		out = append(out, runResult{x.File, x.Line, x.Name, x.Passed(), x.Failure, x.Took.Seconds(), x.Transcript})
	}
	return writeJSON(to.out, out)
}

// writeFile writes a file and reports any error, including that of closing it.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
