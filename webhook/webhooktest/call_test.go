package webhooktest_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

func TestCallStories(t *testing.T) {
	line := new(supportLine)
	h := line.handler()
	t.Run("a message is left", func(t *testing.T) {
		twilio := webhooktest.New(t, h, nil)
		call := twilio.Call("/voice")
		call.Hears("Welcome").Hears("Press 1 for sales").Presses("2")
		call.Hears("after the tone").Records(20 * time.Second).Presses("#")
		call.Hears("message of 20 seconds", "Goodbye").Ends()
		assert.Equal(t, webhook.CallStatus("completed"), call.Status())
		twilio.Waits(time.Minute)
		require.NotEmpty(t, line.events)
		rec, ok := line.events[len(line.events)-1].(webhook.RecordingStatusCallback)
		require.True(t, ok)
		assert.Equal(t, call.SID(), rec.CallSID)
	})
	t.Run("the recording ends by silence", func(t *testing.T) {
		webhooktest.New(t, h, nil).Call("/voice").Presses("2").Records(10 * time.Second).Hears("15 seconds").Ends()
	})
	t.Run("by hanging up", func(t *testing.T) {
		call := webhooktest.New(t, h, nil).Call("/voice").Presses("2").Records(3 * time.Second).HangsUp()
		assert.Equal(t, "hangup", call.Param("Digits"))
		call.Ends()
	})
	t.Run("someone answers", func(t *testing.T) {
		twilio := webhooktest.New(t, h, nil)
		call := twilio.Call("/voice").Presses("1")
		agent := call.Rings("+15550123").Answers()
		call.Talks().Speaks("Is anybody there?")
		agent.Hears("anybody there").Speaks("Good day")
		call.Hears("good day")
		agent.HangsUp()
		call.Hears("Thank you for calling").Ends()
	})
	t.Run("nobody does", func(t *testing.T) {
		twilio := webhooktest.New(t, h, nil)
		twilio.Call("/voice").Presses("1").Busy().Hears("Nobody is there: busy").Ends()
		twilio.Call("/voice").Presses("1").NoAnswer().Hears("Nobody is there: no-answer").Ends()
		twilio.Call("/voice").Presses("1").Unreachable().Hears("Nobody is there: failed").Ends()
		twilio.Call("/voice").Presses("1").Answers().Waits(time.Minute).HangsUp().Ends()
	})
	t.Run("silence", func(t *testing.T) {
		webhooktest.New(t, h, nil).Call("/voice").Hears("We did not hear you").Ends().HangsUp()
		webhooktest.New(t, h, nil).Call("/voice").Ends()
		webhooktest.New(t, h, nil).Call("/voice").Hears("Press 1").Waits(10 * time.Second).Hears("We did not hear you").Ends()
	})
	t.Run("a wrong key", func(t *testing.T) {
		webhooktest.New(t, h, nil).Call("/voice").Presses("9").Hears("That is no choice").Hears("Welcome").Presses("2").Hears("after the tone")
	})
	t.Run("the document", func(t *testing.T) {
		call := webhooktest.New(t, h, nil).Call("/voice")
		call.Requests("/voice").Attribute("Gather", "numDigits", "1").HasNoProblems()
		call.Document(`<Response>
			<Say>Welcome to our support line.</Say>
			<Gather action="/voice/menu" timeout="5" numDigits="1"><Say>Press 1 for sales. Press 2 to leave a message.</Say></Gather>
			<Say>We did not hear you. Goodbye.</Say>
		</Response>`)
		call.Golden("testdata/voice.xml", *update)
	})
	t.Run("words once heard are not heard again", func(t *testing.T) {
		call := webhooktest.New(t, h, nil).Call("/voice")
		call.Hears("press 1", "press 2")
		call.DoesNotHear("press 1")
	})
}

func TestOutbound(t *testing.T) {
	line := new(supportLine)
	mux := http.NewServeMux()
	mux.Handle("/hello", xml(`<Response><Say>This is a reminder.</Say></Response>`))
	mux.Handle("/events", line.handler())
	twilio := webhooktest.New(t, mux, &webhooktest.Options{StatusPath: "/events"})
	twilio.Outbound("/hello").Answers().Hears("reminder").Ends()
	twilio.Outbound("/hello").Busy().EndsWith("busy")
	var got []string
	for _, e := range line.events {
		got = append(got, string(e.(webhook.CallStatusCallback).CallStatus))
	}
	assert.Equal(t, []string{"initiated", "ringing", "in-progress", "completed", "initiated", "ringing", "busy"}, got)
}

