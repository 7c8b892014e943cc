package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/process"
	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/cmd/ringback/internal/rest"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// defaultNumber is the program's number where none is given.
const defaultNumber = "+15550100"

// appFlags describe the program; every command that sends it requests has them.
type appFlags struct {
	App         string `help:"Address of your program: a URL, localhost:3000, 3000, or demo." placeholder:"URL"`
	BaseURL     string `help:"Public URL that requests are signed for (default: the address of your program)." placeholder:"URL" env:"BASE_URL"`
	secretFlags `embed:""`
	SMS         string `name:"sms" help:"Path of incoming messages." default:"/sms"`
	Voice       string `help:"Path of incoming calls." default:"/voice"`
	Status      string `help:"Path of status callbacks. Calls have none unless you set it; message reports go to /status by default." placeholder:"PATH"`
	Fallback    string `help:"Path of the fallback URL." placeholder:"PATH"`
	Number      string `help:"Phone number of your program." default:"+15550100"`
}

// check completes the flags and refuses what cannot work.
func (f *appFlags) check() (err error) {
	if err := f.secret(); err != nil {
		return err
	}
	if f.Token == "" {
		f.Token = authToken()
	}
	if f.App, err = addressOf(f.App, "http"); err != nil {
		return err
	}
	if f.BaseURL, err = addressOf(f.BaseURL, "https"); err != nil {
		return err
	}
	for _, path := range []string{f.SMS, f.Voice, f.Status, f.Fallback} {
		if path != "" && !strings.HasPrefix(path, "/") {
			return usagef("the path %q does not start with /", path)
		}
	}
	for name, path := range map[string]string{"--sms": f.SMS, "--voice": f.Voice} {
		if base, ok := strings.CutSuffix(f.App, path); ok && path != "" && path != "/" {
			return usagef("--app is the address of the program without a path: use --app %s; %s sets the path", base, name)
		}
	}
	return nil
}

// authToken is the token used in place of Twilio's if none is set: the same
// one for each command of a project.
func authToken() string {
	if dir, err := project.Open(projectDir()); err == nil {
		if token, err := dir.AuthToken(); err == nil {
			return token
		}
	}
	return project.NewToken()
}

// addressOf reads a URL, or what people write in its place: localhost:3000, :3000
// and 3000. A name of another machine gets the scheme given.
func addressOf(text, scheme string) (string, error) {
	if text == "" {
		return "", nil
	}
	full := text
	switch {
	case strings.Trim(text, "0123456789") == "":
		full = "http://127.0.0.1:" + text
	case text[0] == ':':
		full = "http://127.0.0.1" + text
	case strings.HasPrefix(text, "http:") || strings.HasPrefix(text, "https:"):
	case !strings.Contains(text, "://") && !strings.Contains(text, "@"):
		u, err := url.Parse("http://" + text)
		if err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()) {
			scheme = "http"
		}
		full = scheme + "://" + text
	}
	u, err := url.Parse(full)
	if err == nil && u.Port() != "" {
		_, err = net.LookupPort("tcp", u.Port())
	}
	if err != nil || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return "", usagef("invalid URL %q: write it as http://127.0.0.1:8080", text)
	}
	return strings.TrimSuffix(full, "/"), nil
}

// statusPath is the path of status callbacks that have to go somewhere.
func (f *appFlags) statusPath() string { return cmp.Or(f.Status, "/status") }

