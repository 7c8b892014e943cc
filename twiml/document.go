package twiml

import (
	"io"
	"net/http"
	"strconv"
)

// contentType is what Twilio takes for TwiML. It is always said: without it
// net/http would guess, and Twilio drops or speaks what it does not take for
// TwiML (T19).
const contentType = "text/xml; charset=utf-8"

// A document is what the three kinds of response have in common.
type document struct {
	root element
	own  more
}

// begin makes the root a response with room for verbs.
func (d *document) begin(room []slot) {
	d.root.tag, d.root.more, d.own.kids = tagResponse, &d.own, room
}

// response returns the root, or nil for a zero document, which is empty.
func (d *document) response() *element {
	if d.root.tag == tagNone {
		return nil
	}
	return &d.root
}

// renderString renders on the stack, where nearly all documents fit, so that
// the string is the only allocation.
func renderString(root *element) string {
	switch room := roomFor(root); {
	case room <= 1<<10:
		var stack [1 << 10]byte
		return toString(stack[:0], root)
	case room <= 8<<10:
		return renderLong(root)
	default:
		return toString(make([]byte, 0, min(room, nodeMaxBytes)), root)
	}
}

// renderLong keeps the large array off the stack of those who do not need it.
//
//go:noinline
func renderLong(root *element) string {
	var stack [8 << 10]byte
	return toString(stack[:0], root)
}

func toString(dst []byte, root *element) string {
	b, err := appendDocument(dst, root)
	if err != nil {
		return "<" + err.Error() + ">"
	}
	return string(b)
}

// roomFor guesses the size of a rendered document a little too high, so that it
// is mostly one allocation.
func roomFor(root *element) int {
	n := len(declaration) + 24
	if root == nil {
		return n
	}
	return n + root.size(nodeMaxBytes)
}

// size guesses the size of an element. Past most it stops counting: elements
// that stand in each other many times over make a document of any size.
func (e *element) size(most int) int {
	n := 2*len(tags[e.tag].open) + 4 + len(e.text) + len(e.text)>>4
	for i := range e.attrs {
		a := &e.attrs[i]
		n += 12 + len(a.value)
		if a.id < attrNamed {
			n += len(attrOpens[a.id])
		}
	}
	kids := e.kids()
	for i := range kids {
		n += len(kids[i].text)
		if n > most {
			break
		}
		if el := kids[i].el; el != nil {
			n += el.size(most - n)
		}
	}
	return n
}

// appendTo is appendDocument for callers that keep the bytes: it makes room
// once.
func appendTo(dst []byte, root *element) ([]byte, error) {
	if cap(dst) == 0 {
		dst = make([]byte, 0, min(roomFor(root), nodeMaxBytes))
	}
	return appendDocument(dst, root)
}

func writeTo(w io.Writer, root *element) (int64, error) {
	b, err := appendTo(nil, root)
	if err != nil {
		return 0, err
	}
	n, err := w.Write(b)
	return int64(n), err
}

// serve answers a request with the whole document, or with 500 and nothing of
// it.
func serve(w http.ResponseWriter, r *http.Request, root *element) {
	b, err := appendTo(nil, root)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(b) // the client has gone: there is nobody to tell
}
