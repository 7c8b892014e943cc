package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
)

// redisRows compare the store's script with a SET of the same size, which is
// the least that any store does, and its batches with scripts sent without
// waiting in between.
func redisRows() []row {
	skip := skipWithout(redisVariable)
	return []row{
		{
			name: "store/redis-16-callers",
			contenders: []contender{
				{name: "ringback", run: func(b *testing.B) {
					client, prefix := openRedis(b)
					callers(b, single(openRedisStore(b, client, prefix)))
				}},
				{name: "SET", run: setOnly},
			},
			ratios: []ratio{{peer: "SET", atLeast: 0.6}},
			skip:   skip,
		},
		{
			name: "store/redis-batches",
			contenders: []contender{
				{name: "ringback", each: storeBatch, run: func(b *testing.B) {
					client, prefix := openRedis(b)
					callers(b, batch(openRedisStore(b, client, prefix)))
				}},
				{name: "pipelined scripts", each: storeBatch, run: pipelinedScripts},
			},
			ratios: []ratio{{peer: "pipelined scripts", atLeast: 1.3}},
			skip:   skip,
		},
	}
}

// openRedis gives every measurement keys of its own and removes them.
func openRedis(b *testing.B) (client *redis.Client, prefix string) {
	opts, err := redis.ParseURL(os.Getenv(redisVariable))
	check(b, err)
	opts.ContextTimeoutEnabled = true
	opts.PoolSize = 2 * storeCallers
	client = redis.NewClient(opts)
	prefix = "bench-" + rand.Text()
	b.Cleanup(func() {
		defer client.Close()
		ctx := context.Background()
		keys := client.Scan(ctx, 0, "*"+prefix+"*", 1000).Iterator()
		var gone []string
		for keys.Next(ctx) {
			gone = append(gone, keys.Val())
		}
		if err := keys.Err(); err != nil {
			b.Error(err)
		}
		for some := range slices.Chunk(gone, 1000) { // each command is synced
			client.Unlink(ctx, some...)
		}
	})
	return client, prefix
}

func openRedisStore(b *testing.B, client *redis.Client, prefix string) *redisstore.Store {
	s, err := redisstore.New(client, &redisstore.Options{Prefix: prefix})
	check(b, err)
	check(b, s.Check(b.Context()))
	return s
}

func setOnly(b *testing.B) {
	client, prefix := openRedis(b)
	callers(b, func(ctx context.Context, i int64) error {
		o := observation(i)
		data, err := json.Marshal(status.Of(o))
		if err != nil {
			return err
		}
		return client.Set(ctx, prefix+string(o.SID), data, 0).Err()
	})
}

// appendOne does for one row what the store's script does for a call.
var appendOne = redis.NewScript(`
local old, text, place = redis.call('GET', KEYS[2]), '', nil
local final, last = ARGV[3], ARGV[4]
if old then
	if string.find(old, ARGV[2] .. ' ', 1, true) then return false end
	text = old .. '\n'
	if string.sub(old, -19, -19) == '1' then final = '1' else place = string.sub(old, -18) end
	if string.sub(old, -18) > last then last = string.sub(old, -18) end
end
redis.call('SET', KEYS[2], text .. ARGV[2] .. ' ' .. final .. last)
if place and (final == '1' or place ~= last) then redis.call('ZREM', KEYS[1], place .. ARGV[1]) end
if final == '1' then
	redis.call('PEXPIRE', KEYS[2], 7776000000)
elseif place ~= last then
	redis.call('ZADD', KEYS[1], 0, last .. ARGV[1])
end
return old or ''
`)

func pipelinedScripts(b *testing.B) {
	client, prefix := openRedis(b)
	check(b, appendOne.Load(b.Context(), client).Err())
	callers(b, func(ctx context.Context, i int64) error {
		return pipelineScripts(ctx, client, prefix, observations(i))
	})
}

// pipelineScripts sends a script for each observation without waiting in
// between, and works out what has changed, as a store has to.
func pipelineScripts(ctx context.Context, client *redis.Client, prefix string, obs []status.Observation) error {
	states, err := status.Fold(obs...)
	if err != nil {
		return err
	}
	replies, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, s := range states {
			data, err := json.Marshal(s)
			if err != nil {
				return err
			}
			final := "0"
			if s.Final {
				final = "1"
			}
			keys := []string{prefix + ":pending", prefix + ":row:" + string(s.SID)}
			appendOne.EvalSha(ctx, p, keys, string(s.SID), string(data), final, fmt.Sprintf("%018d", s.Last.UnixMicro()))
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	for i, reply := range replies {
		text, err := reply.(*redis.Cmd).Text()
		switch {
		case errors.Is(err, redis.Nil):
			continue
		case err != nil:
			return err
		}
		var old status.State
		if text != "" {
			if old, err = rowOf(text); err != nil {
				return err
			}
			states[i] = old.Merge(states[i])
		}
		status.Diff(old, states[i])
	}
	return nil
}

// rowOf merges the lines of a row, behind each of which stand 20 characters that
// are the script's.
func rowOf(text string) (out status.State, err error) {
	for line := range strings.SplitSeq(text, "\n") {
		s, err := stateOf(line[:len(line)-20])
		if err != nil {
			return status.State{}, err
		}
		if out.SID != "" {
			s = out.Merge(s)
		}
		out = s
	}
	return out, nil
}
