package webhook

import (
	"net/url"
	"time"
)

// A RecordAction arrives when a Record ends: after silence, a key, the maximum
// length, or when the caller hangs up. Answer it with a
// [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/record
//
//twilio:place Record action
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 47 CallSid CallStatus RecordingUrl
//twilio:detect 47 CallSid CallStatus RecordingDuration
type RecordAction struct {
	Call

	RecordingURL      string        `twilio:"RecordingUrl"`             // URL of the recording without extension; it may not exist yet
	RecordingSID      SID           `twilio:"RecordingSid,sid=RE"`      // SID of the recording
	RecordingDuration time.Duration `twilio:"RecordingDuration,always"` // length before trimming of silence
	Digits            string        `twilio:"Digits"`                   // key that ended the recording, or "hangup"

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A RecordingStatusCallback reports that the status of a call's recording
// changed, whatever started it.
//
// Source: https://www.twilio.com/docs/voice/twiml/record
//
//twilio:place recordingStatusCallback
//twilio:fact 2026-08
//twilio:answer status
//twilio:detect 27 RecordingStatus
type RecordingStatusCallback struct {
	AccountSID         SID             `twilio:"AccountSid,sid=AC,required"`           // account that owns the recording
	CallSID            SID             `twilio:"CallSid,usual,sid=CA,parent"`          // call that was recorded; for a Dial the leg that ran it
	RecordingSID       SID             `twilio:"RecordingSid,sid=RE,required,subject"` // recording
	RecordingURL       string          `twilio:"RecordingUrl,url"`                     // URL of the recording without extension
	RecordingStatus    RecordingStatus `twilio:"RecordingStatus,required,status"`      // status of the recording
	RecordingDuration  time.Duration   `twilio:"RecordingDuration,duration"`           // length, once completed
	RecordingChannels  int             `twilio:"RecordingChannels"`                    // 1 or 2
	RecordingStartTime time.Time       `twilio:"RecordingStartTime,rfc2822"`           // when recording started
	RecordingSource    RecordingSource `twilio:"RecordingSource"`                      // what started the recording
	RecordingTrack     RecordingTrack  `twilio:"RecordingTrack"`                       // recorded side of the call
	ErrorCode          int             `twilio:"ErrorCode,always"`                     // why there is no recording; 0 for none

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A ConferenceRecordingStatusCallback reports that the status of a
// conference's recording changed.
//
// Source: https://www.twilio.com/docs/voice/twiml/conference
//
//twilio:place Conference recordingStatusCallback
//twilio:fact 2026-08
//twilio:answer status
//twilio:detect 26 RecordingStatus ConferenceSid=*
type ConferenceRecordingStatusCallback struct {
	AccountSID         SID             `twilio:"AccountSid,sid=AC,required"`           // account that owns the recording
	ConferenceSID      SID             `twilio:"ConferenceSid,sid=CF,required,parent"` // conference that was recorded
	RecordingSID       SID             `twilio:"RecordingSid,sid=RE,required,subject"` // recording
	RecordingURL       string          `twilio:"RecordingUrl,url"`                     // URL of the recording without extension
	RecordingStatus    RecordingStatus `twilio:"RecordingStatus,required,status"`      // status of the recording
	RecordingDuration  time.Duration   `twilio:"RecordingDuration,duration"`           // length, once completed
	RecordingChannels  int             `twilio:"RecordingChannels"`                    // always 1
	RecordingStartTime time.Time       `twilio:"RecordingStartTime,rfc2822"`           // when recording started
	RecordingSource    RecordingSource `twilio:"RecordingSource"`                      // what started the recording
	RecordingTrack     RecordingTrack  `twilio:"RecordingTrack"`                       // recorded side of the call
	ErrorCode          int             `twilio:"ErrorCode,always"`                     // why there is no recording; 0 for none

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A RecordTranscription carries the text of a recording that a Record with
// transcribe made. Twilio transcribes recordings in American English that are
// between 2 and 120 seconds long.
//
// Source: https://www.twilio.com/docs/voice/twiml/record
//
//twilio:place Record transcribeCallback
//twilio:fact 2026-11
//twilio:answer status
//twilio:detect 28 TranscriptionSid TranscriptionStatus
type RecordTranscription struct {
	Call `twilio:",optional=CallSid CallStatus"`

	TranscriptionSID    SID                 `twilio:"TranscriptionSid,sid=TR,required,subject"` // transcription
	TranscriptionText   string              `twilio:"TranscriptionText"`                        // text, once completed; it may be empty
	TranscriptionStatus TranscriptionStatus `twilio:"TranscriptionStatus,required,status"`      // how the transcription ended
	TranscriptionURL    string              `twilio:"TranscriptionUrl,url"`                     // REST resource of the transcription
	RecordingSID        SID                 `twilio:"RecordingSid,sid=RE,parent"`               // recording that was transcribed
	RecordingURL        string              `twilio:"RecordingUrl"`                             // URL of the recording without extension

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// RecordingStatus is the status of a recording. Absent means that nothing was
// recorded.
type RecordingStatus string

// Values of RecordingStatus.
const (
	RecordingStatusInProgress RecordingStatus = "in-progress"
	RecordingStatusCompleted  RecordingStatus = "completed"
	RecordingStatusAbsent     RecordingStatus = "absent"
	RecordingStatusFailed     RecordingStatus = "failed"
)

// RecordingSource says what started a recording.
type RecordingSource string

// Values of RecordingSource.
const (
	RecordingSourceRecordVerb                  RecordingSource = "RecordVerb"
	RecordingSourceDialVerb                    RecordingSource = "DialVerb"
	RecordingSourceConference                  RecordingSource = "Conference"
	RecordingSourceOutboundAPI                 RecordingSource = "OutboundAPI"
	RecordingSourceTrunking                    RecordingSource = "Trunking"
	RecordingSourceStartCallRecordingAPI       RecordingSource = "StartCallRecordingAPI"
	RecordingSourceStartConferenceRecordingAPI RecordingSource = "StartConferenceRecordingAPI"
	RecordingSourceStartCallRecordingTwiML     RecordingSource = "StartCallRecordingTwiML"
)

// RecordingTrack is the side of a call that is recorded.
type RecordingTrack string

// Values of RecordingTrack.
const (
	RecordingTrackInbound  RecordingTrack = "inbound"
	RecordingTrackOutbound RecordingTrack = "outbound"
	RecordingTrackBoth     RecordingTrack = "both"
)

// TranscriptionStatus says how a transcription ended.
type TranscriptionStatus string

// Values of TranscriptionStatus.
const (
	TranscriptionStatusCompleted TranscriptionStatus = "completed"
	TranscriptionStatusFailed    TranscriptionStatus = "failed"
)
