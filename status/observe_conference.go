package status

import (
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// observeConference reads the events of a conference. Which of them are states
// of it, the name decides.
func observeConference(e webhook.Event) Observation {
	switch e := e.(type) {
	case webhook.ConferenceStart:
		return conference(e.ConferenceSID, "", e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceEnd:
		return conference(e.ConferenceSID, e.CallSIDEndingConference, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceParticipantJoin:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceParticipantLeave:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceParticipantMute:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceParticipantUnmute:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceParticipantHold:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceParticipantUnhold:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceParticipantModify:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceSpeechStart:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceSpeechStop:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceAnnouncementEnd:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceAnnouncementFail:
		return conference(e.ConferenceSID, e.CallSID, e.AccountSID, e.StatusCallbackEvent, e.SequenceNumber, e.Timestamp)
	case webhook.ConferenceRecordEnd:
		o := conference(e.ConferenceSID, "", e.AccountSID, webhook.ConferenceEvent(e.EventName), e.SequenceNumber, e.Timestamp)
		o.URL = e.RecordingURL
		return o
	}
	return Observation{}
}

func conference(sid, participant, account webhook.SID, event webhook.ConferenceEvent, sequence int, at time.Time) Observation {
	status := "init"
	switch event {
	case "conference-start":
		status = "in-progress"
	case "conference-end":
		status = "completed"
	}
	return Observation{
		SID: sid, Status: status, Event: string(event), Sequence: sequence,
		AccountSID: account, Participant: participant, Time: at,
	}
}
