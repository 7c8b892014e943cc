package webhook

import (
	"net/url"
	"time"
)

// A ConversationRelayAction arrives when a ConversationRelay session ends.
// Answer it with a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/conversationrelay
//
//twilio:place Connect action (ConversationRelay)
//twilio:fact 2026-11
//twilio:answer voice
//twilio:detect 35 CallSid CallStatus SessionStatus
//twilio:detect 35 CallSid CallStatus SessionId
type ConversationRelayAction struct {
	Call

	SessionID       SID           `twilio:"SessionId,sid=VX"`       // session; a call can have several, one after another
	SessionStatus   SessionStatus `twilio:"SessionStatus"`          // how the session ended
	SessionDuration time.Duration `twilio:"SessionDuration,always"` // length of the session, in whole seconds
	HandoffData     JSON          `twilio:"HandoffData"`            // text that your server sent with its end message, usually JSON
	ErrorCode       int           `twilio:"ErrorCode"`              // why the session failed, such as 64105
	ErrorMessage    string        `twilio:"ErrorMessage"`           // text of the error

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A ConnectAction arrives when a Connect ends whose noun is not
// ConversationRelay: a stream, a virtual agent, a room and others. Except for a
// virtual agent, only its URL says which noun it was. Answer it with a
// [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/connect
//
//twilio:place Connect action
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 49 CallSid CallStatus VirtualAgentStatus
//twilio:detect 49 CallSid CallStatus VirtualAgentErrorCode
//twilio:detect 49 CallSid CallStatus StreamSid
type ConnectAction struct {
	Call

	VirtualAgentProvider      string `twilio:"VirtualAgentProvider"`      // service that runs the virtual agent
	VirtualAgentStatus        string `twilio:"VirtualAgentStatus"`        // how the conversation with the virtual agent ended
	VirtualAgentProviderData  JSON   `twilio:"VirtualAgentProviderData"`  // details from the service
	VirtualAgentError         string `twilio:"VirtualAgentError"`         // why the virtual agent failed
	VirtualAgentErrorCode     int    `twilio:"VirtualAgentErrorCode"`     // Twilio's error number
	VirtualAgentProviderError string `twilio:"VirtualAgentProviderError"` // the service's own error

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A StreamStatus reports that a media stream started, stopped or failed.
//
// Source: https://www.twilio.com/docs/voice/twiml/stream
//
//twilio:place Stream statusCallback
//twilio:fact 2026-08
//twilio:answer status
//twilio:detect 29 StreamEvent
type StreamStatus struct {
	AccountSID  SID         `twilio:"AccountSid,sid=AC,required"`        // account that owns the call
	CallSID     SID         `twilio:"CallSid,usual,sid=CA,parent"`       // call that is streamed
	StreamSID   SID         `twilio:"StreamSid,sid=MZ,required,subject"` // stream
	StreamName  string      `twilio:"StreamName"`                        // name of the stream in the TwiML, or its SID
	Event       StreamEvent `twilio:"StreamEvent,required,status"`       // what happened
	StreamError string      `twilio:"StreamError,message"`               // why the stream failed
	Timestamp   time.Time   `twilio:"Timestamp,rfc3339"`                 // when it happened

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A SIPRECStatus reports that a SIPREC session started, stopped or failed.
//
// Source: https://www.twilio.com/docs/voice/api/siprec-subresource
//
//twilio:place Siprec statusCallback
//twilio:fact 2026-11
//twilio:answer status
//twilio:detect 29 SiprecEvent
type SIPRECStatus struct {
	AccountSID SID         `twilio:"AccountSid,sid=AC,required"`  // account that owns the call
	CallSID    SID         `twilio:"CallSid,usual,sid=CA,parent"` // call that is recorded
	SIPRECSID  SID         `twilio:"SiprecSid,sid=SR,subject"`    // session
	SIPRECName string      `twilio:"SiprecName"`                  // name of the session in the TwiML
	Event      SIPRECEvent `twilio:"SiprecEvent,required,status"` // what happened
	Timestamp  time.Time   `twilio:"Timestamp,rfc3339"`           // when it happened

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A UserDefinedMessage carries a message that a Voice SDK sent over its call.
//
// Source: https://www.twilio.com/docs/voice/sdks/call-message-events
//
//twilio:place Callback of a UserDefinedMessage subscription
//twilio:fact 2026-08
//twilio:answer notice
//twilio:detect 82 CallSid Content !CallStatus
type UserDefinedMessage struct {
	CallSID    SID  `twilio:"CallSid,sid=CA,required"`    // call over which the message was sent
	AccountSID SID  `twilio:"AccountSid,sid=AC,required"` // account that owns the call
	Content    JSON `twilio:"Content"`                    // the message

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// SessionStatus says how a ConversationRelay session ended: ended by your
// server, completed because the caller hung up, or failed.
type SessionStatus string

// Values of SessionStatus.
const (
	SessionStatusCompleted SessionStatus = "completed"
	SessionStatusEnded     SessionStatus = "ended"
	SessionStatusFailed    SessionStatus = "failed"
)

// StreamEvent is an event of a media stream.
type StreamEvent string

// Values of StreamEvent.
const (
	StreamEventStarted StreamEvent = "stream-started"
	StreamEventStopped StreamEvent = "stream-stopped"
	StreamEventError   StreamEvent = "stream-error"
)

// SIPRECEvent is an event of a SIPREC session.
type SIPRECEvent string

// Values of SIPRECEvent.
const (
	SIPRECEventStarted SIPRECEvent = "siprec-started"
	SIPRECEventStopped SIPRECEvent = "siprec-stopped"
	SIPRECEventError   SIPRECEvent = "siprec-error"
)

// StreamTrack names the tracks of a call.
type StreamTrack string

// Values of StreamTrack.
const (
	StreamTrackInboundTrack  StreamTrack = "inbound_track"
	StreamTrackOutboundTrack StreamTrack = "outbound_track"
	StreamTrackBothTracks    StreamTrack = "both_tracks"
)
