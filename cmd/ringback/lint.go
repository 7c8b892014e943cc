package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

type lintCommand struct {
	Source []string `arg:"" help:"Files or URLs of TwiML; - is standard input." placeholder:"FILE|URL"`
	Kind   string   `help:"Kind of document: voice, messaging, or auto to detect it by its verbs." enum:"auto,voice,messaging" default:"auto"`
	Ignore []string `help:"Rules to ignore, by the name in parentheses." placeholder:"RULE"`
	Strict bool     `help:"Exit with 1 for warnings as well."`
	JSON   bool     `name:"json" help:"Print the problems as JSON."`
}

// Help shows examples.
func (lintCommand) Help() string {
	return `Prints each problem as FILE:LINE:COLUMN, Twilio's error number and a description. The exit code is 1 if Twilio would stop.

Examples:

  ringback lint example:menu.xml
  echo '<Response><Say>Hi</Say></Response>' | ringback lint -
  ringback lint --kind messaging --json example:reply.xml

A URL is fetched by GET and without a signature. Use ringback send for a signed request.`
}

// lintProblem is one problem in the JSON output.
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
			fmt.Fprintln(io.out, p.colored(io.out))
		}
	}
	switch {
	case stops > 0:
		return fmt.Errorf("%s", counted(stops, "error"))
	case l.Strict && len(all) > 0:
		return fmt.Errorf("%s, which --strict does not allow", counted(len(all), "warning"))
	}
	return nil
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// colored is a problem as compilers print it.
func (p lintProblem) colored(w io.Writer) string {
	severity, paint := "warning", yellow
	if p.Stops {
		severity, paint = "error", red
	}
	if p.Code != 0 {
		severity += fmt.Sprintf(" %d", p.Code)
	}
	place := fmt.Sprintf("%s:%d:%d:", p.Source, p.Line, p.Column)
	return fmt.Sprintf("%s %s %s", bold.on(w, oneLine(place)), paint.on(w, severity+":"), plain(fmt.Sprintf("%s (%s)", p.Text, p.Rule)))
}

func (l *lintCommand) lint(source string, data []byte) []lintProblem {
	doc, err := twiml.Parse(data)
	if err != nil {
		p := lintProblem{Source: source, Line: 1, Column: 1, Rule: "syntax", Code: 12100, Stops: true, Text: err.Error()}
		if s, ok := errors.AsType[*twiml.SyntaxError](err); ok {
			p.Line, p.Column, p.Code, p.Text = s.Line, s.Column, s.Code, s.Reason
		}
		if looksLikeHTML(data) {
			p.Text = "this is a web page, not TwiML; it may be an error page, or a login page in front of the program"
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

// kind returns what a document answers: messages, if it has a verb for messages
// only.
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

// largest is one byte more than Twilio reads, so that a document that is too
// large is detected.
const largest = 64<<10 + 1

// read reads a file, standard input or a URL.
func read(ctx context.Context, source string, in streams) ([]byte, error) {
	switch {
	case source == "-":
		return io.ReadAll(io.LimitReader(in.in, largest))
	case strings.HasPrefix(source, "http://"), strings.HasPrefix(source, "https://"):
		return fetch(ctx, source)
	}
	return readFile(source, largest)
}

// twilioWaits is how long Twilio waits for an answer.
const twilioWaits = 15 * time.Second

func fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, twilioWaits)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, usagef("invalid URL %q: %v", address, err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("cannot fetch the document: %w; is the program running?", err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return nil, fmt.Errorf("%s answered %s; if it needs a signature, use ringback send", address, res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, largest))
}
