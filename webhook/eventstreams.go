package webhook

import (
	"cmp"
	"time"
)

// An EventStreamsMessageStatus is an event about an outgoing message.
//
// Source: https://www.twilio.com/docs/events/event-types/messaging/outbound-message
//
//twilio:place Event Streams, com.twilio.messaging.message
//twilio:fact 2026-11
//twilio:body cloudevent
//twilio:detect 30 type=com.twilio.messaging.message.*
type EventStreamsMessageStatus struct {
	CloudEvent

	MessageSID          SID                `twilio:"messageSid,required,subject"`   // message
	AccountSID          SID                `twilio:"accountSid"`                    // account; not always sent
	MessagingServiceSID SID                `twilio:"messagingServiceSid"`           // Messaging Service
	MessageStatus       EventMessageStatus `twilio:"messageStatus,required,status"` // status of the message, in capitals
	EventName           string             `twilio:"eventName"`                     // same as Type
	Timestamp           time.Time          `twilio:"timestamp,rfc3339"`             // when it happened
	From                Address            `twilio:"from"`                          // sender
	To                  Address            `twilio:"to"`                            // recipient
	Body                string             `twilio:"body"`                          // text
	NumberOfSegments    int                `twilio:"numberOfSegments"`              // SMS segments
	RawDlrDoneDate      time.Time          `twilio:"rawDlrDoneDate,receipt"`        // time of the carrier's receipt, to the minute
	ErrorCode           int                `twilio:"errorCode"`                     // Twilio's error number
	MCC                 string             `twilio:"mcc"`                           // mobile country code
	MNC                 string             `twilio:"mnc"`                           // mobile network code
	Tags                JSON               `twilio:"tags"`                          // your tags of the message

	Extra map[string]JSON // members of data without a field, and values that do not fit their field
}

// An EventStreamsInboundMessage is an event about an incoming message. It
// has no media; fetch the message for that.
//
// Source: https://www.twilio.com/docs/events/event-types/messaging/inbound-message
//
//twilio:place Event Streams, com.twilio.messaging.inbound-message
//twilio:fact 2026-11
//twilio:body cloudevent
//twilio:detect 30 type=com.twilio.messaging.inbound-message.*
type EventStreamsInboundMessage struct {
	CloudEvent

	MessageSID          SID       `twilio:"messageSid,required"` // message
	AccountSID          SID       `twilio:"accountSid"`          // account; not always sent
	MessagingServiceSID SID       `twilio:"messagingServiceSid"` // Messaging Service
	EventName           string    `twilio:"eventName"`           // same as Type
	Timestamp           time.Time `twilio:"timestamp,rfc3339"`   // when it happened
	From                Address   `twilio:"from"`                // sender
	To                  Address   `twilio:"to"`                  // recipient
	Body                string    `twilio:"body"`                // text
	NumMedia            int       `twilio:"numMedia"`            // number of files
	NumSegments         int       `twilio:"numSegments"`         // SMS segments
	Recipients          JSON      `twilio:"recipients"`          // array of the other members of a group MMS
	FromGeo             Geo       `twilio:"from"`                // where the number in From is registered
	ToGeo               Geo       `twilio:"to"`                  // where the number in To is registered
	MCC                 string    `twilio:"mcc"`                 // mobile country code
	MNC                 string    `twilio:"mnc"`                 // mobile network code
	ReferralCtwaClid    string    `twilio:"referralCtwaClid"`    // click ID of a Click-to-WhatsApp ad

	Extra map[string]JSON // members of data without a field, and values that do not fit their field
}

// report says that the message was received.
func (e EventStreamsInboundMessage) report() StatusReport {
	return StatusReport{SID: e.MessageSID, Status: string(MessageStatusReceived), AccountSID: e.AccountSID, Time: cmp.Or(e.Timestamp, e.Time)}
}

