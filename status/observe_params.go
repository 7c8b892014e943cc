package status

import (
	"cmp"
	"encoding/json"
	"strconv"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// observeParams reads a status from the parameters of a callback whose kind is not
// known, or that Event Streams wraps. All kinds use the same names for a status.
func observeParams(get func(name string) string) Observation {
	o := Observation{
		Sequence:     number(cmp.Or(get("SequenceNumber"), get("SequenceId"))),
		ErrorCode:    number(get("ErrorCode")),
		ErrorMessage: cmp.Or(get("ErrorMessage"), word(get("ErrorCode"))),
		AccountSID:   webhook.SID(get("AccountSid")),
		ParentSID:    webhook.SID(get("CallSid")),
	}
	switch {
	case get("MessageSid") != "" && get("MessageStatus") != "":
		o.SID, o.Status, o.ParentSID = webhook.SID(get("MessageSid")), get("MessageStatus"), ""
	case get("RecordingSid") != "" && get("RecordingStatus") != "":
		o.SID, o.Status = webhook.SID(get("RecordingSid")), get("RecordingStatus")
		o.Duration, o.URL = seconds(get("RecordingDuration")), get("RecordingUrl")
	case get("TranscriptionSid") != "" && get("TranscriptionStatus") != "":
		o.SID, o.Status, o.URL = webhook.SID(get("TranscriptionSid")), get("TranscriptionStatus"), get("TranscriptionUrl")
	case get("TranscriptionSid") != "" && get("TranscriptionEvent") != "":
		o.SID, o.Event = webhook.SID(get("TranscriptionSid")), get("TranscriptionEvent")
		o.Status = session(o.Event)
	case get("StreamSid") != "" && get("StreamEvent") != "":
		o.SID, o.Event = webhook.SID(get("StreamSid")), get("StreamEvent")
		o.Status = session(o.Event)
	case get("ConferenceSid") != "" && get("StatusCallbackEvent")+get("EventName") != "":
		// EventName is that of conference-record-end, which is deprecated.
		o.SID, o.Event = webhook.SID(get("ConferenceSid")), cmp.Or(get("StatusCallbackEvent"), get("EventName"))
		o.Participant, o.ParentSID, o.URL = o.ParentSID, "", get("RecordingUrl")
		o.Status = conference(o.Event)
	case get("CallSid") != "" && get("CallStatus") != "":
		o.SID, o.Status, o.ParentSID = webhook.SID(get("CallSid")), get("CallStatus"), webhook.SID(get("ParentCallSid"))
		o.Duration = seconds(get("CallDuration"))
	}
	return o
}

// observeVoice reads the callback that an event of Event Streams wraps. Some are not
// about a status, and some wrap nothing.
func observeVoice(e webhook.EventStreamsVoice) Observation {
	var wrapped struct {
		Request struct {
			Parameters map[string]json.RawMessage `json:"parameters"`
		} `json:"request"`
	}
	if e.Data.Decode(&wrapped) != nil {
		return Observation{}
	}
	o := observeParams(func(name string) string {
		raw := wrapped.Request.Parameters[name]
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return string(raw) // a number
		}
		return text
	})
	o.Time = e.Time
	return o
}

// number reads a number of Twilio's; zero if the text is not one.
func number(text string) int {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

// word is an error code that is a word, such as InvalidSandboxRequest.
func word(code string) string {
	if _, err := strconv.Atoi(code); err != nil {
		return code
	}
	return ""
}

func seconds(text string) time.Duration { return time.Duration(number(text)) * time.Second }
