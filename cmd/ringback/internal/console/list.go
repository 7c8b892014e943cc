package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
)

// queryOf reads which exchanges are meant. problems are those of the search.
func (s *Server) queryOf(q url.Values) (query capture.Query, problems []string, err error) {
	number := func(name string) int64 {
		n, e := strconv.ParseInt(cmp.Or(q.Get(name), "0"), 10, 64)
		if e != nil || n < 0 {
			err = errors.New(name + " must be a number")
		}
		return n
	}
	query = capture.Query{
		Kind: q.Get("kind"), Source: capture.Source(q.Get("source")), SID: q.Get("sid"), Failed: q.Get("failed") != "", Pinned: q.Get("pinned") != "",
		Before: number("before"), After: number("after"), Skip: int(number("skip")), Limit: int(min(number("limit"), 1000)), Replays: number("replays"),
	}
	query.Terms, problems = capture.ParseSearch(q.Get("text"))
	if text := q.Get("ids"); text != "" {
		for word := range strings.SplitSeq(text, ",") {
			id, e := strconv.ParseInt(word, 10, 64)
			if e != nil {
				return query, problems, errors.New("ids must be numbers with commas between them")
			}
			query.IDs = append(query.IDs, id)
		}
		slices.Sort(query.IDs)
	}
	if q.Get("session") != "" {
		start := number("session")
		if err == nil {
			err = s.during(&query, q.Get("session"), start)
		}
	}
	return query, problems, err
}

// during restricts a query to a session, which is named by the exchange before
// its first one.
func (s *Server) during(q *capture.Query, name string, after int64) error {
	sessions := s.Store.Sessions()
	i := slices.IndexFunc(sessions, func(v capture.Session) bool { return v.After == after })
	if i < 0 {
		return errors.New("there is no session " + name)
	}
	q.After = max(q.After, after)
	if until := sessions[i].Until; until != 0 && (q.Before == 0 || q.Before > until+1) {
		q.Before = until + 1
	}
	return nil
}

// defaultPage is how many exchanges are listed where no limit is given.
const defaultPage = 100

func (s *Server) listExchanges(w http.ResponseWriter, r *http.Request) {
	query, problems, err := s.queryOf(r.URL.Query())
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	if query.Limit == 0 {
		query.Limit = defaultPage
	}
	limit := query.Limit
	query.Limit++ // one more than is shown says whether there is more
	list := s.Store.List(query)
	more := len(list) > limit
	list = list[:min(len(list), limit)]
	out := make([]summary, 0, len(list))
	for _, e := range list {
		out = append(out, summarize(e))
	}
	page := map[string]any{"exchanges": out, "more": more}
	if r.URL.Query().Get("count") != "" {
		page["total"] = s.Store.Count(capture.Query{
			Terms: query.Terms, Kind: query.Kind, Source: query.Source, SID: query.SID, Failed: query.Failed, Pinned: query.Pinned,
			Replays: query.Replays, Before: query.Before, After: query.After, IDs: query.IDs,
		})
	}
	if len(problems) > 0 {
		page["problems"] = problems
	}
	answer(w, page, nil)
}

// listSessions lists the starts of the console that have exchanges, newest first.
func (s *Server) listSessions(w http.ResponseWriter, _ *http.Request) {
	type session struct {
		ID    int64      `json:"id"`
		At    *time.Time `json:"at,omitempty"` // unknown for what an older version kept
		Until int64      `json:"until,omitempty"`
		Count int        `json:"count"`
		Now   bool       `json:"now,omitempty"`
	}
	out := []session{}
	for i, v := range s.Store.Sessions() {
		o := session{ID: v.After, Until: v.Until, Count: v.Count, Now: i == 0}
		if !v.At.IsZero() {
			o.At = &v.At
		}
		out = append(out, o)
	}
	answer(w, map[string]any{"sessions": out}, nil)
}

// listSearch says what a search understands, for the hints of the page.
func (s *Server) listSearch(w http.ResponseWriter, _ *http.Request) {
	type key struct {
		Key     string   `json:"key"`
		Example string   `json:"example"`
		Values  []string `json:"values,omitempty"`
	}
	out := []key{}
	for _, k := range capture.Keys {
		o := key{Key: k[0], Example: k[1]}
		if k[0] == "is" {
			o.Values = capture.States
		}
		out = append(out, o)
	}
	answer(w, map[string]any{"keys": out}, nil)
}

// ingest keeps an exchange of a one-shot command.
func (s *Server) ingest(w http.ResponseWriter, r *http.Request) {
	var e capture.Exchange
	if readUpTo(maxExchange, w, r, &e) {
		kept, err := s.Stage.Ingest(e)
		answer(w, map[string]any{"id": kept.ID}, err)
	}
}

// clearExchanges deletes what the filter in the query shows. A search that is not
// understood deletes nothing.
func (s *Server) clearExchanges(w http.ResponseWriter, r *http.Request) {
	query, problems, err := s.queryOf(r.URL.Query())
	if err == nil && len(problems) > 0 {
		err = errors.New(strings.Join(problems, "; "))
	}
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	query.Skip = 0
	n, err := s.Stage.Clear(query)
	answer(w, map[string]any{"deleted": n}, err)
}
