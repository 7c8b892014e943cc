package dialogue_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

func TestStartAndStop(t *testing.T) {
	fact(t, "Start does not block; without a next verb the call ends", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Start><Stream url="wss://media.example.com/a"/></Start>`})
		c := s.call()
		assert.EqualValues(t, "completed", c.Status())
	})
	fact(t, "a stream is reported started, and stopped when the call ends; it stays silent", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Start><Stream name="my_stream" url="wss://media.example.com/a" statusCallback="/cb"/></Start><Say>hello</Say>`, "/cb": ""})
		s.call()
		s.wait(5)
		var got []string
		for _, x := range s.of("StreamStatus") {
			got = append(got, x.Params.Get("StreamEvent")+" "+x.Params.Get("StreamName"))
		}
		assert.Equal(t, []string{"stream-started my_stream", "stream-stopped my_stream"}, got)
	})
	fact(t, "Stop ends it by name", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Start><Siprec name="a" statusCallback="/cb"/></Start><Start><Siprec name="b" statusCallback="/cb"/></Start><Stop><Siprec name="a"/></Stop><Pause length="60"/>`, "/cb": ""})
		s.call()
		s.wait(1)
		var got []string
		for _, x := range s.of("SIPRECStatus") {
			got = append(got, x.Params.Get("SiprecEvent")+" "+x.Params.Get("SiprecName"))
		}
		assert.Equal(t, []string{"siprec-started a", "siprec-started b", "siprec-stopped a"}, got)
	})
	fact(t, "a transcription is reported started, its content, and stopped at the end", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Start><Transcription statusCallbackUrl="/cb"/></Start><Say>How can I help?</Say><Gather input="speech" speechTimeout="1" action="/bye"/>`, "/cb": "", "/bye": ""})
		c := s.call()
		s.wait(3)
		c.Speak("sales")
		s.wait(9)
		var got []string
		for _, ev := range s.log() {
			if ev.Type == dialogue.EventFetched && strings.HasPrefix(string(ev.Exchange.Kind), "Transcription") {
				p := ev.Exchange.Params
				got = append(got, p.Get("SequenceId")+p.Get("TranscriptionEvent")+p.Get("Track"))
				assert.Equal(t, "POST", ev.Exchange.Method)
			}
		}
		assert.Equal(t, []string{
			"1transcription-startedboth_tracks", "2transcription-contentoutbound_track", "3transcription-contentinbound_track", "4transcription-stopped",
		}, got)
		assert.Contains(t, s.of("transcription-content")[0].Params.Get("TranscriptionData"), `"transcript":"How can I help?"`)
	})
	fact(t, "a wrong engine is error 32650, no callback, and the call goes on", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Start><Transcription transcriptionEngine="abacus" statusCallbackUrl="/cb"/></Start><Say>on</Say>`, "/cb": ""})
		s.call()
		assert.Contains(t, s.codes(), 32650)
		assert.Empty(t, s.of("transcription-started"))
		assert.Equal(t, []string{"on"}, s.said())
	})
	fact(t, "a recording begun by TwiML: source StartCallRecordingTwiML, two channels", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Start><Recording recordingStatusCallback="https://hooks.example.com/cb"/></Start><Pause length="9"/>`, "/cb": ""})
		s.call()
		s.wait(20)
		p := s.only("RecordingStatusCallback").Params
		assert.Equal(t, "StartCallRecordingTwiML 2 9", p.Get("RecordingSource")+" "+p.Get("RecordingChannels")+" "+p.Get("RecordingDuration"))
	})
}

