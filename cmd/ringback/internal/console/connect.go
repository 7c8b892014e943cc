package console

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

//go:embed snippets
var snippets embed.FS

// setting is a value that a program needs.
type setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`         // a hint for a secret
	Env    string `json:"env,omitempty"` // the variable that holds it
	Secret bool   `json:"secret,omitempty"`
	Note   string `json:"note,omitempty"`
}

// route is one of the paths that the console requests.
type route struct {
	Takes  string `json:"takes"` // messages, calls, status callbacks
	Flag   string `json:"flag"`
	Path   string `json:"path"`
	State  string `json:"state"`            // works, found, refused, failing, missing, silent, unknown
	Status int    `json:"status,omitempty"` // of the answer that says so
	Seen   int64  `json:"seen,omitempty"`   // exchange that says so; zero: the probe does
	Other  string `json:"other,omitempty"`  // a usual path at which the program has something
	Text   string `json:"text"`
}

// usual are paths that programs commonly have, by flag.
var usual = map[string][]string{
	"--sms":    {"/sms", "/message", "/messages", "/sms/incoming", "/incoming-sms", "/webhooks/sms", "/webhook/sms", "/twilio/sms"},
	"--voice":  {"/voice", "/call", "/calls", "/answer", "/voice/incoming", "/incoming-call", "/webhooks/voice", "/webhook/voice", "/twilio/voice"},
	"--status": {"/status", "/sms/status", "/message-status", "/status-callback", "/webhooks/status", "/twilio/status"},
}

// connect is what a person needs to connect a program.
func (s *Server) connect(w http.ResponseWriter, _ *http.Request) {
	cfg := s.Stage.Config()
	settings := []setting{
		{Name: "Account SID", Value: s.Stage.AccountSID(), Env: "TWILIO_ACCOUNT_SID"},
		{Name: "Auth token", Value: hint(s.token()), Env: "TWILIO_AUTH_TOKEN", Secret: true},
		{Name: "Phone number", Value: cfg.Number, Env: "TWILIO_PHONE_NUMBER"},
		{Name: "Public URL", Value: cfg.BaseURL, Env: "BASE_URL", Note: "Requests are signed for it. Set another one with --base-url."},
		{Name: "REST API", Value: cfg.API, Env: "RINGBACK_API", Note: "Use it instead of https://api.twilio.com. A program that ringback dev starts needs no change."},
	}
	var env strings.Builder
	for _, v := range settings {
		value := quote(v.Value)
		if v.Secret {
			value = "{token}"
		}
		fmt.Fprintf(&env, "export %s=%s\n", v.Env, value)
	}
	if s.Tunnel != "" {
		settings = append(settings, setting{Name: "Tunnel endpoint", Value: "http://" + s.Tunnel, Note: "Point ngrok or cloudflared at it to see real requests, and set --base-url to the public URL."})
	}
	answer(w, map[string]any{
		"app": s.App(), "settings": settings, "env": env.String(), "routes": s.seen(), "snippets": s.snippets(), "empty": s.Store.Count(capture.Query{}) == 0,
		"tries": tries,
	}, nil)
}

// token is the auth token of the account that the console simulates.
func (s *Server) token() string { return cmp.Or(s.Token, s.Stage.Config().AuthToken) }

// getToken returns the auth token, apart from everything else, so that it is in
// the page only while it is copied.
func (s *Server) getToken(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]string{"token": s.token()}, nil)
}

// seen says which paths have answered so far.
func (s *Server) seen() []route {
	cfg := s.Stage.Config()
	out := []route{
		{Takes: "messages", Flag: "--sms", Path: cfg.SMS},
		{Takes: "calls", Flag: "--voice", Path: cfg.Voice},
		{Takes: "status callbacks", Flag: "--status", Path: cfg.Status},
	}
	for i := range out {
		r := &out[i]
		r.State, r.Text = "unknown", "No request yet."
		for _, e := range s.Store.List(capture.Query{Terms: []capture.Term{{Key: "path", Value: strings.ToLower(r.Path)}}, Limit: 50}) {
			if e.Request.Path() != r.Path || e.Source == capture.API || e.Fault != "" || e.Verdict != "valid" {
				continue
			}
			r.Seen, r.Status = e.ID, e.Response.Status
			r.State, r.Text = stateOf(e.Response.Status)
			break
		}
	}
	return out
}

func stateOf(status int) (state, text string) {
	switch {
	case status == 0:
		return "silent", "The last request got no response."
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "refused", fmt.Sprintf("The last request was refused with %d.", status)
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		return "missing", fmt.Sprintf("The last request got %d.", status)
	case status >= 500:
		return "failing", fmt.Sprintf("The last request got %d.", status)
	}
	return "works", fmt.Sprintf("Works: the last request got %d.", status)
}

// nowhere is a path that no program has: one that answers there answers
// everywhere.
const nowhere = "/ringback-probe-of-a-path-that-does-not-exist"

// probe finds out which paths the program has, by requests that start nothing;
// see [stage.Stage.Probe].
func (s *Server) probe(w http.ResponseWriter, r *http.Request) {
	routes := s.seen()
	paths := []string{nowhere}
	for _, v := range routes {
		paths = append(paths, v.Path)
		paths = append(paths, usual[v.Flag]...)
	}
	found := s.probes(r.Context(), paths)
	if found[nowhere].Status == 0 {
		for i := range routes {
			if routes[i].Seen == 0 {
				routes[i].State, routes[i].Text = "silent", "The program does not respond."
			}
		}
		answer(w, map[string]any{"routes": routes, "catchAll": false}, nil)
		return
	}
	everywhere := has(found[nowhere])
	for i := range routes {
		v := &routes[i]
		p := found[v.Path]
		switch {
		case v.State == "works" || v.State == "refused" || v.State == "failing":
			continue
		case everywhere:
			if v.Seen == 0 {
				v.Text = "The program responds at every path, so only a real request can show whether it has a handler here."
			}
			continue
		case has(p):
			if v.Seen == 0 {
				v.State, v.Status, v.Text = "found", p.Status, "Found. Send something to it."
			}
			continue
		}
		v.State, v.Status, v.Text = "missing", p.Status, fmt.Sprintf("Nothing at this path (%d).", p.Status)
		for _, other := range usual[v.Flag] {
			if has(found[other]) && !slices.ContainsFunc(routes, func(r route) bool { return r.Path == other }) {
				v.Other = other
				v.Text += fmt.Sprintf(" Your program has a handler at %s: start the console with %s %s.", other, v.Flag, other)
				break
			}
		}
	}
	answer(w, map[string]any{"routes": routes, "catchAll": everywhere}, nil)
}

// has reports whether an answer to OPTIONS means that there is a handler for POST
// or GET. Some servers answer 405 to OPTIONS, with what they take in Allow.
func has(p stage.Probe) bool {
	return p.Status != 0 && p.Status != http.StatusNotFound && p.Status != http.StatusNotImplemented && p.Status < 500 &&
		(p.Allow == "" || p.Allow == "*" || strings.Contains(p.Allow, http.MethodPost) || strings.Contains(p.Allow, http.MethodGet))
}

// probes asks for several paths, a few at a time.
func (s *Server) probes(ctx context.Context, paths []string) map[string]stage.Probe {
	out := make(map[string]stage.Probe)
	var mu sync.Mutex
	var running sync.WaitGroup
	room := make(chan struct{}, 4)
	for _, path := range slices.Compact(slices.Sorted(slices.Values(paths))) {
		running.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			p, err := s.Stage.Probe(ctx, path)
			if err != nil {
				return // not a path that can be requested
			}
			mu.Lock()
			defer mu.Unlock()
			out[path] = p
		})
	}
	running.Wait()
	return out
}

// snippet is a program in one language.
type snippet struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Run     string `json:"run"`     // command that starts it with the console
	Webhook string `json:"webhook"` // verifies and answers
	File    string `json:"file"`
	Send    string `json:"send"` // sends a message by the REST API
}

var languages = []snippet{
	{ID: "go", Name: "Go", File: "main.go", Run: "ringback dev -- go run ."},
	{ID: "node", Name: "Node", File: "webhook.js", Run: "ringback dev -- node webhook.js"},
	{ID: "python", Name: "Python", File: "webhook.py", Run: "ringback dev -- python3 webhook.py"},
	{ID: "php", Name: "PHP", File: "webhook.php", Run: "ringback dev -- sh -c 'php -S 127.0.0.1:$PORT webhook.php'"},
	{ID: "ruby", Name: "Ruby", File: "webhook.rb", Run: "ringback dev -- ruby webhook.rb"},
}

// plainPath is a path that is the same inside quotes of any language.
var plainPath = regexp.MustCompile(`^/[A-Za-z0-9/._~-]*$`)

// snippets returns the programs with the paths that the console requests.
func (s *Server) snippets() []snippet {
	cfg := s.Stage.Config()
	out := slices.Clone(languages)
	for i := range out {
		v := &out[i]
		for name, text := range map[string]*string{"webhook": &v.Webhook, "send": &v.Send} {
			files, _ := fs.Glob(snippets, "snippets/"+v.ID+"/"+name+".*")
			data, err := snippets.ReadFile(files[0])
			if err != nil {
				panic(err) // the folder is part of the program
			}
			*text = string(data)
		}
		if plainPath.MatchString(cfg.SMS) && plainPath.MatchString(cfg.Voice) {
			v.Webhook = strings.NewReplacer(`"/sms"`, `"`+cfg.SMS+`"`, `'/sms'`, `'`+cfg.SMS+`'`, `"POST /sms"`, `"POST `+cfg.SMS+`"`,
				`"/voice"`, `"`+cfg.Voice+`"`, `'/voice'`, `'`+cfg.Voice+`'`, `"POST /voice"`, `"POST `+cfg.Voice+`"`).Replace(v.Webhook)
		}
	}
	return out
}

// trial is something to try by one click.
type trial struct {
	What string `json:"what"`
	Name string `json:"name"`
	Text string `json:"text"`
}

var tries = []trial{
	{"text", "Send a text", "Ana texts “Hello” to your program. Its reply appears on the phone."},
	{"call", "Call your program", "Ana calls. Your program’s TwiML is executed: listen, press keys, speak."},
	{"wrong-signature", "Break a signature", "A text with a wrong signature. A program that verifies responds with 403."},
}

// try does what a trial says, and returns where its result appears.
func (s *Server) try(w http.ResponseWriter, r *http.Request) {
	var v struct{ What string }
	if !read(w, r, &v) {
		return
	}
	person := stage.People()[0].Address
	switch v.What {
	case "text":
		m, err := s.Stage.Send(stage.Text{Person: person, Channel: "sms", Body: "Hello"})
		answer(w, map[string]any{"view": "phone", "person": person, "message": m.SID}, err)
	case "call":
		c, err := s.Stage.Dial(person)
		answer(w, map[string]any{"view": "phone", "person": person, "call": c.SID}, err)
	case "wrong-signature":
		e, err := s.Stage.Forge(r.Context(), person)
		answer(w, map[string]any{"view": "traffic", "exchange": e.ID}, err)
	default:
		fail(w, http.StatusBadRequest, fmt.Errorf("there is nothing to try called %q", v.What))
	}
}
