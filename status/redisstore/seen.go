package redisstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// Answers is a [webhook.AnswerStore] in the Redis of a [Store]: processes that
// share it answer a retry with the first answer, whichever of them gave it. It
// is safe for concurrent use.
//
// Leases and lifetimes go by the clock of Redis, and bound what it holds. An
// answer lost in a crash costs no more than calling the handler again, so the
// settings that [Store.Check] asks for do not matter here.
type Answers struct{ s *Store }

// Replays is a [signature.ReplayStore] in the Redis of a [Store]. It is safe for
// concurrent use and goes by the clock of Redis. A crash may forget the last
// claims unless the settings are those that [Store.Check] asks for.
type Replays struct{ s *Store }

var (
	_ webhook.AnswerStore   = (*Answers)(nil)
	_ signature.ReplayStore = (*Replays)(nil)
)

// Answers returns what remembers answers for [webhook.Deduplicate].
func (s *Store) Answers() *Answers { return &Answers{s} }

// Replays returns what remembers requests for a [signature.ReplayWindow].
func (s *Store) Replays() *Replays { return &Replays{s} }

// A key of an answer holds an owner or an answer; the first letter says which.
const (
	ownedBy  = "o"
	answered = "a"
)

func (a *Answers) key(key webhook.AnswerKey) string {
	return a.s.opts.Prefix + ":answer:" + hex.EncodeToString(key[:])
}

// Claim implements [webhook.AnswerStore].
func (a *Answers) Claim(ctx context.Context, key webhook.AnswerKey, owner string, lease time.Duration) (webhook.Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, a.s.opts.Timeout)
	defer cancel()
	held, err := claim.Run(ctx, a.s.client, []string{a.key(key)}, ownedBy+owner, milliseconds(lease)).Text()
	if err != nil {
		return webhook.Claim{}, failure("claim", err)
	}
	return read(held)
}

// Wait implements [webhook.AnswerStore]. It looks again after 10 ms, then less
// often, at last every 200 ms.
func (a *Answers) Wait(ctx context.Context, key webhook.AnswerKey, owner string) error {
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		held, err := a.s.client.Get(ctx, a.key(key)).Result()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		if err != nil {
			return failure("wait", err)
		}
		if held != ownedBy+owner {
			return nil
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
	}
}

// Finish implements [webhook.AnswerStore].
func (a *Answers) Finish(ctx context.Context, key webhook.AnswerKey, owner string, answer *webhook.Answer, keep time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, a.s.opts.Timeout)
	defer cancel()
	text := ""
	if answer != nil {
		var b bytes.Buffer
		b.WriteString(answered)
		if err := gob.NewEncoder(&b).Encode(answer); err != nil {
			return failure("finish", err)
		}
		text = b.String()
	}
	err := finish.Run(ctx, a.s.client, []string{a.key(key)}, ownedBy+owner, text, milliseconds(keep)).Err()
	if err != nil {
		return failure("finish", err)
	}
	return nil
}

func read(held string) (webhook.Claim, error) {
	if owner, ok := strings.CutPrefix(held, ownedBy); ok {
		return webhook.Claim{Owner: owner}, nil
	}
	answer := new(webhook.Answer)
	err := gob.NewDecoder(strings.NewReader(strings.TrimPrefix(held, answered))).Decode(answer)
	if err != nil {
		return webhook.Claim{}, failure("claim", err)
	}
	return webhook.Claim{Answer: answer}, nil
}

func (r *Replays) key(key string) string { return r.s.opts.Prefix + ":replay:" + key }

// undoing is how long taking back a claim may take that ended in an error.
const undoing = 200 * time.Millisecond

// Claim implements [signature.ReplayStore]. When it returns an error it tries to
// take the claim back, so that Twilio's retry has its chance.
func (r *Replays) Claim(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, r.s.opts.Timeout)
	defer cancel()
	keys := []string{r.key(key)}
	owner := rand.Text() // tells a claim that was sent twice from another one
	held, err := claim.Run(ctx, r.s.client, keys, owner, milliseconds(ttl)).Text()
	if err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoing)
		defer cancel()
		_ = finish.Run(ctx, r.s.client, keys, owner, "").Err()
		return false, failure("claim", err)
	}
	return held == owner, nil
}

// Release implements [signature.ReplayStore].
func (r *Replays) Release(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(ctx, r.s.opts.Timeout)
	defer cancel()
	if err := r.s.client.Del(ctx, r.key(key)).Err(); err != nil {
		return failure("release", err)
	}
	return nil
}

// milliseconds rounds up, so that the shortest time is not none.
func milliseconds(d time.Duration) int64 {
	return max(int64((d+time.Millisecond-1)/time.Millisecond), 1)
}
