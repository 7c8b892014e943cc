package webhook

import "github.com/ringback-go/ringback/twiml"

// A Kind names the kind of a request. Its value is the name of the Go type:
// "IncomingMessage", "CallStatusCallback". A request of a kind without a type
// is an [*Unknown].
type Kind string

// kindInfo is what is known about a kind.
type kindInfo struct {
	place  string
	source string
	answer answerKind
}

// answerKind is the kind of answer to a request.
type answerKind uint8

const (
	answerUnknown   answerKind = iota
	answerVoice                // a *twiml.VoiceResponse
	answerMessaging            // a *twiml.MessagingResponse
	answerJSON                 // a reply in JSON
	answerNotice               // only a status code
	answerStatus               // only a status code, for a status callback
)

// Document returns the kind of TwiML document that answers k. It returns false
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

// Setting returns the setting at Twilio whose URL receives requests of the
// kind, such as "A call comes in" or "Gather action". It is empty for an
// unknown kind.
func (k Kind) Setting() string { return k.info().place }

// Source returns the URL of Twilio's documentation of the kind.
func (k Kind) Source() string { return k.info().source }
