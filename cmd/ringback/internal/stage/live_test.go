package stage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/mediastream"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
	"github.com/ringback-go/ringback/webhook/relay"
)

// liveStage is a stage before a program that talks.
type liveStage struct {
	*stage.Stage
	t testing.TB

	mu   sync.Mutex
	news []stage.LiveNews
}

// talk starts a stage. The program answers calls with verbs, in which WSS is its
// address for WebSockets; mount adds the handlers of those.
func talk(t testing.TB, verbs string, mount func(*http.ServeMux, *signature.Verifier)) *liveStage {
	t.Helper()
	mux := http.NewServeMux()
	app := httptest.NewServer(mux)
	t.Cleanup(app.Close)
	addr := app.Listener.Addr().String()
	verifier, err := signature.New(signature.Config{BaseURL: "https://" + addr, Tokens: signature.Tokens(authToken)})
	require.NoError(t, err)
	mux.HandleFunc("POST /voice", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response>"+strings.ReplaceAll(verbs, "WSS", "wss://"+addr)+"</Response>")
	})
	mux.HandleFunc("POST /ended", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response><Hangup/></Response>")
	})
	mount(mux, verifier)
	store, _, err := capture.Open("", capture.Limits{})
	require.NoError(t, err)
	facts, err := explain.Load()
	require.NoError(t, err)
	l := &liveStage{t: t}
	l.Stage, err = stage.New(stage.Config{App: app.URL, BaseURL: "https://" + addr, AuthToken: authToken, Store: store, Facts: facts, Seed: 1}, func(n stage.News) {
		if live, ok := n.Data.(stage.LiveNews); ok {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.news = append(l.news, live)
		}
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		store.Close()
	})
	return l
}

// session waits until the first session of a call is as wanted.
func (l *liveStage) session(call string, what string, wanted func(stage.Session) bool) stage.Session {
	l.t.Helper()
	var last stage.Session
	require.Eventually(l.t, func() bool {
		if list := l.Sessions(call); len(list) > 0 {
			last = list[0]
			return wanted(last)
		}
		return false
	}, 30*time.Second, 10*time.Millisecond, "%s: %+v", what, &last)
	return last
}

// item waits for an item of the first session of a call.
func (l *liveStage) item(call, what string, wanted func(stage.Item) bool) stage.Item {
	l.t.Helper()
	var found stage.Item
	l.session(call, what, func(s stage.Session) bool {
		for _, item := range s.Items {
			if wanted(item) {
				found = item
				return true
			}
		}
		return false
	})
	return found
}

const longReply = "We are open from nine to five, Monday to Friday. On Saturdays we open at ten, and on Sundays we are closed. "

