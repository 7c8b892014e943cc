package twiml

import (
	"iter"
	"slices"
)

// The rules of Lint. The names are stable: programs that filter problems
// compare them.
const (
	// The document.
	ruleWellFormed   = "well-formed"
	ruleLimits       = "limits"
	ruleDocumentSize = "document-size"
	ruleRoot         = "root"
	ruleVersion      = "version"

	// What stands where.
	ruleUnknownElement      = "unknown-element"
	ruleWrongDocument       = "wrong-document"
	ruleNesting             = "nesting"
	ruleMessagingVerbs      = "only-messaging-verbs"
	ruleSDKOnlyParent       = "sdk-only-parent"
	ruleDeprecatedElement   = "deprecated-element"
	ruleUndocumentedElement = "undocumented-element"
	ruleUnknownAttribute    = "unknown-attribute"
	ruleMissingAttribute    = "missing-attribute"
	ruleDeprecatedAttribute = "deprecated-attribute"
	ruleTextNotAllowed      = "text-not-allowed"
	ruleMissingText         = "missing-text"
	ruleTextLength          = "text-length"

	// Values.
	ruleValue        = "value"
	ruleValueEmpty   = "value-empty"
	ruleValueRange   = "value-range"
	ruleValueUnknown = "value-unknown"
	rulePhoneNumber  = "phone-number"
	ruleAddress      = "address"
	ruleURL          = "url"
	ruleRelativeURL  = "relative-url"
	ruleSocketURL    = "socket-url"

	// The order of verbs.
	ruleUnreachable   = "unreachable"
	ruleRejectFirst   = "reject-first"
	ruleGatherNoWayOn = "gather-no-way-on"
	ruleActionLoop    = "action-loop"
	ruleRedirectSelf  = "redirect-self"

	// Say and Play.
	ruleSayText      = "say-needs-text"
	ruleSayLength    = "say-length"
	ruleSSMLVoice    = "ssml-needs-voice"
	rulePlaySource   = "play-needs-source"
	rulePlayInGather = "play-digits-in-gather"

	// Gather, Record, Pay.
	ruleGatherHints      = "gather-hints"
	ruleGatherAuto       = "gather-auto-timeout"
	ruleRecordTranscribe = "record-transcribe-length"
	rulePayBankAccount   = "pay-bank-account"
	ruleParameterName    = "parameter-name"

	// Dial and its nouns.
	ruleDialTextOrNouns = "dial-text-or-nouns"
	ruleDialLoneNouns   = "dial-lone-nouns"
	ruleDialTenNouns    = "dial-ten-nouns"
	ruleDialTarget      = "dial-needs-target"
	ruleSIPFiveURIs     = "sip-five-uris"
	ruleSIPHeadersSize  = "sip-headers-size"
	ruleSIPHeaderName   = "sip-header-name"
	ruleSIPURI          = "sip-uri"
	ruleClientIdentity  = "client-identity"
	ruleApplicationSID  = "application-sid"

	// Enqueue.
	ruleTaskJSON     = "task-json"
	ruleTaskWorkflow = "enqueue-task-needs-workflow"
	ruleQueueName    = "queue-name-length"

	// Connect, Start, Stop.
	ruleConnectOneNoun = "connect-one-noun"
	ruleStartOneNoun   = "start-one-noun"
	ruleStopOneNoun    = "stop-one-noun"
	ruleStreamTrack    = "stream-track-in-connect"
	ruleStreamTarget   = "stream-target"
	ruleStreamURL      = "stream-url"

	// Message.
	ruleMessageContent = "message-needs-content"
	ruleMessageBody    = "message-body-or-text"
	ruleMessageParts   = "message-parts"
	ruleTenMessages    = "ten-messages"
)

// A lintRule is a rule as Rules shows it.
type lintRule struct {
	name   string
	asks   string
	silent bool // Twilio logs nothing
}

