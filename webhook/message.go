package webhook

import (
	"net/url"
	"time"
)

// A Message holds the parameters that all requests about a message share.
// It is embedded in their types.
//
// The prefix of From and To names the channel: "whatsapp:", "rcs:",
// "messenger:", or none for SMS and MMS.
type Message struct {
	MessageSID          SID           `twilio:"MessageSid,sid=SM,required,subject"` // SID of the message, which begins with SM or MM
	SMSSID              SID           `twilio:"SmsSid,sid=SM"`                      // older name of MessageSID, with the same value
	AccountSID          SID           `twilio:"AccountSid,sid=AC,required"`         // account or subaccount that owns the message
	MessagingServiceSID SID           `twilio:"MessagingServiceSid,sid=MG"`         // Messaging Service that handled the message, if any
	From                Address       `twilio:"From,usual"`                         // sender; empty until the Messaging Service chooses one
	To                  Address       `twilio:"To,usual"`                           // recipient
	Body                string        `twilio:"Body"`                               // text, up to 1,600 characters; empty for media and locations
	SMSStatus           MessageStatus `twilio:"SmsStatus,status"`                   // older name of the status: received for an incoming message
	APIVersion          string        `twilio:"ApiVersion"`                         // 2010-04-01
}

// An IncomingMessage arrives when someone texts a number, a sender or a Messaging
// Service: SMS, MMS, WhatsApp, RCS or Messenger. Answer it with a
// [*twiml.MessagingResponse].
//
// Source: https://www.twilio.com/docs/messaging/guides/webhook-request
//
//twilio:place A message comes in
//twilio:fact 2026-11
//twilio:answer messaging
//twilio:detect 14 MessageSid SmsStatus=received !CallSid !EventType
//twilio:detect 14 SmsMessageSid !CallSid !EventType
//twilio:detect 14 MessageSid NumMedia !CallSid !EventType
type IncomingMessage struct {
	Message `twilio:",required=From To,always=Body,usual=Body"`

	SMSMessageSID SID `twilio:"SmsMessageSid,sid=SM"`         // older name of MessageSID that only incoming messages have
	NumMedia      int `twilio:"NumMedia,always,strict,usual"` // number of files; len(Media) is the number that arrived
	NumSegments   int `twilio:"NumSegments,always"`           // SMS segments; 1 for other channels

	Media           []Media   `twilio:"MediaUrl{N}"`        // files, at most 10; MediaUrl0 and MediaContentType0 are Media[0]
	OtherRecipients []Address `twilio:"OtherRecipients{N}"` // other members of a group MMS

	// OptOutType is set by Advanced Opt-Out when the text is one of its
	// keywords. Twilio has already answered; do not answer again. Without
	// Advanced Opt-Out, check Body; see [IncomingMessage.OptOut].
	OptOutType OptOutType `twilio:"OptOutType"`

	AddOns  JSON `twilio:"AddOns"`     // results of Marketplace add-ons; decode them into an [AddOns]
	FromGeo Geo  `twilio:"From,usual"` // where the number in From is registered
	ToGeo   Geo  `twilio:"To,usual"`   // where the number in To is registered

	MessageType         InboundMessageType `twilio:"MessageType"`         // kind of WhatsApp message
	ProfileName         string             `twilio:"ProfileName"`         // display name of a WhatsApp user, in any script
	WaID                string             `twilio:"WaId"`                // WhatsApp ID, usually the digits of From
	ExternalUserID      string             `twilio:"ExternalUserId"`      // WhatsApp user ID that replaces a hidden number in From
	Forwarded           bool               `twilio:"Forwarded"`           // the WhatsApp message was forwarded
	FrequentlyForwarded bool               `twilio:"FrequentlyForwarded"` // the WhatsApp message was forwarded many times

	ButtonText      string     `twilio:"ButtonText"`      // label of the button that was tapped; Body usually repeats it
	ButtonPayload   string     `twilio:"ButtonPayload"`   // your ID of the button
	ButtonType      ButtonType `twilio:"ButtonType"`      // what the button does
	ListID          string     `twilio:"ListId"`          // ID of the row that was chosen from a WhatsApp list
	ListTitle       string     `twilio:"ListTitle"`       // title of that row
	InteractiveData JSON       `twilio:"InteractiveData"` // reply to a rich message, in a form common to all channels
	FlowData        JSON       `twilio:"FlowData"`        // result of a WhatsApp Flow, as WhatsApp sent it
	ChannelMetadata JSON       `twilio:"ChannelMetadata"` // additional data from WhatsApp or RCS

	Latitude  float64 `twilio:"Latitude"`  // degrees, of a shared location
	Longitude float64 `twilio:"Longitude"` // degrees, of a shared location
	Address   string  `twilio:"Address"`   // street address of a shared location; empty for a bare pin
	Label     string  `twilio:"Label"`     // name of the place

	OriginalRepliedMessageSID    SID     `twilio:"OriginalRepliedMessageSid"`    // message that this one quotes or whose button was tapped
	OriginalRepliedMessageSender Address `twilio:"OriginalRepliedMessageSender"` // sender of that message

	ReferralNumMedia         int    `twilio:"ReferralNumMedia,always"`  // number of files of the ad; 0 for a message that did not come from an ad
	ReferralBody             string `twilio:"ReferralBody"`             // text of the Click-to-WhatsApp ad that the person tapped
	ReferralHeadline         string `twilio:"ReferralHeadline"`         // headline of the ad
	ReferralSourceID         string `twilio:"ReferralSourceId"`         // Meta's ID of the ad or post
	ReferralSourceType       string `twilio:"ReferralSourceType"`       // ad or post
	ReferralSourceURL        string `twilio:"ReferralSourceUrl"`        // link of the ad
	ReferralMediaID          string `twilio:"ReferralMediaId"`          // Meta's ID of the ad's media
	ReferralMediaContentType string `twilio:"ReferralMediaContentType"` // media type of the ad's media
	ReferralMediaURL         string `twilio:"ReferralMediaUrl"`         // URL of the ad's media at Twilio
	ReferralCtwaClid         string `twilio:"ReferralCtwaClid"`         // click ID for Meta's conversion API; first message only

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// check refuses a message without content whose Body is missing: Twilio
// always sends one, so its text was moved into the name of another parameter
// (T03). Other senders of the request leave Body out of a message with media.
func (m *IncomingMessage) check(d *decoder) {
	if d.saw("Body") || !d.saw("NumMedia") || m.NumMedia > 0 {
		return
	}
	content := len(m.Media) > 0 || m.Latitude != 0 || m.Longitude != 0 || m.MessageType != ""
	for _, text := range []string{m.Address, m.Label, m.ButtonText, m.ButtonPayload, m.ListID,
		string(m.InteractiveData), string(m.FlowData), string(m.ChannelMetadata)} {
		content = content || text != ""
	}
	if !content {
		d.missing("Body")
	}
}

// A MessagingFallback is an [IncomingMessage] that arrives at the fallback URL
// because the first URL failed. Answer it with a [*twiml.MessagingResponse].
//
// Source: https://www.twilio.com/docs/usage/security/availability-reliability
//
//twilio:place Primary handler fails (messages)
//twilio:fact 2026-08
//twilio:answer messaging
//twilio:detect 13 MessageSid ErrorUrl !CallSid !EventType
//twilio:detect 13 MessageSid ErrorCode SmsStatus=received !CallSid !EventType
type MessagingFallback struct {
	IncomingMessage

	ErrorCode int    `twilio:"ErrorCode"` // why the first URL failed: 11200, 11205, 12100 and others
	ErrorURL  string `twilio:"ErrorUrl"`  // URL that failed
}

// A MessageStatusCallback reports that the status of a message changed.
// Callbacks can arrive more than once and in any order; package status merges
// them. There is none for the initial status.
//
// Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
//
//twilio:place StatusCallback of a message
//twilio:fact 2026-11
//twilio:answer status
//twilio:detect 12 MessageSid MessageStatus !EventType=on*
type MessageStatusCallback struct {
	Message

	MessageStatus  MessageStatus `twilio:"MessageStatus,required,status"` // status of the message
	ErrorCode      int           `twilio:"ErrorCode"`                     // Twilio's error number, with failed and undelivered
	ErrorMessage   string        `twilio:"ErrorMessage"`                  // text of the error, if sent
	RawDlrDoneDate time.Time     `twilio:"RawDlrDoneDate,receipt"`        // time of the carrier's receipt, to the minute

	ChannelPrefix        string           `twilio:"ChannelPrefix"`                // channel of the message: whatsapp, rcs or messenger
	ChannelInstallSID    SID              `twilio:"ChannelInstallSid"`            // sender on that channel
	ChannelToAddress     Address          `twilio:"ChannelToAddress"`             // recipient on that channel; the last digits may be masked as XXXX
	ChannelStatusMessage string           `twilio:"ChannelStatusMessage,message"` // the channel's own error text
	EventType            ChannelEventType `twilio:"EventType"`                    // the channel's own status
	StructuredMessage    bool             `twilio:"StructuredMessage"`            // the text matched a WhatsApp template

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A MessageActionCallback arrives when Twilio has accepted or rejected the reply
// that a Message with an action sent. It may also contain parameters of the
// message that was answered. Answer it with a [*twiml.MessagingResponse].
//
// Its URL distinguishes it from a [MessageStatusCallback] more reliably than its
// content does.
//
// Source: https://www.twilio.com/docs/messaging/twiml/message
//
//twilio:place Message action
//twilio:fact 2026-08
//twilio:answer messaging
//twilio:detect 11 MessageSid MessageStatus SmsMessageSid !CallSid !EventType
//twilio:detect 11 MessageSid MessageStatus NumMedia !CallSid !EventType
type MessageActionCallback struct {
	Message `twilio:",optional=AccountSid"`

	MessageStatus MessageActionStatus `twilio:"MessageStatus,required,status"` // status of the reply
	ErrorCode     int                 `twilio:"ErrorCode"`                     // why the reply failed

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// MessageStatus is the status of a message. Values that are not listed are
// kept unchanged.
type MessageStatus string

// Values of MessageStatus.
const (
	MessageStatusAccepted           MessageStatus = "accepted"
	MessageStatusScheduled          MessageStatus = "scheduled"
	MessageStatusQueued             MessageStatus = "queued"
	MessageStatusSending            MessageStatus = "sending"
	MessageStatusSent               MessageStatus = "sent"
	MessageStatusDelivered          MessageStatus = "delivered"
	MessageStatusUndelivered        MessageStatus = "undelivered"
	MessageStatusFailed             MessageStatus = "failed"
	MessageStatusCanceled           MessageStatus = "canceled"
	MessageStatusReceiving          MessageStatus = "receiving"
	MessageStatusReceived           MessageStatus = "received"
	MessageStatusRead               MessageStatus = "read"
	MessageStatusPartiallyDelivered MessageStatus = "partially_delivered"
)

// MessageActionStatus is the status of a reply when its action is requested.
type MessageActionStatus string

// Values of MessageActionStatus.
const (
	MessageActionStatusSending MessageActionStatus = "sending"
	MessageActionStatusSent    MessageActionStatus = "sent"
	MessageActionStatusFailed  MessageActionStatus = "failed"
	MessageActionStatusInvalid MessageActionStatus = "invalid"
)

// ChannelEventType is a channel's own status of a message.
type ChannelEventType string

// Values of ChannelEventType.
const (
	ChannelEventTypeDelivered   ChannelEventType = "DELIVERED"
	ChannelEventTypeRead        ChannelEventType = "READ"
	ChannelEventTypeUndelivered ChannelEventType = "UNDELIVERED"
)

// OptOutType is the keyword that Advanced Opt-Out recognized.
type OptOutType string

// Values of OptOutType.
const (
	OptOutTypeStop  OptOutType = "STOP"
	OptOutTypeStart OptOutType = "START"
	OptOutTypeHelp  OptOutType = "HELP"
)

// ButtonType says what a tapped button does.
type ButtonType string

// Values of ButtonType.
const (
	ButtonTypeReply  ButtonType = "REPLY"
	ButtonTypeAction ButtonType = "ACTION"
)

// InboundMessageType is the type of a WhatsApp message.
type InboundMessageType string

// Values of InboundMessageType.
const (
	InboundMessageTypeText        InboundMessageType = "text"
	InboundMessageTypeButton      InboundMessageType = "button"
	InboundMessageTypeInteractive InboundMessageType = "interactive"
	InboundMessageTypeImage       InboundMessageType = "image"
	InboundMessageTypeAudio       InboundMessageType = "audio"
	InboundMessageTypeVideo       InboundMessageType = "video"
	InboundMessageTypeDocument    InboundMessageType = "document"
	InboundMessageTypeSticker     InboundMessageType = "sticker"
	InboundMessageTypeLocation    InboundMessageType = "location"
	InboundMessageTypeContacts    InboundMessageType = "contacts"
	InboundMessageTypeOrder       InboundMessageType = "order"
	InboundMessageTypeReaction    InboundMessageType = "reaction"
	InboundMessageTypeUnsupported InboundMessageType = "unsupported"
)
