package statustest_test

import (
	"bytes"
	"context"
	"iter"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/statustest"
	"github.com/ringback-go/ringback/webhook"
)

func TestMemory(t *testing.T) {
	statustest.TestStore(t, func(testing.TB) status.Store { return new(status.Memory) })
}

// A broken is a good store with one thing wrong about it.
type broken struct {
	good    *status.Memory
	apply   func(ctx context.Context, good *status.Memory, obs []status.Observation) ([]status.Change, error)
	get     func(s status.State) status.State
	pending func(seq iter.Seq2[status.State, error], ctx context.Context) iter.Seq2[status.State, error]
}

func (b *broken) Apply(ctx context.Context, obs ...status.Observation) ([]status.Change, error) {
	if b.apply != nil {
		return b.apply(ctx, b.good, obs)
	}
	return b.good.Apply(ctx, obs...)
}

func (b *broken) Get(ctx context.Context, sid webhook.SID) (status.State, error) {
	s, err := b.good.Get(ctx, sid)
	if err == nil && b.get != nil {
		s = b.get(s)
	}
	return s, err
}

func (b *broken) Pending(ctx context.Context, before time.Time) iter.Seq2[status.State, error] {
	seq := b.good.Pending(ctx, before)
	if b.pending != nil {
		seq = b.pending(seq, ctx)
	}
	return seq
}

// defects are mistakes that stores make, with a rule that must notice each.
var defects = []struct {
	name  string
	rule  string
	store broken
}{
	{"the last writer wins", "T23DeliveredThenSent", broken{get: func(s status.State) status.State {
		last := slices.MaxFunc(s.Reports, func(a, b status.Report) int { return a.Seen.Compare(b.Seen) })
		s.Status = last.Status
		return s
	}}},
	{"history is thrown away", "T23ContradictionIsKeptAndVisible", broken{get: func(s status.State) status.State {
		s.Reports = s.Reports[len(s.Reports)-1:]
		return s
	}}},
	{"text is cut differently", "T28AMegabyte", broken{get: func(s status.State) status.State {
		s.URL = s.URL[:min(len(s.URL), 255)]
		return s
	}}},
	{"times lose their fractions", "T27ZonesAndFractions", broken{get: func(s status.State) status.State {
		s.First = s.First.Truncate(time.Second)
		return s
	}}},
	{"an invalid observation is skipped", "OneInvalidRefusesTheWholeCall", broken{apply: func(ctx context.Context, good *status.Memory, obs []status.Observation) ([]status.Change, error) {
		var err error
		for _, o := range obs {
			if _, e := good.Apply(ctx, o); e != nil {
				err = e
			}
		}
		return nil, err
	}}},
	{"a batch returns a change for each observation", "T23BatchWithOneSIDSeveralTimes", broken{apply: func(ctx context.Context, good *status.Memory, obs []status.Observation) (all []status.Change, err error) {
		for _, o := range obs {
			changes, err := good.Apply(ctx, o)
			if err != nil {
				return all, err
			}
			all = append(all, changes...)
		}
		return all, nil
	}}},
	{"a repeat is a change", "T23RepeatsReturnNoChange", broken{apply: func(ctx context.Context, good *status.Memory, obs []status.Observation) ([]status.Change, error) {
		changes, err := good.Apply(ctx, obs...)
		if err == nil && len(changes) == 0 && len(obs) > 0 {
			s, _ := good.Get(ctx, obs[0].SID)
			changes = append(changes, status.Change{Before: s, After: s})
		}
		return changes, err
	}}},
	{"the context is not looked at", "ApplyWithDoneContextStoresNothing", broken{apply: func(ctx context.Context, good *status.Memory, obs []status.Observation) ([]status.Change, error) {
		return good.Apply(context.WithoutCancel(ctx), obs...)
	}}},
	{"the arguments are sorted", "ArgumentsAreNeitherChangedNorKept", broken{apply: func(ctx context.Context, good *status.Memory, obs []status.Observation) ([]status.Change, error) {
		slices.SortFunc(obs, func(a, b status.Observation) int { return len(a.Status) - len(b.Status) })
		return good.Apply(ctx, obs...)
	}}},
	{"read, then write", "T23ConcurrentReportsOfOneSID", broken{apply: func(ctx context.Context, good *status.Memory, obs []status.Observation) ([]status.Change, error) {
		before, _ := good.Get(ctx, obs[0].SID)
		time.Sleep(time.Millisecond) // the window, wide open
		if _, err := good.Apply(ctx, obs...); err != nil {
			return nil, err
		}
		after, _ := good.Get(ctx, obs[0].SID)
		if c, changed := status.Diff(before, after); changed {
			return []status.Change{c}, nil
		}
		return nil, nil
	}}},
	{"pending goes on after an error", "PendingCanceledOnItsWay", broken{pending: func(seq iter.Seq2[status.State, error], _ context.Context) iter.Seq2[status.State, error] {
		return func(yield func(status.State, error) bool) {
			for s, err := range seq {
				if !yield(s, err) || err != nil && !yield(status.State{}, nil) {
					return
				}
			}
		}
	}}},
	{"pending hides the end of the context", "PendingWithDoneContext", broken{pending: func(seq iter.Seq2[status.State, error], _ context.Context) iter.Seq2[status.State, error] {
		return func(yield func(status.State, error) bool) {
			for s, err := range seq {
				if err != nil || !yield(s, nil) {
					return
				}
			}
		}
	}}},
	{"pending is backwards", "PendingOldestFirst", broken{pending: func(seq iter.Seq2[status.State, error], _ context.Context) iter.Seq2[status.State, error] {
		return func(yield func(status.State, error) bool) {
			var all []status.State
			for s, err := range seq {
				if err != nil {
					yield(s, err)
					return
				}
				all = append(all, s)
			}
			for _, s := range slices.Backward(all) {
				if !yield(s, nil) {
					return
				}
			}
		}
	}}},
	{"commits are lost now and then", "T25EveryCommitIsUncertain", broken{apply: func(ctx context.Context, good *status.Memory, obs []status.Observation) ([]status.Change, error) {
		if len(obs) == 1 && obs[0].Status == "sent" {
			return nil, nil
		}
		return good.Apply(ctx, obs...)
	}}},
}

