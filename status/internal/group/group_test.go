package group_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/internal/group"
	"github.com/ringback-go/ringback/webhook"
)

func sid(n int) webhook.SID { return webhook.SID(fmt.Sprintf("SM%032x", n)) }

func states(t *testing.T, value string, ns ...int) []status.State {
	t.Helper()
	var obs []status.Observation
	for _, n := range ns {
		obs = append(obs, status.Observation{SID: sid(n), Status: value, Seen: time.Unix(1, 0)})
	}
	folded, err := status.Fold(obs...)
	require.NoError(t, err)
	return folded
}

// database is a store in memory whose writes take a second.
type database struct {
	mu     sync.Mutex
	rows   map[webhook.SID]status.State
	groups [][]webhook.SID
	after  int
	err    error
}

func (d *database) write(ctx context.Context, rows []*group.Row) (func(), error) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return nil, d.err
	}
	var sids []webhook.SID
	for _, r := range rows {
		sids = append(sids, r.State.SID)
		d.rows[r.State.SID], _ = r.Finish(d.rows[r.State.SID])
	}
	d.groups = append(d.groups, sids)
	return func() { d.after++ }, nil
}

func newQueue() (*group.Queue, *database) {
	d := &database{rows: map[webhook.SID]status.State{}}
	return &group.Queue{Flights: 1, Size: 3, Room: 4, Timeout: 5 * time.Second, Write: d.write}, d
}

// TestTogether: what waits while a group is on its way goes with the next one,
// a row for each SID, sorted.
func TestTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, d := newQueue()
		var calls sync.WaitGroup
		changed := make([]int, 5)
		for i, batch := range [][]status.State{states(t, "queued", 9), states(t, "sent", 2), states(t, "delivered", 2, 1), states(t, "sent", 3)} {
			calls.Go(func() {
				changes, err := q.Do(t.Context(), batch)
				assert.NoError(t, err)
				changed[i] = len(changes)
			})
			synctest.Wait()
		}
		assert.Equal(t, 4, q.Waiting())
		calls.Wait()
		synctest.Wait()
		assert.Equal(t, [][]webhook.SID{{sid(9)}, {sid(1), sid(2)}, {sid(3)}}, d.groups)
		assert.Equal(t, []int{1, 1, 2, 1, 0}, changed, "each is told what it changed itself")
		assert.Equal(t, 3, d.after)
		assert.Zero(t, q.Waiting())
	})
}

// TestT25Leaving: a caller who gives up while waiting has stored nothing; one
// whose group is on its way is not told so, and the group goes on.
func TestT25Leaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, d := newQueue()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		var calls sync.WaitGroup
		for n := range 2 {
			calls.Go(func() {
				_, err := q.Do(ctx, states(t, "sent", n))
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			})
			synctest.Wait()
		}
		calls.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, [][]webhook.SID{{sid(0)}}, d.groups)
		_, err := q.Do(ctx, states(t, "sent", 3))
		assert.ErrorIs(t, err, context.DeadlineExceeded, "before anything is stored")
		assert.Len(t, d.groups, 1)
	})
}

// TestFull: a call that finds no room fails at once, but one always may wait.
func TestFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, _ := newQueue()
		var calls sync.WaitGroup
		for _, batch := range [][]status.State{states(t, "sent", 1), states(t, "sent", 1, 2, 3, 4, 5, 6)} {
			calls.Go(func() {
				_, err := q.Do(t.Context(), batch)
				assert.NoError(t, err)
			})
			synctest.Wait()
		}
		_, err := q.Do(t.Context(), states(t, "sent", 7))
		assert.ErrorIs(t, err, group.ErrFull)
		calls.Wait()
		_, err = q.Do(t.Context(), states(t, "sent", 7))
		assert.NoError(t, err)
	})
}

// TestErrors: an error of the write is that of all callers, one of a row only of
// those who have brought it; a write that takes too long is ended.
func TestErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, d := newQueue()
		d.err = errors.New("down")
		_, err := q.Do(t.Context(), states(t, "sent", 1))
		assert.ErrorIs(t, err, d.err)

		unreadable := errors.New("unreadable")
		q.Write = func(_ context.Context, rows []*group.Row) (func(), error) {
			for _, r := range rows {
				if r.State.SID == sid(1) {
					r.Fail(unreadable)
					continue
				}
				r.Finish(status.State{})
			}
			return nil, nil
		}
		changes, err := q.Do(t.Context(), states(t, "sent", 1, 2))
		assert.ErrorIs(t, err, unreadable)
		assert.Len(t, changes, 1)
		_, err = q.Do(t.Context(), states(t, "sent", 2))
		assert.NoError(t, err)

		q.Write = func(ctx context.Context, _ []*group.Row) (func(), error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		start := time.Now()
		_, err = q.Do(t.Context(), states(t, "sent", 1))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, q.Timeout, time.Since(start))
	})
}
