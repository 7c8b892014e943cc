package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/fixture"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

type sendCommand struct {
	programFlags `embed:""`
	Kind         string   `arg:"" optional:"" help:"A kind of webhook or a fixture: IncomingMessage, GatherAction, status_read_whatsapp ..."`
	List         bool     `help:"List all kinds, with the setting at Twilio and the fixtures of each."`
	Path         string   `help:"Path to send it to (default: by its kind)." placeholder:"PATH"`
	Param        []string `short:"p" sep:"none" help:"Set a parameter; may be repeated." placeholder:"NAME=VALUE"`
	Body         string   `help:"File with the JSON body to send." placeholder:"FILE" type:"existingfile"`
	Method       string   `help:"POST or GET (default: as in the fixture)." enum:",GET,POST" default:""`
	JSON         bool     `name:"json" help:"Print request and answer as JSON." group:"common"`
}

// Help lists the kinds.
func (sendCommand) Help() string {
	var kinds string
	if all, err := fixture.Load(); err == nil {
		kinds = wrap(strings.Join(all.Kinds(), ", "), 76, "  ")
	}
	return `The status and the body of the answer are printed. The exit code is 1 if Twilio would log an error.

Examples:

  ringback send IncomingMessage --app demo
  ringback send GatherAction -p Digits=2 --path /voice/menu --app demo
  ringback send status_read_whatsapp --app demo --json
  ringback send --list

Kinds:

` + kinds + "\n" + aboutApp
}

// sendResult is the JSON output.
type sendResult struct {
	Kind     string            `json:"kind"`
	Fixture  string            `json:"fixture"`
	Method   string            `json:"method"`
	URL      string            `json:"url"`
	Request  map[string]string `json:"parameters,omitempty"`
	Status   int               `json:"status"`
	Type     string            `json:"contentType,omitempty"`
	Body     string            `json:"body"`
	Problems []string          `json:"problems,omitempty"`
	Error    string            `json:"error,omitempty"`
	Code     int               `json:"code,omitempty"`
	Hint     string            `json:"hint,omitempty"`
}

// Run sends the request.
func (s *sendCommand) Run(ctx context.Context, io streams) error {
	all, err := fixture.Load()
	if err != nil {
		return err
	}
	if s.List {
		return listKinds(all, s.JSON, io)
	}
	if s.Kind == "" {
		return usagef("no kind given: use, for instance, IncomingMessage; ringback send --list shows all")
	}
	f, err := all.Find(s.Kind)
	if err != nil {
		return usageError{err.Error()}
	}
	facts, err := explain.Load()
	if err != nil {
		return err
	}
	if s.Path != "" && !strings.HasPrefix(s.Path, "/") {
		return usagef("the path %q does not start with /", s.Path)
	}
	p, err := s.start(ctx, io, nil, nil)
	if err != nil {
		return err
	}
	defer p.engine.Close()
	// Only now: start takes the account and the paths from a running console.
	if err := s.change(&f); err != nil {
		return err
	}
	answer := facts.Answer(f.Kind)
	path := s.Path
	if path == "" {
		path = map[string]string{"twiml-voice": s.Voice, "twiml-messaging": s.SMS}[answer]
	}
	if path == "" {
		path = s.statusPath()
	}
	var x *dialogue.Exchange
	p.engine.Request(webhook.Kind(f.Kind), path, f.Method, f.Params, f.JSON, func(last *dialogue.Exchange) { x = last })
	for x == nil && p.engine.Step() {
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if x == nil {
		return errors.New("no answer")
	}
	if kind, ok := documentKinds[answer]; ok && len(x.ResponseBody) > 0 {
		p.engine.Read(x, kind)
	}
	return s.print(p, f, x, io)
}

var documentKinds = map[string]twiml.DocumentKind{"twiml-voice": twiml.VoiceDocument, "twiml-messaging": twiml.MessagingDocument}

// change applies the flags to the fixture.
func (s *sendCommand) change(f *fixture.Fixture) error {
	if s.Method != "" {
		f.Method = s.Method
	}
	if s.Account != "" && f.Params.Has("AccountSid") {
		if err := f.Set("AccountSid", s.Account); err != nil {
			return err
		}
	}
	if s.Body != "" {
		data, err := os.ReadFile(s.Body)
		if err != nil {
			return err
		}
		if !json.Valid(data) {
			return fmt.Errorf("%s is not JSON", s.Body)
		}
		f.JSON, f.Params = data, nil
	}
	set, err := parameters(s.Param)
	if err != nil {
		return err
	}
	for _, p := range set {
		if err := f.Set(p.Name, p.Value); err != nil {
			return err
		}
	}
	return nil
}

func (s *sendCommand) print(p *program, f fixture.Fixture, x *dialogue.Exchange, io streams) error {
	out := sendResult{
		Kind: f.Kind, Fixture: f.Name, Method: x.Method, URL: x.URL, Status: x.Status,
		Type: x.ResponseHeader.Get("Content-Type"), Body: string(x.ResponseBody),
	}
	if len(x.Params) > 0 {
		out.Request = make(map[string]string)
		for _, param := range x.Params {
			out.Request[param.Name] = param.Value
		}
	}
	for _, problem := range x.Problems {
		out.Problems = append(out.Problems, problem.String())
	}
	var err error
	if x.Failure != nil {
		err = p.failed(x.Failure)
		out.Error, out.Code, out.Hint = x.Failure.Text, x.Failure.Code, p.Hint()
	}
	if s.JSON {
		if jsonErr := writeJSON(io.out, out); jsonErr != nil {
			return jsonErr
		}
		return err
	}
	if x.Status != 0 {
		fmt.Fprintln(io.out, x.Status)
	}
	if body := strings.TrimRight(plain(out.Body), "\n"); body != "" {
		fmt.Fprintln(io.out, body)
	}
	for _, problem := range out.Problems {
		fmt.Fprintln(io.err, plain(problem))
	}
	return err
}

func listKinds(all *fixture.All, asJSON bool, io streams) error {
	type kind struct {
		Kind     string   `json:"kind"`
		Setting  string   `json:"setting"`
		Fixtures []string `json:"fixtures"`
	}
	var list []kind
	for _, k := range all.Kinds() {
		list = append(list, kind{k, webhook.Kind(k).Setting(), all.Names(k)})
	}
	if asJSON {
		return writeJSON(io.out, list)
	}
	for _, k := range list {
		fmt.Fprintf(io.out, "%s: %s\n", k.Kind, k.Setting)
		for _, name := range k.Fixtures {
			if name != k.Kind {
				fmt.Fprintln(io.out, "  "+name)
			}
		}
	}
	return nil
}

// wrap breaks text at spaces.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	line := indent
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width && line != indent {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		}
		line += word + " "
	}
	b.WriteString(strings.TrimRight(line, " "))
	return b.String()
}
