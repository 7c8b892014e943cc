package signature

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

const (
	// wholeBody is the largest declared length for which memory is taken at once:
	// enough for a value of 8 KB and what goes with it, escaped. Ten thousand
	// uploads that declare so much and stall hold 120 MB.
	wholeBody = 12 << 10

	// firstChunk is the memory for a body that is declared to be longer, or has no
	// declared length, before anything has come.
	firstChunk = 1 << 10

	// growth is how many times the memory grows when it is full. Ten thousand
	// uploads that stall after their first byte hold 10 MB, whatever they
	// declare, and a body of 16 KB still takes one step.
	growth = 16
)

// readBody reads the body of r into one fresh buffer. A length that is
// declared to be over the limit is refused before a byte is read, and a body
// that turns out shorter or longer than declared is an error, never a form
// with fewer parameters.
//
// What was read is returned with an error, too, so that it can be put back.
func readBody(r *http.Request, limit int64) ([]byte, *Error) {
	declared := r.ContentLength
	switch {
	case declared > limit:
		return nil, refuse(ErrTooLarge, "declared length over Config.MaxBody")
	case r.Body == nil || r.Body == http.NoBody:
		if declared > 0 {
			return nil, refuse(ErrRead, "no body where a length is declared")
		}
		return nil, nil
	}
	most := limit
	if declared >= 0 {
		most = declared
	}
	// One byte more than the body has room for is read, to see that it ends.
	size := most + 1
	if declared < 0 || most > wholeBody {
		size = min(size, firstChunk)
	}
	buf := make([]byte, 0, size)
	for {
		n, err := r.Body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > most && declared >= 0:
			return buf, refuse(ErrRead, "longer than its Content-Length")
		case int64(len(buf)) > most:
			return buf, refuse(ErrTooLarge, "body over Config.MaxBody")
		case err == io.EOF:
			if int64(len(buf)) < declared {
				return buf, refuse(ErrRead, "shorter than its Content-Length; was it read before?")
			}
			return buf, nil
		case err != nil:
			if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
				return buf, refuse(ErrTooLarge, "body over the limit of http.MaxBytesReader")
			}
			return buf, refuseFor(ErrRead, "", err)
		}
		if len(buf) == cap(buf) {
			next := make([]byte, len(buf), min(most+1, int64(growth*len(buf))))
			copy(next, buf)
			buf = next
		}
	}
}

// putBack returns a body that begins with what has been read of another.
func putBack(read []byte, rest io.ReadCloser) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), rest), rest}
}

// replayed is a body that can be read again.
type replayed struct{ rest []byte }

func (b *replayed) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *replayed) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b.rest)
	b.rest = b.rest[n:]
	return int64(n), err
}

func (b *replayed) Close() error { return nil }
