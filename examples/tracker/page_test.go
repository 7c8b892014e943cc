package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

const (
	good    = "SM00000000000000000000000000000001"
	bad     = "SM00000000000000000000000000000002"
	pending = "SM00000000000000000000000000000003"
	hostile = `<script>alert(1)</script>"'>`
)

// newPage is a page with three messages, one of which has an unknown status.
func newPage(t *testing.T) *page {
	t.Helper()
	tracker := status.NewTracker(new(status.Memory), nil)
	require.NoError(t, tracker.Observe(t.Context(),
		status.Observation{SID: good, Status: "delivered"},
		status.Observation{SID: bad, Status: "undelivered", ErrorCode: 30005},
		status.Observation{SID: pending, Status: hostile}))
	p := &page{tracker: tracker, board: new(board)}
	for _, sid := range []webhook.SID{good, bad, pending} {
		state, err := tracker.Get(t.Context(), sid)
		require.NoError(t, err)
		p.board.put(state)
	}
	return p
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// The page is whole as the server renders it.
func TestPageWithoutScript(t *testing.T) {
	h := newPage(t).routes()
	row := func(sid string) string { return `<li data-sid="` + sid + `"` }
	for _, tt := range []struct {
		path          string
		shown, hidden []string
	}{
		{"/", []string{good, bad, pending}, nil},
		{"/?show=nonsense", []string{good, bad, pending}, nil},
		{"/?show=pending", []string{pending}, []string{good, bad}},
		{"/?show=failed", []string{bad}, []string{good, pending}},
	} {
		t.Run(tt.path, func(t *testing.T) {
			w := get(h, tt.path)
			require.Equal(t, http.StatusOK, w.Code)
			for _, sid := range tt.shown {
				assert.Contains(t, w.Body.String(), row(sid))
			}
			for _, sid := range tt.hidden {
				assert.NotContains(t, w.Body.String(), row(sid))
			}
		})
	}
	text := get(h, "/?show=failed").Body.String()
	assert.Contains(t, text, "30005</a> <b>Unknown destination handset</b>")
	assert.Contains(t, text, "do not send again")
	assert.Contains(t, text, `<dd id="count-good">1</dd>`)
	assert.Contains(t, text, `<dd id="observed">3</dd>`)
}

// A stranger's text is text, and no other script could run anyway.
func TestHostileStatus(t *testing.T) {
	w := get(newPage(t).routes(), "/")
	assert.NotContains(t, w.Body.String(), "<script>alert")
	assert.Contains(t, w.Body.String(), "&lt;script&gt;alert(1)")
	policy := w.Header().Get("Content-Security-Policy")
	assert.Contains(t, policy, "default-src 'none'; script-src 'self'; style-src 'self'")
	assert.NotContains(t, policy, "unsafe")
	assert.NotRegexp(t, `\sstyle=|\son[a-z]+=|javascript:`, w.Body.String())

	script := get(newPage(t).routes(), "/page.js")
	require.Equal(t, http.StatusOK, script.Code)
	assert.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(`, script.Body.String())
}

func TestData(t *testing.T) {
	h := newPage(t).routes()
	var states []status.State
	require.NoError(t, json.Unmarshal(get(h, "/states").Body.Bytes(), &states))
	assert.Len(t, states, 3)
	assert.JSONEq(t, `{"code":30003,"name":"Unreachable destination handset","text":`+quoted(status.Code(30003).Meaning())+
		`,"advice":"worth another try","url":`+quoted(status.Code(30003).URL())+`}`, get(h, "/codes/30003").Body.String())
	assert.Contains(t, get(h, "/codes/99999").Body.String(), "not in the catalog")
	for _, path := range []string{"/codes/x", "/codes/-1", "/codes/99999999999", "/page.html", "/other"} {
		assert.Equal(t, http.StatusNotFound, get(h, path).Code, path)
	}
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// The board holds what was pending before and what changes after.
func TestBoardFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		tracker := status.NewTracker(new(status.Memory), nil)
		require.NoError(t, tracker.Observe(ctx, status.Observation{SID: pending, Status: "sent"}))
		time.Sleep(time.Second) // Overdue is of what came before now
		b := new(board)
		go b.follow(ctx, tracker)
		synctest.Wait()
		require.Len(t, b.list(), 1)
		require.NoError(t, tracker.Observe(ctx, status.Observation{SID: pending, Status: "delivered"}))
		synctest.Wait()
		assert.Equal(t, "delivered", b.list()[0].Status)
		cancel()
		synctest.Wait()
	})
}

func TestBoardIsBounded(t *testing.T) {
	b := new(board)
	for i := range boardLimit + 5 {
		b.put(status.Of(status.Observation{SID: webhook.SID("SM" + string(rune('a'+i%26)) + strings.Repeat("x", i/26)), Status: "sent"}))
	}
	assert.Len(t, b.list(), boardLimit)
}

// The whole program: one run at full speed, watched through its page.
func TestProgram(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	env := map[string]string{"ADDR": "127.0.0.1:0", "PAGE_ADDR": "127.0.0.1:0", "TRACKER_STORE": "sqlite:" + t.TempDir() + "/t.db"}
	s, err := parse([]string{"-speed=50", "-messages=60", "-seed=3"}, func(name string) string { return env[name] }, io.Discard)
	require.NoError(t, err)
	out, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, s, w, slog.New(slog.DiscardHandler)); w.Close() }()

	var address string
	lines := bufio.NewScanner(out)
	for address == "" && lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "Page:"); ok {
			address = strings.TrimSpace(rest)
		}
	}
	require.NotEmpty(t, address)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/stream", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	final := map[webhook.SID]bool{}
	events := bufio.NewScanner(response.Body)
	for len(final) < 50 && events.Scan() {
		if data, ok := strings.CutPrefix(events.Text(), "data: "); ok {
			var state status.State
			require.NoError(t, json.Unmarshal([]byte(data), &state))
			if state.Final {
				final[state.SID] = true
			}
		}
	}
	assert.Len(t, final, 50)
	cancel()
	assert.NoError(t, <-ended)
}

func TestSettings(t *testing.T) {
	none := func(string) string { return "" }
	for _, args := range [][]string{{"-messages=0"}, {"-messages=1001"}, {"-speed=0"}, {"-speed=NaN"}, {"-simulate=false"}, {"-nonsense"}} {
		_, err := parse(args, none, io.Discard)
		assert.Error(t, err, args)
	}
	s, err := parse(nil, none, io.Discard)
	require.NoError(t, err)
	assert.NotZero(t, s.seed)
	assert.Equal(t, "sqlite:tracker.db", s.store)
	for _, name := range []string{"", "sqlite:", "mysql://user:secret@host", "redis://%zz", "postgres://user:secret@[::1:bad"} {
		_, _, err := openStore(t.Context(), name)
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "secret")
	}
}
