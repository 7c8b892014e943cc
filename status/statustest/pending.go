package statustest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

var pendingRules = []rule{
	{"PendingLeavesOutWhatEnded", func(b *bench) {
		open, ended := newSID("SM"), newSID("SM")
		b.apply(slices.Concat(reported(open, "sent"), reported(ended, "delivered"))...)
		b.only(b.pending(noon.Add(time.Hour)), open)
	}},
	{"PendingBeforeIsExclusive", func(b *bench) {
		sid := newSID("SM")
		b.apply(reported(sid, "sent")...)
		b.only(b.pending(noon.Add(-time.Microsecond)))
		b.only(b.pending(noon))
		b.only(b.pending(noon.Add(time.Microsecond)), sid)
	}},
	{"PendingOldestFirst", func(b *bench) {
		var sids []webhook.SID
		var obs []status.Observation
		for i := range 30 {
			sids = append(sids, newSID("SM"))
			obs = append(obs, status.Observation{SID: sids[i], Status: "sent", Seen: noon.Add(time.Duration(i) * time.Millisecond)})
		}
		slices.Reverse(obs)
		b.apply(obs[7:]...)
		b.each(obs[:7]...)
		b.only(b.pending(noon.Add(time.Hour)), sids...)
		b.only(b.pending(noon.Add(10*time.Millisecond)), sids[:10]...)
	}},
	{"PendingEqualTimesBySID", func(b *bench) {
		var sids []webhook.SID
		for range 20 {
			sid := newSID([]string{"SM", "CA", "RE"}[len(sids)%3])
			sids = append(sids, sid)
			b.apply(reported(sid, "in-progress")...)
		}
		slices.Sort(sids)
		b.only(b.pending(noon.Add(time.Hour)), sids...)
	}},
	{"PendingEndsWithTheState", func(b *bench) {
		sid := newSID("SM")
		b.apply(reported(sid, "sent")...)
		b.only(b.pending(noon.Add(time.Hour)), sid)
		b.apply(reported(sid, "failed")...)
		b.only(b.pending(noon.Add(time.Hour)))
		b.apply(reported(sid, "sent")...)
		b.only(b.pending(noon.Add(time.Hour)))
	}},
	{"PendingIsPutOffByARepeat", func(b *bench) {
		sid := newSID("SM")
		o := reported(sid, "sent")[0]
		b.apply(o)
		o.Seen = noon.Add(time.Hour)
		b.apply(o)
		b.only(b.pending(noon.Add(time.Hour)))
		b.only(b.pending(noon.Add(time.Hour+time.Second)), sid)
	}},
	{"PendingIsNotPutOffByAnOlderOne", func(b *bench) {
		sid := newSID("SM")
		obs := reported(sid, "sent", "queued")
		obs[1].Seen = noon.Add(-time.Hour)
		b.each(obs...)
		b.only(b.pending(noon))
		b.only(b.pending(noon.Add(time.Second)), sid)
	}},
	{"PendingHasTheWholeState", func(b *bench) {
		sid := newSID("CA")
		for _, o := range counted(sid, "ringing", "in-progress", "zapped") {
			o.ErrorMessage, o.ParentSID = "a\x00b", newSID("CA")
			b.apply(o)
		}
		states := b.pending(noon.Add(time.Hour))
		b.only(states, sid)
		if !states[0].Equal(b.model[sid]) {
			b.Fatalf("got %s, want %s", text(states[0]), text(b.model[sid]))
		}
	}},
	{"PendingStoppedEarly", func(b *bench) {
		for range 10 {
			b.apply(reported(newSID("SM"), "sent")...)
		}
		for range 50 { // finds a store that leaks connections
			for _, err := range b.store.Pending(b.Context(), noon.Add(time.Hour)) {
				if err != nil {
					b.Fatal(err)
				}
				break
			}
		}
		b.apply(reported(newSID("SM"), "sent")...)
		b.checkAll()
	}},
	{"PendingWithApplyInItsLoop", func(b *bench) {
		var sids []webhook.SID
		for range 25 {
			sid := newSID("SM")
			sids = append(sids, sid)
			b.apply(reported(sid, "sent")...)
		}
		ended := 0
		for s, err := range b.store.Pending(b.Context(), noon.Add(time.Hour)) {
			if err != nil {
				b.Fatal(err)
			}
			if slices.Contains(sids, s.SID) {
				b.apply(reported(s.SID, "delivered")...)
				b.check(s.SID)
				ended++
			}
		}
		if ended != len(sids) {
			b.Fatalf("got %d states, want %d", ended, len(sids))
		}
		b.only(b.pending(noon.Add(time.Hour)))
	}},
	{"PendingCanBeUsedTwice", func(b *bench) {
		sid := newSID("SM")
		b.apply(reported(sid, "sent")...)
		seq := b.store.Pending(b.Context(), noon.Add(time.Hour))
		for range 2 {
			found := false
			for s, err := range seq {
				if err != nil {
					b.Fatal(err)
				}
				found = found || s.SID == sid
			}
			if !found {
				b.Fatal("the state is missing")
			}
		}
	}},
	{"PendingOfMany", func(b *bench) {
		const n = 1500
		var obs []status.Observation
		for i := range n {
			obs = append(obs, status.Observation{SID: newSID("SM"), Status: "sent", Seen: noon.Add(time.Duration(i%100) * time.Second)})
		}
		b.apply(obs...)
		states := b.pending(noon.Add(time.Hour))
		if len(states) != n {
			b.Fatalf("got %d states, want %d", len(states), n)
		}
		if !slices.IsSortedFunc(states, func(a, b status.State) int { return a.Last.Compare(b.Last) }) {
			b.Fatal("not sorted")
		}
	}},
	{"PendingWithDoneContext", func(b *bench) {
		b.apply(reported(newSID("SM"), "sent")...)
		var last error
		for s, err := range b.store.Pending(b.done(), noon.Add(time.Hour)) {
			if last = err; err == nil {
				b.Fatalf("got %s", text(s))
			}
		}
		if !errors.Is(last, context.Canceled) {
			b.Fatalf("got %v, want context.Canceled", last)
		}
	}},
	{"PendingCanceledOnItsWay", func(b *bench) {
		for range 2000 {
			b.record(reported(newSID("SM"), "sent")...)
		}
		var obs []status.Observation
		for sid := range b.model {
			obs = append(obs, reported(sid, "sent")...)
		}
		b.apply(obs...)
		ctx, cancel := context.WithCancel(b.Context())
		defer cancel()
		n, failed := 0, false
		for _, err := range b.store.Pending(ctx, noon.Add(time.Hour)) {
			if failed {
				b.Fatal("the sequence continues after its error")
			}
			if err != nil {
				failed = true
				continue
			}
			if n++; n == 3 {
				cancel()
			}
		}
		if !failed {
			b.Fatal("the end of the context went unnoticed")
		}
	}},
	{"PendingWithoutTimes", func(b *bench) {
		sid := newSID("SM")
		b.apply(status.Observation{SID: sid, Status: "sent"})
		b.only(b.pending(noon), sid)
	}},
}
