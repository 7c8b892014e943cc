package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
	"github.com/ringback-go/ringback/cmd/ringback/internal/process"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// application is the program under development, as far as we know.
type application struct {
	cfg     *devCommand
	io      streams
	hub     *console.Hub
	account string                      // SID of the account that the page simulates
	env     []string                    // of the program: where the REST API is
	log     *console.Log                // what the program prints; nil: it is not started here
	inner   func(context.Context) error // the demo, or nil

	patience time.Duration // until it should listen

	mu    sync.Mutex
	known console.App
}

// app finds out what the program is: a running one, one that we start, or the
// demo.
func (d *devCommand) app(io streams) (*application, error) {
	a := &application{cfg: d, io: io}
	if len(d.Command) > 0 {
		a.log = new(console.Log)
	}
	switch {
	case d.App != "":
	case len(d.Command) > 0:
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		d.App = "http://" + port
	default:
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		d.App = "http://" + l.Addr().String()
		d.Status = d.statusPath() // which the demo has
		handler, err := demo(d.baseURL(), d.Token)
		if err != nil {
			return nil, err
		}
		a.inner = func(ctx context.Context) error { return serve(ctx, l, handler) }
	}
	a.patience = 3 * time.Second
	if len(d.Command) > 0 {
		a.patience = 15 * time.Second // it may have to be compiled
	}
	a.known = console.App{URL: d.App, Command: strings.Join(d.Command, " "), Paths: console.Paths{SMS: d.SMS, Voice: d.Voice, Status: d.statusPath()}}
	if a.inner != nil {
		a.known.Command = "the support line of examples/supportline"
	}
	return a, nil
}

func (d *devCommand) baseURL() string {
	if d.BaseURL != "" {
		return d.BaseURL
	}
	return d.App
}

func (a *application) run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	failed := make(chan error, 1)
	switch {
	case a.inner != nil:
		running.Go(func() { a.inner(ctx) })
	case len(a.cfg.Command) > 0:
		addr := strings.TrimPrefix(a.cfg.App, "http://")
		_, port, err := net.SplitHostPort(addr)
		if err != nil {
			return usagef("--app %s has no port, which your program needs", a.cfg.App)
		}
		running.Go(func() {
			failed <- process.Run(ctx, process.Config{
				Command: a.cfg.Command,
				Env: append([]string{
					"ADDR=" + addr, "PORT=" + port, "BASE_URL=" + a.cfg.baseURL(),
					"TWILIO_ACCOUNT_SID=" + a.account, "TWILIO_AUTH_TOKEN=" + a.cfg.restToken(),
				}, a.env...),
				Out:     io.MultiWriter(a.log, process.NewLines(a.io.err, "app  ")),
				Changed: func(s process.State) { a.set(func(k *console.App) { k.Error = s.Error }) },
			})
		})
	}
	tick, late := time.NewTicker(time.Second), time.NewTimer(a.patience)
	defer tick.Stop()
	defer late.Stop()
	for {
		a.probe(ctx)
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err // there is no such program, or we stop
		case <-late.C:
			a.missed()
		case <-tick.C:
		}
	}
}

// missed says what to do if nothing is listening where the program should.
func (a *application) missed() {
	switch s := a.state(); {
	case s.Up:
	case len(a.cfg.Command) > 0:
		fmt.Fprintf(a.io.err, "ringback: nothing is listening on %s yet. A program that does not read ADDR or PORT needs --app localhost:PORT, with its own port\n", a.cfg.App)
	default:
		fmt.Fprintf(a.io.err, "ringback: nothing is listening on %s yet. Start your program there, or set --app to its address\n", a.cfg.App)
	}
}

// probe checks whether a program listens at the expected address.
func (a *application) probe(ctx context.Context) {
	u, err := url.Parse(a.cfg.App)
	if err != nil {
		return
	}
	addr := u.Host
	if u.Port() == "" {
		addr = net.JoinHostPort(u.Hostname(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	}
	dialer := net.Dialer{Timeout: 500 * time.Millisecond}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err == nil {
		conn.Close()
	}
	a.set(func(k *console.App) {
		k.Up = err == nil
		if k.Up {
			k.Error = ""
		}
	})
}

func (a *application) set(change func(*console.App)) {
	a.mu.Lock()
	before := a.known
	change(&a.known)
	after := a.known
	a.mu.Unlock()
	if before != after && a.hub != nil {
		a.hub.Tell(stage.News{Event: "app", Data: after})
	}
}

func (a *application) state() console.App {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.known
}
