package webhooktest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// scenes are documents by path: TwiML, or a handler.
type scenes map[string]any

func (s scenes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch scene := s[r.URL.Path].(type) {
	case string:
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, "<Response>"+scene+"</Response>")
	case func(http.ResponseWriter, *http.Request):
		scene(w, r)
	default:
		http.NotFound(w, r)
	}
}

func boom(http.ResponseWriter, *http.Request) { panic("boom") }

// TestFailuresOfCallbacks shows that a panic fails the test wherever it
// happens, with the request that led to it.
func TestFailuresOfCallbacks(t *testing.T) {
	got := failing(scenes{"/voice": `<Record recordingStatusCallback="/cb" action="/next"/>`, "/next": `<Say>Bye</Say>`, "/cb": boom}, nil, func(tw *webhooktest.Twilio) {
		tw.Call("/voice").Records(5 * time.Second).Presses("#").Hears("bye").Ends()
		tw.Waits(time.Minute)
	})
	for _, want := range []string{"Twilio would have reported error 11200", "the handler panicked: boom", "request (RecordingStatusCallback)", "failure_test.go"} {
		assert.Contains(t, got, want)
	}
	for _, unwanted := range []string{"runtime/debug.Stack", "handlerTransport", "<Say>Bye</Say>"} {
		assert.NotContains(t, got, unwanted)
	}
	t.Run("another answer is Twilio's warning", func(t *testing.T) {
		call := func(tw *webhooktest.Twilio) {
			tw.Call("/voice").Records(5 * time.Second).Presses("#").Ends()
			tw.Waits(time.Minute)
		}
		h := scenes{"/voice": `<Record recordingStatusCallback="/cb" action="/next"/>`, "/next": ""}
		assert.Empty(t, failing(h, nil, call))
		assert.Contains(t, failing(h, &webhooktest.Options{Warnings: true}, call), "request (RecordingStatusCallback)")
	})
}

// TestFailureTexts shows that what a failure says can be read by someone who
// is tired.
func TestFailureTexts(t *testing.T) {
	t.Run("no reply, and why", func(t *testing.T) {
		got := failing(scenes{"/sms": `<Message>` + strings.Repeat("a", 1601) + `</Message>`}, nil, func(tw *webhooktest.Twilio) { tw.Text("/sms", "hi").Replies("a") })
		assert.Contains(t, got, "there is no reply: error 14103")
		assert.Contains(t, got, "[... ")
		assert.Less(t, len(got), 4000)
	})
	t.Run("a loop is not told to its end", func(t *testing.T) {
		got := failing(scenes{"/voice": `<Gather timeout="1"/><Redirect/>`}, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Ends() })
		assert.Contains(t, got, "10 minutes have passed")
		assert.Less(t, strings.Count(got, "\n"), 110)
	})
	t.Run("a long document around the line that matters", func(t *testing.T) {
		doc := strings.Repeat("<Say>a</Say>\n", 90) + "<Gather/>\n" + strings.Repeat("<Say>b</Say>\n", 90)
		got := failing(scenes{"/voice": "\n" + doc}, nil, func(tw *webhooktest.Twilio) {
			c := tw.Call("/voice").Waits(2 * time.Minute)
			_ = c.DoesNotHear("a")
		})
		assert.Contains(t, got, "-> ")
		assert.Less(t, strings.Count(got, "\n"), 140)
	})
	t.Run("a document in one line is laid out, and the arrow is at the verb", func(t *testing.T) {
		h := scenes{"/voice": `<Say voice="alice">Hello &amp; welcome</Say><Gather numDigits="1" timeout="3"><Say>Press 1</Say><Pause/></Gather><Record maxLength="5"/>`}
		got := failing(h, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Hears("Press 1").Speaks("hi") })
		assert.Contains(t, got, `        1  <Response>
        2    <Say voice="alice">Hello &amp; welcome</Say>
     -> 3    <Gather numDigits="1" timeout="3">
        4      <Say>Press 1</Say>
        5      <Pause/>
        6    </Gather>
        7    <Record maxLength="5"/>
        8  </Response>`)
	})
	t.Run("the failure that ended the call is in the first line", func(t *testing.T) {
		got := failing(scenes{"/voice": boom}, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Hears("Hello") })
		first, _, _ := strings.Cut(got, "\n")
		assert.Equal(t, `the caller does not hear "Hello": the call has ended (completed): error 11200: the server closed the connection without an answer: the handler panicked: boom`, first)
	})
	t.Run("a refused signature is explained", func(t *testing.T) {
		refuses := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
		assert.Contains(t, failing(refuses, nil, func(tw *webhooktest.Twilio) { tw.Text("/sms", "hi").Replies("hi") }), "configure the verifier with both")
	})
	t.Run("geography is left out", func(t *testing.T) {
		got := failing(scenes{"/voice": ""}, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Hears("a") })
		assert.Contains(t, got, "From=+15550101")
		assert.NotContains(t, got, "OAKLAND")
	})
	t.Run("two callers are distinguished", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{"/voice": `<Dial><Conference waitUrl="">r</Conference></Dial>`}, nil)
		tw.Call("/voice").Joins("r")
		bob := tw.As("+15550111").Call("/voice").Joins("r")
		bob.HangsUp()
		assert.Contains(t, tw.Transcript(), `+15550111 leaves conference "r"`)
		assert.Contains(t, bob.Transcript(), `the caller leaves conference "r"`)
	})
	t.Run("a status callback that Twilio would not call", func(t *testing.T) {
		got := failing(scenes{}, nil, func(tw *webhooktest.Twilio) {
			tw.Deliver("https://bad_host.example.com/", "SM00000000000000000000000000000001", "sent")
		})
		assert.Contains(t, got, "the report sent of SM00000000000000000000000000000001 is not sent: error 11100")
	})
	t.Run("messages of other calls do not count", func(t *testing.T) {
		got := failing(scenes{"/sms": `<Message>hello</Message>`, "/voice": `<Sms>good day</Sms>`}, nil, func(tw *webhooktest.Twilio) {
			tw.Text("/sms", "hi").Replies("hello")
			tw.Call("/voice").Sends("good day").Sends("hello")
		})
		assert.Contains(t, got, `no message contains "hello"`)
	})
}

