// Package twiml builds, renders, serves and parses TwiML, the XML that tells
// Twilio what to do with a call or a message.
//
// A document is written the way it reads:
//
//	mux.Handle("POST /sms", twiml.Reply("Thanks, we got your message."))
//	mux.Handle("POST /voice", twiml.Voice(
//		twiml.Say("Welcome.").Voice(twiml.PollyJoanna),
//		twiml.Gather(
//			twiml.Say("Press 1 for sales. Press 2 for support."),
//		).NumDigits(1).Timeout(5*time.Second).Action("/voice/menu"),
//		twiml.Redirect("/voice"),
//	))
//
// # Building
//
// A function makes each element from its text or children, and a method sets
// each attribute. Interfaces such as [VoiceVerb] and [DialNoun] define what
// goes where, so a Number outside a Dial does not compile.
//
// Unset, empty, zero and false are four different things. An attribute whose
// method is not called is not written, so Twilio's default applies; one whose
// method is called is written as given, such as finishOnKey="" or loop="0".
// Calling a method again replaces the value.
//
// Durations are rounded up to the units that Twilio takes. A duration shorter
// than a millisecond, as in Timeout(20), is an error when the document is
// rendered. String types such as [VoiceName] have constants for the known
// values and can be converted from any other text. [Custom] makes an element
// that this package does not know, and the method Attr sets any attribute.
//
// Nil elements are skipped, and a nil document is empty. Elements are pointers,
// and may be used in several places. Documents may be copied, and used by many
// goroutines as long as none of them changes the document.
//
// # Rendering and parsing
//
// A document is an [http.Handler]. Rendering escapes all text and values, and
// fails with a [*RenderError] if Twilio would refuse the document as a whole.
// [Parse] reads any TwiML into a tree of [Node]; package lint checks such a
// tree. [Segments] returns how many segments a text message is billed as.
//
// The package does not run documents, verify requests, or know which voices and
// features an account has.
package twiml

import "strconv"

// A DocumentKind says what a document answers, which decides the verbs it may
// hold.
type DocumentKind uint8

// The kinds of document.
const (
	VoiceDocument     DocumentKind = iota // answers a call
	MessagingDocument                     // answers a message
	FaxDocument                           // answers a fax; Twilio's fax product ended in 2021
)

// String returns "voice", "messaging" or "fax".
func (k DocumentKind) String() string {
	switch k {
	case VoiceDocument:
		return "voice"
	case MessagingDocument:
		return "messaging"
	case FaxDocument:
		return "fax"
	}
	return "DocumentKind(" + strconv.Itoa(int(k)) + ")"
}
