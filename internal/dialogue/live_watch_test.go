package dialogue_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// wire is a program behind a WebSocket that keeps what it receives.
type wire struct {
	t      *testing.T
	opened chan *websocket.Conn

	mu     sync.Mutex
	frames []string
	times  []time.Duration // since the handshake
	code   websocket.StatusCode
}

func newWire(t *testing.T) *wire {
	return &wire{t: t, opened: make(chan *websocket.Conn, 1), code: -2}
}

func (w *wire) ServeHTTP(res http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(res, r, nil)
	if err != nil {
		return
	}
	start := time.Now()
	w.opened <- ws
	for {
		_, frame, err := ws.Read(context.Background())
		w.mu.Lock()
		if err != nil {
			w.code = websocket.CloseStatus(err)
			w.mu.Unlock()
			_ = ws.CloseNow()
			return
		}
		w.frames, w.times = append(w.frames, string(frame)), append(w.times, time.Since(start))
		w.mu.Unlock()
	}
}

func (w *wire) received() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.frames)
}

// inputs are what was received of the caller.
func (w *wire) inputs() (out []string) {
	for _, frame := range w.received() {
		if k := kind(w.t, frame); k == "partial" || strings.HasPrefix(k, "prompt") || strings.HasPrefix(k, "interrupt") || strings.Contains(k, "clientSpeaking") {
			out = append(out, strings.TrimSpace(k))
		}
	}
	return out
}

// TestType types words to a ConversationRelay.
func TestType(t *testing.T) {
	const reply = `{"type":"text","token":"This is a rather long reply to be cut.","last":true}`
	relayOf := func(attributes string) string {
		return `<Connect><ConversationRelay url="wss://hooks.example.com/relay" events="speaker-events tokens-played" ` + attributes + `/></Connect>`
	}
	for name, c := range map[string]struct {
		attributes string
		steps      []string // typed words; one with a period is the last
		heard      []bool
		want       []string
	}{
		"partial prompts, and the first cuts": {`partialPrompts="true"`, []string{"stop", "stop it", "stop it."}, []bool{true, true, true},
			[]string{"info clientSpeaking on", "interrupt", "partial", "partial", "info clientSpeaking off", "prompt   stop it."}},
		"no partial prompts": {"", []string{"stop", "stop it", "stop it."}, []bool{true, true, true},
			[]string{"info clientSpeaking on", "interrupt", "info clientSpeaking off", "prompt   stop it."}},
		"at once": {"", []string{"stop it."}, []bool{true},
			[]string{"info clientSpeaking on", "interrupt", "info clientSpeaking off", "prompt   stop it."}},
		"given up": {`partialPrompts="true"`, []string{"stop", "."}, []bool{true, true},
			[]string{"info clientSpeaking on", "interrupt", "partial", "info clientSpeaking off"}},
		"not interruptible": {`interruptible="none"`, []string{"stop", "stop it."}, []bool{false, false}, nil},
		"not interruptible, but reported": {`interruptible="none" reportInputDuringAgentSpeech="speech"`, []string{"stop", "stop it."}, []bool{true, true},
			[]string{"info clientSpeaking on", "info clientSpeaking off", "prompt   stop it."}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t)
				s := play(t, pages{"/voice": relayOf(c.attributes), "/relay": http.HandlerFunc(w.ServeHTTP)})
				call := s.call()
				assert.False(t, call.Type("too early", true))
				s.wait(1)
				ws := <-w.opened
				require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(reply)))
				s.wait(1.5)
				for i, words := range c.steps {
					text := words
					if words == "." {
						text = ""
					}
					assert.Equal(t, c.heard[i], call.Type(text, strings.HasSuffix(words, ".")), words)
					s.wait(.3)
				}
				synctest.Wait()
				assert.Equal(t, c.want, w.inputs())
				call.HangUp()
				s.wait(3)
				assert.False(t, call.Type("too late", true))
			})
		})
	}
}

