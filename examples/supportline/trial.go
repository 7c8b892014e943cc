package main

import (
	"fmt"
	"io"
	"net/url"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

const (
	account = "AC00000000000000000000000000000001"
	call    = "CA00000000000000000000000000000001"
	text    = "SM00000000000000000000000000000001"
	ours    = "+15550100"
	caller  = "+15550101"
)

// A trial is a request for which a signed curl line is printed.
type trial struct {
	name, path string
	event      webhook.Event
}

var trials = []trial{
	{"a text", "/sms", webhook.IncomingMessage{
		Message:       webhook.Message{MessageSID: text, SMSSID: text, AccountSID: account, From: caller, To: ours, Body: "My parcel has not come", SMSStatus: webhook.MessageStatusReceived, APIVersion: "2010-04-01"},
		SMSMessageSID: text,
		NumSegments:   1,
	}},
	{"a call", "/voice", webhook.IncomingCall{
		Call: webhook.Call{CallSID: call, AccountSID: account, From: caller, To: ours, CallStatus: webhook.CallStatusRinging, Direction: webhook.CallDirectionInbound, APIVersion: "2010-04-01"},
	}},
	{"a key press", "/voice/menu", webhook.GatherAction{
		Call:   webhook.Call{CallSID: call, AccountSID: account, From: caller, To: ours, CallStatus: webhook.CallStatusInProgress, Direction: webhook.CallDirectionInbound, APIVersion: "2010-04-01"},
		Digits: "2",
	}},
	{"a delivery report", "/status", webhook.MessageStatusCallback{
		Message:       webhook.Message{MessageSID: text, SMSSID: text, AccountSID: account, From: ours, To: caller, SMSStatus: webhook.MessageStatusDelivered, APIVersion: "2010-04-01"},
		MessageStatus: webhook.MessageStatusDelivered,
	}},
}

// printTrial prints a curl line for each trial. The signature is for the public
// URL; the request goes directly to this program.
func printTrial(out io.Writer, token, base, local string) {
	fmt.Fprint(out, "TWILIO_AUTH_TOKEN is not set: this run uses a random token, so Twilio's own requests will be refused.\n"+
		"Try it with these lines in a shell on this machine:\n")
	for _, t := range trials {
		params := webhook.Encode(t.event)
		fmt.Fprintf(out, "\n# %s\n%s\n", t.name, curl(local+t.path, signature.Sign(token, base+t.path, params), params))
	}
}

// curl quotes for a POSIX shell; forms and signatures contain no quotes.
func curl(to, sign string, params url.Values) string {
	return fmt.Sprintf(`curl -sS -w '\n%%{http_code}\n' -H 'X-Twilio-Signature: %s' -d '%s' '%s'`, sign, params.Encode(), to)
}
