package webhook

import (
	"net/url"
	"time"
)

// A TranscriptionCallback reports what happens in a real-time transcription:
// it started, someone said something, it stopped, or it failed. Event says
// which, and the comments below say which fields belong to it.
//
// Source: https://www.twilio.com/docs/voice/twiml/transcription
//
//twilio:place Transcription statusCallbackUrl
//twilio:fact 2026-08
//twilio:answer notice
//twilio:detect 23 TranscriptionSid TranscriptionEvent
type TranscriptionCallback struct {
	AccountSID       SID                `twilio:"AccountSid,sid=AC,required"`               // account that owns the call
	CallSID          SID                `twilio:"CallSid,usual,sid=CA,parent"`              // call that is transcribed
	TranscriptionSID SID                `twilio:"TranscriptionSid,sid=GT,required,subject"` // transcription
	Event            TranscriptionEvent `twilio:"TranscriptionEvent,required,status"`       // what happened
	Timestamp        time.Time          `twilio:"Timestamp,rfc3339"`                        // when it happened
	SequenceID       int                `twilio:"SequenceId"`                               // number of the event of this transcription, from 1; callbacks can arrive in any order

	// TranscriptionEventStarted
	Name                  string `twilio:"Name"`                  // name of the transcription in the TwiML
	TranscriptionEngine   string `twilio:"TranscriptionEngine"`   // google or deepgram
	ProviderConfiguration JSON   `twilio:"ProviderConfiguration"` // settings of the engine; all values are strings
	InboundTrackLabel     string `twilio:"InboundTrackLabel"`     // name of the inbound track in the TwiML
	OutboundTrackLabel    string `twilio:"OutboundTrackLabel"`    // name of the outbound track in the TwiML
	PartialResults        bool   `twilio:"PartialResults"`        // partial results will be sent

	// TranscriptionEventContent
	Final                     bool    `twilio:"Final"`                     // the utterance is complete
	TranscriptionData         JSON    `twilio:"TranscriptionData"`         // text of the utterance; see [TranscriptionCallback.Transcript]
	TranscriptionProviderData JSON    `twilio:"TranscriptionProviderData"` // the engine's own result, if requested
	Stability                 float64 `twilio:"Stability"`                 // how likely a partial result is to stay, 0 to 1

	// TranscriptionEventStarted and TranscriptionEventContent
	Track        StreamTrack `twilio:"Track"`        // track that is transcribed, or on which someone spoke
	LanguageCode string      `twilio:"LanguageCode"` // BCP 47 tag of the language

	// TranscriptionEventError
	TranscriptionErrorCode int    `twilio:"TranscriptionErrorCode,code"` // Twilio's error number
	TranscriptionError     string `twilio:"TranscriptionError,message"`  // text of the error

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// TranscriptionEvent is an event in a real-time transcription.
type TranscriptionEvent string

// Values of TranscriptionEvent.
const (
	TranscriptionEventStarted TranscriptionEvent = "transcription-started"
	TranscriptionEventContent TranscriptionEvent = "transcription-content"
	TranscriptionEventStopped TranscriptionEvent = "transcription-stopped"
	TranscriptionEventError   TranscriptionEvent = "transcription-error"
)
