package remote_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/signature"
)

func route(t *testing.T, ctx context.Context, cfg remote.Config) *remote.Program {
	t.Helper()
	way, err := remote.New(ctx, cfg)
	require.NoError(t, err)
	return way
}

func get(t *testing.T, way *remote.Program, address string) (status int, body string, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	resp, err := way.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(data), err
}

// TestSeesThePublicHost reaches the program at one address while requests are
// signed for another, as behind a proxy.
func TestSeesThePublicHost(t *testing.T) {
	t.Parallel()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host+r.RequestURI) }))
	defer app.Close()
	way := route(t, t.Context(), remote.Config{App: app.URL + "/", BaseURL: "https://hooks.example.com/twilio/"})
	assert.Equal(t, "https://hooks.example.com/twilio", way.BaseURL())
	_, body, err := get(t, way, "https://hooks.example.com/twilio/sms?a=%2f")
	require.NoError(t, err)
	assert.Equal(t, "hooks.example.com/sms?a=%2f", body)
	assert.Empty(t, way.Hint())
}

// TestURLOfAnotherScheme sends requests to the program whose URLs it built from the
// Host header and the wrong scheme. Twilio's warm transfer for Node writes https,
// its click to call http, whatever they are reached by.
func TestURLOfAnotherScheme(t *testing.T) {
	t.Parallel()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Host+r.RequestURI)
	}))
	defer app.Close()
	own := strings.TrimPrefix(app.URL, "http://")
	way := route(t, t.Context(), remote.Config{App: app.URL, BaseURL: "https://hooks.example.com"})
	for address, host := range map[string]string{
		"https://hooks.example.com/menu":     "hooks.example.com",
		"http://hooks.example.com/menu":      "hooks.example.com",
		"http://HOOKS.example.com:80/menu":   "hooks.example.com",
		"https://hooks.example.com:443/menu": "hooks.example.com",
		"http://" + own + "/menu":            own,
		"https://" + own + "/menu":           own,
	} {
		_, body, err := get(t, way, address)
		require.NoError(t, err, address)
		assert.Equal(t, host+"/menu", body, address)
	}
	_, _, err := get(t, way, "https://hooks.example.com:80/menu")
	assert.ErrorIs(t, err, remote.ErrForeign, "another port")
}

// TestT35OnlyTheProgram sends nothing to anyone else, a longer host name that
// begins like the program's included.
func TestT35OnlyTheProgram(t *testing.T) {
	t.Parallel()
	way := route(t, t.Context(), remote.Config{App: "http://app.example.com", Handler: http.NotFoundHandler()})
	for _, foreign := range []string{"http://evil.example.com/", "http://app.example.com.evil.example.com/", "https://app.example.com:80/", "https://user@app.example.com/", "http://app.example.com:81/"} {
		_, _, err := get(t, way, foreign)
		require.ErrorIs(t, err, remote.ErrForeign, foreign)
	}
	assert.Contains(t, way.Hint(), "--base-url")
	status, _, err := get(t, way, "http://app.example.com?x=1")
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, status)
}

// TestT35Loopback treats the names of this machine as one host, at the port of the
// program only. The request goes to the configured address, with the host that the
// program has written.
func TestT35Loopback(t *testing.T) {
	t.Parallel()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Host+r.RequestURI)
	}))
	defer app.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(app.URL, "http://"))
	require.NoError(t, err)
	way := route(t, t.Context(), remote.Config{App: app.URL})
	for _, host := range []string{"localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port} {
		for _, scheme := range []string{"http://", "https://"} {
			_, body, err := get(t, way, scheme+host+"/menu?x=1")
			require.NoError(t, err, host)
			assert.Equal(t, host+"/menu?x=1", body)
		}
	}
	for _, foreign := range []string{"http://localhost/", "http://localhost:1/", "http://127.0.0.2:" + port + "/", "http://localhost.example.com:" + port + "/", "http://127.0.0.1.example.com:" + port + "/"} {
		_, _, err := get(t, way, foreign)
		require.ErrorIs(t, err, remote.ErrForeign, foreign)
	}
}

// TestHintOfAConsoleWithoutItsProgram says that the console runs and its program
// does not.
func TestHintOfAConsoleWithoutItsProgram(t *testing.T) {
	t.Parallel()
	app := httptest.NewServer(http.NotFoundHandler())
	app.Close()
	way := route(t, t.Context(), remote.Config{App: app.URL, Console: "http://127.0.0.1:4141"})
	assert.Empty(t, way.Hint())
	_, _, err := get(t, way, app.URL+"/sms")
	require.Error(t, err)
	assert.Contains(t, way.Hint(), "the console at http://127.0.0.1:4141 is running, but its program at "+app.URL+" is not")
	way = route(t, t.Context(), remote.Config{App: app.URL})
	_, _, err = get(t, way, app.URL+"/sms")
	require.Error(t, err)
	assert.Empty(t, way.Hint())
}

func TestHintOfARefusal(t *testing.T) {
	t.Parallel()
	way := route(t, t.Context(), remote.Config{App: "http://app.example.com", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
	})})
	_, _, err := get(t, way, "http://app.example.com/sms")
	require.NoError(t, err)
	assert.Contains(t, way.Hint(), "--token")
}

// progress is a writer that signals each write.
type progress struct {
	mu   sync.Mutex
	text bytes.Buffer
	told chan struct{}
	once sync.Once
}

func (p *progress) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.once.Do(func() { close(p.told) })
	return p.text.Write(b)
}

// TestTellsOfALongWait tells of an answer that takes long, and ends the request
// with the command.
func TestTellsOfALongWait(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer app.Close()
	told := &progress{told: make(chan struct{})}
	way := route(t, ctx, remote.Config{App: app.URL, Progress: told, Patience: time.Millisecond})
	ended := make(chan error, 1)
	go func() {
		r, _ := http.NewRequest(http.MethodGet, app.URL+"/slow", nil)
		_, err := way.RoundTrip(r)
		ended <- err
	}()
	<-told.told
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	told.mu.Lock()
	defer told.mu.Unlock()
	assert.Contains(t, told.text.String(), "no answer from GET /slow")
}

// TestWebSocketsReachTheProgram opens a WebSocket by wss, which Twilio signs and a
// program on this machine does not have, and refuses one that leads elsewhere.
func TestWebSocketsReachTheProgram(t *testing.T) {
	t.Parallel()
	key, err := signature.NewSharedKey("webhooks_sharedkey_0123456789abcdef", "secret")
	require.NoError(t, err)
	v, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens:  signature.TokenFunc(func(context.Context, signature.Query) ([]signature.Token, error) { return []signature.Token{key}, nil }),
	})
	require.NoError(t, err)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := v.Verify(r); err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		ws.Close(websocket.StatusNormalClosure, r.Host)
	}))
	defer app.Close()
	way := route(t, t.Context(), remote.Config{App: app.URL, BaseURL: "https://hooks.example.com", Key: key})
	client := &http.Client{Transport: way}
	ws, _, err := websocket.Dial(t.Context(), "wss://hooks.example.com/live", &websocket.DialOptions{HTTPClient: client})
	require.NoError(t, err)
	_, _, err = ws.Read(t.Context())
	closed, ok := errors.AsType[websocket.CloseError](err)
	require.True(t, ok, err)
	assert.Equal(t, "hooks.example.com", closed.Reason)

	_, _, err = websocket.Dial(t.Context(), "wss://evil.example.com/live", &websocket.DialOptions{HTTPClient: client})
	require.ErrorIs(t, err, remote.ErrForeign)
}
