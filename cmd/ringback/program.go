package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/internal/dialogue"
)

// demoApp is the value of --app that stands for the built-in support line.
const demoApp = "demo"

// demoURL is the nominal URL of the built-in support line, which runs in this
// process.
const demoURL = "http://demo.example.com"

// aboutApp is in the help of every command that sends requests to a program.
const aboutApp = `
--app demo is the built-in support line. Without --app, the program of a running console is used, and the requests appear on its page.`

// programFlags are the flags of a one-shot command that sends requests to a
// program.
type programFlags struct {
	appFlags `embed:"" group:"app"`
	Account  string          `help:"Account SID that requests are sent for." env:"TWILIO_ACCOUNT_SID" placeholder:"SID" group:"common"`
	Seed     uint64          `help:"Seed of identifiers: equal seeds send equal requests (default: the clock)." placeholder:"N" group:"common"`
	console  project.Console `kong:"-"` // whose program is used, if any
}

// method returns the method of first requests: that of the flag, or of the console
// whose program is used.
func (f *programFlags) method(flag string) string {
	if flag == http.MethodPost && f.console.Method != "" {
		return f.console.Method
	}
	return flag
}

// program is the program under test, and the engine that sends requests to it.
type program struct {
	*remote.Program
	engine *dialogue.Engine
	log    *remote.Log
	seed   uint64
}

// errNoApp is the error of a command without a program.
var errNoApp = usageError{"no program given: use --app localhost:3000, --app demo, or start ringback dev"}

// open completes the flags and finds the way to the program.
func (f *programFlags) open(ctx context.Context, io streams) (*remote.Program, error) {
	cfg := remote.Config{Progress: io.err}
	console, found := running()
	if f.App == "" && found {
		f.adopt(console)
		f.Account, f.console = cmp.Or(f.Account, console.Account), console
		fmt.Fprintf(io.err, "ringback: using the program of the console at %s\n", console.URL)
	}
	if f.App == "" {
		return nil, errNoApp
	}
	builtIn := f.App == demoApp
	if builtIn {
		f.App, f.BaseURL = demoURL, demoURL
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if builtIn {
		handler, err := demo(demoURL, f.Token)
		if err != nil {
			return nil, err
		}
		cfg.Handler = handler
	}
	if f.Seed == 0 {
		f.Seed = uint64(time.Now().UnixNano())
	}
	if found && f.App == console.App {
		cfg.Seen, cfg.Console = report(ctx, console), console.URL
	}
	cfg.App, cfg.BaseURL = f.App, f.BaseURL
	key, err := remote.ParseToken(f.Token)
	if err != nil {
		return nil, usageError{err.Error()}
	}
	cfg.Key = key
	cfg.Flags = map[string]string{f.statusPath(): "--status", f.Voice: "--voice", f.SMS: "--sms"}
	return remote.New(ctx, cfg)
}

// start makes an engine for the program; in real time if there is a clock.
func (f *programFlags) start(ctx context.Context, io streams, clock dialogue.Clock, observe func(dialogue.Event)) (*program, error) {
	way, err := f.open(ctx, io)
	if err != nil {
		return nil, err
	}
	p := &program{Program: way, log: new(remote.Log), seed: f.Seed}
	if observe == nil {
		observe = p.log.Add
	}
	p.engine = dialogue.New(dialogue.Config{
		Transport: way, BaseURL: way.BaseURL(), AuthToken: f.Token, AccountSID: f.Account, Seed: f.Seed, Clock: clock, Observe: observe,
		Limits: dialogue.Limits{CallLength: time.Hour},
	})
	return p, nil
}

// failed returns an error for a failure that Twilio would log, with a hint.
func (p *program) failed(f *dialogue.Failure) error {
	text := "Twilio would log" + of(f.URL) + ": " + f.Error()
	if _, body := p.Refused(); body != "" {
		text += fmt.Sprintf("; the answer is %q", body)
	}
	return withHint(errors.New(text), p.Hint())
}

// of returns the URL of a failure without its secrets: user, password and
// parameters.
func of(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" && u.Host == "" {
		return ""
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment = nil, "", false, ""
	return " for " + u.String()
}

// withHint adds a hint to an error.
func withHint(err error, hint string) error {
	if hint == "" {
		return err
	}
	return fmt.Errorf("%w; %s", err, hint)
}

// writeJSON writes v as indented JSON.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// writeLine writes v as one line of JSON.
func writeLine(w io.Writer, v any) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.Encode(v)
}

// plain makes text safe for a terminal: a program's text must not move the
// cursor or hide lines.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0:
			return '\uFFFD'
		}
		return r
	}, text)
}

// oneLine is plain for text that must not break a line.
func oneLine(text string) string {
	return strings.NewReplacer("\n", "\uFFFD", "\t", " ").Replace(plain(text))
}
