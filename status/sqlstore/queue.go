package sqlstore

import (
	"context"
	"errors"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/internal/group"
)

// commit stores states of different SIDs, together with those of other callers,
// and returns when they are durable.
func (s *Store) commit(ctx context.Context, states []status.State) ([]status.Change, error) {
	changes, err := s.queue.Do(ctx, states)
	switch {
	case err == nil || errors.Is(err, ErrWeak):
		return changes, err
	case errors.Is(err, group.ErrFull):
		return nil, ErrFull
	}
	return changes, failure("apply", err)
}

// A row is one of a group on its way to the database.
type row struct {
	*group.Row
	sid    string
	line   string // the state, encoded
	stored string // the row after the write; empty if the line was there before
	short  string // what is to replace stored; empty: nothing
}

// write stores a group in one transaction and tells each call what it changed.
// All writers lock rows in the order of their SIDs. Long rows are merged
// afterwards.
func (s *Store) write(ctx context.Context, rows []*group.Row) (after func(), err error) {
	g := make([]*row, len(rows))
	for i, r := range rows {
		g[i] = &row{Row: r, sid: string(r.State.SID)}
		if g[i].line, err = line(r.State); err != nil {
			return nil, err
		}
	}
	err = s.retry(ctx, func() error {
		for _, r := range g {
			r.stored = ""
		}
		if s.dialect == SQLite {
			return s.writeSQLite(ctx, g)
		}
		return s.writePostgreSQL(ctx, g)
	})
	if err != nil {
		return nil, err
	}
	s.stats.groups.Add(1)
	s.stats.states.Add(int64(len(g)))
	var grown []*row
	for _, r := range g {
		if s.finish(r); r.short != "" {
			grown = append(grown, r)
		}
	}
	if grown == nil {
		return nil, nil
	}
	return func() { s.shorten(grown) }, nil
}

// finish tells the calls what they changed. A row that cannot be read is an error
// of those alone that concern it.
func (s *Store) finish(r *row) {
	if r.stored == "" {
		return
	}
	was, err := before(r.stored)
	if err != nil {
		r.Fail(err)
		return
	}
	is, changes := r.Finish(was)
	for _, change := range changes {
		s.local.publish(change)
	}
	if long(r.stored) {
		r.short, _ = line(is)
	}
}

// shorten replaces the lines of long rows by one each, in one transaction. What
// others appended meanwhile stays. An error concerns nobody: the next one who
// finds a row long tries again.
func (s *Store) shorten(g []*row) {
	ctx, cancel := context.WithTimeout(context.Background(), s.opts.Timeout)
	defer cancel()
	err := s.together(ctx, func(q queryer) error {
		for _, r := range g {
			if _, err := q.ExecContext(ctx, s.sql.shorten, r.sid, r.stored, r.short); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.stats.shortened.Add(int64(len(g)))
	}
}
