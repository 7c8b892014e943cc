package dialogue_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// TestWaitingFailures shows that what people wait with is a document: one that
// cannot be used is a failure, told once.
func TestWaitingFailures(t *testing.T) {
	for name, row := range map[string]struct {
		page pages
		code int
		said []string
	}{
		"a queue whose waitUrl is gone":      {pages{"/voice": `<Enqueue waitUrl="/gone">q</Enqueue><Say>next</Say>`}, 11200, []string{"next"}},
		"a queue whose waitUrl redirects":    {pages{"/voice": `<Enqueue waitUrl="/w">q</Enqueue><Say>next</Say>`, "/w": `<Redirect>/gone</Redirect>`}, 11200, []string{"next"}},
		"a queue whose waitUrl dials":        {pages{"/voice": `<Enqueue waitUrl="/w">q</Enqueue><Say>next</Say>`, "/w": `<Dial>+15550123</Dial>`}, 12200, []string{"next"}},
		"a conference whose waitUrl is gone": {pages{"/voice": `<Dial><Conference waitUrl="/gone">r</Conference></Dial><Say>next</Say>`}, 11200, []string{"next"}},
		"a conference whose waitUrl gathers": {pages{"/voice": `<Dial><Conference waitUrl="/w">r</Conference></Dial><Say>next</Say>`, "/w": `<Gather/>`}, 13238, []string{"next"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, row.page)
			s.call()
			s.wait(30)
			var failed []int
			for _, ev := range s.log() {
				if ev.Type == dialogue.EventFailed {
					failed = append(failed, ev.Failure.Code)
				}
			}
			assert.Equal(t, []int{row.code}, failed)
			assert.Equal(t, row.said, s.said())
		})
	}
	t.Run("a Queue url that dials is reported too", func(t *testing.T) {
		s := play(t, pages{
			"/voice": `<Enqueue waitUrl="">q</Enqueue>`, "/agent": `<Dial><Queue url="/w">q</Queue></Dial>`, "/w": `<Gather/>`,
		})
		s.call()
		agent := s.call(func(c *dialogue.CallSetup) { c.URL = "/agent" })
		assert.NotNil(t, agent.Peer())
		assert.Equal(t, []string{"error 12200: line 1, column 11: Gather is not allowed in a document for people who leave a queue"}, s.texts(dialogue.EventFailed))
	})
}

