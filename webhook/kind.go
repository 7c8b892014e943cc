package webhook

import "github.com/ringback-go/ringback/twiml"

// A Kind names what a request of Twilio is about. Its value is the name of the
// type: "IncomingMessage", "CallStatusCallback". A request of a kind that has no
// type is an [*Unknown].
type Kind string

// kindInfo is what is known of a kind.
type kindInfo struct {
	place  string
	source string
	answer answerKind
}

// answerKind is what answers a kind.
type answerKind uint8

const (
	answerUnknown   answerKind = iota
	answerVoice                // a *twiml.VoiceResponse
	answerMessaging            // a *twiml.MessagingResponse
	answerJSON                 // a reply in JSON
	answerNotice               // a status code only
	answerStatus               // the same, for a callback about the status of something
)

// Document returns the kind of TwiML document that answers k. It reports false
// for kinds that are answered by JSON or by a status code only.
func (k Kind) Document() (twiml.DocumentKind, bool) {
	switch k.info().answer {
	case answerVoice:
		return twiml.VoiceDocument, true
	case answerMessaging:
		return twiml.MessagingDocument, true
	}
	return 0, false
}

// IsStatusCallback reports whether k is a callback whose purpose is to report
// the status of a message, a call, a recording and so on.
func (k Kind) IsStatusCallback() bool { return k.info().answer == answerStatus }

// Setting returns the setting in Twilio whose URL gets requests of the kind:
// "A call comes in", "Gather action". It is empty for an unknown kind.
func (k Kind) Setting() string { return k.info().place }

// Source returns the address of Twilio's documentation of the kind.
func (k Kind) Source() string { return k.info().source }
