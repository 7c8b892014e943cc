package status_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/statustest"
	"github.com/ringback-go/ringback/webhook"
)

func TestNewTrackerNeedsAStore(t *testing.T) {
	assert.Panics(t, func() { status.NewTracker(nil, nil) })
}

func TestTrackerObserveAndGet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := status.NewTracker(new(status.Memory), nil)
		time.Sleep(time.Minute)
		o := status.Observation{SID: message, Status: "sent"}
		require.NoError(t, tr.Observe(t.Context(), o))
		assert.True(t, o.Seen.IsZero())
		s, err := tr.Get(t.Context(), message)
		require.NoError(t, err)
		assert.True(t, s.First.Equal(time.Now()), "seen now")

		require.NoError(t, tr.Observe(t.Context()))
		require.NoError(t, tr.Observe(t.Context(), told(message, "delivered")...))
		s, err = tr.Get(t.Context(), message)
		require.NoError(t, err)
		assert.True(t, s.Last.Equal(noon), "seen as told")

		_, err = tr.Get(t.Context(), call)
		require.ErrorIs(t, err, status.ErrNotFound)
		require.ErrorIs(t, tr.Observe(t.Context(), told("", "sent")...), status.ErrInvalid)
	})
}

func TestOverdue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := status.NewTracker(new(status.Memory), nil)
		overdue := func(age time.Duration) (sids []webhook.SID) {
			for s, err := range tr.Overdue(t.Context(), age) {
				require.NoError(t, err)
				sids = append(sids, s.SID)
			}
			return sids
		}
		see := func(sid webhook.SID, word string) {
			require.NoError(t, tr.Observe(t.Context(), status.Observation{SID: sid, Status: word}))
		}
		see("SM1", "sent")
		time.Sleep(time.Hour)
		see("SM2", "queued")
		see("SM3", "delivered")
		assert.Empty(t, overdue(time.Hour), "exactly an hour is not more than one")
		time.Sleep(time.Minute)
		assert.Equal(t, []webhook.SID{"SM1"}, overdue(time.Hour))
		assert.Equal(t, []webhook.SID{"SM1", "SM2"}, overdue(0))
		see("SM1", "sent")
		time.Sleep(time.Minute)
		assert.Equal(t, []webhook.SID{"SM2", "SM1"}, overdue(0), "a repeat is a sign of life")
		see("SM1", "delivered")
		assert.Equal(t, []webhook.SID{"SM2"}, overdue(0))
		for range tr.Overdue(t.Context(), 0) {
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, err := range tr.Overdue(ctx, 0) {
			require.ErrorIs(t, err, context.Canceled)
		}
	})
}

func TestCountersAndHook(t *testing.T) {
	var log strings.Builder
	var hooked []string
	tr := status.NewTracker(new(status.Memory), &status.Options{
		Changed: func(_ context.Context, c status.Change) { hooked = append(hooked, c.Before.Status+">"+c.After.Status) },
		Logger:  slog.New(slog.NewTextHandler(&log, nil)),
	})
	for _, o := range told(message, "queued", "sent", "sent", "delivered", "undelivered", "zapped") {
		require.NoError(t, tr.Observe(t.Context(), o))
	}
	require.Error(t, tr.Observe(t.Context(), told("", "x")...))
	assert.Equal(t, status.Counters{Observed: 6, Changed: 5, Moved: 3, Ended: 1, Conflicts: 1, Unknown: 1, Failed: 1}, tr.Counters())
	assert.Equal(t, []string{">queued", "queued>sent", "sent>delivered", "delivered>delivered", "delivered>delivered"}, hooked)
	assert.Equal(t, 1, strings.Count(log.String(), "contradict"))
	assert.Contains(t, log.String(), "conflict=undelivered")
}

// What comes back as an error is tried again, and the end is the same.
func TestT25TrackerOnAFaultyStore(t *testing.T) {
	memory := new(status.Memory)
	store := statustest.Faulty(memory, statustest.Faults{Seed: 7, Error: 0.3, AfterCommit: 0.3, Cancel: 0.3})
	tr := status.NewTracker(store, nil)
	words := []string{"queued", "sent", "delivered", "undelivered"}
	for _, o := range told(message, words...) {
		for {
			err := tr.Observe(t.Context(), o)
			if err == nil {
				break
			}
			require.True(t, errors.Is(err, statustest.ErrInjected) || errors.Is(err, context.Canceled), "%v", err)
		}
	}
	s, err := memory.Get(t.Context(), message)
	require.NoError(t, err)
	equalStates(t, merged(told(message, words...)...), s)
	assert.Positive(t, tr.Counters().Failed)
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := status.NewTracker(new(status.Memory), nil)
		require.NoError(t, tr.Observe(t.Context(), told(message, "queued")...))
		ctx, cancel := context.WithCancel(t.Context())
		one, all := tr.Watch(ctx, message, "SM2"), tr.Watch(ctx)
		assert.EqualValues(t, 2, tr.Counters().Watching)
		require.NoError(t, tr.Observe(t.Context(), told(call, "ringing")...))
		require.NoError(t, tr.Observe(t.Context(), told(message, "sent")...))
		require.NoError(t, tr.Observe(t.Context(), told(message, "sent")...))
		require.NoError(t, tr.Observe(t.Context(), told(message, "delivered", "read")...))
		cancel()
		synctest.Wait()
		assert.Equal(t, []string{"SM queued>sent", "SM sent>read"}, received(one))
		assert.Equal(t, []string{"CA >ringing", "SM queued>sent", "SM sent>read"}, received(all))
		assert.Zero(t, tr.Counters().Watching)
		require.NoError(t, tr.Observe(t.Context(), told(call, "completed")...), "nobody listens")

		over, cancel := context.WithCancel(t.Context())
		cancel()
		ch := tr.Watch(over)
		synctest.Wait()
		assert.Empty(t, received(ch))
	})
}

