package sqlstore

import (
	"context"
	"iter"
	"math"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/rowstore"
)

// page is how many rows Pending reads at a time.
const page = 200

// Pending implements [status.Store]. It reads pages of 200 rows by an index and
// holds no connection while the body of the loop runs, so the body may use the
// store and the database. A state that is reported again meanwhile may be yielded a
// second time.
func (s *Store) Pending(ctx context.Context, before time.Time) iter.Seq2[status.State, error] {
	return func(yield func(status.State, error) bool) {
		cursor := cursor{last: math.MinInt64}
		for {
			states, next, err := s.pendingPage(ctx, before.UnixMicro(), cursor)
			if err != nil {
				yield(status.State{}, failure("pending", err))
				return
			}
			for _, state := range states {
				if !yield(state, nil) {
					return
				}
			}
			if len(states) < page {
				return
			}
			cursor = next
		}
	}
}

// A cursor is the place of a row in the index.
type cursor struct {
	last int64
	sid  string
}

func (s *Store) pendingPage(ctx context.Context, before int64, from cursor) (states []status.State, next cursor, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	err = s.retry(ctx, func() error {
		states = nil
		rows, err := s.db.QueryContext(ctx, s.sql[pendingRows], before, from.last, from.sid, page)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&next.sid, &next.last, &text); err != nil {
				return err
			}
			state, err := rowstore.Read(text)
			if err != nil {
				return err
			}
			states = append(states, state)
		}
		return rows.Err()
	})
	return states, next, err
}
