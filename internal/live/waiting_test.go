package live_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/live"
	"github.com/ringback-go/ringback/internal/live/livetest"
)

// Connections that are not admitted use at most a quarter of the limit, and
// after a second newer ones replace them.
func TestRepeatedHandshakesDoNotUseUpTheLimit(t *testing.T) {
	bubble(t, func(t *testing.T, ctx context.Context) {
		e := newEcho(t, live.Config{Limit: 40})
		s := livetest.NewServer(e)
		defer s.Close()
		for range 10 {
			defer open(t, ctx, s, "").CloseNow()
		}
		synctest.Wait()
		_, resp, err := s.Dial(ctx, url, token, nil)
		require.Error(t, err)
		assert.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
		time.Sleep(2 * time.Second)
		for _, sid := range []string{"CA1", "CA2", "CA3"} {
			defer open(t, ctx, s, sid).CloseNow()
			_, ok := e.server.Session(sid)
			assert.True(t, ok)
			defer open(t, ctx, s, "").CloseNow() // takes its place
			synctest.Wait()
		}
	})
}