// lintRules lists every rule, in the order of the constants.
var lintRules = [...]lintRule{
	{name: ruleWellFormed, asks: "names of a document made by hand are XML names, no attribute stands twice"},
	{name: ruleLimits, asks: "no more than 2,000 elements, 32 deep, with 64 attributes each", silent: true},
	{name: ruleDocumentSize, asks: "the document has at most 65,536 bytes"},
	{name: ruleRoot, asks: "the root element is Response"},
	{name: ruleVersion, asks: "version is an API version: 2008-08-01 or 2010-04-01"},

	{name: ruleUnknownElement, asks: "the element exists, written in this case"},
	{name: ruleWrongDocument, asks: "the element belongs to this kind of document"},
	{name: ruleNesting, asks: "the element belongs into its parent"},
	{name: ruleMessagingVerbs, asks: "a messaging document holds Message and Redirect only"},
	{name: ruleSDKOnlyParent, asks: "Twilio's documentation, not only its libraries, lets the element stand in its parent"},
	{name: ruleDeprecatedElement, asks: "the element is not deprecated", silent: true},
	{name: ruleUndocumentedElement, asks: "Twilio documents the SSML element"},
	{name: ruleUnknownAttribute, asks: "the element has such an attribute, written in this case"},
	{name: ruleMissingAttribute, asks: "required attributes are there"},
	{name: ruleDeprecatedAttribute, asks: "the attribute is not deprecated", silent: true},
	{name: ruleTextNotAllowed, asks: "no text stands in an element that holds none"},
	{name: ruleMissingText, asks: "required text is there"},
	{name: ruleTextLength, asks: "the text is not longer than allowed"},

	{name: ruleValue, asks: "the value has the type of the attribute"},
	{name: ruleValueEmpty, asks: "the value is not empty where that says nothing"},
	{name: ruleValueRange, asks: "a number is in its range"},
	{name: ruleWholeUnits, asks: "a length of time given to a builder is a whole number of the attribute's units", silent: true},
	{name: ruleValueUnknown, asks: "the value of a list that grows is a known one"},
	{name: rulePhoneNumber, asks: "a phone number is E.164, or as written in the US"},
	{name: ruleAddress, asks: "a caller ID, a sender or a receiver is one: a number, or what its kind of call or message knows"},
	{name: ruleURL, asks: "a URL is well-formed, of http or https, with a valid host"},
	{name: ruleRelativeURL, asks: "a URL leads where it seems to", silent: true},
	{name: ruleSocketURL, asks: "the URL of a WebSocket begins with wss://"},

	{name: ruleUnreachable, asks: "no verb stands behind one that never goes on", silent: true},
	{name: ruleRejectFirst, asks: "Reject is the first verb: any other answers the call"},
	{name: ruleGatherNoWayOn, asks: "a Gather is followed by what happens without input", silent: true},
	{name: ruleActionLoop, asks: "a Gather or Record says where its result goes: without action the same document runs again", silent: true},
	{name: ruleRedirectSelf, asks: "a Redirect has a URL: without one the same document runs again", silent: true},

	{name: ruleSayText, asks: "a Say holds text or SSML"},
	{name: ruleSayLength, asks: "a Say has at most 4096 bytes with a basic voice, 3000 characters with Polly, 5000 with Google"},
	{name: ruleSSMLVoice, asks: "SSML is spoken by a voice that knows it, not by man or woman", silent: true},
	{name: rulePlaySource, asks: "a Play has a URL or digits"},
	{name: rulePlayInGather, asks: "a Play inside a Gather has no digits"},

	{name: ruleGatherHints, asks: "at most 500 hints of at most 100 characters"},
	{name: ruleGatherAuto, asks: "speechTimeout is a number where a speechModel is chosen"},
	{name: ruleRecordTranscribe, asks: "a recording to be transcribed has a maxLength of at most 120 seconds"},
	{name: rulePayBankAccount, asks: "bankAccountType goes with the paymentMethod ach-debit only"},
	{name: ruleParameterName, asks: "the name of a Parameter is not empty"},

	{name: ruleDialTextOrNouns, asks: "a Dial holds text or nouns, not both"},
	{name: ruleDialLoneNouns, asks: "Conference, Queue, Sim, Application and WhatsApp stand alone in a Dial"},
	{name: ruleDialTenNouns, asks: "a Dial has at most 10 nouns"},
	{name: ruleDialTarget, asks: "a Dial has somebody to call"},
	{name: ruleSIPFiveURIs, asks: "a Sip has at most 5 Uri and 1 Headers"},
	{name: ruleSIPHeadersSize, asks: "names and values of Headers have at most 1024 characters together"},
	{name: ruleSIPHeaderName, asks: "the name of a SIP header begins with X- or is one that Twilio sends"},
	{name: ruleSIPURI, asks: "a SIP URI begins with sip: or sips:"},
	{name: ruleClientIdentity, asks: "a Client has text or one Identity, which Parameter needs"},
	{name: ruleApplicationSID, asks: "an Application has text or one ApplicationSid"},

	{name: ruleTaskJSON, asks: "a Task holds a JSON object"},
	{name: ruleTaskWorkflow, asks: "an Enqueue with a Task has a workflowSid"},
	{name: ruleQueueName, asks: "the name of a queue has 1 to 64 characters"},

	{name: ruleConnectOneNoun, asks: "a Connect has exactly one noun"},
	{name: ruleStartOneNoun, asks: "a Start has exactly one noun"},
	{name: ruleStopOneNoun, asks: "a Stop has exactly one noun, with the name it was started with"},
	{name: ruleStreamTrack, asks: "a Stream in a Connect has the inbound_track"},
	{name: ruleStreamTarget, asks: "a Stream in a Start or Connect has a url or a connectorName"},
	{name: ruleStreamURL, asks: "the url of a Stream begins with wss:// and has no query string"},

	{name: ruleMessageContent, asks: "a Message has text, a Body that is not empty, or a Media"},
	{name: ruleMessageBody, asks: "a Message has text or a Body, not both"},
	{name: ruleMessageParts, asks: "a Message has at most 1 Body and 10 Media"},
	{name: ruleTenMessages, asks: "at most 10 Message in a document"},
}

// Rules yields the name of every rule of [Lint], as in [Problem.Rule], and what
// it asks for, in a few words for people. Names stay as they are; new ones may
// come.
func Rules() iter.Seq2[string, string] {
	return func(yield func(rule, asks string) bool) {
		for _, r := range lintRules {
			if !yield(r.name, r.asks) {
				return
			}
		}
	}
}

// lintSilent reports whether Twilio has no number for what breaks the rule.
func lintSilent(rule string) bool {
	i := slices.IndexFunc(lintRules[:], func(r lintRule) bool { return r.name == rule })
	return lintRules[i].silent
}
