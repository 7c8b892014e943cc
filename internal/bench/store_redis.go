package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
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
		for keys.Next(ctx) {
			client.Unlink(ctx, keys.Val())
		}
		if err := keys.Err(); err != nil {
			b.Error(err)
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
local have = redis.call('HMGET', KEYS[2], 'lines', 'final', 'last')
local old, final, last = have[1], ARGV[3], ARGV[4]
if old and string.find('\n' .. old .. '\n', '\n' .. ARGV[2] .. '\n', 1, true) then
	return false
end
local text = ARGV[2]
if old then
	text = old .. '\n' .. ARGV[2]
	if have[2] == '1' then final = '1' end
	if have[3] > last then last = have[3] end
end
redis.call('HSET', KEYS[2], 'lines', text, 'final', final, 'last', last)
if old and have[2] ~= '1' and (have[3] ~= last or final == '1') then
	redis.call('ZREM', KEYS[1], have[3] .. ARGV[1])
end
if final == '1' then
	redis.call('PEXPIRE', KEYS[2], 7776000000)
elseif have[3] ~= last then
	redis.call('ZADD', KEYS[1], 0, last .. ARGV[1])
end
redis.call('PUBLISH', ARGV[5], text)
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
// between, and merges what comes back.
func pipelineScripts(ctx context.Context, client *redis.Client, prefix string, obs []status.Observation) error {
	states := make([]status.State, len(obs))
	replies, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, o := range obs {
			states[i] = status.Of(o)
			data, err := json.Marshal(states[i])
			if err != nil {
				return err
			}
			final := "0"
			if states[i].Final {
				final = "1"
			}
			keys := []string{prefix + ":pending", prefix + ":row:" + string(o.SID)}
			appendOne.EvalSha(ctx, p, keys, string(o.SID), string(data), final, o.Seen.Format("20060102150405.000000"), prefix+":changes")
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	for i, reply := range replies {
		rows, err := reply.(*redis.Cmd).Text()
		switch {
		case errors.Is(err, redis.Nil) || rows == "":
			continue
		case err != nil:
			return err
		}
		if states[i], err = fold(states[i], rows); err != nil {
			return err
		}
	}
	return nil
}
