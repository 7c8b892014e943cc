package redisstore

import (
	"context"
	"iter"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/status"
)

// page is how many states Pending reads at a time.
const page = 200

// Pending implements [status.Store]. It reads pages of 200 states and holds no
// connection while the loop's body runs. A state that is reported again
// meanwhile may be yielded a second time.
func (s *Store) Pending(ctx context.Context, before time.Time) iter.Seq2[status.State, error] {
	return func(yield func(status.State, error) bool) {
		from := "-"
		for {
			states, next, err := s.pendingPage(ctx, from, before)
			if err != nil {
				yield(status.State{}, failure("pending", err))
				return
			}
			for _, state := range states {
				if !yield(state, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			from = "(" + next
		}
	}
}

// pendingPage reads the states behind a member of the set, and returns the
// member to go on from, or "" at the end.
func (s *Store) pendingPage(ctx context.Context, from string, before time.Time) (states []status.State, next string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	first := time.Time{}
	if !before.After(first) {
		return nil, "", ctx.Err()
	}
	members, err := s.client.ZRangeByLex(ctx, s.pending(), &redis.ZRangeBy{Min: from, Max: "(" + place(before), Count: page}).Result()
	if err != nil || len(members) == 0 {
		return nil, "", err
	}
	rows, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, m := range members {
			p.HMGet(ctx, s.prefix+"state:"+m[len(place(first)):], "lines", "final")
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	for _, row := range rows {
		values := row.(*redis.SliceCmd).Val()
		text, ok := values[0].(string)
		if !ok || values[1] == "1" {
			continue // it ended between the two
		}
		state, err := merged(text)
		if err != nil {
			return nil, "", err
		}
		states = append(states, state)
	}
	if len(members) == page {
		next = members[page-1]
	}
	return states, next, nil
}