func TestDialExamined(t *testing.T) {
	fact(t, "who comes while the conference is on hears no waitUrl: it is not asked for", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Dial><Conference waitUrl="/w">r</Conference></Dial>`, "/w": `<Say>hold</Say>`})
		s.call()
		s.call()
		n := len(s.of("ConferenceWaitURL"))
		s.call()
		assert.Len(t, s.of("ConferenceWaitURL"), n)
		people, _ := s.Conference("r")
		assert.Len(t, people, 3)
	})
	fact(t, "answerOnBridge, and the caller gives up: the action says how the call ends, and that never goes back", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Dial answerOnBridge="true" action="/next">+15550123</Dial>`, "/next": "", "/status": ""})
		c := s.call(func(c *dialogue.CallSetup) { c.StatusCallback = "/status" })
		c.HangUp()
		s.wait(1)
		p := s.only("DialAction").Params
		assert.Equal(t, "no-answer canceled", p.Get("CallStatus")+" "+p.Get("DialCallStatus"))
		assert.Equal(t, "no-answer", s.only("CallStatusCallback").Params.Get("CallStatus"))
	})
	fact(t, "hangupOnStar: a star while it rings does nothing", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Dial hangupOnStar="true">+15550123</Dial>`})
		c := s.call()
		assert.False(t, c.Activity().Keys)
		assert.Zero(t, c.Press("*"))
		c.Children()[0].Answer()
		require.NotNil(t, c.Peer())
		assert.True(t, c.Activity().Keys)
		assert.Equal(t, 1, c.Press("*"))
		assert.EqualValues(t, "completed", c.Status())
	})
	fact(t, "a call from a SIP phone says from where", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Redirect>/next</Redirect>`, "/next": ""})
		s.call(func(c *dialogue.CallSetup) {
			c.From.Address = "sip:ada@pbx.example.com;transport=tls"
			c.Params = dialogue.Params{{Name: "SipHeader_X-Route", Value: "gold"}, {Name: "SipSourceIp", Value: "192.0.2.77"}}
		})
		first := s.only("SIPIncomingCall").Params
		assert.Equal(t, "pbx.example.com 192.0.2.77 gold", first.Get("SipDomain")+" "+first.Get("SipSourceIp")+" "+first.Get("SipHeader_X-Route"))
		assert.Regexp(t, "^SD[0-9a-f]{32}$", first.Get("SipDomainSid"))
		assert.NotEmpty(t, first.Get("SipCallId"))
		assert.Equal(t, first.Get("SipCallId"), s.only("TwiMLRedirectRequest").Params.Get("SipCallId"))
	})
	fact(t, "transcription-started says how it is set up, every value a text", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Start><Transcription statusCallbackUrl="/t" speechModel="long" profanityFilter="false"/></Start>`, "/t": ""})
		s.call()
		assert.JSONEq(t, `{"profanityFilter":"false","speechModel":"long","enableAutomaticPunctuation":"true"}`,
			s.only("transcription-started").Params.Get("ProviderConfiguration"))
	})
}

// TestPanicsCount shows that a handler's panic is a failure even where Twilio
// would overlook it.
func TestPanicsCount(t *testing.T) {
	boom := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })
	s := play(t, pages{"/voice": `<Play>/a.mp3</Play><Record action="/next" recordingStatusCallback="/cb"/>`, "/next": "", "/cb": boom, "/a.mp3": boom})
	c := s.call()
	s.wait(4)
	c.Talk(3*time.Second, "")
	s.wait(30)
	failed := s.texts(dialogue.EventFailed)
	require.Len(t, failed, 2)
	assert.Contains(t, failed[1], "RecordingStatusCallback: error 11200")
	assert.EqualValues(t, "completed", c.Status())
}

// TestHandlerIsAServer shows that a handler is held to what net/http holds it to.
func TestHandlerIsAServer(t *testing.T) {
	for name, row := range map[string]struct {
		h    http.HandlerFunc
		code int
		text string
	}{
		"less than Content-Length": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("Content-Length", "500")
			_, _ = w.Write([]byte("<Response/>"))
		}, 11206, "in the middle of its answer"},
		"more than Content-Length": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("Content-Length", "5")
			_, err := w.Write([]byte("<Response/>"))
			assert.ErrorIs(t, err, http.ErrContentLength)
		}, 11206, "in the middle of its answer"},
		"no status": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(0) }, 11200, "invalid WriteHeader code 0"},
		"a page": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<!DOCTYPE html><html>404</html>"))
		}, 12100, "a page of HTML, not TwiML"},
		"a version of XML": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			_, _ = w.Write([]byte(`<?xml version="2.0"?><Response/>`))
		}, 12101, ""},
		"an open element": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			_, _ = w.Write([]byte("<Response>\n<Gather></Response>"))
		}, 12100, `error 12100: line 2, column 9: the document cannot be parsed: element "Gather" of line 2`},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, row.h)
			s.call()
			require.Equal(t, []int{row.code}, s.codes())
			assert.Contains(t, s.texts(dialogue.EventFailed)[0], row.text)
		})
	}
	t.Run("exactly Content-Length", func(t *testing.T) {
		s := play(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Header().Set("Content-Length", "11")
			_, _ = w.Write([]byte("<Response/>"))
		}))
		s.call()
		assert.Empty(t, s.codes())
	})
}

func TestTranscriptNamesCallers(t *testing.T) {
	s := play(t, pages{"/voice": `<Enqueue waitUrl="">q</Enqueue>`, "/agent": `<Dial><Queue>q</Queue></Dial>`})
	s.call()
	assert.Contains(t, dialogue.Transcript(s.start, s.log()), "the caller waits in queue")
	s.call(func(c *dialogue.CallSetup) { c.URL, c.From.Address = "/agent", "+15550155" }).HangUp()
	text := dialogue.Transcript(s.start, s.log())
	for _, want := range []string{"Twilio answers +15550155", `+15550101 waits in queue "q"`, "+15550155 talks to +15550101", "+15550155 hangs up", "call of +15550101 ended: completed"} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "the caller")
	assert.Equal(t, dialogue.State(dialogue.StateOver), s.Nobody().Activity().State)
}

func TestOptOut(t *testing.T) {
	text := func(s *stage, body string) *dialogue.Reply {
		return s.Receive(dialogue.Text{URL: "/sms", Body: body})
	}
	fact(t, "STOP: the webhook fires without OptOutType, and what is answered is not delivered, error 21610", func(t *testing.T) {
		for _, word := range []string{"STOP", "stop", " Stopall ", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"} {
			s := play(t, pages{"/sms": `<Message statusCallback="/status">bye</Message>`, "/status": ""})
			r := text(s, word)
			s.wait(5)
			require.Len(t, r.Warnings, 1, word)
			assert.Equal(t, 21610, r.Warnings[0].Code)
			assert.False(t, s.only("IncomingMessage").Params.Has("OptOutType"))
			p := s.only("MessageStatusCallback").Params
			assert.Equal(t, "failed 21610", p.Get("MessageStatus")+" "+p.Get("ErrorCode"))
		}
	})
	fact(t, "it lasts until START, for the two of them alone", func(t *testing.T) {
		s := play(t, pages{"/sms": `<Message>hi</Message>`})
		text(s, "stop")
		assert.Len(t, text(s, "hello").Warnings, 1)
		assert.Empty(t, s.Receive(dialogue.Text{URL: "/sms", Body: "hello", From: dialogue.Party{Address: "+15550177"}}).Warnings)
		assert.Empty(t, text(s, "Start").Warnings)
		assert.Empty(t, text(s, "please stop").Warnings)
		assert.Empty(t, s.Receive(dialogue.Text{URL: "/sms", Body: "STOP", From: dialogue.Party{Address: "whatsapp:+15550101"}, To: dialogue.Party{Address: "whatsapp:+15550100"}}).Warnings)
	})
	fact(t, "with Advanced Opt-Out the type decides", func(t *testing.T) {
		s := play(t, pages{"/sms": ``, "/next": `<Message>hi</Message>`})
		r := s.Receive(dialogue.Text{URL: "/sms", Body: "arrêt", After: dialogue.Params{{Name: "OptOutType", Value: "STOP"}}})
		assert.Empty(t, r.Warnings)
		assert.Len(t, s.Receive(dialogue.Text{URL: "/next", Body: "hello"}).Warnings, 1)
	})
}

// TestExploreTellsFailuresApart shows that each failure stands with the key
// that leads to it and the path that failed, and that what a call leaves
// behind is looked at too.
func TestExploreTellsFailuresApart(t *testing.T) {
	menu := func(w http.ResponseWriter, r *http.Request) {
		switch r.FormValue("Digits") {
		case "1":
			w.WriteHeader(http.StatusInternalServerError)
		case "2":
			panic("boom")
		default:
			pages{"/menu": `<Record recordingStatusCallback="/cb" action="/thanks"/>`}.ServeHTTP(w, r)
		}
	}
	tree := dialogue.Explore(dialogue.Exploration{
		Config: dialogue.Config{Transport: dialogue.Handler(pages{
			"/voice": `<Gather numDigits="1" action="/menu"><Say>Press.</Say></Gather><Say>Bye</Say>`, "/menu": http.HandlerFunc(menu), "/thanks": `<Say>Thanks</Say>`,
			"/cb": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("late") }),
		})},
		Call: dialogue.CallSetup{URL: "/voice"}, Keys: "123",
	})
	problems := fmt.Sprint(tree.Problems())
	for _, want := range []string{
		"#2 /voice: error 11200: the server answered 500 Internal Server Error (/menu)",
		"#3 /voice: error 11200: the server closed the connection without an answer: the handler panicked: boom (/menu)",
		"/thanks: RecordingStatusCallback: error 11200: the server closed the connection without an answer: the handler panicked: late (/cb)",
	} {
		assert.Contains(t, problems, want)
	}
}
