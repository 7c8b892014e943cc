package relay_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook/relay"
)

type timeline struct {
	Name, About, Tags, TwiML, Note string
	Steps                          []step
}

type step struct {
	MS               int
	From, Does, What string
	JSON, Text       string
	Drop             bool
	Open             *struct{ URL, Signed string }
	Close            *struct {
		Code   int
		Reason string
	}
	HTTP *struct {
		Method, URL string
		Params      [][2]string
	}
	Answer, Note string
}

// TestTimelines plays the recorded sessions against a Session: Twilio's frames
// come at their times, and the program's are sent with Send.
func TestTimelines(t *testing.T) {
	heard := map[string]string{
		"greeting-turn-hangup":                     "A Hello. How can I help?\nC My code is four two.\nA I heard: four two.\n",
		"key-cuts-greeting":                        "A Hello.\nK 9\nA Key 9.\n",
		"speech-cuts-long-reply":                   "A Hello. How can I help?\nK 1\nA First: the long story. Second part of[ it: it goes on. Third: never heard.]\nC Stop, please.\nA Stopped.\n",
		"marked-text-is-preempted":                 "A Hello. How can I help?\nA Still looking: this may take a[ little while longer.]\nA Found it.\n",
		"server-drops-the-socket":                  "A Hello. How can I help?\n",
		"ten-malformed-frames":                     "A Hello. How can I help?\n",
		"end-handoff-second-session":               "A Hello. How can I help?\n",
		"digits-behind-speech-and-over-the-caller": "A Hello. How can I help?\nA Please hold, I am dialling.\nC I keep talking over\n",
	}
	timelines := load(t).Timelines
	require.Len(t, timelines, len(heard))
	for _, line := range timelines {
		t.Run(line.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { playTimeline(t, line, heard[line.Name]) })
		})
	}
}

func playTimeline(t *testing.T, line timeline, wantHistory string) {
	start := time.Now()
	at := func(s step) time.Duration { return time.Until(start.Add(time.Duration(s.MS) * time.Millisecond)) }
	var events []relay.Event
	var ends []error
	histories := make(chan string, 8)
	sessions := make(chan *relay.Session, 8)
	drop := make(chan struct{})
	s := newStage(t, t.Context(), func(ctx context.Context, session *relay.Session) error {
		sessions <- session
		events = append(events, session.Setup())
		for {
			e, err := session.Receive(ctx)
			if err != nil {
				ends = append(ends, err)
				histories <- script(session.History())
				return nil
			}
			events = append(events, e)
		}
	}, relay.Options{})
	defer s.server.Close()

	var want []relay.Event
	var sent, got []string
	var ws *websocket.Conn
	var session *relay.Session
	for _, step := range line.Steps {
		time.Sleep(at(step))
		synctest.Wait()
		switch {
		case step.Open != nil:
			var err error
			ws, _, err = s.server.Dial(t.Context(), step.Open.URL, secret, nil)
			require.NoError(t, err)
			session = nil
			go func(ws *websocket.Conn) {
				for {
					_, frame, err := ws.Read(context.Background())
					if err != nil {
						return
					}
					got = append(got, string(frame))
				}
			}(ws)
		case step.From == "twilio" && step.JSON != "":
			e, err := relay.Parse([]byte(step.JSON))
			require.NoError(t, err)
			want = append(want, e)
			require.NoError(t, ws.Write(t.Context(), websocket.MessageText, []byte(step.JSON)))
			synctest.Wait()
		case step.From == "server" && step.JSON != "":
			if session == nil {
				session = <-sessions
			}
			m, err := relay.ParseMessage([]byte(step.JSON))
			require.NoError(t, err)
			require.NoError(t, session.Send(t.Context(), m))
			sent = append(sent, step.JSON)
		case step.Close != nil:
			require.NoError(t, ws.Close(websocket.StatusCode(step.Close.Code), step.Close.Reason))
			synctest.Wait()
			end := ends[len(ends)-1]
			if step.Close.Code == 1000 {
				assert.Equal(t, io.EOF, end)
			} else {
				assert.Equal(t, &relay.CloseError{Code: step.Close.Code, Reason: step.Close.Reason}, end)
			}
		case step.Drop:
			close(drop)
			require.NoError(t, ws.CloseNow())
			synctest.Wait()
			require.ErrorIs(t, ends[len(ends)-1], io.ErrUnexpectedEOF)
		}
	}
	assert.Equal(t, want, events)
	require.Len(t, got, len(sent))
	for i := range sent {
		assert.JSONEq(t, sent[i], got[i])
	}
	assert.Equal(t, wantHistory, <-histories)
}
