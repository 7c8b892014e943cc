package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/process"
	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
	"github.com/ringback-go/ringback/cmd/ringback/internal/rest"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// appFlags say where the program is; every command that speaks to it has them.
type appFlags struct {
	App         string `help:"Address of your program." placeholder:"URL"`
	BaseURL     string `help:"Address that requests are signed for; the program's own by default." placeholder:"URL" env:"BASE_URL"`
	secretFlags `embed:""`
	SMS         string `name:"sms" help:"Path of incoming messages." default:"/sms"`
	Voice       string `help:"Path of incoming calls." default:"/voice"`
	Status      string `help:"Path of status callbacks: /status by default, but call and run report the ends of calls only where this is given." placeholder:"PATH"`
	Fallback    string `help:"Path of the fallback, if there is one." placeholder:"PATH"`
	Number      string `help:"Your program's number." default:"+15550100"`
}

// check completes the flags and refuses what cannot work.
func (f *appFlags) check() error {
	if err := f.secret(); err != nil {
		return err
	}
	if f.Token == "" {
		f.Token = project.NewToken()
	}
	for _, address := range []*string{&f.App, &f.BaseURL} {
		if *address == "" {
			continue
		}
		u, err := url.Parse(*address)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("%q is no address; write it as http://127.0.0.1:8080", *address)
		}
		*address = strings.TrimSuffix(*address, "/")
	}
	for _, path := range []string{f.SMS, f.Voice, f.Status, f.Fallback} {
		if path != "" && !strings.HasPrefix(path, "/") {
			return fmt.Errorf("the path %q does not start with /", path)
		}
	}
	return nil
}

// statusPath is where a status callback goes that has to go somewhere.
func (f *appFlags) statusPath() string { return cmp.Or(f.Status, "/status") }

type devCommand struct {
	appFlags   `embed:""`
	Listen     string   `help:"Address of the page; loopback only." default:"127.0.0.1:4040"`
	Tunnel     string   `help:"Address of the capturing endpoint, for a tunnel; empty: none." default:"127.0.0.1:4041"`
	TunnelHost []string `help:"Host name that requests through the tunnel may have, beside that of --base-url; may be repeated." placeholder:"HOST"`
	Captures   string   `help:"File that exchanges are kept in; one for each project directory by default." placeholder:"FILE" type:"path"`
	Memory     bool     `help:"Keep exchanges in memory, not in a file."`
	Keep       int      `help:"How many exchanges are kept." default:"20000"`
	Command    []string `arg:"" optional:"" passthrough:"" help:"Your program, started with ADDR, PORT, BASE_URL, TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, and again when it exits."`
}

// Help shows examples.
func (devCommand) Help() string {
	return `Examples:

  ringback dev
  ringback dev -- go run ./examples/hello
  ringback dev --app http://127.0.0.1:3000 --sms /webhooks/sms

What your program sends and whom it calls arrives at the page too, if it asks the page's address in place of https://api.twilio.com: Messages and Calls of Twilio's REST API are spoken there, for the account and the token that are printed. A program that is started here has both as TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN. twilio-go gets there with an http.Client whose transport sets URL.Scheme, URL.Host and Host of each request.

Point a tunnel at the capturing endpoint (--tunnel) to see real traffic: what comes in is passed on unchanged.`
}

