package console

import (
	"net/http"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/internal/sse"
	"github.com/ringback-go/ringback/status"
)

// pulse is how often an idle stream sends a comment.
const pulse = 20 * time.Second

// events streams what happens, as server-sent events.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	here := s.Hub.join()
	defer s.Hub.leave(here)
	out := sse.Start(w)
	out.Send("app", s.App())
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	for out.Flush() == nil {
		select {
		case <-r.Context().Done():
			return
		case n, open := <-here.news:
			if !open {
				return // the page was too slow; it reconnects and reloads everything
			}
			s.Hub.read(here, n)
			out.Send(n.event, n.data)
		case <-tick.C:
			out.Beat()
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
	Failed  bool           `json:"failed,omitempty"`
	Name    string         `json:"name,omitempty"` // of the error code
}

func summarize(e capture.Exchange) summary {
	return summary{
		ID: e.ID, At: e.At, Source: e.Source, Kind: e.Kind, SID: e.SID, Thread: e.Thread, Summary: e.Summary,
		Verdict: e.Verdict, Lint: e.Lint, Fault: e.Fault, Parent: e.Parent, Pinned: e.Pinned, Error: e.Error,
		Code: e.Code, Took: e.Took, Method: e.Request.Method, URL: e.Request.URL, Path: e.Request.Target(), Status: e.Response.Status,
		Failed: e.Failed(), Name: status.Code(e.Code).Name(),
	}
}