func shop(_ context.Context, t *relay.Turn) error {
	switch said := t.Input().Text; {
	case strings.Contains(said, "bye"):
		t.HandOff(`{"reason":"done"}`)
		_, err := t.WriteString("Bye.")
		return err
	case strings.Contains(said, "hours"):
		for token := range strings.SplitAfterSeq(longReply, " ") {
			if _, err := t.WriteString(token); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := t.WriteString("Yes.")
	return err
}

func mountShop(mux *http.ServeMux, v *signature.Verifier) {
	c := relay.Conversation{Answer: shop, Keys: relay.KeyRule{Max: 1}}
	mux.Handle("GET /agent", relay.Handle(v, c.Serve, &relay.Options{Logger: slog.New(slog.DiscardHandler)}))
}

const relayVerb = `<Connect action="/ended"><ConversationRelay url="WSS/agent" welcomeGreeting="Hello." dtmfDetection="true" partialPrompts="true" events="speaker-events tokens-played"/></Connect>`

// TestRelaySession talks with an agent as the page does: by typing, which
// interrupts, and by a key.
func TestRelaySession(t *testing.T) {
	t.Parallel()
	l := talk(t, relayVerb, mountShop)
	call, err := l.Dial("+15550101")
	require.NoError(t, err)
	l.item(call.SID, "the greeting is heard", func(i stage.Item) bool { return i.Kind == "greeting" && i.Heard == "Hello." })
	require.NoError(t, l.LiveAct(call.SID, stage.LiveAct{Do: "types", Text: "your"}))
	l.item(call.SID, "a partial prompt", func(i stage.Item) bool { return i.Kind == "speech" && i.Text == "your" && i.Open })
	require.NoError(t, l.LiveAct(call.SID, stage.LiveAct{Do: "types", Text: "your hours", Last: true}))
	reply := l.item(call.SID, "the reply begins", func(i stage.Item) bool { return i.Kind == "reply" && i.Heard != "" })
	assert.Equal(t, longReply, reply.Text)
	assert.NotNil(t, reply.FirstToken)
	assert.NotNil(t, reply.FirstSound)
	assert.Greater(t, reply.Tokens, 10)

	require.NoError(t, l.LiveAct(call.SID, stage.LiveAct{Do: "types", Text: "no", Last: true}))
	reply = l.item(call.SID, "the reply is cut", func(i stage.Item) bool { return i.N == reply.N && i.Cut })
	assert.Less(t, len(reply.Heard), len(longReply))
	assert.True(t, strings.HasPrefix(longReply, reply.Heard))
	cut := l.item(call.SID, "an interrupt", func(i stage.Item) bool { return i.Kind == "interrupt" })
	assert.Contains(t, reply.Heard, cut.Text)
	l.item(call.SID, "the next reply", func(i stage.Item) bool { return i.Kind == "reply" && i.Heard == "Yes." })

	_, err = l.Act(call.SID, stage.Act{Do: "presses 5"})
	require.NoError(t, err)
	l.item(call.SID, "a key", func(i stage.Item) bool { return i.Kind == "keys" && i.Text == "5" })
	require.NoError(t, l.LiveAct(call.SID, stage.LiveAct{Do: "types", Text: "bye", Last: true}))
	action := l.item(call.SID, "the action", func(i stage.Item) bool { return i.Kind == "action" })
	assert.Contains(t, action.Text, `SessionStatus=ended HandoffData={"reason":"done"}`)
	assert.Positive(t, action.Exchange)
	s := l.session(call.SID, "the session is over", func(s stage.Session) bool { return s.State == "closed" })
	assert.Equal(t, &stage.Close{Code: 1000, Reason: "Closing websocket session", By: "Twilio"}, s.Close)
	assert.Empty(t, s.Problems)
	assert.Equal(t, s.Sent+s.Received, len(s.Frames))
	assert.Equal(t, "setup", s.Frames[0].Type)
	require.ErrorIs(t, l.LiveAct(call.SID, stage.LiveAct{Do: "types", Text: "hello?"}), stage.ErrNotNow)
	l.agrees(s)
}

// agrees waits until the news together say the same as the session.
func (l *liveStage) agrees(want stage.Session) {
	l.t.Helper()
	require.Eventually(l.t, func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		items := map[int]stage.Item{}
		var frames []stage.Frame
		for _, n := range l.news {
			for _, item := range n.Items {
				items[item.N] = item
			}
			frames = append(frames, n.Frames...)
		}
		for _, item := range want.Items {
			if !assert.ObjectsAreEqual(item, items[item.N]) {
				return false
			}
		}
		return assert.ObjectsAreEqual(want.Frames, frames)
	}, 10*time.Second, 10*time.Millisecond)
}

// TestRelayFailures has programs whose sessions cannot be opened or end badly.
func TestRelayFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verbs  string
		code   int
		status int
		advice string
	}{
		"https":         {strings.Replace(relayVerb, "WSS", "https://127.0.0.1", 1), 31922, 0, "wss://"},
		"another host":  {strings.Replace(relayVerb, "WSS", "wss://agent.example.com", 1), 64102, 0, "names another host"},
		"not there":     {strings.Replace(relayVerb, "/agent", "/nothing", 1), 64102, 404, "no handler at /nothing"},
		"forbidden":     {strings.Replace(relayVerb, "/agent", "/forbidden", 1), 64102, 403, "check the signature"},
		"dropped":       {strings.Replace(relayVerb, "/agent", "/drops", 1), 64105, 0, "closed the WebSocket or lost it"},
		"unreadable":    {strings.Replace(relayVerb, "/agent", "/mumbles", 1), 64107, 0, "list of frames"},
		"stream, https": {`<Connect><Stream url="https://127.0.0.1/stream"/></Connect>`, 31922, 0, "wss://"},
		"stream, none":  {`<Connect><Stream url="WSS/nothing"/></Connect>`, 31920, 404, "no handler at /nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := talk(t, c.verbs, func(mux *http.ServeMux, _ *signature.Verifier) {
				mux.HandleFunc("GET /forbidden", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) })
				mux.HandleFunc("GET /drops", func(w http.ResponseWriter, r *http.Request) {
					ws, err := websocket.Accept(w, r, nil)
					if err == nil {
						ws.CloseNow()
					}
				})
				mux.HandleFunc("GET /mumbles", func(w http.ResponseWriter, r *http.Request) {
					ws, err := websocket.Accept(w, r, nil)
					if err == nil {
						ws.Write(r.Context(), websocket.MessageText, []byte("mumble"))
						ws.Read(r.Context())
					}
				})
			})
			call, err := l.Dial("+15550101")
			require.NoError(t, err)
			s := l.session(call.SID, "a problem", func(s stage.Session) bool { return len(s.Problems) > 0 })
			assert.Equal(t, c.code, s.Problems[0].Code)
			assert.Equal(t, c.status, s.Status)
			assert.Contains(t, s.Problems[0].Advice, c.advice)
			if c.code != 64107 {
				l.session(call.SID, "it has failed", func(s stage.Session) bool { return s.State == "failed" })
			}
		})
	}
}

