package twiml

import (
	"errors"
	"io"
	"net/http"
	"strconv"
)

// ErrTooManyMessages means that a document holds more than the ten messages
// that Twilio sends in reply to one (error 14109). Send the others by the REST
// API.
var ErrTooManyMessages = errors.New("twiml: more than 10 messages")

// ErrDuration means that an attribute was given a duration shorter than a
// millisecond, as in Timeout(20). Multiply the number by a unit such as
// [time.Second].
var ErrDuration = errors.New("twiml: a duration is shorter than a millisecond")

// A RenderError describes why a built document cannot be rendered. No part of
// the document was written.
type RenderError struct {
	// Path is the place, such as "Response/Gather/Say".
	Path string
	// Code is Twilio's error: 11750, 14109 or 12100, or 0 where only this
	// package refuses the document.
	Code int
	// Err is [ErrTooLarge] or [ErrTooManyMessages], or wraps [ErrMalformed],
	// [ErrLimit] or [ErrDuration].
	Err error
}

// Error returns the reason and the place. It contains no text or value from the
// document.
func (e *RenderError) Error() string { return e.Err.Error() + ", in " + e.Path }

// Unwrap returns Err.
func (e *RenderError) Unwrap() error { return e.Err }

const (
	declaration = `<?xml version="1.0" encoding="UTF-8"?>`
	rootName    = "Response"
	maxMessages = 10

	codeTooManyMessages = 14109
)

// contentType is always set. Otherwise net/http would guess, and Twilio drops a
// document of a type that it does not accept (T19).
const contentType = "text/xml; charset=utf-8"

// appendDocument appends a document, whose root has no name. On error it
// returns dst unchanged.
func appendDocument(dst []byte, root *element) ([]byte, error) {
	if root == nil {
		root = new(element)
	}
	messages := 0
	for _, c := range root.kids {
		if k := c.part(); k.el != nil && (k.el.name == "Message" || k.el.name == "Sms") {
			messages++
		}
	}
	if messages > maxMessages {
		return dst, &RenderError{Path: rootName, Code: codeTooManyMessages, Err: ErrTooManyMessages}
	}
	if dst == nil {
		dst = make([]byte, 0, min(root.size(MaxBytes), MaxBytes)+len(declaration)+2*len(rootName)+16)
	}
	w := writer{dst: append(dst, declaration...), start: len(dst)}
	if path, err := w.built(root, rootName, 1); err != nil {
		e := &RenderError{Path: path, Err: err}
		switch {
		case errors.Is(err, ErrTooLarge):
			e.Path, e.Code = rootName, codeTooLarge
		case errors.Is(err, ErrMalformed):
			e.Code = codeUnreadable
		}
		return dst, e
	}
	return w.dst, nil
}

// built writes a built element. On error it returns the path of the element
// that cannot be written.
func (w *writer) built(e *element, name string, depth int) (path string, err error) {
	if e.comment {
		return nodeComment, w.comment(e.text)
	}
	if err := w.open(name, e.attrs, depth, e.named || name == ""); err != nil {
		if !nameIsValid(name) {
			name = "?"
		}
		return name, err
	}
	if e.short {
		if err := e.checkShort(); err != nil {
			return name, err
		}
	}
	inside := len(w.dst)
	w.dst = appendEscapedText(w.dst, e.text)
	for _, c := range e.kids {
		if k := c.part(); k.el == nil {
			w.dst = appendEscapedText(w.dst, k.text)
		} else if path, err := w.built(k.el, k.el.name, depth+1); err != nil {
			return name + "/" + path, err
		}
	}
	w.close(name, inside)
	return name, w.sized()
}

func writeTo(w io.Writer, root *element) (int64, error) {
	b, err := appendDocument(nil, root)
	if err != nil {
		return 0, err
	}
	n, err := w.Write(b)
	return int64(n), err
}

func renderString(root *element) string {
	b, err := appendDocument(nil, root)
	if err != nil {
		return "<" + err.Error() + ">"
	}
	return string(b)
}

func serve(w http.ResponseWriter, r *http.Request, root *element) {
	b, err := appendDocument(nil, root)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b) // a failed write cannot be reported
	}
}
