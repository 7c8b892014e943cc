package webhook

import (
	"net/url"
	"time"
)

// CallOf returns the call that an event is about, whatever its kind. Callbacks
// about a recording, a stream and so on name the call and its account only. It
// reports false for events that are not about a call.
func CallOf(e Event) (Call, bool) {
	if voice, ok := e.(EventStreamsVoice); ok {
		if inner, err := voice.Webhook(); err == nil {
			return CallOf(inner)
		}
		return Call{}, false
	}
	if c, ok := e.(interface{ call() (Call, bool) }); ok {
		return c.call()
	}
	return Call{}, false
}

// A StatusReport is what an event says about the status of one thing: a
// message, a call, a recording, a conference. Package status merges reports.
type StatusReport struct {
	SID          SID           // what the report is about
	Status       string        // the status in Twilio's words; empty if the kind has events instead
	Event        string        // what happened, such as "participant-join"; empty if the kind has a status
	Sequence     int           // position of the report in those of the thing, if Twilio counts them
	AccountSID   SID           // account that owns the thing
	ParentSID    SID           // call of a recording, caller's leg of a dialed leg and so on
	Participant  SID           // leg of the participant in a conference
	ErrorCode    int           // Twilio's error number
	ErrorMessage string        // text of the error
	Duration     time.Duration // length of a call or recording
	URL          string        // of a recording or transcription
	Time         time.Time     // when it happened, if Twilio said so
}

// StatusReportOf returns what e says about the status of something. Beside
// status callbacks, every request of a call reports the status of that call.
func StatusReportOf(e Event) (StatusReport, bool) {
	reporter, ok := e.(interface{ report() StatusReport })
	if !ok {
		return StatusReport{}, false
	}
	r := reporter.report()
	return r, r.SID != "" && (r.Status != "" || r.Event != "")
}

// errorWord returns the text of an error code that is not a number. The sandbox
// for WhatsApp sends InvalidSandboxRequest (twilio-csharp 488).
func errorWord(extra url.Values, name string) string {
	if word := extra.Get(name); !digitsOnly(word) {
		return word
	}
	return ""
}