// TestSpeakLive brings pieces of sound with jitter, and none is lost or torn from
// the next.
func TestSpeakLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		s := play(t, pages{"/voice": `<Connect><Stream url="wss://hooks.example.com/stream"/></Connect>`, "/stream": http.HandlerFunc(w.ServeHTTP)},
			func(cfg *dialogue.Config) { cfg.Limits.Sound = time.Second })
		call := s.call()
		s.wait(1)
		<-w.opened
		piece := func(i int) []byte { return slices.Repeat([]byte{byte(i + 1)}, 160) }
		for i := range 100 {
			require.True(t, call.SpeakLive(piece(i)))
			s.wait([]float64{.005, .035, .04, 0, .02}[i%5])
		}
		s.wait(1)
		synctest.Wait()
		var sound []byte
		for _, frame := range w.received() {
			var m struct{ Media struct{ Payload []byte } }
			require.NoError(t, json.Unmarshal([]byte(frame), &m))
			sound = append(sound, m.Media.Payload...)
		}
		var want []byte
		for i := range 100 {
			want = append(want, piece(i)...)
		}
		assert.Contains(t, string(sound), string(want))

		for range 60 {
			call.SpeakLive(piece(0))
		}
		assert.False(t, call.SpeakLive(piece(0)), "more than a second waits")
		s.wait(2)
		assert.True(t, call.SpeakLive(piece(0)))
		call.HangUp()
		s.wait(1)
		assert.False(t, call.SpeakLive(piece(0)))
	})
}

// TestSoundIsBounded plays for minutes, and the engine keeps seconds of it.
func TestSoundIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		s := play(t, pages{"/voice": `<Connect><Stream url="wss://hooks.example.com/stream"/></Connect>`, "/stream": http.HandlerFunc(w.ServeHTTP)},
			func(cfg *dialogue.Config) { cfg.Limits.Sound = 2 * time.Second })
		call := s.call()
		s.wait(1)
		ws := <-w.opened
		sid := streamSID(t, w)
		second := base64.StdEncoding.EncodeToString(make([]byte, 8000))
		for range 60 {
			require.NoError(t, ws.Write(t.Context(), websocket.MessageText, fmt.Appendf(nil, `{"event":"media","streamSid":%q,"media":{"payload":%q}}`, sid, second)))
			s.wait(1)
		}
		sounds, _ := call.Heard()
		assert.LessOrEqual(t, len(sounds), 8)
		assert.NotEmpty(t, sounds)
		call.HangUp()
		s.wait(1)
	})
}

func streamSID(t *testing.T, w *wire) string {
	t.Helper()
	for _, frame := range w.received() {
		var m struct{ StreamSID string }
		require.NoError(t, json.Unmarshal([]byte(frame), &m))
		if m.StreamSID != "" {
			return m.StreamSID
		}
	}
	t.Fatal("no start")
	return ""
}

// TestLiveEvents holds what Config.Live gets against what happened.
func TestLiveEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		var mu sync.Mutex
		var got []string
		s := play(t, pages{"/voice": `<Connect><Stream url="wss://hooks.example.com/stream"/></Connect>`, "/stream": http.HandlerFunc(w.ServeHTTP)},
			func(cfg *dialogue.Config) {
				cfg.Live = func(ev dialogue.LiveEvent) {
					mu.Lock()
					defer mu.Unlock()
					assert.Equal(t, "Stream", ev.Node.Name)
					if ev.Type != dialogue.LiveSent {
						got = append(got, strings.TrimSpace(fmt.Sprint(ev.Type, " ", ev.Status, " ", ev.Ours)))
					}
				}
			})
		s.call()
		s.wait(1)
		ws := <-w.opened
		sid := streamSID(t, w)
		for _, frame := range []string{`"event":"media","media":{"payload":"//////8="}`, `"event":"media","media":{"payload":"` + base64.StdEncoding.EncodeToString(make([]byte, 8000)) + `"}`, `"event":"clear"`} {
			require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(`{"streamSid":"`+sid+`",`+frame+`}`)))
			s.wait(.1)
		}
		require.NoError(t, ws.Close(4000, "enough"))
		s.wait(2)
		mu.Lock()
		defer mu.Unlock()
		assert.Equal(t, []string{
			"connecting 0 false", "open 0 false", "received 0 false", "playing 0 false", "received 0 false", "playing 0 false",
			"received 0 false", "cut 0 false", "closed 4000 false",
		}, got)
	})
}

