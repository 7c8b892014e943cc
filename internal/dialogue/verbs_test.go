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

// TestInterpreter shows section 2.
func TestInterpreter(t *testing.T) {
	fact(t, "verbs run from top to bottom, comments are ignored", func(t *testing.T) {
		s := play(t, pages{"/voice": `<!-- a --><Say>one</Say><!-- b --><Say>two</Say>`})
		s.call()
		s.wait(10)
		assert.Equal(t, []string{"one", "two"}, s.said())
	})
	fact(t, "names are case-sensitive: an unknown verb is warning 12200 and is skipped", func(t *testing.T) {
		s := play(t, pages{"/voice": `<say>no</say><Say>yes</Say>`})
		s.call()
		assert.Equal(t, []string{"yes"}, s.said())
		assert.Equal(t, []int{12200}, s.codes())
	})
	fact(t, "when the last verb ends, the call is hung up", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Say>one</Say>`})
		c := s.call()
		assert.EqualValues(t, "in-progress", c.Status())
		s.wait(5)
		assert.EqualValues(t, "completed", c.Status())
	})
	for verb, rest := range map[string]string{
		"Redirect":    `<Redirect>/next</Redirect>`,
		"Record":      `<Record action="/next" maxLength="1"/>`,
		"Dial action": `<Dial action="/next" timeout="5">+15550123</Dial>`,
		"Enqueue":     `<Enqueue action="/next" waitUrl="/leave">line</Enqueue>`,
		"Hangup":      `<Hangup/>`,
		"Reject":      `<Reject/>`,
	} {
		fact(t, "what follows "+verb+" is unreachable", func(t *testing.T) {
			s := play(t, pages{"/voice": rest + say("unreachable"), "/next": say("next"), "/leave": "<Leave/>"})
			s.call()
			s.wait(60)
			assert.NotContains(t, s.said(), "unreachable")
		})
	}
	for verb, page := range map[string]string{
		"Say": say("hello"), "Play": `<Play>https://cdn.example.com/a.mp3</Play>`, "Record": `<Record/>`,
		"Dial": `<Dial>+15550123</Dial>`, "Gather": `<Gather/>`,
	} {
		fact(t, verb+" answers an incoming call", func(t *testing.T) {
			c := play(t, pages{"/voice": page}).call()
			assert.EqualValues(t, "in-progress", c.Status())
		})
	}
	fact(t, "Redirect keeps it ringing", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Redirect>/b</Redirect>`, "/b": say("x")})
		s.call()
		assert.Equal(t, "ringing", s.only("TwiMLRedirectRequest").Params.Get("CallStatus"))
	})
	fact(t, "a leading Pause waits before answering", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Pause length="3"/><Say>now</Say>`})
		c := s.call()
		s.wait(2)
		assert.EqualValues(t, "ringing", c.Status())
		s.wait(2)
		assert.Equal(t, 3.0, s.at(dialogue.EventAnswered, ""))
	})
	fact(t, "requests before the answer say ringing, after it in-progress", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Gather numDigits="1" action="/b"/>`, "/b": ""})
		s.call().Press("1")
		assert.Equal(t, "ringing", s.only("IncomingCall").Params.Get("CallStatus"))
		assert.Equal(t, "in-progress", s.only("GatherAction").Params.Get("CallStatus"))
	})
	fact(t, "the first fetch of a call made by API says in-progress", func(t *testing.T) {
		s := play(t, pages{"/voice": say("hello")})
		c := s.call(func(c *dialogue.CallSetup) { c.Outbound = true })
		assert.Empty(t, s.of("OutboundCallAnswered"))
		require.True(t, c.Answer())
		x := s.only("OutboundCallAnswered")
		assert.Equal(t, "in-progress outbound-api", x.Params.Get("CallStatus")+" "+x.Params.Get("Direction"))
	})
}

func TestSay(t *testing.T) {
	fact(t, "loop defaults to 1 and no request follows", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Say>fifteen letters</Say>`})
		s.call()
		s.wait(10)
		assert.Equal(t, 1.3, s.at(dialogue.EventEnded, "completed"))
		assert.Len(t, s.paths(), 1)
	})
	fact(t, "loop repeats", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Say loop="3">fifteen letters</Say>`})
		s.call()
		s.wait(10)
		assert.InDelta(t, 3.9, s.at(dialogue.EventEnded, "completed"), 0.01)
	})
	fact(t, "loop=0 repeats until hang-up or a thousand times", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Say loop="0">fifteen letters</Say>`})
		c := s.call()
		s.wait(1299)
		assert.EqualValues(t, "in-progress", c.Status())
		s.wait(2)
		assert.EqualValues(t, "completed", c.Status())
	})
	fact(t, "empty text is error 13520", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Say></Say>`})
		s.call()
		assert.Equal(t, 13520, s.codes()[0])
	})
	fact(t, "text of 4096 bytes is said, more is error 13521", func(t *testing.T) {
		s := play(t, pages{"/voice": say(strings.Repeat("a", 4096))})
		s.call()
		assert.Empty(t, s.codes())
		s = play(t, pages{"/voice": say(strings.Repeat("a", 4097))})
		s.call()
		assert.Contains(t, s.codes(), 13521)
	})
	t.Run("SSML is spoken as words, breaks take their time", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Say voice="Polly.Joanna">Your code is <say-as interpret-as="digits">12</say-as>.<break time="2s"/><sub alias="World Wide Web">WWW</sub></Say>`})
		s.call()
		s.wait(20)
		assert.Equal(t, []string{"Your code is 12. World Wide Web"}, s.said())
		assert.Greater(t, s.at(dialogue.EventEnded, "completed"), 4.3)
	})
}

