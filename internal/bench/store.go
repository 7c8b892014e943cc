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

// observation makes the callbacks of messages: three for each, as Twilio sends
// them.
func observation(i int64) status.Observation {
	words := [...]string{"queued", "sent", "delivered"}
	return status.Observation{
		SID:        webhook.SID(fmt.Sprintf("SM%032x", i/3)),
		AccountSID: "AC00000000000000000000000000000001",
		Status:     words[i%3],
		Seen:       time.Date(2024, time.May, 6, 12, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Millisecond),
	}
}

// observations makes the i-th batch; the SIDs in it are different.
func observations(i int64) []status.Observation {
	obs := make([]status.Observation, storeBatch)
	for j := range obs {
		obs[j] = observation((i/3*storeBatch+int64(j))*3 + i%3)
	}
	return obs
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
