package lint

// Rule names are stable, because programs compare them.
const (
	// The document.
	ruleWellFormed   = "well-formed"
	ruleLimits       = "limits"
	ruleDocumentSize = "document-size"
	ruleRoot         = "root"
	ruleVersion      = "version"

	// Where elements go.
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

	// The order of verbs.
	ruleUnreachable   = "unreachable"
	ruleAfterRecord   = "after-record"
	ruleRejectFirst   = "reject-first"
	ruleGatherNoWayOn = "gather-no-way-on"
	ruleActionLoop    = "action-loop"
	ruleRedirectSelf  = "redirect-self"

	// Say and Play.
	ruleSayText      = "say-needs-text"
	ruleSayLength    = "say-length"
	ruleSSMLVoice    = "ssml-needs-voice"
	ruleSSMLText     = "ssml-as-text"
	rulePlaySource   = "play-needs-source"
	rulePlayInGather = "play-digits-in-gather"

	// Gather, Record, Pay.
	ruleGatherHints      = "gather-hints"
	ruleGatherAuto       = "gather-auto-timeout"
	ruleRecordTranscribe = "record-transcribe-length"
	rulePayBankAccount   = "pay-bank-account"
	ruleParameterName    = "parameter-name"

	// Dial and its nouns.
	ruleDialTextOrNouns  = "dial-text-or-nouns"
	ruleDialLoneNouns    = "dial-lone-nouns"
	ruleDialTenNouns     = "dial-ten-nouns"
	ruleDialTarget       = "dial-needs-target"
	ruleCallerID         = "caller-id"
	ruleClientPrefix     = "client-prefix"
	ruleParticipantLabel = "participant-label"
	ruleSIPFiveURIs      = "sip-five-uris"
	ruleSIPHeadersSize   = "sip-headers-size"
	ruleSIPHeaderName    = "sip-header-name"
	ruleSIPURI           = "sip-uri"
	ruleClientIdentity   = "client-identity"
	ruleApplicationSID   = "application-sid"

	// Enqueue.
	ruleTaskJSON     = "task-json"
	ruleTaskWorkflow = "enqueue-task-needs-workflow"
	ruleQueueName    = "queue-name-length"

	// Connect, Start, Stop.
	ruleConnectOneNoun  = "connect-one-noun"
	ruleStartOneNoun    = "start-one-noun"
	ruleStopOneNoun     = "stop-one-noun"
	ruleStreamTrack     = "stream-track-in-connect"
	ruleStreamTarget    = "stream-target"
	ruleStreamURL       = "stream-url"
	ruleStreamQuery     = "stream-query"
	ruleStreamEnd       = "stream-end"
	ruleStreamOneWay    = "stream-one-way"
	ruleRelayURL        = "relay-url"
	ruleRelayMulti      = "relay-multi"
	ruleRelayThresholds = "relay-thresholds"
	ruleRelayHistory    = "relay-history"
	ruleFailover        = "failover-open"

	// Message.
	ruleMessageContent = "message-needs-content"
	ruleMessageBody    = "message-body-or-text"
	ruleMessageParts   = "message-parts"
	ruleTenMessages    = "ten-messages"
)

// warnings are rules for which Twilio continues, although it stops for other
// problems with the same code.
var warnings = []string{ruleStreamTarget, ruleRelayMulti, ruleRelayThresholds}

// A Rule is one kind of problem that [Check] finds.
type Rule struct {
	Name  string // as in [Problem]
	Check string // what a document must have, in a few words
	URL   string // Twilio's page about it
}

// Rules returns all rules. Names do not change; new rules may be added.
func Rules() []Rule {
	all := make([]Rule, len(ruleTable))
	for i, r := range ruleTable {
		all[i] = Rule{r.name, r.check, docs + r.page}
	}
	return all
}

type rule struct {
	name   string
	page   string
	check  string
	silent bool // Twilio logs nothing
}

