package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// Claims is a [signature.ClaimStore] in the tables of a [Store]. Processes that
// share the database answer a retry with the first answer, whichever of them
// gave it, and refuse what another one has seen. It is safe for concurrent use.
//
// Leases and lifetimes use the clock of the database, so the clocks of the
// machines do not matter. Expired keys are deleted, up to 1000 with every 200th
// claim, and by [Store.Prune].
type Claims struct{ s *Store }

var _ signature.ClaimStore = (*Claims)(nil)

// Claims returns the store for [signature.ReplayWindow] and
// [github.com/ringback-go/ringback/webhook.Deduplicate]. One store serves both.
func (s *Store) Claims() *Claims { return &Claims{s} }

// Claim implements [signature.ClaimStore].
func (c *Claims) Claim(ctx context.Context, key, owner string, lease time.Duration) (signature.Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, c.s.opts.Timeout)
	defer cancel()
	for {
		got, err := c.s.claim(ctx, key, owner, lease)
		if err != nil {
			return signature.Claim{}, err
		}
		if got {
			return signature.Claim{Owner: owner}, nil
		}
		by, value, err := c.s.holder(ctx, key)
		if err != nil {
			return signature.Claim{}, err
		}
		if by != "" || value != nil {
			return signature.Claim{Owner: by, Value: value}, nil
		}
		// It was freed between the two statements.
	}
}

// Finish implements [signature.ClaimStore].
func (c *Claims) Finish(ctx context.Context, key, owner string, value []byte, keep time.Duration) error {
	return c.s.run(ctx, "finish", c.s.sql[finishKey], key, owner, value, milliseconds(keep))
}

// Release implements [signature.ClaimStore].
func (c *Claims) Release(ctx context.Context, key, owner string) error {
	return c.s.run(ctx, "release", c.s.sql[freeKey], key, owner)
}

// sweepEvery is how many claims there are for each one that also deletes
// expired keys. It can delete five times as many, so the table cannot keep
// growing.
const sweepEvery = 200

// claim takes a key if it is free, atomically.
func (s *Store) claim(ctx context.Context, key, owner string, lease time.Duration) (got bool, err error) {
	if err := s.checkOnce(ctx); err != nil {
		return false, failure("claim", err)
	}
	var by string
	err = s.exec(ctx, func(q queryer) error {
		err := q.QueryRowContext(ctx, s.sql[claimKey], key, owner, milliseconds(lease)).Scan(&by)
		if got = err == nil; errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return false, failure("claim", err)
	}
	if s.claims.Add(1)%sweepEvery == 0 {
		// The claim succeeded. If deleting fails, a later claim does it.
		_ = s.run(ctx, "sweep", s.sql[expireKeys], int64(0), batch)
	}
	return got, nil
}

// holder returns the owner of a key, or its answer, or nothing if it is free.
func (s *Store) holder(ctx context.Context, key string) (owner string, value []byte, err error) {
	err = s.retry(ctx, func() error {
		return s.db.QueryRowContext(ctx, s.sql[readKey], key).Scan(&owner, &value)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, failure("holder", err)
	}
	return owner, value, nil
}

// run runs one statement that writes.
func (s *Store) run(ctx context.Context, what, statement string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	err := s.exec(ctx, func(q queryer) error {
		_, err := q.ExecContext(ctx, statement, args...)
		return err
	})
	if err != nil {
		return failure(what, err)
	}
	return nil
}

// milliseconds rounds up, so that no duration becomes zero.
func milliseconds(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}
