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
	hasApplicationSID
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
	hasErrorCode
	hasErrorURL
	hasEventType
	hasFaxSID
	hasFinished
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
	hasRecordingStatus
	hasRecordingURL
	hasReferCode
	hasReferTarget
	hasReservationSID
	hasResult
	hasRoomSID
	hasSession
	hasSIPDomainSID
	hasSiprecEvent
	hasSMSMessageSID
	hasSpeechResult
	hasStreamEvent
	hasStreamSID
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

// clues are the values that tell kinds apart, the first of each name that is
// not empty.
type clues struct {
	callStatus, direction, eventName, eventType, from, smsStatus, statusEvent, to, transcription string
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
	case "ApplicationSid":
		s.has |= hasApplicationSID
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
		if value != "" {
			s.has |= hasConferenceSID
		}
	case "Confidence", "FinishedOnKey":
		s.has |= hasFinished
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
	case "ErrorCode":
		s.has |= hasErrorCode
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
		if value != "" {
			s.has |= hasQueueSID
		}
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
	case "SessionId", "SessionStatus":
		s.has |= hasSession
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
	case "StreamSid":
		s.has |= hasStreamSID
	case "TaskSid":
		s.has |= hasTaskSID
	case "To":
		keep(&s.text.to)
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
	case "VirtualAgentError", "VirtualAgentErrorCode", "VirtualAgentProvider", "VirtualAgentProviderData",
		"VirtualAgentProviderError", "VirtualAgentStatus":
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
	case s.fromApp():
		return KindClientCallRequest
	case s.has.any(hasMessageSID|hasSMSMessageSID) && !s.has.any(hasCallSID|hasEventType):
		return s.message()
	case s.has.all(hasMessageSID|hasMessageStatus) && !isConversation(s.text.eventType):
		return KindMessageStatusCallback
	case s.has.any(hasEventType):
		return s.eventType()
	case s.text.statusEvent != "":
		return s.statusEvent()
	case s.has.any(hasCompositionSID):
		return KindVideoCompositionEvent
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

// fromApp reports whether this is the first request of a call that an app of
// the user's began. It carries what parameters the app likes, whatever they
// are called elsewhere, so it is told before all others. What a leg can be
// told of while it still rings comes with a mark of its own.
func (s *sight) fromApp() bool {
	return s.text.callStatus == string(CallStatusRinging) && s.text.direction == string(CallDirectionInbound) &&
		strings.HasPrefix(s.text.from, "client:") && s.has.all(hasCallSID|hasApplicationSID) &&
		!s.has.any(hasErrorURL|hasCallbackSource|hasCallDuration|hasDialCallStatus)
}

// message tells what comes with a message's SID and without a call's.
func (s *sight) message() Kind {
	switch {
	case s.has.any(hasMessageStatus) && s.has.any(hasSMSMessageSID|hasNumMedia):
		return KindMessageActionCallback
	case s.has.any(hasMessageStatus):
		return KindMessageStatusCallback
	case s.has.any(hasErrorURL), s.has.any(hasErrorCode) && s.text.smsStatus == string(MessageStatusReceived):
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
	case s.has.any(hasConferenceSID) || conferenceKinds[e] != "":
		return conferenceKinds[e]
	case s.has.any(hasCompositionSID) || strings.HasPrefix(e, "composition-"):
		return KindVideoCompositionEvent
	case strings.HasPrefix(e, "track-"):
		return KindVideoTrackEvent
	case e == "participant-connected", e == "participant-disconnected":
		return KindVideoParticipantEvent
	case !s.has.any(hasRoomSID):
		return ""
	case strings.HasPrefix(e, "recording-"):
		return KindVideoRecordingEvent
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
	case h.any(hasSession):
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
	case h.any(hasRecordingURL):
		return KindRecordAction
	case h.any(hasDigits | hasSpeechResult | hasFinished | hasMsg):
		return KindGatherAction
	case h.any(hasVirtualAgent | hasStreamSID):
		return KindConnectAction
	case h.any(hasConferenceSID):
		return KindConferenceWaitURL
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

// plain tells requests for a document that have nothing of a verb. A call that
// does not run asks for none: what is told of it is its status, as Twilio did
// before CallbackSource. Completed is no such sign, since an action is asked
// for also when the caller has hung up.
func (s *sight) plain() Kind {
	switch CallStatus(s.text.callStatus) {
	case CallStatusBusy, CallStatusFailed, CallStatusNoAnswer, CallStatusCanceled:
		return s.callStatus()
	case CallStatusQueued, CallStatusInitiated:
		if s.text.direction != string(CallDirectionInbound) {
			return s.callStatus()
		}
	case CallStatusRinging:
		return s.ringing()
	}
	switch CallDirection(s.text.direction) {
	case CallDirectionOutboundAPI:
		return KindOutboundCallAnswered
	case CallDirectionOutboundDial:
		return KindDialWhisper
	}
	if s.has.any(hasTrunkSID) {
		return KindElasticSIPTrunkDisasterRecovery
	}
	return KindTwiMLRedirectRequest
}

// ringing tells plain requests of a call that nobody has answered yet.
func (s *sight) ringing() Kind {
	toClient := strings.HasPrefix(s.text.to, "client:")
	switch direction := CallDirection(s.text.direction); {
	case direction == CallDirectionOutboundDial && toClient:
		return KindClientIncomingNotification
	case direction == CallDirectionOutboundDial, direction == CallDirectionOutboundAPI:
		return s.callStatus()
	case s.has.any(hasTrunkSID):
		return KindElasticSIPTrunkDisasterRecovery
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