// A claims is a good store with one thing wrong about it.
type claims struct {
	good   *signature.MemoryClaims
	defect string
}

func (c claims) Claim(ctx context.Context, key, owner string, lease time.Duration) (signature.Claim, error) {
	switch c.defect {
	case "everyone owns the key":
		return signature.Claim{Owner: owner}, nil
	case "a lease never ends":
		lease = time.Hour
	}
	return c.good.Claim(ctx, key, owner, lease)
}

func (c claims) Finish(ctx context.Context, key, owner string, value []byte, keep time.Duration) error {
	switch c.defect {
	case "a value is cut at NUL":
		value, _, _ = bytes.Cut(value, []byte{0})
	case "a value is kept forever":
		keep = time.Hour
	}
	return c.good.Finish(ctx, key, owner, value, keep)
}

func (c claims) Release(ctx context.Context, key, owner string) error {
	switch c.defect {
	case "a release does nothing":
		return nil
	case "anyone releases a key":
		for _, o := range []string{"one", "two", "three"} {
			if err := c.good.Release(ctx, key, o); err != nil {
				return err
			}
		}
	}
	return c.good.Release(ctx, key, owner)
}

// claimDefects are mistakes of claim stores, with a rule that must notice each.
var claimDefects = map[string]string{
	"everyone owns the key":   "T09OneOfMany",
	"a lease never ends":      "ALeaseEnds",
	"a value is cut at NUL":   "FinishKeepsTheValue",
	"a value is kept forever": "AValueIsKeptForItsTime",
	"a release does nothing":  "ReleaseFreesTheKey",
	"anyone releases a key":   "OnlyTheOwnerEndsAClaim",
}

const child = "RINGBACK_STATUSTEST_DEFECT"

// TestDefectsAreNoticed runs the suites against every broken store, in a process
// of its own, since its failure is what is expected.
func TestDefectsAreNoticed(t *testing.T) {
	notice := func(name, rule string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDefect$/^"+rule+"$", "-test.v")
			run.Env = append(os.Environ(), child+"="+name)
			out, err := run.CombinedOutput()
			require.Error(t, err, "%s did not notice:\n%s", rule, out)
			assert.Contains(t, string(out), "--- FAIL: TestDefect/"+rule)
		})
	}
	for _, d := range defects {
		notice(d.name, d.rule)
	}
	for name, rule := range claimDefects {
		notice(name, rule)
	}
}

// TestDefect is what the child runs.
func TestDefect(t *testing.T) {
	for _, d := range defects {
		if d.name == os.Getenv(child) {
			statustest.TestStore(t, func(testing.TB) status.Store {
				b := d.store
				b.good = new(status.Memory)
				return &b
			})
		}
	}
	if name := os.Getenv(child); claimDefects[name] != "" {
		statustest.TestClaims(t, func(testing.TB) (a, b signature.ClaimStore) {
			c := claims{new(signature.MemoryClaims), name}
			return c, c
		})
	}
}

func TestFaultsAreSeeded(t *testing.T) {
	play := func(seed uint64) (out []bool) {
		s := statustest.Faulty(new(status.Memory), statustest.Faults{Seed: seed, Error: 0.5})
		for range 50 {
			_, err := s.Apply(t.Context(), status.Observation{SID: "SM1", Status: "sent"})
			out = append(out, err == nil)
		}
		return out
	}
	assert.Equal(t, play(1), play(1))
	assert.NotEqual(t, play(1), play(2))
	assert.Contains(t, play(1), true)
	assert.Contains(t, play(1), false)
}

func TestFaultlessFaulty(t *testing.T) {
	statustest.TestStore(t, func(testing.TB) status.Store { return statustest.Faulty(new(status.Memory), statustest.Faults{}) })
}

func TestFaultDelayEndsWithItsContext(t *testing.T) {
	s := statustest.Faulty(new(status.Memory), statustest.Faults{Delay: 1, MaxDelay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Get(ctx, "SM1")
	require.ErrorIs(t, err, context.Canceled)
}
