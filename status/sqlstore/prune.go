package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// batch is how many rows Prune deletes in one transaction.
const batch = 1000

// Prune deletes the final states that were last written more than age ago, by the
// clock of the database, and the expired keys of [Store.Claims]. It returns how
// many states it deleted. States that are not final stay, whatever their age: a
// program that gives up on one stores an observation with a final status.
//
// It works in transactions of 1000 rows, so that writers never wait long, until
// nothing is left or ctx ends; what was deleted before an error stays deleted. Call
// it from time to time, from any process.
//
// A callback that comes after its state was deleted begins a new one, which may
// never become final. An age of some days is safe; one of less than a minute is
// refused with [ErrOptions].
func (s *Store) Prune(ctx context.Context, age time.Duration) (deleted int64, err error) {
	if age < time.Minute {
		return 0, fmt.Errorf("%w: an age of %v", ErrOptions, age)
	}
	deleted, err = s.inBatches(ctx, s.sql[pruneRows], int64(age/time.Second))
	if err != nil {
		return deleted, err
	}
	_, err = s.inBatches(ctx, s.sql[expireKeys], int64(0))
	return deleted, err
}

// inBatches repeats a statement that deletes at most a batch until it finds less.
func (s *Store) inBatches(ctx context.Context, statement string, age int64) (total int64, err error) {
	for {
		var n int64
		err := s.exec(ctx, func(q queryer) error {
			result, err := q.ExecContext(ctx, statement, age, batch)
			if err == nil {
				n, err = result.RowsAffected()
			}
			return err
		})
		if err != nil {
			return total, failure("prune", err)
		}
		total += n
		if n < batch {
			return total, nil
		}
	}
}