func TestPlay(t *testing.T) {
	media := func(status int, kind string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			fmt.Fprint(w, "ID3")
		}
	}
	fact(t, "media is fetched with GET, once", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Play>/a.mp3</Play><Play loop="2">a.mp3</Play>`, "/a.mp3": media(200, "audio/mpeg")})
		s.call()
		s.wait(20)
		assert.Equal(t, []string{"POST /voice", "GET /a.mp3"}, s.paths())
		assert.Equal(t, 9.0, s.at(dialogue.EventEnded, ""))
	})
	fact(t, "digits plays tones, w is half a second", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Play digits="ww12"/>`})
		s.call()
		s.wait(5)
		assert.Equal(t, []string{"ww12"}, s.texts(dialogue.EventDigitsSent))
		assert.Equal(t, 2.0, s.at(dialogue.EventEnded, ""))
	})
	fact(t, "a missing file is an error, and the next verb runs", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Play>/gone.mp3</Play><Say>next</Say>`})
		s.call()
		assert.Equal(t, []int{11200}, s.codes())
		assert.Equal(t, []string{"next"}, s.said())
	})
	fact(t, "or it ends the call: configurable", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Play>/gone.mp3</Play><Say>next</Say>`}, func(c *dialogue.Config) { c.MediaFailureEnds = true })
		s.call()
		assert.NotContains(t, s.said(), "next")
	})
	t.Run("a file that is not sound is error 13420", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Play>/a.html</Play>`, "/a.html": media(200, "text/html")})
		s.call()
		assert.Equal(t, []int{13420}, s.codes())
	})
}

func TestPause(t *testing.T) {
	fact(t, "length defaults to a second", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Pause/><Pause length="4"/>`})
		s.call()
		s.wait(10)
		assert.Equal(t, 5.0, s.at(dialogue.EventEnded, ""))
	})
}

