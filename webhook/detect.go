package webhook

import (
	"strings"

	"github.com/ringback-go/ringback/signature"
)

// has is a set of the parameters that tell kinds apart.
type has uint64

// any reports whether one of the parameters is there, all whether each is.
func (h has) any(of has) bool { return h&of != 0 }
func (h has) all(of has) bool { return h&of == of }

const (
	hasAnsweredBy has = 1 << iota
	hasCallSID
	hasCallStatus
	hasCallbackSource
	hasCallDuration
	hasCapture
	hasCompositionSID
	hasConferenceSID
	hasContent
	hasDequeueing
	hasDequeueResult
	hasDialCallStatus
	hasDigits
	hasErrorURL
	hasEventType
	hasFaxSID
	hasFor
	hasLevel
	hasMessageSID
	hasMessageStatus
	hasMsg
	hasNumMedia
	hasParentCallSID
	hasPayloadType
	hasPaymentMethod
	hasQueuePosition
	hasQueueResult
	hasQueueSID
	hasRecordingDuration
	hasRecordingStatus
	hasRecordingURL
	hasReferCode
	hasReferTarget
	hasReservationSID
	hasResult
	hasRoomSID
	hasSessionStatus
	hasSIPDomainSID
	hasSiprecEvent
	hasSMSMessageSID
	hasSpeechResult
	hasStreamEvent
	hasTaskSID
	hasTranscriptionSID
	hasTranscriptionStatus
	hasTrunkSID
	hasUnstable
	hasVirtualAgent
	hasWorkspaceSID
)

// A sight is what one pass over the parameters has seen.
type sight struct {
	has  has
	text clues
}

// clues are the values that tell kinds apart, the first of each name.
type clues struct {
	callStatus, direction, eventName, eventType, from, smsStatus, statusEvent, transcription string
}

// detect returns the kind of a form, "" for a request of no known kind.
func detect(v *signature.Verified) Kind {
	var s sight
	for name, value := range v.Params() {
		s.see(name, value)
	}
	return s.kind()
}

func (s *sight) see(name, value string) {
	keep := func(dst *string) {
		if *dst == "" {
			*dst = value
		}
	}
	switch name {
	case "AnsweredBy":
		s.has |= hasAnsweredBy
	case "CallDuration", "Duration":
		s.has |= hasCallDuration
	case "CallSid":
		s.has |= hasCallSID
	case "CallStatus":
		s.has |= hasCallStatus
		keep(&s.text.callStatus)
	case "CallbackSource":
		s.has |= hasCallbackSource
	case "Capture", "PartialResult":
		s.has |= hasCapture
	case "CompositionSid":
		s.has |= hasCompositionSID
	case "ConferenceSid":
		s.has |= hasConferenceSID
	case "Content":
		s.has |= hasContent
	case "DequeingCallSid", "DequeueingCallSid":
		s.has |= hasDequeueing
	case "DequeueResult":
		s.has |= hasDequeueResult
	case "DialCallStatus":
		s.has |= hasDialCallStatus
	case "Digits":
		s.has |= hasDigits
	case "Direction":
		keep(&s.text.direction)
	case "ErrorUrl":
		s.has |= hasErrorURL
	case "EventName":
		keep(&s.text.eventName)
	case "EventType":
		s.has |= hasEventType
		keep(&s.text.eventType)
	case "FaxSid":
		s.has |= hasFaxSID
	case "For":
		s.has |= hasFor
	case "From":
		keep(&s.text.from)
	case "Level":
		s.has |= hasLevel
	case "MessageSid":
		s.has |= hasMessageSID
	case "MessageStatus":
		s.has |= hasMessageStatus
	case "NumMedia":
		s.has |= hasNumMedia
	case "ParentCallSid":
		if value != "" {
			s.has |= hasParentCallSID
		}
	case "PayloadType":
		s.has |= hasPayloadType
	case "PaymentMethod":
		s.has |= hasPaymentMethod
	case "QueuePosition":
		s.has |= hasQueuePosition
	case "QueueResult":
		s.has |= hasQueueResult
	case "QueueSid":
		s.has |= hasQueueSID
	case "RecordingDuration":
		s.has |= hasRecordingDuration
	case "RecordingStatus":
		s.has |= hasRecordingStatus
	case "RecordingUrl":
		s.has |= hasRecordingURL
	case "ReferSipResponseCode":
		s.has |= hasReferCode
	case "ReferTransferTarget":
		s.has |= hasReferTarget
	case "ReservationSid":
		s.has |= hasReservationSID
	case "Result":
		s.has |= hasResult
	case "RoomSid":
		s.has |= hasRoomSID
	case "SessionStatus":
		s.has |= hasSessionStatus
	case "SipDomainSid":
		if value != "" {
			s.has |= hasSIPDomainSID
		}
	case "SiprecEvent":
		s.has |= hasSiprecEvent
	case "SmsMessageSid":
		s.has |= hasSMSMessageSID
	case "SmsStatus":
		keep(&s.text.smsStatus)
	case "SpeechResult":
		s.has |= hasSpeechResult
	case "StatusCallbackEvent":
		keep(&s.text.statusEvent)
	case "StreamEvent":
		s.has |= hasStreamEvent
	case "TaskSid":
		s.has |= hasTaskSID
	case "TranscriptionEvent":
		keep(&s.text.transcription)
	case "TranscriptionSid":
		s.has |= hasTranscriptionSID
	case "TranscriptionStatus":
		s.has |= hasTranscriptionStatus
	case "TrunkSid":
		s.has |= hasTrunkSID
	case "UnstableSpeechResult":
		s.has |= hasUnstable
	case "VirtualAgentProvider", "VirtualAgentStatus":
		s.has |= hasVirtualAgent
	case "WorkspaceSid":
		s.has |= hasWorkspaceSID
	case "msg":
		s.has |= hasMsg
	}
}

