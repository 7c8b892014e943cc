package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/spec"
)

// A codesEntry is an error code as either of the two files has it.
type codesEntry struct {
	Code      int    `json:"code"`
	Name      string `json:"name"`
	Meaning   string `json:"meaning"`
	Class     string `json:"class"`    // messaging
	Category  string `json:"category"` // voice
	Permanent *bool  `json:"permanent"`
	LogLevel  string `json:"log_level"`
	Direction string `json:"direction"`
	SeenIn    string `json:"seen_in"`
	Source    string `json:"source"`
}

// makeCodes writes the catalogue of error codes of package status. A code that
// is in both files is taken from the messaging one, which says more.
func makeCodes() ([]byte, error) {
	entries, err := codesRead()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("package status\n\n")
	b.WriteString("// The classes of the codes that messages can end with, and of those of calls.\n")
	b.WriteString("const (\n")
	for _, c := range codesClasses {
		if !slices.ContainsFunc(entries, func(e codesEntry) bool { return e.Class == c.class }) {
			return nil, fmt.Errorf("no code is of the class %q", c.class)
		}
		fmt.Fprintf(&b, "\tClass%s Class = %q // %s\n", c.name, c.class, c.about)
	}
	b.WriteString(")\n\n")
	b.WriteString("// codes is sorted by code.\n")
	b.WriteString("var codes = [...]codeEntry{\n")
	for _, e := range entries {
		class, err := codesConstant(e.Class)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", e.Code, err)
		}
		fmt.Fprintf(&b, "\t{%d, %q, %q, %s, %s, %t},\n", e.Code, e.Name, e.Meaning, class, codesAdvice(e), e.LogLevel == "WARNING")
	}
	b.WriteString("}\n")
	return b.Bytes(), nil
}

func codesRead() ([]codesEntry, error) {
	var messaging, voice []codesEntry
	if err := spec.Decode("messaging-errors.json", &messaging); err != nil {
		return nil, err
	}
	if err := spec.Decode("voice-errors.json", &voice); err != nil {
		return nil, err
	}
	level := map[int]string{}
	for i := range voice {
		voice[i].Class = voice[i].Category
		level[voice[i].Code] = voice[i].LogLevel
	}
	for i := range messaging {
		messaging[i].LogLevel = cmp.Or(messaging[i].LogLevel, level[messaging[i].Code])
	}
	all := slices.Concat(messaging, voice) // stable: messaging stays in front
	slices.SortStableFunc(all, func(a, b codesEntry) int { return cmp.Compare(a.Code, b.Code) })
	return slices.CompactFunc(all, func(a, b codesEntry) bool { return a.Code == b.Code }), nil
}

func codesConstant(class string) (string, error) {
	for _, c := range codesClasses {
		if c.class == class {
			return "Class" + c.name, nil
		}
	}
	return "", fmt.Errorf("the class %q has no name: add it to codesClasses", class)
}

// codesAdvice says whether trying again may help. The messaging facts say so
// themselves. Of the voice facts, those about a document or a
// parameter stay wrong however often they are sent, those in codesTransient
// are about a moment, and of the others we do not know.
func codesAdvice(e codesEntry) string {
	switch {
	case e.Permanent != nil && *e.Permanent:
		return "permanent"
	case e.Permanent != nil:
		return "transient"
	case e.Category == "":
		return "unsure"
	case slices.Contains(codesTransient, e.Code):
		return "transient"
	case slices.Contains(codesOfDocuments, e.Category):
		return "permanent"
	}
	name := strings.ToLower(e.Name)
	for _, sign := range []string{"invalid", "malformed", "not supported", "not enabled", "too long", "too short", "must be", "missing"} {
		if strings.Contains(name, sign) {
			return "permanent"
		}
	}
	return "unsure"
}

var codesOfDocuments = []string{"twiml-voice-verb", "twiml-messaging", "twiml-document", "url-template", "webhook-response-body"}

