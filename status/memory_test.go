package status_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/statustest"
	"github.com/ringback-go/ringback/webhook"
)

func memory(testing.TB) status.Store { return new(status.Memory) }

func TestStoreContract(t *testing.T) { statustest.TestStore(t, memory) }

// TestT23HistoryOrder plays 20,000 random histories; with RINGBACK_TEST_FULL=1
// 100,000 of them.
func TestT23HistoryOrder(t *testing.T) {
	histories := 20_000
	if os.Getenv("RINGBACK_TEST_FULL") != "" {
		histories = 100_000
	}
	statustest.TestHistoryOrder(t, memory, histories)
}

func sidOf(i int) webhook.SID {
	return webhook.SID(fmt.Sprintf("SM%032x", uint64(i)*0x9e3779b97f4a7c15))
}

func TestT28MemoryIsBounded(t *testing.T) {
	m := &status.Memory{Limit: 100}
	has := func(i int) bool {
		_, err := m.Get(t.Context(), sidOf(i))
		return err == nil
	}
	put := func(i int, words ...string) {
		_, err := m.Apply(t.Context(), told(sidOf(i), words...)...)
		require.NoError(t, err)
	}
	for i := range 100 {
		put(i, "sent")
	}
	put(7, "delivered")
	put(3, "delivered")
	put(7, "delivered") // touched again: 3 is the oldest final one now
	assert.Equal(t, 100, m.Len())

	put(100, "sent")
	assert.False(t, has(3), "the oldest final state goes first")
	put(101, "delivered")
	assert.False(t, has(7), "then the next")
	put(102, "sent")
	assert.False(t, has(101))
	put(103, "delivered")
	assert.True(t, has(103), "what was just stored stays")
	assert.False(t, has(0), "no other final state: the oldest of all")
	assert.True(t, has(1))
	assert.Equal(t, 100, m.Len())

	one := &status.Memory{Limit: 1}
	for i := range 10 {
		_, err := one.Apply(t.Context(), told(sidOf(i), "sent")...)
		require.NoError(t, err)
		assert.Equal(t, 1, one.Len())
	}
}

func TestT28MemoryIsBoundedUnderLoad(t *testing.T) {
	m := &status.Memory{Limit: 500}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 0))
			for range 3000 {
				_, err := m.Apply(t.Context(), told(sidOf(r.IntN(2000)), []string{"sent", "delivered"}[r.IntN(2)])...)
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 500, m.Len())
	n := 0
	for i := range 2000 {
		if _, err := m.Get(t.Context(), sidOf(i)); err == nil {
			n++
		}
	}
	assert.Equal(t, 500, n)
}

// BenchmarkMemory has 16 callers. The repeats are those of a fixed set of
// messages that are known; the new ones are unknown messages, each in four
// callbacks, one of them sent twice.
func BenchmarkMemory(b *testing.B) {
	words := []string{"queued", "sent", "sent", "delivered"}
	sids, fresh := someSIDs(20_000), someSIDs(1_000_000)
	for _, load := range []struct {
		name string
		sid  func(caller, i int) webhook.SID
	}{
		{"repeats", func(caller, i int) webhook.SID { return sids[(i*31+caller*977)%len(sids)] }},
		{"news", func(caller, i int) webhook.SID { return fresh[(i*16+caller)%len(fresh)] }},
	} {
		b.Run(load.name, func(b *testing.B) {
			m := &status.Memory{Limit: 1 << 30}
			b.ReportAllocs()
			b.SetParallelism(8) // 16 goroutines on two processors
			var next atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				caller := int(next.Add(1)) - 1
				for i := 0; pb.Next(); i++ {
					o := status.Observation{SID: load.sid(caller, i/4), Status: words[i%4], Seen: noon.Add(time.Duration(i) * time.Microsecond)}
					if _, err := m.Apply(b.Context(), o); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func someSIDs(n int) (all []webhook.SID) {
	for i := range n {
		all = append(all, sidOf(i))
	}
	return all
}
