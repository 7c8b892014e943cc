package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

type lintCommand struct {
	Source []string `arg:"" help:"Files or URLs of TwiML; - is standard input." placeholder:"FILE|URL"`
	Kind   string   `help:"What the document answers: voice, messaging; auto: as its verbs say." enum:"auto,voice,messaging" default:"auto"`
	Ignore []string `help:"Rules to leave out, by the name in parentheses." placeholder:"RULE"`
	Strict bool     `help:"Exit with 1 for warnings as well."`
	JSON   bool     `name:"json" help:"Print the problems as JSON."`
}

// Help shows examples.
func (lintCommand) Help() string {
	return `Each problem is printed as FILE:LINE:COLUMN, Twilio's number for it, and what is wrong. Exit code 1 when Twilio would stop.

Examples:

  ringback lint testdata/menu.xml
  echo '<Response><Say>Hi</Say></Response>' | ringback lint -
  ringback lint --kind messaging --json testdata/reply.xml

A URL is fetched by GET and without a signature; ringback send asks as Twilio does.`
}

// lintProblem is what a machine is told.
type lintProblem struct {
	Source string `json:"source"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Path   string `json:"path,omitempty"`
	Rule   string `json:"rule"`
	Code   int    `json:"code,omitempty"`
	Stops  bool   `json:"stops"`
	Text   string `json:"text"`
}

// Run checks the documents.
func (l *lintCommand) Run(ctx context.Context, io streams) error {
	all := []lintProblem{}
	for _, source := range l.Source {
		data, err := read(ctx, source, io)
		if err != nil {
			return err
		}
		all = append(all, l.lint(source, data)...)
	}
	stops := 0
	for _, p := range all {
		if p.Stops {
			stops++
		}
	}
	if l.JSON {
		if err := writeJSON(io.out, all); err != nil {
			return err
		}
	} else {
		for _, p := range all {
			fmt.Fprintln(io.out, p)
		}
	}
	switch {
	case stops > 0:
		return fmt.Errorf("%s at which Twilio would stop; mend what is marked as error", counted(stops, "problem"))
	case l.Strict && len(all) > 0:
		return fmt.Errorf("%s, and --strict allows none", counted(len(all), "warning"))
	}
	return nil
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// String writes a problem as compilers do.
func (p lintProblem) String() string {
	severity := "warning"
	if p.Stops {
		severity = "error"
	}
	if p.Code != 0 {
		severity += fmt.Sprintf(" %d", p.Code)
	}
	return plain(fmt.Sprintf("%s:%d:%d: %s: %s (%s)", p.Source, p.Line, p.Column, severity, p.Text, p.Rule))
}

func (l *lintCommand) lint(source string, data []byte) []lintProblem {
	doc, err := twiml.Parse(data)
	if err != nil {
		p := lintProblem{Source: source, Line: 1, Column: 1, Rule: "syntax", Code: 12100, Stops: true, Text: err.Error()}
		if s, ok := errors.AsType[*twiml.SyntaxError](err); ok {
			p.Line, p.Column, p.Code, p.Text = s.Line, s.Column, s.Code, s.Reason
		}
		if looksLikeHTML(data) {
			p.Text = "this is a web page, not TwiML; look for an error page or a login in front of the program"
		}
		return []lintProblem{p}
	}
	var out []lintProblem
	for _, p := range lint.Except(lint.Check(doc, l.kind(doc)), l.Ignore...) {
		out = append(out, lintProblem{source, p.Line, p.Column, p.Path, p.Rule, p.Code, p.Stops, p.Text})
	}
	return out
}

func looksLikeHTML(data []byte) bool {
	start := strings.ToLower(strings.TrimSpace(string(data[:min(len(data), 200)])))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// kind says what a document answers: messages, if it has a verb that only
// they have.
func (l *lintCommand) kind(doc *twiml.Node) twiml.DocumentKind {
	switch l.Kind {
	case "voice":
		return twiml.VoiceDocument
	case "messaging":
		return twiml.MessagingDocument
	}
	for _, child := range doc.Children {
		if child.Name == "Message" {
			return twiml.MessagingDocument
		}
	}
	return twiml.VoiceDocument
}

// largest is a byte more than Twilio reads of a document, so that one that is
// too large is recognized.
const largest = 64<<10 + 1

// read reads a file, standard input or a URL.
func read(ctx context.Context, source string, in streams) ([]byte, error) {
	switch {
	case source == "-":
		return io.ReadAll(io.LimitReader(in.in, largest))
	case strings.HasPrefix(source, "http://"), strings.HasPrefix(source, "https://"):
		return fetch(ctx, source)
	}
	f, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, largest))
}

// twilioWaits is how long Twilio waits for an answer.
const twilioWaits = 15 * time.Second

func fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, twilioWaits)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: %w", address, err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("nothing can be fetched: %w; is the program up?", err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return nil, fmt.Errorf("%s answers %s; if it wants a signature, ask it with ringback send", address, res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, largest))
}