func TestConnect(t *testing.T) {
	relay := pages{"/voice": `<Connect action="/next"><ConversationRelay url="wss://relay.example.com/a"/></Connect>`, "/next": say("next")}
	fact(t, "Connect blocks until the session ends, then the action", func(t *testing.T) {
		s := play(t, relay)
		c := s.call()
		s.wait(25)
		require.True(t, c.EndSession(dialogue.SessionEnd{HandoffData: `{"reason":"person"}`}))
		p := s.only("ConversationRelayAction").Params
		assert.Equal(t, `ended 25 {"reason":"person"}`, p.Get("SessionStatus")+" "+p.Get("SessionDuration")+" "+p.Get("HandoffData"))
		assert.True(t, p.Has("SessionId"))
		assert.Equal(t, []string{"next"}, s.said())
	})
	fact(t, "a session that fails tells ErrorCode and ErrorMessage", func(t *testing.T) {
		s := play(t, relay)
		s.call().EndSession(dialogue.SessionEnd{Status: "failed", ErrorCode: 39001, Message: "no network"})
		p := s.only("ConversationRelayAction").Params
		assert.Equal(t, "failed 39001 no network", p.Get("SessionStatus")+" "+p.Get("ErrorCode")+" "+p.Get("ErrorMessage"))
	})
	fact(t, "CallStatus=completed when the caller hung up", func(t *testing.T) {
		s := play(t, relay)
		s.call().HangUp()
		p := s.only("ConversationRelayAction").Params
		assert.Equal(t, "completed completed", p.Get("CallStatus")+" "+p.Get("SessionStatus"))
	})
	fact(t, "without action: the next verb", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Connect><Stream url="wss://media.example.com/a"/></Connect><Say>after</Say>`})
		c := s.call()
		s.wait(10)
		assert.Empty(t, s.said())
		c.EndSession(dialogue.SessionEnd{})
		assert.Equal(t, []string{"after"}, s.said())
	})
}

func TestRefer(t *testing.T) {
	p := pages{"/voice": `<Refer action="/next"><Sip>sip:bob@example.com</Sip></Refer>`, "/next": say("next"), "/plain": `<Refer><Sip>sip:bob@example.com</Sip></Refer>`}
	sip := func(c *dialogue.CallSetup) {
		c.From.Address, c.To.Address = "sip:ada@example.com", "sip:ivr@example.com"
	}
	fact(t, "with action: ReferCallStatus, ReferSipResponseCode, NotifySipResponseCode", func(t *testing.T) {
		s := play(t, p)
		s.call(sip)
		q := s.only("ReferAction").Params
		assert.Equal(t, "in-progress 202 200", q.Get("ReferCallStatus")+" "+q.Get("ReferSipResponseCode")+" "+q.Get("NotifySipResponseCode"))
	})
	fact(t, "as last verb without action the leg ends", func(t *testing.T) {
		c := play(t, p).call(sip, by("/plain"))
		assert.EqualValues(t, "completed", c.Status())
	})
	fact(t, "on a leg that is not SIP it is error 13801", func(t *testing.T) {
		s := play(t, p)
		s.call()
		assert.Contains(t, s.codes(), 13801)
	})
}

func TestPay(t *testing.T) {
	p := pages{
		"/voice": `<Pay action="https://hooks.example.com/paid" statusCallback="/step" chargeAmount="20.45"><Prompt for="payment-card-number"><Say>Your card, please.</Say></Prompt><Prompt for="payment-card-number" errorType="timeout"><Say>Once more.</Say></Prompt></Pay><Say>after</Say>`,
		"/paid":  say("thanks"), "/step": "", "/none": `<Pay timeout="1" maxAttempts="2"/><Say>after</Say>`,
	}
	fact(t, "success tells Result and a masked card, by POST", func(t *testing.T) {
		s := play(t, p)
		c := s.call()
		s.wait(2)
		require.True(t, c.Pay(dialogue.Payment{}))
		s.wait(30)
		x := s.only("PayAction")
		q := x.Params
		assert.Equal(t, "POST success xxxxxxxxxxxx1111 *** credit-card ch_example", strings.Join([]string{
			x.Method, q.Get("Result"), q.Get("PaymentCardNumber"), q.Get("SecurityCode"), q.Get("PaymentMethod"), q.Get("PaymentConfirmationCode")}, " "))
		assert.Equal(t, "Your card, please.", s.said()[0])
		assert.Equal(t, "payment-card-number", s.of("PayStatusCallback")[0].Params.Get("For"))
	})
	fact(t, "each attempt that times out is reported, and its Prompt is said", func(t *testing.T) {
		s := play(t, p)
		s.call()
		s.wait(60)
		assert.Equal(t, "too-many-failed-attempts", s.only("PayAction").Params.Get("Result"))
		assert.Equal(t, "input-timeout", s.of("PayStatusCallback")[1].Params.Get("ErrorType"))
		assert.Contains(t, s.said(), "Once more.")
	})
	fact(t, "too many attempts without an action fall through", func(t *testing.T) {
		s := play(t, p)
		s.call(by("/none"))
		s.wait(60)
		assert.Contains(t, s.said(), "after")
		assert.Empty(t, s.of("PayAction"))
	})
	fact(t, "a star interrupts: caller-interrupted-with-star", func(t *testing.T) {
		s := play(t, p)
		s.call().Press("*")
		assert.Equal(t, "caller-interrupted-with-star", s.only("PayAction").Params.Get("Result"))
	})
	fact(t, "hanging up: caller-hung-up", func(t *testing.T) {
		s := play(t, p)
		s.call().HangUp()
		assert.Equal(t, "caller-hung-up completed", s.only("PayAction").Params.Get("Result")+" "+s.only("PayAction").Params.Get("CallStatus"))
	})
	fact(t, "action defaults to the current document", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Pay/>`})
		c := s.call()
		c.Pay(dialogue.Payment{Result: "payment-connector-error", Error: "card is declined", ErrorCode: "64020"})
		s.wait(20)
		x := s.of("PayAction")[0]
		assert.Equal(t, "https://hooks.example.com/voice", x.URL)
		assert.Equal(t, "payment-connector-error card is declined", x.Params.Get("Result")+" "+x.Params.Get("PaymentError"))
	})
}

