package webhook

import (
	"log/slog"
	"net/http"

	"github.com/ringback-go/ringback/signature"
)

// An Event is one request of Twilio as a value: an [IncomingMessage], a
// [CallStatusCallback] and so on, or an [*Unknown]. The set is closed; use a
// type switch to distinguish the kinds.
//
// Events are plain data without hidden state. They can be written as literals,
// copied and compared, and several goroutines may use an event as long as none
// of them changes it. Parameters without a field are in the event's Extra.
type Event interface {
	// Kind returns the kind of the event.
	Kind() Kind

	// LogValue shows the kind and the SIDs. It leaves out message texts, phone
	// numbers and other personal data; see [log/slog.LogValuer].
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

// Request is the constraint of the events that need a document: E is answered
// by a document of type R. Only types of this package satisfy it.
type Request[E, R any] interface {
	Event
	answeredBy(R)
	decode(*signature.Verified) (E, error)
}

// Notice is the constraint of the events that need no document: Twilio reads
// only the status of the answer. Only types of this package satisfy it.
type Notice[E any] interface {
	Event
	notice()
	decode(*signature.Verified) (E, error)
}

// Decodable is the constraint of the events that [Decode] can return. Only
// types of this package satisfy it.
type Decodable[E any] interface {
	Event
	decode(*signature.Verified) (E, error)
}

// Decode decodes v as the kind E, whatever [Parse] would return. Some kinds
// differ only in their URL, and the program knows its URLs.
//
// An error means that the event must not be used, because a parameter that
// identifies it is missing or malformed. Required are the SID of the resource,
// the account, and in a status callback the status; any other parameter may be
// missing. The error is a [*DecodeError] or several of them joined, and the
// event is zero.
//
// Optional parameters that could not be read are not an error. [Problems]
// returns them.
func Decode[E Decodable[E]](v *signature.Verified) (E, error) {
	var e E
	return e.decode(v)
}
