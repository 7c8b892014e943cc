package webhook

import (
	"log/slog"
	"net/http"

	"github.com/ringback-go/ringback/signature"
)

// A Kind names what a request of Twilio is about, in Twilio's words:
// "IncomingMessage", "CallStatusCallback". The constants list the kinds that
// have a type of their own; a request of any other kind is an [Unknown].
type Kind string

// An Event is one request of Twilio as a value: an [IncomingMessage], a
// [CallStatusCallback] and so on, or an [*Unknown]. The set is closed; a type
// switch tells the kinds apart.
//
// Events are plain data. They can be written as literals, copied and compared
// field by field, and an event may be used by several goroutines as long as
// none of them changes it. What Twilio sent without a field of ours is in the
// event's Extra.
type Event interface {
	// Kind returns the kind of the event.
	Kind() Kind

	// LogValue shows the kind and the SIDs. Texts, numbers and all that a
	// person typed stay out of the logs; see [log/slog.LogValuer].
	LogValue() slog.Value

	event()
}

// A Reply is a document that answers a request: [*twiml.VoiceResponse],
// [*twiml.MessagingResponse], or one of the JSON replies of this package.
type Reply interface {
	// AppendText appends the document to dst.
	AppendText(dst []byte) ([]byte, error)

	// ServeHTTP sends the document with its type and length.
	ServeHTTP(http.ResponseWriter, *http.Request)
}

// Request is the constraint of the events that want an answer: E is answered
// by a document of type R. It is satisfied by the types of this package only.
type Request[E, R any] interface {
	Event
	answeredBy(R)
	decode(*signature.Verified) (E, error)
}

// Notice is the constraint of the events that only tell something: Twilio
// reads nothing but the status of the answer. It is satisfied by the types of
// this package only.
type Notice[E any] interface {
	Event
	notice()
	decode(*signature.Verified) (E, error)
}

// Decodable is the constraint of the events that [Decode] can make. It is
// satisfied by the types of this package only.
type Decodable[E any] interface {
	Event
	decode(*signature.Verified) (E, error)
}

// Decode reads v as the kind E, whatever other kinds it might be read as: some
// kinds can be told apart by their URL alone, and the program knows its URLs.
//
// Every error is a [*DecodeError] or several of them joined. When [IsFatal]
// reports false, the event is complete but for the optional fields that the
// errors name, and their text is in its Extra. When it reports true, a field
// that the kind always has is missing or malformed, and the event must not be
// used.
func Decode[E Decodable[E]](v *signature.Verified) (E, error) {
	var e E
	return e.decode(v)
}
