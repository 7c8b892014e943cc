package stage_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// roundTrip is a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// jukebox is a stage whose program plays one address and sends it as a picture.
func jukebox(t *testing.T, address string, change func(*stage.Config)) (s *stage.Stage, call stage.Call, line int) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /voice", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, "<Response><Play>%s</Play><Pause length=\"60\"/></Response>", address)
	})
	send := func(kind, data string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, data)
		}
	}
	mux.HandleFunc("GET /a.wav", send("audio/wav", "RIFF"))
	mux.HandleFunc("GET /unnamed", send("application/octet-stream", "RIFF\x24\x00\x00\x00WAVEfmt "))
	mux.HandleFunc("GET /page.wav", send("text/html", "<script>"))
	mux.HandleFunc("GET /large.wav", send("audio/wav", strings.Repeat("x", 17<<20)))
	mux.HandleFunc("GET /a.png", send("image/png", "PNG"))
	mux.HandleFunc("GET /a.svg", send("image/svg+xml", "<svg/>"))
	mux.Handle("GET /moved.wav", http.RedirectHandler("/a.wav", http.StatusFound))
	mux.Handle("GET /away.wav", http.RedirectHandler("http://169.254.169.254/latest", http.StatusFound))
	mux.Handle("GET /circle.wav", http.RedirectHandler("/circle.wav", http.StatusFound))
	app := httptest.NewServer(mux)
	t.Cleanup(app.Close)
	facts, err := explain.Load()
	require.NoError(t, err)
	store, _, err := capture.Open("", capture.Limits{})
	require.NoError(t, err)
	t.Cleanup(func() { store.Close() })
	cfg := stage.Config{App: app.URL, BaseURL: base, AuthToken: authToken, Store: store, Facts: facts, Seed: 1, API: "http://127.0.0.1:4040"}
	if change != nil {
		change(&cfg)
	}
	s, err = stage.New(cfg, func(stage.News) {})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	call, err = s.Dial(ana)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		c, err := s.Call(call.SID)
		require.NoError(t, err)
		for _, l := range c.Lines {
			if l.Sound {
				line = l.N
			}
			if l.Kind == "play" || l.Kind == "warning" || l.Kind == "error" {
				return true
			}
		}
		return false
	}, 30*time.Second, 5*time.Millisecond)
	return s, call, line
}

// TestT35SoundsAreThoseOfTheCall plays files of the program, and nothing that no
// document has named.
func TestT35SoundsAreThoseOfTheCall(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/a.wav": "audio/wav RIFF", "/moved.wav": "audio/wav RIFF", "/unnamed": "audio/wave RIFF"} {
		s, call, line := jukebox(t, path, nil)
		require.NotZero(t, line, path)
		f, err := s.Sound(t.Context(), call.SID, line)
		require.NoError(t, err, path)
		assert.Equal(t, want, f.Type+" "+string(f.Data[:4]))
		for _, other := range []int{0, line + 1, -1} {
			_, err = s.Sound(t.Context(), call.SID, other)
			require.ErrorIs(t, err, stage.ErrNotFound)
		}
		_, err = s.Sound(t.Context(), "CA1", line)
		require.ErrorIs(t, err, stage.ErrNotFound)
	}
}

// TestT35ForeignSounds reaches public addresses by https, and no others.
func TestT35ForeignSounds(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://127.0.0.1/a.wav", "https://localhost/a.wav", "https://10.0.0.1/a.wav", "https://169.254.169.254/latest", "https://[::1]/a.wav",
		"http://media.example.com/a.wav", "https://media.example.com:8443/a.wav", "https://user:pass@media.example.com/a.wav",
	} {
		s, call, line := jukebox(t, address, nil)
		require.NotZero(t, line, address)
		_, err := s.Sound(t.Context(), call.SID, line)
		require.ErrorIs(t, err, stage.ErrNoFile, address)
	}
	public := roundTrip(func(r *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		rec.Header().Set("Content-Type", "audio/mpeg")
		fmt.Fprint(rec, r.URL.Host, r.Header.Get("Authorization"))
		res := rec.Result()
		res.Request = r
		return res, nil
	})
	s, call, line := jukebox(t, "https://media.example.com/a.mp3", func(c *stage.Config) { c.Foreign = public })
	f, err := s.Sound(t.Context(), call.SID, line)
	require.NoError(t, err)
	assert.Equal(t, "audio/mpeg media.example.com", f.Type+" "+string(f.Data))

	s, call, line = jukebox(t, "https://media.example.com/a.mp3", func(c *stage.Config) { c.Foreign, c.Offline = public, true })
	_, err = s.Sound(t.Context(), call.SID, line)
	require.ErrorIs(t, err, stage.ErrOffline)
}

// TestT34Attachments shows pictures that the program has sent, and nothing that a
// browser runs.
func TestT34Attachments(t *testing.T) {
	t.Parallel()
	s, _, _ := jukebox(t, "/a.wav", nil)
	show := func(address string) (stage.File, error) {
		m, err := s.SendOut(stage.Outgoing{To: ana, Body: "look", Media: []string{address}})
		require.NoError(t, err)
		require.Eventually(t, func() bool { _, err := s.Message(m.SID); return err == nil }, 30*time.Second, 5*time.Millisecond)
		return s.Attachment(t.Context(), m.SID, 0)
	}
	f, err := show(base + "/a.png")
	require.NoError(t, err)
	assert.Equal(t, "image/png PNG", f.Type+" "+string(f.Data))
	for path, says := range map[string]string{
		"/a.svg": "svg", "/page.wav": "text/html", "/a.wav": "audio/wav", "/none": "404", "/away.wav": "redirects to another host",
		"/circle.wav": "302", "/large.wav": "larger than 5 MiB",
	} {
		_, err = show(base + path)
		require.ErrorIs(t, err, stage.ErrNoFile, path)
		assert.ErrorContains(t, err, says, path)
	}
	_, err = s.Attachment(t.Context(), "MM1", 0)
	require.ErrorIs(t, err, stage.ErrNotFound)
	m, err := s.SendOut(stage.Outgoing{To: ana, Body: "no picture"})
	require.NoError(t, err)
	_, err = s.Attachment(t.Context(), m.SID, 0)
	require.ErrorIs(t, err, stage.ErrNotFound)
}
