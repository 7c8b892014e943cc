package dialogue_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// TestSkip goes through all waits that can be skipped, in virtual and in real time.
func TestSkip(t *testing.T) {
	documents := pages{
		"/voice":  `<Say>A long greeting that you have heard before, to the end.</Say><Gather timeout="60"><Say>Choose.</Say></Gather><Redirect>/record</Redirect>`,
		"/record": `<Record timeout="30" maxLength="90" action="/done" recordingStatusCallback="/rec"/>`,
		"/done":   `<Dial action="/dialed" timeout="40"><Number>+15550102</Number></Dial>`,
		"/dialed": say("goodbye"), "/rec": "",
	}
	story := func(t *testing.T, s *stage, c *dialogue.Call, pass func()) {
		for _, state := range []dialogue.State{"speaking", "prompting", "listening"} {
			require.Equal(t, state, c.Activity().State)
			assert.False(t, c.Activity().Until.IsZero())
			require.True(t, c.Skippable())
			require.True(t, c.Skip())
			pass()
		}
		require.Equal(t, dialogue.StateRecording, c.Activity().State)
		require.True(t, c.Talk(20*time.Second, "hello"))
		pass()
		require.True(t, c.Skip())
		pass()
		require.Equal(t, dialogue.StateDialing, c.Activity().State)
		assert.Equal(t, "50", s.only("RecordAction").Params.Get("RecordingDuration"), "20 s of talk and 30 s of silence")
		assert.False(t, c.Skip(), "the other phone decides")
		require.True(t, c.Children()[0].Skip())
		pass()
		assert.Equal(t, "no-answer", s.only("DialAction").Params.Get("DialCallStatus"))
		require.True(t, c.Skip())
		pass()
		assert.Equal(t, dialogue.StateOver, c.Activity().State)
		assert.False(t, c.Skip())
		assert.False(t, c.Skippable())
	}
	t.Run("virtual time", func(t *testing.T) {
		s := play(t, documents)
		story(t, s, s.call(), s.Settle)
		assert.GreaterOrEqual(t, s.elapsed(), 155, "the time that was skipped has passed")
	})
	t.Run("real time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(t, documents, func(c *dialogue.Config) { c.Clock = dialogue.SystemClock{} })
			ctx, cancel := context.WithCancel(t.Context())
			defer synctest.Wait()
			defer cancel()
			go s.Run(ctx)
			c := s.Call(dialogue.CallSetup{URL: "/voice"})
			synctest.Wait()
			began := time.Now()
			story(t, s, c, synctest.Wait)
			assert.Less(t, time.Since(began), time.Second, "nobody waited")
		})
	})
}

// TestPromptsThatAreCutShort tells how much of a prompt was heard.
func TestPromptsThatAreCutShort(t *testing.T) {
	s := play(t, pages{"/voice": `<Gather action="/next" numDigits="1"><Say>One two three four five six seven.</Say></Gather>`, "/next": `<Say>Bye.</Say>`})
	c := s.call()
	s.wait(1)
	c.Press("1")
	s.wait(10)
	var heard []string
	for _, ev := range s.log() {
		switch ev.Type {
		case dialogue.EventSaid:
			heard = append(heard, ev.Text)
		case dialogue.EventCutShort:
			heard = append(heard, "cut after "+ev.Duration.String())
		}
	}
	assert.Equal(t, []string{"One two three four five six seven.", "cut after 1s", "Bye."}, heard)
}

// TestCallbacksStayInOrder answers the first callback of a call slowly, in real
// time: the next ones wait a moment for it.
func TestCallbacksStayInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, pages{"/voice": say("hello"), "/status": func(r *http.Request) string {
			if r.PostFormValue("CallStatus") == "initiated" {
				time.Sleep(100 * time.Millisecond)
			}
			return ""
		}}, func(c *dialogue.Config) { c.Clock = dialogue.SystemClock{} })
		ctx, cancel := context.WithCancel(t.Context())
		defer synctest.Wait()
		defer cancel()
		go s.Run(ctx)
		c := s.Call(dialogue.CallSetup{URL: "/voice", Outbound: true, StatusCallback: "/status", StatusEvents: []string{"initiated", "ringing", "answered", "completed"}})
		synctest.Wait()
		c.Answer()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		var order []string
		for _, x := range s.of("CallStatusCallback") {
			order = append(order, x.Params.Get("CallStatus"))
		}
		assert.Equal(t, []string{"initiated", "ringing", "in-progress", "completed"}, order)
	})
}
