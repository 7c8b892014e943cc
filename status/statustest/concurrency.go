package statustest

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

const callers = 16

// together runs f in 16 goroutines at once and fails if one of them does.
func (b *bench) together(f func(caller int) error) {
	b.Helper()
	errs := make([]error, callers)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		b.Fatal(err)
	}
}

// ledger collects the changes of one SID and checks that together they explain
// its state: each report is new in exactly one change.
type ledger struct {
	mu      sync.Mutex
	changes []status.Change
}

func (l *ledger) add(changes []status.Change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes = append(l.changes, changes...)
}

func (l *ledger) audit(end status.State) error {
	first, fresh := 0, 0
	for _, c := range l.changes {
		if c.Before.SID == "" {
			first++
		}
		if !c.Before.Merge(c.After).Equal(c.After) {
			return fmt.Errorf("the change lost something: %s", text(c))
		}
		fresh += len(c.After.Reports) - len(c.Before.Reports)
	}
	if first != 1 || fresh != len(end.Reports) {
		return fmt.Errorf("%d changes claim to be the first, and the changes have %d reports; the state has %d: %s",
			first, fresh, len(end.Reports), text(end))
	}
	return nil
}

var concurrencyRules = []rule{
	{"T23ConcurrentReportsOfOneSID", func(b *bench) {
		sid := newSID("CA")
		words := []string{"queued", "initiated", "ringing", "in-progress", "completed", "busy", "zapped", "canceled"}
		obs := reported(sid, words...)
		b.record(obs...)
		var l ledger
		b.together(func(caller int) error {
			for i := range obs {
				changes, err := b.store.Apply(b.Context(), obs[(i+caller)%len(obs)])
				if err != nil {
					return err
				}
				l.add(changes)
			}
			return nil
		})
		if err := l.audit(b.check(sid)); err != nil {
			b.Fatal(err)
		}
	}},
	{"T23ConcurrentBatchesOfOneSID", func(b *bench) {
		sid := newSID("SM")
		obs := reported(sid, "accepted", "queued", "sending", "sent", "undelivered", "delivered", "read")
		b.record(obs...)
		var l ledger
		b.together(func(caller int) error {
			for n := 1; n <= len(obs); n++ {
				from := (caller + n) % len(obs)
				changes, err := b.store.Apply(b.Context(), append(slices.Clone(obs[from:]), obs[:from]...)[:n]...)
				if err != nil {
					return err
				}
				l.add(changes)
			}
			return nil
		})
		if err := l.audit(b.check(sid)); err != nil {
			b.Fatal(err)
		}
	}},
	{"ConcurrentBatchesInOppositeOrder", func(b *bench) {
		var sids []webhook.SID
		for range 20 {
			sids = append(sids, newSID("SM"))
		}
		batch := func(word string) (obs []status.Observation) {
			for _, sid := range sids {
				obs = append(obs, reported(sid, word)...)
			}
			return obs
		}
		words := []string{"queued", "sent", "delivered", "failed"}
		for _, w := range words {
			b.record(batch(w)...)
		}
		b.together(func(caller int) error {
			obs := batch(words[caller%len(words)])
			if caller%2 == 1 {
				slices.Reverse(obs)
			}
			for range 5 {
				if _, err := b.store.Apply(b.Context(), obs...); err != nil {
					return err
				}
			}
			return nil
		})
		b.checkAll()
	}},
	{"ConcurrentReadersSeeNoStepBack", func(b *bench) {
		sid := newSID("CA")
		obs := counted(sid, "queued", "initiated", "ringing", "in-progress", "zapped", "completed")
		b.apply(obs[0])
		b.record(obs...)
		b.together(func(caller int) error {
			if caller < 4 {
				for _, o := range obs {
					if _, err := b.store.Apply(b.Context(), o); err != nil {
						return err
					}
				}
				return nil
			}
			var last status.State
			for range 50 {
				s, err := b.store.Get(b.Context(), sid)
				if err != nil {
					return err
				}
				if !last.Merge(s).Equal(s) {
					return fmt.Errorf("read %s, then %s", text(last), text(s))
				}
				last = s
			}
			return nil
		})
		b.ends(sid, "completed", true)
	}},
	{"ConcurrentManySIDs", func(b *bench) {
		all := make([][]status.Observation, callers)
		for i := range all {
			for range 10 {
				all[i] = append(all[i], reported(newSID("SM"), "sent", "queued", "delivered")...)
			}
			b.record(all[i]...)
		}
		b.together(func(caller int) error {
			for _, o := range all[caller] {
				if _, err := b.store.Apply(b.Context(), o); err != nil {
					return err
				}
			}
			return nil
		})
		b.checkAll()
	}},
	{"ConcurrentPending", func(b *bench) {
		var obs []status.Observation
		for range 100 {
			obs = append(obs, reported(newSID("SM"), "sent")...)
		}
		b.apply(obs...)
		b.together(func(caller int) error {
			if caller%2 == 0 {
				for i := caller; i < len(obs); i += callers {
					o := obs[i]
					o.Status = "delivered"
					if _, err := b.store.Apply(b.Context(), o); err != nil {
						return err
					}
				}
				return nil
			}
			for s, err := range b.store.Pending(b.Context(), noon.AddDate(1, 0, 0)) {
				if err != nil {
					return err
				}
				if s.Final {
					return fmt.Errorf("a final state is pending: %s", text(s))
				}
			}
			return nil
		})
	}},
}
