package twiml

import (
	"io"
	"net/http"
)

// A VoiceResponse is a TwiML document that steers a call, made by [Voice].
//
// The zero value and nil are the empty document, which ends the call. Many
// goroutines may render and serve it once nothing appends to it or sets
// attributes of its elements any more. It must not be copied.
type VoiceResponse struct {
	document
	kidRoom [4]slot
}

// Voice makes a document that steers a call. Verbs run in order; nil verbs are
// skipped, and the call is hung up after the last one.
func Voice(verbs ...VoiceVerb) *VoiceResponse {
	d := new(VoiceResponse)
	d.begin(d.kidRoom[:0])
	return d.Append(verbs...)
}

// Append adds verbs at the end and returns the document. Nil verbs are skipped.
// On a nil VoiceResponse it makes a new one.
func (d *VoiceResponse) Append(verbs ...VoiceVerb) *VoiceResponse {
	if d == nil {
		return Voice(verbs...)
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
// document is rendered. On a nil VoiceResponse it makes a new one.
func (d *VoiceResponse) Attr(name, value string) *VoiceResponse {
	if d == nil {
		d = Voice()
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
func (d *VoiceResponse) AppendText(dst []byte) ([]byte, error) {
	return appendTo(dst, d.response())
}

// WriteTo writes the document to w in one call. When it cannot be rendered,
// nothing is written and the error is a [*RenderError].
func (d *VoiceResponse) WriteTo(w io.Writer) (int64, error) {
	return writeTo(w, d.response())
}

// String returns the document as XML, or what is wrong with it in angle
// brackets.
func (d *VoiceResponse) String() string { return renderString(d.response()) }

// Indent returns the document for people, an element a line; where text and
// elements mix nothing is added. What is wrong with it stands in angle brackets.
func (d *VoiceResponse) Indent() string { return indent(d.response()) }

// ServeHTTP answers with the document: status 200, text/xml in UTF-8, always
// with its length. When the document cannot be rendered the answer is 500 and
// nothing of the document is sent.
func (d *VoiceResponse) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serve(w, r, d.response())
}

// Node returns the document as a tree, equal to what [Parse] makes of it but
// for places. Of a document past the limits of Parse it is the beginning:
// elements deeper than 32, or after the first 2,000, are left out or empty.
// Inside words with SSML, an element that cannot be written is left out; Lint
// names it.
func (d *VoiceResponse) Node() *Node { return nodeOf(d.response()) }

// Lint returns what Twilio would complain about: all that the function [Lint]
// finds, lengths of time that had to be rounded, and names that cannot be
// rendered.
func (d *VoiceResponse) Lint() []Problem {
	return lintBuilt(d.response(), VoiceDocument)
}

// response returns the root, or nil for an empty document.
func (d *VoiceResponse) response() *element {
	if d == nil {
		return nil
	}
	return d.document.response()
}
