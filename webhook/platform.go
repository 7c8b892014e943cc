package webhook

import (
	"net/url"
	"time"
)

// A DebuggerEvent reports an error or a warning that Twilio logged for the
// account. See [DebuggerEvent.Problem].
//
// Source: https://www.twilio.com/docs/usage/troubleshooting/debugging-event-webhooks
//
//twilio:place Debugger webhook of the account
//twilio:fact 2026-08
//twilio:answer notice
//twilio:detect 24 Level PayloadType
type DebuggerEvent struct {
	AccountSID       SID           `twilio:"AccountSid,sid=AC,required"` // account in which the error occurred
	SID              SID           `twilio:"Sid,sid=NO,required"`        // event
	ParentAccountSID SID           `twilio:"ParentAccountSid"`           // account above a subaccount
	Timestamp        time.Time     `twilio:"Timestamp,rfc3339"`          // when it happened
	Level            DebuggerLevel `twilio:"Level"`                      // severity
	PayloadType      string        `twilio:"PayloadType"`                // application/json
	Payload          JSON          `twilio:"Payload"`                    // the error and the HTTP exchange in which it occurred

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A SyncEvent reports that an object of a Sync service changed, or that a
// client connected or left.
//
// Source: https://www.twilio.com/docs/sync/webhooks
//
//twilio:place Webhook URL of a Sync service
//twilio:fact 2026-11
//twilio:answer notice
//twilio:detect 15 ServiceSid EventType=document_*|list_*|map_*|stream_*|endpoint_*
type SyncEvent struct {
	AccountSID SID           `twilio:"AccountSid,sid=AC,required"` // account that owns the service
	ServiceSID SID           `twilio:"ServiceSid,sid=IS,required"` // Sync service
	EventType  SyncEventType `twilio:"EventType,required"`         // what happened
	Identity   string        `twilio:"Identity"`                   // identity of the client; "system" for a change through the REST API
	EndpointID string        `twilio:"EndpointId"`                 // connection of the client; empty for a change through the REST API

	DocumentSID        SID    `twilio:"DocumentSid,sid=ET"` // document
	DocumentUniqueName string `twilio:"DocumentUniqueName"` // unique name of the document
	DocumentRevision   string `twilio:"DocumentRevision"`   // revision of the document
	DocumentData       JSON   `twilio:"DocumentData"`       // data of the document, unless it was removed

	ListSID        SID    `twilio:"ListSid,sid=ES"` // list
	ListUniqueName string `twilio:"ListUniqueName"` // unique name of the list
	ListRevision   string `twilio:"ListRevision"`   // revision of the list
	EventID        string `twilio:"EventId"`        // number that orders the events of one list or map
	ItemData       JSON   `twilio:"ItemData"`       // data of the item, unless it was removed

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A UsageTrigger reports that the usage of an account reached the value of a
// trigger.
//
// Source: https://www.twilio.com/docs/usage/api/usage-trigger
//
//twilio:place Callback URL of a usage trigger
//twilio:fact 2026-11
//twilio:answer notice
//twilio:detect 24 UsageTriggerSid
type UsageTrigger struct {
	AccountSID       SID                   `twilio:"AccountSid,sid=AC,required"`      // account of the usage
	UsageTriggerSID  SID                   `twilio:"UsageTriggerSid,sid=UT,required"` // trigger
	DateFired        time.Time             `twilio:"DateFired,rfc2822"`               // when the value was reached
	Recurring        UsageTriggerRecurring `twilio:"Recurring"`                       // how often the trigger fires; empty for once
	UsageCategory    string                `twilio:"UsageCategory"`                   // usage category, such as sms or totalprice
	TriggerBy        UsageTriggerBy        `twilio:"TriggerBy"`                       // figure that the trigger compares
	TriggerValue     string                `twilio:"TriggerValue"`                    // value at which the trigger fires, in decimal
	CurrentValue     string                `twilio:"CurrentValue"`                    // value that was reached, in decimal
	UsageRecordURI   string                `twilio:"UsageRecordUri"`                  // REST path of the usage record
	IdempotencyToken string                `twilio:"IdempotencyToken"`                // identical in every request about one firing

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A StudioHTTPRequest is what the Make HTTP Request widget of a Studio flow
// sends. The flow chooses all of its parameters, so only the URL identifies
// it. Answer it with a [*JSONReply], whose members the flow can use.
//
// Source: https://www.twilio.com/docs/studio/widget-library/http-request
//
//twilio:place Make HTTP Request widget of Studio
//twilio:fact 2026-08
//twilio:answer JSONReply
type StudioHTTPRequest struct {
	Extra url.Values // the parameters
}

// A VerifyEvent reports that a factor or a challenge of Verify changed. There
// is none for a verification by SMS.
//
// Source: https://www.twilio.com/docs/verify/api/webhooks
//
//twilio:place Webhook of a Verify service
//twilio:fact 2026-11
//twilio:answer notice
//twilio:body json
//twilio:detect 30 type=factor.*|challenge.*
type VerifyEvent struct {
	Type           VerifyEventType `twilio:"type,required"`   // what happened
	UUID           string          `twilio:"uuid"`            // ID of the event
	AccountSID     SID             `twilio:"account_sid"`     // account that owns the service
	ServiceSID     SID             `twilio:"service_sid"`     // Verify service
	EntityIdentity string          `twilio:"entity_identity"` // your ID of the user
	FactorSID      SID             `twilio:"factor_sid"`      // factor
	FactorType     string          `twilio:"factor_type"`     // push or totp

	Extra map[string]JSON // members without a field, and values that do not fit their field
}

// A VoiceIntelligenceTranscript reports that a transcript of Conversational
// Intelligence, in its older API, can be fetched.
//
// Source: https://www.twilio.com/docs/voice/intelligence/api/service-resource
//
//twilio:place Webhook of a Voice Intelligence service
//twilio:fact 2026-11
//twilio:answer notice
//twilio:body json
//twilio:detect 30 event_type=voice_intelligence_transcript_available
type VoiceIntelligenceTranscript struct {
	AccountSID              SID    `twilio:"account_sid,sid=AC,required"`                                         // account that owns the service
	ServiceSID              SID    `twilio:"service_sid,sid=GA"`                                                  // Voice Intelligence service
	TranscriptSID           SID    `twilio:"transcript_sid,sid=GT,required"`                                      // transcript
	CustomerKey             string `twilio:"customer_key"`                                                        // your key of the transcript
	EventType               string `twilio:"event_type,required,default=voice_intelligence_transcript_available"` // voice_intelligence_transcript_available
	EncryptionCredentialSID SID    `twilio:"encryption_credential_sid"`                                           // key with which the transcript is encrypted

	Extra map[string]JSON // members without a field, and values that do not fit their field
}

// A ConversationalIntelligenceRuleExecution carries the results of the language
// operators that a rule of Conversational Intelligence ran.
//
// Source: https://www.twilio.com/docs/conversational-intelligence
//
//twilio:place Webhook of a Conversational Intelligence rule
//twilio:fact 2026-11
//twilio:answer notice
//twilio:body json
//twilio:detect 30 operatorResults intelligenceConfiguration
type ConversationalIntelligenceRuleExecution struct {
	AccountID                 SID    `twilio:"accountId"`                 // account
	ConversationID            string `twilio:"conversationId,required"`   // conversation; the ID begins with conv_conversation_
	IntelligenceConfiguration JSON   `twilio:"intelligenceConfiguration"` // the configuration and its rule
	OperatorResults           JSON   `twilio:"operatorResults"`           // array of results, one for each operator

	Extra map[string]JSON // members without a field, and values that do not fit their field
}

// DebuggerLevel is the severity of a debugger event. Compare levels with
// [DebuggerLevel.Is]: the documentation writes Error, requests write ERROR.
type DebuggerLevel string

// Values of DebuggerLevel.
const (
	DebuggerLevelError   DebuggerLevel = "ERROR"
	DebuggerLevelWarning DebuggerLevel = "WARNING"
	DebuggerLevelInfo    DebuggerLevel = "INFO"
)

// SyncEventType is an event in a Sync service.
type SyncEventType string

// Values of SyncEventType.
const (
	SyncEventTypeDocumentCreated        SyncEventType = "document_created"
	SyncEventTypeDocumentUpdated        SyncEventType = "document_updated"
	SyncEventTypeDocumentRemoved        SyncEventType = "document_removed"
	SyncEventTypeListCreated            SyncEventType = "list_created"
	SyncEventTypeListRemoved            SyncEventType = "list_removed"
	SyncEventTypeListItemAdded          SyncEventType = "list_item_added"
	SyncEventTypeListItemUpdated        SyncEventType = "list_item_updated"
	SyncEventTypeListItemRemoved        SyncEventType = "list_item_removed"
	SyncEventTypeMapCreated             SyncEventType = "map_created"
	SyncEventTypeMapRemoved             SyncEventType = "map_removed"
	SyncEventTypeMapItemAdded           SyncEventType = "map_item_added"
	SyncEventTypeMapItemUpdated         SyncEventType = "map_item_updated"
	SyncEventTypeMapItemRemoved         SyncEventType = "map_item_removed"
	SyncEventTypeStreamCreated          SyncEventType = "stream_created"
	SyncEventTypeStreamRemoved          SyncEventType = "stream_removed"
	SyncEventTypeStreamMessagePublished SyncEventType = "stream_message_published"
	SyncEventTypeEndpointConnected      SyncEventType = "endpoint_connected"
	SyncEventTypeEndpointDisconnected   SyncEventType = "endpoint_disconnected"
)

// UsageTriggerRecurring says how often a usage trigger fires.
type UsageTriggerRecurring string

// Values of UsageTriggerRecurring.
const (
	UsageTriggerRecurringDaily   UsageTriggerRecurring = "daily"
	UsageTriggerRecurringMonthly UsageTriggerRecurring = "monthly"
	UsageTriggerRecurringYearly  UsageTriggerRecurring = "yearly"
	UsageTriggerRecurringAlltime UsageTriggerRecurring = "alltime"
)

// UsageTriggerBy is the figure that a usage trigger compares.
type UsageTriggerBy string

// Values of UsageTriggerBy.
const (
	UsageTriggerByCount UsageTriggerBy = "count"
	UsageTriggerByUsage UsageTriggerBy = "usage"
	UsageTriggerByPrice UsageTriggerBy = "price"
)

// VerifyEventType is an event of a factor or a challenge of
// Verify.
type VerifyEventType string

// Values of VerifyEventType.
const (
	VerifyEventTypeFactorCreated     VerifyEventType = "factor.created"
	VerifyEventTypeFactorVerified    VerifyEventType = "factor.verified"
	VerifyEventTypeFactorDeleted     VerifyEventType = "factor.deleted"
	VerifyEventTypeChallengeApproved VerifyEventType = "challenge.approved"
	VerifyEventTypeChallengeDenied   VerifyEventType = "challenge.denied"
)
