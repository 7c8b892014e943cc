package status

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/internal/sse"
	"github.com/ringback-go/ringback/webhook"
)

// Limits of a stream to a browser.
const (
	streamSIDs = 100              // that one request may name
	streamBeat = 15 * time.Second // between comments that keep a proxy from closing the connection
)

// Stream returns a handler of server-sent events: a page opens
//
//	new EventSource("/deliveries/stream?sid=SM...&sid=SM...")
//
// and receives the state of each SID that it names (at most 100; none: all), if
// there is one, and then every change. Each event has the name "state" and the
// JSON of a [State] as its data. An event "missed" says that the browser was too
// slow and that the page should be loaded again.
//
// The handler has no authentication of its own: put it behind that of your pages.
// States hold no texts and no phone numbers, but they are private. Protect cookies
// from other origins with [http.CrossOriginProtection] or SameSite.
//
// A stream ends with its request. [http.Server.Shutdown] waits for requests, so
// a server with streams should first end their contexts, for instance with a
// BaseContext that [http.Server.RegisterOnShutdown] cancels. At most
// Options.Streams are served at once; the next one gets 503.
func (t *Tracker) Stream() http.Handler {
	return http.HandlerFunc(t.stream)
}

func (t *Tracker) stream(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	sids, ok := streamed(r)
	if !ok {
		http.Error(w, fmt.Sprintf("name at most %d SIDs", streamSIDs), http.StatusBadRequest)
		return
	}
	if t.count.streaming.Add(1) > int64(t.opts.Streams) {
		t.count.streaming.Add(-1)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many streams", http.StatusServiceUnavailable)
		return
	}
	defer t.count.streaming.Add(-1)

	watcher := t.watch(r.Context(), sids) // before Get, so that no change is missed
	s := sse.Start(w)
	for _, sid := range sids {
		state, err := t.store.Get(r.Context(), sid)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return // the browser connects again by itself
		}
		s.Send("state", state)
	}
	follow(s, watcher)
}

// streamed returns the SIDs that the request names. One that cannot be a SID
// has no state and no changes.
func streamed(r *http.Request) ([]webhook.SID, bool) {
	named := r.URL.Query()["sid"]
	if len(named) > streamSIDs {
		return nil, false
	}
	var sids []webhook.SID
	for _, n := range named {
		if sid := webhook.SID(n); ValidKey(sid) {
			sids = append(sids, sid)
		}
	}
	return sids, len(sids) > 0 || len(named) == 0
}

// follow sends changes, and comments between them, until the watcher's channel
// closes or the connection ends.
func follow(s *sse.Stream, w *watcher) {
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	for s.Flush() == nil {
		select {
		case c, open := <-w.ch:
			if !open {
				return
			}
			s.Send("state", c.After)
			if n := w.missed.Swap(0); n > 0 {
				s.Send("missed", n)
			}
		case <-beat.C:
			s.Beat()
		}
	}
}
