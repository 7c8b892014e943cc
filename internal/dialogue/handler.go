package dialogue

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"sync"
)

// Handler returns a transport that hands each request to h in this process,
// without a network, and treats h as a server would: a panic closes the
// connection, a missing content type is guessed from the body, a handler that
// does not answer in the time of the request's context is left behind.
func Handler(h http.Handler) http.RoundTripper {
	return handlerTransport{h}
}

// HandlerPanic is why a handler of [Handler] closed the connection.
type HandlerPanic struct {
	Value any
	Stack []byte
}

// Error tells what was thrown. The stack is in the field.
func (p *HandlerPanic) Error() string { return fmt.Sprintf("the handler panicked: %v", p.Value) }

// Unwrap says what a client sees of a panic.
func (p *HandlerPanic) Unwrap() error { return io.EOF }

// keptBody is how much of an answer is kept: more than any document may have.
const keptBody = 256 << 10

type handlerTransport struct{ h http.Handler }

func (t handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.URL, _ = url.ParseRequestURI(in.RequestURI)
	if in.URL == nil {
		return nil, errors.New("dialogue: the request has no valid target")
	}
	in.Host = r.Host
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	in.RemoteAddr = "192.0.2.1:40000"
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	if r.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: r.URL.Hostname()}
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}

	w := &responseWriter{header: http.Header{}}
	done := make(chan error, 1)
	go func() {
		err := io.EOF // runtime.Goexit: no answer
		defer func() {
			if v := recover(); v != nil {
				err = &HandlerPanic{Value: v, Stack: debug.Stack()}
			}
			done <- err
		}()
		t.h.ServeHTTP(w, in)
		err = nil
	}()
	select {
	case err := <-done:
		if err != nil {
			w.abandon()
			return nil, err
		}
		return w.response(r), nil
	case <-r.Context().Done():
		w.abandon()
		return nil, r.Context().Err()
	}
}

// errorReader is the end of a body.
type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// responseWriter collects an answer. It is locked, because a handler that was
// left behind may still be writing.
type responseWriter struct {
	mu        sync.Mutex
	header    http.Header
	sent      http.Header
	status    int
	declared  int64 // Content-Length as the handler gave it; -1: it did not
	body      bytes.Buffer
	dropped   int64
	flushed   bool
	abandoned bool
}

func (w *responseWriter) Header() http.Header { return w.header }

func (w *responseWriter) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("invalid WriteHeader code %v", status)) // as net/http does
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(status)
}

func (w *responseWriter) writeHeader(status int) {
	if w.status != 0 || status < 200 {
		return
	}
	w.status = status
	w.sent = maps.Clone(w.header)
	w.declared = -1
	if n, err := strconv.ParseInt(w.sent.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		w.declared = n
	}
}

func (w *responseWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.abandoned {
		return 0, http.ErrHandlerTimeout
	}
	if w.status == 0 {
		w.writeHeader(http.StatusOK)
	}
	if w.status == http.StatusNoContent || w.status == http.StatusNotModified {
		return 0, http.ErrBodyNotAllowed
	}
	if w.declared >= 0 && int64(w.body.Len())+w.dropped+int64(len(p)) > w.declared {
		return 0, http.ErrContentLength
	}
	room := max(keptBody-w.body.Len(), 0)
	kept := min(len(p), room)
	w.body.Write(p[:kept])
	w.dropped += int64(len(p) - kept)
	return len(p), nil
}

// Flush marks the answer as sent in chunks.
func (w *responseWriter) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writeHeader(http.StatusOK)
	w.flushed = true
}

func (w *responseWriter) abandon() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.abandoned = true
}

func (w *responseWriter) response(r *http.Request) *http.Response {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.abandoned = true
	if w.status == 0 {
		w.writeHeader(http.StatusOK)
	}
	header := w.sent
	body := w.body.Bytes()
	length := int64(len(body)) + w.dropped
	var rest io.Reader = errorReader{io.EOF}
	if w.declared > length && w.status != http.StatusNoContent && w.status != http.StatusNotModified {
		// A server closes the connection when a handler sends less than it said.
		rest, length = errorReader{io.ErrUnexpectedEOF}, w.declared
	}
	if _, typed := header["Content-Type"]; !typed && len(body) > 0 && header.Get("Content-Encoding") == "" {
		header.Set("Content-Type", http.DetectContentType(body))
	}
	res := &http.Response{
		Status:     strconv.Itoa(w.status) + " " + http.StatusText(w.status),
		StatusCode: w.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        header,
		Body:          io.NopCloser(io.MultiReader(bytes.NewReader(body), rest)),
		ContentLength: length,
		Request:       r,
	}
	if w.flushed {
		res.ContentLength = -1
		res.TransferEncoding = []string{"chunked"}
	}
	return res
}