// recordingTB is a test whose Fatalf does not stop it.
type recordingTB struct {
	testing.TB
	got     []string
	cleanup []func()
}

func (r *recordingTB) Helper()                   {}
func (r *recordingTB) Cleanup(f func())          { r.cleanup = append(r.cleanup, f) }
func (r *recordingTB) Errorf(f string, a ...any) { r.got = append(r.got, fmt.Sprintf(f, a...)) }
func (r *recordingTB) Fatalf(f string, a ...any) { r.Errorf(f, a...) }

// TestFailuresOfATestThatGoesOn shows that expectations fail, and do nothing
// else, when the test they fail is a double that only writes down.
func TestFailuresOfATestThatGoesOn(t *testing.T) {
	for name, test := range map[string]func(*webhooktest.Call){
		"answers":     func(c *webhooktest.Call) { c.Answers().Talks() },
		"answered by": func(c *webhooktest.Call) { c.AnsweredBy(webhook.AnsweredBy("fax")) },
		"busy":        func(c *webhooktest.Call) { c.Busy() },
		"no answer":   func(c *webhooktest.Call) { c.NoAnswer() },
		"unreachable": func(c *webhooktest.Call) { c.Unreachable() },
		"rings": func(c *webhooktest.Call) {
			c.Rings("+15550123").Answers().Hears("x").Presses("1").HangsUp().Mutes(true)
		},
		"records": func(c *webhooktest.Call) { c.Records(time.Second).Presses("#") },
		"speaks":  func(c *webhooktest.Call) { c.Speaks("a", "b") },
		"pays":    func(c *webhooktest.Call) { c.Pays(webhooktest.Payment{}).EndsSession(webhooktest.SessionEnd{}) },
		"refers":  func(c *webhooktest.Call) { c.Refers("sip:a@example.com") },
	} {
		t.Run(name, func(t *testing.T) {
			tb := &recordingTB{}
			test(webhooktest.New(tb, xml(`<Response><Say>hello</Say></Response>`), nil).Call("/voice"))
			for _, f := range tb.cleanup {
				f()
			}
			require.NotEmpty(t, tb.got)
		})
	}
}

func TestWaitsForgetsNothing(t *testing.T) {
	tw := webhooktest.New(t, scenes{"/voice": `<Say>Welcome.</Say><Gather><Say>Press 1.</Say></Gather><Say>Goodbye.</Say>`}, nil)
	tw.Call("/voice").Waits(time.Second).Hears("Welcome", "Press 1").Waits(10 * time.Second).Hears("Goodbye").Ends()
}

// TestHangingHandlerInABubble shows that virtual time is the bubble's too.
func TestHangingHandlerInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		got := failing(hangs, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Hears("hello") })
		assert.Contains(t, got, "error 11200: the server did not answer within 15s")
		slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(14 * time.Second)
			xml(`<Response><Say>hello</Say></Response>`).ServeHTTP(w, r)
		})
		assert.Empty(t, failing(slow, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Hears("hello").Ends() }))
	})
}
