package webhook

import (
	"net/url"
	"time"
)

// A Conversation holds the parameters that the events before and after an
// action in a conversation share. It is embedded in their types.
//
// Which fields are set depends on the event: for example, the events of
// messages set those of a message.
type Conversation struct {
	EventType           ConversationsEvent `twilio:"EventType,required"`         // action
	AccountSID          SID                `twilio:"AccountSid,sid=AC,required"` // account that owns the conversation
	ChatServiceSID      SID                `twilio:"ChatServiceSid,sid=IS"`      // Conversations service
	ConversationSID     SID                `twilio:"ConversationSid,sid=CH"`     // conversation; empty before it is created, and for users
	MessagingServiceSID SID                `twilio:"MessagingServiceSid,sid=MG"` // Messaging Service of the conversation
	Source              ConversationSource `twilio:"Source"`                     // where the action came from
	ClientIdentity      string             `twilio:"ClientIdentity"`             // user whose SDK made the action
	RetryCount          int                `twilio:"RetryCount,always"`          // number of earlier attempts to send this request

	Attributes   JSON              `twilio:"Attributes"`               // your attributes of the resource
	DateCreated  time.Time         `twilio:"DateCreated,rfc3339"`      // when the resource was created
	DateUpdated  time.Time         `twilio:"DateUpdated,rfc3339,time"` // when the resource was last changed
	FriendlyName string            `twilio:"FriendlyName"`             // name of the conversation or user
	UniqueName   string            `twilio:"UniqueName"`               // your unique name of the conversation
	State        ConversationState `twilio:"State"`                    // state of the conversation

	MessageSID     SID     `twilio:"MessageSid,sid=IM,parent"` // message in the conversation; its SID begins with IM
	Index          int     `twilio:"Index"`                    // position of the message in the conversation
	Body           string  `twilio:"Body"`                     // text of the message
	Author         Address `twilio:"Author"`                   // identity or address of the author
	Media          JSON    `twilio:"Media"`                    // array with Sid, Filename, ContentType and Size of each file
	ParticipantSID SID     `twilio:"ParticipantSid,sid=MB"`    // participant; empty for messages of the system

	MessagingBinding MessagingBinding `twilio:"MessagingBinding."` // address of a participant who does not use chat

	Identity string `twilio:"Identity"`       // identity of the chat user
	RoleSID  SID    `twilio:"RoleSid,sid=RL"` // role of the participant or user
	UserSID  SID    `twilio:"UserSid,sid=US"` // user
}

