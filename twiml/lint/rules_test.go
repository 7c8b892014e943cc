package lint_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

// A ruleCase is a document that breaks one rule, and one as like it as can be
// that does not. Without a root, Response is put around it.
type ruleCase struct {
	rule  string
	kind  twiml.DocumentKind
	bad   string
	good  string
	code  int
	path  string
	text  string // a part of the sentence
	stops bool
}

const messaging = twiml.MessagingDocument

func times(n int, s string) string { return strings.Repeat(s, n) }

var ruleCases = []ruleCase{
	{rule: "root", bad: `<Say>Hi</Say>`, good: `<Response/>`, code: 12102, stops: true, path: "/Say", text: `"Say"`},
	{rule: "root", bad: `<response/>`, good: `<Response></Response>`, code: 12102, stops: true, path: "/response", text: "exactly"},
	{rule: "version", bad: `<Response version="1.0"/>`, good: `<Response version="2010-04-01"/>`, code: 12101, stops: true, path: "/Response/@version"},
	{rule: "version", kind: twiml.FaxDocument, bad: `<Response version=""/>`, good: `<Response version="2008-08-01"/>`, code: 12101, stops: true, path: "/Response/@version"},

	{rule: "unknown-element", bad: `<Speak>Hi</Speak>`, good: `<Say>Hi</Say>`, code: 12200, path: "/Response/Speak[1]", text: `no element "Speak"`},
	{rule: "unknown-element", bad: `<Say>Hi</Say><say>Ho</say>`, good: `<Say>Hi</Say>`, code: 12200, path: "/Response/say[1]", text: `case-sensitive: write "Say"`},
	{rule: "unknown-element", bad: `<Say><SayAs>1</SayAs></Say>`, good: `<Say><say-as interpret-as="digits">1</say-as></Say>`, code: 12200, path: "/Response/Say[1]/SayAs[1]", text: `Did you mean "say-as"?`},
	{rule: "unknown-element", bad: `<Dial><Nubmer>+15550100</Nubmer></Dial>`, good: `<Dial><Number>+15550100</Number></Dial>`, code: 13215, path: "/Response/Dial[1]/Nubmer[1]", text: `Did you mean "Number"?`},
	{rule: "unknown-element", bad: `<Gather><Mesage/></Gather>`, good: `<Gather><Say>Hi</Say></Gather>`, code: 13320, path: "/Response/Gather[1]/Mesage[1]"},
	{rule: "unknown-element", bad: `<Gather><Confernce/></Gather>`, good: `<Gather><Say>Hi</Say></Gather>`, code: 13320, path: "/Response/Gather[1]/Confernce[1]", text: `Did you mean "Conference"?`},
	{rule: "wrong-document", bad: `<Message>Hi</Message>`, good: `<Sms>Hi</Sms>`, code: 12200, path: "/Response/Message[1]", text: "Message belongs to messaging documents, this one is for voice"},
	{rule: "nesting", bad: `<Number>+15550100</Number>`, good: `<Dial><Number>+15550100</Number></Dial>`, code: 12200, path: "/Response/Number[1]", text: "it belongs in Dial"},
	{rule: "nesting", bad: `<Start><Play>/a.mp3</Play></Start>`, good: `<Start><Stream url="wss://example.com"/></Start>`, code: 14300, path: "/Response/Start[1]/Play[1]", text: "it belongs in Response, Gather or Prompt"},
	{rule: "nesting", bad: `<Say>a<Response/></Say>`, good: `<Say>a</Say>`, code: 12200, path: "/Response/Say[1]/Response[1]", text: "not allowed elsewhere"},
	{rule: "unknown-element", kind: twiml.FaxDocument, bad: `<Recieve/>`, good: `<Response/>`, code: 12200, path: "/Response/Recieve[1]", text: `Did you mean "Receive"?`},
	{rule: "sip-header-name", bad: `<Dial><Sip>sip:a@example.com<Headers><Header name="X-" value="v"/></Headers></Sip></Dial>`, good: `<Dial><Sip>sip:a@example.com<Headers><Header value="v"/></Headers></Sip></Dial>`, code: 13252, path: "/Response/Dial[1]/Sip[1]/Headers[1]/Header[1]/@name"},
	{rule: "nesting", kind: messaging, bad: `<Body>Hi</Body>`, good: `<Message><Body>Hi</Body></Message>`, code: 12200, path: "/Response/Body[1]", text: "it belongs in Message"},
	{rule: "only-messaging-verbs", kind: messaging, bad: `<Say>Hi</Say>`, good: `<Message>Hi</Message>`, code: 14110, path: "/Response/Say[1]", text: "not Say"},
	{rule: "only-messaging-verbs", kind: messaging, bad: `<message>Hi</message>`, good: `<Redirect>/x</Redirect>`, code: 14110, path: "/Response/message[1]", text: `write "Message"`},
	{rule: "sdk-only-parent", bad: `<Prompt for="postal-code"><Say>Hi</Say></Prompt>`, good: `<Pay><Prompt for="postal-code"><Say>Hi</Say></Prompt></Pay>`, path: "/Response/Prompt[1]"},
	{rule: "sdk-only-parent", bad: `<Hangup><Parameter name="a" value="b"/></Hangup>`, good: `<Hangup/>`, path: "/Response/Hangup[1]/Parameter[1]"},
	{rule: "deprecated-element", bad: `<Connect><Autopilot>UA1</Autopilot></Connect>`, good: `<Connect><Room>r</Room></Connect>`, path: "/Response/Connect[1]/Autopilot[1]", text: "2023"},
	{rule: "undocumented-element", bad: `<Say>a <amazon:effect name="whispered">b</amazon:effect></Say>`, good: `<Say>a <prosody volume="soft">b</prosody></Say>`, code: 12200, path: "/Response/Say[1]/amazon:effect[1]"},
	{rule: "unknown-attribute", bad: `<Say speed="fast">Hi</Say>`, good: `<Say loop="2">Hi</Say>`, code: 12200, path: "/Response/Say[1]/@speed", text: `no attribute "speed"`},
	{rule: "unknown-attribute", bad: `<Say lagnauge="en-US">Hi</Say>`, good: `<Say language="en-US">Hi</Say>`, code: 12200, path: "/Response/Say[1]/@lagnauge", text: `Did you mean "language"?`},
	{rule: "unknown-attribute", bad: `<Say><lang xmlLang="de-DE">Ja</lang></Say>`, good: `<Say><lang xml:lang="de-DE">Ja</lang></Say>`, code: 12200, path: "/Response/Say[1]/lang[1]/@xmlLang", text: `documentation says "xml:lang"`},
	{rule: "unknown-attribute", bad: `<Dial statusCallbackEvent="answered">+15550100</Dial>`, good: `<Dial><Number statusCallbackEvent="answered">+15550100</Number></Dial>`, code: 12200, path: "/Response/Dial[1]/@statusCallbackEvent", text: "It belongs to Application, Client, Conference, Conversation, Number or another."},
	{rule: "unknown-attribute", bad: `<Hangup action="/x"/>`, good: `<Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x" xmlns="y"/>`, code: 12200, path: "/Response/Hangup[1]/@action"},
	{rule: "missing-attribute", bad: `<Connect><ConversationRelay/></Connect>`, good: `<Connect><ConversationRelay url="wss://example.com/a?b=c"/></Connect>`, code: 12200, path: "/Response/Connect[1]/ConversationRelay[1]/@url"},
	{rule: "deprecated-attribute", bad: `<Dial><Conference whisper="CA00000000000000000000000000000001">r</Conference></Dial>`, good: `<Dial><Conference coach="CA00000000000000000000000000000001">r</Conference></Dial>`, path: "/Response/Dial[1]/Conference[1]/@whisper", text: "renamed to coach"},
	{rule: "text-not-allowed", bad: `hello<Say>Hi</Say>`, good: "\n\t<Say>Hi</Say>\n", code: 12200, path: "/Response"},
	{rule: "text-not-allowed", bad: `<Hangup><![CDATA[bye]]></Hangup>`, good: `<Hangup> </Hangup>`, code: 12200, path: "/Response/Hangup[1]"},
	{rule: "missing-text", bad: `<Dial><Conference/></Dial>`, good: `<Dial><Conference>r</Conference></Dial>`, code: 13237, path: "/Response/Dial[1]/Conference[1]"},
	{rule: "missing-text", kind: messaging, bad: `<Message><Media> </Media></Message>`, good: `<Message><Media>https://example.com/a.png</Media></Message>`, code: 12200, path: "/Response/Message[1]/Media[1]"},
	{rule: "text-length", kind: messaging, bad: `<Message>` + times(1601, "é") + `</Message>`, good: `<Message>` + times(1600, "é") + `</Message>`, code: 14103, path: "/Response/Message[1]", text: "1601 characters"},

	{rule: "value", bad: `<Gather timeout="soon"/>`, good: `<Gather timeout="7"/>`, code: 13313, path: "/Response/Gather[1]/@timeout", text: `"soon"`},
	{rule: "value", bad: `<Gather numDigits="-1"/>`, good: `<Gather numDigits="1"/>`, code: 13314, path: "/Response/Gather[1]/@numDigits"},
	{rule: "value", bad: `<Dial sequential="TRUE">+15550100</Dial>`, good: `<Dial sequential="true">+15550100</Dial>`, code: 13218, path: "/Response/Dial[1]/@sequential", text: "true or false"},
	{rule: "value", bad: `<Gather finishOnKey="##"/>`, good: `<Gather finishOnKey=""/>`, code: 13310, path: "/Response/Gather[1]/@finishOnKey"},
	{rule: "value", bad: `<Gather method="get"/>`, good: `<Gather method="GET"/>`, code: 13312, path: "/Response/Gather[1]/@method", text: `write "GET"`},
	{rule: "value", bad: `<Gather input="dtmf  speech"/>`, good: `<Gather input="speech dtmf"/>`, code: 13326, path: "/Response/Gather[1]/@input"},
	{rule: "value", bad: `<Gather speechTimeout="2.5"/>`, good: `<Gather speechTimeout="auto"/>`, code: 13327, path: "/Response/Gather[1]/@speechTimeout"},
	{rule: "value", bad: `<Record finishOnKey="a"/>`, good: `<Record finishOnKey="*#1"/>`, code: 13613, path: "/Response/Record[1]/@finishOnKey"},
	{rule: "value", bad: `<Play digits="12x"/>`, good: `<Play digits="ww12A#"/>`, code: 13430, path: "/Response/Play[1]/@digits"},
	{rule: "value", bad: `<Dial><Number sendDigits="A">+15550100</Number></Dial>`, good: `<Dial><Number sendDigits="w1*">+15550100</Number></Dial>`, code: 13222, path: "/Response/Dial[1]/Number[1]/@sendDigits"},
	{rule: "value", bad: `<Pay chargeAmount="10."/>`, good: `<Pay chargeAmount="10.5"/>`, code: 64003, stops: true, path: "/Response/Pay[1]/@chargeAmount"},
	{rule: "value", bad: `<Dial><Conference participantLabel="a/b">r</Conference></Dial>`, good: `<Dial><Conference participantLabel="ab">r</Conference></Dial>`, code: 16023, path: "/Response/Dial[1]/Conference[1]/@participantLabel"},
	{rule: "value", bad: `<Say>a<break time="1"/></Say>`, good: `<Say>a<break time="+1.5s"/><break time="200ms"/></Say>`, code: 12200, path: "/Response/Say[1]/break[1]/@time"},
	{rule: "value", bad: `<Say><prosody volume="6dB">a</prosody></Say>`, good: `<Say><prosody volume="+6.5dB">a</prosody><prosody volume="x-loud">b</prosody></Say>`, code: 12200, path: "/Response/Say[1]/prosody[1]/@volume", text: "default, silent, x-soft, soft, medium or another, or a change such as +6dB"},
	{rule: "value", bad: `<Say><prosody rate="fast%">a</prosody></Say>`, good: `<Say><prosody rate="90%">a</prosody></Say>`, code: 12200, path: "/Response/Say[1]/prosody[1]/@rate"},
	{rule: "value", bad: `<Say><prosody pitch="+10">a</prosody></Say>`, good: `<Say><prosody pitch="-2st">a</prosody><prosody pitch="10Hz">b</prosody></Say>`, code: 12200, path: "/Response/Say[1]/prosody[1]/@pitch"},
	{rule: "value", bad: `<Say voice="robot">Hi</Say>`, good: `<Say voice="Polly.Joanna-Neural">Hi</Say><Say voice="alice">Hi</Say>`, code: 13511, path: "/Response/Say[1]/@voice"},
	{rule: "value", bad: `<Say voice="Polly.">Hi</Say>`, good: `<Say voice="man">Hi</Say>`, code: 13511, path: "/Response/Say[1]/@voice"},
	{rule: "value", bad: `<Gather><Say voice="robot">Hi</Say></Gather>`, good: `<Gather><Say voice="woman">Hi</Say></Gather>`, code: 13321, path: "/Response/Gather[1]/Say[1]/@voice"},
	{rule: "value", bad: `<Gather><Say loop="x">Hi</Say></Gather>`, good: `<Gather><Say loop="0">Hi</Say></Gather>`, code: 13322, path: "/Response/Gather[1]/Say[1]/@loop"},
	{rule: "value", bad: `<Start><Transcription languageCode="en_US"/></Start>`, good: `<Start><Transcription languageCode="es-419"/></Start>`, code: 12200, path: "/Response/Start[1]/Transcription[1]/@languageCode"},
	{rule: "value", bad: `<Pay><Prompt for="postal-code" attempt="1,2"><Say>a</Say></Prompt></Pay>`, good: `<Pay><Prompt for="postal-code" attempt="1 2"><Say>a</Say></Prompt></Pay>`, code: 12200, path: "/Response/Pay[1]/Prompt[1]/@attempt"},
	{rule: "value", bad: `<Dial><Queue reservationSid="WR1"/></Dial>`, good: `<Dial><Queue reservationSid="WR00000000000000000000000000000001"/></Dial>`, code: 14215, path: "/Response/Dial[1]/Queue[1]/@reservationSid"},
	{rule: "value-empty", bad: `<Record maxLength="" action="/x"/>`, good: `<Record maxLength="1" action=""/>`, code: 13612, path: "/Response/Record[1]/@maxLength"},
	{rule: "value-range", bad: `<Record maxLength="0"/>`, good: `<Record maxLength="1"/>`, code: 13612, path: "/Response/Record[1]/@maxLength", text: "minimum is 1"},
	{rule: "value-range", bad: `<Dial><Number machineDetectionTimeout="61">+15550100</Number></Dial>`, good: `<Dial><Number machineDetectionTimeout="60">+15550100</Number></Dial>`, code: 12200, path: "/Response/Dial[1]/Number[1]/@machineDetectionTimeout", text: "range is 3 to 60"},
	{rule: "value-range", bad: `<Pause length="99999999999999999999"/>`, good: `<Pause length="999999"/>`, code: 13910, path: "/Response/Pause[1]/@length", text: "larger than"},
	{rule: "value-unknown", bad: `<Say voice="Polly.Joana">Hi</Say>`, good: `<Say voice="Polly.Joanna">Hi</Say>`, code: 13511, path: "/Response/Say[1]/@voice", text: `Did you mean "Polly.Joanna"?`},
	{rule: "value-unknown", bad: `<Gather language="tlh-KX"/>`, good: `<Gather language="de-DE"/>`, code: 13331, path: "/Response/Gather[1]/@language"},
	{rule: "phone-number", bad: `<Dial><Number>call me</Number></Dial>`, good: `<Dial><Number>(415) 555-0100</Number></Dial>`, code: 13223, path: "/Response/Dial[1]/Number[1]"},
	{rule: "phone-number", bad: `<Dial>client:alice</Dial>`, good: `<Dial>+15550100</Dial>`, code: 13223, path: "/Response/Dial[1]"},
	{rule: "phone-number", bad: `<Sms to="+1234567890123456">Hi</Sms>`, good: `<Sms to="+15550100" from="">Hi</Sms>`, code: 14101, path: "/Response/Sms[1]/@to"},
	{rule: "address", bad: `<Dial callerId="the front desk">+15550100</Dial>`, good: `<Dial callerId="client:alice">+15550100</Dial>`, code: 13214, path: "/Response/Dial[1]/@callerId"},
	{rule: "address", kind: messaging, bad: `<Message to="alice">Hi</Message>`, good: `<Message to="12345" from="Front Desk">Hi</Message>`, code: 14101, path: "/Response/Message[1]/@to"},
	{rule: "address", kind: messaging, bad: `<Sms from="Front Desk 24h">Hi</Sms>`, good: `<Sms to="rcs:alice" from="messenger:1">Hi</Sms>`, code: 14102, path: "/Response/Sms[1]/@from"},
	{rule: "url", bad: `<Redirect>https://my_host.example.com/x</Redirect>`, good: `<Redirect>https://my-host.example.com/x_y?z=a_b</Redirect>`, code: 11100, path: "/Response/Redirect[1]", text: "underscore"},
	{rule: "url", bad: `<Redirect>/a b</Redirect>`, good: `<Redirect> /a%20b </Redirect>`, code: 11100, path: "/Response/Redirect[1]", text: "white space"},
	{rule: "url", bad: `<Dial recordingStatusCallback="ftp://example.com/x">+15550100</Dial>`, good: `<Dial recordingStatusCallback="HTTP://example.com/x">+15550100</Dial>`, code: 13256, path: "/Response/Dial[1]/@recordingStatusCallback", text: "http and https"},
	{rule: "url", bad: `<Play>http:///a.mp3</Play>`, good: `<Play>https://example.com/a.mp3</Play>`, code: 11100, path: "/Response/Play[1]", text: "no host"},
	{rule: "url", bad: `<Pay action="https://%zz"/>`, good: `<Pay action="https://example.com/%7Ea"/>`, code: 64016, stops: true, path: "/Response/Pay[1]/@action", text: "hexadecimal"},
	{rule: "relative-url", bad: `<Redirect>www.example.com</Redirect>`, good: `<Redirect>/www.example.com</Redirect>`, path: "/Response/Redirect[1]", text: "looks like a host"},
	{rule: "relative-url", bad: `<Play>example.com</Play>`, good: `<Play>hello.mp3</Play>`, path: "/Response/Play[1]"},
	{rule: "relative-url", bad: `<Play>media.example.co.uk/a.mp3</Play>`, good: `<Play>../v1.2/a.tar.mp3</Play>`, path: "/Response/Play[1]"},
	{rule: "relative-url", bad: `<Gather action="//example.com/x"/>`, good: `<Gather action="https://example.com/x"/>`, path: "/Response/Gather[1]/@action", text: "no scheme"},
	{rule: "relative-url", bad: `<Start><Recording recordingStatusCallback="/x"/></Start>`, good: `<Start><Recording recordingStatusCallback="https://example.com/x"/></Start>`, path: "/Response/Start[1]/Recording[1]/@recordingStatusCallback"},
	{rule: "relay-url", bad: `<Connect><ConversationRelay url=""/></Connect>`, good: `<Connect><ConversationRelay url="WSS://example.com"/></Connect>`, code: 31922, stops: true, path: "/Response/Connect[1]/ConversationRelay[1]/@url"},
	{rule: "relay-url", bad: `<Connect><ConversationRelay url="wss://a b"/></Connect>`, good: `<Connect><ConversationRelay url="wss://a.example.com/b"/></Connect>`, code: 31923, stops: true, path: "/Response/Connect[1]/ConversationRelay[1]/@url"},

	{rule: "unreachable", bad: `<Hangup/><Say>Hi</Say>`, good: `<Say>Hi</Say><Hangup/>`, path: "/Response/Say[1]", text: "Hangup ends the call"},
	{rule: "unreachable", bad: `<Reject/><Hangup/>`, good: `<Reject/>`, path: "/Response/Hangup[1]", text: "Reject ends"},
	{rule: "unreachable", bad: `<Leave/><Hangup/>`, good: `<Leave/>`, path: "/Response/Hangup[1]", text: "Enqueue"},
	{rule: "unreachable", bad: `<Redirect>/x</Redirect><Hangup/>`, good: `<Redirect>/x</Redirect>`, path: "/Response/Hangup[1]", text: "another document"},
	{rule: "after-record", bad: `<Record action="/x"/><Say>a</Say><Say>b</Say>`, good: `<Say>a</Say><Record action="/x"/>`, path: "/Response/Say[1]", text: "action of Record"},
	{rule: "unreachable", bad: `<Dial action="/x">+15550100</Dial><Say>a</Say>`, good: `<Dial>+15550100</Dial><Say>a</Say>`, path: "/Response/Say[1]", text: "action of Dial"},
	{rule: "unreachable", bad: `<Refer action="/x"><Sip>sip:a@example.com</Sip></Refer><Say>a</Say>`, good: `<Refer><Sip>sip:a@example.com</Sip></Refer><Say>a</Say>`, path: "/Response/Say[1]"},
	{rule: "unreachable", bad: `<Gather actionOnEmptyResult="true" action="/x"/><Say>a</Say>`, good: `<Gather action="/x"/><Say>a</Say>`, path: "/Response/Say[1]"},
	{rule: "unreachable", kind: messaging, bad: `<Redirect>/x</Redirect><Message>Hi</Message>`, good: `<Message>Hi</Message><Redirect>/x</Redirect>`, path: "/Response/Message[1]"},
	{rule: "reject-first", bad: `<Say>Hi</Say><Reject/>`, good: `<!-- no --><Reject reason="busy"/>`, code: 12200, path: "/Response/Reject[1]"},
	{rule: "gather-no-way-on", bad: `<Gather action="/x"/>`, good: `<Gather action="/x" actionOnEmptyResult="true"/>`, path: "/Response/Gather[1]"},
	{rule: "gather-no-way-on", bad: `<Say>Hi</Say><Gather action="/x"/>`, good: `<Gather action="/x"/><Hangup/>`, path: "/Response/Gather[1]"},
	{rule: "action-loop", bad: `<Gather/><Hangup/>`, good: `<Gather action="/x"/><Hangup/>`, path: "/Response/Gather[1]"},
	{rule: "action-loop", bad: `<Record/>`, good: `<Record action="/x"/>`, path: "/Response/Record[1]"},
	{rule: "redirect-self", bad: `<Redirect/>`, good: `<Redirect>/x</Redirect>`, path: "/Response/Redirect[1]"},

	{rule: "say-needs-text", bad: `<Say> </Say>`, good: `<Say><break time="1s"/></Say>`, code: 13520, path: "/Response/Say[1]"},
	{rule: "say-length", bad: `<Say>` + times(2049, "é") + `</Say>`, good: `<Say>` + times(2048, "é") + `</Say>`, code: 13521, path: "/Response/Say[1]", text: "4098"},
	{rule: "say-length", bad: `<Say voice="Polly.Amy">` + times(3001, "a") + `</Say>`, good: `<Say voice="Polly.Amy"><p>` + times(3000, "é") + `</p></Say>`, code: 13521, path: "/Response/Say[1]", text: "Polly"},
	{rule: "say-length", bad: `<Say voice="Google.en-US-Standard-C"><p>` + times(4994, "a") + `</p></Say>`, good: `<Say voice="Google.en-US-Standard-C"><p>` + times(4993, "a") + `</p></Say>`, code: 13521, path: "/Response/Say[1]", text: "Google"},
	{rule: "ssml-needs-voice", bad: `<Say voice="man">a<break/></Say>`, good: `<Say voice="Polly.Amy">a<break/></Say><Say voice="man">a</Say>`, path: "/Response/Say[1]/@voice"},
	{rule: "play-needs-source", bad: `<Play/>`, good: `<Play digits="1"/>`, code: 12200, path: "/Response/Play[1]"},
	{rule: "play-digits-in-gather", bad: `<Gather><Play digits="1"/></Gather>`, good: `<Gather><Play>/a.mp3</Play></Gather>`, code: 12200, path: "/Response/Gather[1]/Play[1]/@digits"},

	{rule: "gather-hints", bad: `<Gather hints="` + times(101, "é") + `"/>`, good: `<Gather hints="a, ` + times(100, "é") + `"/>`, code: 13330, path: "/Response/Gather[1]/@hints"},
	{rule: "gather-hints", bad: `<Gather hints="` + times(500, "a,") + `a"/>`, good: `<Gather hints="` + times(499, "a,") + `a"/>`, code: 13330, path: "/Response/Gather[1]/@hints"},
	{rule: "gather-auto-timeout", bad: `<Gather speechTimeout="auto" speechModel="default"/>`, good: `<Gather speechTimeout="auto"/>`, code: 13335, path: "/Response/Gather[1]/@speechTimeout"},
	{rule: "record-transcribe-length", bad: `<Record transcribe="true" maxLength="121"/>`, good: `<Record transcribe="true" maxLength="120"/>`, code: 13615, path: "/Response/Record[1]/@maxLength"},
	{rule: "record-transcribe-length", bad: `<Record transcribeCallback="/t" maxLength="3600"/>`, good: `<Record maxLength="3600"/>`, code: 13615, path: "/Response/Record[1]/@maxLength"},
	{rule: "pay-bank-account", bad: `<Pay bankAccountType="consumer-savings"/>`, good: `<Pay bankAccountType="consumer-savings" paymentMethod="ach-debit"/>`, code: 64017, stops: true, path: "/Response/Pay[1]/@bankAccountType"},
	{rule: "parameter-name", bad: `<Pay><Parameter name=" " value="x"/></Pay>`, good: `<Pay><Parameter name="a" value=""/></Pay>`, code: 12200, path: "/Response/Pay[1]/Parameter[1]/@name"},

	{rule: "dial-text-or-nouns", bad: `<Dial>+15550100<Number>+15550101</Number></Dial>`, good: `<Dial> <Number>+15550101</Number> </Dial>`, code: 13215, path: "/Response/Dial[1]"},
	{rule: "dial-lone-nouns", bad: `<Dial><Conference>r</Conference><Number>+15550100</Number></Dial>`, good: `<Dial><Client>a</Client><Number>+15550100</Number></Dial>`, code: 13000, path: "/Response/Dial[1]"},
	{rule: "dial-lone-nouns", bad: `<Dial><Queue>q</Queue><Queue>p</Queue></Dial>`, good: `<Dial><Queue>q</Queue></Dial>`, code: 13215, path: "/Response/Dial[1]", text: "Queue must be the only"},
	{rule: "dial-lone-nouns", bad: `<Dial><WhatsApp>+15550100</WhatsApp><Client>a</Client></Dial>`, good: `<Dial><WhatsApp>+15550100</WhatsApp></Dial>`, code: 13215, path: "/Response/Dial[1]"},
	{rule: "dial-ten-nouns", bad: `<Dial>` + times(11, `<Client>a</Client>`) + `</Dial>`, good: `<Dial>` + times(10, `<Client>a</Client>`) + `</Dial>`, code: 13250, path: "/Response/Dial[1]"},
	{rule: "dial-needs-target", bad: `<Dial/>`, good: `<Dial>+15550100</Dial>`, code: 13223, path: "/Response/Dial[1]"},
	{rule: "sip-five-uris", bad: `<Dial><Sip>` + times(6, `<Uri>sip:a@example.com</Uri>`) + `</Sip></Dial>`, good: `<Dial><Sip>` + times(5, `<Uri>sip:a@example.com</Uri>`) + `</Sip></Dial>`, code: 13250, path: "/Response/Dial[1]/Sip[1]"},
	{rule: "sip-five-uris", bad: `<Dial><Sip>sip:a@example.com<Headers/><Headers/></Sip></Dial>`, good: `<Dial><Sip>sip:a@example.com<Headers/></Sip></Dial>`, code: 13250, path: "/Response/Dial[1]/Sip[1]"},
	{rule: "sip-headers-size", bad: `<Dial><Sip>sip:a@example.com<Headers><Header name="X-A" value="` + times(1022, "v") + `"/></Headers></Sip></Dial>`, good: `<Dial><Sip>sip:a@example.com<Headers><Header name="X-A" value="` + times(1021, "v") + `"/></Headers></Sip></Dial>`, code: 13253, path: "/Response/Dial[1]/Sip[1]/Headers[1]"},
	{rule: "sip-header-name", bad: `<Dial><Sip>sip:a@example.com<Headers><Header name="Via" value="v"/></Headers></Sip></Dial>`, good: `<Dial><Sip>sip:a@example.com<Headers><Header name="x-a" value="v"/><Header name="User-to-User" value="v"/></Headers></Sip></Dial>`, code: 13252, path: "/Response/Dial[1]/Sip[1]/Headers[1]/Header[1]/@name"},
	{rule: "sip-uri", bad: `<Dial><Sip>kate at example</Sip></Dial>`, good: `<Dial><Sip>sips:kate@example.com?x-a=b</Sip></Dial>`, code: 13243, path: "/Response/Dial[1]/Sip[1]"},
	{rule: "sip-uri", bad: `<Dial><Sip/></Dial>`, good: `<Dial><Sip><Uri>SIP:a@example.com</Uri></Sip></Dial>`, code: 13243, path: "/Response/Dial[1]/Sip[1]"},
	{rule: "sip-uri", bad: `<Refer><Sip>a@example.com</Sip></Refer>`, good: `<Refer><Sip>sip:a@example.com</Sip></Refer>`, code: 13243, path: "/Response/Refer[1]/Sip[1]"},
	{rule: "client-identity", bad: `<Dial><Client/></Dial>`, good: `<Dial><Client>a</Client></Dial>`, code: 12200, path: "/Response/Dial[1]/Client[1]", text: "no target"},
	{rule: "client-identity", bad: `<Dial><Client>a<Identity>b</Identity></Client></Dial>`, good: `<Dial><Client><Identity>b</Identity><Parameter name="n" value="v"/></Client></Dial>`, code: 12200, path: "/Response/Dial[1]/Client[1]", text: "more than once"},
	{rule: "client-identity", bad: `<Dial><Client>a<Parameter name="n" value="v"/></Client></Dial>`, good: `<Dial><Client>a</Client></Dial>`, code: 12200, path: "/Response/Dial[1]/Client[1]", text: "Parameter"},
	{rule: "application-sid", bad: `<Dial><Application>AP1<ApplicationSid>AP2</ApplicationSid></Application></Dial>`, good: `<Dial><Application><ApplicationSid>AP2</ApplicationSid><Parameter name="n" value="v"/></Application></Dial>`, code: 12200, path: "/Response/Dial[1]/Application[1]"},

	{rule: "task-json", bad: `<Enqueue workflowSid="WW00000000000000000000000000000001"><Task>[1]</Task></Enqueue>`, good: `<Enqueue workflowSid="WW00000000000000000000000000000001"><Task> {"a": 1} </Task></Enqueue>`, code: 14221, path: "/Response/Enqueue[1]/Task[1]"},
	{rule: "task-json", bad: `<Enqueue workflowSid="WW00000000000000000000000000000001"><TaskAttributes>null</TaskAttributes></Enqueue>`, good: `<Enqueue workflowSid="WW00000000000000000000000000000001"/>`, code: 14221, path: "/Response/Enqueue[1]/TaskAttributes[1]"},
	{rule: "enqueue-task-needs-workflow", bad: `<Enqueue><Task>{}</Task></Enqueue>`, good: `<Enqueue workflowSid="WW00000000000000000000000000000001"><Task>{}</Task></Enqueue>`, code: 14220, path: "/Response/Enqueue[1]"},
	{rule: "queue-name-length", bad: `<Enqueue>` + times(65, "é") + `</Enqueue>`, good: `<Enqueue>` + times(64, "é") + `</Enqueue>`, code: 14205, path: "/Response/Enqueue[1]"},
	{rule: "queue-name-length", bad: `<Enqueue/>`, good: `<Enqueue>support</Enqueue>`, code: 14204, path: "/Response/Enqueue[1]"},
	{rule: "queue-name-length", bad: `<Dial><Queue/></Dial>`, good: `<Dial><Queue>support</Queue></Dial>`, code: 14212, path: "/Response/Dial[1]/Queue[1]"},
	{rule: "queue-name-length", bad: `<Dial><Queue>` + times(65, "q") + `</Queue></Dial>`, good: `<Dial><Queue reservationSid="WR00000000000000000000000000000001"/></Dial>`, code: 14213, path: "/Response/Dial[1]/Queue[1]"},

	{rule: "connect-one-noun", bad: `<Connect/>`, good: `<Connect><Room>r</Room></Connect>`, code: 12200, path: "/Response/Connect[1]"},
	{rule: "start-one-noun", bad: `<Start><Siprec connectorName="c"/><Siprec connectorName="d"/></Start>`, good: `<Start><Siprec connectorName="c"/></Start>`, code: 14300, path: "/Response/Start[1]"},
	{rule: "stop-one-noun", bad: `<Stop/>`, good: `<Stop><Stream name="s"/></Stop>`, code: 14300, path: "/Response/Stop[1]"},
	{rule: "stop-one-noun", bad: `<Stop><Stream/></Stop>`, good: `<Stop><Siprec name="s"/></Stop>`, code: 14300, path: "/Response/Stop[1]/Stream[1]"},
	{rule: "stream-track-in-connect", bad: `<Connect><Stream url="wss://example.com" track="both_tracks"/></Connect>`, good: `<Start><Stream url="wss://example.com" track="both_tracks"/></Start><Connect><Stream url="wss://example.com" track="inbound_track"/></Connect>`, code: 31941, stops: true, path: "/Response/Connect[1]/Stream[1]/@track"},
	{rule: "stream-target", bad: `<Start><Stream name="s"/></Start>`, good: `<Start><Stream connectorName="c"/></Start><Stop><Stream name="s"/></Stop>`, code: 31940, path: "/Response/Start[1]/Stream[1]"},
	{rule: "stream-url", bad: `<Start><Stream url="ws://example.com"/></Start>`, good: `<Start><Stream url="wss://example.com"/></Start>`, code: 31922, stops: true, path: "/Response/Start[1]/Stream[1]/@url"},
	{rule: "stream-query", bad: `<Start><Stream url="wss://example.com?a=b"/></Start>`, good: `<Start><Stream url="wss://example.com/a"/></Start>`, path: "/Response/Start[1]/Stream[1]/@url", text: "query"},

	{rule: "ssml-as-text", bad: `<Say>&lt;speak&gt;hi&lt;/speak&gt;</Say>`, good: `<Say>a &lt;b&gt; c</Say>`, path: "/Response/Say[1]", text: "<speak>"},
	{rule: "caller-id", bad: `<Dial callerId="client:alice"><Number>+15550100</Number></Dial>`, good: `<Dial callerId="client:alice"><Client>bob</Client></Dial>`, code: 13214, path: "/Response/Dial[1]/@callerId", text: "phone number"},
	{rule: "client-prefix", bad: `<Dial><Client>client:alice</Client></Dial>`, good: `<Dial><Client>alice</Client></Dial>`, path: "/Response/Dial[1]/Client[1]", text: "leave it out"},
	{rule: "participant-label", bad: `<Dial><Conference participantLabel="CA00000000000000000000000000000001">r</Conference></Dial>`, good: `<Dial><Conference participantLabel="alice">r</Conference></Dial>`, code: 16023, path: "/Response/Dial[1]/Conference[1]/@participantLabel"},
	{rule: "stream-end", bad: `<Connect><Stream url="wss://example.com"/></Connect>`, good: `<Connect><Stream url="wss://example.com"/></Connect><Redirect>/next</Redirect>`, path: "/Response/Connect[1]", text: "call ends"},
	{rule: "stream-end", bad: `<Connect><Stream url="wss://example.com"/></Connect><Pause length="60"/>`, good: `<Connect action="/ended"><Stream url="wss://example.com"/></Connect>`, path: "/Response/Connect[1]", text: "silence"},
	{rule: "stream-one-way", bad: `<Start><Stream url="wss://example.com"/></Start><Pause length="60"/>`, good: `<Start><Stream url="wss://example.com"/></Start><Say>Hi</Say>`, path: "/Response/Start[1]", text: "use Connect"},
	{rule: "relay-multi", bad: `<Connect><ConversationRelay url="wss://example.com" language="multi" ttsProvider="Amazon"/></Connect>`, good: `<Connect><ConversationRelay url="wss://example.com" language="multi" speechModel="nova-3-general"/></Connect>`, code: 64101, path: "/Response/Connect[1]/ConversationRelay[1]/@language"},
	{rule: "relay-multi", bad: `<Connect><ConversationRelay url="wss://example.com"><Language code="multi" transcriptionProvider="Google"/></ConversationRelay></Connect>`, good: `<Connect><ConversationRelay url="wss://example.com" ttsLanguage="multi" speechModel="flux"/></Connect>`, code: 64101, path: "/Response/Connect[1]/ConversationRelay[1]/Language[1]"},
	{rule: "relay-thresholds", bad: `<Connect><ConversationRelay url="wss://example.com" eagerEotThreshold="0.7" eotThreshold="0.6"/></Connect>`, good: `<Connect><ConversationRelay url="wss://example.com" eagerEotThreshold="0.5" eotThreshold="0.6"/></Connect>`, code: 64101, path: "/Response/Connect[1]/ConversationRelay[1]/@eagerEotThreshold", text: "below"},
	{rule: "relay-history", bad: `<Connect><ConversationRelay url="wss://example.com" events="tokens-played"/></Connect>`, good: `<Connect><ConversationRelay url="wss://example.com" events="tokens-played speaker-events"/></Connect>`, path: "/Response/Connect[1]/ConversationRelay[1]", text: "speaker-events"},
	{rule: "failover-open", bad: `<Connect><ConversationRelay url="wss://example.com"><Failover/><Failover/></ConversationRelay></Connect>`, good: `<Connect><ConversationRelay url="wss://example.com"><Failover any="thing"/></ConversationRelay></Connect>`, path: "/Response/Connect[1]/ConversationRelay[1]"},

	{rule: "message-needs-content", kind: messaging, bad: `<Message><Body> </Body></Message>`, good: `<Message><Media>/a.png</Media></Message>`, code: 14103, path: "/Response/Message[1]"},
	{rule: "message-body-or-text", kind: messaging, bad: `<Message>a<Body>b</Body></Message>`, good: `<Message>a<Media>/a.png</Media></Message>`, code: 12200, path: "/Response/Message[1]"},
	{rule: "message-parts", kind: messaging, bad: `<Message>a` + times(11, `<Media>/a.png</Media>`) + `</Message>`, good: `<Message>a` + times(10, `<Media>/a.png</Media>`) + `</Message>`, code: 12200, path: "/Response/Message[1]"},
	{rule: "message-parts", kind: messaging, bad: `<Message><Body>a</Body><Body>b</Body></Message>`, good: `<Message><Body>a</Body></Message>`, code: 12200, path: "/Response/Message[1]"},
	{rule: "ten-messages", kind: messaging, bad: times(11, `<Message>a</Message>`), good: times(10, `<Message>a</Message>`), code: 14109, path: "/Response"},
}

