package signature

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

const (
	// wholeBody is the largest declared length that is allocated at once:
	// enough for a value of 8 KB, escaped, and the usual parameters. Ten
	// thousand uploads that declare this length and stall hold 120 MB.
	wholeBody = 12 << 10

	// firstChunk is the first allocation for a body with a larger or an unknown
	// length.
	firstChunk = 1 << 10

	// growth is the factor by which a full buffer grows. Ten thousand uploads
	// that stall after their first byte hold 10 MB, whatever length they
	// declare. A body of 16 KB still takes one step.
	growth = 16
)

// readBody reads the body of r into a new buffer. A declared length over the
// limit is refused before a byte is read. A body shorter or longer than
// declared is an error.
//
// The bytes read are returned with an error, too, so that the caller can
// restore the body.
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
	// Read one byte more than the body may have, to detect a longer one.
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

// putBack returns a body that starts with the bytes already read from another.
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
