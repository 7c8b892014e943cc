package sqlstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// Answers is a [webhook.AnswerStore] in the tables of a [Store]: processes that
// share the database answer a retry with the first answer, whichever of them
// gave it. It is safe for concurrent use.
//
// Leases and lifetimes go by the clock of the database, so that those of the
// machines do not matter. What it holds is bounded by time: expired keys are
// deleted, up to 1000 with every 200th claim, and by [Store.Prune].
type Answers struct{ s *Store }

// Replays is a [signature.ReplayStore] in the tables of a [Store]. It is safe
// for concurrent use, and goes by the clock of the database, as [Answers] does.
type Replays struct{ s *Store }

var (
	_ webhook.AnswerStore   = (*Answers)(nil)
	_ signature.ReplayStore = (*Replays)(nil)
)

// Answers returns what remembers answers for [webhook.Deduplicate].
func (s *Store) Answers() *Answers { return &Answers{s} }

// Replays returns what remembers requests for a [signature.ReplayWindow].
func (s *Store) Replays() *Replays { return &Replays{s} }

// Claim implements [webhook.AnswerStore].
func (a *Answers) Claim(ctx context.Context, key webhook.AnswerKey, owner string, lease time.Duration) (webhook.Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, a.s.opts.Timeout)
	defer cancel()
	for {
		got, err := a.s.claim(ctx, answerKey(key), owner, lease)
		if err != nil {
			return webhook.Claim{}, err
		}
		if got {
			return webhook.Claim{Owner: owner}, nil
		}
		claim, found, err := a.holder(ctx, key)
		if err != nil || found {
			return claim, err
		}
		// It was freed between the two statements.
	}
}

// Wait implements [webhook.AnswerStore]. It looks again after 10 ms, then less
// often, at last every 200 ms.
func (a *Answers) Wait(ctx context.Context, key webhook.AnswerKey, owner string) error {
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		claim, found, err := a.holder(ctx, key)
		if err != nil || !found || claim.Owner != owner {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// Finish implements [webhook.AnswerStore].
func (a *Answers) Finish(ctx context.Context, key webhook.AnswerKey, owner string, answer *webhook.Answer, keep time.Duration) error {
	statement, args := a.s.sql.free, []any{answerKey(key), owner}
	if answer != nil {
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(answer); err != nil {
			return failure("answer", err)
		}
		statement, args = a.s.sql.answer, append(args, b.Bytes(), milliseconds(keep))
	}
	return a.s.run(ctx, "answer", statement, args...)
}

func (a *Answers) holder(ctx context.Context, key webhook.AnswerKey) (claim webhook.Claim, found bool, err error) {
	owner, value, err := a.s.holder(ctx, answerKey(key))
	if err != nil || owner == "" && value == nil {
		return webhook.Claim{}, false, err
	}
	claim.Owner = owner
	if value != nil {
		claim.Answer = new(webhook.Answer)
		if err := gob.NewDecoder(bytes.NewReader(value)).Decode(claim.Answer); err != nil {
			return webhook.Claim{}, false, failure("answer", err)
		}
	}
	return claim, true, nil
}

// Claim implements [signature.ReplayStore]. When it returns an error it tries to
// take the claim back, so that Twilio's retry has its chance.
func (r *Replays) Claim(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, r.s.opts.Timeout)
	defer cancel()
	key = replayKey(key)
	owner := rand.Text() // tells a claim that was made twice from another one
	got, err := r.s.claim(ctx, key, owner, ttl)
	if err == nil && !got {
		var by string
		by, _, err = r.s.holder(ctx, key)
		got = by == owner
	}
	if err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoing)
		defer cancel()
		_ = r.s.run(ctx, "replay", r.s.sql.free, key, owner)
		return false, err
	}
	return got, nil
}

// Release implements [signature.ReplayStore].
func (r *Replays) Release(ctx context.Context, key string) error {
	return r.s.run(ctx, "replay", r.s.sql.forget, replayKey(key))
}

// Answers and replays share a table; the first letter of a key tells them apart.
func answerKey(key webhook.AnswerKey) string { return "a" + hex.EncodeToString(key[:]) }

// replayKey is hexadecimal already, and made so once more if it is not.
func replayKey(key string) string {
	if _, err := hex.DecodeString(key); err != nil {
		return "x" + hex.EncodeToString([]byte(key))
	}
	return "r" + key
}

// undoing is how long taking back a claim may take that ended in an error.
const undoing = 200 * time.Millisecond

// sweepEvery is how many claims there are to one that also deletes what is
// expired: a fifth of what it may delete, so that the table cannot grow behind.
const sweepEvery = 200

// claim takes a key if it is free, in one step whatever others do.
func (s *Store) claim(ctx context.Context, key, owner string, lease time.Duration) (got bool, err error) {
	if err := s.checkOnce(ctx); err != nil {
		return false, err
	}
	var by string
	err = s.exec(ctx, func(q queryer) error {
		err := q.QueryRowContext(ctx, s.sql.claim, key, owner, milliseconds(lease)).Scan(&by)
		if got = err == nil; errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return false, failure("claim", err)
	}
	if s.claims.Add(1)%sweepEvery == 0 {
		// The claim is made; who sweeps in vain leaves it to the next.
		_ = s.run(ctx, "sweep", s.sql.expire, int64(0), batch)
	}
	return got, nil
}

// holder returns who has a key, or the answer it holds; nothing if it is free.
func (s *Store) holder(ctx context.Context, key string) (owner string, value []byte, err error) {
	err = s.retry(ctx, func() error {
		return s.db.QueryRowContext(ctx, s.sql.holder, key).Scan(&owner, &value)
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

// milliseconds rounds up, so that the shortest time is not none.
func milliseconds(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}