// echo plays back what the caller says, until a key.
func echo(ctx context.Context, s *mediastream.Stream) error {
	go func() {
		caller := s.Listen(audio.MuLaw8k, mediastream.Inbound)
		piece := make([]byte, audio.MuLaw8k.Bytes(100*time.Millisecond))
		said := 0
		for {
			if _, err := io.ReadFull(caller, piece); err != nil {
				return
			}
			if audio.MuLaw8k.Level(piece) > 0.1 {
				said++
			} else if said > 0 {
				sp := s.Speak(audio.PCM8k)
				sp.Write(square(3 * time.Second))
				sp.Close()
				said = 0
			}
		}
	}()
	for {
		e, err := s.Receive(ctx)
		if err != nil {
			return err
		}
		if key, ok := e.(*mediastream.DTMF); ok {
			if key.Digit == "#" {
				return nil
			}
			s.Clear()
		}
	}
}

// square is a loud sound.
func square(d time.Duration) []byte {
	pcm := make([]byte, audio.PCM8k.Bytes(d))
	for i := range len(pcm) / 2 {
		pcm[2*i+1] = byte(0x20 + 0xc0*(i/10%2))
	}
	return pcm
}

// TestStreamSession speaks into a stream by the phone of the page, hears the
// program, and cuts it.
func TestStreamSession(t *testing.T) {
	t.Parallel()
	l := talk(t, `<Connect><Stream url="WSS/stream"/></Connect>`, func(mux *http.ServeMux, v *signature.Verifier) {
		mux.Handle("GET /stream", mediastream.Handle(v, echo, &mediastream.Options{Logger: slog.New(slog.DiscardHandler)}))
	})
	call, err := l.Dial("+15550101")
	require.NoError(t, err)
	l.session(call.SID, "open", func(s stage.Session) bool { return s.State == "open" })
	other, err := l.Listen(call.SID)
	require.NoError(t, err)
	ear, err := l.Listen(call.SID)
	require.NoError(t, err)
	defer ear.Close()
	_, open := <-other.C
	assert.False(t, open, "a second window takes the phone")
	other.Close()
	assert.False(t, ear.Speak(make([]byte, 3201)), "a piece is too long")

	said, err := audio.Convert(square(20*time.Millisecond), audio.PCM8k, audio.MuLaw8k)
	require.NoError(t, err)
	// On a busy machine, a gap in the sound makes the program answer too early:
	// then the caller says it once more.
	var reply stage.Item
	for last := -1; reply.FirstSound == nil; last = reply.N {
		for range 40 { // 800 ms, which wait to be heard one after the other
			require.True(t, ear.Speak(said))
		}
		l.item(call.SID, "the caller's sound", func(i stage.Item) bool {
			return i.N > last && i.Who == "caller" && i.Kind == "sound" && !i.Open && i.Length > 400
		})
		reply = l.item(call.SID, "the reply", func(i stage.Item) bool { return i.N > last && i.Who == "agent" && i.Kind == "sound" })
	}
	heard := <-ear.C
	assert.Greater(t, audio.MuLaw8k.Level(heard.Sound), 0.1)

	_, err = l.Act(call.SID, stage.Act{Do: "presses 1"})
	require.NoError(t, err)
	reply = l.item(call.SID, "the reply is cut", func(i stage.Item) bool { return i.N == reply.N && i.Cut })
	assert.Less(t, reply.Length, int64(3000))
	for cleared := false; !cleared; {
		h, open := <-ear.C
		require.True(t, open)
		cleared = h.Cleared
	}
	_, err = l.Act(call.SID, stage.Act{Do: "presses #"})
	require.NoError(t, err)
	s := l.session(call.SID, "closed by the program", func(s stage.Session) bool { return s.State == "closed" })
	assert.Equal(t, "program", s.Close.By)
	assert.Equal(t, 1000, s.Close.Code)
	for _, f := range s.Frames {
		assert.NotContains(t, f.Text, "//////", "sound is left out")
	}
	assert.NotEmpty(t, s.Levels.In)
	assert.NotEmpty(t, s.Levels.Out)

	wav, err := l.StreamRecording(call.SID)
	require.NoError(t, err)
	r, err := audio.NewWAVReader(bytes.NewReader(wav))
	require.NoError(t, err)
	assert.Equal(t, 2, r.Channels())
	left, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Greater(t, audio.PCM8k.Level(left), 0.02)
	_, err = l.StreamRecording("CAnone")
	require.ErrorIs(t, err, stage.ErrNotFound)
}