// ruleTable lists every rule, in the order of the constants.
var ruleTable = [...]rule{
	{name: ruleWellFormed, page: "api/errors/12100", check: "the names in a document made by hand are XML names, and no attribute is repeated"},
	{name: ruleLimits, page: "voice/twiml", check: "at most 2,000 elements, 32 deep, with 64 attributes each", silent: true},
	{name: ruleDocumentSize, page: "api/errors/11750", check: "the document has at most 65,536 bytes"},
	{name: ruleRoot, page: "api/errors/12102", check: "the root element is Response"},
	{name: ruleVersion, page: "api/errors/12101", check: "version is an API version: 2008-08-01 or 2010-04-01"},

	{name: ruleUnknownElement, page: "voice/twiml", check: "the element exists, in this case"},
	{name: ruleWrongDocument, page: "voice/twiml", check: "the element belongs in this kind of document"},
	{name: ruleNesting, page: "voice/twiml", check: "the element belongs in its parent"},
	{name: ruleMessagingVerbs, page: "messaging/twiml", check: "a messaging document holds Message and Redirect only"},
	{name: ruleSDKOnlyParent, page: "voice/twiml", check: "Twilio's page about the parent lists the element, not only its SDKs", silent: true},
	{name: ruleDeprecatedElement, page: "voice/twiml", check: "the element is not deprecated", silent: true},
	{name: ruleUndocumentedElement, page: "voice/twiml/say/text-speech", check: "Twilio documents the SSML element"},
	{name: ruleUnknownAttribute, page: "voice/twiml", check: "the element has the attribute, in this case"},
	{name: ruleMissingAttribute, page: "voice/twiml", check: "required attributes are set"},
	{name: ruleDeprecatedAttribute, page: "voice/twiml", check: "the attribute is not deprecated", silent: true},
	{name: ruleTextNotAllowed, page: "voice/twiml", check: "an element that takes no text has none"},
	{name: ruleMissingText, page: "voice/twiml", check: "required text is present"},
	{name: ruleTextLength, page: "voice/twiml", check: "the text is not longer than allowed"},

	{name: ruleValue, page: "voice/twiml", check: "the value has the type of the attribute"},
	{name: ruleValueEmpty, page: "voice/twiml", check: "the value is not empty where that has no meaning"},
	{name: ruleValueRange, page: "voice/twiml", check: "a number is in its range"},
	{name: ruleValueUnknown, page: "voice/twiml", check: "the value is a known one, in a list that Twilio extends"},
	{name: rulePhoneNumber, page: "voice/twiml/number", check: "a phone number is in E.164, or written as in the US"},
	{name: ruleAddress, page: "voice/twiml/dial#callerid", check: "a caller ID, sender or receiver is a number or an address"},
	{name: ruleURL, page: "api/errors/11100", check: "a URL is well-formed, with http or https, a valid host and correct escapes"},
	{name: ruleRelativeURL, page: "voice/twiml", check: "a relative URL does not look like a host", silent: true},

	{name: ruleUnreachable, page: "voice/twiml", check: "no verb follows one that ends the document", silent: true},
	{name: ruleAfterRecord, page: "voice/twiml/record", check: "verbs after a Record are meant for an empty recording", silent: true},
	{name: ruleRejectFirst, page: "voice/twiml/reject", check: "Reject is the first verb, since any other answers the call"},
	{name: ruleGatherNoWayOn, page: "voice/twiml/gather", check: "a verb follows a Gather, for a caller who gives no input", silent: true},
	{name: ruleActionLoop, page: "voice/twiml/gather#action", check: "a Gather or Record has an action; without one, the same document runs again", silent: true},
	{name: ruleRedirectSelf, page: "voice/twiml/redirect", check: "a Redirect has a URL; without one, the same document runs again", silent: true},

	{name: ruleSayText, page: "voice/twiml/say", check: "a Say holds text or SSML"},
	{name: ruleSayLength, page: "voice/twiml/say", check: "a Say has at most 4096 bytes with a basic voice, 3000 characters with Polly, 5000 with Google"},
	{name: ruleSSMLVoice, page: "voice/twiml/say/text-speech", check: "SSML is not used with man or woman, which ignore it", silent: true},
	{name: ruleSSMLText, page: "voice/twiml/say/text-speech", check: "SSML is written as elements; as text it is read aloud", silent: true},
	{name: rulePlaySource, page: "voice/twiml/play", check: "a Play has a URL or digits"},
	{name: rulePlayInGather, page: "voice/twiml/play", check: "a Play inside a Gather has no digits"},

	{name: ruleGatherHints, page: "voice/twiml/gather#hints", check: "at most 500 hints of at most 100 characters"},
	{name: ruleGatherAuto, page: "voice/twiml/gather#speechtimeout", check: "speechTimeout is a number if there is a speechModel"},
	{name: ruleRecordTranscribe, page: "voice/twiml/record", check: "a recording to be transcribed has a maxLength of at most 120 seconds"},
	{name: rulePayBankAccount, page: "voice/twiml/pay", check: "bankAccountType is used with the paymentMethod ach-debit only"},
	{name: ruleParameterName, page: "voice/twiml", check: "the name of a Parameter is not empty"},

	{name: ruleDialTextOrNouns, page: "voice/twiml/dial", check: "a Dial holds text or nouns, not both"},
	{name: ruleDialLoneNouns, page: "voice/twiml/dial", check: "Conference, Queue, Sim, Application and WhatsApp are the only noun of a Dial"},
	{name: ruleDialTenNouns, page: "voice/twiml/dial", check: "a Dial has at most 10 nouns"},
	{name: ruleDialTarget, page: "voice/twiml/dial", check: "a Dial has a party to call"},
	{name: ruleCallerID, page: "voice/twiml/dial#callerid", check: "the callerId of a call to a Number is a phone number"},
	{name: ruleClientPrefix, page: "voice/twiml/client", check: "the identity of a Client has no prefix client:", silent: true},
	{name: ruleParticipantLabel, page: "api/errors/16023", check: "a participantLabel is not a call SID"},
	{name: ruleSIPFiveURIs, page: "voice/twiml/sip", check: "a Sip has at most 5 Uri and 1 Headers"},
	{name: ruleSIPHeadersSize, page: "voice/twiml/sip", check: "the names and values of Headers have at most 1024 characters in total"},
	{name: ruleSIPHeaderName, page: "voice/twiml/sip", check: "the name of a SIP header begins with X- or is one that Twilio sends"},
	{name: ruleSIPURI, page: "voice/twiml/sip", check: "a SIP URI begins with sip: or sips:"},
	{name: ruleClientIdentity, page: "voice/twiml/client", check: "a Client has text or one Identity; a Parameter needs Identity"},
	{name: ruleApplicationSID, page: "voice/twiml/dial/application", check: "an Application has text or one ApplicationSid"},

	{name: ruleTaskJSON, page: "voice/twiml/enqueue", check: "a Task holds a JSON object"},
	{name: ruleTaskWorkflow, page: "voice/twiml/enqueue", check: "an Enqueue with a Task has a workflowSid"},
	{name: ruleQueueName, page: "voice/twiml/enqueue", check: "the name of a queue has 1 to 64 characters"},

	{name: ruleConnectOneNoun, page: "voice/twiml/connect", check: "a Connect has exactly one noun"},
	{name: ruleStartOneNoun, page: "voice/twiml", check: "a Start has exactly one noun"},
	{name: ruleStopOneNoun, page: "voice/twiml", check: "a Stop has exactly one noun, with the name it was started with"},
	{name: ruleStreamTrack, page: "voice/twiml/stream", check: "a Stream in a Connect has the inbound_track"},
	{name: ruleStreamTarget, page: "voice/twiml/stream", check: "a Stream in a Start or Connect has a url or a connectorName"},
	{name: ruleStreamURL, page: "voice/twiml/stream", check: "the url of a Stream begins with wss:// or is relative"},
	{name: ruleStreamQuery, page: "voice/twiml/stream", check: "the url of a Stream has no query string, which Twilio drops", silent: true},
	{name: ruleStreamEnd, page: "voice/twiml/connect", check: "a verb other than Pause, or an action, follows a Stream in a Connect", silent: true},
	{name: ruleStreamOneWay, page: "voice/twiml/stream", check: "a verb that the caller hears follows a Stream in a Start, which plays nothing itself", silent: true},
	{name: ruleRelayURL, page: "voice/twiml/connect/conversationrelay", check: "the url of a ConversationRelay begins with wss://"},
	{name: ruleRelayMulti, page: "voice/twiml/connect/conversationrelay", check: "the language multi is used with ElevenLabs and a nova model of Deepgram"},
	{name: ruleRelayThresholds, page: "voice/twiml/connect/conversationrelay", check: "eotThreshold is 0.5 to 0.9, eagerEotThreshold 0.3 to 0.9 and below it"},
	{name: ruleRelayHistory, page: "voice/twiml/connect/conversationrelay", check: "a ConversationRelay reports what the caller heard: events has speaker-events and tokens-played", silent: true},
	{name: ruleFailover, page: "voice/twiml/connect/conversationrelay", check: "a ConversationRelay has at most one Failover", silent: true},

	{name: ruleMessageContent, page: "messaging/twiml/message", check: "a Message has text, a Body that is not empty, or a Media"},
	{name: ruleMessageBody, page: "messaging/twiml/message", check: "a Message has text or a Body, not both"},
	{name: ruleMessageParts, page: "messaging/twiml/message", check: "a Message has at most 1 Body and 10 Media"},
	{name: ruleTenMessages, page: "messaging/twiml", check: "at most 10 Message in a document"},
}

// silent reports whether Twilio logs nothing for a problem of the rule.
func silent(name string) bool {
	for _, r := range ruleTable {
		if r.name == name {
			return r.silent
		}
	}
	return false
}
