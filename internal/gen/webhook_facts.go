package main

// What the facts leave open, and what we decide about them. A fact that is
// certain belongs in internal/spec.

// webhookFiles says which kinds share a generated file, by subject.
var webhookFiles = []struct {
	name  string
	kinds []string
}{
	{"message", []string{"IncomingMessage", "MessagingFallback"}},
	{"messagestatus", []string{"MessageStatusCallback", "MessageActionCallback", "LinkClickCallback"}},
	{"conversations", []string{"ConversationsPreEvent", "ConversationsPostEvent", "ConversationsDeliveryUpdated"}},
	{"eventstreams", []string{"EventStreamsMessageStatus", "EventStreamsInboundMessage", "EventStreamsA2P", "EventStreamsLink", "EventStreamsVoice", "VoiceInsightsCallSummary"}},
	{"call", []string{"IncomingCall", "OutboundCallAnswered", "ClientCallRequest", "SipIncomingCall"}},
	{"redirect", []string{"FallbackRequest", "TwimlRedirectRequest", "ElasticSipTrunkDisasterRecovery"}},
	{"gather", []string{"GatherAction", "GatherPartialResult"}},
	{"recording", []string{"RecordAction", "RecordingStatusCallback", "ConferenceRecordingStatusCallback", "RecordTranscription"}},
	{"transcription", []string{"TranscriptionStarted", "TranscriptionContent", "TranscriptionStopped", "TranscriptionError"}},
	{"dial", []string{"DialAction", "DialQueueAction", "DialWhisper"}},
	{"callstatus", []string{"CallStatusCallback", "DialLegStatusCallback", "SipDomainStatusCallback", "AsyncAmdCallback", "ClientIncomingNotification"}},
	{"conference", []string{"ConferenceStart", "ConferenceEnd", "ConferenceAnnouncementEnd", "ConferenceAnnouncementFail", "ConferenceRecordEnd", "ConferenceWaitUrl", "ConferenceAnnounceUrl"}},
	{"participant", []string{"ConferenceParticipantJoin", "ConferenceParticipantLeave", "ConferenceParticipantMute", "ConferenceParticipantUnmute", "ConferenceParticipantHold", "ConferenceParticipantUnhold", "ConferenceParticipantModify", "ConferenceSpeechStart", "ConferenceSpeechStop"}},
	{"queue", []string{"EnqueueWaitUrl", "EnqueueAction", "QueueUrl"}},
	{"pay", []string{"PayAction", "PayStatusCallback"}},
	{"refer", []string{"ReferAction", "DialReferUrl"}},
	{"connect", []string{"StreamStatus", "SiprecStatus", "ConversationRelayAction", "ConnectAction", "VirtualAgentStatus", "UserDefinedMessage"}},
	{"taskrouter", []string{"TaskRouterAssignment", "TaskRouterEvent"}},
	{"video", []string{"VideoRoomEvent", "VideoParticipantEvent", "VideoTrackEvent", "VideoRecordingEvent", "VideoCompositionEvent"}},
	{"platform", []string{"DebuggerEvent", "VerifyEvent", "VoiceIntelligenceTranscript", "ConversationalIntelligenceRuleExecution", "StudioHttpRequest", "FaxReceived"}},
}

// webhookMoreValues adds values of enums that captures or other facts show.
var webhookMoreValues = map[string][]string{
	"DebuggerLevel":    {"INFO"},
	"ChannelEventType": {"UNDELIVERED"},
	"CompositionEvent": {"composition-enqueued", "composition-hook-failed", "composition-started", "composition-progress", "composition-available", "composition-failed"},
}

