package webhook

import "net/url"

// A Call holds the parameters that all requests about a call share. It is
// embedded in their types, so c.From works on each of them.
//
// A call has legs, each with its own SID: the caller's, and one for every
// party that a Dial connects.
type Call struct {
	CallSID    SID           `twilio:"CallSid,sid=CA,required,subject"` // leg that the request is about
	AccountSID SID           `twilio:"AccountSid,sid=AC,required"`      // account or subaccount that owns the call
	From       Address       `twilio:"From,usual"`                      // caller; see [Address.Withheld]
	To         Address       `twilio:"To,usual"`                        // called party; may be empty for a call from a Voice SDK
	CallStatus CallStatus    `twilio:"CallStatus,usual,status"`         // status of the leg
	APIVersion string        `twilio:"ApiVersion"`                      // 2010-04-01
	Direction  CallDirection `twilio:"Direction"`                       // direction as seen from Twilio
	Caller     Address       `twilio:"Caller"`                          // older name of From
	Called     Address       `twilio:"Called"`                          // older name of To; for SIP the request URI

	FromGeo   Geo `twilio:"From"`   // where the number in From is registered
	ToGeo     Geo `twilio:"To"`     // where the number in To is registered
	CallerGeo Geo `twilio:"Caller"` // older name of FromGeo
	CalledGeo Geo `twilio:"Called"` // older name of ToGeo

	ForwardedFrom     Address     `twilio:"ForwardedFrom"`         // number that forwarded the call, if its carrier reported it
	CalledVia         Address     `twilio:"CalledVia"`             // same as ForwardedFrom
	CallerName        string      `twilio:"CallerName"`            // name of the caller, if lookup is on for the number, or the display name of a SIP call
	ParentCallSID     SID         `twilio:"ParentCallSid,parent"`  // leg whose Dial made this leg
	CallToken         CallToken   `twilio:"CallToken"`             // proof of the caller's number, for forwarding the call
	STIRVerstat       STIRVerstat `twilio:"StirVerstat"`           // result of verifying the caller's number
	STIRPassportToken string      `twilio:"StirPassportToken"`     // the caller's SHAKEN PASSporT, a compact JWT
	ApplicationSID    SID         `twilio:"ApplicationSid,sid=AP"` // TwiML App through which the call came
	AddOns            JSON        `twilio:"AddOns"`                // results of Marketplace add-ons; decode them into an [AddOns]

	SIPDomain    string            `twilio:"SipDomain"`        // SIP Domain that received the call
	SIPDomainSID SID               `twilio:"SipDomainSid"`     // SID of that domain
	SIPCallID    string            `twilio:"SipCallId"`        // Call-ID header of the INVITE
	SIPSourceIP  string            `twilio:"SipSourceIp"`      // address that the INVITE came from
	SIPHeaders   map[string]string `twilio:"SipHeader_{Name}"` // headers of the INVITE that begin with X-, and User-to-User
}

