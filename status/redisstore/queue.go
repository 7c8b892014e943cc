package redisstore

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/internal/group"
)

// flights is how many scripts are under way at a time. One would leave Redis
// idle while the answer travels; many would be small.
const flights = 2

// commit stores states of different SIDs, together with those of other callers,
// and returns when Redis has acknowledged them.
func (s *Store) commit(ctx context.Context, states []status.State) ([]status.Change, error) {
	changes, err := s.queue.Do(ctx, states)
	switch {
	case err == nil:
		return changes, nil
	case errors.Is(err, group.ErrFull):
		return nil, ErrFull
	}
	return changes, failure("apply", err)
}

// A grown row has so many lines that they are to be replaced by one.
type grown struct{ key, old, short string }

// write runs the script for a group and tells each call what it changed. Long
// rows are merged afterwards.
func (s *Store) write(ctx context.Context, rows []*group.Row) (after func(), err error) {
	keys := make([]string, 0, len(rows)+2)
	args := make([]any, 0, 4*len(rows)+2)
	keys = append(keys, s.pending(), s.listening())
	args = append(args, s.opts.Keep.Milliseconds(), s.channel())
	for _, r := range rows {
		text, err := line(r.State)
		if err != nil {
			return nil, err
		}
		keys = append(keys, s.row(r.State.SID))
		args = append(args, string(r.State.SID), text, final(r.State), place(r.State.Last))
	}
	olds, err := appendLines.Run(ctx, s.client, keys, args...).Slice()
	if err != nil {
		return nil, err
	}
	if len(olds) != len(rows) {
		return nil, errors.New("the script returned another number of rows")
	}
	var long []grown
	for i, r := range rows {
		old, ok := olds[i].(string)
		if !ok {
			continue // the line was there already
		}
		if short := settle(r, old); short != "" {
			long = append(long, grown{s.row(r.State.SID), old, short})
		}
	}
	if long == nil {
		return nil, nil
	}
	return func() { s.shorten(long) }, nil
}

// settle tells the calls what they changed in a row that was old, and returns what
// is to replace old if that is long. A row that cannot be read is an error of
// those calls alone that concern it.
func settle(r *group.Row, old string) (short string) {
	var before status.State
	if old != "" {
		var err error
		if before, err = merged(old); err != nil {
			r.Fail(err)
			return ""
		}
	}
	r.Finish(before)
	if long(old) {
		short, _ = line(before)
	}
	return short
}

// shorten replaces the lines that long rows had by one each. What was appended
// since stays. An error concerns nobody: the next one who finds a row long tries
// again.
func (s *Store) shorten(rows []grown) {
	ctx, cancel := context.WithTimeout(context.Background(), s.opts.Timeout)
	defer cancel()
	run := func(how func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd) error {
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, r := range rows {
				how(ctx, p, []string{r.key}, r.old, r.short)
			}
			return nil
		})
		return err
	}
	if err := run(replaceLines.EvalSha); redis.HasErrorPrefix(err, "NOSCRIPT") {
		_ = run(replaceLines.Eval)
	}
}