// webhookMoreParams adds parameters that fixtures show and the lists of the
// facts do not name.
var webhookMoreParams = map[string][]webhookParam{
	"MessageActionCallback": {
		{Name: "AccountSid", Type: "sid:AC", Presence: "conditional", Note: "Owning account."},
		{Name: "From", Type: "address", Presence: "conditional", Note: "Sender of the reply."},
		{Name: "To", Type: "address", Presence: "conditional", Note: "Recipient of the reply."},
		{Name: "MessagingServiceSid", Type: "sid:MG", Presence: "conditional", When: "sent through a Messaging Service", Note: "Service."},
		{Name: "ApiVersion", Type: "string", Presence: "conditional", Note: "2010-04-01."},
	},
	"TaskRouterAssignment": {
		{Name: "TaskAssignmentStatus", Type: "enum:TaskAssignmentStatus", Presence: "conditional", Note: "State of the task."},
	},
	"QueueUrl": {
		{Name: "DequeueingCallSid", Type: "sid:CA", Presence: "conditional", When: "another spelling of DequeingCallSid is in use", Note: "The call that takes the caller out of the queue."},
	},
	"EventStreamsA2P": {
		{Name: "data.timestamp", Type: "time:epoch-ms", Presence: "conditional", Note: "When it happened."},
	},
	"VideoCompositionEvent": {
		{Name: "RoomSid", Type: "sid:RM", Presence: "conditional", Note: "Room that was composed."},
		{Name: "CompositionUri", Type: "string", Presence: "conditional", Note: "REST path of the composition."},
		{Name: "MediaUri", Type: "string", Presence: "conditional", When: "composition-available", Note: "REST path of the media."},
		{Name: "Duration", Type: "int", Presence: "conditional", When: "composition-available", Note: "Seconds."},
		{Name: "Size", Type: "int", Presence: "conditional", When: "composition-available", Note: "Bytes."},
		{Name: "PercentageDone", Type: "int", Presence: "conditional", When: "composition-progress", Note: "0 to 100."},
		{Name: "SecondsRemaining", Type: "int", Presence: "conditional", When: "composition-progress", Note: "Estimate."},
		{Name: "FailedOperation", Type: "string", Presence: "conditional", When: "composition-failed", Note: "What failed."},
		{Name: "ErrorMessage", Type: "string", Presence: "conditional", When: "composition-failed", Note: "Why it failed."},
	},
}

// webhookTypes overrides the types of parameters, by kind and name or by name.
var webhookTypes = map[string]string{
	"From": "address", "To": "address", "Caller": "address", "Called": "address",
	"ForwardedFrom": "address", "CalledVia": "address", "ChannelToAddress": "address", "Author": "address",
	"CallToken":                                 "calltoken",
	"TaskRouterEvent.Timestamp":                 "time:unix",
	"TaskRouterEvent.TimestampMs":               "time:epoch-ms",
	"ResourceSid":                               "sid",
	"VideoCompositionEvent.StatusCallbackEvent": "enum:CompositionEvent",
	"EventType":                                 "enum:ConversationsEvent", "TaskRouterEvent.EventType": "enum:TaskRouterEventType",
	"MessageStatusCallback.EventType": "enum:ChannelEventType",
	"MediaUrl":                        "string",

	"MachineDetectionDuration": "duration:ms", "RecordingDuration": "duration:s", "DialCallDuration": "duration:s",
	"CallDuration": "duration:s", "DequeuedCallQueueTime": "duration:s", "DequeuedCallDuration": "duration:s",
	"QueueTime": "duration:s", "AvgQueueTime": "duration:s", "SessionDuration": "duration:s",
	"CallStatusCallback.QueueTime": "duration:ms", "DialLegStatusCallback.QueueTime": "duration:ms", "SipDomainStatusCallback.QueueTime": "duration:ms",
	"TaskAge": "duration:s", "WorkerTimeInPreviousActivity": "duration:s", "WorkerTimeInPreviousActivityMs": "duration:ms",
	"RoomDuration": "duration:s", "ParticipantDuration": "duration:s", "OffsetFromTwilioVideoEpoch": "duration:ms",
	"ConferenceRecordEnd.Duration": "duration:s", "VideoRecordingEvent.Duration": "duration:s", "VideoCompositionEvent.Duration": "duration:s",
	"SecondsRemaining":  "duration:s",
	"RecordingFileSize": "int64", "Size": "int64",
}

// webhookNames overrides the names of fields, by kind and name or by name. The
// one parameter that is minutes must not be called Duration.
var webhookNames = map[string]string{
	"CallStatusCallback.Duration": "BilledMinutes", "DialLegStatusCallback.Duration": "BilledMinutes", "SipDomainStatusCallback.Duration": "BilledMinutes",
	"ConferenceRecordEnd.Duration": "RecordingDuration", "VideoRecordingEvent.Duration": "RecordingDuration", "VideoCompositionEvent.Duration": "MediaDuration",
	"SecondsRemaining": "TimeRemaining", "OffsetFromTwilioVideoEpoch": "Offset",
	"msg": "Message", "url": "URLAlias",
	"WorkerTimeInPreviousActivityMs": "WorkerTimeInPreviousActivityExact",
	"TimestampMs":                    "TimestampExact",
	"DequeingCallSid":                "DequeueingCallSID", "DequeueingCallSid": "DequeueingCallSIDAlias",
	"StirPassportToken":               "StirPassportToken",
	"TaskRouterEvent.Timestamp":       "Timestamp",
	"EventStreamsA2P.data.a2pusecase": "UseCase",
}

