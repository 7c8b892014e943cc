package redisstore

import (
	"context"
	"strings"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// Claims is a [signature.ClaimStore] in the Redis of a [Store]. Processes that
// share it answer a retry with the first answer, whichever of them gave it, and
// refuse what another one has seen. It is safe for concurrent use.
//
// Leases and lifetimes use the clock of Redis, and limit its size. A crash may
// lose the last claims unless the settings are those that [Store.Check]
// requires.
type Claims struct{ s *Store }

var _ signature.ClaimStore = (*Claims)(nil)

// Claims returns the store for [signature.ReplayWindow] and
// [github.com/ringback-go/ringback/webhook.Deduplicate]. One store serves both.
func (s *Store) Claims() *Claims { return &Claims{s} }

// A key holds an owner or a value, as its first letter says.
const (
	ownedBy  = "o"
	finished = "a"
)

func (c *Claims) key(key string) string { return c.s.opts.Prefix + ":claim:" + key }

// Claim implements [signature.ClaimStore].
func (c *Claims) Claim(ctx context.Context, key, owner string, lease time.Duration) (signature.Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, c.s.opts.Timeout)
	defer cancel()
	held, err := claim.Run(ctx, c.s.client, []string{c.key(key)}, ownedBy+owner, milliseconds(lease)).Text()
	if err != nil {
		return signature.Claim{}, failure("claim", err)
	}
	if by, ok := strings.CutPrefix(held, ownedBy); ok {
		return signature.Claim{Owner: by}, nil
	}
	return signature.Claim{Value: []byte(strings.TrimPrefix(held, finished))}, nil
}

// Finish implements [signature.ClaimStore].
func (c *Claims) Finish(ctx context.Context, key, owner string, value []byte, keep time.Duration) error {
	return c.end(ctx, "finish", key, owner, finished+string(value), keep)
}

// Release implements [signature.ClaimStore].
func (c *Claims) Release(ctx context.Context, key, owner string) error {
	return c.end(ctx, "release", key, owner, "", 0)
}

// end ends a claim; an empty text frees the key.
func (c *Claims) end(ctx context.Context, what, key, owner, text string, keep time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, c.s.opts.Timeout)
	defer cancel()
	if err := finish.Run(ctx, c.s.client, []string{c.key(key)}, ownedBy+owner, text, milliseconds(keep)).Err(); err != nil {
		return failure(what, err)
	}
	return nil
}

// milliseconds rounds up, so that no duration becomes zero.
func milliseconds(d time.Duration) int64 {
	return max(int64((d+time.Millisecond-1)/time.Millisecond), 1)
}
