// Package twiml builds, renders, serves, reads and checks TwiML, the XML that
// tells Twilio what to do with a call or a message.
//
// A document is written as it reads:
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
// Each element is made by a function that takes its required text or children;
// each attribute is set by a method of the same name, which returns its
// receiver. What may stand where is said by interfaces ([VoiceVerb],
// [DialNoun], [GatherPrompt] and so on), so a Number outside a Dial or a
// Message inside a Gather does not compile.
//
// Not set, empty, zero and false are four things: a method that was not called
// writes nothing, and one that was called writes what it was given, such as
// finishOnKey="" or loop="0". Called twice, the last call wins. Attributes are
// written in the order in which they were first set, so a program writes the
// same bytes every time.
//
// Lengths of time are [time.Duration]. Where Twilio takes whole seconds or
// milliseconds only, a remainder is rounded up, and Lint reports it.
//
// String types such as [VoiceName] and [RejectReason] have constants for what
// Twilio lists today and take any other text. [Custom] makes an element and the
// method Attr sets an attribute that this package does not know yet.
//
// Verbs and nouns are pointers: what is set on one later is seen in the document.
// The SSML elements inside words are values: a method returns a changed copy,
// and a [Say] keeps what it was given, as it was then.
//
// A nil verb, noun or part is skipped, so that conditions stay plain Go. A nil
// document is the empty one, which tells Twilio to do nothing. Elements may be
// used in several documents and places. Once nothing sets attributes or appends
// any more, documents may be rendered and served by any number of goroutines.
// Documents and elements must not be copied by value.
//
// # Rendering
//
// All text and all values are escaped; characters that XML cannot hold become
// U+FFFD. Rendering fails only for what Twilio or an XML parser would refuse as
// a whole: more than 64 KiB, more than ten messages, a name that is no name;
// the error is a [*RenderError]. A document is an [http.Handler].
//
// # Reading and checking
//
// [Parse] reads any TwiML into a tree of [Node]. [Lint] says what Twilio would
// complain about, for parsed and built documents; it never runs by itself.
//
// # What it does not do
//
// It does not fetch, run or speak documents, verify requests (package
// signature), or know which voices, numbers and features an account has.
package twiml
