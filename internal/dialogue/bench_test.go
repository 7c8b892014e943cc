package dialogue_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// BenchmarkCall/five-minutes plays a call of more than five minutes with three
// branches: a menu, a submenu that times out once, a Dial that is answered, a
// voice message. The budget is a millisecond of real time.
func BenchmarkCall(b *testing.B) {
	documents := map[string]string{
		"/voice":   `<Response><Gather numDigits="1" action="/menu"><Say>Welcome. Press 1 for sales. Press 2 for support.</Say></Gather><Redirect>/voice</Redirect></Response>`,
		"/menu":    `<Response><Gather numDigits="1" action="/sales"><Say>Press 1 for a person.</Say></Gather><Redirect>/menu</Redirect></Response>`,
		"/sales":   `<Response><Dial action="/message" timeLimit="240"><Number url="/whisper">+15550123</Number></Dial></Response>`,
		"/whisper": `<Response><Say>A call from the shop.</Say></Response>`,
		"/message": `<Response><Say>Leave a message.</Say><Record action="/bye" maxLength="60"/></Response>`,
		"/bye":     `<Response><Say>Goodbye.</Say></Response>`,
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, documents[r.URL.Path])
	})
	b.Run("five-minutes", func(b *testing.B) {
		b.ReportAllocs()
		var length time.Duration
		for b.Loop() {
			e := dialogue.New(dialogue.Config{Transport: dialogue.Handler(h), AuthToken: "12345"})
			start := e.Now()
			c := e.Call(dialogue.CallSetup{URL: "/voice"})
			e.Advance(5 * time.Second)
			c.Press("1")
			e.Advance(9 * time.Second)
			c.Press("1")
			c.Children()[0].Answer()
			e.Advance(250 * time.Second)
			c.Talk(40*time.Second, "please call back")
			e.Advance(40 * time.Second)
			c.Press("#")
			e.Advance(10 * time.Second)
			if c.Status() != webhook.CallStatusCompleted {
				b.Fatalf("the call is %s", c.Status())
			}
			length = e.Now().Sub(start)
			e.Close()
		}
		b.ReportMetric(length.Minutes(), "minutes/call")
	})
}