// codesTransient are the voice codes about load, a timeout, a busy line or an
// inner failure.
var codesTransient = []int{
	10004, 11200, 11201, 11202, 11203, 11205, 11206, 12400, 14207, 14222, 15000, 15002, 15009, 16010, 16020, 16021,
	16110, 17008, 17009, 22001, 22005, 31003, 31005, 31009, 31206, 31408, 31429, 31480, 31486, 31500, 31502, 31503, 31504, 31530,
	31600, 31900, 31901, 31902, 31903, 31904, 31960, 32001, 32008, 32011, 32012, 32013, 32016, 32502, 32601, 32604,
	32700, 32710, 32711, 64002,
}

// codesClasses names the classes in Go and says what they are about.
var codesClasses = []struct{ class, name, about string }{
	{"a2p-registration", "A2PRegistration", "brand and campaign registration in the United States"},
	{"account", "Account", "the account may not do this"},
	{"blocked-by-recipient", "BlockedByRecipient", "the person or the handset blocks the sender"},
	{"carrier-filtered", "CarrierFiltered", "a carrier took the message for spam"},
	{"channel-config", "ChannelConfig", "a channel such as WhatsApp is set up wrongly"},
	{"channel-policy", "ChannelPolicy", "against the rules of the channel"},
	{"channel-sender", "ChannelSender", "the sender on the channel cannot be used"},
	{"content", "Content", "the text or the media"},
	{"expired", "Expired", "not delivered within its validity period"},
	{"fraud-block", "FraudBlock", "stopped on suspicion of fraud"},
	{"inbound", "Inbound", "a message to you that was not delivered"},
	{"invalid-number", "InvalidNumber", "the destination is no usable number"},
	{"landline", "Landline", "the destination cannot receive messages"},
	{"link-shortening", "LinkShortening", "shortened links and their domains"},
	{"opted-out", "OptedOut", "the person has replied STOP"},
	{"outside-window", "OutsideWindow", "free text later than the channel allows"},
	{"provider-outage", "ProviderOutage", "the channel's provider fails"},
	{"rate-queue", "RateQueue", "too many at once, or a full queue"},
	{"request", "Request", "a parameter of the request to the API"},
	{"scheduling", "Scheduling", "the time for which a message is scheduled"},
	{"sender", "Sender", "the sending number or service"},
	{"template", "Template", "a message template"},
	{"tollfree-verification", "TollFreeVerification", "verification of a toll-free number"},
	{"twilio-internal", "TwilioInternal", "an error inside Twilio"},
	{"twiml", "TwiML", "a messaging document"},
	{"unknown", "Unknown", "the carrier does not say"},
	{"unreachable-handset", "UnreachableHandset", "switched off or out of reach"},
	{"unreachable-route", "UnreachableRoute", "no route to the destination"},

	{"call-progress", "CallProgress", "progress events of a call"},
	{"call-queue", "CallQueue", "calls that wait to be made"},
	{"calls-api", "CallsAPI", "a parameter of the request that makes a call, and of trunks"},
	{"conference-recording", "ConferenceRecording", "conferences and recordings"},
	{"media-streams", "MediaStreams", "streams of a call's audio"},
	{"other", "Other", "everything else"},
	{"pay-and-relay", "PayAndRelay", "payments in a call"},
	{"sip", "SIP", "SIP domains, trunks and registrations"},
	{"twiml-document", "TwiMLDocument", "a document that cannot be read"},
	{"twiml-queue-taskrouter", "TwiMLQueueTaskRouter", "queues and TaskRouter in a document"},
	{"twiml-voice-verb", "TwiMLVoiceVerb", "a verb of a voice document"},
	{"url-template", "URLTemplate", "a URL with placeholders"},
	{"voice-client-sdk", "VoiceClientSDK", "the Voice SDK on a device"},
	{"voice-insights", "VoiceInsights", "Voice Insights"},
	{"voice-misc", "VoiceMisc", "virtual agents, BYOC trunks and messages in calls"},
	{"webhook-http", "WebhookHTTP", "your server could not be asked"},
	{"webhook-response-body", "WebhookResponseBody", "your server's answer could not be used"},
}
