package webhook

import (
	"net/url"
	"time"
)

// A ConferenceCallback reports an event in a conference. Event says which, and
// so which fields are set: those of a participant for the events of a
// participant, and for an announcement to one.
//
// Source: https://www.twilio.com/docs/voice/twiml/conference
//
//twilio:place Conference statusCallback
//twilio:fact 2026-08
//twilio:answer status
//twilio:detect 20 ConferenceSid=* StatusCallbackEvent
type ConferenceCallback struct {
	ConferenceSID  SID             `twilio:"ConferenceSid,sid=CF,required,subject"` // conference
	AccountSID     SID             `twilio:"AccountSid,sid=AC,required"`            // account that owns the conference
	FriendlyName   string          `twilio:"FriendlyName"`                          // name of the conference in the TwiML
	Event          ConferenceEvent `twilio:"StatusCallbackEvent,required,status"`   // what happened
	SequenceNumber int             `twilio:"SequenceNumber,always"`                 // number of the event of this conference
	Timestamp      time.Time       `twilio:"Timestamp,rfc2822"`                     // when it happened

	CallSID                SID    `twilio:"CallSid,sid=CA,participant"`          // leg of the participant
	ParticipantLabel       string `twilio:"ParticipantLabel"`                    // label of the participant in the TwiML
	Muted                  bool   `twilio:"Muted,with=CallSid"`                  // the participant is muted
	Hold                   bool   `twilio:"Hold,with=CallSid"`                   // the participant is on hold
	Coaching               bool   `twilio:"Coaching,with=CallSid"`               // the participant coaches another
	StartConferenceOnEnter bool   `twilio:"StartConferenceOnEnter,with=CallSid"` // the conference starts when the participant joins
	EndConferenceOnExit    bool   `twilio:"EndConferenceOnExit,with=CallSid"`    // the conference ends when the participant leaves

	ParticipantCallStatus CallStatus            `twilio:"ParticipantCallStatus"` // status of the leg that left; in-progress if the call continues with other TwiML
	ReasonParticipantLeft ReasonParticipantLeft `twilio:"ReasonParticipantLeft"` // why the participant left

	CallSIDEndingConference          SID                   `twilio:"CallSidEndingConference,participant"` // leg that ended the conference
	ParticipantLabelEndingConference string                `twilio:"ParticipantLabelEndingConference"`    // label of the participant who ended the conference
	ReasonConferenceEnded            ReasonConferenceEnded `twilio:"ReasonConferenceEnded"`               // why the conference ended
	Reason                           string                `twilio:"Reason"`                              // reason as text

	AnnounceURL              string `twilio:"AnnounceUrl"`              // URL of the announcement
	ReasonAnnouncementFailed string `twilio:"ReasonAnnouncementFailed"` // why the announcement failed

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A ConferenceWaitURL requests what a participant hears until the conference
// starts, or while on hold. Twilio sends it once and does not repeat it when
// the document ends. It differs from a [TwiMLRedirectRequest] only in its URL.
// Answer it with a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/conference
//
//twilio:place Conference waitUrl
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 50 CallSid CallStatus ConferenceSid=*
type ConferenceWaitURL struct {
	Call

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// ConferenceEvent is an event in a conference.
type ConferenceEvent string

// Values of ConferenceEvent.
const (
	ConferenceEventStart                  ConferenceEvent = "conference-start"
	ConferenceEventEnd                    ConferenceEvent = "conference-end"
	ConferenceEventParticipantJoin        ConferenceEvent = "participant-join"
	ConferenceEventParticipantLeave       ConferenceEvent = "participant-leave"
	ConferenceEventParticipantMute        ConferenceEvent = "participant-mute"
	ConferenceEventParticipantUnmute      ConferenceEvent = "participant-unmute"
	ConferenceEventParticipantHold        ConferenceEvent = "participant-hold"
	ConferenceEventParticipantUnhold      ConferenceEvent = "participant-unhold"
	ConferenceEventParticipantModify      ConferenceEvent = "participant-modify"
	ConferenceEventParticipantSpeechStart ConferenceEvent = "participant-speech-start"
	ConferenceEventParticipantSpeechStop  ConferenceEvent = "participant-speech-stop"
	ConferenceEventAnnouncementEnd        ConferenceEvent = "announcement-end"
	ConferenceEventAnnouncementFail       ConferenceEvent = "announcement-fail"
)

// ReasonConferenceEnded says why a conference ended.
type ReasonConferenceEnded string

// Values of ReasonConferenceEnded.
const (
	ReasonConferenceEndedConferenceEndedViaAPI                    ReasonConferenceEnded = "conference-ended-via-api"
	ReasonConferenceEndedLastParticipantKicked                    ReasonConferenceEnded = "last-participant-kicked"
	ReasonConferenceEndedLastParticipantLeft                      ReasonConferenceEnded = "last-participant-left"
	ReasonConferenceEndedParticipantWithEndConferenceOnExitKicked ReasonConferenceEnded = "participant-with-end-conference-on-exit-kicked"
	ReasonConferenceEndedParticipantWithEndConferenceOnExitLeft   ReasonConferenceEnded = "participant-with-end-conference-on-exit-left"
)

// ReasonParticipantLeft says why a participant left a conference.
type ReasonParticipantLeft string

// Values of ReasonParticipantLeft.
const (
	ReasonParticipantLeftConferenceEndedViaAPI    ReasonParticipantLeft = "conference_ended_via_api"
	ReasonParticipantLeftModeratorEndedConference ReasonParticipantLeft = "moderator_ended_conference"
	ReasonParticipantLeftParticipantUpdatedViaAPI ReasonParticipantLeft = "participant_updated_via_api"
	ReasonParticipantLeftParticipantHungUp        ReasonParticipantLeft = "participant_hung_up"
	ReasonParticipantLeftParticipantAddFailed     ReasonParticipantLeft = "participant_add_failed"
)
