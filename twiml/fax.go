package twiml

import (
	"io"
	"net/http"
)

// A FaxResponse is a TwiML document that answers a fax, made by [Fax].
//
// The zero value and nil are the empty document, which does nothing. Many
// goroutines may render and serve it once nothing appends to it or sets
// attributes of its elements any more. It must not be copied.
//
// Deprecated: Programmable Fax was closed in 2021.
type FaxResponse struct {
	document
	kidRoom [1]slot
}

// Fax makes a document that answers a fax.
//
// Deprecated: Programmable Fax was closed in 2021.
func Fax(verbs ...FaxVerb) *FaxResponse {
	d := new(FaxResponse)
	d.begin(d.kidRoom[:0])
	return d.Append(verbs...)
}

// Append adds verbs at the end and returns the document. Nil verbs are skipped.
// On a nil FaxResponse it makes a new one.
func (d *FaxResponse) Append(verbs ...FaxVerb) *FaxResponse {
	if d == nil {
		return Fax(verbs...)
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
// document is rendered. On a nil FaxResponse it makes a new one.
func (d *FaxResponse) Attr(name, value string) *FaxResponse {
	if d == nil {
		d = Fax()
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
// is larger than 64 KiB ([ErrTooLarge]), has a name that is no XML name
// ([ErrMalformed]), or is past the other limits of [Parse] ([ErrLimit]).
func (d *FaxResponse) AppendText(dst []byte) ([]byte, error) {
	return appendTo(dst, d.response())
}

// WriteTo writes the document to w in one call. When it cannot be rendered,
// nothing is written and the error is a [*RenderError].
func (d *FaxResponse) WriteTo(w io.Writer) (int64, error) {
	return writeTo(w, d.response())
}

// String returns the document as XML, or what is wrong with it in angle
// brackets.
func (d *FaxResponse) String() string { return renderString(d.response()) }

// Indent returns the document for people, an element a line; where text and
// elements mix nothing is added. What is wrong with it stands in angle brackets.
func (d *FaxResponse) Indent() string { return indent(d.response()) }

// ServeHTTP answers with the document: status 200, text/xml in UTF-8, always
// with its length. When the document cannot be rendered the answer is 500 and
// nothing of the document is sent.
func (d *FaxResponse) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serve(w, r, d.response())
}

// Node returns the document as a tree, equal to what [Parse] makes of it but
// for places. Of a document past the limits of Parse it is the beginning:
// elements deeper than 32, or after the first 2,000, are left out or empty.
// Inside words with SSML, an element that cannot be written is left out; Lint
// names it.
func (d *FaxResponse) Node() *Node { return nodeOf(d.response()) }

// Lint returns what Twilio would complain about: all that the function [Lint]
// finds, lengths of time that had to be rounded, and names that cannot be
// rendered.
func (d *FaxResponse) Lint() []Problem {
	return lintBuilt(d.response(), FaxDocument)
}

// response returns the root, or nil for an empty document.
func (d *FaxResponse) response() *element {
	if d == nil {
		return nil
	}
	return d.document.response()
}
