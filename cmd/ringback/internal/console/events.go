package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
)

// pulse is how often an idle stream says that it is alive.
const pulse = 20 * time.Second

// events streams what happens, as server-sent events.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	news, leave := s.Hub.join()
	defer leave()
	exchanges := s.Store.Watch(r.Context())
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	send := func(event string, data any) bool {
		text, err := json.Marshal(data)
		if err != nil {
			return true
		}
		if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, text); err != nil {
			return false
		}
		return out.Flush() == nil
	}
	if !send("app", s.App()) {
		return
	}
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	for {
		ok := true
		select {
		case <-r.Context().Done():
			return
		case e, open := <-exchanges:
			switch {
			case !open:
				return
			case e.ID == 0:
				ok = send("cleared", nil)
			default:
				ok = send("exchange", summarize(e))
			}
		case n, open := <-news:
			if !open {
				return
			}
			ok = send(n.Event, n.Data)
		case <-tick.C:
			_, err := fmt.Fprint(w, ": \n\n")
			ok = err == nil && out.Flush() == nil
		}
		if !ok {
			return
		}
	}
}

// summary is a line of the list of exchanges.
type summary struct {
	ID      int64          `json:"id"`
	At      time.Time      `json:"at"`
	Source  capture.Source `json:"source"`
	Kind    string         `json:"kind"`
	SID     string         `json:"sid"`
	Thread  string         `json:"thread"`
	Summary string         `json:"summary"`
	Verdict string         `json:"verdict"`
	Lint    int            `json:"lint"`
	Fault   string         `json:"fault,omitempty"`
	Parent  int64          `json:"parent,omitempty"`
	Pinned  bool           `json:"pinned"`
	Error   string         `json:"error,omitempty"`
	Code    int            `json:"code,omitempty"`
	Took    time.Duration  `json:"took"`
	Method  string         `json:"method"`
	URL     string         `json:"url"`
	Path    string         `json:"path"`
	Status  int            `json:"status"`
}

func summarize(e capture.Exchange) summary {
	return summary{
		ID: e.ID, At: e.At, Source: e.Source, Kind: e.Kind, SID: e.SID, Thread: e.Thread, Summary: e.Summary,
		Verdict: e.Verdict, Lint: e.Lint, Fault: e.Fault, Parent: e.Parent, Pinned: e.Pinned, Error: e.Error,
		Code: e.Code, Took: e.Took, Method: e.Request.Method, URL: e.Request.URL, Path: pathOf(e.Request.URL), Status: e.Response.Status,
	}
}