func received(ch <-chan status.Change) (out []string) {
	for c := range ch {
		out = append(out, string(c.SID()[:2])+" "+c.Before.Status+">"+c.After.Status)
	}
	return out
}

func TestWatchOfASlowConsumer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := status.NewTracker(new(status.Memory), &status.Options{Buffer: 2})
		ctx, cancel := context.WithCancel(t.Context())
		slow, quick := tr.Watch(ctx), tr.Watch(ctx)
		var got []string
		for _, o := range told(message, "accepted", "queued", "sent", "delivered") {
			require.NoError(t, tr.Observe(t.Context(), o))
			got = append(got, (<-quick).After.Status)
		}
		cancel()
		synctest.Wait()
		assert.Equal(t, []string{"accepted", "queued", "sent", "delivered"}, got, "nobody waits for the slow one")
		assert.Equal(t, []string{"SM queued>sent", "SM sent>delivered"}, received(slow), "the newest stay")
		assert.EqualValues(t, 2, tr.Counters().Missed)
	})
}

// Whatever goroutines do, the changes that a consumer sees of one SID form a
// chain.
func TestWatchSeesAChain(t *testing.T) {
	tr := status.NewTracker(new(status.Memory), &status.Options{Buffer: 1000})
	ctx, cancel := context.WithCancel(t.Context())
	ch := tr.Watch(ctx, call)
	words := []string{"queued", "initiated", "ringing", "in-progress", "completed", "zapped", "busy"}
	done := make(chan error)
	for i := range 8 {
		go func() {
			obs := told(call, words...)
			slices.Reverse(obs[:i%len(obs)])
			for _, o := range obs {
				if err := tr.Observe(ctx, o); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range 8 {
		require.NoError(t, <-done)
	}
	cancel()
	var last status.State
	for c := range ch {
		if len(last.Reports) == 0 {
			last = c.Before // another goroutine may have stored first and published later
		}
		equalStates(t, last, c.Before)
		equalStates(t, c.After, last.Merge(c.After))
		last = c.After
	}
	assert.Len(t, last.Reports, len(words))
}

func TestWatchRemembersABoundedNumberOfStates(t *testing.T) {
	tr := status.NewTracker(new(status.Memory), nil)
	ch := tr.Watch(t.Context(), "SM1")
	require.NoError(t, tr.Observe(t.Context(), told("SM1", "sent")...))
	for i := range 5 * status.MaxRecent {
		require.NoError(t, tr.Observe(t.Context(), told(webhook.SID("SMx"+string(rune('!'+i%90))+string(rune('!'+i/90%90))+string(rune('!'+i/8100))), "sent")...))
	}
	require.NoError(t, tr.Observe(t.Context(), told("SM1", "delivered")...))
	assert.Equal(t, "sent", (<-ch).After.Status)
	c := <-ch
	assert.Equal(t, "sent", c.Before.Status)
	assert.Equal(t, "delivered", c.After.Status)
}

// A notifying is a store that other processes use as well.
type notifying struct {
	*status.Memory
	listen func(context.Context) (<-chan status.Change, error)
}

func (n *notifying) Listen(ctx context.Context) (<-chan status.Change, error) { return n.listen(ctx) }

func TestWatchAcrossProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var feed chan status.Change
		listens, fail := 0, true
		store := &notifying{Memory: new(status.Memory)}
		store.listen = func(ctx context.Context) (<-chan status.Change, error) {
			listens++
			if fail {
				fail = false
				return nil, errors.New("no connection")
			}
			ch := make(chan status.Change)
			feed = ch
			context.AfterFunc(ctx, func() { close(ch) })
			return ch, nil
		}
		elsewhere := func(words ...string) status.Change {
			changes, err := store.Apply(t.Context(), told(message, words...)...)
			require.NoError(t, err)
			return changes[0]
		}
		tr := status.NewTracker(store, nil)
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		ch := tr.Watch(ctx, message)
		assert.Equal(t, 2, listens, "the first try failed, the second one listens")
		assert.Less(t, time.Since(start), time.Second)

		queued := elsewhere("queued")
		feed <- queued
		feed <- queued
		sent := elsewhere("sent")
		feed <- elsewhere("delivered")
		feed <- sent // overtaken on the way
		require.NoError(t, tr.Observe(ctx, told(message, "read")...))
		read, err := store.Get(ctx, message)
		require.NoError(t, err)
		feed <- status.Change{After: read} // what this process did comes back
		synctest.Wait()
		cancel()
		synctest.Wait()
		assert.Equal(t, []string{"SM >queued", "SM queued>delivered", "SM delivered>read"}, received(ch))

		ctx, cancel = context.WithCancel(t.Context())
		ch = tr.Watch(ctx)
		assert.Equal(t, 3, listens, "listens again for a new consumer")
		cancel()
		synctest.Wait()
		assert.Empty(t, received(ch))
	})
}

func TestWatchWhenNobodyCanListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		store := &notifying{Memory: new(status.Memory), listen: func(context.Context) (<-chan status.Change, error) {
			tries++
			return nil, errors.New("down")
		}}
		tr := status.NewTracker(store, nil)
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		ch := tr.Watch(ctx)
		assert.Equal(t, time.Second, time.Since(start), "then it goes without")
		require.NoError(t, tr.Observe(ctx, told(message, "sent")...))
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Less(t, tries, 25, "later and later")
		cancel()
		synctest.Wait()
		assert.Equal(t, []string{"SM >sent"}, received(ch))
	})
}
