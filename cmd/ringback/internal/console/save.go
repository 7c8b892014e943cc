package console

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/save"
)

// mostSaved bounds how many exchanges a test is made of.
const mostSaved = 500

// save makes a file of the exchanges that the query in the URL chooses: the same
// filters as the list has, ids, or a conversation.
func (s *Server) save(w http.ResponseWriter, r *http.Request) {
	query, err := s.chosen(r.URL.Query())
	if err != nil {
		answer(w, nil, err)
		return
	}
	what := r.PathValue("form")
	if what == "har" {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Disposition", `attachment; filename="ringback.har"`)
		if err := writeHAR(w, s.Version, s.each(query)); err != nil {
			s.Stage.Trouble(fmt.Errorf("the HAR file is not complete: %w", err))
		}
		return
	}
	if n := s.Store.Count(query); n > mostSaved {
		fail(w, http.StatusBadRequest, fmt.Errorf("choose at most %d exchanges; these are %d", mostSaved, n))
		return
	}
	exchanges := slices.Collect(s.each(query))
	cfg := s.Stage.Config()
	into := save.Config{App: cfg.App, BaseURL: cfg.BaseURL, Number: cfg.Number, SMS: cfg.SMS, Voice: cfg.Voice}
	var result save.Result
	switch what {
	case "scenario", "go":
		write := save.Scenario
		if what == "go" {
			write = save.GoTest
		}
		stories, notes := save.Stories(into, exchanges, s.Stage.Call)
		result, err = write(into, stories)
		result.Notes = notes
	case "jest":
		result, err = save.Jest(into, exchanges)
	case "pytest":
		result, err = save.Pytest(into, exchanges)
	default:
		fail(w, http.StatusNotFound, errors.New("save as scenario, go, jest, pytest or har"))
		return
	}
	if errors.Is(err, save.ErrNothing) || errors.Is(err, save.ErrOutbound) {
		fail(w, http.StatusConflict, err)
		return
	}
	if result.Notes == nil {
		result.Notes = []string{}
	}
	answer(w, result, err)
}

// chosen is the query of what to save.
func (s *Server) chosen(v url.Values) (capture.Query, error) {
	query, problems, err := s.queryOf(v)
	switch {
	case err != nil:
		return query, fmt.Errorf("%w: %w", errBadQuery, err)
	case len(problems) > 0:
		return query, fmt.Errorf("%w: %s", errBadQuery, problems[0])
	}
	if id := v.Get("conversation"); id != "" {
		_, messages, err := s.Stage.Messages(id)
		if err != nil {
			return query, err
		}
		query.IDs = []int64{}
		for _, m := range messages {
			if m.Exchange != 0 && m.Direction == "to-app" {
				query.IDs = append(query.IDs, m.Exchange)
			}
		}
		slices.Sort(query.IDs)
	}
	return query, nil
}

// errBadQuery is the error of a filter that cannot be read.
var errBadQuery = errors.New("console: invalid filter")

// each yields the exchanges that a query chooses, with their bodies, oldest first.
func (s *Server) each(query capture.Query) iter.Seq[capture.Exchange] {
	return func(yield func(capture.Exchange) bool) {
		var ids []int64
		for query.Limit = 1000; ; {
			list := s.Store.List(query)
			for _, e := range list {
				ids = append(ids, e.ID)
			}
			if len(list) < query.Limit {
				break
			}
			query.Before, query.Skip = list[len(list)-1].ID, 0
		}
		for _, id := range slices.Backward(ids) {
			e, err := s.Store.Get(id)
			if err == nil && !yield(e) {
				return
			}
		}
	}
}
