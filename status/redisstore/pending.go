package redisstore

import (
	"context"
	"iter"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/rowstore"
	"github.com/ringback-go/ringback/webhook"
)

// page is how many states Pending reads at a time.
const page = 200

// Pending implements [status.Store]. It reads pages of 200 states and holds no
// connection while the body of the loop runs. A state that is reported again
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

// pendingPage reads the states after a member of the set, and returns the
// member to continue from, or "" at the end.
func (s *Store) pendingPage(ctx context.Context, from string, before time.Time) (states []status.State, next string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	if !before.After(time.Time{}) {
		return nil, "", ctx.Err()
	}
	members, err := s.client.ZRangeByLex(ctx, s.pending(), &redis.ZRangeBy{Min: from, Max: "(" + place(before), Count: page}).Result()
	if err != nil || len(members) == 0 {
		return nil, "", err
	}
	keys := make([]string, len(members))
	for i, m := range members {
		keys[i] = s.row(webhook.SID(m[digits:]))
	}
	rows, err := s.client.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, "", err
	}
	for _, row := range rows {
		text, ok := row.(string)
		if !ok || ended(text) {
			continue // it ended between the two
		}
		state, err := rowstore.Read(text)
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
