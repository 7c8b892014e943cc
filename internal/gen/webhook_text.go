package main

import (
	"regexp"
	"strings"
)

// webhookReplies names the types of this package that answer in JSON.
var webhookReplies = map[string]string{
	"ConversationsPreEvent": "ConversationsReply",
	"TaskRouterAssignment":  "TaskRouterReply",
	"StudioHttpRequest":     "JSONReply",
}

// webhookSummaries finishes the sentence "A KIND ..." for every kind.
var webhookSummaries = map[string]string{
	"IncomingMessage":              "is a message that has come in for a number, a sender or a Messaging Service: SMS, MMS, WhatsApp, RCS or Messenger. The channel is told by the prefix of From, none for SMS and MMS.",
	"MessagingFallback":            "is an incoming message again, at the fallback URL, since the first URL could not be fetched or its document failed.",
	"MessageStatusCallback":        "tells that the status of a message has changed. Callbacks come in any order, more than once, or not at all; many routes never report more than sent. The first status of a message is not reported.",
	"MessageActionCallback":        "asks what to do next once the reply of a Message with an action was accepted for sending or refused. By its content alone it looks like a [MessageStatusCallback]; [Parse] returns that.",
	"LinkClickCallback":            "tells that somebody, or a preview robot, has opened a shortened link. The encoding is believed to be JSON and not confirmed.",
	"ConversationsPreEvent":        "asks whether an action in a conversation may be applied, and how. No answer within 5 s lets it pass.",
	"ConversationsPostEvent":       "tells that an action in a conversation has been applied. Answer within 5 s.",
	"ConversationsDeliveryUpdated": "tells what became of a conversation's message at one of its participants. Messages of a conversation have no ordinary status callbacks.",
	"EventStreamsMessageStatus":    "tells through Event Streams that the status of an outbound message has changed: at least once, in any order.",
	"EventStreamsInboundMessage":   "tells through Event Streams that a message has come in. It has no media URLs; fetch the message for them.",
	"EventStreamsA2P":              "tells through Event Streams how the registration of a brand, a campaign or a number for A2P 10DLC goes on.",
	"EventStreamsLink":             "tells through Event Streams that a shortened link was made or opened.",
	"EventStreamsVoice":            "tells through Event Streams of something in a call. Its data mostly holds a classic webhook; see [EventStreamsVoice.Webhook].",
	"VoiceInsightsCallSummary":     "is a report of Voice Insights about a call, a conference or their quality, delivered through Event Streams. A complete summary comes about half an hour after the call.",

	"IncomingCall":                            "asks for the document that answers a call to a number, a SIP Domain or a TwiML App.",
	"OutboundCallAnswered":                    "asks for the document of a call that was made through the REST API and has been answered.",
	"ClientCallRequest":                       "asks for the document of a call from a Voice SDK into a TwiML App. What the app passed to connect is in Extra under the app's own names.",
	"SipIncomingCall":                         "asks for the document of a call to a SIP Domain.",
	"FallbackRequest":                         "asks the fallback URL for a document, since the first URL could not be fetched or its document failed.",
	"TwimlRedirectRequest":                    "asks for a document in the middle of a call: after a Redirect, an update through the REST API, or a verb without an action of its own. Other plain requests look the same, and only their URL tells them apart.",
	"ElasticSipTrunkDisasterRecovery":         "asks for the document of a call to an Elastic SIP trunk none of whose origins can be reached. By its content alone it is an [IncomingCall]; [Parse] returns that unless the trunk's SID is there.",
	"GatherAction":                            "brings what a caller has keyed in or said in a Gather. With actionOnEmptyResult it comes without either; treat an empty Digits like a missing one.",
	"GatherPartialResult":                     "brings what speech recognition makes of a Gather so far, while the caller speaks. An answer is ignored.",
	"RecordAction":                            "tells that a Record has ended, by silence, a key, the limit or the caller's hanging up, and asks how the call goes on.",
	"RecordingStatusCallback":                 "tells that a recording of a call has changed its status.",
	"ConferenceRecordingStatusCallback":       "tells that a recording of a conference has changed its status.",
	"RecordTranscription":                     "brings the text of a Record with transcribe. Only recordings between 2 s and 120 s in American English have one.",
	"TranscriptionStarted":                    "tells that a real-time transcription has started.",
	"TranscriptionContent":                    "brings an utterance of a real-time transcription, partial or final.",
	"TranscriptionStopped":                    "tells that a real-time transcription has stopped, by an order or with the call.",
	"TranscriptionError":                      "tells that a real-time transcription has failed.",
	"DialAction":                              "tells that a Dial has ended, because the other side hung up or could not be reached, and asks how the call goes on. It does not tell who hung up.",
	"DialQueueAction":                         "tells that a Dial of a Queue has ended and asks how the call goes on. The names of its parameters come from an older revision of the documentation.",
	"DialWhisper":                             "asks for the document that the called party of a Dial hears before being connected, to announce or screen the call. CallSID is the leg of the called party. A Dial in the document is an error.",
	"CallStatusCallback":                      "tells that a call has reached a status that was asked for, or has ended. The name of the event is not sent; see CallStatus, where answered is in-progress.",
	"DialLegStatusCallback":                   "tells of the progress of a leg that a Dial has made.",
	"SipDomainStatusCallback":                 "tells that a call to a SIP Domain has ended.",
	"AsyncAmdCallback":                        "brings the result of an answering machine detection that ran beside the call. It has no phone numbers; match it by CallSID.",
	"ClientIncomingNotification":              "tells that a Dial is calling a client. Its parameters are not confirmed.",
	"ConferenceStart":                         "tells that a conference has started: two participants are there, one of whom starts it.",
	"ConferenceEnd":                           "tells that a conference has ended.",
	"ConferenceAnnouncementEnd":               "tells that an announcement to a conference or a participant has ended.",
	"ConferenceAnnouncementFail":              "tells that an announcement to a conference or a participant has failed.",
	"ConferenceRecordEnd":                     "is the old, deprecated way to tell that a conference has been recorded. See [ConferenceRecordingStatusCallback].",
	"ConferenceWaitUrl":                       "asks for what a participant hears until the conference starts, or while on hold. It is asked once, not again when the document ends. Only its URL tells it from a [TwiMLRedirectRequest].",
	"ConferenceAnnounceUrl":                   "asks for the document of an announcement. Its parameters are not documented; only its URL tells what it is.",
	"ConferenceParticipantJoin":               "tells that a participant has joined a conference.",
	"ConferenceParticipantLeave":              "tells that a participant has left a conference, and why.",
	"ConferenceParticipantMute":               "tells that a participant has been muted.",
	"ConferenceParticipantUnmute":             "tells that a participant can be heard again.",
	"ConferenceParticipantHold":               "tells that a participant has been put on hold.",
	"ConferenceParticipantUnhold":             "tells that a participant has come back from hold.",
	"ConferenceParticipantModify":             "tells that an attribute of a participant has changed: beep, coaching, wait URL or end on exit.",
	"ConferenceSpeechStart":                   "tells that a participant has started to speak.",
	"ConferenceSpeechStop":                    "tells that a participant has stopped speaking.",
	"EnqueueWaitUrl":                          "asks for what a caller hears in a queue. It comes again each time the document ends.",
	"EnqueueAction":                           "tells why a caller has left a queue and asks how the call goes on. After a conversation it comes when both are through.",
	"QueueUrl":                                "asks for what a caller in a queue hears just before being connected. CallSID is the caller who waited.",
	"PayAction":                               "tells how a Pay has ended and asks how the call goes on.",
	"PayStatusCallback":                       "tells how far a Pay, or a payment through the REST API, has come.",
	"ReferAction":                             "tells what became of a SIP REFER and asks how the call goes on.",
	"DialReferUrl":                            "tells that the called party of a Dial has sent a SIP REFER, and asks what to do.",
	"StreamStatus":                            "tells that a media stream has started, stopped or failed.",
	"SiprecStatus":                            "tells that a SIPREC session has started, stopped or failed.",
	"ConversationRelayAction":                 "tells that a ConversationRelay session is over and asks how the call goes on.",
	"ConnectAction":                           "tells that a Connect is over (stream, virtual agent, room and others) and asks how the call goes on. Only a virtual agent can be told by content.",
	"VirtualAgentStatus":                      "tells what a virtual agent has understood. Its parameters are not confirmed; only its URL tells what it is.",
	"UserDefinedMessage":                      "brings a message that a Voice SDK has sent over its call.",
	"TaskRouterAssignment":                    "asks what to do about a task that TaskRouter has reserved for a worker. Answer within 5 s.",
	"TaskRouterEvent":                         "tells of something in a TaskRouter workspace.",
	"VideoRoomEvent":                          "tells that a video room was created or has ended.",
	"VideoParticipantEvent":                   "tells that a participant has come to or left a video room.",
	"VideoTrackEvent":                         "tells that a participant has published, removed, paused or resumed a track.",
	"VideoRecordingEvent":                     "tells that the recording of a track has started, completed or failed.",
	"VideoCompositionEvent":                   "tells how far a video composition has come.",
	"DebuggerEvent":                           "tells of an error or a warning that Twilio has logged for the account.",
	"VerifyEvent":                             "tells that a factor or a challenge of Verify has changed. Beyond its type the payload is not confirmed; all of it is in Extra.",
	"VoiceIntelligenceTranscript":             "tells that a transcript of Conversational Intelligence (the classic API) can be fetched.",
	"ConversationalIntelligenceRuleExecution": "brings the results of the operators that a rule of Conversational Intelligence has run.",
	"StudioHttpRequest":                       "is what the Make HTTP Request widget of a Studio flow sends. All its parameters are the flow's own, in Extra; only its URL tells what it is.",
	"FaxReceived":                             "asks what to do with an incoming fax. Twilio ended the service in December 2021.",
}