// kind applies the discriminators of the facts, the most telling first.
func (s *sight) kind() Kind {
	switch {
	case s.has.any(hasMessageSID|hasSMSMessageSID) && !s.has.any(hasCallSID|hasEventType):
		return s.message()
	case s.has.all(hasMessageSID|hasMessageStatus) && !isConversation(s.text.eventType):
		return KindMessageStatusCallback
	case s.has.any(hasEventType):
		return s.eventType()
	case s.text.statusEvent != "":
		return s.statusEvent()
	case s.text.transcription != "":
		return transcriptionKinds[s.text.transcription]
	case s.text.eventName == "conference-record-end":
		return KindConferenceRecordEnd
	case s.has.all(hasLevel | hasPayloadType):
		return KindDebuggerEvent
	case s.has.any(hasFaxSID):
		return KindFaxReceived
	case s.has.all(hasReservationSID | hasTaskSID):
		return KindTaskRouterAssignment
	case s.has.all(hasRecordingStatus | hasConferenceSID):
		return KindConferenceRecordingStatusCallback
	case s.has.any(hasRecordingStatus):
		return KindRecordingStatusCallback
	case s.has.all(hasTranscriptionStatus | hasTranscriptionSID):
		return KindRecordTranscription
	case s.has.any(hasStreamEvent):
		return KindStreamStatus
	case s.has.any(hasSiprecEvent):
		return KindSiprecStatus
	case s.has.all(hasCallSID | hasCallStatus):
		return s.call()
	case s.has.any(hasCallSID):
		return s.aboutCall()
	}
	return ""
}

// message tells what comes with a message's SID and without a call's.
func (s *sight) message() Kind {
	switch {
	case s.has.any(hasMessageStatus) && s.has.any(hasSMSMessageSID):
		return KindMessageActionCallback
	case s.has.any(hasMessageStatus):
		return KindMessageStatusCallback
	case s.has.any(hasErrorURL):
		return KindMessagingFallback
	case s.has.any(hasSMSMessageSID|hasNumMedia) || s.text.smsStatus == string(MessageStatusReceived):
		return KindIncomingMessage
	}
	return ""
}

// isConversation reports whether an EventType is one of Conversations, as
// opposed to those of channels, which are in capitals.
func isConversation(eventType string) bool { return strings.HasPrefix(eventType, "on") }

func (s *sight) eventType() Kind {
	t := s.text.eventType
	switch {
	case s.has.any(hasWorkspaceSID):
		return KindTaskRouterEvent
	case t == string(ConversationsEventOnDeliveryUpdated):
		return KindConversationsDeliveryUpdated
	case !isConversation(t):
		return ""
	case strings.HasSuffix(t, "ed"):
		return KindConversationsPostEvent
	}
	return KindConversationsPreEvent
}

func (s *sight) statusEvent() Kind {
	e := s.text.statusEvent
	switch {
	case s.has.any(hasConferenceSID):
		return conferenceKinds[e]
	case s.has.any(hasCompositionSID) || strings.HasPrefix(e, "composition-"):
		return KindVideoCompositionEvent
	case !s.has.any(hasRoomSID):
		return ""
	case strings.HasPrefix(e, "recording-"):
		return KindVideoRecordingEvent
	case strings.HasPrefix(e, "track-"):
		return KindVideoTrackEvent
	case strings.HasPrefix(e, "participant-"):
		return KindVideoParticipantEvent
	case strings.HasPrefix(e, "room-"):
		return KindVideoRoomEvent
	}
	return ""
}

