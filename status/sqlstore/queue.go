package sqlstore

import (
	"context"
	"strings"

	"github.com/ringback-go/ringback/status/rowstore"
)

// write stores a group in one transaction. All writers lock rows in the order of
// their SIDs.
func (s *Store) write(ctx context.Context, rows []*rowstore.Row) error {
	if err := s.checkOnce(ctx); err != nil {
		return err
	}
	g := make([]row, len(rows))
	err := s.retry(ctx, func() error {
		for i, r := range rows {
			g[i] = row{Row: r}
		}
		if s.dialect == SQLite {
			return s.writeSQLite(ctx, g)
		}
		return s.writePostgreSQL(ctx, g)
	})
	if err != nil {
		return err
	}
	s.stats.groups.Add(1)
	s.stats.states.Add(int64(len(g)))
	for _, r := range g {
		if r.stored != "" {
			old := r.stored[:max(strings.LastIndexByte(r.stored, '\n'), 0)]
			r.Appended(old)
		}
	}
	return nil
}

// shorten replaces the lines of long rows by one each, in one transaction.
// Lines that others appended meanwhile stay. After an error, the next writer
// that finds a long row tries again.
func (s *Store) shorten(ctx context.Context, rows []*rowstore.Row) {
	err := s.together(ctx, func(q queryer) error {
		for _, r := range rows {
			old, short := r.Long()
			if _, err := q.ExecContext(ctx, s.sql[shortenRow], string(r.State.SID), old, short); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.stats.shortened.Add(int64(len(rows)))
	}
}