// webhookNameWords splits the names of Event Streams that are all lower case.
var webhookNameWords = map[string]string{
	"accountsid": "AccountSID", "brandsid": "BrandSID", "brandstatus": "BrandStatus",
	"brandregistrationerrors": "BrandRegistrationErrors", "campaignsid": "CampaignSID",
	"campaignregistrationstatus": "CampaignRegistrationStatus", "externalcampaignid": "ExternalCampaignID",
	"messagingservicesid": "MessagingServiceSID", "phonenumbersid": "PhoneNumberSID", "phonenumber": "PhoneNumber",
	"createddate": "CreatedDate", "updateddate": "UpdatedDate", "errorcode": "ErrorCode", "timestamp": "Timestamp",
}

// webhookOptional names parameters that the facts call always present and that
// a genuine request may lack all the same: old names of others, facts that are
// not confirmed, and members that live events leave out.
var webhookOptional = map[string]bool{
	"SmsSid": true, "SmsMessageSid": true, "ResourceSid": true, "ParentAccountSid": true,
	"ConferenceAnnounceUrl.AccountSid": true, "ClientCallRequest.ApplicationSid": true,
	"SipIncomingCall.SipDomainSid":     true,
	"TaskRouterAssignment.WorkflowSid": true, "TaskRouterAssignment.TaskQueueSid": true, "TaskRouterAssignment.WorkerSid": true,
	"SiprecStatus.SiprecSid": true, "DequeingCallSid": true,
	"EventStreamsMessageStatus.data.accountSid": true, "EventStreamsMessageStatus.data.from": true, "EventStreamsMessageStatus.data.to": true,
	"EventStreamsInboundMessage.data.from": true, "EventStreamsInboundMessage.data.to": true,
	"EventStreamsLink.data.messaging_service_sid": true, "EventStreamsLink.data.from": true, "EventStreamsLink.data.to": true,
	"EventStreamsLink.data.account_sid":       true,
	"LinkClickCallback.messaging_service_sid": true, "LinkClickCallback.from": true, "LinkClickCallback.to": true,
	"ConversationalIntelligenceRuleExecution.accountId": true,
	"ClientIncomingNotification.From":                   true, "ClientIncomingNotification.To": true, "ClientIncomingNotification.CallStatus": true,
}

// webhookRequired names parameters, beside SIDs and addresses, without which a
// request is refused.
var webhookRequired = map[string]bool{
	"CallStatus": true, "MessageStatus": true,
	"IncomingMessage.NumMedia": true, "IncomingMessage.Body": true,
	"MessagingFallback.NumMedia": true, "MessagingFallback.Body": true,
	"RecordingStatus": true, "TranscriptionStatus": true, "DialCallStatus": true, "EventType": true,
	"VerifyEvent.type": true, "VoiceIntelligenceTranscript.event_type": true, "LinkClickCallback.event_type": true,
}

// webhookConstants gives the kinds that one value of a parameter defines. A
// request with another value is of another kind and is refused.
var webhookConstants = map[string][2]string{
	"ConferenceStart":              {"StatusCallbackEvent", "conference-start"},
	"ConferenceEnd":                {"StatusCallbackEvent", "conference-end"},
	"ConferenceParticipantJoin":    {"StatusCallbackEvent", "participant-join"},
	"ConferenceParticipantLeave":   {"StatusCallbackEvent", "participant-leave"},
	"ConferenceParticipantMute":    {"StatusCallbackEvent", "participant-mute"},
	"ConferenceParticipantUnmute":  {"StatusCallbackEvent", "participant-unmute"},
	"ConferenceParticipantHold":    {"StatusCallbackEvent", "participant-hold"},
	"ConferenceParticipantUnhold":  {"StatusCallbackEvent", "participant-unhold"},
	"ConferenceParticipantModify":  {"StatusCallbackEvent", "participant-modify"},
	"ConferenceSpeechStart":        {"StatusCallbackEvent", "participant-speech-start"},
	"ConferenceSpeechStop":         {"StatusCallbackEvent", "participant-speech-stop"},
	"ConferenceAnnouncementEnd":    {"StatusCallbackEvent", "announcement-end"},
	"ConferenceAnnouncementFail":   {"StatusCallbackEvent", "announcement-fail"},
	"ConferenceRecordEnd":          {"EventName", "conference-record-end"},
	"TranscriptionStarted":         {"TranscriptionEvent", "transcription-started"},
	"TranscriptionContent":         {"TranscriptionEvent", "transcription-content"},
	"TranscriptionStopped":         {"TranscriptionEvent", "transcription-stopped"},
	"TranscriptionError":           {"TranscriptionEvent", "transcription-error"},
	"ConversationsDeliveryUpdated": {"EventType", "onDeliveryUpdated"},
}
