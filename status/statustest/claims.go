package statustest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// TestClaims tests a [signature.ClaimStore] against its contract. Each rule is
// a subtest with its own stores from open, which registers its cleanup with the
// given testing.TB. The two stores must share their contents, like those of two
// machines; for a store in memory they are the same. Every subtest uses new
// keys.
func TestClaims(t *testing.T, open func(testing.TB) (a, b signature.ClaimStore)) {
	for _, r := range claimRules {
		t.Run(r.name, func(t *testing.T) {
			a, b := open(t)
			r.test(&claimBench{t, a, b, "replay:" + rand.Text()})
		})
	}
}

type claimRule struct {
	name string
	test func(*claimBench)
}

type claimBench struct {
	*testing.T
	a, b signature.ClaimStore
	key  string
}

// claim claims the key and fails unless the result is want.
func (b *claimBench) claim(s signature.ClaimStore, owner string, lease time.Duration, want signature.Claim) {
	b.Helper()
	got, err := s.Claim(b.Context(), b.key, owner, lease)
	if err != nil {
		b.Fatalf("Claim for %s: %v", owner, err)
	}
	if got.Owner != want.Owner || !bytes.Equal(got.Value, want.Value) {
		b.Fatalf("Claim for %s: got owner %q and value %q, want %q and %q", owner, got.Owner, got.Value, want.Owner, want.Value)
	}
}

func (b *claimBench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// eventually fails unless owner gets the key within five seconds.
func (b *claimBench) eventually(s signature.ClaimStore, owner string) {
	b.Helper()
	for end := time.Now().Add(5 * time.Second); ; {
		got, err := s.Claim(b.Context(), b.key, owner, time.Minute)
		b.must(err)
		if got.Owner == owner {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("the key did not become free: owner %q, value %q", got.Owner, got.Value)
		}
		tick := time.NewTimer(5 * time.Millisecond)
		<-tick.C
	}
}

func ownedBy(owner string) signature.Claim { return signature.Claim{Owner: owner} }

var claimRules = []claimRule{
	{"T09OneOwner", func(b *claimBench) {
		b.claim(b.a, "one", time.Minute, ownedBy("one"))
		b.claim(b.a, "two", time.Minute, ownedBy("one"))
		b.claim(b.b, "two", time.Minute, ownedBy("one"))
	}},
	{"T25ClaimAgain", func(b *claimBench) {
		b.claim(b.a, "one", time.Minute, ownedBy("one"))
		b.claim(b.a, "one", time.Minute, ownedBy("one"))
		b.claim(b.b, "one", time.Minute, ownedBy("one"))
	}},
	{"OnlyTheOwnerEndsAClaim", func(b *claimBench) {
		b.claim(b.a, "one", time.Minute, ownedBy("one"))
		b.must(b.b.Finish(b.Context(), b.key, "two", []byte("value"), time.Hour))
		b.must(b.b.Release(b.Context(), b.key, "two"))
		b.claim(b.b, "two", time.Minute, ownedBy("one"))
	}},
	{"FinishKeepsTheValue", func(b *claimBench) {
		value := make([]byte, 256)
		for i := range value {
			value[i] = byte(i)
		}
		value = bytes.Repeat(value, 300) // 75 KiB, more than any answer
		b.claim(b.a, "one", time.Minute, ownedBy("one"))
		b.must(b.a.Finish(b.Context(), b.key, "one", value, time.Hour))
		b.claim(b.b, "two", time.Minute, signature.Claim{Value: value})
		b.must(b.a.Release(b.Context(), b.key, "one"))
		b.must(b.a.Finish(b.Context(), b.key, "one", []byte("other"), time.Hour))
		b.claim(b.b, "one", time.Minute, signature.Claim{Value: value})
	}},
	{"ReleaseFreesTheKey", func(b *claimBench) {
		b.must(b.a.Release(b.Context(), b.key, "one"))
		b.claim(b.a, "one", time.Minute, ownedBy("one"))
		b.must(b.a.Release(b.Context(), b.key, "one"))
		b.claim(b.b, "two", time.Minute, ownedBy("two"))
	}},
	{"ALeaseEnds", func(b *claimBench) {
		b.claim(b.a, "one", time.Millisecond, ownedBy("one"))
		b.eventually(b.b, "two")
		b.must(b.a.Finish(b.Context(), b.key, "one", []byte("late"), time.Hour))
		b.must(b.a.Release(b.Context(), b.key, "one"))
		b.claim(b.a, "three", time.Minute, ownedBy("two"))
	}},
	{"AValueIsKeptForItsTime", func(b *claimBench) {
		b.claim(b.a, "one", time.Minute, ownedBy("one"))
		b.must(b.a.Finish(b.Context(), b.key, "one", []byte("value"), time.Millisecond))
		b.eventually(b.b, "two")
	}},
	{"T09OneOfMany", func(b *claimBench) {
		var granted atomic.Int64
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				s, owner := b.a, fmt.Sprint("owner", i)
				if i%2 == 0 {
					s = b.b
				}
				got, err := s.Claim(b.Context(), b.key, owner, time.Hour)
				if err != nil {
					b.Error(err)
				} else if got.Owner == owner {
					granted.Add(1)
				}
			})
		}
		all.Wait()
		if n := granted.Load(); n != 1 {
			b.Fatalf("%d of 16 simultaneous claims were granted, want 1", n)
		}
	}},
	{"KeysAndOwnersOf100Bytes", func(b *claimBench) {
		long := b.key
		for len(long) < 100 {
			long += "0"
		}
		b.key = long
		b.claim(b.a, long, time.Minute, ownedBy(long))
		b.must(b.a.Finish(b.Context(), b.key, long, []byte("value"), time.Minute))
		b.claim(b.b, "two", time.Minute, signature.Claim{Value: []byte("value")})
	}},
	{"AContextThatHasEnded", func(b *claimBench) {
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		// A store in memory may ignore the context.
		if _, err := b.a.Claim(ctx, b.key, "one", time.Minute); err != nil && !errors.Is(err, context.Canceled) {
			b.Fatalf("got %v, want an error that wraps context.Canceled", err)
		}
	}},
}
