package console_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/mediastream"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// openStream starts a console before a program that plays back what the caller
// says.
func openStream(t *testing.T) *desk {
	t.Helper()
	mux := http.NewServeMux()
	app := httptest.NewServer(mux)
	t.Cleanup(app.Close)
	base := "https://" + app.Listener.Addr().String()
	v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(authToken)})
	require.NoError(t, err)
	mux.HandleFunc("POST /voice", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, `<Response><Connect><Stream url="wss://%s/stream"/></Connect></Response>`, app.Listener.Addr())
	})
	mux.Handle("GET /stream", mediastream.Handle(v, func(ctx context.Context, s *mediastream.Stream) error {
		_, err := s.Play(ctx, s.Listen(audio.MuLaw8k, mediastream.Inbound), audio.MuLaw8k)
		return err
	}, &mediastream.Options{Logger: slog.New(slog.DiscardHandler)}))
	store, _, err := capture.Open("", capture.Limits{})
	require.NoError(t, err)
	facts, err := explain.Load()
	require.NoError(t, err)
	hub := new(console.Hub)
	st, err := stage.New(stage.Config{App: app.URL, BaseURL: base, AuthToken: authToken, Store: store, Facts: facts, Seed: 1}, hub.Tell)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- st.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		store.Close()
	})
	return &desk{t: t, store: store, stage: st, server: console.New(console.Config{
		Stage: st, Store: store, Facts: facts, Guard: guard.New(session, guard.LoopbackHosts(ours)...), Hub: hub,
		App: func() console.App { return console.App{URL: base, Up: true} }, Version: "test",
	})}
}

// TestSound speaks into a call by the WebSocket of the page, and hears the
// program.
func TestSound(t *testing.T) {
	t.Parallel()
	d := openStream(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = ours
		d.server.ServeHTTP(w, r)
	}))
	defer server.Close()
	var call stage.Call
	require.Equal(t, 200, d.do("POST", "/api/calls", `{"person":"+15550101"}`, &call))
	opened := func() bool {
		var got struct{ Sessions []stage.Session }
		return d.do("GET", "/api/calls/"+call.SID+"/live", "", &got) == 200 && len(got.Sessions) == 1 && got.Sessions[0].State == "open"
	}
	require.Eventually(t, opened, 30*time.Second, 20*time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	dial := func(sid string, protocols ...string) (*websocket.Conn, *http.Response, error) {
		return websocket.Dial(ctx, server.URL+"/api/calls/"+sid+"/sound", &websocket.DialOptions{
			Subprotocols: protocols, HTTPHeader: http.Header{"Origin": {"http://" + ours}},
		})
	}
	for name, c := range map[string]struct {
		sid       string
		protocols []string
		status    int
	}{
		"T33 no token":    {call.SID, []string{"ringback.sound"}, 401},
		"T33 wrong token": {call.SID, []string{"ringback.sound", "ringback.token.x"}, 401},
		"T33 empty token": {call.SID, []string{"ringback.sound", "ringback.token."}, 401},
		"no such call":    {"CAnone", []string{"ringback.sound", "ringback.token." + session}, 404},
	} {
		_, resp, err := dial(c.sid, c.protocols...)
		require.Error(t, err, name)
		require.NotNil(t, resp, name)
		assert.Equal(t, c.status, resp.StatusCode, name)
	}
	ws, resp, err := dial(call.SID, "ringback.sound", "ringback.token."+session)
	require.NoError(t, err)
	defer ws.CloseNow()
	assert.Equal(t, []string{"ringback.sound"}, resp.Header["Sec-Websocket-Protocol"], "the answer holds no token")

	go func() {
		said := make([]byte, 160)
		for i := range said {
			said[i] = byte(0x80 * (i / 10 % 2))
		}
		for ctx.Err() == nil && ws.Write(ctx, websocket.MessageBinary, said) == nil {
			time.Sleep(20 * time.Millisecond)
		}
	}()
	for loud := false; !loud; {
		kind, sound, err := ws.Read(ctx)
		require.NoError(t, err)
		loud = kind == websocket.MessageBinary && audio.MuLaw8k.Level(sound) > 0.1
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/api/calls/"+call.SID+"/recording", nil)
	r.Host = ours
	r.Header.Set(guard.TokenHeader, session)
	d.server.ServeHTTP(w, r)
	require.Equal(t, 200, w.Code)
	assert.Equal(t, "RIFF", w.Body.String()[:4])
	assert.Equal(t, "audio/wav", w.Header().Get("Content-Type"))
	assert.Equal(t, 404, d.do("GET", "/api/calls/CAnone/recording", "", nil))
	assert.Equal(t, 404, d.do("GET", "/api/calls/CAnone/live", "", nil))
	assert.Equal(t, 400, d.do("POST", "/api/calls/"+call.SID+"/live", `{"do":"sings"}`, nil))
	assert.Equal(t, 409, d.do("POST", "/api/calls/"+call.SID+"/live", `{"do":"types","text":"hello"}`, nil))
	assert.Equal(t, 200, d.do("POST", "/api/calls/"+call.SID+"/live", `{"do":"tone"}`, nil))

	second, _, err := dial(call.SID, "ringback.sound", "ringback.token."+session)
	require.NoError(t, err)
	defer second.CloseNow()
	for err == nil {
		_, _, err = ws.Read(ctx)
	}
	assert.EqualValues(t, 4001, websocket.CloseStatus(err), "another window takes the phone")
	require.NoError(t, second.Write(ctx, websocket.MessageText, []byte("words")))
	for err = nil; err == nil; {
		_, _, err = second.Read(ctx)
	}
	assert.Equal(t, websocket.StatusUnsupportedData, websocket.CloseStatus(err))
}