// A ConversationsPreEvent arrives before an action in a conversation is
// applied. Answer it with a [*ConversationsReply] within 5 seconds; without an
// answer the action is applied unchanged.
//
// Source: https://www.twilio.com/docs/conversations-classic/conversations-webhooks
//
//twilio:place Pre-event URL of Conversations
//twilio:fact 2026-08
//twilio:answer ConversationsReply
//twilio:detect 19 EventType=on*
type ConversationsPreEvent struct {
	Conversation

	MessageBody string `twilio:"MessageBody"` // text of the message that creates the conversation

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A ConversationsPostEvent reports that an action in a conversation was
// applied, or with onDeliveryUpdated that a message was delivered to one
// participant, or was not.
//
// Source: https://www.twilio.com/docs/conversations-classic/conversations-webhooks
//
//twilio:place Post-event URL of Conversations
//twilio:fact 2026-08
//twilio:answer status
//twilio:detect 18 EventType=on*ed
type ConversationsPostEvent struct {
	Conversation

	DateRemoved time.Time `twilio:"DateRemoved,rfc3339"` // when the resource was removed

	StateFrom    ConversationState `twilio:"StateFrom"`            // previous state of the conversation
	StateTo      ConversationState `twilio:"StateTo"`              // new state of the conversation
	StateUpdated time.Time         `twilio:"StateUpdated,rfc3339"` // when the state changed
	Reason       StateReason       `twilio:"Reason"`               // why the state changed

	LastReadMessageIndex int  `twilio:"LastReadMessageIndex"` // last message that the participant has read
	IsOnline             bool `twilio:"isOnline"`             // the user is online
	IsNotifiable         bool `twilio:"isNotifiable"`         // push notifications reach the user

	ChannelMessageSID  SID                   `twilio:"ChannelMessageSid,subject"`  // message whose status changed
	DeliveryReceiptSID SID                   `twilio:"DeliveryReceiptSid,subject"` // delivery receipt
	Status             DeliveryReceiptStatus `twilio:"Status,status"`              // status of the message for this participant
	ErrorCode          int                   `twilio:"ErrorCode"`                  // why the message was not delivered, such as 21610

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A Chat holds the parameters that the events before and after an action in
// Programmable Chat share. It is embedded in their types.
type Chat struct {
	InstanceSID    SID                `twilio:"InstanceSid,sid=IS,required"` // Chat service
	AccountSID     SID                `twilio:"AccountSid,sid=AC,required"`  // account that owns the service
	ChannelSID     SID                `twilio:"ChannelSid,sid=CH"`           // channel; empty before it is created, and for users
	Source         ConversationSource `twilio:"Source"`                      // where the action came from
	ClientIdentity string             `twilio:"ClientIdentity"`              // user whose SDK made the action
	RetryCount     int                `twilio:"RetryCount,always"`           // number of earlier attempts to send this request

	MessageSID  SID       `twilio:"MessageSid,sid=IM"`   // message
	Body        string    `twilio:"Body"`                // text of the message
	From        string    `twilio:"From"`                // identity of the author
	ModifiedBy  string    `twilio:"ModifiedBy"`          // identity of the user who changed the message
	Attributes  JSON      `twilio:"Attributes"`          // your attributes of the resource
	DateUpdated time.Time `twilio:"DateUpdated,rfc3339"` // when the resource was last changed
}

// A ChatPreEvent arrives before an action in Programmable Chat is applied.
// Twilio ended the product in 2022; Flex kept it longer. Answer it with a
// [*ConversationsReply].
//
// Source: https://www.twilio.com/docs/chat/webhook-events
//
//twilio:place Pre-event URL of Programmable Chat
//twilio:fact 2026-11
//twilio:answer ConversationsReply
//twilio:detect 17 EventType=on* InstanceSid !ConversationSid !ChatServiceSid
//twilio:detect 17 EventType=on* ChannelSid !ConversationSid !ChatServiceSid
type ChatPreEvent struct {
	EventType ChatPreEventType `twilio:"EventType,required"` // action
	Chat

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A ChatPostEvent reports that an action in Programmable Chat was applied.
// Twilio ended the product in 2022; Flex kept it longer.
//
// Source: https://www.twilio.com/docs/chat/webhook-events
//
//twilio:place Post-event URL of Programmable Chat
//twilio:fact 2026-11
//twilio:answer notice
//twilio:detect 16 EventType=on*ed InstanceSid !ConversationSid !ChatServiceSid
//twilio:detect 16 EventType=on*ed ChannelSid !ConversationSid !ChatServiceSid
//twilio:detect 16 EventType=on*Sent InstanceSid !ConversationSid !ChatServiceSid
//twilio:detect 16 EventType=on*Sent ChannelSid !ConversationSid !ChatServiceSid
type ChatPostEvent struct {
	EventType ChatPostEventType `twilio:"EventType,required"` // action
	Chat

	Index       int       `twilio:"Index"`               // position of the message in the channel
	DateCreated time.Time `twilio:"DateCreated,rfc3339"` // when the resource was created
	MemberSID   SID       `twilio:"MemberSid,sid=MB"`    // member
	Identity    string    `twilio:"Identity"`            // identity of the member or user
	RoleSID     SID       `twilio:"RoleSid,sid=RL"`      // role of the member or user

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A ConversationOrchestratorEvent reports that a conversation, a participant or
// a communication of Conversation Orchestrator was created or changed.
//
// Source: https://www.twilio.com/docs/conversations/orchestrator/webhooks
//
//twilio:place statusCallbacks of Conversation Orchestrator
//twilio:fact 2026-11
//twilio:answer notice
//twilio:body json
//twilio:detect 30 eventType=CONVERSATION_*|PARTICIPANT_*|COMMUNICATION_*
type ConversationOrchestratorEvent struct {
	EventType OrchestratorEventType `twilio:"eventType,required"` // what happened
	Timestamp time.Time             `twilio:"timestamp,rfc3339"`  // when it happened
	Data      JSON                  `twilio:"data"`               // the resource, whose members depend on EventType

	Extra map[string]JSON // members without a field, and values that do not fit their field
}

// ConversationsEvent is an action in a conversation, about to be applied
// (onMessageAdd) or applied (onMessageAdded).
type ConversationsEvent string

// Values of ConversationsEvent.
const (
	ConversationsEventOnConversationAdd          ConversationsEvent = "onConversationAdd"
	ConversationsEventOnConversationRemove       ConversationsEvent = "onConversationRemove"
	ConversationsEventOnConversationUpdate       ConversationsEvent = "onConversationUpdate"
	ConversationsEventOnMessageAdd               ConversationsEvent = "onMessageAdd"
	ConversationsEventOnMessageRemove            ConversationsEvent = "onMessageRemove"
	ConversationsEventOnMessageUpdate            ConversationsEvent = "onMessageUpdate"
	ConversationsEventOnParticipantAdd           ConversationsEvent = "onParticipantAdd"
	ConversationsEventOnParticipantRemove        ConversationsEvent = "onParticipantRemove"
	ConversationsEventOnParticipantUpdate        ConversationsEvent = "onParticipantUpdate"
	ConversationsEventOnUserUpdate               ConversationsEvent = "onUserUpdate"
	ConversationsEventOnConversationAdded        ConversationsEvent = "onConversationAdded"
	ConversationsEventOnConversationRemoved      ConversationsEvent = "onConversationRemoved"
	ConversationsEventOnConversationUpdated      ConversationsEvent = "onConversationUpdated"
	ConversationsEventOnConversationStateUpdated ConversationsEvent = "onConversationStateUpdated"
	ConversationsEventOnMessageAdded             ConversationsEvent = "onMessageAdded"
	ConversationsEventOnMessageRemoved           ConversationsEvent = "onMessageRemoved"
	ConversationsEventOnMessageUpdated           ConversationsEvent = "onMessageUpdated"
	ConversationsEventOnParticipantAdded         ConversationsEvent = "onParticipantAdded"
	ConversationsEventOnParticipantRemoved       ConversationsEvent = "onParticipantRemoved"
	ConversationsEventOnParticipantUpdated       ConversationsEvent = "onParticipantUpdated"
	ConversationsEventOnDeliveryUpdated          ConversationsEvent = "onDeliveryUpdated"
	ConversationsEventOnUserAdded                ConversationsEvent = "onUserAdded"
	ConversationsEventOnUserUpdated              ConversationsEvent = "onUserUpdated"
)

// ConversationSource says where an action in a conversation came from.
type ConversationSource string

// Values of ConversationSource.
const (
	ConversationSourceSDK      ConversationSource = "SDK"
	ConversationSourceAPI      ConversationSource = "API"
	ConversationSourceSMS      ConversationSource = "SMS"
	ConversationSourceWhatsApp ConversationSource = "WHATSAPP"
)

// ConversationState is the state of a conversation.
type ConversationState string

// Values of ConversationState.
const (
	ConversationStateInitializing ConversationState = "initializing"
	ConversationStateActive       ConversationState = "active"
	ConversationStateInactive     ConversationState = "inactive"
	ConversationStateClosed       ConversationState = "closed"
)

// StateReason says why the state of a conversation changed.
type StateReason string

// Values of StateReason.
const (
	StateReasonAPI   StateReason = "API"
	StateReasonTimer StateReason = "TIMER"
	StateReasonEvent StateReason = "EVENT"
)

// BindingType is the channel of a participant in a conversation.
type BindingType string

// Values of BindingType.
const (
	BindingTypeSMS      BindingType = "SMS"
	BindingTypeChat     BindingType = "CHAT"
	BindingTypeWhatsApp BindingType = "WHATSAPP"
)

// DeliveryReceiptStatus is the status of a message for one participant of a
// conversation.
type DeliveryReceiptStatus string

// Values of DeliveryReceiptStatus.
const (
	DeliveryReceiptStatusSent        DeliveryReceiptStatus = "sent"
	DeliveryReceiptStatusDelivered   DeliveryReceiptStatus = "delivered"
	DeliveryReceiptStatusUndelivered DeliveryReceiptStatus = "undelivered"
	DeliveryReceiptStatusFailed      DeliveryReceiptStatus = "failed"
	DeliveryReceiptStatusRead        DeliveryReceiptStatus = "read"
)

// ChatPreEventType is an action in Programmable Chat that is about to be
// applied.
type ChatPreEventType string

// Values of ChatPreEventType.
const (
	ChatPreEventTypeOnMessageSend      ChatPreEventType = "onMessageSend"
	ChatPreEventTypeOnMessageUpdate    ChatPreEventType = "onMessageUpdate"
	ChatPreEventTypeOnMessageRemove    ChatPreEventType = "onMessageRemove"
	ChatPreEventTypeOnMediaMessageSend ChatPreEventType = "onMediaMessageSend"
	ChatPreEventTypeOnChannelAdd       ChatPreEventType = "onChannelAdd"
	ChatPreEventTypeOnChannelUpdate    ChatPreEventType = "onChannelUpdate"
	ChatPreEventTypeOnChannelDestroy   ChatPreEventType = "onChannelDestroy"
	ChatPreEventTypeOnMemberAdd        ChatPreEventType = "onMemberAdd"
	ChatPreEventTypeOnMemberRemove     ChatPreEventType = "onMemberRemove"
	ChatPreEventTypeOnUserUpdate       ChatPreEventType = "onUserUpdate"
)

// ChatPostEventType is an action in Programmable Chat that was applied.
type ChatPostEventType string

// Values of ChatPostEventType.
const (
	ChatPostEventTypeOnMessageSent      ChatPostEventType = "onMessageSent"
	ChatPostEventTypeOnMessageUpdated   ChatPostEventType = "onMessageUpdated"
	ChatPostEventTypeOnMessageRemoved   ChatPostEventType = "onMessageRemoved"
	ChatPostEventTypeOnMediaMessageSent ChatPostEventType = "onMediaMessageSent"
	ChatPostEventTypeOnChannelAdded     ChatPostEventType = "onChannelAdded"
	ChatPostEventTypeOnChannelUpdated   ChatPostEventType = "onChannelUpdated"
	ChatPostEventTypeOnChannelDestroyed ChatPostEventType = "onChannelDestroyed"
	ChatPostEventTypeOnMemberAdded      ChatPostEventType = "onMemberAdded"
	ChatPostEventTypeOnMemberUpdated    ChatPostEventType = "onMemberUpdated"
	ChatPostEventTypeOnMemberRemoved    ChatPostEventType = "onMemberRemoved"
	ChatPostEventTypeOnUserAdded        ChatPostEventType = "onUserAdded"
	ChatPostEventTypeOnUserUpdated      ChatPostEventType = "onUserUpdated"
)

// OrchestratorEventType is an event in Conversation
// Orchestrator.
type OrchestratorEventType string

// Values of OrchestratorEventType.
const (
	OrchestratorEventTypeConversationCreated  OrchestratorEventType = "CONVERSATION_CREATED"
	OrchestratorEventTypeConversationUpdated  OrchestratorEventType = "CONVERSATION_UPDATED"
	OrchestratorEventTypeParticipantAdded     OrchestratorEventType = "PARTICIPANT_ADDED"
	OrchestratorEventTypeParticipantUpdated   OrchestratorEventType = "PARTICIPANT_UPDATED"
	OrchestratorEventTypeParticipantRemoved   OrchestratorEventType = "PARTICIPANT_REMOVED"
	OrchestratorEventTypeCommunicationCreated OrchestratorEventType = "COMMUNICATION_CREATED"
	OrchestratorEventTypeCommunicationUpdated OrchestratorEventType = "COMMUNICATION_UPDATED"
)