// streamStep is a step of a recorded stream.
type streamStep struct {
	MS               int
	From, Does, What string
	JSON             string
	Repeat           *struct{ Count int }
	Close            *struct{ Code int }
	Debugger         int
	HTTP             *struct{ Params [][2]string }
}

// TestStreamTimelines plays recorded streams through the engine: the same things
// done at the same times bring the same messages in the same order. Sound may be
// a frame earlier or later, as the recording says.
func TestStreamTimelines(t *testing.T) {
	data, err := os.ReadFile("../spec/vectors/mediastream.json")
	require.NoError(t, err)
	var file struct {
		Timelines []struct {
			Name, TwiML string
			Steps       []streamStep
		}
	}
	require.NoError(t, json.Unmarshal(data, &file))
	require.NotEmpty(t, file.Timelines)
	for _, line := range file.Timelines {
		t.Run(line.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { playStream(t, line.TwiML, line.Steps) })
		})
	}
}

func playStream(t *testing.T, document string, steps []streamStep) {
	w := newWire(t)
	var reports []string
	report := func(r *http.Request) string {
		require.NoError(t, r.ParseForm())
		for _, name := range []string{"StreamEvent", "CallStatus"} {
			if v := r.PostFormValue(name); v != "" {
				reports = append(reports, name+"="+v)
				break
			}
		}
		return ""
	}
	s := play(t, pages{
		"/voice":         strings.TrimSuffix(strings.TrimPrefix(strings.ReplaceAll(document, "//example.com", "//hooks.example.com"), "<Response>"), "</Response>"),
		"/media/call":    http.HandlerFunc(w.ServeHTTP),
		"/stream-ended":  report,
		"/stream-status": report,
	})
	call := s.call()
	s.wait(.6)
	ws := <-w.opened
	start := time.Now().Add(-100 * time.Millisecond) // of the handshake, 500 ms after the document
	sid := streamSID(t, w)
	var wantEvents, wantReports []string
	var wantCodes []int
	sounds := map[string]int{}
	for _, step := range steps {
		if step.From != "twilio" {
			s.Advance(time.Until(start.Add(time.Duration(step.MS) * time.Millisecond)))
		}
		switch {
		case step.From == "caller" && step.Does == "presses":
			call.Press(step.What)
		case step.From == "caller":
			call.HangUp()
		case step.From == "server" && step.Close != nil:
			_ = ws.Close(websocket.StatusCode(step.Close.Code), "")
		case step.From == "server":
			frame := strings.ReplaceAll(step.JSON, "MZf51bf1ab4ec01f2e694c7cada4d99701", sid)
			require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(frame)))
			s.Settle()
		case step.Debugger != 0:
			wantCodes = append(wantCodes, step.Debugger)
		case step.HTTP != nil:
			for _, p := range step.HTTP.Params {
				if p[0] == "StreamEvent" || p[0] == "CallStatus" {
					wantReports = append(wantReports, p[0]+"="+p[1])
				}
			}
		case step.JSON != "":
			n := 1
			if step.Repeat != nil {
				n = step.Repeat.Count
			}
			kind, track := streamKind(t, step.JSON)
			if track != "" {
				sounds[track] += n
			} else {
				wantEvents = append(wantEvents, kind)
			}
		}
	}
	s.wait(5)
	call.HangUp()
	s.wait(5)
	synctest.Wait()

	var events []string
	got := map[string]int{}
	sequence := 0
	for _, frame := range w.received() {
		kind, track := streamKind(t, frame)
		var m struct {
			SequenceNumber string
			Media          struct {
				Chunk, Timestamp string
				Payload          []byte
			}
		}
		require.NoError(t, json.Unmarshal([]byte(frame), &m))
		if kind != "connected" {
			sequence++
			assert.Equal(t, strconv.Itoa(sequence), m.SequenceNumber)
		}
		if track == "" {
			events = append(events, kind)
			continue
		}
		got[track]++
		assert.Equal(t, strconv.Itoa(got[track]), m.Media.Chunk)
		assert.Equal(t, strconv.Itoa(57+20*(got[track]-1)), m.Media.Timestamp)
		assert.Equal(t, 20*time.Millisecond, audio.MuLaw8k.Duration(len(m.Media.Payload)))
	}
	assert.Equal(t, wantEvents, events)
	for track, n := range sounds {
		if slices.ContainsFunc(steps, func(s streamStep) bool { return s.Does == "reaches Stop" }) {
			assert.Greater(t, got[track], 10, "the recording leaves sound out")
			continue
		}
		if slices.ContainsFunc(steps, func(s streamStep) bool { return s.From == "server" && s.Close != nil }) {
			assert.GreaterOrEqual(t, got[track], n)
			continue
		}
		assert.InDelta(t, n, got[track], 3, "frames of the %s track; some recordings have none in the last 60 ms", track)
	}
	assert.Equal(t, wantReports, reports)
	assert.Equal(t, wantCodes, s.codes())
}

