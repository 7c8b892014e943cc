package webhooktest_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// verifier accepts what webhooktest sends.
func verifier() *signature.Verifier {
	v, err := signature.New(signature.Config{BaseURL: webhooktest.BaseURL, Tokens: signature.Tokens(webhooktest.AuthToken)})
	if err != nil {
		panic(err)
	}
	return v
}

// supportLine is a whole program: a menu, a person to talk to, a voice
// mailbox, and texts.
type supportLine struct {
	mu       sync.Mutex
	statuses []string
	events   []webhook.Event
}

func (s *supportLine) handler() http.Handler {
	hooks := webhook.NewReceiver(verifier(), nil)
	mux := http.NewServeMux()
	mux.Handle("POST /sms", webhook.Handle(hooks, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		switch {
		case m.OptOutType != "":
			return nil, nil
		case len(m.Media) > 0:
			return twiml.Reply("Nice picture of type " + m.Media[0].ContentType), nil
		case m.ButtonPayload != "":
			return twiml.Reply("You chose " + m.ButtonPayload), nil
		case m.MessageType == "location":
			return twiml.Reply(fmt.Sprintf("You are at %.2f %.2f %s", m.Latitude, m.Longitude, m.Label)), nil
		}
		return twiml.Reply("Thanks, we got: " + m.Body), nil
	}))
	mux.Handle("POST /voice", webhook.Handle(hooks, func(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) {
		return twiml.Voice(
			twiml.Say("Welcome to our support line."),
			twiml.Gather(twiml.Say("Press 1 for sales. Press 2 to leave a message.")).NumDigits(1).Timeout(5*time.Second).Action("/voice/menu"),
			twiml.Say("We did not hear you. Goodbye."),
		), nil
	}))
	mux.Handle("POST /voice/menu", webhook.Handle(hooks, func(_ context.Context, g webhook.GatherAction) (*twiml.VoiceResponse, error) {
		switch g.Digits {
		case "1":
			return twiml.Voice(twiml.Dial(twiml.Number("+15550123")).Timeout(20 * time.Second).Action("/voice/after")), nil
		case "2":
			return twiml.Voice(
				twiml.Say("Please leave a message after the tone."),
				twiml.Record().MaxLength(time.Minute).Action("/voice/thanks").RecordingStatusCallback("/events"),
			), nil
		}
		return twiml.Voice(twiml.Say("That is no choice."), twiml.Redirect("/voice")), nil
	}))
	mux.Handle("POST /voice/after", webhook.Handle(hooks, func(_ context.Context, d webhook.DialAction) (*twiml.VoiceResponse, error) {
		if d.DialCallStatus == "completed" {
			return twiml.Voice(twiml.Say("Thank you for calling.")), nil
		}
		return twiml.Voice(twiml.Say("Nobody is there: " + string(d.DialCallStatus) + ".")), nil
	}))
	mux.Handle("POST /voice/thanks", webhook.Handle(hooks, func(_ context.Context, r webhook.RecordAction) (*twiml.VoiceResponse, error) {
		return twiml.Voice(twiml.Say(fmt.Sprintf("We keep your message of %.0f seconds. Goodbye.", r.RecordingDuration.Seconds()))), nil
	}))
	mux.Handle("GET /closed", twiml.Voice(twiml.Say("We are closed."), twiml.Hangup()))
	mux.Handle("POST /status", webhook.Notify(hooks, func(_ context.Context, e webhook.MessageStatusCallback) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.statuses = append(s.statuses, string(e.MessageStatus))
		return nil
	}))
	mux.Handle("POST /events", webhook.Events(hooks, func(_ context.Context, e webhook.Event) (webhook.Reply, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, e)
		return nil, nil
	}))
	return mux
}

// fakeTB is a test that fails without failing ours.
type fakeTB struct {
	testing.TB
	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (f *fakeTB) Helper()      {}
func (f *fakeTB) Name() string { return "TestFake" }
func (f *fakeTB) Cleanup(c func()) {
	f.cleanups = append(f.cleanups, c)
}
func (f *fakeTB) Errorf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
}
func (f *fakeTB) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

// failing runs a test that is expected to fail and returns what it said.
func failing(h http.Handler, opts *webhooktest.Options, test func(*webhooktest.Twilio)) string {
	f := &fakeTB{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for i := len(f.cleanups) - 1; i >= 0; i-- {
				f.cleanups[i]()
			}
		}()
		test(webhooktest.New(f, h, opts))
	}()
	<-done
	return strings.Join(f.failures, "\n")
}

// xml answers everything with one document.
func xml(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, body)
	})
}

// printingTB is a test that prints its failures.
type printingTB struct {
	testing.TB
	cleanups []func()
}

// failed ends an example.
type failed struct{}

func (p *printingTB) Helper()          {}
func (p *printingTB) Cleanup(f func()) { p.cleanups = append(p.cleanups, f) }
func (p *printingTB) Errorf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for i, line := range strings.Split(text, "\n") {
		if i == 0 {
			line = "FAIL: " + line
		}
		fmt.Println(strings.TrimRight(line, " "))
	}
}
func (p *printingTB) Fatalf(format string, args ...any) {
	p.Errorf(format, args...)
	panic(failed{})
}

// finish runs what New left to do and catches a failure.
func (p *printingTB) finish() {
	r := recover()
	for _, f := range p.cleanups {
		f()
	}
	if _, ok := r.(failed); r != nil && !ok {
		panic(r)
	}
}
