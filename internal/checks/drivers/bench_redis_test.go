package drivertest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
)

// BenchmarkRedis compares a SET of the same size, which is the least that any
// store does, with the store's script, and its batches with pipelined scripts.
func BenchmarkRedis(b *testing.B) {
	client := redisClient(b)
	open := func(b *testing.B) *redisstore.Store {
		require.NoError(b, client.FlushDB(b.Context()).Err())
		s, err := redisstore.New(client, &redisstore.Options{Prefix: newRedisPrefix()})
		require.NoError(b, err)
		require.NoError(b, s.Check(b.Context()))
		return s
	}
	b.Run("set", func(b *testing.B) {
		open(b)
		callers(b, benchCallers, 1, func(ctx context.Context, i int64) error {
			o := message(i)
			data, err := json.Marshal(status.Of(o))
			if err != nil {
				return err
			}
			return client.Set(ctx, "set:"+string(o.SID), data, 0).Err()
		})
	})
	b.Run("store", func(b *testing.B) {
		callers(b, benchCallers, 1, apply(open(b)))
	})
	b.Run("pipelined-100", func(b *testing.B) {
		open(b)
		require.NoError(b, appendOne.Load(b.Context(), client).Err())
		callers(b, benchCallers, 100, func(ctx context.Context, i int64) error { return pipelinedScripts(ctx, client, hundred(i)) })
	})
	b.Run("store-batch-100", func(b *testing.B) {
		callers(b, benchCallers, 100, applyBatch(open(b)))
	})
}

// appendOne is what the store's script does, for a single row.
var appendOne = redis.NewScript(`
local old, text, place = redis.call('GET', KEYS[2]), '', nil
local final, last = ARGV[3], ARGV[4]
if old then
	if string.find(old, ARGV[2] .. ' ', 1, true) then return false end
	text = old .. '\n'
	if string.sub(old, -19, -19) == '1' then final = '1' else place = string.sub(old, -18) end
	if string.sub(old, -18) > last then last = string.sub(old, -18) end
end
text = text .. ARGV[2] .. ' ' .. final .. last
redis.call('SET', KEYS[2], text)
if place and (final == '1' or place ~= last) then redis.call('ZREM', KEYS[1], place .. ARGV[1]) end
if final == '1' then
	redis.call('PEXPIRE', KEYS[2], 7776000000)
elseif place ~= last then
	redis.call('ZADD', KEYS[1], 0, last .. ARGV[1])
end
return old or ''
`)

// pipelinedScripts sends a script for each observation without waiting in
// between, and merges what comes back. The process has loaded the script.
func pipelinedScripts(ctx context.Context, client *redis.Client, obs []status.Observation) error {
	states := make([]status.State, len(obs))
	replies, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, o := range obs {
			folded, err := status.Fold(o)
			if err != nil {
				return err
			}
			states[i] = folded[0]
			data, err := json.Marshal(states[i])
			if err != nil {
				return err
			}
			final := "0"
			if states[i].Final {
				final = "1"
			}
			appendOne.EvalSha(ctx, p, []string{"pending", "row:" + string(o.SID)}, string(o.SID), string(data), final, fmt.Sprintf("%018d", o.Seen.UnixMicro()))
		}
		return nil
	})
	if err != nil && err != redis.Nil {
		return err
	}
	for i, reply := range replies {
		text, err := reply.(*redis.Cmd).Text()
		if err != nil {
			continue
		}
		var old status.State
		if text != "" {
			for line := range lines(text) {
				var part status.State
				if err := part.UnmarshalJSON([]byte(line[:len(line)-20])); err != nil {
					return err
				}
				old = old.Merge(part)
			}
			states[i] = old.Merge(states[i])
		}
		status.Diff(old, states[i])
	}
	return nil
}
