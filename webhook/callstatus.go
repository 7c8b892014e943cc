package webhook

import (
	"net/url"
	"time"
)

// A CallStatusCallback reports that a call reached a subscribed status
// or ended. Twilio does not send the name of the event: answered arrives
// as the status in-progress.
//
// Source: https://www.twilio.com/docs/voice/api/call-resource
//
//twilio:place StatusCallback of a call
//twilio:fact 2026-11
//twilio:answer status
//twilio:detect 32 CallSid CallStatus CallbackSource
//twilio:detect 46 CallSid CallStatus CallDuration
//twilio:detect 46 CallSid CallStatus Duration
//twilio:detect 62 CallSid CallStatus=busy|failed|no-answer|canceled
//twilio:detect 62 CallSid CallStatus=queued|initiated !Direction=inbound
//twilio:detect 62 CallSid CallStatus=ringing Direction=outbound-api|outbound-dial
type CallStatusCallback struct {
	Call `twilio:",required=CallStatus"`

	CallbackSource    string        `twilio:"CallbackSource,default=call-progress-events"` // call-progress-events
	SequenceNumber    int           `twilio:"SequenceNumber,always"`                       // number of the event of this leg, from 0; callbacks can arrive in any order
	Timestamp         time.Time     `twilio:"Timestamp,rfc2822"`                           // when the leg reached the status
	CallDuration      time.Duration `twilio:"CallDuration,duration"`                       // length of the call, with the final status
	BilledMinutes     int           `twilio:"Duration"`                                    // billed minutes, with the final status; Twilio's name is Duration
	SIPResponseCode   int           `twilio:"SipResponseCode"`                             // last SIP response, with the final status: 486 for busy, 487 for no answer
	RecordingURL      string        `twilio:"RecordingUrl,url"`                            // URL of the recording, if the call was recorded
	RecordingSID      SID           `twilio:"RecordingSid,sid=RE"`                         // SID of that recording
	RecordingDuration time.Duration `twilio:"RecordingDuration"`                           // length of that recording
	STIRStatus        STIRStatus    `twilio:"StirStatus"`                                  // attestation that Twilio gave an outbound call
	AnsweredBy        AnsweredBy    `twilio:"AnsweredBy"`                                  // who answered, if detection was on
	ErrorCode         int           `twilio:"ErrorCode"`                                   // why the call failed
	ErrorMessage      string        `twilio:"ErrorMessage"`                                // text of the error

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A DialLegStatusCallback reports the progress of a leg that a Dial made.
// ParentCallSID is the leg that ran the Dial.
//
// Source: https://www.twilio.com/docs/voice/twiml/number
//
//twilio:place Number, Client or Sip statusCallback
//twilio:fact 2026-11
//twilio:answer status
//twilio:detect 30 CallSid CallStatus CallbackSource ParentCallSid=* Direction=outbound-dial
//twilio:detect 44 CallSid CallStatus CallDuration ParentCallSid=* Direction=outbound-dial
//twilio:detect 60 CallSid CallStatus=queued|initiated|ringing|busy|failed|no-answer|canceled ParentCallSid=* Direction=outbound-dial
type DialLegStatusCallback struct {
	CallStatusCallback
}

// A SIPDomainStatusCallback reports that a call to a SIP Domain ended.
//
// Source: https://www.twilio.com/docs/voice/api/sip-domain-resource
//
//twilio:place StatusCallback of a SIP Domain
//twilio:fact 2026-11
//twilio:answer status
//twilio:detect 31 CallSid CallStatus CallbackSource SipDomainSid=*
//twilio:detect 45 CallSid CallStatus CallDuration SipDomainSid=*
//twilio:detect 61 CallSid CallStatus=busy|failed|no-answer|canceled SipDomainSid=*
type SIPDomainStatusCallback struct {
	CallStatusCallback
}

// An AsyncAMDCallback reports the result of answering machine detection that
// ran during the call. It has no phone numbers; match it by CallSID.
//
// Source: https://www.twilio.com/docs/voice/answering-machine-detection
//
//twilio:place AsyncAmdStatusCallback
//twilio:fact 2026-08
//twilio:answer notice
//twilio:detect 80 CallSid AnsweredBy !CallStatus
type AsyncAMDCallback struct {
	CallSID                  SID           `twilio:"CallSid,sid=CA,required"`            // call in which detection ran
	AccountSID               SID           `twilio:"AccountSid,sid=AC,required"`         // account that owns the call
	AnsweredBy               AnsweredBy    `twilio:"AnsweredBy"`                         // who answered
	MachineDetectionDuration time.Duration `twilio:"MachineDetectionDuration,ms,always"` // how long detection took

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A CallerIDValidation reports the result of the call that validates an
// outgoing caller ID.
//
// Source: https://www.twilio.com/docs/voice/api/outgoing-caller-ids
//
//twilio:place StatusCallback of a caller ID validation
//twilio:fact 2026-11
//twilio:answer notice
//twilio:detect 34 CallSid VerificationStatus
type CallerIDValidation struct {
	Call `twilio:",optional=From CallStatus"`

	VerificationStatus  VerificationStatus `twilio:"VerificationStatus,required"` // whether the right code was entered
	OutgoingCallerIDSID SID                `twilio:"OutgoingCallerIdSid"`         // the new caller ID, after success

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// STIRStatus is the attestation that Twilio gave an outbound call.
type STIRStatus string

// Values of STIRStatus.
const (
	STIRStatusA    STIRStatus = "A"
	STIRStatusB    STIRStatus = "B"
	STIRStatusC    STIRStatus = "C"
	STIRStatusNull STIRStatus = "null"
)

// VerificationStatus is the result of validating a caller ID.
type VerificationStatus string

// Values of VerificationStatus.
const (
	VerificationStatusSuccess VerificationStatus = "success"
	VerificationStatusFailed  VerificationStatus = "failed"
)