// webhookGroupDocs explains the fields that gather several parameters.
var webhookGroupDocs = map[string]string{
	"FromGeo":          "Where the number in From is registered.",
	"ToGeo":            "Where the number in To is registered.",
	"CallerGeo":        "The same as FromGeo, under an older name.",
	"CalledGeo":        "The same as ToGeo, under an older name.",
	"MessagingBinding": "How the participant is reached, unless by chat.",
}

// webhookEnumDocs explains the enums.
var webhookEnumDocs = map[string]string{
	"AnsweredBy":            "AnsweredBy is what answering machine detection thinks has answered.",
	"BindingType":           "BindingType is the channel of a conversation's participant.",
	"ButtonType":            "ButtonType tells what a tapped button does.",
	"CallDirection":         "CallDirection is the direction of a call as Twilio sees it. A call from a Voice SDK into a TwiML App is inbound.",
	"CallStatus":            "CallStatus is how far a call has come. It never goes back; completed, busy, failed, no-answer and canceled are final.",
	"ChannelEventType":      "ChannelEventType is the status of a message in the words of its channel.",
	"CompositionEvent":      "CompositionEvent is a step of a video composition.",
	"ConferenceEvent":       "ConferenceEvent is something that happens in a conference.",
	"ConversationSource":    "ConversationSource tells where an action in a conversation came from.",
	"ConversationState":     "ConversationState is the state of a conversation.",
	"ConversationsEvent":    "ConversationsEvent is an action in a conversation: about to be applied (onMessageAdd) or applied (onMessageAdded).",
	"DebuggerLevel":         "DebuggerLevel is the severity of a debugger event. Documentation writes Error, requests write ERROR; compare by [DebuggerLevel.Is].",
	"DeliveryReceiptStatus": "DeliveryReceiptStatus is what became of a message at one participant of a conversation.",
	"DequeueResult":         "DequeueResult tells how the attempt to take a caller from a queue has ended.",
	"DialCallStatus":        "DialCallStatus is the end of a Dial. It is completed for a call that was connected, answered if the other end was a conference.",
	"EventMessageStatus":    "EventMessageStatus is the status of a message as Event Streams writes it: in capitals.",
	"InboundMessageType":    "InboundMessageType is the type of a WhatsApp message.",
	"MessageActionStatus":   "MessageActionStatus is the status of a reply at the time its action is requested.",
	"MessageStatus":         "MessageStatus is how far a message has come.",
	"OptOutType":            "OptOutType is the keyword of Advanced Opt-Out that Twilio has recognised and already answered.",
	"ParticipantCallStatus": "ParticipantCallStatus is the status of the call of a participant who leaves; in-progress if the call goes on with other TwiML.",
	"PayErrorType":          "PayErrorType is what was wrong with an input to Pay.",
	"PayResult":             "PayResult is the end of a Pay.",
	"PayStep":               "PayStep is what Pay is asking for.",
	"PaymentCardType":       "PaymentCardType is the brand of a card.",
	"PaymentMethod":         "PaymentMethod is the way of a payment.",
	"QueueResult":           "QueueResult tells why a caller has left a queue.",
	"ReasonConferenceEnded": "ReasonConferenceEnded tells why a conference has ended.",
	"ReasonParticipantLeft": "ReasonParticipantLeft tells why a participant has left a conference.",
	"RecordingSource":       "RecordingSource tells what has started a recording.",
	"RecordingStatus":       "RecordingStatus is how far a recording has come. Absent means that there is nothing in it.",
	"RecordingTrack":        "RecordingTrack tells which side of a call is recorded.",
	"RoomStatus":            "RoomStatus is the status of a video room.",
	"RoomType":              "RoomType is the type of a video room.",
	"SessionStatus":         "SessionStatus is the end of a ConversationRelay session: ended by the application, completed by the caller's hanging up, or failed.",
	"SiprecEvent":           "SiprecEvent is what happened to a SIPREC session.",
	"StateReason":           "StateReason tells why a conversation has changed its state.",
	"StirStatus":            "StirStatus is the attestation that Twilio gave an outbound call.",
	"StirVerstat":           "StirVerstat is the result of verifying a caller's number by SHAKEN/STIR.",
	"StreamEvent":           "StreamEvent is what happened to a media stream.",
	"StreamTrack":           "StreamTrack names the tracks of a call.",
	"TaskAssignmentStatus":  "TaskAssignmentStatus is how far a task has come.",
	"TaskRouterEventType":   "TaskRouterEventType is something that happens in a TaskRouter workspace.",
	"TaskRouterInstruction": "TaskRouterInstruction is what TaskRouter shall do about a reservation.",
	"TranscriptionEvent":    "TranscriptionEvent is what happened to a real-time transcription.",
	"TranscriptionStatus":   "TranscriptionStatus is the end of a transcription.",
	"VerifyEventType":       "VerifyEventType is what happened to a factor or a challenge of Verify.",
	"VideoEvent":            "VideoEvent is something that happens in a video room.",
}

