package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

const (
	storeCallers = 16  // how many callers there are in the rows of the stores
	storeBatch   = 100 // how many observations a call with a batch has
)

// words are the callbacks of a message.
var words = [...]string{"queued", "sent", "delivered"}

// storeSpread is how many messages are on their way at once, so that the
// callbacks of one are not stored at the same time, as they are not in life.
const storeSpread = 100

// places says which message the i-th callback is of, and which of its steps it
// reports: each of 100 messages is queued, then each is sent, then each is
// delivered, and the next 100 follow.
func places(i int64) (message, step int64) {
	block, k := i/(storeSpread*3), i%(storeSpread*3)
	return block*storeSpread + k%storeSpread, k / storeSpread
}

func observation(i int64) status.Observation {
	message, step := places(i)
	return callback(sidOf(message), message, step)
}

// observations makes the i-th batch, whose SIDs are different: twenty batches
// in which messages are queued, twenty in which the same are sent, and so on.
func observations(i int64) []status.Observation {
	const spread = 20
	block, k := i/(spread*3), i%(spread*3)
	first := (block*spread + k%spread) * storeBatch
	obs := make([]status.Observation, storeBatch)
	for j := range obs {
		message := first + int64(j)
		obs[j] = callback(sidOf(message), message, k/spread)
	}
	return obs
}

func sidOf(message int64) webhook.SID { return webhook.SID(fmt.Sprintf("SM%032x", message)) }

func callback(sid webhook.SID, message, step int64) status.Observation {
	return status.Observation{
		SID:        sid,
		AccountSID: "AC00000000000000000000000000000001",
		Status:     words[step],
		Seen:       time.Date(2024, time.May, 6, 12, 0, 0, 0, time.UTC).Add(time.Duration(message*3+step) * time.Millisecond),
	}
}

// callers makes b.N calls from 16 goroutines and reports their p99.
func callers(b *testing.B, call func(ctx context.Context, i int64) error) {
	b.Helper()
	b.ReportAllocs()
	var next atomic.Int64
	took := make([][]time.Duration, storeCallers)
	b.ResetTimer()
	var wg sync.WaitGroup
	for w := range storeCallers {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
				start := time.Now()
				if err := call(b.Context(), i); err != nil {
					b.Error(err)
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	if len(all) > 0 {
		b.ReportMetric(float64(all[len(all)*99/100])/float64(time.Microsecond), p99)
	}
}

func single(s status.Store) func(context.Context, int64) error {
	return func(ctx context.Context, i int64) error {
		_, err := s.Apply(ctx, observation(i))
		return err
	}
}

func batch(s status.Store) func(context.Context, int64) error {
	return func(ctx context.Context, i int64) error {
		_, err := s.Apply(ctx, observations(i)...)
		return err
	}
}

// fold merges a state with the rows that a store gave back, one JSON text a line.
func fold(s status.State, rows string) (status.State, error) {
	for line := range strings.SplitSeq(rows, "\n") {
		old, err := stateOf(line)
		if err != nil {
			return status.State{}, err
		}
		s = old.Merge(s)
	}
	return s, nil
}

func check(b *testing.B, err error) {
	if err != nil {
		b.Helper()
		b.Fatal(err)
	}
}