func TestTwoCallersInAConference(t *testing.T) {
	twilio := webhooktest.New(t, xml(`<Response><Dial hangupOnStar="true"><Conference waitUrl="">Room</Conference></Dial><Say>Goodbye</Say></Response>`), nil)
	ada := twilio.As("+15550111").Call("/voice").Joins("Room")
	bob := twilio.As("+15550112").Call("/voice").Joins("Room")
	ada.Speaks("Hello Bob")
	bob.Hears("hello bob")
	ada.DoesNotHear("hello bob")
	ada.Mutes(true)
	bob.Holds(true, "").Holds(false, "")
	bob.Presses("*").Hears("Goodbye").Ends()
	ada.HangsUp()
	assert.Contains(t, twilio.Transcript(), `conference "Room" ends`)
}

func TestSpeechPayAndSessions(t *testing.T) {
	h := func(doc string) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/voice", xml(doc))
		mux.HandleFunc("/next", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			fmt.Fprintf(w, "<Response><Say>%s%s%s</Say></Response>", r.FormValue("SpeechResult"), r.FormValue("Result"), r.FormValue("HandoffData"))
		})
		return mux
	}
	webhooktest.New(t, h(`<Response><Gather input="speech" action="/next"><Say>What is it?</Say></Gather></Response>`), nil).
		Call("/voice").Hears("What is it").Speaks("I want sales").Hears("i want sales").Ends()
	webhooktest.New(t, h(`<Response><Pay action="https://webhooktest.example.com/next"/></Response>`), nil).
		Call("/voice").Pays(webhooktest.Payment{}).Hears("success").Ends()
	webhooktest.New(t, h(`<Response><Pay action="https://webhooktest.example.com/next"/></Response>`), nil).
		Call("/voice").Skips().Enters("4242424242424242", "1230", "123", "10001").Hears("success").Ends()
	webhooktest.New(t, h(`<Response><Connect action="/next"><ConversationRelay url="wss://relay.example.com/a"/></Connect></Response>`), nil).
		Call("/voice").EndsSession(webhooktest.SessionEnd{HandoffData: "a person"}).Hears("a person").Ends()
	webhooktest.New(t, h(`<Response><Enqueue>line</Enqueue></Response>`), nil).
		Call("/voice").Queues("line").Updates("/next").Ends()
}

func TestClientsAndApps(t *testing.T) {
	const app = webhook.SID("AP00000000000000000000000000000001")
	mux := http.NewServeMux()
	mux.HandleFunc("/voice", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, "<Response><Say>%s in %s</Say><Dial><Application>%s</Application></Dial></Response>", r.FormValue("From"), r.FormValue("room"), app)
	})
	mux.Handle("/app", xml(`<Response><Say>the app</Say></Response>`))
	twilio := webhooktest.New(t, mux, &webhooktest.Options{Apps: map[webhook.SID]string{app: "/app"}})
	twilio.As("ada").CallFromApp(app, "/voice", map[string]string{"room": "blue", "To": "+15550123"}).Hears("client:ada in blue").Ends()
	assert.Contains(t, twilio.Transcript(), "the app")
}

