package status

import (
	"cmp"
	"strings"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// Observe returns what e tells about the state of a message, call, recording,
// transcription, conference or stream, heard of at the given time; false if it
// tells nothing of the kind. Beside the status callbacks it understands every
// request that names the status of a call (an IncomingCall is ringing), a
// message that comes in, and the end of a dialed leg.
//
// Where Twilio has names for events rather than states, the state is the word
// of its REST API, and the name stays in Event: conference-start is
// "in-progress", conference-end "completed", and every other event of a
// conference "init", since it says nothing about whether the conference has
// begun. A live transcription or a stream that started is "in-progress", one that
// stopped "completed", one with an error "failed".
//
// A request of Event Streams can hold several events. Observe takes the first
// that tells something, [ObserveAll] all of them.
func Observe(e webhook.Event, at time.Time) (Observation, bool) {
	if all, ok := e.(webhook.EventStreams); ok {
		for _, one := range all.Events {
			if o, ok := Observe(one, at); ok {
				return o, true
			}
		}
		return Observation{}, false
	}
	o := observe(e)
	if o.Validate() != nil {
		return Observation{}, false
	}
	o.Seen = at
	return o, true
}

// ObserveAll is [Observe] for every event that a request holds. The result is
// empty if none of them tells a state.
func ObserveAll(e webhook.Event, at time.Time) (obs []Observation) {
	if all, ok := e.(webhook.EventStreams); ok {
		for _, one := range all.Events {
			obs = append(obs, ObserveAll(one, at)...)
		}
		return obs
	}
	if o, ok := Observe(e, at); ok {
		obs = append(obs, o)
	}
	return obs
}

// observe takes an event apart. The result has no SID or no status if e tells
// nothing.
func observe(e webhook.Event) Observation {
	switch e := e.(type) {
	case webhook.MessageStatusCallback:
		return Observation{
			SID: e.MessageSID, Status: string(e.MessageStatus), ErrorCode: e.ErrorCode,
			ErrorMessage: cmp.Or(e.ErrorMessage, e.ChannelStatusMessage), AccountSID: e.AccountSID,
		}
	case webhook.MessageActionCallback:
		return Observation{SID: e.MessageSID, Status: string(e.MessageStatus), ErrorCode: e.ErrorCode, AccountSID: e.AccountSID}
	case webhook.ConversationsDeliveryUpdated:
		return Observation{
			SID: cmp.Or(e.ChannelMessageSID, e.DeliveryReceiptSID), Status: string(e.Status), ErrorCode: e.ErrorCode,
			AccountSID: e.AccountSID, ParentSID: e.MessageSID, Time: e.DateUpdated,
		}
	case webhook.EventStreamsMessageStatus:
		return Observation{
			SID: e.MessageSID, Status: strings.ToLower(string(e.MessageStatus)), ErrorCode: e.ErrorCode,
			AccountSID: e.AccountSID, Time: firstTime(e.Timestamp, e.Time),
		}
	case webhook.EventStreamsInboundMessage:
		return Observation{SID: e.MessageSID, Status: "received", AccountSID: e.AccountSID, Time: firstTime(e.Timestamp, e.Time)}
	case webhook.EventStreamsVoice:
		return observeVoice(e)
	case *webhook.Unknown:
		if e == nil {
			return Observation{}
		}
		return observeParams(e.Extra.Get)
	case webhook.IncomingMessage:
		return Observation{SID: e.MessageSID, Status: string(e.SMSStatus), AccountSID: e.AccountSID}
	case webhook.MessagingFallback:
		return Observation{SID: e.MessageSID, Status: string(e.SMSStatus), AccountSID: e.AccountSID}
	case webhook.RecordingStatusCallback:
		return Observation{
			SID: e.RecordingSID, Status: string(e.RecordingStatus), ErrorCode: e.ErrorCode, AccountSID: e.AccountSID,
			ParentSID: e.CallSID, Duration: e.RecordingDuration, URL: e.RecordingURL,
		}
	case webhook.ConferenceRecordingStatusCallback:
		return Observation{
			SID: e.RecordingSID, Status: string(e.RecordingStatus), ErrorCode: e.ErrorCode, AccountSID: e.AccountSID,
			ParentSID: e.ConferenceSID, Duration: e.RecordingDuration, URL: e.RecordingURL,
		}
	case webhook.VideoRecordingEvent:
		return Observation{
			SID: e.RecordingSID, Status: session(string(e.StatusCallbackEvent)), Event: string(e.StatusCallbackEvent),
			AccountSID: e.AccountSID, ParentSID: e.RoomSID, Duration: e.RecordingDuration, Time: e.Timestamp,
		}
	case webhook.RecordTranscription:
		return Observation{
			SID: e.TranscriptionSID, Status: string(e.TranscriptionStatus), AccountSID: e.AccountSID,
			ParentSID: e.RecordingSID, URL: e.TranscriptionURL,
		}
	case webhook.StreamStatus:
		return Observation{
			SID: e.StreamSID, Status: session(string(e.StreamEvent)), Event: string(e.StreamEvent), ErrorMessage: e.StreamError,
			AccountSID: e.AccountSID, ParentSID: e.CallSID, Time: e.Timestamp,
		}
	case webhook.SiprecStatus:
		return Observation{
			SID: e.SiprecSID, Status: session(string(e.SiprecEvent)), Event: string(e.SiprecEvent),
			ErrorCode: e.SiprecErrorCode, ErrorMessage: e.SiprecError,
			AccountSID: e.AccountSID, ParentSID: e.CallSID, Time: e.Timestamp,
		}
	}
	if o := observeTranscription(e); o.SID != "" {
		return o
	}
	if o := observeConference(e); o.SID != "" {
		return o
	}
	return observeCall(e)
}

func firstTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// session turns the name of an event of something that starts, may break and
// stops into a state. A name of tomorrow says nothing about the end.
func session(event string) string {
	if event == "" {
		return ""
	}
	switch event[strings.LastIndexByte(event, '-')+1:] {
	case "stopped", "completed":
		return "completed"
	case "error", "failed":
		return "failed"
	}
	return "in-progress"
}

func observeTranscription(e webhook.Event) Observation {
	switch e := e.(type) {
	case webhook.TranscriptionStarted:
		return transcription(e.TranscriptionSID, e.CallSID, e.AccountSID, e.TranscriptionEvent, e.SequenceID, e.Timestamp)
	case webhook.TranscriptionContent:
		return transcription(e.TranscriptionSID, e.CallSID, e.AccountSID, e.TranscriptionEvent, e.SequenceID, e.Timestamp)
	case webhook.TranscriptionStopped:
		return transcription(e.TranscriptionSID, e.CallSID, e.AccountSID, e.TranscriptionEvent, e.SequenceID, e.Timestamp)
	case webhook.TranscriptionError:
		o := transcription(e.TranscriptionSID, e.CallSID, e.AccountSID, e.TranscriptionEvent, e.SequenceID, e.Timestamp)
		o.ErrorCode, o.ErrorMessage = e.TranscriptionErrorCode, e.TranscriptionError
		return o
	}
	return Observation{}
}

func transcription(sid, call, account webhook.SID, event webhook.TranscriptionEvent, sequence int, at time.Time) Observation {
	return Observation{
		SID: sid, Status: session(string(event)), Event: string(event), Sequence: sequence,
		AccountSID: account, ParentSID: call, Time: at,
	}
}
