// Package sse writes server-sent events.
package sse

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// patience is how long one write may take.
const patience = 10 * time.Second

// A Stream is one open response. After its first error it does nothing. It is
// not safe for concurrent use.
type Stream struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	err error
}

// Start answers a request with a stream of events.
func Start(w http.ResponseWriter) *Stream {
	s := &Stream{w: w, rc: http.NewResponseController(w)}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	h.Set("X-Content-Type-Options", "nosniff")
	s.write("retry: 2000\n\n")
	return s
}

// Send writes an event whose data is the JSON of v.
func (s *Stream) Send(event string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		s.err = errors.Join(s.err, err)
		return
	}
	s.write("event: %s\ndata: %s\n\n", event, data)
}

// Beat writes a comment, which keeps proxies from closing the connection.
func (s *Stream) Beat() { s.write(": alive\n\n") }

// Flush sends what was written. It returns the first error of the stream.
func (s *Stream) Flush() error {
	if s.err == nil {
		s.err = s.rc.Flush()
	}
	return s.err
}

func (s *Stream) write(format string, args ...any) {
	if s.err != nil {
		return
	}
	// The server may have a write timeout that was meant for short answers. A
	// writer without deadlines, as in tests, writes at once.
	if err := s.rc.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.err = err
		return
	}
	_, s.err = fmt.Fprintf(s.w, format, args...)
}
