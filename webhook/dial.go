package webhook

import (
	"net/url"
	"time"
)

// A DialAction arrives when a Dial ends: a party hung up, or the call could not
// be connected. It does not say who hung up. Answer it with a
// [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/dial
//
//twilio:place Dial action
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 37 CallSid CallStatus DialCallStatus
type DialAction struct {
	Call

	DialCallStatus      DialCallStatus    `twilio:"DialCallStatus,status"`     // how the Dial ended
	DialCallSID         SID               `twilio:"DialCallSid,subject"`       // leg of the other party; empty after a conference
	DialCallDuration    time.Duration     `twilio:"DialCallDuration,duration"` // how long the other party was connected
	DialBridged         bool              `twilio:"DialBridged,always"`        // the parties were connected
	RecordingURL        string            `twilio:"RecordingUrl"`              // URL of the recording, if the Dial had record
	RecordingSID        SID               `twilio:"RecordingSid,sid=RE"`       // SID of that recording
	RecordingDuration   time.Duration     `twilio:"RecordingDuration"`         // length of that recording
	DialSIPCallID       string            `twilio:"DialSipCallId"`             // Call-ID header of the call to a SIP endpoint
	DialSIPResponseCode int               `twilio:"DialSipResponseCode"`       // final response to the INVITE
	DialSIPHeaders      map[string]string `twilio:"DialSipHeader_{Name}"`      // headers of that response that begin with X-
	ErrorCode           int               `twilio:"ErrorCode"`                 // why the Dial failed, such as 13214 for a missing caller ID
	ErrorMessage        string            `twilio:"ErrorMessage"`              // text of the error

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A DialWhisper requests the document that the called party of a Dial hears
// before the parties are connected, to announce or screen the call. CallSID is
// the leg of the called party. The document must not contain a Dial. Answer it
// with a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/number
//
//twilio:place Number, Client or Sip url
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 70 CallSid CallStatus Direction=outbound-dial
type DialWhisper struct {
	Call

	AnsweredBy AnsweredBy `twilio:"AnsweredBy"` // who answered, if detection was on

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A ReferAction reports how a Refer ended. Answer it with a
// [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/refer
//
//twilio:place Refer action
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 38 CallSid CallStatus ReferSipResponseCode
type ReferAction struct {
	Call

	ReferCallStatus       CallStatus `twilio:"ReferCallStatus"`       // how the transfer ended, if the other side reported it
	ReferSIPResponseCode  int        `twilio:"ReferSipResponseCode"`  // response to the REFER
	NotifySIPResponseCode int        `twilio:"NotifySipResponseCode"` // response that a NOTIFY reported

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A DialReferURL arrives when the called party of a Dial requests a transfer
// by SIP REFER. Answer it with a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/dial
//
//twilio:place Dial referUrl
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 39 CallSid CallStatus ReferTransferTarget
type DialReferURL struct {
	Call

	ReferTransferTarget string `twilio:"ReferTransferTarget"` // number or SIP URI to transfer to; may be in angle brackets or without a plus

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// DialCallStatus says how a Dial ended: completed if a party was connected,
// answered if it was a conference.
type DialCallStatus string

// Values of DialCallStatus.
const (
	DialCallStatusCompleted DialCallStatus = "completed"
	DialCallStatusAnswered  DialCallStatus = "answered"
	DialCallStatusBusy      DialCallStatus = "busy"
	DialCallStatusNoAnswer  DialCallStatus = "no-answer"
	DialCallStatusFailed    DialCallStatus = "failed"
	DialCallStatusCanceled  DialCallStatus = "canceled"
)
