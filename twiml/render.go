package twiml

import (
	"errors"
	"fmt"
)

// ErrTooManyMessages: a document holds more than the ten messages that Twilio
// sends for one (error 14109). Send the others by its REST API.
var ErrTooManyMessages = errors.New("twiml: more than 10 messages")

// A RenderError says why a built document cannot be written. Nothing of it was
// written then.
type RenderError struct {
	// Path is where, such as "Response/Gather/Say"; "Response" for the whole.
	Path string
	// Code is Twilio's number for it: 11750, 14109 or 12100; 0 where only
	// Ringback refuses.
	Code int
	// Err is [ErrTooLarge], [ErrTooManyMessages], or wraps [ErrMalformed] (a
	// name that is no XML name, an element made without its constructor) or
	// [ErrLimit] (more than 32 deep, more than 2,000 elements, more than 64
	// attributes in one).
	Err error
}

// Error names the place and the reason, but no text and no value.
func (e *RenderError) Error() string { return e.Err.Error() + ", in " + e.Path }

// Unwrap returns Err.
func (e *RenderError) Unwrap() error { return e.Err }

const (
	declaration     = `<?xml version="1.0" encoding="UTF-8"?>`
	maxMessages     = 10
	codeManyMessage = 14109
)

// A renderer writes one document. It is a value on the stack of its caller and
// everything it calls is static, so that rendering allocates nothing.
type renderer struct {
	end      int // the length that must not be passed
	elements int
	deepest  int
	err      error
	path     string
}

// appendDocument appends root, which is a Response, or returns dst as it was
// and an error.
func appendDocument(dst []byte, root *element) ([]byte, error) {
	if root == nil {
		return append(dst, declaration+"<Response/>"...), nil
	}
	if messages(root) > maxMessages {
		return dst, &RenderError{Path: "Response", Code: codeManyMessage, Err: ErrTooManyMessages}
	}
	r := renderer{end: len(dst) + nodeMaxBytes}
	b := r.element(append(dst, declaration...), root, 1)
	if r.err != nil {
		return dst, r.failure()
	}
	return b, nil
}

func (r *renderer) failure() error {
	e := &RenderError{Path: r.path, Err: r.err}
	switch {
	case errors.Is(r.err, ErrTooLarge):
		e.Path, e.Code = "Response", codeTooLarge
	case errors.Is(r.err, ErrMalformed):
		e.Code = codeUnreadable
	}
	return e
}

func messages(root *element) (n int) {
	kids := root.kids()
	for i := range kids {
		if el := kids[i].el; el != nil && (el.tag == tagMessage || el.tag == tagSMS) {
			n++
		}
	}
	return n
}

func (r *renderer) element(b []byte, e *element, depth int) []byte {
	open, end := tags[e.tag].open, tags[e.tag].end
	r.elements += 1 + int(e.elements)
	r.deepest = max(r.deepest, depth+int(e.depth))
	if e.tag <= tagCustom || e.more != nil && e.more.rare != nil || depth+int(e.depth) > nodeMaxDepth ||
		r.elements > nodeMaxElements || len(e.attrs) > nodeMaxAttrs {
		if r.err = r.check(e, depth); r.err != nil {
			r.path = e.pathName()
			return b
		}
		if e.tag == tagCustom {
			open, end = "<"+e.name(), "</"+e.name()+">"
		}
	}
	b = append(b, open...)
	b = e.appendAttrs(b)
	kids := e.kids()
	if e.text == "" && len(kids) == 0 {
		return r.sized(append(b, '/', '>'))
	}
	b = append(b, '>')
	if e.markup {
		b = append(b, e.text...)
	} else {
		b = appendEscapedText(b, e.text)
	}
	for i := range kids {
		k := &kids[i]
		if k.el != nil {
			if b = r.element(b, k.el, depth+1); r.err != nil {
				r.path = e.pathName() + "/" + r.path
				return b
			}
		}
		if k.text != "" {
			b = appendEscapedText(b, k.text)
		}
	}
	return r.sized(append(b, end...))
}

// sized stops the work on a document as soon as it is too large.
func (r *renderer) sized(b []byte) []byte {
	if len(b) > r.end {
		r.err = ErrTooLarge
	}
	return b
}

func (e *element) appendAttrs(b []byte) []byte {
	for i := range e.attrs {
		a := &e.attrs[i]
		if a.id < attrNamed {
			b = append(b, attrOpens[a.id]...)
		} else {
			b = append(b, ' ')
			b = append(b, e.more.rare.names[a.id-attrNamed]...)
			b = append(b, '=', '"')
		}
		b = append(a.append(b), '"')
	}
	return b
}

// append appends the value, escaped.
func (a *attr) append(b []byte) []byte {
	if kind := a.kind &^ kindRounded; kind != kindText {
		return appendNumber(b, kind, int64(a.num))
	}
	return appendEscapedAttr(b, a.value)
}

// check looks at what only unusual elements can have wrong.
func (r *renderer) check(e *element, depth int) error {
	rare := e.rare()
	switch {
	case e.tag == tagNone:
		return fmt.Errorf("%w: an element was not made by its constructor", ErrMalformed)
	case depth+int(e.depth) > nodeMaxDepth:
		return fmt.Errorf("%w: more than %d elements deep", ErrLimit, nodeMaxDepth)
	case r.elements > nodeMaxElements:
		return fmt.Errorf("%w: more than %d elements", ErrLimit, nodeMaxElements)
	case len(e.attrs) > nodeMaxAttrs:
		return fmt.Errorf("%w: more than %d attributes in one element", ErrLimit, nodeMaxAttrs)
	case rare == nil:
		return nil
	case e.tag == tagCustom && !nameIsValid(rare.name):
		return fmt.Errorf("%w: %q is no element name", ErrMalformed, rare.name)
	}
	for _, name := range rare.names {
		if !nameIsValid(name) {
			return fmt.Errorf("%w: %q is no attribute name", ErrMalformed, name)
		}
	}
	return rare.err
}

// pathName is the element's name in a path; a bad name stands in the error.
func (e *element) pathName() string {
	if e.tag == tagNone || e.tag == tagCustom && !nameIsValid(e.name()) {
		return "?"
	}
	return e.name()
}