// An IncomingCall is the first request of a call to a number. Answer it with
// a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml
//
//twilio:place A call comes in
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 65 CallSid CallStatus=ringing
type IncomingCall struct {
	Call

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// An OutboundCallAnswered is the first request of a call that the REST API
// made. It arrives when the call is answered, or after answering machine
// detection. Answer it with a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/api/call-resource
//
//twilio:place Url of a call made by the REST API
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 70 CallSid CallStatus Direction=outbound-api
type OutboundCallAnswered struct {
	Call

	AnsweredBy AnsweredBy `twilio:"AnsweredBy"` // who answered, if detection was on

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A ClientCallRequest is the first request of a call that a Voice SDK makes
// through a TwiML App. The parameters that the app passes to connect are in
// Extra, except those that have the name of a field, such as To.
// Answer it with a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/sdks
//
//twilio:place Voice URL of a TwiML App
//twilio:fact 2026-11
//twilio:answer voice
//twilio:detect 10 CallSid ApplicationSid CallStatus=ringing Direction=inbound From=client:* !ErrorUrl !CallbackSource !CallDuration !Duration !DialCallStatus
//twilio:detect 64 CallSid CallStatus=ringing From=client:*
type ClientCallRequest struct {
	Call

	Extra url.Values // parameters from the app, and values that do not fit their field
}

// A SIPIncomingCall is the first request of a call to a SIP Domain. From and
// To are SIP URIs. Answer it with a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/api/sip-twiml
//
//twilio:place Voice URL of a SIP Domain
//twilio:fact 2026-11
//twilio:answer voice
//twilio:detect 63 CallSid CallStatus=ringing SipDomainSid=*
type SIPIncomingCall struct {
	Call

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A FallbackRequest arrives at the fallback URL because the first URL failed,
// or sent an invalid document. Answer it with a
// [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/usage/security/availability-reliability
//
//twilio:place Primary handler fails (calls)
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 33 CallSid CallStatus ErrorUrl
type FallbackRequest struct {
	Call

	ErrorCode int    `twilio:"ErrorCode"` // why the first URL failed: 11200, 11205, 12100 and others
	ErrorURL  string `twilio:"ErrorUrl"`  // URL that failed

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A TwiMLRedirectRequest requests the next document of a call: after a
// Redirect, after an update through the REST API, or after a verb that has no
// action URL and so requests the current document again. Answer it with a
// [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/redirect
//
//twilio:place Redirect
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 90 CallSid CallStatus
type TwiMLRedirectRequest struct {
	Call

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// An ElasticSIPTrunkDisasterRecovery arrives when a call comes in for a trunk
// and none of its origination URIs can be reached. It differs only in its URL from
// an [IncomingCall]. Answer it with a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/sip-trunking
//
//twilio:place Disaster Recovery URL of a SIP trunk
//twilio:fact 2026-08
//twilio:answer voice
type ElasticSIPTrunkDisasterRecovery struct {
	Call

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// CallStatus is the status of a call. Completed, busy, failed, no-answer and
// canceled are final.
type CallStatus string

// Values of CallStatus.
const (
	CallStatusQueued     CallStatus = "queued"
	CallStatusInitiated  CallStatus = "initiated"
	CallStatusRinging    CallStatus = "ringing"
	CallStatusInProgress CallStatus = "in-progress"
	CallStatusCompleted  CallStatus = "completed"
	CallStatusBusy       CallStatus = "busy"
	CallStatusFailed     CallStatus = "failed"
	CallStatusNoAnswer   CallStatus = "no-answer"
	CallStatusCanceled   CallStatus = "canceled"
)

// CallDirection is the direction of a call as seen from Twilio. A call from a
// Voice SDK to a TwiML App is inbound.
type CallDirection string

// Values of CallDirection.
const (
	CallDirectionInbound      CallDirection = "inbound"
	CallDirectionOutboundAPI  CallDirection = "outbound-api"
	CallDirectionOutboundDial CallDirection = "outbound-dial"
)

// AnsweredBy is the result of answering machine detection.
type AnsweredBy string

// Values of AnsweredBy.
const (
	AnsweredByHuman             AnsweredBy = "human"
	AnsweredByMachineStart      AnsweredBy = "machine_start"
	AnsweredByMachineEndBeep    AnsweredBy = "machine_end_beep"
	AnsweredByMachineEndSilence AnsweredBy = "machine_end_silence"
	AnsweredByMachineEndOther   AnsweredBy = "machine_end_other"
	AnsweredByFax               AnsweredBy = "fax"
	AnsweredByUnknown           AnsweredBy = "unknown"
)

// STIRVerstat is the result of verifying the caller's number with SHAKEN/STIR.
type STIRVerstat string

// Values of STIRVerstat.
const (
	STIRVerstatTNValidationPassedA            STIRVerstat = "TN-Validation-Passed-A"
	STIRVerstatTNValidationPassedB            STIRVerstat = "TN-Validation-Passed-B"
	STIRVerstatTNValidationPassedC            STIRVerstat = "TN-Validation-Passed-C"
	STIRVerstatTNValidationFailedA            STIRVerstat = "TN-Validation-Failed-A"
	STIRVerstatTNValidationFailedB            STIRVerstat = "TN-Validation-Failed-B"
	STIRVerstatTNValidationFailedC            STIRVerstat = "TN-Validation-Failed-C"
	STIRVerstatNoTNValidation                 STIRVerstat = "No-TN-Validation"
	STIRVerstatTNValidationFailed             STIRVerstat = "TN-Validation-Failed"
	STIRVerstatNull                           STIRVerstat = "NULL"
	STIRVerstatTNValidationPassedADiverted    STIRVerstat = "TN-Validation-Passed-A-Diverted"
	STIRVerstatTNValidationPassedBDiverted    STIRVerstat = "TN-Validation-Passed-B-Diverted"
	STIRVerstatTNValidationPassedCDiverted    STIRVerstat = "TN-Validation-Passed-C-Diverted"
	STIRVerstatTNValidationFailedADiverted    STIRVerstat = "TN-Validation-Failed-A-Diverted"
	STIRVerstatTNValidationFailedBDiverted    STIRVerstat = "TN-Validation-Failed-B-Diverted"
	STIRVerstatTNValidationFailedCDiverted    STIRVerstat = "TN-Validation-Failed-C-Diverted"
	STIRVerstatTNValidationPassedAPassthrough STIRVerstat = "TN-Validation-Passed-A-Passthrough"
	STIRVerstatTNValidationPassedBPassthrough STIRVerstat = "TN-Validation-Passed-B-Passthrough"
	STIRVerstatTNValidationPassedCPassthrough STIRVerstat = "TN-Validation-Passed-C-Passthrough"
	STIRVerstatTNValidationFailedAPassthrough STIRVerstat = "TN-Validation-Failed-A-Passthrough"
	STIRVerstatTNValidationFailedBPassthrough STIRVerstat = "TN-Validation-Failed-B-Passthrough"
	STIRVerstatTNValidationFailedCPassthrough STIRVerstat = "TN-Validation-Failed-C-Passthrough"
)