// An EventStreamsA2P is an event about the registration of a brand, a campaign
// or a number for A2P messaging in the United States.
//
// Source: https://www.twilio.com/docs/events/event-types/a2p/brand-registration
//
//twilio:place Event Streams, com.twilio.messaging.compliance
//twilio:fact 2026-11
//twilio:body cloudevent
//twilio:detect 30 type=com.twilio.messaging.compliance.*
type EventStreamsA2P struct {
	CloudEvent

	AccountSID                 SID       `twilio:"accountsid"`                 // account
	BrandSID                   SID       `twilio:"brandsid"`                   // brand
	BrandStatus                string    `twilio:"brandstatus"`                // state of the brand
	BrandRegistrationErrors    JSON      `twilio:"brandregistrationerrors"`    // array of errors, each with a code, description, URL and fields
	CampaignSID                SID       `twilio:"campaignsid"`                // campaign
	CampaignRegistrationStatus string    `twilio:"campaignregistrationstatus"` // state of the campaign
	ExternalCampaignID         string    `twilio:"externalcampaignid"`         // ID of the campaign at The Campaign Registry
	UseCase                    string    `twilio:"a2pusecase"`                 // use case of the campaign, such as LOW_VOLUME
	MessagingServiceSID        SID       `twilio:"messagingservicesid"`        // Messaging Service
	PhoneNumberSID             SID       `twilio:"phonenumbersid"`             // number
	PhoneNumber                string    `twilio:"phonenumber"`                // digits of the number, without a plus
	CreatedDate                time.Time `twilio:"createddate,unixms"`         // when the resource was created
	UpdatedDate                time.Time `twilio:"updateddate,unixms"`         // when the resource was last changed
	Timestamp                  time.Time `twilio:"timestamp,unixms"`           // when it happened
	ErrorCode                  int       `twilio:"errorcode"`                  // Twilio's error number

	Extra map[string]JSON // members of data without a field, and values that do not fit their field
}

// An EventStreamsLink is an event about a shortened link: it was created, or
// opened. Programs that show previews of links open them, too.
//
// Source: https://www.twilio.com/docs/events/event-types/link-shortening/link
//
//twilio:place Event Streams, com.twilio.daptbt.link-shortening
//twilio:fact 2026-11
//twilio:body cloudevent
//twilio:detect 30 type=com.twilio.daptbt.link-shortening.*
type EventStreamsLink struct {
	CloudEvent

	MessageSID          SID       `twilio:"message_sid"`              // message that holds the link
	AccountSID          SID       `twilio:"account_sid"`              // account
	MessagingServiceSID SID       `twilio:"messaging_service_sid"`    // Messaging Service
	From                Address   `twilio:"from"`                     // sender
	To                  Address   `twilio:"to"`                       // recipient
	Link                string    `twilio:"link"`                     // original link
	ShortenedLink       string    `twilio:"shortened_link"`           // short link
	LinkCreateTime      time.Time `twilio:"link_create_time,rfc3339"` // when the short link was created
	ClickTime           time.Time `twilio:"click_time,rfc3339"`       // when it was opened
	UserAgent           string    `twilio:"user_agent"`               // browser that opened it

	Extra map[string]JSON // members of data without a field, and values that do not fit their field
}

// An EventStreamsVoice is an event about a call or a conference. Many of these
// events carry a classic webhook: see [EventStreamsVoice.Webhook].
//
// Source: https://www.twilio.com/docs/events/event-types/voice
//
//twilio:place Event Streams, com.twilio.voice
//twilio:fact 2026-08
//twilio:body cloudevent
//twilio:detect 31 type=com.twilio.voice.*
type EventStreamsVoice struct {
	CloudEvent

	Data JSON `twilio:"data"` // the event itself

	Extra map[string]JSON // data that is not an object of JSON
}

// A VoiceInsightsCallSummary is an event with the figures of a call: partial
// after about 10 minutes, complete after about 30.
//
// Source: https://www.twilio.com/docs/events/event-types/voice/insights
//
//twilio:place Event Streams, com.twilio.voice.insights
//twilio:fact 2026-08
//twilio:body cloudevent
//twilio:detect 30 type=com.twilio.voice.insights.*
type VoiceInsightsCallSummary struct {
	CloudEvent

	Data JSON `twilio:"data"` // the summary, with members such as call_sid, call_state and duration

	Extra map[string]JSON // data that is not an object of JSON
}

// EventMessageStatus is the status of a message in capitals, as Event Streams
// writes it.
type EventMessageStatus string

// Values of EventMessageStatus.
const (
	EventMessageStatusQueued      EventMessageStatus = "QUEUED"
	EventMessageStatusSent        EventMessageStatus = "SENT"
	EventMessageStatusDelivered   EventMessageStatus = "DELIVERED"
	EventMessageStatusUndelivered EventMessageStatus = "UNDELIVERED"
	EventMessageStatusFailed      EventMessageStatus = "FAILED"
	EventMessageStatusRead        EventMessageStatus = "READ"
)
