package twiml

import (
	"io"
	"net/http"
)

// A MessagingResponse is a TwiML document that answers a message, made by
// [Messaging] or [Reply].
//
// The zero value and nil are the empty document, which sends no reply. Many
// goroutines may render and serve it once nothing appends to it or sets
// attributes of its elements any more. It must not be copied.
type MessagingResponse struct {
	document
	kidRoom [1]slot
}

// Messaging makes a document that answers a message. Nil verbs are skipped;
// without any, no reply is sent.
func Messaging(verbs ...MessagingVerb) *MessagingResponse {
	d := new(MessagingResponse)
	d.begin(d.kidRoom[:0])
	return d.Append(verbs...)
}

// Reply makes a document that answers a message with one text. It is short for
// Messaging(Message(text)).
func Reply(text string) *MessagingResponse { return Messaging(Message(text)) }

// Append adds verbs at the end and returns the document. Nil verbs are skipped.
// On a nil MessagingResponse it makes a new one.
func (d *MessagingResponse) Append(verbs ...MessagingVerb) *MessagingResponse {
	if d == nil {
		return Messaging(verbs...)
	}
	if d.root.tag == tagNone {
		d.begin(d.kidRoom[:0])
	}
	kids := makeRoom(d.own.kids, len(verbs))
	for _, v := range verbs {
		if v != nil {
			kids = attach(kids, v.part())
		}
	}
	d.own.kids = kids
	return d
}

// Attr sets an attribute of the Response element, such as an XML namespace;
// TwiML has none there. A name that is not an XML name is an error when the
// document is rendered. On a nil MessagingResponse it makes a new one.
func (d *MessagingResponse) Attr(name, value string) *MessagingResponse {
	if d == nil {
		d = Messaging()
	}
	if d.root.tag == tagNone {
		d.begin(d.kidRoom[:0])
	}
	d.root.putNamed(name, value)
	return d
}

// AppendText appends the document as XML, with declaration and without white
// space between elements, and returns the longer slice. It implements
// [encoding.TextAppender] and allocates nothing if dst has room.
//
// On error, which is a [*RenderError], it returns dst as it was: the document
// is larger than 64 KiB ([ErrTooLarge]), holds more than ten messages
// ([ErrTooManyMessages]), has a name that is no XML name ([ErrMalformed]), or is
// past the other limits of [Parse] ([ErrLimit]).
func (d *MessagingResponse) AppendText(dst []byte) ([]byte, error) {
	return appendTo(dst, d.response())
}

// WriteTo writes the document to w in one call. When it cannot be rendered,
// nothing is written and the error is a [*RenderError].
func (d *MessagingResponse) WriteTo(w io.Writer) (int64, error) {
	return writeTo(w, d.response())
}

// String returns the document as XML, or what is wrong with it in angle
// brackets.
func (d *MessagingResponse) String() string { return renderString(d.response()) }

// Indent returns the document for people, an element a line; where text and
// elements mix nothing is added. What is wrong with it stands in angle brackets.
func (d *MessagingResponse) Indent() string { return indent(d.response()) }

// ServeHTTP answers with the document: status 200, text/xml in UTF-8, always
// with its length. When the document cannot be rendered the answer is 500 and
// nothing of the document is sent.
func (d *MessagingResponse) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serve(w, r, d.response())
}

// Node returns the document as a tree, equal to what [Parse] makes of it but
// for places. Of a document past the limits of Parse it is the beginning:
// elements deeper than 32, or after the first 2,000, are left out or empty.
// Inside words with SSML, an element that cannot be written is left out; Lint
// names it.
func (d *MessagingResponse) Node() *Node { return nodeOf(d.response()) }

// Lint returns what Twilio would complain about: all that the function [Lint]
// finds, lengths of time that had to be rounded, and names that cannot be
// rendered.
func (d *MessagingResponse) Lint() []Problem {
	return lintBuilt(d.response(), MessagingDocument)
}

// response returns the root, or nil for an empty document.
func (d *MessagingResponse) response() *element {
	if d == nil {
		return nil
	}
	return d.document.response()
}
