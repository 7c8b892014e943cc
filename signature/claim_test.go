package signature_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status/statustest"
)

func claim(t *testing.T, s signature.ClaimStore, key, owner string, lease time.Duration) signature.Claim {
	t.Helper()
	c, err := s.Claim(t.Context(), key, owner, lease)
	require.NoError(t, err)
	return c
}

func TestMemoryClaimsContract(t *testing.T) {
	statustest.TestClaims(t, func(testing.TB) (a, b signature.ClaimStore) {
		m := new(signature.MemoryClaims)
		return m, m
	})
}

func TestMemoryClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		m := new(signature.MemoryClaims)
		assert.Equal(t, signature.Claim{Owner: "first"}, claim(t, m, "a", "first", time.Minute))
		assert.Equal(t, signature.Claim{Owner: "first"}, claim(t, m, "a", "first", time.Minute), "the same claim again")
		assert.Equal(t, signature.Claim{Owner: "first"}, claim(t, m, "a", "second", time.Minute))

		require.NoError(t, m.Release(ctx, "a", "second"))
		require.NoError(t, m.Finish(ctx, "a", "second", []byte("no"), time.Minute))
		assert.Equal(t, signature.Claim{Owner: "first"}, claim(t, m, "a", "third", time.Minute), "only the owner ends a claim")
		require.NoError(t, m.Release(ctx, "a", "first"))
		require.NoError(t, m.Release(ctx, "never claimed", "first"))
		assert.Equal(t, signature.Claim{Owner: "second"}, claim(t, m, "a", "second", time.Minute))

		require.NoError(t, m.Finish(ctx, "a", "second", []byte("done"), time.Hour))
		require.NoError(t, m.Release(ctx, "a", "second"))
		require.NoError(t, m.Release(ctx, "a", ""))
		assert.Equal(t, signature.Claim{Value: []byte("done")}, claim(t, m, "a", "third", time.Minute))
		time.Sleep(time.Hour)
		assert.Equal(t, signature.Claim{Owner: "third"}, claim(t, m, "a", "third", time.Minute), "no longer kept")

		time.Sleep(time.Minute)
		require.NoError(t, m.Finish(ctx, "a", "third", []byte("late"), time.Hour), "after the lease, without effect")
		assert.Equal(t, signature.Claim{Owner: "fourth"}, claim(t, m, "a", "fourth", time.Minute))
	})
}

func TestT09MemoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &signature.MemoryClaims{Limit: 100}
		for i := range 1000 {
			require.Equal(t, "me", claim(t, m, fmt.Sprint(i), "me", time.Hour).Owner)
			require.LessOrEqual(t, m.Len(), 100)
			time.Sleep(time.Millisecond)
		}
		assert.Equal(t, "me", claim(t, m, "999", "you", time.Hour).Owner, "the newest are kept")
		assert.Equal(t, "you", claim(t, m, "0", "you", time.Hour).Owner, "the oldest are forgotten")
		time.Sleep(time.Hour)
		assert.Equal(t, "you", claim(t, m, "999", "you", time.Hour).Owner, "expired")
		assert.Equal(t, 1, m.Len(), "expired keys are removed")
	})
}

func TestMemoryClaimsDropsFinishedKeysFirst(t *testing.T) {
	m := &signature.MemoryClaims{Limit: 4, MaxBytes: 10}
	finish := func(key string, size int) {
		require.Equal(t, "me", claim(t, m, key, "me", time.Minute).Owner)
		require.NoError(t, m.Finish(t.Context(), key, "me", make([]byte, size), time.Hour))
	}
	claim(t, m, "working", "me", time.Second)
	finish("a", 4)
	finish("b", 4)
	finish("c", 4)
	assert.Equal(t, 3, m.Len(), "by size")
	assert.Equal(t, "you", claim(t, m, "a", "you", time.Minute).Owner)
	claim(t, m, "d", "me", time.Minute)
	assert.Equal(t, 4, m.Len(), "by number")
	assert.Equal(t, "you", claim(t, m, "b", "you", time.Minute).Owner)
	assert.Equal(t, "me", claim(t, m, "working", "you", time.Minute).Owner, "work is not forgotten for an answer")
	finish("large", 11)
	assert.Equal(t, "you", claim(t, m, "large", "you", time.Minute).Owner, "larger than everything")
}

func TestMemoryClaimsGrantsOne(t *testing.T) {
	m := &signature.MemoryClaims{Limit: -1, MaxBytes: -1}
	var granted atomic.Int32
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			owner := fmt.Sprint("owner", i)
			if c, err := m.Claim(t.Context(), "race", owner, time.Hour); err == nil && c.Owner == owner {
				granted.Add(1)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, granted.Load())
}