// TestFailures shows what a failed test says.
func TestFailures(t *testing.T) {
	h := new(supportLine).handler()
	say := xml(`<Response><Say>hello</Say></Response>`)
	for _, row := range []struct {
		name string
		h    http.Handler
		test func(*webhooktest.Twilio)
		want []string
	}{
		{"words that are not said", h, func(t *webhooktest.Twilio) { t.Call("/voice").Hears("Press 3") }, []string{
			`the caller does not hear "Press 3": the call has ended (completed), after waiting for the caller to press a key`,
			`00:00  the caller hears "Welcome to our support line."`, "request (IncomingCall):", "POST https://webhooktest.example.com/voice",
			"CallStatus=ringing", "answer: 200 text/xml", "-> ",
		}},
		{"words after the end", say, func(t *webhooktest.Twilio) { t.Call("/voice").Hears("hello").Hears("more") }, []string{"the call has ended (completed)"}},
		{"words that must not be said", say, func(t *webhooktest.Twilio) { t.Call("/voice").DoesNotHear("hello") }, []string{`the caller hears "hello"`}},
		{"a key to nobody", say, func(t *webhooktest.Twilio) { t.Call("/voice").Presses("1") }, []string{"the caller cannot press 1: the call has ended"}},
		{"a key too many", h, func(t *webhooktest.Twilio) { t.Call("/voice").Presses("21") }, []string{`presses "1" of "21", but the call is not listening`}},
		{"words to nobody", h, func(t *webhooktest.Twilio) { t.Call("/voice").Speaks("hi") }, []string{`cannot say "hi": the call is waiting for the caller to press a key`}},
		{"a recording that is not made", h, func(t *webhooktest.Twilio) { t.Call("/voice").Records(time.Second) }, []string{"nothing is recorded"}},
		{"an end that does not come", xml(`<Response><Gather/><Redirect/></Response>`), func(t *webhooktest.Twilio) { t.Call("/voice").Ends() }, []string{"the call does not end: 10 minutes have passed, after waiting for the caller to press a key", "lines ...]"}},
		{"an end that someone else decides", h, func(t *webhooktest.Twilio) { t.Call("/voice").Presses("1").Ends() }, []string{"use Answers, Busy or NoAnswer"}},
		{"another end", say, func(t *webhooktest.Twilio) { t.Call("/voice").EndsWith("busy") }, []string{"the call ends as completed, not as busy"}},
		{"a phone that does not ring", say, func(t *webhooktest.Twilio) { t.Call("/voice").Answers() }, []string{"no phone is ringing, so the person cannot answer"}},
		{"another phone", h, func(t *webhooktest.Twilio) { t.Call("/voice").Presses("1").Rings("+15550199") }, []string{"the phone of +15550199 does not ring"}},
		{"another document", h, func(t *webhooktest.Twilio) { t.Call("/voice").Requests("/other") }, []string{"not from /other"}},
		{"another attribute", h, func(t *webhooktest.Twilio) { t.Call("/voice").Attribute("Gather", "numDigits", "2") }, []string{`Gather has numDigits="1", not "2"`}},
		{"no such attribute", h, func(t *webhooktest.Twilio) { t.Call("/voice").Attribute("Gather", "hints", "a") }, []string{"Gather has no attribute hints"}},
		{"no such verb", h, func(t *webhooktest.Twilio) { t.Call("/voice").Attribute("Dial", "hints", "a") }, []string{"the document has no Dial"}},
		{"another text", say, func(t *webhooktest.Twilio) { t.Call("/voice").Document("<Response><Say>bye</Say></Response>") }, []string{"differs at line 2", "got:    <Say>hello</Say>", "want:   <Say>bye</Say>"}},
		{"no golden file", say, func(t *webhooktest.Twilio) { t.Call("/voice").Golden("testdata/none.xml", false) }, []string{"golden file cannot be read"}},
		{"a document with a problem", xml(`<Response><Say>a</Say><say>b</say></Response>`), func(t *webhooktest.Twilio) { t.Call("/voice").HasNoProblems() }, []string{"the document has a problem"}},
		{"no failure", say, func(t *webhooktest.Twilio) { t.Call("/voice").Fails(11200) }, []string{"does not fail with error 11200"}},
		{"another failure", http.NotFoundHandler(), func(t *webhooktest.Twilio) { t.Call("/voice").Fails(12100) }, []string{"error 11200: the server answered 404"}},
		{"no conference", say, func(t *webhooktest.Twilio) { t.Call("/voice").Joins("Room") }, []string{`does not join conference "Room"`}},
		{"no queue", say, func(t *webhooktest.Twilio) { t.Call("/voice").Queues("line") }, []string{`does not wait in queue "line"`}},
		{"nothing to enter", say, func(t *webhooktest.Twilio) { t.Call("/voice").Enters("1") }, []string{"is not asked to pay"}},
		{"nothing to skip", xml(`<Response><Dial>+15550102</Dial></Response>`), func(t *webhooktest.Twilio) { t.Call("/voice").Skips() }, []string{"there is nothing to skip"}},
		{"no payment", say, func(t *webhooktest.Twilio) { t.Call("/voice").Pays(webhooktest.Payment{}) }, []string{"is not asked to pay"}},
		{"no session", say, func(t *webhooktest.Twilio) { t.Call("/voice").EndsSession(webhooktest.SessionEnd{}) }, []string{"not connected to a session"}},
		{"nobody to talk to", say, func(t *webhooktest.Twilio) { t.Call("/voice").Talks() }, []string{"is not connected to anyone"}},
		{"no mute", say, func(t *webhooktest.Twilio) { t.Call("/voice").Mutes(true) }, []string{"not in a conference"}},
		{"no hold", say, func(t *webhooktest.Twilio) { t.Call("/voice").Holds(true, "") }, []string{"not in a conference"}},
		{"an update too late", say, func(t *webhooktest.Twilio) { t.Call("/voice").Ends().Updates("/x") }, []string{"cannot be updated"}},
		{"no message", say, func(t *webhooktest.Twilio) { t.Call("/voice").Sends("hi") }, []string{`no message contains "hi"`}},
		{"another reply", h, func(t *webhooktest.Twilio) { t.Text("/sms", "hi").Replies("Bye") }, []string{`no reply contains "Bye": got "Thanks, we got: hi"`, "request (IncomingMessage)", "Body=hi"}},
		{"no reply", xml("<Response/>"), func(t *webhooktest.Twilio) { t.Text("/sms", "hi").Replies() }, []string{"there is no reply"}},
		{"a reply", h, func(t *webhooktest.Twilio) { t.Text("/sms", "hi").RepliesNothing() }, []string{"there is a reply"}},
		{"another exact reply", h, func(t *webhooktest.Twilio) { t.Text("/sms", "hi").RepliesExactly("hi") }, []string{`not ["hi"]`}},
		{"no file", h, func(t *webhooktest.Twilio) { t.Text("/sms", "hi").RepliesMedia("https://a") }, []string{"no reply has"}},
		{"another status", h, func(t *webhooktest.Twilio) { t.Text("/sms", "hi").StatusIs(404) }, []string{"the answer is 200, not 404"}},
		{"another number", http.NotFoundHandler(), func(t *webhooktest.Twilio) { t.Text("/sms", "hi").Fails(12100) }, []string{"not error 12100"}},
		{"a refused report", http.NotFoundHandler(), func(t *webhooktest.Twilio) { t.Deliver("/status", "SM00000000000000000000000000000001", "sent") }, []string{"the report sent of SM", "404"}},
		{"a failure that nobody looked at", http.NotFoundHandler(), func(t *webhooktest.Twilio) { t.Call("/voice") }, []string{"Twilio would have reported error 11200: the server answered 404 Not Found"}},
		{"a message that nobody looked at", http.NotFoundHandler(), func(t *webhooktest.Twilio) { t.Text("/sms", "hi") }, []string{"Twilio would have reported error 11200"}},
		{"a panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }), func(t *webhooktest.Twilio) { t.Call("/voice").Hears("hello") }, []string{"the handler panicked: boom", "call_test.go"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := failing(row.h, nil, row.test)
			require.NotEmpty(t, got, "the test passed")
			for _, want := range row.want {
				assert.Contains(t, got, want)
			}
		})
	}
	t.Run("a failure is shown once", func(t *testing.T) {
		got := failing(http.NotFoundHandler(), nil, func(t *webhooktest.Twilio) { t.Call("/voice").Hears("hello") })
		assert.NotContains(t, got, "Twilio would have reported")
	})
	t.Run("one that is expected fails no test", func(t *testing.T) {
		assert.Empty(t, failing(http.NotFoundHandler(), nil, func(t *webhooktest.Twilio) {
			t.Call("/voice").Fails(11200).Hears("application error").Ends()
			t.Text("/sms", "hi").Fails(11200).StatusIs(404)
		}))
	})
	t.Run("warnings fail only if asked", func(t *testing.T) {
		h := xml(`<Response><say>x</say></Response>`)
		call := func(t *webhooktest.Twilio) { t.Call("/voice").Ends() }
		assert.Empty(t, failing(h, nil, call))
		assert.Contains(t, failing(h, &webhooktest.Options{Warnings: true}, call), "error 12200")
	})
	t.Run("the fallback is called", func(t *testing.T) {
		mux := http.NewServeMux()
		mux.Handle("/fallback", xml(`<Response><Say>sorry</Say></Response>`))
		assert.Empty(t, failing(mux, &webhooktest.Options{Fallback: "/fallback"}, func(t *webhooktest.Twilio) {
			t.Call("/voice").Fails(11200).Hears("sorry").Ends()
		}))
	})
}