// TestSoundsOfAPerson plays a tone and files into a stream.
func TestSoundsOfAPerson(t *testing.T) {
	t.Parallel()
	l := talk(t, `<Connect><Stream url="WSS/stream"/></Connect>`, func(mux *http.ServeMux, v *signature.Verifier) {
		mux.Handle("GET /stream", mediastream.Handle(v, echo, &mediastream.Options{Logger: slog.New(slog.DiscardHandler)}))
	})
	call, err := l.Dial("+15550101")
	require.NoError(t, err)
	l.session(call.SID, "open", func(s stage.Session) bool { return s.State == "open" })
	wav := "RIFF\x2c\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x08\x00\x00\x00\x00\x40\x00\xc0\x00\x40\x00\xc0"
	for _, c := range []struct {
		act  stage.LiveAct
		want error
	}{
		{stage.LiveAct{Do: "tone", MS: 300}, nil},
		{stage.LiveAct{Do: "plays", WAV: []byte(wav)}, nil},
		{stage.LiveAct{Do: "plays", WAV: []byte("no WAV")}, stage.ErrInput},
		{stage.LiveAct{Do: "plays"}, stage.ErrInput},
		{stage.LiveAct{Do: "plays", WAV: append([]byte(wav[:40]+"\xff\xff\xff\x00"), make([]byte, 1<<20)...)}, stage.ErrInput},
		{stage.LiveAct{Do: "types", Text: "hello"}, stage.ErrNotNow},
		{stage.LiveAct{Do: "types", Text: strings.Repeat("x", 5000)}, stage.ErrInput},
		{stage.LiveAct{Do: "sings"}, stage.ErrInput},
		{stage.LiveAct{Do: "drops"}, nil},
	} {
		err := l.LiveAct(call.SID, c.act)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.act.Do, err)
		}
	}
	s := l.session(call.SID, "the connection is cut", func(s stage.Session) bool { return s.State == "closed" || s.State == "failed" })
	assert.Equal(t, -1, s.Close.Code)
	require.ErrorIs(t, l.LiveAct("CAnone", stage.LiveAct{Do: "tone"}), stage.ErrNotFound)
}

// TestT36AFloodOfReplies pushes the reply that is being heard out of what is kept.
// The rest of its text must not be added to another one.
func TestT36AFloodOfReplies(t *testing.T) {
	t.Parallel()
	l := talk(t, relayVerb, func(mux *http.ServeMux, _ *signature.Verifier) {
		mux.HandleFunc("GET /agent", func(w http.ResponseWriter, r *http.Request) {
			ws, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			defer ws.CloseNow()
			say := func(text string) {
				ws.Write(r.Context(), websocket.MessageText, fmt.Appendf(nil, `{"type":"text","token":%q,"last":false}`, text))
			}
			say("One é, one. Two, two. Three, three. ")
			for range 300 {
				ws.Write(r.Context(), websocket.MessageText, []byte(`{"type":"play","source":"https://example.com/a.mp3"}`))
				say("ü")
			}
			ws.Read(r.Context()) // setup
			for {
				if _, _, err := ws.Read(r.Context()); err != nil {
					return
				}
			}
		})
	})
	call, err := l.Dial("+15550101")
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		c, err := l.Call(call.SID)
		require.NoError(t, err)
		return strings.Contains(fmt.Sprint(c.Lines), "three.")
	}, 30*time.Second, 10*time.Millisecond, "it is heard to its end")
	s := l.session(call.SID, "open", func(s stage.Session) bool { return s.State == "open" })
	assert.Greater(t, s.Items[0].N, 1, "the first reply is not kept")
	for _, item := range s.Items {
		assert.True(t, strings.HasPrefix(item.Text, item.Heard), "%q of %q", item.Heard, item.Text)
	}
}
