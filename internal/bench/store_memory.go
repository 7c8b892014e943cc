package main

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// memoryRow compares the store in memory with what one writes first: a map and
// a mutex.
func memoryRow() row {
	return row{
		name: "store/memory-16-callers",
		contenders: []contender{
			{name: "ringback", run: inMemory(func() applier { return &status.Memory{} })},
			{name: "one mutex", run: inMemory(func() applier { return &oneMutex{states: make(map[webhook.SID]status.State)} })},
		},
		ratios: []ratio{{peer: "one mutex", atLeast: 1.4}},
	}
}

type applier interface {
	Apply(context.Context, ...status.Observation) ([]status.Change, error)
}

// prepared are the callbacks of 87,000 messages, made before anything is
// measured: making one takes as long as storing it.
var prepared = sync.OnceValue(func() []status.Observation {
	obs := make([]status.Observation, 1<<18)
	for i := range obs {
		obs[i] = observation(int64(i))
	}
	return obs
})

func inMemory(open func() applier) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		obs, store := prepared(), open()
		var next atomic.Int64
		b.SetParallelism(storeCallers / 2) // times GOMAXPROCS
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := next.Add(1) - 1
				if _, err := store.Apply(b.Context(), obs[i%int64(len(obs))]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
}

// A oneMutex is a store without shards and without a limit.
type oneMutex struct {
	mu     sync.Mutex
	states map[webhook.SID]status.State
}

func (m *oneMutex) Apply(_ context.Context, obs ...status.Observation) ([]status.Change, error) {
	states, err := status.Fold(obs...)
	if err != nil {
		return nil, err
	}
	var changes []status.Change
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range states {
		before := m.states[s.SID]
		after := before.Merge(s)
		m.states[s.SID] = after
		if c, ok := status.Diff(before, after); ok {
			changes = append(changes, c)
		}
	}
	return changes, nil
}
