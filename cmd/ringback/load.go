package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/ringback-go/ringback/cmd/ringback/internal/fixture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/load"
	"github.com/ringback-go/ringback/cmd/ringback/internal/process"
	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

type loadCommand struct {
	programFlags `embed:""`
	Calls        int           `help:"How many calls to make at once." default:"50"`
	Turns        int           `help:"How often each caller speaks. Every second reply is interrupted, except the last." default:"4"`
	Spread       time.Duration `help:"Time over which the calls begin." default:"2s"`
	Wait         time.Duration `help:"Maximum time for an answer." default:"15s"`
	Limit        time.Duration `help:"Maximum time for the whole test." default:"5m"`
	JSON         bool          `name:"json" help:"Print the report as JSON." group:"common"`
	Command      []string      `arg:"" optional:"" passthrough:"" help:"Command that starts your program. It runs with ADDR, PORT, BASE_URL, TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN set."`
}

// Bounds of a load test.
const (
	maxCalls = 5000
	maxTurns = 100
	maxLimit = time.Hour
)

// Help shows examples.
func (loadCommand) Help() string {
	return `Each call is an incoming call whose TwiML must connect it to a <ConversationRelay> or a <Stream>. The caller speaks, waits for the reply, and interrupts every second one. Everything takes real time. Your program must run on this machine. Requests are signed for the https form of its address, because Twilio opens only wss URLs; --base-url sets another one.

The report has the time to the first token and to the first sound at the 50th and the 99th percentile. For streams it has the time until an interruption stops the sound, frames that were late or lost, and gaps in what callers heard. On Linux it has the CPU and the memory that a call takes. The exit code is 1 if a call fails.

Examples:

  ringback load --calls 200 -- node server.js >report.txt
  ringback load --calls 200 --turns 6 --app localhost:3000 --voice /voice --json >report.json
`
}

// Run makes the calls.
func (c *loadCommand) Run(ctx context.Context, io streams) error {
	if err := c.bounded(); err != nil {
		return err
	}
	if len(c.Command) > 0 && c.Command[0] == "--" {
		c.Command = c.Command[1:]
	}
	all, err := fixture.Load()
	if err != nil {
		return err
	}
	incoming, err := all.Find("IncomingCall")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if len(c.Command) > 0 {
		if c.App != "" {
			return usagef("use --app for a running program, or a command that starts one, not both")
		}
		if c.App, err = freePort(); err != nil {
			return err
		}
	}
	if c.App == demoApp {
		return usagef("the demo does not talk with callers; use --app localhost:3000, or a command that starts your program")
	}
	if c.BaseURL == "" && c.App != "" {
		// Twilio opens WebSockets by wss only, so the public address is one of https.
		if c.App, err = addressOf(c.App, "http"); err != nil {
			return err
		}
		c.BaseURL = "https://" + strings.TrimPrefix(strings.TrimPrefix(c.App, "http://"), "https://")
	}
	way, err := c.open(ctx, io)
	if err != nil {
		return err
	}
	app, err := url.Parse(c.App)
	if err != nil {
		return err
	}
	if !loopback(withPort(app)) {
		return usagef("--app %s is not on this machine; load tests are for programs on this machine", c.App)
	}
	account := c.Account
	if account == "" {
		account = dialogue.New(dialogue.Config{Transport: way, Seed: c.Seed}).AccountSID()
	}
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel(nil)
	if len(c.Command) > 0 {
		c.launch(ctx, cancel, &running, io, account)
	}
	if err := reachable(ctx, withPort(app)); err != nil {
		return err
	}
	key, err := remote.ParseToken(c.Token)
	if err != nil {
		return usageError{err.Error()}
	}
	if !c.JSON {
		fmt.Fprintf(io.err, "ringback: %d calls to %s, %d turns each\n", c.Calls, c.App+c.Voice, c.Turns)
	}
	limited, stop := context.WithTimeout(ctx, c.Limit)
	defer stop()
	report := load.Run(limited, load.Config{
		Calls: c.Calls, Turns: c.Turns, Spread: c.Spread, Wait: c.Wait,
		Call: func(_ context.Context, n int) (load.Target, error) { return c.incoming(way, incoming, account, n) },
		Dial: func(ctx context.Context, address string) (*websocket.Conn, error) {
			header := http.Header{"User-Agent": {"Ringback"}}
			key.Sign(address, nil).Set(header)
			return dial(ctx, way, address, header)
		},
		Usage: usageAt(app, len(c.Command) > 0),
	})
	if cause := context.Cause(ctx); cause != nil && report.Failed > 0 {
		return cause
	}
	if c.JSON {
		err = writeJSON(io.out, report)
	} else {
		report.Print(io.out)
	}
	if err == nil && report.Failed > 0 {
		err = withHint(fmt.Errorf("%d of %d calls failed", report.Failed, report.Calls), way.Hint())
	}
	return err
}