type devCommand struct {
	appFlags   `embed:"" group:"app"`
	Listen     string   `help:"Address of the page, on this machine only (default: 127.0.0.1:4141, or the next free port)." placeholder:"ADDR"`
	Tunnel     *string  `help:"Address of the endpoint for a tunnel (default: 127.0.0.1:4151, or the next free port); empty for none." placeholder:"ADDR"`
	TunnelHost []string `help:"Host name that requests through the tunnel may have, beside that of --base-url; may be repeated." placeholder:"HOST"`
	Captures   string   `help:"File to keep exchanges in (default: one for each project)." placeholder:"FILE" type:"path"`
	Memory     bool     `help:"Keep exchanges in memory, not in a file."`
	Keep       int      `help:"How many exchanges to keep." default:"20000"`
	NoOpen     bool     `help:"Do not open the page in the browser."`
	Outcome    []string `help:"What happens to messages and calls to a number, such as +15550101=30003 or +15550102=busy; may be repeated. Words: unreachable, unknown, landline, blocked, slow, busy, no-answer, answers, machine, fax, or an error number." placeholder:"NUMBER=RESULT"`
	NoProxy    bool     `help:"Do not direct your program's requests to twilio.com to the console."`
	Offline    bool     `help:"Refuse your program's requests through the proxy to hosts other than twilio.com."`
	Command    []string `arg:"" optional:"" passthrough:"" help:"Command that starts your program. It runs with ADDR, PORT, BASE_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER and RINGBACK_API set and is restarted when it exits."`
}

// Help shows examples.
func (devCommand) Help() string {
	return `Examples:

  ringback dev
  ringback dev -- go run ./examples/hello
  ringback dev --app localhost:3000 --sms /webhooks/sms

The page also implements a part of Twilio's REST API at its own address, for the account SID and the auth token that are printed: messages, calls, conferences and recordings. A program that dev starts needs no change: it gets the SID and the token as TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, and HTTPS_PROXY with a certificate that is made at the start, so that its requests to *.twilio.com arrive at the page. On macOS and Windows, Go programs do not read SSL_CERT_FILE: there, or with --no-proxy, set the base URL of the client to RINGBACK_API.

To see real traffic, point a tunnel at the address of --tunnel and set --base-url to the tunnel's public URL. Requests are forwarded unchanged.

Settings of a project can be kept in a file .ringback.yaml, for instance:

  app: localhost:3000
  sms: /webhooks/sms
  base-url: https://hooks.example.com

It is looked for in the current directory and those above it. Keys are the names of flags: ` + strings.Join(settings, ", ") + `. Flags and environment variables come first.`
}

// Ports that are tried where none is given: 4040 is ngrok's.
const (
	pagePort   = 4141
	tunnelPort = 4151
	morePorts  = 10
)

// listenAt listens at addr, or at the first free port from port on.
func listenAt(ctx context.Context, addr, flag string, port int) (net.Listener, error) {
	if addr != "" {
		return listen(ctx, addr, flag)
	}
	var l net.Listener
	var err error
	for n := range morePorts {
		if l, err = listen(ctx, fmt.Sprintf("127.0.0.1:%d", port+n), flag); err == nil {
			break
		}
	}
	return l, err
}

// Run serves until ctx ends.
func (d *devCommand) Run(ctx context.Context, io streams) error {
	if d.App == demoApp {
		d.App = ""
	}
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
		Number: d.Number, Hosts: d.TunnelHost, API: strings.TrimSuffix(pageURL, "/"), Store: store, Facts: facts,
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
	d.greet(io, pageURL+"#token="+session, tunnelAddr, st)
	if !d.NoOpen && terminal(io.out) {
		if err := browse(link); err != nil {
			fmt.Fprintf(io.err, "ringback: the page cannot be opened (%v); open the URL above\n", err)
		}
	}
	running.Wait()
	return failed
}