// Run serves until ctx ends.
func (d *devCommand) Run(ctx context.Context, io streams) error {
	if err := d.check(); err != nil {
		return err
	}
	if len(d.Command) > 0 && d.Command[0] == "--" {
		d.Command = d.Command[1:]
	}
	if !loopback(d.Listen) {
		return fmt.Errorf("--listen %s is not a loopback address: the page shows private texts and sends signed requests, so it stays on this machine", d.Listen)
	}
	if d.Tunnel != "" && !loopback(d.Tunnel) {
		return fmt.Errorf("--tunnel %s is not a loopback address: start the tunnel on this machine and point it at --tunnel 127.0.0.1:4041", d.Tunnel)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Listening comes first: a port that is taken is told before anything starts.
	page, err := listen(ctx, d.Listen, "--listen")
	if err != nil {
		return err
	}
	defer page.Close()
	var tunnel net.Listener
	if d.Tunnel != "" {
		if tunnel, err = listen(ctx, d.Tunnel, "--tunnel"); err != nil {
			return err
		}
		defer tunnel.Close()
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
	st, err := stage.New(stage.Config{
		App: d.App, BaseURL: d.BaseURL, AuthToken: d.Token, SMS: d.SMS, Voice: d.Voice, Status: d.statusPath(), Fallback: d.Fallback,
		Number: d.Number, Hosts: d.TunnelHost, API: "http://" + page.Addr().String(), Store: store, Facts: facts,
	}, d.teller(io, hub))
	if err != nil {
		return err
	}
	app.hub, app.account = hub, st.AccountSID()

	session, err := token()
	if err != nil {
		fmt.Fprintf(io.err, "ringback: the console's token cannot be kept (%v); the page has to be opened anew after each start\n", err)
	}
	keeper := guard.New(session, guard.LoopbackHosts(page.Addr().String())...)
	server := console.New(console.Config{
		Stage: st, Store: store, Facts: facts, Guard: keeper, Hub: hub, App: app.state, Version: version(), Tunnel: d.Tunnel,
		REST: rest.New(st, d.Token), Notice: notice,
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
	start(st.Run)
	start(app.run)
	start(func(ctx context.Context) error { return serve(ctx, page, server) })
	if tunnel != nil {
		start(func(ctx context.Context) error { return serve(ctx, tunnel, st.Tunnel()) })
	}
	d.greet(io, page.Addr().String(), keeper.Token(), st)
	running.Wait()
	return failed
}

// token returns the console's token, the same for each start in one directory.
func token() (string, error) {
	dir, err := project.Open(".")
	if err != nil {
		return "", err
	}
	return dir.Token()
}

// teller passes news on to the page, and to the terminal what only a person at
// the terminal can change.
func (d *devCommand) teller(io streams, hub *console.Hub) func(stage.News) {
	var refused sync.Map
	return func(n stage.News) {
		if host, ok := n.Data.(string); ok && n.Event == "refused" {
			if _, again := refused.LoadOrStore(host, true); !again {
				fmt.Fprintf(io.err, "ringback: refused a request through the tunnel for the host %q; if that is your tunnel, start again with --base-url https://%s\n", host, plain(host))
			}
			return
		}
		hub.Tell(n)
	}
}

func (d *devCommand) greet(io streams, page, token string, st *stage.Stage) {
	fmt.Fprintf(io.out, `
Open        http://%s/#token=%s
App         %s (%s, %s, %s)
Signed for  %s
Auth token  %s
Account     %s, at http://%s for a REST client
`, page, token, d.App, d.SMS, d.Voice, d.statusPath(), st.Config().BaseURL, d.Token, st.AccountSID(), page)
	if d.Tunnel != "" {
		fmt.Fprintf(io.out, "Tunnel to   http://%s\n", d.Tunnel)
	}
	fmt.Fprintln(io.out)
}

// open opens the captures. notice is what the page is to say about them.
func (d *devCommand) open(io streams) (store *capture.Store, notice string, err error) {
	path := d.Captures
	if d.Memory {
		path = ""
	} else if path == "" {
		dir, err := project.Open(".")
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

// loopback reports whether addr can be reached from this machine only.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func listen(ctx context.Context, addr, flag string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s is taken or cannot be used (%w); choose another with %s", addr, err, flag)
	}
	return l, nil
}

// serve answers until ctx ends. Event streams have no end, so there is no limit
// on writing; what a client may send is bounded.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() {
		late, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(late) != nil {
			server.Close()
		}
	})
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// application is the program under development, as far as we know.
type application struct {
	cfg     *devCommand
	io      streams
	hub     *console.Hub
	account string                      // SID of the account that the page stands in for
	inner   func(context.Context) error // the demo, or nil

	mu    sync.Mutex
	known console.App
}

// app finds out what the program is: one that runs, one that we start, or the
// demo.
func (d *devCommand) app(io streams) (*application, error) {
	a := &application{cfg: d, io: io}
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
		handler, err := demo(d.baseURL(), d.Token)
		if err != nil {
			return nil, err
		}
		a.inner = func(ctx context.Context) error { return serve(ctx, l, handler) }
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
			return fmt.Errorf("--app %s has no port, which your program needs to be told", a.cfg.App)
		}
		running.Go(func() {
			failed <- process.Run(ctx, process.Config{
				Command: a.cfg.Command,
				Env: []string{
					"ADDR=" + addr, "PORT=" + port, "BASE_URL=" + a.cfg.baseURL(),
					"TWILIO_ACCOUNT_SID=" + a.account, "TWILIO_AUTH_TOKEN=" + a.cfg.Token,
				},
				Out:     process.NewLines(a.io.err, "app  "),
				Changed: func(s process.State) { a.set(func(k *console.App) { k.Error = s.Error }) },
			})
		})
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		a.probe(ctx)
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err // there is no such program, or we stop
		case <-tick.C:
		}
	}
}

// probe finds out whether somebody listens where the program should.
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

// freePort returns an address that nobody listens on at the moment.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
