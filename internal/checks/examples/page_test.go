package examples

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	pageLine    = regexp.MustCompile(`Open\s+(http://\S+/)#token=([0-9a-f]+)`)
	accountLine = regexp.MustCompile(`Account\s+(AC[0-9a-f]{32}),`)
)

// A page is the API behind the page of a running "ringback dev".
type page struct {
	t              *testing.T
	out            *screen
	address, token string
}

// open starts dev and waits for its page.
func open(t *testing.T, dir string, env []string, args ...string) *page {
	t.Helper()
	p := &page{t: t, out: start(t, filepath.Join(dir, "ringback"),
		append([]string{"dev", "--memory", "--no-open", "--offline", "--listen", "127.0.0.1:0", "--tunnel=", "--token", token}, args...), env)}
	p.out.waitFor(t, "Account ")
	m := pageLine.FindStringSubmatch(p.out.String())
	require.NotNil(t, m, p.out)
	p.address, p.token = m[1], m[2]
	return p
}

// ask sends a request to the API and decodes the answer into v.
func (p *page) ask(method, path string, body, v any) (status int) {
	p.t.Helper()
	var data io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		require.NoError(p.t, err)
		data = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.address+path, data)
	require.NoError(p.t, err)
	r.Header.Set("X-Console-Token", p.token)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	if res.StatusCode < 400 {
		require.NoError(p.t, json.Unmarshal(text, v), "%s", text)
	} else {
		require.Contains(p.t, []int{http.StatusConflict, http.StatusServiceUnavailable}, res.StatusCode, "%s %s: %s", method, path, text)
	}
	return res.StatusCode
}

type message struct {
	Direction, Body, Status string
	Media                   []struct{ URL string }
}

// text sends a text and waits for the answer.
func (p *page) text(s scene) {
	p.t.Helper()
	channel := s.channel
	if channel == "" {
		channel = "sms"
	}
	var sent struct{ Message message }
	p.ask("POST", "api/messages", map[string]any{"person": "+15550101", "channel": channel, "body": s.text, "picture": s.picture}, &sent)
	id := "+15550101"
	if channel != "sms" {
		id = channel + ":" + id
	}
	var answer message
	require.Eventually(p.t, func() bool {
		var c struct{ Messages []message }
		p.ask("GET", "api/conversations/"+id, nil, &c)
		for _, m := range c.Messages {
			if m.Direction == "from-app" && strings.Contains(m.Body, s.shows) && s.picture == (len(m.Media) > 0) {
				answer = m
				return true
			}
		}
		return false
	}, patience, 50*time.Millisecond, "no reply to %q", s.text)
	if !s.picture {
		return
	}
	res, err := http.Get(answer.Media[0].URL) // as the person's phone does
	require.NoError(p.t, err)
	defer res.Body.Close()
	assert.Equal(p.t, http.StatusOK, res.StatusCode)
	assert.Regexp(p.t, `^image/`, res.Header.Get("Content-Type"))
}

type call struct {
	SID, Reason, Status string
	Code                int
	Ended               bool
	Doing               string
	WaitingFor          struct{ Kind string }
	Lines               []struct{ Who, Kind, Text string }
}

func (c call) String() string {
	var b strings.Builder
	for _, l := range c.Lines {
		fmt.Fprintf(&b, "%s %s: %s\n", l.Who, l.Kind, l.Text)
	}
	return b.String()
}

// call calls the program, does what the scene says as soon as each is possible,
// and waits for the end.
func (p *page) call(s scene) {
	p.t.Helper()
	var c call
	p.ask("POST", "api/calls", map[string]any{"person": "+15550101"}, &c)
	for _, act := range s.call {
		require.Eventually(p.t, func() bool {
			return p.listensFor(c.SID, act) && p.ask("POST", "api/calls/"+c.SID+"/act", map[string]any{"do": act}, &c) == http.StatusOK
		}, patience, 100*time.Millisecond, "%s is never possible", act)
	}
	ended := func() bool {
		p.ask("GET", "api/calls/"+c.SID, nil, &c)
		return c.Ended
	}
	if !assert.Eventually(p.t, ended, patience, 50*time.Millisecond, "the call does not end") {
		p.t.Fatal(c)
	}
	assert.Equal(p.t, "completed", c.Status)
	assert.Zero(p.t, c.Code, c.Reason)
	assert.Contains(p.t, c.String(), s.shows)
}

