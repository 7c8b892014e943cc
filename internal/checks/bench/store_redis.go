package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
)

// redisRows compare the store's script with a SET of the same size, which is
// the least that any store does.
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
