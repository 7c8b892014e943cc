package dialogue_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// text sends a message to /sms and returns the result.
func (s *stage) text(body string, change ...func(*dialogue.Text)) *dialogue.Reply {
	s.t.Helper()
	m := dialogue.Text{URL: "/sms", Body: body}
	for _, f := range change {
		f(&m)
	}
	r := s.Receive(m)
	require.NotNil(s.t, r)
	return r
}

func bodies(r *dialogue.Reply) (out []string) {
	for _, m := range r.Messages {
		out = append(out, m.Body)
	}
	return out
}

func TestMessages(t *testing.T) {
	const one = `<Message>Thanks</Message>`
	fact(t, "an incoming message sends the captured parameters in the captured order", func(t *testing.T) {
		s := play(t, pages{"/sms": ""})
		s.text("Msg")
		var names []string
		for _, p := range s.only("IncomingMessage").Params {
			names = append(names, p.Name)
		}
		assert.Equal(t, strings.Fields(`ToCountry ToState SmsMessageSid NumMedia ToCity FromZip SmsSid FromState SmsStatus FromCity Body
			FromCountry To ToZip NumSegments MessageSid AccountSid From ApiVersion`), names)
	})
	fact(t, "the reply goes back to the sender", func(t *testing.T) {
		r := play(t, pages{"/sms": one}).text("hi")
		require.Len(t, r.Messages, 1)
		assert.Equal(t, "+15550100 +15550101 Thanks", r.Messages[0].From+" "+r.Messages[0].To+" "+r.Messages[0].Body)
	})
	fact(t, "an empty Response sends no reply", func(t *testing.T) {
		r := play(t, pages{"/sms": ""}).text("hi")
		assert.Empty(t, r.Messages)
		assert.Nil(t, r.Failure)
	})
	fact(t, "an empty body with its length known is no reply either, in chunks it is error 11770", func(t *testing.T) {
		s := play(t, pages{"/sms": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })})
		assert.Nil(t, s.text("hi").Failure)
		s = play(t, pages{"/sms": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _ = http.NewResponseController(w).Flush() })})
		assert.Equal(t, 11770, s.text("hi").Failure.Code)
	})
	fact(t, "text/plain is sent back as the text", func(t *testing.T) {
		s := play(t, pages{"/sms": answerWith("text/plain", "OK")})
		assert.Equal(t, []string{"OK"}, bodies(s.text("hi")))
	})
	fact(t, "JSON is error 12300", func(t *testing.T) {
		assert.Equal(t, 12300, play(t, pages{"/sms": answerWith("application/json", "{}")}).text("hi").Failure.Code)
	})
	fact(t, "no Content-Type is error 12300", func(t *testing.T) {
		assert.Equal(t, 12300, play(t, pages{"/sms": answerWith("", "<Response/>")}).text("hi").Failure.Code)
	})
	fact(t, "XML that does not parse is error 12100", func(t *testing.T) {
		assert.Equal(t, 12100, play(t, pages{"/sms": answerWith("text/xml", "<Response>")}).text("hi").Failure.Code)
	})
	fact(t, "more than 64 kB is error 11750", func(t *testing.T) {
		s := play(t, pages{"/sms": answerWith("text/xml", strings.Repeat(" ", 64<<10+1))})
		assert.Equal(t, 11750, s.text("hi").Failure.Code)
	})
	fact(t, "at most ten replies: error 14109", func(t *testing.T) {
		r := play(t, pages{"/sms": strings.Repeat(one, 10)}).text("hi")
		assert.Len(t, r.Messages, 10)
		r = play(t, pages{"/sms": strings.Repeat(one, 11)}).text("hi")
		assert.Equal(t, 14109, r.Failure.Code)
	})
	fact(t, "at most 50 documents a chain: error 14106", func(t *testing.T) {
		n := 0
		s := play(t, pages{"/sms": func(*http.Request) string { n++; return `<Redirect/>` }})
		assert.Equal(t, 14106, s.text("hi").Failure.Code)
		assert.Equal(t, 50, n)
	})
	fact(t, "a text of 1600 characters is sent, a longer one is error 14103", func(t *testing.T) {
		r := play(t, pages{"/sms": "<Message>" + strings.Repeat("ä", 1600) + "</Message>"}).text("hi")
		assert.Len(t, r.Messages, 1)
		s := play(t, pages{"/sms": "<Message>" + strings.Repeat("ä", 1601) + "</Message>"})
		s.text("hi")
		assert.Contains(t, s.codes(), 14103)
	})
	fact(t, "a verb that is none of messages is error 14110", func(t *testing.T) {
		s := play(t, pages{"/sms": say("x")})
		r := s.text("hi")
		assert.Empty(t, r.Messages)
		assert.Contains(t, s.codes(), 14110)
	})
	fact(t, "Redirect fetches another document", func(t *testing.T) {
		s := play(t, pages{"/sms": one + `<Redirect method="GET">/more</Redirect>`, "/more": `<Message>More</Message>`})
		assert.Equal(t, []string{"Thanks", "More"}, bodies(s.text("hi")))
		assert.Equal(t, []string{"POST /sms", "GET /more"}, s.paths())
	})
	fact(t, "the old Sms verb sends too", func(t *testing.T) {
		assert.Equal(t, []string{"old"}, bodies(play(t, pages{"/sms": `<Sms>old</Sms>`}).text("hi")))
	})
	fact(t, "the fallback URL gets the original parameters, ErrorCode and ErrorUrl", func(t *testing.T) {
		s := play(t, pages{"/fallback": one})
		r := s.text("hi", func(m *dialogue.Text) { m.FallbackURL = "/fallback" })
		assert.Equal(t, []string{"Thanks"}, bodies(r))
		p := s.only("MessagingFallback").Params
		assert.Equal(t, "hi 11200 https://hooks.example.com/sms", p.Get("Body")+" "+p.Get("ErrorCode")+" "+p.Get("ErrorUrl"))
		assert.Equal(t, "ErrorUrl", p[0].Name)
	})
	fact(t, "without one the sender gets nothing", func(t *testing.T) {
		r := play(t, pages{}).text("hi")
		assert.Equal(t, 11200, r.Failure.Code)
		assert.Empty(t, r.Messages)
	})
	fact(t, "cookies belong to a pair of addresses, for four hours", func(t *testing.T) {
		var got []string
		s := play(t, pages{"/sms": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = append(got, r.Header.Get("Cookie"))
			http.SetCookie(w, &http.Cookie{Name: "n", Value: fmt.Sprint(len(got))})
			w.WriteHeader(204)
		})})
		s.text("a")
		s.text("b")
		s.text("c", func(m *dialogue.Text) { m.From.Address = "+15550109" })
		s.Advance(4*time.Hour + time.Minute)
		s.text("d")
		assert.Equal(t, []string{"", "n=1", "", ""}, got)
	})
	fact(t, "statusCallback: no callback for the first status, then sent, then delivered", func(t *testing.T) {
		s := play(t, pages{"/sms": `<Message statusCallback="/status">Thanks</Message>`, "/status": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })})
		r := s.text("hi")
		s.wait(10)
		var got []string
		for _, x := range s.of("MessageStatusCallback") {
			got = append(got, x.Params.Get("MessageStatus"))
			assert.Equal(t, r.Messages[0].SID, x.Params.Get("MessageSid"))
		}
		assert.Equal(t, []string{"sent", "delivered"}, got)
		assert.Empty(t, s.codes())
	})
	fact(t, "failures carry ErrorCode", func(t *testing.T) {
		s := play(t, pages{"/sms": `<Message statusCallback="/status">Thanks</Message>`, "/status": ""}, func(c *dialogue.Config) {
			c.Deliver = func(dialogue.Message) []dialogue.Delivery {
				return []dialogue.Delivery{{Status: "sent"}, {Status: "undelivered", ErrorCode: 30003}}
			}
		})
		s.text("hi")
		s.wait(10)
		assert.Equal(t, "30003", s.of("MessageStatusCallback")[1].Params.Get("ErrorCode"))
	})
	fact(t, "WhatsApp has no geography, and reads", func(t *testing.T) {
		s := play(t, pages{"/sms": one, "/status": ""})
		s.text("hi", func(m *dialogue.Text) {
			m.From.Address, m.To.Address = "whatsapp:+15550101", "whatsapp:+15550100"
			m.Before = dialogue.Params{{Name: "ProfileName", Value: "Ada"}}
		})
		assert.False(t, s.only("IncomingMessage").Params.Has("FromCity"))
		s.Deliver(dialogue.Message{SID: "SM1", From: "whatsapp:+15550100", To: "whatsapp:+15550101", StatusCallback: "/status"}, dialogue.Delivery{Status: "read"})
		s.wait(2)
		p := s.only("MessageStatusCallback").Params
		assert.Equal(t, "whatsapp READ", p.Get("ChannelPrefix")+" "+p.Get("EventType"))
	})
	fact(t, "a picture makes it an MM with numbered parameters", func(t *testing.T) {
		s := play(t, pages{"/sms": `<Message><Body>back</Body><Media>/b.png</Media></Message>`})
		r := s.text("see", func(m *dialogue.Text) {
			m.Media = []dialogue.Media{{URL: "https://cdn.example.com/a.jpg", ContentType: "image/jpeg"}}
		})
		p := s.only("IncomingMessage").Params
		assert.Equal(t, "1 image/jpeg https://cdn.example.com/a.jpg MM", p.Get("NumMedia")+" "+p.Get("MediaContentType0")+" "+p.Get("MediaUrl0")+" "+p.Get("MessageSid")[:2])
		assert.Equal(t, []string{"https://hooks.example.com/b.png"}, r.Messages[0].Media)
		assert.Equal(t, "MM", r.Messages[0].SID[:2])
	})
	fact(t, "long and non-GSM texts count segments", func(t *testing.T) {
		for body, want := range map[string]string{
			"a": "1", strings.Repeat("a", 160): "1", strings.Repeat("a", 161): "2", strings.Repeat("a", 307): "3",
			strings.Repeat("ж", 70): "1", strings.Repeat("ж", 71): "2", strings.Repeat("😀", 35): "1", strings.Repeat("😀", 36): "2",
		} {
			s := play(t, pages{"/sms": ""})
			s.text(body)
			assert.Equal(t, want, s.only("IncomingMessage").Params.Get("NumSegments"), body)
		}
	})
	fact(t, "Sms in a call sends a message and goes on", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Sms>the address</Sms><Say>sent</Say>`})
		s.call()
		assert.Equal(t, []string{"the address"}, s.texts(dialogue.EventMessageSent))
		assert.Equal(t, []string{"sent"}, s.said())
	})
}
