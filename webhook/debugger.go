package webhook

import (
	"encoding/json"
	"strings"
)

// Is reports whether l and other are the same level, in whatever case: Error
// is ERROR.
func (l DebuggerLevel) Is(other DebuggerLevel) bool {
	return strings.EqualFold(string(l), string(other))
}

// A DebuggerProblem is what a [DebuggerEvent] tells of: the error, and the
// exchange in which it came up.
type DebuggerProblem struct {
	ResourceSID SID              // the message, call or other thing; empty for none
	ServiceSID  SID              // its service; empty for none
	ErrorCode   int              // Twilio's number, 0 if it sent none
	MoreInfo    map[string]any   // details under names that differ from error to error
	Webhook     *DebuggerWebhook // the exchange with your server, nil for none
}

// A DebuggerWebhook is the exchange in which an error came up.
type DebuggerWebhook struct {
	Type    string `json:"type"`
	Request struct {
		URL        string            `json:"url"`
		Method     string            `json:"method"`
		Headers    map[string]string `json:"headers"`
		Parameters map[string]string `json:"parameters"`
	} `json:"request"`
	Response struct {
		StatusCode int               `json:"status_code"` // 0 if there was no answer
		Headers    map[string]string `json:"headers"`
		Body       string            `json:"body"`
	} `json:"response"`
}

// Problem decodes Payload. The error is that of [JSON.Decode].
func (e DebuggerEvent) Problem() (DebuggerProblem, error) {
	var p struct {
		ResourceSID SID              `json:"resource_sid"`
		ServiceSID  SID              `json:"service_sid"`
		ErrorCode   json.Number      `json:"error_code"` // Twilio writes it as a string
		MoreInfo    map[string]any   `json:"more_info"`
		Webhook     *DebuggerWebhook `json:"webhook"`
	}
	if err := e.Payload.Decode(&p); err != nil {
		return DebuggerProblem{}, err
	}
	code, _ := parseInt(p.ErrorCode.String(), maxInt)
	return DebuggerProblem{p.ResourceSID, p.ServiceSID, int(code), p.MoreInfo, p.Webhook}, nil
}
