package mediastream_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/live/livetest"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/mediastream"
)

type timeline struct {
	Name, About, Tags, TwiML string
	Note                     string
	Steps                    []step
}

type step struct {
	MS     int
	From   string
	JSON   *string
	Text   *string
	Open   map[string]any
	Close  map[string]any
	Repeat map[string]any
	Does   string
	What   string
	HTTP   map[string]any
	Note   string

	Debugger int
	Answer   any
}

// frames are the frames of a step: one, or a series with counters raised.
func (s step) frames(t *testing.T) (frames []string, every time.Duration) {
	count := 1
	var add []any
	if s.Repeat != nil {
		count = int(s.Repeat["count"].(float64))
		every = time.Duration(s.Repeat["every_ms"].(float64)) * time.Millisecond
		switch v := s.Repeat["add"].(type) {
		case map[string]any:
			for path, n := range v {
				add = append(add, []any{path, n})
			}
		case []any:
			add = v
		}
	}
	require.NotNil(t, s.JSON)
	for i := range count {
		frame := *s.JSON
		for _, a := range add {
			path, by := "", 1.0
			switch a := a.(type) {
			case string:
				path = a
			case []any:
				path, by = a[0].(string), a[1].(float64)
			}
			name := path[strings.LastIndexByte(path, '.')+1:]
			frame = regexp.MustCompile(`"`+name+`":"(\d+)"`).ReplaceAllStringFunc(frame, func(m string) string {
				digits := m[strings.LastIndexByte(m[:len(m)-1], '"')+1 : len(m)-1]
				n, err := strconv.ParseInt(digits, 10, 64)
				require.NoError(t, err)
				return fmt.Sprintf(`"%s":"%d"`, name, n+int64(i)*int64(by))
			})
		}
		frames = append(frames, frame)
	}
	return frames, every
}

// TestTimelines plays each recorded session against a handler: every event
// that Twilio sends is received in its order, and what the server says is
// written as recorded.
func TestTimelines(t *testing.T) {
	for _, line := range load(t).Timelines {
		t.Run(line.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { playTimeline(t, line) })
		})
	}
}

func playTimeline(t *testing.T, line timeline) {
	v, err := signature.New(signature.Config{BaseURL: "https://example.com", Tokens: signature.Tokens("12345")})
	require.NoError(t, err)
	var got []mediastream.Event
	var stream *mediastream.Stream
	began := make(chan struct{})
	result := make(chan error, 1)
	leave := make(chan struct{})
	h := mediastream.New(v, func(ctx context.Context, s *mediastream.Stream) error {
		stream = s
		close(began)
		for {
			select {
			case <-leave:
				return nil
			default:
			}
			wait, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
			e, err := s.Receive(wait)
			cancel()
			if err == context.DeadlineExceeded {
				continue
			}
			if err != nil {
				result <- err
				return nil
			}
			got = append(got, e)
		}
	}, &mediastream.Options{Logger: slog.New(slog.DiscardHandler)})
	server := livetest.NewServer(h)
	defer server.Close()

	var ws *websocket.Conn
	start := time.Now()
	at := func(ms int) { time.Sleep(time.Until(start.Add(time.Duration(ms) * time.Millisecond))) }
	var sent []string
	ended := false
	for _, s := range line.Steps {
		at(s.MS)
		switch {
		case s.Open != nil:
			signed, _ := s.Open["signed"].(string)
			require.Equal(t, s.Open["url"], signed)
			ws, _, err = server.Dial(t.Context(), signed, "12345", nil)
			require.NoError(t, err)
		case s.From == "twilio" && s.JSON != nil:
			frames, every := s.frames(t)
			for i, frame := range frames {
				if i > 0 {
					time.Sleep(every)
				}
				require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(frame)))
				sent = append(sent, frame)
			}
		case s.From == "server" && s.JSON != nil:
			<-began
			m, err := mediastream.ParseMessage([]byte(*s.JSON))
			require.NoError(t, err)
			require.NoError(t, stream.Send(t.Context(), m))
			_, frame, err := ws.Read(t.Context())
			require.NoError(t, err)
			assert.JSONEq(t, *s.JSON, string(frame))
		case s.Close != nil && s.From == "server":
			close(leave)
			_, _, err := ws.Read(t.Context())
			assert.Equal(t, websocket.StatusNormalClosure, websocket.CloseStatus(err))
			ended = true
		case s.Close != nil:
			require.NoError(t, ws.Close(websocket.StatusNormalClosure, ""))
			assert.Equal(t, io.EOF, <-result)
			ended = true
		}
	}
	assert.True(t, ended)
	synctest.Wait()

	var want []string // but connected and start, with sound joined
	for _, frame := range sent {
		e, err := mediastream.Parse([]byte(frame))
		require.NoError(t, err)
		switch e := e.(type) {
		case *mediastream.Connected:
		case *mediastream.Start:
			assert.Equal(t, *e, stream.Start())
		default:
			want = append(want, describe(e)...)
		}
	}
	var have []string
	for _, e := range got {
		have = append(have, describe(e)...)
	}
	assert.Equal(t, want, have)
}

// describe names an event, and sound frame by frame.
func describe(e mediastream.Event) []string {
	switch e := e.(type) {
	case *mediastream.Media:
		var out []string
		for range len(e.Payload) / 160 {
			out = append(out, "media "+string(e.Track))
		}
		return out
	case *mediastream.DTMF:
		return []string{"dtmf " + e.Digit}
	case *mediastream.Mark:
		return []string{"mark " + e.Name}
	}
	return []string{fmt.Sprintf("%T", e)}
}
