package webhook

import (
	"bytes"
	"io"
	"net/http"
)

// sameBody reports whether r has exactly this body, and leaves it to be read
// once more. No more is read than would fit.
func sameBody(want []byte, r *http.Request) bool {
	if r.Body == nil || r.Body == http.NoBody {
		return len(want) == 0
	}
	got := make([]byte, len(want)+1)
	n, err := io.ReadFull(r.Body, got)
	got = got[:n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		r.Body = rest{bytes.NewReader(got), r.Body}
		return bytes.Equal(got, want)
	}
	// More than the proof has, or unreadable: the verifier will say so.
	r.Body = rest{io.MultiReader(bytes.NewReader(got), r.Body), r.Body}
	return false
}

// rest is a body of which a part has been read already.
type rest struct {
	io.Reader
	io.Closer
}
