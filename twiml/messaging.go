package twiml

import (
	"io"
	"net/http"
)

// A MessagingResponse is a TwiML document that answers a message, made by
// [Messaging] or [Reply]. The zero value and nil are the empty document, which
// sends no reply.
type MessagingResponse struct{ element }

// Messaging makes a document that answers a message. Without verbs, no reply is
// sent.
func Messaging(verbs ...MessagingVerb) *MessagingResponse {
	return new(MessagingResponse).Append(verbs...)
}

// Reply makes a document that answers a message with one text. It is short for
// Messaging(Message(text)).
func Reply(text string) *MessagingResponse { return Messaging(Message(text)) }

// Append adds verbs at the end and returns the document. On nil it makes a new
// document.
func (d *MessagingResponse) Append(verbs ...MessagingVerb) *MessagingResponse {
	if d == nil {
		d = new(MessagingResponse)
	}
	d.grow(len(verbs))
	for _, v := range verbs {
		if v != nil {
			d.kids = append(d.kids, v)
		}
	}
	return d
}

// Attr sets an attribute of the Response element, such as an XML namespace. A
// name that is not an XML name is an error when the document is rendered. On
// nil it makes a new document.
func (d *MessagingResponse) Attr(name, value string) *MessagingResponse {
	if d == nil {
		d = new(MessagingResponse)
	}
	d.putNamed(name, value)
	return d
}

// AppendText appends the document as XML and returns the longer slice. It
// implements [encoding.TextAppender]. If it fails, it returns dst unchanged and
// a [*RenderError] that wraps [ErrTooLarge], [ErrTooManyMessages],
// [ErrMalformed], [ErrLimit] or [ErrDuration].
func (d *MessagingResponse) AppendText(dst []byte) ([]byte, error) {
	return appendDocument(dst, d.root())
}

// WriteTo writes the document to w. If it cannot be rendered, nothing is
// written and the error is a [*RenderError].
func (d *MessagingResponse) WriteTo(w io.Writer) (int64, error) { return writeTo(w, d.root()) }

// String returns the document as XML, or the error in angle brackets.
func (d *MessagingResponse) String() string { return renderString(d.root()) }

// Indent returns the document for people, with one element a line. It returns
// the error in angle brackets if the document cannot be rendered.
func (d *MessagingResponse) Indent() string { return indent(d.root()) }

// ServeHTTP writes the document with status 200 and a Content-Type of text/xml.
// If it cannot be rendered, the status is 500 and the document is not sent.
func (d *MessagingResponse) ServeHTTP(w http.ResponseWriter, r *http.Request) { serve(w, r, d.root()) }

// Node returns the document as a tree, equal to what [Parse] returns for it
// except that it has no places. A document past the limits of Parse is cut off.
func (d *MessagingResponse) Node() *Node { return nodeOf(d.root()) }

func (d *MessagingResponse) root() *element {
	if d == nil {
		return nil
	}
	return &d.element
}
