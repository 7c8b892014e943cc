package status

import (
	"strings"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// Observe returns what e, received at the given time, reports about the status of a
// message, call, recording, transcription, conference or stream. It is false if e
// reports no status. Beside status callbacks, it reads every request that has the
// status of a call (an IncomingCall is ringing), incoming messages, and the end of a
// dialed leg.
//
// Where Twilio has names of events rather than statuses, Event is the name, and
// Status is the word of the REST API: conference-start is "in-progress",
// conference-end "completed", and every other event of a conference "init", since
// it does not say whether the conference has begun. A live transcription or a stream
// that started is "in-progress", one that stopped "completed", one with an error
// "failed".
//
// A request of Event Streams can hold several events. Observe reads the first that
// reports a status, [ObserveAll] all of them.
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

// ObserveAll is [Observe] for every event that a request holds. The result is empty
// if none of them reports a status.
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

// observe reads what an event reports. The result has no SID or no status if it
// reports nothing.
func observe(e webhook.Event) Observation {
	switch e := e.(type) {
	case webhook.EventStreamsVoice:
		return observeVoice(e)
	case *webhook.Unknown:
		if e == nil {
			return Observation{}
		}
		return observeParams(e.Extra.Get)
	}
	r, ok := webhook.StatusReportOf(e)
	if !ok {
		return Observation{}
	}
	o := Observation{
		SID: r.SID, Status: r.Status, Event: r.Event, Sequence: r.Sequence, AccountSID: r.AccountSID, ParentSID: r.ParentSID,
		Participant: r.Participant, ErrorCode: r.ErrorCode, ErrorMessage: r.ErrorMessage, Duration: r.Duration, URL: r.URL, Time: r.Time,
	}
	switch {
	case r.Event != "" && strings.HasPrefix(string(r.SID), "CF"):
		o.Status = conference(r.Event)
	case r.Event != "":
		o.Status = session(r.Event)
	case e.Kind() == webhook.KindEventStreamsMessageStatus:
		o.Status = strings.ToLower(r.Status) // Event Streams writes DELIVERED
	}
	return o
}

// conference returns the status of a conference after an event. Most events do not
// say whether it has begun.
func conference(event string) string {
	switch event {
	case "conference-start":
		return "in-progress"
	case "conference-end":
		return "completed"
	}
	return "init"
}

// session returns the status of a stream, recording or live transcription after an
// event. An unknown event does not end it.
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