// call tells what comes with the SID and the status of a call.
func (s *sight) call() Kind {
	h := s.has
	switch {
	case h.any(hasCallbackSource):
		return s.callStatus()
	case h.any(hasErrorURL):
		return KindFallbackRequest
	case h.any(hasSessionStatus):
		return KindConversationRelayAction
	case h.all(hasResult | hasPaymentMethod):
		return KindPayAction
	case h.any(hasDialCallStatus) && h.any(hasQueueSID|hasDequeueResult):
		return KindDialQueueAction
	case h.any(hasDialCallStatus):
		return KindDialAction
	case h.any(hasReferCode):
		return KindReferAction
	case h.any(hasReferTarget):
		return KindDialReferURL
	case h.any(hasQueueResult):
		return KindEnqueueAction
	case h.any(hasQueuePosition):
		return KindEnqueueWaitURL
	case h.any(hasDequeueing):
		return KindQueueURL
	case h.any(hasUnstable):
		return KindGatherPartialResult
	case h.any(hasCallDuration):
		return s.callStatus()
	case h.any(hasRecordingURL) && h.any(hasRecordingDuration|hasDigits):
		return KindRecordAction
	case h.any(hasDigits | hasSpeechResult | hasMsg):
		return KindGatherAction
	case h.any(hasVirtualAgent):
		return KindConnectAction
	}
	return s.plain()
}

// callStatus tells the status callbacks of calls apart.
func (s *sight) callStatus() Kind {
	switch {
	case s.has.any(hasParentCallSID) && s.text.direction == string(CallDirectionOutboundDial):
		return KindDialLegStatusCallback
	case s.has.any(hasSIPDomainSID):
		return KindSIPDomainStatusCallback
	}
	return KindCallStatusCallback
}

// plain tells requests for a document that have nothing of a verb.
func (s *sight) plain() Kind {
	switch CallDirection(s.text.direction) {
	case CallDirectionOutboundAPI:
		switch CallStatus(s.text.callStatus) {
		case CallStatusInProgress, CallStatusCompleted:
			return KindOutboundCallAnswered
		}
		return KindCallStatusCallback
	case CallDirectionOutboundDial:
		return KindDialWhisper
	}
	ringing := s.text.callStatus == string(CallStatusRinging)
	switch {
	case s.has.any(hasTrunkSID):
		return KindElasticSIPTrunkDisasterRecovery
	case !ringing:
		return KindTwiMLRedirectRequest
	case s.has.any(hasSIPDomainSID):
		return KindSIPIncomingCall
	case strings.HasPrefix(s.text.from, "client:"):
		return KindClientCallRequest
	}
	return KindIncomingCall
}

// aboutCall tells what comes with the SID of a call and without its status.
func (s *sight) aboutCall() Kind {
	switch {
	case s.has.any(hasAnsweredBy):
		return KindAsyncAMDCallback
	case s.has.any(hasFor | hasCapture | hasResult | hasPaymentMethod):
		return KindPayStatusCallback
	case s.has.any(hasContent):
		return KindUserDefinedMessage
	}
	return ""
}

var transcriptionKinds = map[string]Kind{
	"transcription-started": KindTranscriptionStarted,
	"transcription-content": KindTranscriptionContent,
	"transcription-stopped": KindTranscriptionStopped,
	"transcription-error":   KindTranscriptionError,
}

var conferenceKinds = map[string]Kind{
	"conference-start":         KindConferenceStart,
	"conference-end":           KindConferenceEnd,
	"participant-join":         KindConferenceParticipantJoin,
	"participant-leave":        KindConferenceParticipantLeave,
	"participant-mute":         KindConferenceParticipantMute,
	"participant-unmute":       KindConferenceParticipantUnmute,
	"participant-hold":         KindConferenceParticipantHold,
	"participant-unhold":       KindConferenceParticipantUnhold,
	"participant-modify":       KindConferenceParticipantModify,
	"participant-speech-start": KindConferenceSpeechStart,
	"participant-speech-stop":  KindConferenceSpeechStop,
	"announcement-end":         KindConferenceAnnouncementEnd,
	"announcement-fail":        KindConferenceAnnouncementFail,
}
