package statustest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ringback-go/ringback/status"
)

// survives is a rule that plays shuffled histories against a store with faults,
// repeats failed calls, and expects the states of the model.
func survives(faults Faults) func(*bench) {
	return func(b *bench) {
		broken := Faulty(b.store, faults)
		random := random(faults.Seed)
		for range 12 {
			var obs []status.Observation
			for _, prefix := range []string{"SM", "CA", "RE"} {
				sid := newSID(prefix)
				obs = append(obs, history(random, sid)...)
			}
			b.record(obs...)
			random.Shuffle(len(obs), func(i, j int) { obs[i], obs[j] = obs[j], obs[i] })
			for part := range slices.Chunk(obs, 1+random.IntN(4)) {
				b.retry(func() error { _, err := broken.Apply(b.Context(), part...); return err })
			}
		}
		b.checkAll()
		for sid, want := range b.model {
			b.retry(func() error {
				s, err := broken.Get(b.Context(), sid)
				if err == nil && !s.Equal(want) {
					b.Fatalf("got %s, want %s", text(s), text(want))
				}
				return err
			})
		}
		b.retry(func() error {
			for _, err := range broken.Pending(b.Context(), noon.Add(time.Hour)) {
				if err != nil {
					return err
				}
			}
			return nil
		})
		if broken.Injected() == 0 && faults.Delay == 0 {
			b.Fatal("no fault happened, so the rule proves nothing")
		}
	}
}

// retry calls f until it succeeds. It gives up on errors that were not
// injected.
func (b *bench) retry(f func() error) {
	b.Helper()
	for range 1000 {
		err := f()
		if err == nil {
			return
		}
		if !errors.Is(err, ErrInjected) && !errors.Is(err, context.Canceled) {
			b.Fatalf("got %v", err)
		}
	}
	b.Fatal("no success in 1000 tries")
}

var faultRules = []rule{
	{"T25ErrorBefore", survives(Faults{Seed: 1, Error: 0.3})},
	{"T25ErrorAfterTheCommit", survives(Faults{Seed: 2, AfterCommit: 0.3})},
	{"T25Delay", survives(Faults{Seed: 3, Delay: 0.3})},
	{"T25Cancel", survives(Faults{Seed: 4, Cancel: 0.3})},
	{"T25Everything", survives(Faults{Seed: 5, Error: 0.3, AfterCommit: 0.3, Delay: 0.3, Cancel: 0.3})},
	{"T25EveryCommitIsUncertain", func(b *bench) {
		sid := newSID("SM")
		broken := Faulty(b.store, Faults{AfterCommit: 1})
		for _, o := range reported(sid, "queued", "sent", "delivered") {
			for range 3 {
				if _, err := broken.Apply(b.Context(), o); !errors.Is(err, ErrInjected) {
					b.Fatalf("got %v", err)
				}
			}
			b.record(o)
		}
		b.ends(sid, "delivered", true)
		b.none(b.apply(reported(sid, "queued", "sent", "delivered")...))
	}},
	{"T25CanceledWhileItWorks", func(b *bench) {
		for i := range 40 {
			obs := reported(newSID("SM"), "queued", "sent", "delivered")
			ctx, cancel := context.WithCancel(b.Context())
			timer := time.AfterFunc(time.Duration(i)*50*time.Microsecond, cancel)
			_, err := b.store.Apply(ctx, obs...)
			timer.Stop()
			cancel()
			if err != nil && !errors.Is(err, context.Canceled) {
				b.Fatalf("got %v, want context.Canceled", err)
			}
			if err == nil {
				b.record(obs...)
				b.check(obs[0].SID)
			}
			b.apply(obs...)
			b.ends(obs[0].SID, "delivered", true)
		}
	}},
}
