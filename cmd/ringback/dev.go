package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strings"
	"sync"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/cmd/ringback/internal/rest"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

type devCommand struct {
	appFlags   `embed:"" group:"app"`
	Method     string   `help:"Method of incoming messages and calls: POST or GET." enum:"POST,GET" default:"POST"`
	Listen     string   `help:"Address of the page, on this machine only (default: 127.0.0.1:4141, or the next free port)." placeholder:"ADDR"`
	Tunnel     *string  `help:"Address of the endpoint for a tunnel (default: 127.0.0.1:4151, or the next free port); empty for none." placeholder:"ADDR"`
	TunnelHost []string `help:"Host name that requests through the tunnel may have, beside that of --base-url; may be repeated." placeholder:"HOST"`
	Captures   string   `help:"File to keep exchanges in (default: one for each project)." placeholder:"FILE" type:"path"`
	Memory     bool     `help:"Keep exchanges in memory, not in a file."`
	Keep       int      `help:"How many exchanges to keep." default:"20000"`
	NoOpen     bool     `help:"Do not open the page in the browser."`
	Outcome    []string `help:"What happens to messages and calls to a number, such as +15550101=30003 or +15550102=busy; may be repeated. Words: unreachable, unknown, landline, blocked, slow, busy, no-answer, answers, machine, fax, or an error number." placeholder:"NUMBER=RESULT"`
	NoProxy    bool     `help:"Do not direct your program's requests to twilio.com to the console."`
	Offline    bool     `help:"Refuse your program's requests through the proxy to hosts other than twilio.com, and do not fetch files from other hosts for the page."`
	Command    []string `arg:"" optional:"" passthrough:"" help:"Command that starts your program. It runs with ADDR, PORT, BASE_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER and RINGBACK_API set and is restarted when it exits."`
}

// Help shows examples.
func (devCommand) Help() string {
	return `Examples:

  ringback dev
  ringback dev -- go run ./examples/hello
  ringback dev --app localhost:3000 --sms /webhooks/sms

The page also implements a part of Twilio's REST API at its own address, for the account SID that is printed and the auth token that you set, or else the one that is printed: messages, calls, conferences and recordings. A program that dev starts needs no change: it gets the SID and the token as TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, and HTTPS_PROXY with a certificate that is made at the start, so that its requests to *.twilio.com arrive at the page. On macOS and Windows, Go programs do not read SSL_CERT_FILE: there, or with --no-proxy, set the base URL of the client to RINGBACK_API.

To see real traffic, point a tunnel at the address of --tunnel and set --base-url to the tunnel's public URL. Requests are forwarded unchanged.

Settings of a project can be kept in a file .ringback.yaml, for instance:

  app: localhost:3000
  sms: /webhooks/sms
  base-url: https://hooks.example.com

It is looked for in the current directory and those above it. Keys are the names of flags: ` + strings.Join(settings, ", ") + `. Flags and environment variables come first.`
}

