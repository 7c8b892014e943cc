package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/fixture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/signature"
)

type diagnoseCommand struct {
	Capture     string `arg:"" help:"File with one HTTP request as text, a HAR file, - for standard input, or the number of an exchange of ringback dev."`
	secretFlags `embed:""`
	BaseURL     string `help:"Public URL that the program verifies for." placeholder:"URL" env:"BASE_URL"`
	Entry       int    `help:"Which entry of a HAR file, from 1; the first one that is signed by default." placeholder:"N"`
	Captures    string `help:"File that exchanges are kept in." placeholder:"FILE" type:"path"`
	JSON        bool   `name:"json" help:"Print the findings as JSON."`
}

// Help shows examples.
func (diagnoseCommand) Help() string {
	return `The exit code is 1 if the signature is refused.

Examples:

  ringback diagnose example:signed.http --base-url https://hooks.example.com --token 12345
  ringback diagnose example:signed.http --base-url http://hooks.example.com --token 12345 --json
  ringback diagnose example:signed.har --base-url https://hooks.example.com --token 12345

Set TWILIO_AUTH_TOKEN or use --token-file for a real token: others on this machine can read flags.`
}

// Run diagnoses the request.
func (d *diagnoseCommand) Run(ctx context.Context, io streams) error {
	from, err := d.source()
	if err != nil {
		return err
	}
	if err := d.secret(); err != nil {
		return err
	}
	if d.Token == "" {
		return usagef("no auth token to verify with; set TWILIO_AUTH_TOKEN or use --token-file")
	}
	if d.BaseURL == "" {
		return usagef("no URL to verify for; set --base-url to the public URL that is configured at Twilio")
	}
	key, err := remote.ParseToken(d.Token)
	if err != nil {
		return usageError{err.Error()}
	}
	verifier, err := signature.New(signature.Config{
		BaseURL: d.BaseURL, Tokens: signature.Keys(key), Methods: []string{http.MethodPost, http.MethodGet},
	})
	if err != nil {
		return err
	}
	r, err := d.request(ctx, io, from)
	if err != nil {
		return err
	}
	findings := verifier.Diagnose(r)
	if d.JSON {
		type finding struct {
			Cause  string `json:"cause"`
			Remedy string `json:"remedy"`
		}
		out := struct {
			Valid    bool      `json:"valid"`
			Findings []finding `json:"findings"`
		}{len(findings) == 0, []finding{}}
		for _, f := range findings {
			out.Findings = append(out.Findings, finding{f.Cause, f.Remedy})
		}
		if err := writeJSON(io.out, out); err != nil {
			return err
		}
	} else {
		for _, f := range findings {
			fmt.Fprintf(io.out, "%s\n  %s\n", plain(f.Cause), plain(f.Remedy))
		}
	}
	if len(findings) > 0 {
		return errors.New("the signature is refused")
	}
	if !d.JSON {
		fmt.Fprintln(io.out, "The signature is valid.")
	}
	return nil
}

// source is the place of a saved request.
type source struct {
	file   string // "": standard input
	number int64  // of an exchange in a file of captures; 0: the file holds the request
}

// source finds the file. A missing file is reported first, because other errors
// depend on the request.
func (d *diagnoseCommand) source() (source, error) {
	if d.Capture == "-" {
		return source{}, nil
	}
	id, err := strconv.ParseInt(d.Capture, 10, 64)
	if err != nil || id < 1 {
		if _, err := os.Stat(d.Capture); errors.Is(err, os.ErrNotExist) && !strings.HasPrefix(d.Capture, samplePrefix) {
			return source{}, fmt.Errorf("cannot read %s: no such file; name a file that holds a request, or the number of an exchange of ringback dev", d.Capture)
		}
		return source{file: d.Capture}, nil
	}
	file := d.Captures
	if file == "" {
		dir, err := project.Open(projectDir())
		if err != nil {
			return source{}, fmt.Errorf("no directory for captures (%w); use --captures", err)
		}
		file = dir.Captures()
	}
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return source{}, fmt.Errorf("cannot look up exchange %d: there are no captures in %s; run ringback dev without --memory, or name its file with --captures", id, file)
	}
	return source{file, id}, nil
}

func (d *diagnoseCommand) request(ctx context.Context, in streams, from source) (*http.Request, error) {
	if from.number != 0 {
		r, err := fixture.Number(from.file, from.number)
		if errors.Is(err, capture.ErrNotFound) {
			return nil, fmt.Errorf("there is no exchange %d in %s; use a number from the page of ringback dev", from.number, from.file)
		}
		return r, err
	}
	text := in.in
	if from.file != "" {
		f, err := openFile(from.file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		text = f
	}
	data, err := io.ReadAll(io.LimitReader(text, fixture.Limit+1))
	if err != nil {
		return nil, err
	}
	return fixture.Parse(data, d.Entry)
}