// streamKind names a message of Twilio with what it says, and the track of sound.
func streamKind(t *testing.T, frame string) (kind, track string) {
	var m struct {
		Event string
		Media struct{ Track string }
		Mark  struct{ Name string }
		DTMF  struct{ Track, Digit string }
		Start struct {
			Tracks           []string
			MediaFormat      map[string]any
			CustomParameters map[string]string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(frame), &m))
	switch m.Event {
	case "media":
		return m.Event, m.Media.Track
	case "start":
		return fmt.Sprint(m.Event, m.Start.Tracks, m.Start.MediaFormat, m.Start.CustomParameters), ""
	}
	return strings.TrimSpace(strings.Join([]string{m.Event, m.Mark.Name, m.DTMF.Track, m.DTMF.Digit}, " ")), ""
}

// TestT36AProgramThatDoesNotRead sends large messages that are answered with as
// large errors, and reads none of them: they must not fill the memory.
func TestT36AProgramThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened, over, sent := make(chan *websocket.Conn, 1), make(chan struct{}), 0
		s := play(t, pages{"/voice": `<Connect><ConversationRelay url="wss://hooks.example.com/relay"/></Connect>`,
			"/relay": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ws, err := websocket.Accept(w, r, nil)
				if err != nil {
					return
				}
				opened <- ws
				<-over
			})},
			func(cfg *dialogue.Config) {
				cfg.Live = func(ev dialogue.LiveEvent) {
					if ev.Type == dialogue.LiveSent {
						sent += len(ev.Data)
					}
				}
			})
		call := s.call()
		s.wait(1)
		ws := <-opened
		invalid := []byte(`{"type":"` + strings.Repeat("x", 1<<19) + `"}`)
		for range 60 {
			require.NoError(t, ws.Write(t.Context(), websocket.MessageText, invalid))
			require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(`{"type":"language","ttsLanguage":"en-US"}`)))
		}
		synctest.Wait()
		assert.Greater(t, sent, 8<<20)
		assert.LessOrEqual(t, sent, 17<<20)
		ws.CloseNow()
		close(over)
		call.HangUp()
		s.wait(3)
	})
}

