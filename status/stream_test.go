package status_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
)

func TestStream(t *testing.T) {
	tr := status.NewTracker(new(status.Memory), nil)
	require.NoError(t, tr.Observe(t.Context(), told(message, "queued")...))
	srv := httptest.NewServer(tr.Stream())
	defer srv.Close()

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"?sid="+string(message)+"&sid=SM2", nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	assert.Equal(t, "no-store", resp.Header.Get("Cache-Control"))

	lines := bufio.NewScanner(resp.Body)
	next := func() string {
		require.True(t, lines.Scan())
		return lines.Text()
	}
	assert.Equal(t, "retry: 2000", next())
	assert.Empty(t, next())
	assert.Equal(t, "event: state", next())
	assert.Contains(t, next(), `"status":"queued"`, "what is known comes first")
	assert.Empty(t, next())

	require.NoError(t, tr.Observe(t.Context(), told(call, "ringing")...))
	require.NoError(t, tr.Observe(t.Context(), told("SM2", "a\nb</script>")...))
	require.NoError(t, tr.Observe(t.Context(), told(message, "delivered")...))
	assert.Equal(t, "event: state", next())
	assert.Contains(t, next(), `"status":"a\\x0ab\u003c/script\u003e"`)
	assert.Empty(t, next())
	assert.Equal(t, "event: state", next())
	assert.Contains(t, next(), `"status":"delivered","final":true`)
	assert.EqualValues(t, 1, tr.Counters().Streaming)
}

func TestStreamRefuses(t *testing.T) {
	tr := status.NewTracker(new(status.Memory), nil)
	ask := func(method, target string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		tr.Stream().ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, target, nil))
		return w
	}
	assert.Equal(t, http.StatusMethodNotAllowed, ask("POST", "/").Code)
	assert.Equal(t, http.StatusBadRequest, ask("GET", "/?"+strings.Repeat("sid=SM1&", 101)).Code)
	assert.Equal(t, http.StatusBadRequest, ask("GET", "/?sid=%00").Code, "not everything instead of nothing")
	assert.Equal(t, http.StatusOK, ask("GET", "/?"+strings.Repeat("sid=SM1&", 100)).Code)
	assert.Zero(t, tr.Counters().Streaming)
}

func TestStreamLivesAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := status.NewTracker(new(status.Memory), &status.Options{Streams: 1})
		ctx, cancel := context.WithCancel(t.Context())
		w := httptest.NewRecorder()
		ended := make(chan struct{})
		go func() {
			tr.Stream().ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
			close(ended)
		}()
		time.Sleep(time.Minute)

		second := httptest.NewRecorder()
		tr.Stream().ServeHTTP(second, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
		assert.Equal(t, http.StatusServiceUnavailable, second.Code)
		assert.NotEmpty(t, second.Header().Get("Retry-After"))

		cancel()
		<-ended
		assert.GreaterOrEqual(t, strings.Count(w.Body.String(), ": alive"), 3)
		assert.Zero(t, tr.Counters().Streaming)
		assert.Zero(t, tr.Counters().Watching)
	})
}

// A blocked is a connection whose other end does not read.
type blocked struct {
	*httptest.ResponseRecorder
	gate chan struct{}
}

func (b *blocked) Write(p []byte) (int, error) {
	<-b.gate
	return b.ResponseRecorder.Write(p)
}

func TestStreamTellsABrowserThatItMissedChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := status.NewTracker(new(status.Memory), &status.Options{Buffer: 1})
		ctx, cancel := context.WithCancel(t.Context())
		w := &blocked{httptest.NewRecorder(), make(chan struct{})}
		go tr.Stream().ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
		synctest.Wait()
		for _, o := range told(message, "queued", "sent", "delivered") {
			require.NoError(t, tr.Observe(ctx, o))
		}
		close(w.gate)
		synctest.Wait()
		cancel()
		synctest.Wait()
		assert.Contains(t, w.Body.String(), "event: missed\ndata: 2\n\n")
		assert.Equal(t, 1, strings.Count(w.Body.String(), "event: state"))
	})
}
