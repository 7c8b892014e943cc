package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/ringback-go/ringback/cmd/ringback/internal/phone"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

type callCommand struct {
	programFlags `embed:""`
	Steps        []string `arg:"" optional:"" help:"What the caller does, one step each (default: read from standard input)." placeholder:"STEP"`
	From         string   `help:"Number of the caller." default:"+15550101"`
	Requests     bool     `help:"Show the requests to your program, too."`
	JSON         bool     `name:"json" help:"Print events as JSON, one a line." group:"common"`
}

// Help shows examples.
func (callCommand) Help() string {
	return `At a terminal the call runs in real time, and you type what the caller does. With steps on the command line or from a pipe, time is virtual: each step is done as soon as the program listens for it. The exit code is 1 if the call fails or a step is not possible.

Steps:

` + phone.Usage + `

Examples:

  ringback call 2 "records 20s" "#" --app demo
  ringback call 1 busy "records 5s" "hangs up" --app demo --json
  echo 2 | ringback call --app demo --requests
` + aboutApp
}

// callEvent is what a machine is told.
type callEvent struct {
	At    float64 `json:"at"` // seconds since the call began
	Event string  `json:"event"`
	Text  string  `json:"text"`
	Code  int     `json:"code,omitempty"`
}

// Run makes the call.
func (c *callCommand) Run(ctx context.Context, io streams) error {
	file, isFile := io.in.(*os.File)
	if len(c.Steps) == 0 && isFile && isatty.IsTerminal(file.Fd()) {
		return c.converse(ctx, io)
	}
	script, err := c.script(io.in)
	if err != nil {
		return err
	}
	view := &callView{cfg: c, out: io.out}
	p, err := c.start(ctx, io, nil, view.show)
	if err != nil {
		return err
	}
	defer p.engine.Close()
	view.start = p.engine.Now()
	leg := p.engine.Call(c.setup())
	err = phone.Play(p.engine, leg, script)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f := view.failure(); f != nil {
		return p.failed(f)
	}
	return err
}

func (c *callCommand) setup() dialogue.CallSetup {
	return dialogue.CallSetup{
		URL: c.Voice, FallbackURL: c.Fallback, StatusCallback: c.Status,
		From: dialogue.Party{Address: c.From}, To: dialogue.Party{Address: c.Number},
	}
}

// script reads all steps.
func (c *callCommand) script(in io.Reader) ([]phone.Action, error) {
	lines := c.Steps
	if len(lines) == 0 && in != nil {
		data, err := io.ReadAll(io.LimitReader(in, 1<<20))
		if err != nil {
			return nil, fmt.Errorf("cannot read the steps: %w", err)
		}
		lines = strings.Split(string(data), "\n")
	}
	var out []phone.Action
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		a, err := phone.Parse(line)
		if err != nil {
			return nil, usageError{err.Error()}
		}
		out = append(out, a)
	}
	return out, nil
}

// converse makes the call in real time with a person at the keyboard.
func (c *callCommand) converse(ctx context.Context, io streams) error {
	view := &callView{cfg: c, out: io.out, ended: make(chan struct{})}
	p, err := c.start(ctx, io, dialogue.SystemClock{}, view.show)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer p.engine.Close()
	view.start = p.engine.Now()
	fmt.Fprintf(io.out, "Calling %s. Type what you do, then Enter:\n%s\n\n", c.Number, phone.Usage)
	go p.engine.Run(ctx)
	leg := p.engine.Call(c.setup())
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(io.in); in.Scan(); {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-view.ended:
			if f := view.failure(); f != nil {
				return p.failed(f)
			}
			return nil
		case line, open := <-lines:
			if !open { // the end of the input is the end of the call
				leg.HangUp()
				lines = nil
				continue
			}
			c.act(leg, line, io.err)
		}
	}
}

func (c *callCommand) act(leg *dialogue.Call, line string, out io.Writer) {
	if strings.TrimSpace(line) == "" {
		return
	}
	a, err := phone.Parse(line)
	switch {
	case errors.Is(err, phone.ErrUnclear):
		fmt.Fprintln(out, phone.Usage)
	case err != nil:
		fmt.Fprintln(out, err)
	case !phone.Do(leg, a):
		fmt.Fprintln(out, "(the program does not listen for that now)")
	}
}

// callView prints a call as it happens.
type callView struct {
	cfg   *callCommand
	out   io.Writer
	start time.Time
	ended chan struct{} // closed with the call; nil: nobody waits

	once   sync.Once
	mu     sync.Mutex
	failed *dialogue.Failure
}

// show is called by the engine.
func (v *callView) show(ev dialogue.Event) {
	if ev.Type == dialogue.EventFailed {
		v.mu.Lock()
		v.failed = ev.Failure
		v.mu.Unlock()
	}
	if text := plain(ev.Line()); text != "" && (v.cfg.Requests || ev.Type != dialogue.EventFetched) {
		at := max(ev.At.Sub(v.start), 0)
		if v.cfg.JSON {
			e := callEvent{At: at.Seconds(), Event: string(ev.Type), Text: text}
			if ev.Failure != nil {
				e.Code = ev.Failure.Code
			}
			writeLine(v.out, e)
		} else {
			fmt.Fprintf(v.out, "%02d:%02d  %s\n", int(at.Minutes()), int(at.Seconds())%60, text)
		}
	}
	if v.ended != nil && v.over(ev) {
		v.once.Do(func() { close(v.ended) })
	}
}

// over reports whether nothing is to come after ev: the call has ended, and
// the program has been told if it wants to be.
func (v *callView) over(ev dialogue.Event) bool {
	if ev.Call == nil || ev.Call.Parent() != nil {
		return false
	}
	if v.cfg.Status == "" {
		return ev.Type == dialogue.EventEnded
	}
	return ev.Type == dialogue.EventFetched && webhook.Kind(ev.Exchange.Kind) == webhook.KindCallStatusCallback
}

func (v *callView) failure() *dialogue.Failure {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.failed
}