// flood connects a call to a program that sends frames, which get the SID of the
// stream for %s, and reads until time has passed.
func flood(t *testing.T, noun string, length time.Duration, frames []string) (*stage, *dialogue.Call) {
	t.Helper()
	opened := make(chan *websocket.Conn, 1)
	sids := make(chan string, 1)
	s := play(t, pages{"/voice": "<Connect>" + noun + "</Connect>",
		"/live": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ws, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			ws.SetReadLimit(-1)
			opened <- ws
			for err == nil {
				_, _, err = ws.Read(context.Background())
			}
		})},
		func(cfg *dialogue.Config) {
			cfg.Live = func(ev dialogue.LiveEvent) {
				if ev.Type == dialogue.LiveOpen {
					sids <- ev.SID
				}
			}
		})
	call := s.call()
	s.wait(1)
	ws, sid := <-opened, <-sids
	for _, frame := range frames {
		require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(strings.ReplaceAll(frame, "%s", sid))))
	}
	synctest.Wait()
	s.Advance(length)
	ws.CloseNow()
	s.wait(5)
	return s, call
}

// TestT36AFloodOfSpeech sends tokens without an end, and digits behind them. What
// waits is bounded, with one warning, and the session goes on.
func TestT36AFloodOfSpeech(t *testing.T) {
	const noun = `<ConversationRelay url="wss://hooks.example.com/live"/>`
	token := `{"type":"text","token":"` + strings.Repeat("x", 1<<10) + `","last":false}`
	for _, c := range []struct {
		name   string
		frames []string
		length time.Duration
		most   map[dialogue.EventType]int
	}{
		{"text", append(slices.Repeat([]string{token}, 300), `{"type":"text","token":"","last":true}`), 2 * time.Hour,
			map[dialogue.EventType]int{dialogue.EventPieceHeard: 65 << 10}},
		{"utterances", slices.Repeat([]string{`{"type":"sendDigits","digits":"1"}`}, 3000), time.Hour,
			map[dialogue.EventType]int{dialogue.EventDigitsSent: 1000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _ := flood(t, noun, c.length, c.frames)
				heard, warned := map[dialogue.EventType]int{}, 0
				for _, ev := range s.log() {
					heard[ev.Type] += len(ev.Text)
					if ev.Failure != nil && strings.Contains(ev.Failure.Text, "more than can be played") {
						warned++
					}
				}
				for kind, n := range c.most {
					assert.LessOrEqual(t, heard[kind], n)
					assert.Greater(t, heard[kind], n/2)
				}
				assert.Equal(t, 1, warned)
			})
		})
	}
}

// TestT36AFloodOfMarks sends marks with long names behind sound. Those that wait
// are bounded.
func TestT36AFloodOfMarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		frames := []string{`{"event":"media","streamSid":"%s","media":{"payload":"` + base64.StdEncoding.EncodeToString(make([]byte, 8000)) + `"}}`}
		mark := `{"event":"mark","streamSid":"%s","mark":{"name":"` + strings.Repeat("x", 10<<10) + `"}}`
		frames = append(frames, slices.Repeat([]string{mark}, 300)...)
		_, call := flood(t, `<Stream url="wss://hooks.example.com/live"/>`, 3*time.Second, frames)
		_, marks := call.Heard()
		assert.Len(t, marks, 102)
	})
}

// TestT36MarksAreForgotten sends marks where old sound is not kept.
func TestT36MarksAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		s := play(t, pages{"/voice": `<Connect><Stream url="wss://hooks.example.com/stream"/></Connect>`, "/stream": http.HandlerFunc(w.ServeHTTP)},
			func(cfg *dialogue.Config) { cfg.Limits.Sound = time.Second })
		call := s.call()
		s.wait(1)
		ws, sid := <-w.opened, streamSID(t, w)
		for _, name := range []string{"one", "two", "three"} {
			require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(`{"event":"mark","streamSid":"`+sid+`","mark":{"name":"`+name+`"}}`)))
			s.wait(.6)
		}
		_, marks := call.Heard()
		require.Len(t, marks, 2)
		assert.Equal(t, "two", marks[0].Name)
		ws.CloseNow()
		s.wait(2)
	})
}