func TestCallStatusCallbacks(t *testing.T) {
	all := func(c *dialogue.CallSetup) {
		c.Outbound, c.StatusCallback = true, "/status"
		c.StatusEvents = []string{"initiated", "ringing", "answered", "completed"}
	}
	list := func(s *stage) (out []string) {
		for _, x := range s.of("CallStatusCallback") {
			out = append(out, x.Params.Get("SequenceNumber")+x.Params.Get("CallStatus"))
		}
		return out
	}
	p := pages{"/voice": say("hello"), "/status": ""}
	fact(t, "an API call: initiated, ringing, in-progress, completed; numbered from 0", func(t *testing.T) {
		s := play(t, p)
		s.call(all).Answer()
		s.wait(5)
		assert.Equal(t, []string{"0initiated", "1ringing", "2in-progress", "3completed"}, list(s))
	})
	fact(t, "the event word is not a parameter, CallbackSource is call-progress-events", func(t *testing.T) {
		s := play(t, p)
		s.call(all)
		q := s.of("CallStatusCallback")[0].Params
		assert.Equal(t, "call-progress-events", q.Get("CallbackSource"))
		assert.False(t, q.Has("StatusCallbackEvent"))
	})
	fact(t, "when no event is named: completed only, and its number counts the others", func(t *testing.T) {
		s := play(t, p)
		s.call(func(c *dialogue.CallSetup) { c.Outbound, c.StatusCallback = true, "/status" }).Answer()
		s.wait(5)
		assert.Equal(t, []string{"3completed"}, list(s))
	})
	fact(t, "busy: CallDuration=0, Duration=0, SipResponseCode=486, SequenceNumber=2", func(t *testing.T) {
		s := play(t, p)
		s.call(func(c *dialogue.CallSetup) { c.Outbound, c.StatusCallback = true, "/status" }).Decline("busy")
		q := s.only("CallStatusCallback").Params
		assert.Equal(t, "0 0 486 2", q.Get("CallDuration")+" "+q.Get("Duration")+" "+q.Get("SipResponseCode")+" "+q.Get("SequenceNumber"))
	})
	fact(t, "487 is a ring timeout", func(t *testing.T) {
		s := play(t, p)
		s.call(func(c *dialogue.CallSetup) { c.Outbound, c.StatusCallback = true, "/status" })
		s.wait(61)
		q := s.only("CallStatusCallback").Params
		assert.Equal(t, "no-answer 487", q.Get("CallStatus")+" "+q.Get("SipResponseCode"))
	})
	fact(t, "404 is unreachable", func(t *testing.T) {
		s := play(t, p)
		s.call(func(c *dialogue.CallSetup) { c.Outbound, c.StatusCallback = true, "/status" }).Decline("failed")
		assert.Equal(t, "404", s.only("CallStatusCallback").Params.Get("SipResponseCode"))
	})
	fact(t, "the callback of a number: one request at the end, SequenceNumber=0", func(t *testing.T) {
		s := play(t, p)
		s.call(func(c *dialogue.CallSetup) {
			c.StatusCallback = "/status"
			c.StatusEvents = []string{"ringing", "answered"}
		})
		s.wait(5)
		assert.Equal(t, []string{"0completed"}, list(s))
		q := s.only("CallStatusCallback").Params
		assert.Equal(t, "1 1", q.Get("CallDuration")+" "+q.Get("Duration"), "seconds and billed minutes")
	})
	fact(t, "canceled while still queued: no callback at all", func(t *testing.T) {
		s := play(t, p)
		setup := dialogue.CallSetup{URL: "/voice"}
		all(&setup)
		c := s.Call(setup)
		c.End()
		s.wait(5)
		assert.EqualValues(t, "canceled", c.Status())
		assert.Empty(t, s.paths())
	})
	fact(t, "StirStatus stands on ringing and in-progress of outbound calls", func(t *testing.T) {
		s := play(t, p)
		s.call(all).Answer()
		s.wait(5)
		var got []string
		for _, x := range s.of("CallStatusCallback") {
			got = append(got, x.Params.Get("StirStatus"))
		}
		assert.Equal(t, []string{"", "A", "A", ""}, got)
	})
	fact(t, "canceled while it rings", func(t *testing.T) {
		s := play(t, p)
		c := s.call(all)
		c.End()
		assert.EqualValues(t, "canceled", c.Status())
	})
	fact(t, "a status never goes back", func(t *testing.T) {
		s := play(t, p)
		c := s.call(all)
		c.Answer()
		s.wait(5)
		c.End()
		c.HangUp()
		assert.False(t, c.Answer())
		assert.False(t, c.Update("/voice", ""))
		assert.EqualValues(t, "completed", c.Status())
		assert.Len(t, list(s), 4)
	})
}

// TestFinish is peers F2: what was begun has its effect, and callbacks that
// come late are made.
func TestFinish(t *testing.T) {
	s := play(t, pages{"/voice": `<Gather input="speech dtmf" action="/b"/>`, "/b": `<Record transcribe="true" transcribeCallback="/t" recordingStatusCallback="/r" action="/c"/>`, "/c": say("bye"), "/t": "", "/r": ""})
	c := s.call()
	c.Speak("hello")
	s.wait(6)
	c.Talk(3*time.Second, "call me back")
	s.Finish(c)
	assert.Equal(t, []string{"POST /voice", "POST /b", "POST /c", "POST /r", "POST /t"}, s.paths())
	assert.EqualValues(t, "completed", c.Status())
}
