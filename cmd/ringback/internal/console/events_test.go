package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// slow is a browser that reads nothing at first.
type slow struct {
	*httptest.ResponseRecorder
	once           sync.Once
	waits, goes    chan struct{}
	events, number int
}

func (s *slow) Write(b []byte) (int, error) {
	s.once.Do(func() {
		close(s.waits)
		<-s.goes
	})
	s.number += len(b)
	s.events += strings.Count(string(b), "event: ")
	return len(b), nil
}

// TestT36APageThatDoesNotRead is behind by much text or by many pieces of news: it
// is disconnected, and so is one whose news cannot be written.
func TestT36APageThatDoesNotRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name           string
		size, told     int
		events, number int // at most
	}{
		{"by bytes", 1 << 20, 100, 10, 10 << 20},
		{"by number", 1, 2000, 513, 1 << 16},
		{"by an encoding that fails", -1, 1, 1, 1 << 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			hub := new(console.Hub)
			server := console.New(console.Config{
				Hub: hub, Guard: guard.New(session, guard.LoopbackHosts(ours)...), App: func() console.App { return console.App{} },
			})
			w := &slow{ResponseRecorder: httptest.NewRecorder(), waits: make(chan struct{}), goes: make(chan struct{})}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				r := httptest.NewRequest(http.MethodGet, "/api/events", nil)
				r.Host = ours
				r.Header.Set(guard.TokenHeader, session)
				server.ServeHTTP(w, r)
			}()
			<-w.waits
			n := stage.News{Event: "trouble", Data: strings.Repeat("x", max(c.size, 0))}
			if c.size < 0 {
				n.Data = func() {}
			}
			for range c.told {
				hub.Tell(n)
			}
			close(w.goes)
			<-ended
			assert.LessOrEqual(t, w.events, c.events)
			assert.LessOrEqual(t, w.number, c.number)
		})
	}
}