// Run serves until ctx ends.
func (d *devCommand) Run(ctx context.Context, io streams) error {
	if d.App == demoApp {
		d.App = ""
	}
	given := d.Token != "" || d.TokenFile != ""
	if err := d.check(); err != nil {
		return err
	}
	if len(d.Command) > 0 && d.Command[0] == "--" {
		d.Command = d.Command[1:]
	}
	if d.Listen != "" && !loopback(d.Listen) {
		return usagef("--listen %s is not a loopback address: the page shows private texts and sends signed requests, so it stays on this machine", d.Listen)
	}
	if d.Tunnel != nil && *d.Tunnel != "" && !loopback(*d.Tunnel) {
		return usagef("--tunnel %s is not a loopback address: start the tunnel on this machine and point it at --tunnel 127.0.0.1:%d", *d.Tunnel, tunnelPort)
	}
	if len(d.Command) > 0 {
		if _, err := exec.LookPath(d.Command[0]); err != nil {
			return usagef("cannot start %s: %v", d.Command[0], err)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Listening comes first: nothing starts if a port is taken.
	page, err := listenAt(ctx, d.Listen, "--listen", pagePort)
	if err != nil {
		return err
	}
	defer page.Close()
	var tunnel net.Listener
	tunnelAddr := ""
	if d.Tunnel == nil || *d.Tunnel != "" {
		addr := ""
		if d.Tunnel != nil {
			addr = *d.Tunnel
		}
		if tunnel, err = listenAt(ctx, addr, "--tunnel", tunnelPort); err != nil {
			return err
		}
		defer tunnel.Close()
		tunnelAddr = tunnel.Addr().String()
	}
	app, err := d.app(io)
	if err != nil {
		return err
	}
	store, notice, err := d.open(io)
	if err != nil {
		return err
	}
	defer store.Close()
	facts, err := explain.Load()
	if err != nil {
		return err
	}
	hub := new(console.Hub)
	pageURL := "http://" + page.Addr().String() + "/"
	st, err := stage.New(stage.Config{
		App: d.App, BaseURL: d.BaseURL, AuthToken: d.Token, SMS: d.SMS, Voice: d.Voice, Status: d.statusPath(), Ends: d.Status, Fallback: d.Fallback,
		Number: d.Number, Hosts: d.TunnelHost, API: strings.TrimSuffix(pageURL, "/"), Store: store, Facts: facts, Offline: d.Offline,
		Method: d.Method,
	}, d.teller(io, hub))
	if err != nil {
		return err
	}
	if err := d.outcomes(st); err != nil {
		return err
	}
	app.hub, app.account = hub, st.AccountSID()
	api := rest.New(st, d.restToken())

	session, link, withdraw := d.announce(io, pageURL, st)
	defer withdraw()
	server := console.New(console.Config{
		Stage: st, Store: store, Facts: facts, Guard: guard.New(session, guard.LoopbackHosts(page.Addr().String())...), Hub: hub,
		App: app.state, Version: version(), Tunnel: tunnelAddr, REST: api, Notice: notice,
		Token: d.restToken(), Log: app.log,
	})
	var running sync.WaitGroup
	var failed error // the first
	var once sync.Once
	start := func(what func(context.Context) error) {
		running.Go(func() {
			if err := what(ctx); err != nil && ctx.Err() == nil {
				once.Do(func() { failed = err })
				cancel()
			}
		})
	}
	if len(d.Command) > 0 {
		env, cleanup := d.childEnv(io, st, api, start)
		defer cleanup()
		app.env = env
	}
	start(st.Run)
	start(app.run)
	start(func(ctx context.Context) error { return serve(ctx, page, server) })
	if tunnel != nil {
		start(func(ctx context.Context) error { return serve(ctx, tunnel, st.Tunnel()) })
	}
	token := d.restToken()
	if given && token == d.Token {
		token = "(the one that you set)" // output is kept in logs and shown to others
	}
	d.greet(io, pageURL+"#token="+session, tunnelAddr, token, st)
	if !d.NoOpen && link != "" && terminal(io.out) {
		if err := browse(link); err != nil {
			fmt.Fprintf(io.err, "ringback: the page cannot be opened (%v); open the URL above\n", err)
		}
	}
	running.Wait()
	return failed
}

func (d *devCommand) greet(io streams, link, tunnel, token string, st *stage.Stage) {
	rows := [][2]string{
		{"Open", bold.on(io.out, link)},
		{"App", fmt.Sprintf("%s (%s)", d.App, strings.Join(d.paths(), ", "))},
		{"Signed for", st.Config().BaseURL},
		{"Auth token", token},
		{"Account", fmt.Sprintf("%s, at %s for a REST client", st.AccountSID(), st.Config().API)},
	}
	if tunnel != "" {
		rows = append(rows, [2]string{"Tunnel to", "http://" + tunnel})
	}
	fmt.Fprintln(io.out)
	for _, row := range rows {
		fmt.Fprintf(io.out, "%-11s %s\n", row[0], row[1])
	}
	fmt.Fprintln(io.out)
}

// restToken is the auth token of the account that the page simulates. A
// shared key signs webhooks and opens no API.
func (d *devCommand) restToken() string {
	if key, err := remote.ParseToken(d.Token); err == nil && key.Shared() {
		return authToken()
	}
	return d.Token
}

// paths are the paths of the program that are known.
func (d *devCommand) paths() []string {
	return slices.DeleteFunc([]string{d.SMS, d.Voice, d.Status, d.Fallback}, func(path string) bool { return path == "" })
}

// open opens the captures. notice is what the page is to say about them.
func (d *devCommand) open(io streams) (store *capture.Store, notice string, err error) {
	path := d.Captures
	if d.Memory {
		path = ""
	} else if path == "" {
		dir, err := project.Open(projectDir())
		if err != nil {
			return nil, "", fmt.Errorf("no directory for captures (%w); use --captures or --memory", err)
		}
		path = dir.Captures()
	}
	limits := capture.Limits{Count: d.Keep}
	store, aside, err := capture.Open(path, limits)
	switch {
	case errors.Is(err, capture.ErrInUse):
		notice = "Another console keeps its exchanges in " + path + ". Those of this one are kept in memory only."
		store, _, err = capture.Open("", limits)
	case aside != "":
		notice = fmt.Sprintf("The captures in %s were damaged: the old file is now %s, and what could be read of it was kept.", path, aside)
	}
	if err != nil {
		return nil, "", fmt.Errorf("the captures cannot be opened: %w; use another file (--captures) or none (--memory)", err)
	}
	if notice != "" {
		fmt.Fprintln(io.err, "ringback:", notice)
	}
	return store, notice, nil
}
