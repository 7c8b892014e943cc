package sse_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/sse"
)

func TestStream(t *testing.T) {
	w := httptest.NewRecorder()
	s := sse.Start(w)
	s.Send("state", map[string]string{"text": "two\nlines"})
	s.Beat()
	require.NoError(t, s.Flush())
	assert.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
	assert.Equal(t, "retry: 2000\n\nevent: state\ndata: {\"text\":\"two\\nlines\"}\n\n: alive\n\n", w.Body.String())
}

// gone is a browser that has disconnected.
type gone struct {
	http.ResponseWriter
	writes int
}

var errGone = errors.New("gone")

func (g *gone) Write([]byte) (int, error) {
	g.writes++
	return 0, errGone
}

func TestNothingIsWrittenAfterAnError(t *testing.T) {
	w := &gone{ResponseWriter: httptest.NewRecorder()}
	s := sse.Start(w)
	s.Send("state", 1)
	s.Beat()
	require.ErrorIs(t, s.Flush(), errGone)
	assert.Equal(t, 1, w.writes)
}
