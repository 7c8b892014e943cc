package dialogue_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// TestRealTime plays with a clock, as the console does. The clock is that of
// a synctest bubble, which is as real as time.Now is there.
func TestRealTime(t *testing.T) {
	live := func(c *dialogue.Config) { c.Clock = dialogue.SystemClock{} }
	run := func(t *testing.T, s *stage) func() {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		return func() {
			cancel()
			assert.ErrorIs(t, <-done, context.Canceled)
			s.Close()
			synctest.Wait()
		}
	}
	t.Run("a person presses keys as time passes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(t, pages{"/voice": `<Gather numDigits="2" action="/b" timeout="5"><Say>Press two keys.</Say></Gather><Say>nothing</Say>`, "/b": say("thanks")}, live)
			defer run(t, s)()
			c := s.Call(dialogue.CallSetup{URL: "/voice"})
			time.Sleep(4 * time.Second)
			c.Press("1")
			time.Sleep(4 * time.Second)
			c.Press("2")
			time.Sleep(10 * time.Second)
			assert.Equal(t, []string{"Press two keys.", "thanks"}, s.said())
			assert.Equal(t, 8.0, s.at(dialogue.EventGathered, "12"))
			assert.EqualValues(t, "completed", c.Status())
		})
	})
	t.Run("time passes by itself", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(t, pages{"/voice": `<Gather timeout="5"/><Say>nothing</Say>`}, live)
			defer run(t, s)()
			s.Call(dialogue.CallSetup{URL: "/voice"})
			time.Sleep(10 * time.Second)
			assert.Equal(t, []string{"nothing"}, s.said())
			assert.Equal(t, 5.0, s.at(dialogue.EventSaid, "nothing"))
			assert.False(t, s.Step())
		})
	})
	t.Run("a slow answer holds up nobody else", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(t, pages{
				"/voice": say("quick"),
				"/slow":  http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { time.Sleep(8 * time.Second); w.WriteHeader(204) }),
			}, live)
			defer run(t, s)()
			s.Call(dialogue.CallSetup{URL: "/slow"})
			time.Sleep(time.Second)
			s.Call(dialogue.CallSetup{URL: "/voice"})
			time.Sleep(time.Second)
			assert.Equal(t, []string{"quick"}, s.said())
			time.Sleep(10 * time.Second)
		})
	})
	t.Run("a message is answered beside", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(t, pages{"/sms": `<Message>Thanks</Message>`}, live)
			defer run(t, s)()
			got := make(chan *dialogue.Reply, 1)
			s.ReceiveAsync(dialogue.Text{URL: "/sms", Body: "hi"}, func(r *dialogue.Reply) { got <- r })
			assert.Equal(t, []string{"Thanks"}, bodies(<-got))
		})
	})
	t.Run("what people do has the time at which they do it", func(t *testing.T) { // peers F8
		synctest.Test(t, func(t *testing.T) {
			s := play(t, pages{"/voice": `<Gather timeout="30"/>`, "/sms": ""}, live)
			defer run(t, s)()
			c := s.Call(dialogue.CallSetup{URL: "/voice"})
			time.Sleep(5 * time.Second)
			c.Press("1")
			time.Sleep(4 * time.Second)
			s.Send(dialogue.Message{To: "+15550101", From: "+15550100", Body: "hello"})
			time.Sleep(3 * time.Second)
			c.HangUp()
			time.Sleep(time.Second)
			assert.Equal(t, 5.0, s.at(dialogue.EventPressed, "1"))
			assert.Equal(t, 9.0, s.at(dialogue.EventMessageSent, "hello"))
			assert.Equal(t, 12.0, s.at(dialogue.EventHungUp, ""))
		})
	})
	t.Run("closing in the middle of a fetch leaves nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), live)
			stop := run(t, s)
			s.Call(dialogue.CallSetup{URL: "/voice"})
			time.Sleep(time.Second)
			stop()
			time.Sleep(time.Minute)
		})
	})
}
