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
)

type callCommand struct {
	programFlags `embed:""`
	Steps        []string `arg:"" optional:"" help:"What the caller does, one step each (default: read from standard input)." placeholder:"STEP"`
	From         string   `help:"Number of the caller." default:"+15550101"`
	Method       string   `help:"Method of the first request: POST or GET." enum:"POST,GET" default:"POST"`
	Param        []string `short:"p" sep:"none" help:"Another parameter, such as one of a client's call; may be repeated." placeholder:"NAME=VALUE"`
	Requests     bool     `help:"Show the requests to your program, too."`
	JSON         bool     `name:"json" help:"Print events as JSON, one a line." group:"common"`
}

// Help shows examples.
func (callCommand) Help() string {
	return `At a terminal the call runs in real time, and you type what the caller does. With steps on the command line or from a pipe, time is virtual: each step is done as soon as the program listens for it. The exit code is 1 if the call fails or a step is not possible.

A program that talks over a WebSocket (<ConversationRelay>, <Stream>) is heard in real time. At a terminal, type words and Enter to speak; that interrupts it. Steps wait until it has finished, except after waits: "waits 2s" "speaks stop" interrupts. A program that only listens (<Start><Stream>) hears what is said during a <Pause> that is long enough. Twilio opens only WebSockets of wss, so set --base-url to an https URL.

Steps:

` + phone.Usage + `

Examples:

  ringback call 2 "records 20s" "#" --app demo
  ringback call 1 busy "records 5s" "hangs up" --app demo --json
  ringback call --from client:ada -p To=+15550155 -p Room=5 --app demo
  echo 2 | ringback call --app demo --requests
` + aboutApp
}

// callEvent is one event of the JSON output.
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
	setup, err := c.setup()
	if err != nil {
		return err
	}
	view.start = p.engine.Now()
	leg := p.engine.Call(setup)
	err = phone.Play(p.engine, leg, script)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f := view.failure(); f != nil {
		return p.failed(f)
	}
	return err
}

func (c *callCommand) setup() (dialogue.CallSetup, error) {
	params, err := parameters(c.Param)
	if err != nil {
		return dialogue.CallSetup{}, err
	}
	s := dialogue.CallSetup{
		URL: c.Voice, Method: c.method(c.Method), FallbackURL: c.Fallback, StatusCallback: c.Status,
		From: dialogue.Party{Address: c.From}, To: dialogue.Party{Address: c.Number},
	}
	for _, p := range params {
		if p.Name == "To" { // the number that a client calls, which is sent once
			s.To.Address = p.Value
			continue
		}
		s.Params = append(s.Params, p)
	}
	return s, nil
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
	view := &callView{cfg: c, out: io.out, ended: make(chan struct{}), stream: true}
	p, err := c.start(ctx, io, dialogue.SystemClock{}, view.show)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer p.engine.Close()
	setup, err := c.setup()
	if err != nil {
		return err
	}
	view.start = p.engine.Now()
	fmt.Fprintf(io.out, "Calling %s. Type what you do, then Enter:\n%s\n\n", c.Number, phone.Usage)
	go p.engine.Run(ctx)
	leg := p.engine.Call(setup)
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
	tick := time.NewTicker(idleTime)
	defer tick.Stop()
	ended, waits := view.ended, 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			ended = nil
		case <-tick.C:
			switch {
			case ended != nil: // the call goes on
			case p.engine.Idle():
				if f := view.failure(); f != nil {
					return p.failed(f)
				}
				return nil
			default: // callbacks come late: of a transcription half a minute
				if waits++; waits == 30 {
					fmt.Fprintln(io.err, "(waiting for the last callbacks; Ctrl-C ends)")
				}
			}
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

// idleTime is how often converse checks whether the call is over.
const idleTime = 100 * time.Millisecond

func (c *callCommand) act(leg *dialogue.Call, line string, out io.Writer) {
	if strings.TrimSpace(line) == "" {
		return
	}
	a, err := phone.Parse(line)
	if now := leg.Activity(); errors.Is(err, phone.ErrUnclear) && (now.Live || now.Overheard) {
		a, err = phone.Action{Verb: phone.Speaks, Text: strings.TrimSpace(line)}, nil // words to a program that talks
	}
	switch {
	case errors.Is(err, phone.ErrUnclear):
		fmt.Fprintln(out, phone.Usage)
	case err != nil:
		fmt.Fprintln(out, err)
	case !phone.Do(leg, a):
		fmt.Fprintln(out, "(the program is not listening for that now)")
	}
}

// callView prints a call as it happens.
type callView struct {
	cfg    *callCommand
	out    io.Writer
	start  time.Time
	ended  chan struct{} // closed with the call; nil: nobody waits
	stream bool          // print words of a program as they are spoken

	once   sync.Once
	mu     sync.Mutex
	failed *dialogue.Failure
	open   bool // a line of words is being printed
}

// show is called by the engine.
func (v *callView) show(ev dialogue.Event) {
	if ev.Type == dialogue.EventFailed {
		v.mu.Lock()
		v.failed = ev.Failure
		v.mu.Unlock()
	}
	if !v.word(ev) {
		v.print(ev)
	}
	if v.ended != nil && ev.Type == dialogue.EventEnded && ev.Call.Parent() == nil {
		v.once.Do(func() { close(v.ended) })
	}
}

func (v *callView) print(ev dialogue.Event) {
	text := plain(ev.Line())
	if text == "" || ev.Type == dialogue.EventFetched && !v.cfg.Requests {
		return
	}
	v.endLine("")
	at := max(ev.At.Sub(v.start), 0)
	if !v.cfg.JSON {
		fmt.Fprintf(v.out, "%s  %s\n", clock(at), text)
		return
	}
	e := callEvent{At: at.Seconds(), Event: string(ev.Type), Text: text}
	if ev.Failure != nil {
		e.Code = ev.Failure.Code
	}
	writeLine(v.out, e)
}

// word prints a word that was just spoken, if words are printed as they arrive.
// It reports whether the event needs no separate line.
func (v *callView) word(ev dialogue.Event) bool {
	if !v.stream || v.cfg.JSON {
		return false
	}
	switch ev.Type {
	case dialogue.EventWordHeard:
		text := oneLine(ev.Text)
		if !v.open {
			v.open = true
			fmt.Fprintf(v.out, "%s  the caller hears: ", clock(max(ev.At.Sub(v.start), 0)))
			text = strings.TrimLeft(text, " ")
		}
		fmt.Fprint(v.out, text)
	case dialogue.EventPieceHeard: // its words are there
		if strings.HasSuffix(ev.Text, ".") || strings.HasSuffix(ev.Text, "?") || strings.HasSuffix(ev.Text, "!") {
			v.endLine("")
		}
	case dialogue.EventCutOff:
		if !v.open {
			return false
		}
		v.endLine(" –")
	default:
		return false
	}
	return true
}

// endLine ends a line of words.
func (v *callView) endLine(mark string) {
	if v.open {
		v.open = false
		fmt.Fprintln(v.out, mark)
	}
}

// clock writes minutes and seconds.
func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

func (v *callView) failure() *dialogue.Failure {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.failed
}
