package dialogue

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime/debug"
	"strconv"
)

// Handler returns a transport that passes each request to h in this process,
// without a network, and treats h as a server does: a panic closes the
// connection, a missing Content-Type is detected from the body, and a handler
// that does not answer before the request's context ends is abandoned.
func Handler(h http.Handler) http.RoundTripper {
	return handlerTransport{h}
}

// HandlerPanic is the panic of a handler of [Handler].
type HandlerPanic struct {
	Value any
	Stack []byte
}

// Error returns the value of the panic. The stack is in a field.
func (p *HandlerPanic) Error() string { return fmt.Sprintf("the handler panicked: %v", p.Value) }

// Unwrap returns the error that a client gets.
func (p *HandlerPanic) Unwrap() error { return io.EOF }

func newHandlerPanic(v any) *HandlerPanic { return &HandlerPanic{Value: v, Stack: debug.Stack()} }

// remoteAddr is where requests to a handler come from.
const remoteAddr = "192.0.2.1:40000"

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
	in.RemoteAddr = remoteAddr
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	if r.URL.Scheme == "https" {
		in.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: r.URL.Hostname()}
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}

	w := recorder{httptest.NewRecorder()}
	done := make(chan error, 1)
	go func() {
		err := io.EOF // runtime.Goexit: no answer
		defer func() {
			if v := recover(); v != nil {
				err = newHandlerPanic(v)
			}
			done <- err
		}()
		t.h.ServeHTTP(w, in)
		err = nil
	}()
	select {
	case err := <-done:
		if err != nil {
			return nil, err
		}
		return w.response(r), nil
	case <-r.Context().Done():
		return nil, r.Context().Err() // the handler keeps the recorder
	}
}

// recorder is a ResponseRecorder without the informational answers.
type recorder struct{ *httptest.ResponseRecorder }

func (w recorder) WriteHeader(status int) {
	if status < 100 || status >= 200 {
		w.ResponseRecorder.WriteHeader(status)
	}
}

func (w recorder) Write(p []byte) (int, error) {
	declared, err := strconv.Atoi(w.Header().Get("Content-Length"))
	if err == nil && w.Body.Len()+len(p) > declared {
		return 0, http.ErrContentLength
	}
	return w.ResponseRecorder.Write(p)
}

// response is the recorded answer as a client receives it: a body is never
// longer than its Content-Length, and a shorter one is an error.
func (w recorder) response(r *http.Request) *http.Response {
	res := w.Result()
	res.Request = r
	body := w.Body.Bytes()
	if res.StatusCode == http.StatusNoContent || res.StatusCode == http.StatusNotModified {
		body = nil
	}
	var rest io.Reader = http.NoBody
	declared, err := strconv.Atoi(res.Header.Get("Content-Length"))
	switch {
	case err == nil && declared > len(body) && w.Code != http.StatusNoContent && w.Code != http.StatusNotModified:
		rest = brokenBody{}
	}
	res.ContentLength = int64(len(body))
	if w.Flushed {
		res.ContentLength = -1
		res.TransferEncoding = []string{"chunked"}
	}
	res.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), rest))
	return res
}

// brokenBody is a body that ends before its Content-Length.
type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