// bounded refuses tests that would take too long.
func (c *loadCommand) bounded() error {
	switch {
	case c.Calls < 1 || c.Calls > maxCalls:
		return usagef("--calls %d: use 1 to %d", c.Calls, maxCalls)
	case c.Turns < 1 || c.Turns > maxTurns:
		return usagef("--turns %d: use 1 to %d", c.Turns, maxTurns)
	case c.Limit <= 0 || c.Limit > maxLimit:
		return usagef("--limit %v: use at most %v", c.Limit, maxLimit)
	case c.Wait <= 0 || c.Wait > c.Limit:
		return usagef("--wait %v: use at most the time of --limit, %v", c.Wait, c.Limit)
	case c.Spread < 0 || c.Spread >= c.Limit:
		return usagef("--spread %v: use less than the time of --limit, %v", c.Spread, c.Limit)
	}
	return nil
}

// launch starts the program, which ends with ctx. If it exits early, ctx ends.
func (c *loadCommand) launch(ctx context.Context, failed context.CancelCauseFunc, running *sync.WaitGroup, io streams, account string) {
	addr := strings.TrimPrefix(c.App, "http://")
	_, port, _ := net.SplitHostPort(addr)
	running.Go(func() {
		err := process.Run(ctx, process.Config{
			Command: c.Command, Once: true, Out: process.NewLines(io.err, "app  "),
			Env: []string{"ADDR=" + addr, "PORT=" + port, "BASE_URL=" + c.BaseURL, "TWILIO_ACCOUNT_SID=" + account, "TWILIO_AUTH_TOKEN=" + c.Token},
		})
		if _, missing := errors.AsType[*exec.Error](err); missing {
			err = usageError{err.Error()}
		}
		failed(err)
	})
}

// startup is how long a program may take until it listens.
const startup = time.Minute

// reachable waits until a program listens at addr.
func reachable(ctx context.Context, addr string) error {
	late, cancel := context.WithTimeout(ctx, startup)
	defer cancel()
	for {
		conn, err := new(net.Dialer).DialContext(late, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-late.Done():
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return fmt.Errorf("nothing listens at %s", addr)
		}
	}
}

// withPort returns host and port of a URL.
func withPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// usageAt returns a function that measures the program at a URL. If we started
// it, its child processes count, too.
func usageAt(app *url.URL, started bool) func() (load.Usage, bool) {
	_, text, _ := net.SplitHostPort(withPort(app))
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil
	}
	pid, group, ok := load.Listener(port)
	if !ok || pid == os.Getpid() {
		return nil
	}
	return load.UsageOf(func(p, g int) bool { return p == pid || started && g == group })
}

// redirects limits how many redirects may precede the document that connects
// the call.
const redirects = 10

