// Package statustest tests a [status.Store] of your own against the contract:
//
//	func TestStore(t *testing.T) {
//		statustest.TestStore(t, func(tb testing.TB) status.Store {
//			return mystore.Open(tb.TempDir())
//		})
//	}
//
// [TestClaims] does the same for a [signature.ClaimStore]. [Faulty] makes a store
// fail on purpose, to test the code that uses it. [TestHistoryOrder] tests the
// main property, independence of order, with any number of random histories.
//
// The package adds no dependency. It does not measure speed, and it does not test
// whether acknowledged states survive a crash.
package statustest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// TestStore runs the whole contract: each rule is a subtest with its own store
// from open, which registers its cleanup with the given testing.TB. The stores
// may share one database, even one that is not empty, because every subtest
// uses new SIDs. Subtests run one after another; some use the store from 16
// goroutines.
func TestStore(t *testing.T, open func(testing.TB) status.Store) {
	for _, group := range [][]rule{
		getRules, applyRules, orderRules, kindRules, changeRules, batchRules, textRules, clockRules,
		boundRules, pendingRules, concurrencyRules, faultRules,
	} {
		for _, r := range group {
			t.Run(r.name, func(t *testing.T) { r.test(newBench(t, open)) })
		}
	}
	t.Run("T23HistoryOrder", func(t *testing.T) { TestHistoryOrder(t, open, 200) })
}

// A rule is one subtest of the contract.
type rule struct {
	name string
	test func(*bench)
}

// A bench is a store under test beside a plain model of it: a map in which states
// are merged one by one.
type bench struct {
	*testing.T
	store status.Store
	model map[webhook.SID]status.State
}

func newBench(t *testing.T, open func(testing.TB) status.Store) *bench {
	return &bench{T: t, store: open(t), model: map[webhook.SID]status.State{}}
}

// noon is the time of all reports.
var noon = time.Date(2024, time.May, 6, 12, 0, 0, 0, time.UTC)

// newSID returns a SID that no store has seen.
func newSID(prefix string) webhook.SID {
	const hex = "0123456789abcdef"
	var b [16]byte
	rand.Read(b[:])
	out := []byte(prefix)
	for _, c := range b {
		out = append(out, hex[c>>4], hex[c&15])
	}
	return webhook.SID(out)
}

// reported makes observations of sid, one for each word, a second apart.
func reported(sid webhook.SID, words ...string) []status.Observation {
	var obs []status.Observation
	for i, w := range words {
		obs = append(obs, status.Observation{SID: sid, Status: w, Seen: noon.Add(time.Duration(i) * time.Second)})
	}
	return obs
}

// counted is reported with the sequence numbers 0, 1, 2, ...
func counted(sid webhook.SID, words ...string) []status.Observation {
	obs := reported(sid, words...)
	for i := range obs {
		obs[i].Sequence = i
	}
	return obs
}

// apply stores obs in one call, and in the model.
func (b *bench) apply(obs ...status.Observation) []status.Change {
	b.Helper()
	changes, err := b.store.Apply(b.Context(), obs...)
	if err != nil {
		b.Fatalf("Apply of %d observations: %v", len(obs), err)
	}
	b.record(obs...)
	return changes
}

// each stores obs in one call for each.
func (b *bench) each(obs ...status.Observation) {
	b.Helper()
	for _, o := range obs {
		b.apply(o)
	}
}

func (b *bench) record(obs ...status.Observation) {
	for _, o := range obs {
		b.model[o.SID] = b.model[o.SID].Merge(status.Of(o))
	}
}

func (b *bench) get(sid webhook.SID) status.State {
	b.Helper()
	s, err := b.store.Get(b.Context(), sid)
	if err != nil {
		b.Fatalf("Get(%q): %v", sid, err)
	}
	return s
}

// check compares the store with the model and returns the state of sid.
func (b *bench) check(sid webhook.SID) status.State {
	b.Helper()
	got, want := b.get(sid), b.model[sid]
	if !got.Equal(want) {
		b.Fatalf("the state of %s does not follow from its observations\n got: %s\nwant: %s", sid, text(got), text(want))
	}
	return got
}

func (b *bench) checkAll() {
	b.Helper()
	for sid := range b.model {
		b.check(sid)
	}
}

// ends checks the store against the model and the status against want.
func (b *bench) ends(sid webhook.SID, want string, final bool) status.State {
	b.Helper()
	s := b.check(sid)
	if s.Status != want || s.Final != final {
		b.Fatalf("got %q (final %t), want %q (final %t) in %s", s.Status, s.Final, want, final, text(s))
	}
	return s
}

func (b *bench) absent(sid webhook.SID) {
	b.Helper()
	s, err := b.store.Get(b.Context(), sid)
	if !errors.Is(err, status.ErrNotFound) {
		b.Fatalf("Get(%.80q) = %s, %v; want an error that wraps ErrNotFound", sid, text(s), err)
	}
}

// pending collects the states from Pending whose SIDs are in the model.
func (b *bench) pending(before time.Time) []status.State {
	b.Helper()
	var out []status.State
	for s, err := range b.store.Pending(b.Context(), before) {
		if err != nil {
			b.Fatalf("Pending: %v", err)
		}
		if _, ours := b.model[s.SID]; ours {
			out = append(out, s)
		}
	}
	return out
}

// only fails unless states are those of sids, in that order.
func (b *bench) only(states []status.State, sids ...webhook.SID) {
	b.Helper()
	var got []webhook.SID
	for _, s := range states {
		got = append(got, s.SID)
	}
	if !slices.Equal(got, sids) {
		b.Fatalf("got %v, want %v", got, sids)
	}
}

// one returns the single change of changes.
func (b *bench) one(changes []status.Change) status.Change {
	b.Helper()
	if len(changes) != 1 {
		b.Fatalf("got %d changes, want 1: %s", len(changes), text(changes))
	}
	return changes[0]
}

func (b *bench) none(changes []status.Change) {
	b.Helper()
	if len(changes) != 0 {
		b.Fatalf("got %d changes, want none: %s", len(changes), text(changes))
	}
}

// done returns a context that has ended.
func (b *bench) done() context.Context {
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	return ctx
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	const long = 4000
	if len(data) > long {
		return strings.ToValidUTF8(string(data[:long]), "") + "..."
	}
	return string(data)
}
