package webhook

import (
	"encoding/json"
	"strings"
)

// Is reports whether l and other are the same level, ignoring case: Error
// equals ERROR.
func (l DebuggerLevel) Is(other DebuggerLevel) bool {
	return strings.EqualFold(string(l), string(other))
}

// A DebuggerProblem is the error that a [DebuggerEvent] reports, with the HTTP
// exchange in which it occurred.
type DebuggerProblem struct {
	ResourceSID SID              // message, call or other resource, if any
	ServiceSID  SID              // its service, if any
	ErrorCode   int              // Twilio's error number, if any
	MoreInfo    map[string]any   // details, which depend on the error
	Webhook     *DebuggerWebhook // HTTP exchange with your server, if any
}

// A DebuggerWebhook is the HTTP exchange in which an error occurred.
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
		ErrorCode   json.Number      `json:"error_code"` // Twilio sends it as a string
		MoreInfo    map[string]any   `json:"more_info"`
		Webhook     *DebuggerWebhook `json:"webhook"`
	}
	if err := e.Payload.Decode(&p); err != nil {
		return DebuggerProblem{}, err
	}
	code, _ := parseInt(p.ErrorCode.String(), maxInt)
	return DebuggerProblem{p.ResourceSID, p.ServiceSID, int(code), p.MoreInfo, p.Webhook}, nil
}