// ruledByHand are the rules that no parsed document can break: those of trees
// made by hand (TestLintOfTreesMadeByHand) and of builders.
var ruledByHand = []string{"well-formed", "limits", "document-size"}

func lintOf(t testing.TB, xml string, kind twiml.DocumentKind, isDocument bool) []lint.Problem {
	t.Helper()
	if !isDocument {
		xml = "<Response>" + xml + "</Response>"
	}
	root, err := twiml.Parse([]byte(xml))
	require.NoError(t, err, xml)
	return lint.Check(root, kind)
}

func TestLintRules(t *testing.T) {
	for _, c := range ruleCases {
		name := c.bad
		if len(name) > 40 {
			name = name[:40]
		}
		t.Run(c.rule+"/"+name, func(t *testing.T) {
			document := func(s string) bool { return strings.HasPrefix(s, "<Response") || c.rule == "root" }
			problems := lintOf(t, c.bad, c.kind, document(c.bad))
			i := slices.IndexFunc(problems, func(p lint.Problem) bool { return p.Rule == c.rule })
			require.GreaterOrEqual(t, i, 0, "not found; got %v", problems)
			p := problems[i]
			assert.Equal(t, c.code, p.Code)
			assert.Equal(t, c.path, p.Path)
			assert.Equal(t, c.stops, p.Stops)
			assert.Contains(t, p.Text, c.text)
			assert.Regexp(t, `^.+[.?]$`, p.Text)
			assert.Positive(t, p.Line)

			for _, p := range lintOf(t, c.good, c.kind, document(c.good)) {
				assert.NotEqual(t, c.rule, p.Rule, "in the good document: %s", p)
			}
		})
	}
}

