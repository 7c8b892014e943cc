package webhook

import (
	"net/url"
	"time"
)

// CallOf returns the call that an event of any kind is about. For callbacks
// about a recording, a stream and so on it has only the call and its account.
// It returns false for events that are not about a call.
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

// A StatusReport is the status of one resource as an event reports it: a
// message, a call, a recording, a conference. Package status merges reports.
type StatusReport struct {
	SID          SID           // resource
	Status       string        // Twilio's status; empty if the kind has events instead
	Event        string        // event, such as "participant-join"; empty if the kind has a status
	Sequence     int           // number of the report of this resource, if Twilio counts them
	AccountSID   SID           // account that owns the resource
	ParentSID    SID           // call of a recording, caller's leg of a dialed leg and so on
	Participant  SID           // leg of the participant in a conference
	ErrorCode    int           // Twilio's error number
	ErrorMessage string        // text of the error
	Duration     time.Duration // length of a call or recording
	URL          string        // of a recording or transcription
	Time         time.Time     // when it happened, if known
}

// StatusReportOf returns the status that e reports. Besides status callbacks,
// every request of a call reports the status of that call.
func StatusReportOf(e Event) (StatusReport, bool) {
	reporter, ok := e.(interface{ report() StatusReport })
	if !ok {
		return StatusReport{}, false
	}
	r := reporter.report()
	return r, r.SID != "" && (r.Status != "" || r.Event != "")
}

// errorWord returns an error code that is not a number. The WhatsApp sandbox
// sends InvalidSandboxRequest (twilio-csharp 488).
func errorWord(extra url.Values, name string) string {
	if word := extra.Get(name); !digitsOnly(word) {
		return word
	}
	return ""
}