// listensFor reports whether the call is at the point at which a person would do
// act: keys and words that nobody hears are not refused.
func (p *page) listensFor(sid, act string) bool {
	var c call
	p.ask("GET", "api/calls/"+sid, nil, &c)
	switch verb, _, _ := strings.Cut(act, " "); verb {
	case "presses":
		return strings.Contains(c.WaitingFor.Kind, "keys") || c.WaitingFor.Kind == "recording"
	case "speaks":
		var live struct{ Sessions []struct{ State string } }
		p.ask("GET", "api/calls/"+sid+"/live", nil, &live)
		return strings.Contains(c.WaitingFor.Kind, "speech") || c.WaitingFor.Kind == "recording" || len(live.Sessions) > 0 && live.Sessions[0].State == "open"
	case "hangs":
		return slices.Contains([]string{"talking", "in-conference", "in-session"}, c.Doing)
	}
	return true
}

type exchange struct {
	Summary, Path, Error string
	Status, Code         int
}

// atThePage starts the program under "ringback dev" and does what a person at the
// page does. Every request that the program gets must be one that it takes, and
// the callbacks must be among them.
func (p play) atThePage(t *testing.T, dir string) {
	log, page := p.open(t, dir)
	for _, s := range p.scenes {
		switch {
		case s.text != "":
			page.text(s)
		case s.deliver != "":
			var d struct{ SID string }
			page.ask("POST", "api/deliveries", map[string]any{"ending": s.deliver}, &d)
		default:
			page.call(s)
		}
	}
	var all struct{ Exchanges []exchange }
	for _, path := range p.arrives {
		assert.Eventually(t, func() bool {
			page.ask("GET", "api/exchanges?limit=500", nil, &all)
			for _, x := range all.Exchanges {
				if at := strings.IndexAny(x.Path+"?", "?#"); x.Path[:at] == path {
					return true
				}
			}
			return false
		}, patience, 100*time.Millisecond, "no request arrives at %s", path)
	}
	for _, text := range p.logs {
		log.waitFor(t, text)
	}
	page.ask("GET", "api/exchanges?limit=500", nil, &all)
	for _, x := range all.Exchanges {
		assert.True(t, x.Status > 0 && x.Status < 400 && x.Code == 0, "%+v", x)
	}
}

// open starts the example at the page. It returns what the program writes.
func (p play) open(t *testing.T, dir string) (log *screen, _ *page) {
	t.Helper()
	if p.example == "behindproxy" { // which dev cannot put behind a proxy
		addr := freeAddr(t)
		page := open(t, dir, environment(t), "--app", "http://"+behind(t, addr), "--base-url", p.base)
		m := accountLine.FindStringSubmatch(page.out.String())
		require.NotNil(t, m, page.out)
		log := start(t, filepath.Join(dir, p.example), nil, environment(t, "ADDR="+addr,
			"PROXIES=127.0.0.0/8", "HOSTS=hooks.example.com", "TENANTS="+m[1]+"="+token))
		listens(t, addr)
		return log, page
	}
	args := p.flags
	if p.base != "" {
		args = append(args, "--base-url", p.base)
	}
	args = append(append(args, "--", filepath.Join(dir, p.example)), p.args...)
	env := environment(t)
	for _, e := range p.env {
		if !strings.HasPrefix(e, "RINGBACK_API=") { // dev sets it
			env = append(env, e)
		}
	}
	page := open(t, dir, env, args...)
	var state struct{ App struct{ Up bool } }
	require.Eventually(t, func() bool {
		page.ask("GET", "api/state", nil, &state)
		return state.App.Up
	}, patience, 50*time.Millisecond, "the program does not listen")
	return page.out, page
}