func TestGather(t *testing.T) {
	next := func(more pages) pages {
		p := pages{"/next": say("next"), "/partial": ""}
		for k, v := range more {
			p[k] = v
		}
		return p
	}
	gather := func(attrs, rest string) pages {
		return next(pages{"/voice": "<Gather action='/next' " + attrs + ">" + rest + "</Gather><Say>after</Say>"})
	}
	fact(t, "input defaults to dtmf", func(t *testing.T) {
		s := play(t, gather("", ""))
		a := s.call().Activity()
		assert.True(t, a.Keys)
		assert.False(t, a.Speech)
	})
	fact(t, "action defaults to the current document", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Gather numDigits="1"/>`})
		s.call().Press("5")
		assert.Equal(t, "https://hooks.example.com/voice", s.only("GatherAction").URL)
	})
	fact(t, "timeout defaults to 5 s", func(t *testing.T) {
		s := play(t, gather("", ""))
		s.call()
		s.wait(10)
		assert.Equal(t, 5.0, s.at(dialogue.EventGathered, ""))
	})
	fact(t, "it starts when the nested prompts end", func(t *testing.T) {
		s := play(t, gather("", `<Pause length="10"/>`))
		s.call()
		s.wait(20)
		assert.Equal(t, 15.0, s.at(dialogue.EventGathered, ""))
	})
	fact(t, "it restarts with each key", func(t *testing.T) {
		s := play(t, gather("", ""))
		c := s.call()
		for range 3 {
			s.wait(4)
			c.Press("1")
		}
		s.wait(10)
		assert.Equal(t, 17.0, s.at(dialogue.EventGathered, "111"))
	})
	fact(t, "numDigits ends it at once", func(t *testing.T) {
		s := play(t, gather(`numDigits="2"`, ""))
		s.call().Press("12")
		x := s.only("GatherAction")
		assert.Equal(t, 0, s.elapsed())
		assert.Equal(t, "12", x.Params.Get("Digits"))
	})
	fact(t, "FinishedOnKey is empty when numDigits ended it, msg is Gather End", func(t *testing.T) {
		s := play(t, gather(`numDigits="2"`, ""))
		s.call().Press("12")
		x := s.only("GatherAction")
		assert.True(t, x.Params.Has("FinishedOnKey"))
		assert.Equal(t, "|Gather End", x.Params.Get("FinishedOnKey")+"|"+x.Params.Get("msg"))
	})
	fact(t, "finishOnKey defaults to # and is not part of Digits", func(t *testing.T) {
		s := play(t, gather("", ""))
		s.call().Press("12#")
		x := s.only("GatherAction")
		assert.Equal(t, "12 #", x.Params.Get("Digits")+" "+x.Params.Get("FinishedOnKey"))
	})
	fact(t, "finishOnKey may be another key", func(t *testing.T) {
		s := play(t, gather(`finishOnKey="*"`, ""))
		s.call().Press("1#2*")
		assert.Equal(t, "1#2", s.only("GatherAction").Params.Get("Digits"))
	})
	fact(t, "an empty finishOnKey is no key", func(t *testing.T) {
		s := play(t, gather(`finishOnKey=""`, ""))
		c := s.call()
		c.Press("1#*")
		assert.Empty(t, s.of("GatherAction"))
		s.wait(5)
		assert.Equal(t, "1#*", s.only("GatherAction").Params.Get("Digits"))
	})
	fact(t, "any key interrupts the nested prompts", func(t *testing.T) {
		s := play(t, gather(`numDigits="1"`, `<Say>a very long text that goes on and on</Say><Say>more</Say>`))
		c := s.call()
		s.wait(1)
		c.Press("1")
		assert.Equal(t, 1, s.elapsed())
		assert.NotContains(t, s.said(), "more")
		assert.Contains(t, s.said(), "next")
	})
	fact(t, "speech interrupts them too", func(t *testing.T) {
		s := play(t, gather(`input="speech"`, `<Pause length="30"/>`))
		c := s.call()
		c.Speak("sales")
		s.wait(10)
		assert.Equal(t, "sales", s.only("GatherAction").Params.Get("SpeechResult"))
	})
	fact(t, "all nested files are fetched before playing", func(t *testing.T) {
		audio := answerWith("audio/mpeg", "ID3")
		s := play(t, next(pages{"/voice": `<Gather><Pause length="9"/><Play>/a.mp3</Play><Play>/b.mp3</Play></Gather>`, "/a.mp3": audio, "/b.mp3": audio}))
		s.call()
		assert.Equal(t, []string{"POST /voice", "GET /a.mp3", "GET /b.mp3"}, s.paths())
	})
	fact(t, "what was collected discards the rest of the document", func(t *testing.T) {
		s := play(t, gather(`numDigits="1"`, ""))
		s.call().Press("1")
		s.wait(5)
		assert.Equal(t, []string{"next"}, s.said())
	})
	fact(t, "nothing collected goes on with the next verb", func(t *testing.T) {
		s := play(t, gather("", ""))
		s.call()
		s.wait(8)
		assert.Equal(t, []string{"after"}, s.said())
		assert.Empty(t, s.of("GatherAction"))
	})
	fact(t, "actionOnEmptyResult requests the action anyway", func(t *testing.T) {
		s := play(t, gather(`actionOnEmptyResult="true"`, ""))
		s.call()
		s.wait(6)
		x := s.only("GatherAction")
		assert.Empty(t, x.Params.Get("Digits"))
		assert.Equal(t, []string{"next"}, s.said())
	})
	fact(t, "# alone counts as nothing, at once", func(t *testing.T) {
		s := play(t, gather("", ""))
		s.call().Press("#")
		assert.Equal(t, []string{"after"}, s.said())
		assert.Empty(t, s.of("GatherAction"))
	})
	fact(t, "a caller who hangs up causes no action request, only the status callback", func(t *testing.T) {
		s := play(t, next(pages{"/voice": `<Gather action="/next"/>`, "/status": ""}))
		c := s.call(func(c *dialogue.CallSetup) { c.StatusCallback = "/status" })
		c.Press("1")
		c.HangUp()
		s.wait(10)
		assert.Equal(t, []string{"POST /voice", "POST /status"}, s.paths())
	})
	fact(t, "dtmf speech: keys first make it keys", func(t *testing.T) {
		s := play(t, gather(`input="dtmf speech"`, ""))
		c := s.call()
		c.Press("1")
		assert.False(t, c.Activity().Speech)
		c.Speak("ignored")
		s.wait(9)
		x := s.only("GatherAction")
		assert.Equal(t, "1", x.Params.Get("Digits"))
		assert.False(t, x.Params.Has("SpeechResult"))
	})
	fact(t, "dtmf speech: speech first ignores finishOnKey", func(t *testing.T) {
		s := play(t, gather(`input="dtmf speech"`, ""))
		c := s.call()
		c.SpeakClearly("hello there", 0.71)
		assert.Zero(t, c.Press("#"))
		s.wait(9)
		x := s.only("GatherAction")
		assert.Equal(t, "hello there 0.71", x.Params.Get("SpeechResult")+" "+x.Params.Get("Confidence"))
		assert.False(t, x.Params.Has("Digits"))
	})
	fact(t, "speechTimeout defaults to timeout", func(t *testing.T) {
		s := play(t, gather(`input="speech" timeout="3"`, ""))
		s.call().Speak("hi") // 0.43 s
		s.wait(9)
		assert.InDelta(t, 3.43, s.at(dialogue.EventGathered, "hi"), 0.01)
	})
	fact(t, "speechTimeout=auto stops at the first pause", func(t *testing.T) {
		s := play(t, gather(`input="speech" speechTimeout="auto"`, ""))
		s.call().Speak("hi")
		s.wait(9)
		assert.InDelta(t, 1.43, s.at(dialogue.EventGathered, "hi"), 0.01)
	})
	fact(t, "a second phrase before the timeout belongs to the same result", func(t *testing.T) {
		s := play(t, gather(`input="speech" speechTimeout="2"`, ""))
		c := s.call()
		c.Speak("I would like")
		s.wait(2)
		c.Speak("to speak to sales")
		s.wait(9)
		assert.Equal(t, "I would like to speak to sales", s.only("GatherAction").Params.Get("SpeechResult"))
	})
	fact(t, "speech is capped at 60 s", func(t *testing.T) {
		s := play(t, gather(`input="speech"`, ""))
		s.call().Speak(strings.Repeat("word ", 400))
		s.wait(200)
		assert.Equal(t, 60.0, s.at(dialogue.EventGathered, ""))
	})
	fact(t, "partialResultCallback is asynchronous, numbered from 0, its replies are ignored", func(t *testing.T) {
		s := play(t, gather(`input="speech" partialResultCallback="/partial"`, ""))
		s.call().Speak("I want sales")
		s.wait(10)
		partials := s.of("GatherPartialResult")
		require.Len(t, partials, 3)
		assert.Equal(t, "0 |I", partials[0].Params.Get("SequenceNumber")+" "+partials[0].Params.Get("StableSpeechResult")+"|"+partials[0].Params.Get("UnstableSpeechResult"))
		assert.Equal(t, "2 I want|sales", partials[2].Params.Get("SequenceNumber")+" "+partials[2].Params.Get("StableSpeechResult")+"|"+partials[2].Params.Get("UnstableSpeechResult"))
		assert.True(t, partials[0].Async)
		assert.Equal(t, []string{"next"}, s.said())
	})
	fact(t, "without an action the same document is fetched again: a loop, which the engine ends", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Gather numDigits="1" actionOnEmptyResult="true" timeout="1"/>`})
		c := s.call()
		s.wait(2000)
		assert.EqualValues(t, "completed", c.Status())
		assert.Contains(t, s.codes(), 14106)
		assert.Len(t, s.of("GatherAction"), 999)
	})
	t.Run("hints are shown to whoever decides what to say", func(t *testing.T) {
		s := play(t, gather(`input="speech" hints="sales, support"`, ""))
		assert.Equal(t, []string{"sales", "support"}, s.call().Activity().Hints)
	})
	t.Run("bargeIn=false lets nobody interrupt", func(t *testing.T) {
		s := play(t, gather(`bargeIn="false"`, `<Pause length="4"/>`))
		c := s.call()
		assert.Zero(t, c.Press("1"))
		s.wait(4)
		assert.Equal(t, 1, c.Press("1"))
	})
	t.Run("keys pressed while nothing listens are lost", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Say>hello</Say><Gather numDigits="1"/>`})
		assert.Zero(t, s.call().Press("1"))
		assert.Equal(t, []string{"1"}, s.texts(dialogue.EventPressedInVain))
	})
}

func TestRecord(t *testing.T) {
	record := func(attrs string) pages {
		return pages{"/voice": "<Record action='/next' " + attrs + "/><Say>after</Say>", "/next": say("next"), "/cb": "", "/text": ""}
	}
	fact(t, "silence ends it after 5 s", func(t *testing.T) {
		s := play(t, record(""))
		s.call().Talk(7*time.Second, "")
		s.wait(20)
		assert.Equal(t, 12.0, s.at(dialogue.EventRecordingEnded, "silence"))
	})
	fact(t, "timeout=0 never ends it by silence, maxLength does at 3600 s", func(t *testing.T) {
		s := play(t, record(`timeout="0"`))
		s.call()
		s.wait(4000)
		assert.Equal(t, 3600.0, s.at(dialogue.EventRecordingEnded, "maxLength"))
	})
	fact(t, "maxLength is 120 s when transcribing", func(t *testing.T) {
		s := play(t, record(`timeout="0" transcribe="true"`))
		s.call()
		s.wait(4000)
		assert.Equal(t, 120.0, s.at(dialogue.EventRecordingEnded, "maxLength"))
	})
	fact(t, "maxLength ends it", func(t *testing.T) {
		s := play(t, record(`maxLength="20"`))
		s.call().Talk(time.Minute, "")
		s.wait(90)
		assert.Equal(t, 20.0, s.at(dialogue.EventRecordingEnded, "maxLength"))
		assert.Equal(t, "20", s.only("RecordAction").Params.Get("RecordingDuration"))
	})
	for _, key := range []string{"1", "0", "*", "#"} {
		fact(t, "any key ends it by default: "+key, func(t *testing.T) {
			s := play(t, record(""))
			c := s.call()
			s.wait(3)
			c.Press(key)
			x := s.only("RecordAction")
			assert.Equal(t, key+" 3", x.Params.Get("Digits")+" "+x.Params.Get("RecordingDuration"))
		})
	}
	fact(t, "finishOnKey is a set of keys", func(t *testing.T) {
		s := play(t, record(`finishOnKey="12"`))
		c := s.call()
		s.wait(1)
		c.Press("3")
		assert.Empty(t, s.of("RecordAction"))
		c.Press("2")
		assert.Equal(t, "2", s.only("RecordAction").Params.Get("Digits"))
	})
	fact(t, "the action gets RecordingUrl without extension, RecordingSid, RecordingDuration", func(t *testing.T) {
		s := play(t, record(""))
		c := s.call()
		s.wait(2)
		c.Press("#")
		p := s.only("RecordAction").Params
		assert.Regexp(t, `^https://api\.twilio\.com/2010-04-01/Accounts/AC[0-9a-f]{32}/Recordings/RE[0-9a-f]{32}$`, p.Get("RecordingUrl"))
		assert.True(t, strings.HasSuffix(p.Get("RecordingUrl"), p.Get("RecordingSid")))
	})
	fact(t, "verbs after it are unreachable once someone has spoken", func(t *testing.T) {
		s := play(t, record(""))
		s.call().Talk(2*time.Second, "")
		s.wait(20)
		assert.Equal(t, []string{"next"}, s.said())
	})
	fact(t, "an empty recording makes no request, and the next verb runs", func(t *testing.T) {
		s := play(t, record(""))
		s.call()
		s.wait(20)
		assert.Equal(t, []string{"after"}, s.said())
		assert.Empty(t, s.of("RecordAction"))
	})
	fact(t, "no action fetches the same document again", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Record maxLength="1"/>`})
		s.call()
		s.wait(1)
		assert.Equal(t, "https://hooks.example.com/voice", s.only("RecordAction").URL)
	})
	fact(t, "hang-up: the action still happens, with Digits=hangup and CallStatus=completed", func(t *testing.T) {
		s := play(t, record(""))
		c := s.call()
		s.wait(4)
		c.HangUp()
		p := s.only("RecordAction").Params
		assert.Equal(t, "hangup completed 4", p.Get("Digits")+" "+p.Get("CallStatus")+" "+p.Get("RecordingDuration"))
	})
	fact(t, "and its reply cannot do anything to the call", func(t *testing.T) {
		s := play(t, record(""))
		c := s.call()
		c.HangUp()
		s.wait(9)
		assert.Empty(t, s.said())
		assert.EqualValues(t, "completed", c.Status())
	})
	fact(t, "recordingStatusCallback comes later, completed by default", func(t *testing.T) {
		s := play(t, record(`recordingStatusCallback="/cb"`))
		c := s.call()
		s.wait(3)
		c.Press("1")
		assert.Empty(t, s.of("RecordingStatusCallback"))
		s.wait(2)
		p := s.only("RecordingStatusCallback").Params
		assert.Equal(t, "completed", p.Get("RecordingStatus"))
		assert.False(t, p.Has("CallStatus"), "no standard call parameters")
	})
	fact(t, "in-progress and absent by subscription", func(t *testing.T) {
		s := play(t, record(`recordingStatusCallback="/cb" recordingStatusCallbackEvent="in-progress completed absent"`))
		s.call().HangUp()
		s.wait(2)
		var got []string
		for _, x := range s.of("RecordingStatusCallback") {
			got = append(got, x.Params.Get("RecordingStatus"))
		}
		assert.Equal(t, []string{"in-progress", "absent"}, got)
	})
	fact(t, "mono always, RecordingSource=RecordVerb", func(t *testing.T) {
		s := play(t, record(`recordingStatusCallback="/cb"`))
		s.call().Talk(time.Second, "")
		s.wait(10)
		p := s.only("RecordingStatusCallback").Params
		assert.Equal(t, "1 RecordVerb", p.Get("RecordingChannels")+" "+p.Get("RecordingSource"))
	})
	fact(t, "trim-silence shortens what the status callback says, not the action", func(t *testing.T) {
		s := play(t, record(`recordingStatusCallback="/cb"`))
		s.call().Talk(4*time.Second, "")
		s.wait(20)
		assert.Equal(t, "9", s.only("RecordAction").Params.Get("RecordingDuration"))
		assert.Equal(t, "4", s.only("RecordingStatusCallback").Params.Get("RecordingDuration"))
	})
	for length, want := range map[int]string{1: "failed", 2: "failed", 3: "completed", 119: "completed", 120: "failed"} {
		fact(t, fmt.Sprintf("a transcription of %d s is %s", length, want), func(t *testing.T) {
			s := play(t, record(`timeout="0" transcribe="true" transcribeCallback="/text"`))
			c := s.call()
			c.Talk(time.Duration(length)*time.Second, "Hi, this is Jane.")
			s.wait(float64(length))
			c.Press("#")
			s.wait(40)
			x := s.only("RecordTranscription")
			assert.Equal(t, "POST "+want, x.Method+" "+x.Params.Get("TranscriptionStatus"))
			assert.Equal(t, want == "completed", x.Params.Get("TranscriptionText") == "Hi, this is Jane.")
		})
	}
}

func TestRedirect(t *testing.T) {
	fact(t, "it replaces the document and adds no parameters", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Say>a</Say><Redirect method="GET">/b</Redirect><Say>c</Say>`, "/b": say("b")})
		s.call()
		s.wait(9)
		assert.Equal(t, []string{"a", "b"}, s.said())
		assert.Len(t, s.only("TwiMLRedirectRequest").Params, len(s.only("IncomingCall").Params))
	})
	fact(t, "loops are not limited by the rule of ten", func(t *testing.T) {
		n := 0
		s := play(t, pages{"/voice": func(*http.Request) string {
			if n++; n > 50 {
				return say("done")
			}
			return `<Redirect/>`
		}})
		s.call()
		assert.Equal(t, []string{"done"}, s.said())
	})
}

func TestReject(t *testing.T) {
	for reason, want := range map[string][2]string{"": {"no-answer", "404"}, "rejected": {"no-answer", "404"}, "busy": {"busy", "486"}} {
		fact(t, fmt.Sprintf("reason %q ends the call as %s, SIP %s", reason, want[0], want[1]), func(t *testing.T) {
			attr := ""
			if reason != "" {
				attr = ` reason="` + reason + `"`
			}
			s := play(t, pages{"/voice": "<Reject" + attr + "/>", "/status": ""})
			c := s.call(func(c *dialogue.CallSetup) { c.StatusCallback = "/status" })
			assert.EqualValues(t, want[0], c.Status())
			p := s.only("CallStatusCallback").Params
			assert.Equal(t, want[1]+" 0", p.Get("SipResponseCode")+" "+p.Get("CallDuration"))
			assert.Empty(t, s.texts(dialogue.EventAnswered))
		})
	}
}

func TestHangup(t *testing.T) {
	fact(t, "it ends the leg at once; an unanswered call is answered first", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Hangup/>`})
		c := s.call()
		assert.EqualValues(t, "completed", c.Status())
		assert.Len(t, s.texts(dialogue.EventAnswered), 1)
	})
}