// incoming makes the request of an incoming call and finds the WebSocket in its
// TwiML.
func (c *loadCommand) incoming(way *remote.Program, f fixture.Fixture, account string, n int) (load.Target, error) {
	t := load.Target{
		CallSID: fmt.Sprintf("CA%032x", n+1), AccountSID: account,
		From: fmt.Sprintf("+155501%02d", n%100), To: c.Number,
	}
	f.Params = append(dialogue.Params(nil), f.Params...)
	for name, value := range map[string]string{
		"CallSid": t.CallSID, "AccountSid": account, "From": t.From, "Caller": t.From, "To": t.To, "Called": t.To,
	} {
		if err := f.Set(name, value); err != nil {
			return t, err
		}
	}
	engine := dialogue.New(dialogue.Config{Transport: way, BaseURL: way.BaseURL(), AuthToken: c.Token, Seed: c.Seed})
	defer engine.Close()
	path := c.Voice
	for range redirects {
		var x *dialogue.Exchange
		engine.Request(webhook.Kind(f.Kind), path, f.Method, f.Params, nil, func(last *dialogue.Exchange) { x = last })
		for x == nil && engine.Step() {
		}
		if x == nil {
			return t, &load.Problem{Kind: "no answer to the webhook"}
		}
		if engine.Read(x, twiml.VoiceDocument); x.Failure != nil {
			return t, &load.Problem{Kind: fmt.Sprintf("the webhook: %d %s", x.Failure.Code, x.Failure.Text)}
		}
		next, found := connected(&t, x)
		if found {
			return t, nil
		}
		if next == "" {
			break
		}
		path = next
	}
	return t, &load.Problem{Kind: "the TwiML has no <Connect> with a <ConversationRelay> or a <Stream>"}
}

// connected finds the noun of <Connect> in a document. Without one it returns
// where the document redirects the call.
func connected(t *load.Target, x *dialogue.Exchange) (redirect string, found bool) {
	base, err := url.Parse(x.URL)
	if err != nil {
		return "", false
	}
	for verb := range x.Document.Elements() {
		switch verb.Name {
		case "Redirect":
			if u, err := base.Parse(strings.TrimSpace(textOf(verb))); err == nil {
				return u.String(), false
			}
			return "", false
		case "Connect":
		default:
			continue
		}
		for noun := range verb.Elements() {
			address, _ := noun.Attr("url")
			u, err := base.Parse(strings.TrimSpace(address))
			if err != nil || address == "" {
				return "", false
			}
			if !strings.Contains(address, "://") {
				u.Scheme = "wss"
				address = u.String()
			}
			switch t.URL = strings.TrimSpace(address); noun.Name {
			case "ConversationRelay":
				t.Protocol = load.Relay
			case "Stream":
				t.Protocol = load.Stream
			default:
				return "", false
			}
			t.Parameters = map[string]string{}
			for p := range noun.Elements() {
				if name, _ := p.Attr("name"); p.Name == "Parameter" {
					t.Parameters[name], _ = p.Attr("value")
				}
			}
			return "", true
		}
	}
	return "", false
}

// textOf returns the text directly in an element.
func textOf(n *twiml.Node) string {
	var b strings.Builder
	for _, child := range n.Children {
		b.WriteString(child.Text)
	}
	return b.String()
}

// dial opens a WebSocket to the program.
func dial(ctx context.Context, way *remote.Program, address string, header http.Header) (*websocket.Conn, error) {
	if !strings.HasPrefix(address, "wss://") {
		return nil, &load.Problem{Kind: "the URL of the WebSocket does not begin with wss://"}
	}
	ws, res, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: &http.Client{Transport: way}, HTTPHeader: header})
	switch {
	case err == nil:
		return ws, nil
	case res != nil:
		return nil, &load.Problem{Kind: fmt.Sprintf("the handshake was answered with %d", res.StatusCode)}
	case errors.Is(err, remote.ErrForeign):
		return nil, &load.Problem{Kind: "the WebSocket is not at the address of the program", Err: err}
	}
	return nil, &load.Problem{Kind: "the WebSocket could not be opened", Err: err}
}
