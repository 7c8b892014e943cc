package main

import (
	"context"
	"strings"
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

// prepared are the SIDs of 90,000 messages in one text, which a collector has
// nothing to do with: making a SID takes as long as storing it.
var prepared = sync.OnceValue(func() string {
	var b strings.Builder
	for i := range int64(90_000) {
		b.WriteString(string(sidOf(i)))
	}
	return b.String()
})

func inMemory(open func() applier) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		const length = 34
		sids, store := prepared(), open()
		all := int64(len(sids) / length)
		var next atomic.Int64
		b.SetParallelism(storeCallers / 2) // times GOMAXPROCS
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				message, step := places(next.Add(1) - 1)
				at := message % all * length
				if _, err := store.Apply(b.Context(), callback(webhook.SID(sids[at:at+length]), message, step)); err != nil {
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