// TestRulesAreComplete compares the list of rules with the facts, and with the
// cases above: no rule without a case that breaks it.
func TestRulesAreComplete(t *testing.T) {
	var grammar struct {
		Rules []struct {
			ID       string `json:"id"`
			Document string `json:"document"`
			Element  string `json:"element"`
			Rule     string `json:"rule"`
			Code     *int   `json:"twilio_code"`
		} `json:"rules"`
	}
	decodeLoosely(t, "twiml.json", &grammar)
	require.NotEmpty(t, grammar.Rules)
	known := map[string]bool{}
	for _, r := range lint.Rules() {
		rule := r.Name
		assert.False(t, known[rule], "%s is listed twice", rule)
		known[rule] = true
		assert.NotEmpty(t, r.Check, rule)
		broken := slices.ContainsFunc(ruleCases, func(c ruleCase) bool { return c.rule == rule })
		assert.True(t, broken || slices.Contains(ruledByHand, rule), "no case breaks %s", rule)
	}
	for _, r := range grammar.Rules {
		assert.True(t, known[r.ID], "no rule %s", r.ID)
		if r.Code == nil || slices.Contains(ruledByHand, r.ID) {
			continue
		}
		assert.True(t, slices.ContainsFunc(ruleCases, func(c ruleCase) bool { return c.rule == r.ID && (c.code == *r.Code || c.code == 0) }),
			"no case breaks %s with %d", r.ID, *r.Code)
	}
	fmt.Printf("rules: %d, with all %d of the grammar between attributes\n", len(known), len(grammar.Rules))
}

// decodeLoosely reads a part of a file of facts.
func decodeLoosely(t testing.TB, name string, v any) {
	t.Helper()
	data, err := spec.Bytes(name)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, v))
}
