package rowstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/rowstore"
	"github.com/ringback-go/ringback/webhook"
)

func sid(n int) webhook.SID { return webhook.SID(fmt.Sprintf("SM%032x", n)) }

func observed(value string, ns ...int) (obs []status.Observation) {
	for _, n := range ns {
		obs = append(obs, status.Observation{SID: sid(n), Status: value, Seen: time.Unix(1, 0)})
	}
	return obs
}

// A database is a store in memory whose writes take a second.
type database struct {
	mu        sync.Mutex
	rows      map[webhook.SID]string
	groups    [][]webhook.SID
	shortened int
	err       error
}

func (d *database) write(ctx context.Context, rows []*rowstore.Row) error {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return d.err
	}
	var sids []webhook.SID
	for _, r := range rows {
		sids = append(sids, r.State.SID)
		old := d.rows[r.State.SID]
		switch {
		case old == "":
			d.rows[r.State.SID] = r.Line
		case slices.Contains(strings.Split(old, "\n"), r.Line):
			continue
		default:
			d.rows[r.State.SID] = old + "\n" + r.Line
		}
		r.Appended(old)
	}
	d.groups = append(d.groups, sids)
	return nil
}

func (d *database) shorten(_ context.Context, rows []*rowstore.Row) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range rows {
		old, short := r.Long()
		if behind, ok := strings.CutPrefix(d.rows[r.State.SID], old); ok {
			d.rows[r.State.SID] = short + behind
			d.shortened++
		}
	}
}

func newQueue() (*rowstore.Queue, *database) {
	d := &database{rows: map[webhook.SID]string{}}
	return &rowstore.Queue{Flights: 1, Size: 3, Room: 4, Timeout: 5 * time.Second, Write: d.write, Shorten: d.shorten}, d
}

// TestTogether: calls that wait while a group is written go into the next one, a
// row for each SID, sorted.
func TestTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, d := newQueue()
		var calls sync.WaitGroup
		changed := make([]int, 4)
		for i, batch := range [][]status.Observation{observed("queued", 9), observed("sent", 2), observed("delivered", 2, 1), observed("sent", 3)} {
			calls.Go(func() {
				changes, err := q.Apply(t.Context(), batch...)
				assert.NoError(t, err)
				changed[i] = len(changes)
			})
			synctest.Wait()
		}
		assert.Equal(t, 4, q.Waiting())
		calls.Wait()
		synctest.Wait()
		assert.Equal(t, [][]webhook.SID{{sid(9)}, {sid(1), sid(2)}, {sid(3)}}, d.groups)
		assert.Equal(t, []int{1, 1, 2, 1}, changed, "each call returns its own changes")
		assert.Zero(t, q.Waiting())
	})
}

// TestT25Leaving: a caller that gives up while it waits has stored nothing. The
// write of a group goes on without a caller that gave up.
func TestT25Leaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, d := newQueue()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		var calls sync.WaitGroup
		for n := range 2 {
			calls.Go(func() {
				_, err := q.Apply(ctx, observed("sent", n)...)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			})
			synctest.Wait()
		}
		calls.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, [][]webhook.SID{{sid(0)}}, d.groups)
		_, err := q.Apply(ctx, observed("sent", 3)...)
		assert.ErrorIs(t, err, context.DeadlineExceeded, "before anything is stored")
		assert.Len(t, d.groups, 1)
	})
}

// TestFull: a call that finds no room fails at once.
func TestFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, _ := newQueue()
		var calls sync.WaitGroup
		for _, batch := range [][]status.Observation{observed("sent", 1), observed("sent", 1, 2, 3), observed("sent", 4)} {
			calls.Go(func() {
				_, err := q.Apply(t.Context(), batch...)
				assert.NoError(t, err)
			})
			synctest.Wait()
		}
		_, err := q.Apply(t.Context(), observed("sent", 7)...)
		assert.ErrorIs(t, err, rowstore.ErrFull)
		calls.Wait()
		_, err = q.Apply(t.Context(), observed("sent", 7)...)
		assert.NoError(t, err)
	})
}

// TestErrors: an error of the write is returned to all callers, an error of a row
// to those that reported it; a write that takes too long is ended.
func TestErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, d := newQueue()
		d.err = errors.New("down")
		_, err := q.Apply(t.Context(), observed("sent", 1)...)
		assert.ErrorIs(t, err, d.err)

		unreadable := errors.New("unreadable")
		q.Write = func(_ context.Context, rows []*rowstore.Row) error {
			for _, r := range rows {
				if r.State.SID == sid(1) {
					r.Fail(unreadable)
					continue
				}
				r.Appended("")
			}
			return nil
		}
		changes, err := q.Apply(t.Context(), observed("sent", 1, 2)...)
		assert.ErrorIs(t, err, unreadable)
		assert.Len(t, changes, 1)
		_, err = q.Apply(t.Context(), observed("sent", 2)...)
		assert.NoError(t, err)

		q.Write = func(ctx context.Context, _ []*rowstore.Row) error {
			<-ctx.Done()
			return ctx.Err()
		}
		start := time.Now()
		_, err = q.Apply(t.Context(), observed("sent", 1)...)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, q.Timeout, time.Since(start))
	})
}

// TestRows: a row that has become long is replaced by one line that says the
// same, a row that cannot be read fails its own calls, and what is written behind
// the JSON of a line is ignored.
func TestRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, d := newQueue()
		var all status.State
		for n := range 30 {
			o := status.Observation{SID: "CF1", Status: "init", Event: fmt.Sprint("é🙂", n), Sequence: n}
			all = all.Merge(status.Of(o))
			changes, err := q.Apply(t.Context(), o)
			require.NoError(t, err)
			require.Len(t, changes, 1)
			assert.True(t, changes[0].After.Equal(all))
			synctest.Wait()
			change, ok := rowstore.Change(d.rows["CF1"])
			assert.True(t, ok)
			assert.True(t, change.After.Equal(all))
		}
		row := d.rows["CF1"]
		assert.Less(t, strings.Count(row, "\n"), 12)
		assert.NotZero(t, d.shortened)
		assert.Equal(t, strings.ToValidUTF8(row, "?"), row)
		assert.NotContains(t, row, "é")

		got, err := rowstore.Read(strings.ReplaceAll(row, "\n", " 0123\n"))
		require.NoError(t, err)
		assert.True(t, got.Equal(all))

		d.rows["CF2"] = "nonsense"
		_, err = q.Apply(t.Context(), status.Observation{SID: "CF2", Status: "init"})
		assert.ErrorContains(t, err, "cannot be read")
		_, ok := rowstore.Change("nonsense")
		assert.False(t, ok)
	})
}
