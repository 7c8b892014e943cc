package redisstore

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/status/rowstore"
)

// flights is how many scripts run at a time. With one, Redis would be idle
// while the answer is sent; with many, each would be small.
const flights = 2

// write runs the script for a group.
func (s *Store) write(ctx context.Context, rows []*rowstore.Row) error {
	if err := s.checkOnce(ctx); err != nil {
		return err
	}
	keys := make([]string, 0, len(rows)+2)
	args := make([]any, 0, 4*len(rows)+2)
	keys = append(keys, s.pending(), s.listening())
	args = append(args, s.opts.Keep.Milliseconds(), s.channel())
	for _, r := range rows {
		keys = append(keys, s.row(r.State.SID))
		args = append(args, string(r.State.SID), r.Line, final(r.State), place(r.State.Last))
	}
	olds, err := appendLines.Run(ctx, s.client, keys, args...).Slice()
	if err != nil {
		return err
	}
	if len(olds) != len(rows) {
		return errors.New("the script returned the wrong number of rows")
	}
	for i, r := range rows {
		if old, ok := olds[i].(string); ok { // otherwise the line already existed
			r.Appended(old)
		}
	}
	return nil
}

// shorten replaces the lines that long rows had by one each. Lines appended
// since then stay. After an error, the next writer that finds a long row tries
// again.
func (s *Store) shorten(ctx context.Context, rows []*rowstore.Row) {
	run := func(how func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd) error {
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, r := range rows {
				old, short := r.Long()
				how(ctx, p, []string{s.row(r.State.SID)}, old, short)
			}
			return nil
		})
		return err
	}
	if err := run(replaceLines.EvalSha); redis.HasErrorPrefix(err, "NOSCRIPT") {
		_ = run(replaceLines.Eval)
	}
}
