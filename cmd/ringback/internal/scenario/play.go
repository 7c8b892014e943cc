package scenario

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// Config describes the program.
type Config struct {
	Transport  http.RoundTripper
	BaseURL    string
	AuthToken  string
	Account    string // SID of the account; empty: a made-up one
	SMS        string
	Voice      string
	Status     string
	Fallback   string
	Number     string
	Seed       uint64
	CallStatus string // path of status callbacks for ended calls; empty: none
	GET        bool   // messages and calls come in by GET
}

// A Result is the result of one scenario.
type Result struct {
	File       string
	Name       string
	Line       int // of the scenario, or of the step that failed
	Steps      int // that were done
	Failure    string
	Transcript string
	Took       time.Duration
}

// Passed reports whether all went as expected.
func (r Result) Passed() bool { return r.Failure == "" }

// player is a scenario that is being played.
type player struct {
	cfg      Config
	twilio   *webhooktest.Twilio
	exchange *webhooktest.Exchange // of the last text
	call     *webhooktest.Call
	callee   *webhooktest.Call // the phone that a Dial rang last
	callees  map[string]*webhooktest.Call
}

// Play plays one scenario of f against a program. When ctx ends, it stops after
// the current step.
func (f *File) Play(ctx context.Context, path string, s Scenario, cfg Config) Result {
	r := Result{File: path, Name: s.Name, Line: s.Line}
	began := time.Now()
	tb := &judge{ctx: ctx}
	p := &player{cfg: cfg}
	tb.run(func() {
		p.twilio = webhooktest.New(tb, nil, &webhooktest.Options{
			Transport: cfg.Transport, BaseURL: cfg.BaseURL, AuthToken: cfg.AuthToken, AccountSID: webhook.SID(cfg.Account), To: webhook.Address(cfg.Number),
			Seed: cfg.Seed, Fallback: cfg.Fallback, StatusPath: cfg.CallStatus, GET: cfg.GET,
		})
		if s.As != "" {
			p.twilio = p.twilio.As(webhook.Address(s.As))
		}
		for _, step := range s.step {
			if err := ctx.Err(); err != nil {
				tb.Fatalf("stopped: %v", err)
			}
			r.Line = step.line
			if err := step.do(p, step.arg); err != nil {
				tb.Fatalf("%s: %v", step.name, err)
			}
			if tb.Failed() {
				return
			}
			r.Steps++
		}
	})
	if p.twilio != nil {
		r.Transcript = p.twilio.Transcript()
	}
	tb.run(tb.end)
	r.Failure = strings.Join(tb.told, "\n")
	r.Took = time.Since(began)
	return r
}

// judge is the testing.TB of a scenario and records failures. The embedded
// interface is nil; the methods that webhooktest calls are here.
type judge struct {
	testing.TB
	ctx      context.Context
	told     []string
	cleanups []func()
}

// run calls f on a goroutine that Fatalf may end.
func (j *judge) run(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func (j *judge) end() {
	for i := len(j.cleanups) - 1; i >= 0; i-- {
		j.cleanups[i]()
	}
}

func (j *judge) Helper()                  {}
func (j *judge) Context() context.Context { return j.ctx }
func (j *judge) Cleanup(f func())         { j.cleanups = append(j.cleanups, f) }
func (j *judge) Failed() bool             { return len(j.told) > 0 }
func (j *judge) Name() string             { return "scenario" }

func (j *judge) Error(args ...any) { j.told = append(j.told, strings.TrimSpace(fmt.Sprintln(args...))) }
func (j *judge) Errorf(format string, args ...any) {
	j.told = append(j.told, fmt.Sprintf(format, args...))
}
func (j *judge) Fail()                             { j.Error("failed") }
func (j *judge) FailNow()                          { j.Fail(); runtime.Goexit() }
func (j *judge) Fatal(args ...any)                 { j.Error(args...); runtime.Goexit() }
func (j *judge) Fatalf(format string, args ...any) { j.Errorf(format, args...); runtime.Goexit() }
func (j *judge) Log(...any)                        {}
func (j *judge) Logf(string, ...any)               {}