func (d *devCommand) greet(io streams, link, tunnel string, st *stage.Stage) {
	rows := [][2]string{
		{"Open", bold.on(io.out, link)},
		{"App", fmt.Sprintf("%s (%s)", d.App, strings.Join(d.paths(), ", "))},
		{"Signed for", st.Config().BaseURL},
		{"Auth token", d.restToken()},
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

// announce returns the console's token and a file that opens the page with it,
// and tells one-shot commands where the console is, until withdraw is called.
// The browser gets a file since every user of the machine can read the URL that a
// program is started with.
func (d *devCommand) announce(io streams, page string, st *stage.Stage) (session, link string, withdraw func()) {
	cfg := st.Config()
	dir, err := project.Open(projectDir())
	if err == nil {
		session, err = dir.Token()
	}
	if err == nil {
		link, err = dir.Write("open.html", fmt.Sprintf("<!doctype html><title>Ringback</title><meta http-equiv=\"refresh\" content=\"0;url=%s#token=%s\">\n", page, session))
	}
	if err == nil {
		withdraw, err = dir.Announce(project.Console{
			URL: page, Token: session, App: cfg.App, BaseURL: cfg.BaseURL, Number: cfg.Number,
			SMS: cfg.SMS, Voice: cfg.Voice, Status: d.Status, Fallback: cfg.Fallback,
		})
	}
	if err != nil {
		fmt.Fprintf(io.err, "ringback: the console's token cannot be kept (%v): open the printed URL after each start\n", err)
		if session == "" {
			session = project.NewToken()
		}
		return session, page + "#token=" + session, func() {}
	}
	return session, link, withdraw
}

// browse opens a file or a URL in the browser.
func browse(target string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.Command("open", target).Start()
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", target).Start()
	}
	return exec.Command("xdg-open", target).Start()
}

// teller passes news on to the page, and writes a line for each request.
func (d *devCommand) teller(io streams, hub *console.Hub) func(stage.News) {
	var refused sync.Map
	return func(n stage.News) {
		if host, ok := n.Data.(string); ok && n.Event == "refused" {
			if _, again := refused.LoadOrStore(host, true); !again {
				fmt.Fprintf(io.err, "ringback: refused a request through the tunnel for the host %q%s\n", host, restart(host))
			}
			return
		}
		if e, ok := n.Data.(capture.Exchange); ok {
			fmt.Fprintln(io.out, feed(io.out, e))
		}
		hub.Tell(n)
	}
}

// restart says how to allow a host. The host is what a request said, and people
// copy the flag to a shell, so there is none for a name with other characters
// than those of hosts.
func restart(host string) string {
	for _, c := range host {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == ':' || c == '-') {
			return ""
		}
	}
	return "; if that is your tunnel, start again with --base-url https://" + host
}

// feed is the line of an exchange. It holds no texts and no phone numbers.
func feed(w io.Writer, e capture.Exchange) string {
	status, paint := strconv.Itoa(e.Response.Status), green
	switch {
	case e.Response.Status == 0:
		status, paint = "---", red
	case e.Response.Status >= 400 || e.Code != 0:
		paint = red
	case e.Response.Status >= 300 || e.Lint > 0:
		paint = yellow
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(e.Request.URL, "https://"), "?")
	if u, err := url.Parse(e.Request.URL); err == nil {
		path = u.EscapedPath()
	}
	kind := cmp.Or(oneLine(e.Kind), "request")
	if e.Source == capture.API {
		kind = oneLine(e.Summary)
	}
	line := fmt.Sprintf("%s  %s %-4s %s  %s %s", faint.on(w, e.At.Format(time.TimeOnly)), paint.on(w, status), oneLine(e.Request.Method), oneLine(path),
		kind, faint.on(w, e.Took.Round(time.Millisecond).String()))
	var notes []string
	if e.Code != 0 {
		notes = append(notes, fmt.Sprintf("error %d", e.Code))
	}
	if e.Verdict != "valid" && e.Verdict != "" {
		notes = append(notes, "signature refused")
	}
	if e.Lint > 0 {
		notes = append(notes, counted(e.Lint, "problem"))
	}
	if e.Fault != "" {
		notes = append(notes, "fault "+e.Fault)
	}
	if len(notes) > 0 {
		line += "  " + red.on(w, strings.Join(notes, ", "))
	}
	return line
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
	account string                      // SID of the account that the page simulates
	env     []string                    // of the program: where the REST API is
	inner   func(context.Context) error // the demo, or nil

	mu    sync.Mutex
	known console.App
}

// app finds out what the program is: a running one, one that we start, or the
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
		d.Status = d.statusPath() // which the demo has
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
			return usagef("--app %s has no port, which your program needs", a.cfg.App)
		}
		running.Go(func() {
			failed <- process.Run(ctx, process.Config{
				Command: a.cfg.Command,
				Env: append([]string{
					"ADDR=" + addr, "PORT=" + port, "BASE_URL=" + a.cfg.baseURL(),
					"TWILIO_ACCOUNT_SID=" + a.account, "TWILIO_AUTH_TOKEN=" + a.cfg.restToken(),
				}, a.env...),
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