// webhookCleaners take remarks about research out of the facts' notes.
var webhookCleaners = []struct {
	find *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`\s*\([^()]*idx:[^()]*\)`), ""},
	{regexp.MustCompile(`(?i)\s*unsure( of presence)?: no primary source found\.?`), " Not confirmed by documentation."},
	{regexp.MustCompile(`(?i)^unsure\.?$`), "Not confirmed by documentation."},
	{regexp.MustCompile(`(?i)^unsure of presence\.?|\s+unsure of presence\.?`), " Not confirmed by documentation."},
	{regexp.MustCompile(`(?i)[;,] unsure\.?$`), "; not confirmed."},
	{regexp.MustCompile(`(?i)\. unsure\.`), "; not confirmed."},
	{regexp.MustCompile(`\(unsure( which| when none did)?\)`), "(not confirmed)"},
	{regexp.MustCompile(`(?i)\bunsure\b`), "not confirmed"},
	{regexp.MustCompile(`Not in the current sip-twiml table; field exists in [^.]*\.`), ""},
	{regexp.MustCompile(`Present in third-party models`), "Known from the code of others"},
	{regexp.MustCompile(`Referenced by third-party code only`), "Known from the code of others only"},
	{regexp.MustCompile(`Name given in the project brief; no stored document or capture found\.`), "Not confirmed by documentation."},
	{regexp.MustCompile(`Seen as a field in public typings only\.`), "Known from the code of others only."},
	{regexp.MustCompile(`Treat as absent;? ?`), "Do not expect it; "},
	{regexp.MustCompile(`Seen in third-party parsers`), "Known from the code of others"},
	{regexp.MustCompile(`third-party code`), "the code of others"},
	{regexp.MustCompile(`used by public handlers`), "in use all the same"},
	{regexp.MustCompile(`Not in the docs, in every capture`), "Not documented, yet always there"},
	{regexp.MustCompile(`^always in practice\.?$`), ""},
	{regexp.MustCompile(`^sent in practice\.?$`), ""},
	{regexp.MustCompile(`\bidx:\d+\b`), ""},
	{regexp.MustCompile(`\s{2,}`), " "},
}

// webhookClean returns a note of the facts as a sentence of a comment.
func webhookClean(text string) string {
	for _, c := range webhookCleaners {
		text = c.find.ReplaceAllString(text, c.put)
	}
	text = webhookWireName.ReplaceAllStringFunc(strings.TrimSpace(text), goName)
	if text != "" && !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// webhookWireName finds names on the wire that Go spells in another way.
var webhookWireName = regexp.MustCompile(`\b(?:[A-Z][a-z]+)+(?:Sid|Url|Id|Ip|Uri)\b`)
