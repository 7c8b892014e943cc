package twiml_test

import (
	"fmt"

	"github.com/ringback-go/ringback/twiml"
)

func ExampleRules() {
	for rule, asks := range twiml.Rules() {
		fmt.Printf("%s: %s\n", rule, asks)
	}
	// Output:
	// well-formed: names of a document made by hand are XML names, no attribute stands twice
	// limits: no more than 2,000 elements, 32 deep, with 64 attributes each
	// document-size: the document has at most 65,536 bytes
	// root: the root element is Response
	// version: version is an API version: 2008-08-01 or 2010-04-01
	// unknown-element: the element exists, written in this case
	// wrong-document: the element belongs to this kind of document
	// nesting: the element belongs into its parent
	// only-messaging-verbs: a messaging document holds Message and Redirect only
	// sdk-only-parent: Twilio's documentation, not only its libraries, lets the element stand in its parent
	// deprecated-element: the element is not deprecated
	// undocumented-element: Twilio documents the SSML element
	// unknown-attribute: the element has such an attribute, written in this case
	// missing-attribute: required attributes are there
	// deprecated-attribute: the attribute is not deprecated
	// text-not-allowed: no text stands in an element that holds none
	// missing-text: required text is there
	// text-length: the text is not longer than allowed
	// value: the value has the type of the attribute
	// value-empty: the value is not empty where that says nothing
	// value-range: a number is in its range
	// whole-units: a length of time given to a builder is a whole number of the attribute's units
	// value-unknown: the value of a list that grows is a known one
	// phone-number: a phone number is E.164, or as written in the US
	// address: a caller ID, a sender or a receiver is one: a number, or what its kind of call or message knows
	// url: a URL is well-formed, of http or https, with a valid host
	// relative-url: a URL leads where it seems to
	// socket-url: the URL of a WebSocket begins with wss://
	// unreachable: no verb stands behind one that never goes on
	// reject-first: Reject is the first verb: any other answers the call
	// gather-no-way-on: a Gather is followed by what happens without input
	// action-loop: a Gather or Record says where its result goes: without action the same document runs again
	// redirect-self: a Redirect has a URL: without one the same document runs again
	// say-needs-text: a Say holds text or SSML
	// say-length: a Say has at most 4096 bytes with a basic voice, 3000 characters with Polly, 5000 with Google
	// ssml-needs-voice: SSML is spoken by a voice that knows it, not by man or woman
	// play-needs-source: a Play has a URL or digits
	// play-digits-in-gather: a Play inside a Gather has no digits
	// gather-hints: at most 500 hints of at most 100 characters
	// gather-auto-timeout: speechTimeout is a number where a speechModel is chosen
	// record-transcribe-length: a recording to be transcribed has a maxLength of at most 120 seconds
	// pay-bank-account: bankAccountType goes with the paymentMethod ach-debit only
	// parameter-name: the name of a Parameter is not empty
	// dial-text-or-nouns: a Dial holds text or nouns, not both
	// dial-lone-nouns: Conference, Queue, Sim, Application and WhatsApp stand alone in a Dial
	// dial-ten-nouns: a Dial has at most 10 nouns
	// dial-needs-target: a Dial has somebody to call
	// sip-five-uris: a Sip has at most 5 Uri and 1 Headers
	// sip-headers-size: names and values of Headers have at most 1024 characters together
	// sip-header-name: the name of a SIP header begins with X- or is one that Twilio sends
	// sip-uri: a SIP URI begins with sip: or sips:
	// client-identity: a Client has text or one Identity, which Parameter needs
	// application-sid: an Application has text or one ApplicationSid
	// task-json: a Task holds a JSON object
	// enqueue-task-needs-workflow: an Enqueue with a Task has a workflowSid
	// queue-name-length: the name of a queue has 1 to 64 characters
	// connect-one-noun: a Connect has exactly one noun
	// start-one-noun: a Start has exactly one noun
	// stop-one-noun: a Stop has exactly one noun, with the name it was started with
	// stream-track-in-connect: a Stream in a Connect has the inbound_track
	// stream-target: a Stream in a Start or Connect has a url or a connectorName
	// stream-url: the url of a Stream begins with wss:// and has no query string
	// message-needs-content: a Message has text, a Body that is not empty, or a Media
	// message-body-or-text: a Message has text or a Body, not both
	// message-parts: a Message has at most 1 Body and 10 Media
	// ten-messages: at most 10 Message in a document
}
