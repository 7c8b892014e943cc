package dialogue_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

const allEvents = `statusCallback="/events" statusCallbackEvent="start end join leave mute hold modify speaker announcement"`

// meeting is a stage with a conference; each path is a way in.
func meeting(t *testing.T, ways pages) *stage {
	t.Helper()
	p := pages{"/events": "", "/cb": "", "/next": say("next"), "/wait": say("Please wait."), "/announce": say("Five minutes left.")}
	for path, page := range ways {
		p[path] = page
	}
	return play(t, p)
}

func in(attrs string) string {
	return `<Dial action="/next"><Conference ` + attrs + `>Room</Conference></Dial><Say>after</Say>`
}

func by(path string) func(*dialogue.CallSetup) {
	return func(c *dialogue.CallSetup) { c.URL = path }
}

// conferenceEvents lists the events that the status callback received.
func conferenceEvents(s *stage) (out []string) {
	for _, ev := range s.log() {
		if ev.Type == dialogue.EventFetched && strings.HasSuffix(ev.Exchange.URL, "/events") {
			p := ev.Exchange.Params
			out = append(out, p.Get("StatusCallbackEvent")+"("+p.Get("SequenceNumber")+")")
		}
	}
	return out
}

func TestConference(t *testing.T) {
	fact(t, "two callers, both default: join, join, start, leave, leave, end; numbered per conference", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(allEvents)})
		a, b := s.call(), s.call()
		a.HangUp()
		b.HangUp()
		assert.Equal(t, []string{
			"participant-join(1)", "participant-join(2)", "conference-start(3)",
			"participant-leave(4)", "participant-leave(5)", "conference-end(6)",
		}, conferenceEvents(s))
	})
	fact(t, "it starts with two participants and one that may start it", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(""), "/guest": in(`startConferenceOnEnter="false"`)})
		s.call(by("/guest"))
		s.call(by("/guest"))
		_, started := s.Conference("Room")
		assert.False(t, started)
		s.call()
		people, started := s.Conference("Room")
		assert.True(t, started)
		assert.Len(t, people, 3)
	})
	fact(t, "one alone does not start it", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in("")})
		s.call()
		_, started := s.Conference("Room")
		assert.False(t, started)
	})
	fact(t, "until then everyone hears waitUrl, fetched once and not repeated", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`waitUrl="/wait"`)})
		s.call()
		s.wait(100)
		assert.Equal(t, []string{"Please wait."}, s.said())
		assert.NotEmpty(t, s.only("ConferenceWaitURL").Params.Get("ConferenceSid"))
	})
	fact(t, "unless it ends with an empty Redirect", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`waitUrl="/hold"`), "/hold": `<Say>Please hold.</Say><Redirect/>`})
		s.call()
		s.wait(5)
		assert.Len(t, s.said(), 5)
	})
	fact(t, "it stops when the conference starts", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`waitUrl="/hold"`), "/hold": `<Say>Please hold.</Say><Redirect/>`})
		s.call()
		s.call()
		n := len(s.said())
		s.wait(60)
		assert.Len(t, s.said(), n)
	})
	fact(t, "a waitUrl that cannot be fetched: not connected, the Dial ends", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`waitUrl="/gone"`)})
		s.call()
		assert.Equal(t, []string{"next"}, s.said())
		assert.Contains(t, s.codes(), 11200)
		assert.Empty(t, s.texts(dialogue.EventJoined))
	})
	fact(t, "a verb other than Say, Play, Pause, Redirect in it is error 13238", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`waitUrl="/bad"`), "/bad": `<Gather/>`})
		s.call()
		assert.Contains(t, s.codes(), 13238)
	})
	fact(t, "no waitUrl is Twilio's music, nothing is fetched; an empty one is silence", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(""), "/quiet": in(`waitUrl=""`)})
		s.call()
		assert.Equal(t, []string{"Twilio's hold music"}, s.texts(dialogue.EventPlayed))
		s = meeting(t, pages{"/voice": in(`waitUrl=""`)})
		s.call()
		assert.Empty(t, s.texts(dialogue.EventPlayed))
	})
	fact(t, "who has endConferenceOnExit leaves: the end for all, and every Dial ends with answered", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(allEvents), "/host": in(`endConferenceOnExit="true" participantLabel="host"`)})
		a, b, host := s.call(), s.call(), s.call(by("/host"))
		host.HangUp()
		s.wait(9)
		assert.Equal(t, []string{"next", "next"}, s.said())
		for _, x := range s.of("DialAction") {
			assert.Equal(t, "answered", x.Params.Get("DialCallStatus"))
		}
		p := s.only("conference-end").Params
		assert.Equal(t, "participant-with-end-conference-on-exit-left host "+host.SID(),
			p.Get("ReasonConferenceEnded")+" "+p.Get("ParticipantLabelEndingConference")+" "+p.Get("CallSidEndingConference"))
		var reasons []string
		for _, x := range s.of("participant-leave") {
			reasons = append(reasons, x.Params.Get("ReasonParticipantLeft"))
		}
		assert.Equal(t, []string{"participant_hung_up", "moderator_ended_conference", "moderator_ended_conference"}, reasons)
		events := conferenceEvents(s)
		assert.Equal(t, "conference-end(8)", events[len(events)-1])
		_, _ = a, b
	})
	fact(t, "the last to leave ends it: last-participant-left", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(allEvents)})
		s.call().HangUp()
		assert.Equal(t, "last-participant-left", s.only("conference-end").Params.Get("ReasonConferenceEnded"))
	})
	fact(t, "statusCallback and its events are the first participant's", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`statusCallback="/events" statusCallbackEvent="join"`), "/other": in(`statusCallback="/elsewhere" statusCallbackEvent="leave"`)})
		a, b := s.call(), s.call(by("/other"))
		b.HangUp()
		a.HangUp()
		assert.Equal(t, []string{"participant-join(1)", "participant-join(2)"}, conferenceEvents(s))
	})
	fact(t, "numbers count what nobody asked for", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`statusCallback="/events" statusCallbackEvent="leave"`)})
		s.call()
		s.call().HangUp()
		assert.Equal(t, []string{"participant-leave(4)"}, conferenceEvents(s))
	})
	fact(t, "mute, unmute, hold, unhold are reported by name", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`statusCallback="/events" statusCallbackEvent="mute hold"`)})
		a := s.call()
		s.call()
		a.Mute(true)
		a.Mute(false)
		a.Hold(true, "/wait")
		s.wait(5)
		a.Hold(false, "")
		assert.Equal(t, []string{"participant-mute(4)", "participant-unmute(5)", "participant-hold(6)", "participant-unhold(7)"}, conferenceEvents(s))
		assert.Equal(t, "true", s.only("participant-hold").Params.Get("Hold"))
		assert.Equal(t, []string{"Please wait."}, s.said())
	})
	fact(t, "speech is reported to whoever asks for speaker", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`statusCallback="/events" statusCallbackEvent="speaker"`)})
		a := s.call()
		s.call()
		a.Speak("hello everyone")
		s.wait(5)
		assert.Equal(t, []string{"participant-speech-start(4)", "participant-speech-stop(5)"}, conferenceEvents(s))
	})
	fact(t, "an announcement is heard by all and told at its end, or its failure", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`statusCallback="/events" statusCallbackEvent="announcement"`)})
		s.call()
		s.call()
		s.Announce("Room", "/announce", "")
		s.wait(5)
		s.Announce("Room", "/gone", "")
		assert.Equal(t, []string{"Five minutes left.", "Five minutes left."}, s.said())
		assert.Equal(t, []string{"announcement-end(4)", "announcement-fail(5)"}, conferenceEvents(s))
	})
	fact(t, "a participant label that is taken is error 16025, and the next verb runs", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`participantLabel="agent"`)})
		s.call()
		s.call()
		assert.Contains(t, s.codes(), 16025)
		assert.Equal(t, []string{"after"}, s.said())
		assert.Empty(t, s.of("DialAction"))
	})
	fact(t, "coach with an unknown CallSid fails to the action, error 13240", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`coach="CA00000000000000000000000000000001"`)})
		s.call()
		assert.Contains(t, s.codes(), 13240)
		assert.Equal(t, "failed", s.only("DialAction").Params.Get("DialCallStatus"))
	})
	fact(t, "maxParticipants: more are refused", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`maxParticipants="2"`)})
		s.call()
		s.call()
		s.call()
		assert.Contains(t, s.codes(), 16020)
		people, _ := s.Conference("Room")
		assert.Len(t, people, 2)
	})
	fact(t, "a participant who is given new TwiML leaves the room", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(allEvents)})
		a := s.call()
		s.call()
		a.Update("/announce", "")
		people, _ := s.Conference("Room")
		assert.Len(t, people, 1)
		assert.Equal(t, "participant_updated_via_api", s.only("participant-leave").Params.Get("ReasonParticipantLeft"))
		assert.Equal(t, []string{"Five minutes left."}, s.said())
	})
	fact(t, "the action after a conference has neither DialCallSid nor DialCallDuration", func(t *testing.T) {
		s := meeting(t, pages{"/voice": `<Dial action="/next" hangupOnStar="true"><Conference>Room</Conference></Dial>`})
		a := s.call()
		s.call()
		s.wait(30)
		a.Press("*")
		p := s.only("DialAction").Params
		assert.Equal(t, "answered", p.Get("DialCallStatus"), "hangupOnStar")
		assert.False(t, p.Has("DialCallSid") || p.Has("DialCallDuration"))
	})
	fact(t, "a recording of the room has two channels since 2025-09-15, and no CallSid", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(`record="record-from-start" recordingStatusCallback="/cb"`)})
		a, b := s.call(), s.call()
		s.wait(61)
		a.HangUp()
		b.HangUp()
		s.wait(3)
		p := s.only("ConferenceRecordingStatusCallback").Params
		assert.Equal(t, "2 61 Conference", p.Get("RecordingChannels")+" "+p.Get("RecordingDuration")+" "+p.Get("RecordingSource"))
		assert.False(t, p.Has("CallSid"))
	})
	t.Run("the API can end it and take people out", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in(allEvents)})
		a := s.call()
		s.call()
		require.True(t, a.Kick())
		require.True(t, s.EndConference("Room"))
		s.wait(3)
		assert.Equal(t, "conference-ended-via-api", s.only("conference-end").Params.Get("ReasonConferenceEnded"))
		assert.False(t, s.EndConference("Room"))
	})
	t.Run("who is muted or on hold is not heard", func(t *testing.T) {
		s := meeting(t, pages{"/voice": in("")})
		a, b := s.call(), s.call()
		assert.True(t, a.Speak("one"))
		a.Mute(true)
		assert.False(t, a.Speak("two"))
		a.Mute(false)
		b.Hold(true, "")
		assert.False(t, a.Speak("three"))
		assert.Equal(t, []string{"one"}, s.texts(dialogue.EventHeard))
	})
}
