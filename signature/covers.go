package signature

import (
	"bytes"
	"io"
	"net/http"
)

// Covers reports whether p is the proof of r. It compares everything that was
// verified. A context can outlive its request and be passed to requests that
// the program makes, so a proof found in a context is not enough. The body of r
// can still be read afterwards.
func (p *Verified) Covers(r *http.Request) bool {
	sent := r.Header[headerName]
	if r.Method != p.method || len(sent) != 1 || sent[0] != p.signature {
		return false
	}
	target, _, err := requestTarget(r)
	if err != nil || target != p.target || !routes(r.URL, target) {
		return false
	}
	return hasBody(r, p.body)
}

// hasBody reports whether the body of r is want. It reads at most one byte more
// than len(want) and restores what it has read.
func hasBody(r *http.Request, want []byte) bool {
	if r.Body == nil || r.Body == http.NoBody {
		return len(want) == 0
	}
	got := make([]byte, len(want)+1)
	n, err := io.ReadFull(r.Body, got)
	got = got[:n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		r.Body = restoredBody{bytes.NewReader(got), r.Body}
		return bytes.Equal(got, want)
	}
	// Longer than the proof's, or unreadable: Verify reports which.
	r.Body = restoredBody{io.MultiReader(bytes.NewReader(got), r.Body), r.Body}
	return false
}

// A restoredBody is a body that was read in part.
type restoredBody struct {
	io.Reader
	io.Closer
}
