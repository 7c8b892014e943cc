package dialogue_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// dialed is a stage with a Dial on it.
func dialed(t *testing.T, attrs, nouns string, change ...func(*dialogue.Config)) (*stage, *dialogue.Call) {
	t.Helper()
	s := play(t, pages{
		"/voice": "<Dial " + attrs + ">" + nouns + "</Dial><Say>after</Say>",
		"/next":  say("next"), "/leg": "", "/status": "", "/cb": "", "/refer": say("transferred"),
		"/whisper": say("A call from the shop."), "/screen": `<Gather numDigits="1" action="/accept"><Say>Press 1 to accept.</Say></Gather><Hangup/>`,
		"/accept": say("Connecting."), "/no": "<Hangup/>", "/dial": "<Dial>+15550124</Dial>", "/own": say("your own document"),
	}, change...)
	return s, s.call(func(c *dialogue.CallSetup) { c.StatusCallback = "/status" })
}

func TestDial(t *testing.T) {
	const number = "<Number>+15550123</Number>"
	const action = `action="/next" `
	fact(t, "with action: requested after the child ends, and its reply owns the call", func(t *testing.T) {
		s, c := dialed(t, action, number)
		k := c.Children()[0]
		k.Answer()
		s.wait(42)
		k.HangUp()
		s.wait(9)
		p := s.only("DialAction").Params
		assert.Equal(t, "completed true 42 "+k.SID(), p.Get("DialCallStatus")+" "+p.Get("DialBridged")+" "+p.Get("DialCallDuration")+" "+p.Get("DialCallSid"))
		assert.Equal(t, []string{"next"}, s.said())
	})
	fact(t, "without action: the next verb", func(t *testing.T) {
		s, c := dialed(t, "", number)
		k := c.Children()[0]
		k.Answer()
		k.HangUp()
		s.wait(9)
		assert.Equal(t, []string{"after"}, s.said())
	})
	fact(t, "timeout defaults to 30 s, and the phone rings 5 s longer", func(t *testing.T) {
		s, c := dialed(t, action, number)
		s.wait(34)
		assert.EqualValues(t, "ringing", c.Children()[0].Status())
		s.wait(2)
		assert.EqualValues(t, "no-answer", c.Children()[0].Status())
		assert.Equal(t, 35.0, s.at(dialogue.EventDialEnded, "no-answer"))
	})
	fact(t, "a captured no-answer action: DialBridged=false, DialCallSid, no DialCallDuration", func(t *testing.T) {
		s, _ := dialed(t, action+`timeout="5"`, number)
		s.wait(20)
		p := s.only("DialAction").Params
		assert.Equal(t, "no-answer false", p.Get("DialCallStatus")+" "+p.Get("DialBridged"))
		assert.True(t, p.Has("DialCallSid"))
		assert.False(t, p.Has("DialCallDuration"))
	})
	fact(t, "timeLimit ends the bridge", func(t *testing.T) {
		s, c := dialed(t, action+`timeLimit="60"`, number)
		c.Children()[0].Answer()
		s.wait(90)
		p := s.only("DialAction").Params
		assert.Equal(t, "completed 60", p.Get("DialCallStatus")+" "+p.Get("DialCallDuration"))
	})
	for _, status := range []string{"busy", "no-answer", "failed"} {
		fact(t, "DialCallStatus "+status, func(t *testing.T) {
			s, c := dialed(t, action, number)
			c.Children()[0].Decline(webhook.CallStatus(status))
			assert.Equal(t, status, s.only("DialAction").Params.Get("DialCallStatus"))
		})
	}
	fact(t, "an unroutable number is failed, with an error", func(t *testing.T) {
		s, _ := dialed(t, action, "<Number>hello</Number>")
		assert.Equal(t, "failed", s.only("DialAction").Params.Get("DialCallStatus"))
		assert.Contains(t, s.codes(), 13223)
	})
	fact(t, "callerId defaults to the caller's From", func(t *testing.T) {
		_, c := dialed(t, "", number)
		assert.Equal(t, "+15550101", c.Children()[0].From().Address)
		_, c = dialed(t, `callerId="+15550100"`, number)
		assert.Equal(t, "+15550100", c.Children()[0].From().Address)
	})
	fact(t, "plain text is a number", func(t *testing.T) {
		_, c := dialed(t, "", "+15550123")
		assert.Equal(t, "+15550123", c.Children()[0].To().Address)
	})
	fact(t, "all nouns ring at once, the first to answer wins, others are canceled", func(t *testing.T) {
		s, c := dialed(t, action, number+"<Client>ada</Client><Sip>sip:bob@example.com</Sip>")
		legs := c.Children()
		require.Len(t, legs, 3)
		for _, k := range legs {
			assert.EqualValues(t, "ringing", k.Status())
		}
		legs[1].Answer()
		assert.EqualValues(t, "canceled in-progress canceled", fmt.Sprint(legs[0].Status(), " ", legs[1].Status(), " ", legs[2].Status()))
		legs[1].HangUp()
		assert.Equal(t, legs[1].SID(), s.only("DialAction").Params.Get("DialCallSid"))
	})
	fact(t, "sequential: one after the other", func(t *testing.T) {
		s, c := dialed(t, action+`sequential="true"`, number+"<Number>+15550124</Number><Number>+15550125</Number>")
		require.Len(t, c.Children(), 1)
		c.Children()[0].Decline("busy")
		require.Len(t, c.Children(), 2)
		s.wait(35)
		require.Len(t, c.Children(), 3)
		c.Children()[2].Answer()
		s.wait(1)
		c.Children()[2].HangUp()
		assert.Equal(t, "completed", s.only("DialAction").Params.Get("DialCallStatus"))
		assert.Equal(t, 35.0, s.at(dialogue.EventBridged, ""))
	})
	fact(t, "the caller hangs up while bridged: following verbs do not run, the action is requested with CallStatus=completed", func(t *testing.T) {
		s, c := dialed(t, action, number)
		k := c.Children()[0]
		k.Answer()
		c.HangUp()
		s.wait(9)
		p := s.only("DialAction").Params
		assert.Equal(t, "completed completed", p.Get("CallStatus")+" "+p.Get("DialCallStatus"))
		assert.Empty(t, s.said())
		assert.EqualValues(t, "completed", k.Status())
	})
	fact(t, "the caller gives up: canceled", func(t *testing.T) {
		s, c := dialed(t, action, number)
		c.HangUp()
		p := s.only("DialAction").Params
		assert.Equal(t, "completed canceled false", p.Get("CallStatus")+" "+p.Get("DialCallStatus")+" "+p.Get("DialBridged"))
		assert.EqualValues(t, "canceled", c.Children()[0].Status())
	})
	fact(t, "hangupOnStar: the caller's star ends the child", func(t *testing.T) {
		s, c := dialed(t, action+`hangupOnStar="true"`, number)
		c.Children()[0].Answer()
		s.wait(3)
		c.Press("1*")
		assert.Equal(t, "completed", s.only("DialAction").Params.Get("DialCallStatus"))
		assert.Equal(t, []string{"next"}, s.said())
	})
	fact(t, "without it a star does nothing", func(t *testing.T) {
		_, c := dialed(t, action, number)
		c.Children()[0].Answer()
		c.Press("*")
		assert.EqualValues(t, "in-progress", c.Children()[0].Status())
	})
	fact(t, "answerOnBridge keeps the call ringing until the child answers", func(t *testing.T) {
		s, c := dialed(t, `answerOnBridge="true"`, `<Number url="/whisper">+15550123</Number>`)
		assert.EqualValues(t, "ringing", c.Status())
		c.Children()[0].Answer()
		assert.EqualValues(t, "ringing", c.Status(), "the whisper runs")
		s.wait(5)
		assert.EqualValues(t, "in-progress", c.Status())
	})
	fact(t, "child requests carry ParentCallSid, Direction=outbound-dial and their own CallSid", func(t *testing.T) {
		s, c := dialed(t, "", `<Number url="/whisper">+15550123</Number>`)
		k := c.Children()[0]
		k.Answer()
		p := s.only("DialWhisper").Params
		assert.Equal(t, c.SID()+" outbound-dial "+k.SID(), p.Get("ParentCallSid")+" "+p.Get("Direction")+" "+p.Get("CallSid"))
	})
	fact(t, "url runs on the callee's side after the answer and before the bridge", func(t *testing.T) {
		s, c := dialed(t, "", `<Number url="/whisper">+15550123</Number>`)
		c.Children()[0].Answer()
		assert.Empty(t, s.texts(dialogue.EventBridged))
		s.wait(5)
		assert.InDelta(t, 1.7, s.at(dialogue.EventBridged, ""), 0.01)
	})
	fact(t, "screening: the callee presses a key to accept", func(t *testing.T) {
		s, c := dialed(t, "", `<Number url="/screen">+15550123</Number>`)
		k := c.Children()[0]
		k.Answer()
		s.wait(2)
		k.Press("1")
		s.wait(3)
		assert.Equal(t, c.SID(), k.Peer().SID())
	})
	fact(t, "Hangup in it ends the child; the parent sees the attempt end", func(t *testing.T) {
		s, c := dialed(t, action, `<Number url="/no">+15550123</Number>`)
		c.Children()[0].Answer()
		p := s.only("DialAction").Params
		assert.Equal(t, "completed false", p.Get("DialCallStatus")+" "+p.Get("DialBridged"))
	})
	fact(t, "no Dial inside: error 13201", func(t *testing.T) {
		s, c := dialed(t, "", `<Number url="/dial">+15550123</Number>`)
		c.Children()[0].Answer()
		assert.Equal(t, []int{13201}, s.codes())
	})
	fact(t, "a leg goes initiated, ringing, answered, completed; numbered from 0", func(t *testing.T) {
		s, c := dialed(t, "", `<Number statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">+15550123</Number>`)
		k := c.Children()[0]
		k.Answer()
		s.wait(61)
		k.HangUp()
		var got []string
		for _, x := range s.of("DialLegStatusCallback") {
			got = append(got, x.Params.Get("SequenceNumber")+x.Params.Get("CallStatus"))
		}
		assert.Equal(t, []string{"0initiated", "1ringing", "2in-progress", "3completed"}, got)
		p := s.of("DialLegStatusCallback")[3].Params
		assert.Equal(t, "61 2 200", p.Get("CallDuration")+" "+p.Get("Duration")+" "+p.Get("SipResponseCode"))
	})
	for _, noun := range []string{"Number>+15550123", "Client>ada", "Sip>sip:a@example.com"} {
		fact(t, "statusCallback without events yields completed: "+noun, func(t *testing.T) {
			name, rest, _ := cut(noun)
			s, c := dialed(t, "", "<"+name+" statusCallback='/leg'>"+rest+"</"+name+">")
			c.Children()[0].Decline("busy")
			p := s.only("DialLegStatusCallback").Params
			assert.Equal(t, "2 busy 486", p.Get("SequenceNumber")+" "+p.Get("CallStatus")+" "+p.Get("SipResponseCode"))
		})
	}
	fact(t, "Sip: the action gets DialSipCallId, DialSipResponseCode and DialSipHeader_*", func(t *testing.T) {
		s, c := dialed(t, action, `<Sip>sip:bob@example.com</Sip>`)
		k := c.Children()[0]
		k.React(dialogue.Reaction{SIPHeaders: dialogue.Params{{Name: "X-Agent", Value: "7"}}})
		k.HangUp()
		p := s.only("DialAction").Params
		assert.Equal(t, "200 7", p.Get("DialSipResponseCode")+" "+p.Get("DialSipHeader_X-Agent"))
		assert.Regexp(t, "@example.com$", p.Get("DialSipCallId"))
	})
	fact(t, "machineDetection: the result goes to amdStatusCallback, four parameters", func(t *testing.T) {
		s, c := dialed(t, "", `<Number machineDetection="Enable" amdStatusCallback="/leg">+15550123</Number>`)
		c.Children()[0].React(dialogue.Reaction{AnsweredBy: "machine_start"})
		s.wait(5)
		p := s.only("AsyncAMDCallback").Params
		assert.Len(t, p, 4)
		assert.Equal(t, "machine_start 4200", p.Get("AnsweredBy")+" "+p.Get("MachineDetectionDuration"))
	})
	fact(t, "a child redirected by REST leaves: the parent goes on, without DialCallDuration", func(t *testing.T) {
		s, c := dialed(t, action, number)
		k := c.Children()[0]
		k.Answer()
		s.wait(3)
		k.Update("/own", "")
		p := s.only("DialAction").Params
		assert.False(t, p.Has("DialCallDuration"))
		assert.ElementsMatch(t, []string{"next", "your own document"}, s.said())
	})
	fact(t, "record: RecordingSource=DialVerb, two channels for dual", func(t *testing.T) {
		s, c := dialed(t, action+`record="record-from-answer-dual" recordingStatusCallback="/cb"`, number)
		k := c.Children()[0]
		k.Answer()
		s.wait(8)
		k.HangUp()
		s.wait(2)
		p := s.only("RecordingStatusCallback").Params
		assert.Equal(t, "DialVerb 2 8", p.Get("RecordingSource")+" "+p.Get("RecordingChannels")+" "+p.Get("RecordingDuration"))
		assert.Equal(t, p.Get("RecordingSid"), s.only("DialAction").Params.Get("RecordingSid"))
	})
	fact(t, "record does nothing by default", func(t *testing.T) {
		s, c := dialed(t, action+`recordingStatusCallback="/cb"`, number)
		c.Children()[0].Answer()
		c.Children()[0].HangUp()
		s.wait(5)
		assert.Empty(t, s.of("RecordingStatusCallback"))
	})
	fact(t, "referUrl takes a transfer that the phone asks for, by POST", func(t *testing.T) {
		s, c := dialed(t, `referUrl="/refer"`, `<Sip>sip:bob@example.com</Sip>`)
		k := c.Children()[0]
		k.Answer()
		k.Refer("sip:+15550177@example.com")
		x := s.only("DialReferURL")
		assert.Equal(t, "POST <sip:+15550177@example.com>", x.Method+" "+x.Params.Get("ReferTransferTarget"))
		assert.Equal(t, []string{"transferred"}, s.said())
	})
	fact(t, "Application hands the call to a TwiML App", func(t *testing.T) {
		const app = "AP00000000000000000000000000000001"
		s, c := dialed(t, action, "<Application>"+app+"</Application>", func(c *dialogue.Config) {
			c.Applications = map[string]dialogue.Application{app: {VoiceURL: "/own"}}
		})
		require.Len(t, c.Children(), 1)
		s.wait(9)
		assert.Equal(t, []string{"your own document", "next"}, s.said())
		assert.Equal(t, []string{"your own document"}, s.texts(dialogue.EventHeard))
		assert.Equal(t, "completed", s.only("DialAction").Params.Get("DialCallStatus"))
	})
	t.Run("the caller's keys are for the app's documents", func(t *testing.T) {
		const app = "AP00000000000000000000000000000001"
		s, c := dialed(t, action, "<Application>"+app+"</Application>", func(c *dialogue.Config) {
			c.Applications = map[string]dialogue.Application{app: {VoiceURL: "/screen"}}
		})
		assert.Equal(t, dialogue.StatePrompting, c.Activity().State)
		assert.Equal(t, 1, c.Press("1"))
		s.wait(9)
		assert.Equal(t, []string{"Press 1 to accept.", "Connecting.", "next"}, s.said())
	})
	t.Run("people who are bridged hear each other", func(t *testing.T) {
		s, c := dialed(t, "", number)
		k := c.Children()[0]
		assert.False(t, c.Speak("too early"))
		k.Answer()
		assert.True(t, c.Speak("hello"))
		assert.True(t, k.Speak("good day"))
		assert.Equal(t, []string{"hello", "good day"}, s.texts(dialogue.EventHeard))
	})
	t.Run("Config.Answer answers by itself", func(t *testing.T) {
		s, c := dialed(t, action, number, func(c *dialogue.Config) {
			c.Answer = func(k *dialogue.Call) dialogue.Reaction {
				return dialogue.Reaction{After: 4 * time.Second, Status: "busy"}
			}
		})
		s.wait(5)
		assert.Equal(t, 4.0, s.at(dialogue.EventDialEnded, "busy"))
		_ = c
	})
}

func cut(s string) (string, string, bool) {
	for i := range s {
		if s[i] == '>' {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}
