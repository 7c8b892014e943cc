package statustest

import (
	"fmt"
	"slices"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

var changeRules = []rule{
	{"ChangeOfANewSID", func(b *bench) {
		sid := newSID("SM")
		c := b.one(b.apply(reported(sid, "queued")...))
		if !c.Before.Equal(status.State{}) || !c.After.Equal(b.model[sid]) || c.SID() != sid || !c.Moved() || c.Ended() {
			b.Fatalf("got %s", text(c))
		}
	}},
	{"ChangeHasBothStates", func(b *bench) {
		sid := newSID("SM")
		b.apply(reported(sid, "queued")...)
		before := b.model[sid]
		c := b.one(b.apply(reported(sid, "sent")...))
		if !c.Before.Equal(before) || !c.After.Equal(b.model[sid]) || !c.Moved() {
			b.Fatalf("got %s", text(c))
		}
	}},
	{"ChangeByAStepThatCameLate", func(b *bench) {
		sid := newSID("SM")
		b.apply(reported(sid, "delivered")...)
		c := b.one(b.apply(reported(sid, "sent")...))
		if c.Moved() || c.Ended() || c.After.Status != "delivered" || len(c.After.Reports) != 2 {
			b.Fatalf("got %s", text(c))
		}
	}},
	{"ChangeEndsOnce", func(b *bench) {
		sid := newSID("SM")
		ended := 0
		for _, w := range []string{"sent", "delivered", "queued", "read", "undelivered", "delivered"} {
			for _, c := range b.apply(reported(sid, w)...) {
				if c.Ended() {
					ended++
				}
			}
		}
		if ended != 1 {
			b.Fatalf("ended %d times", ended)
		}
	}},
	{"ChangeByAContradiction", func(b *bench) {
		sid := newSID("SM")
		b.apply(reported(sid, "delivered")...)
		c := b.one(b.apply(reported(sid, "failed")...))
		if c.Moved() || c.Before.Conflict != "" || c.After.Conflict != "failed" {
			b.Fatalf("got %s", text(c))
		}
	}},
	{"ChangeBySideNote", func(b *bench) {
		sid := newSID("CA")
		o := reported(sid, "completed")[0]
		b.apply(o)
		o.Duration = time.Minute
		if c := b.one(b.apply(o)); c.Moved() || c.After.Duration != time.Minute {
			b.Fatalf("got %s", text(c))
		}
	}},
	{"ChangesFormAChain", func(b *bench) {
		sid := newSID("CA")
		var last status.State
		for _, o := range counted(sid, "ringing", "initiated", "zapped", "completed", "in-progress", "busy") {
			c := b.one(b.apply(o))
			if !c.Before.Equal(last) {
				b.Fatalf("before is %s, but the last after was %s", text(c.Before), text(last))
			}
			last = c.After
		}
		b.check(sid)
	}},
}

var batchRules = []rule{
	{"BatchOfManySIDs", func(b *bench) {
		var obs []status.Observation
		for range 500 {
			obs = append(obs, reported(newSID("SM"), "sent")...)
		}
		changes := b.apply(obs...)
		b.checkAll()
		seen := map[webhook.SID]bool{}
		for _, c := range changes {
			if seen[c.SID()] {
				b.Fatalf("%s changed twice in one call", c.SID())
			}
			seen[c.SID()] = true
			if !c.After.Equal(b.model[c.SID()]) {
				b.Fatalf("got %s, want %s", text(c.After), text(b.model[c.SID()]))
			}
		}
		if len(seen) != 500 {
			b.Fatalf("got %d changes, want 500", len(seen))
		}
	}},
	{"T23BatchWithOneSIDSeveralTimes", func(b *bench) {
		sid := newSID("SM")
		c := b.one(b.apply(reported(sid, "delivered", "queued", "sent", "read")...))
		if !c.Before.Equal(status.State{}) || c.After.Status != "read" || len(c.After.Reports) != 4 || !c.Ended() {
			b.Fatalf("got %s", text(c))
		}
		b.check(sid)
	}},
	{"T23BatchOfCopies", func(b *bench) {
		sid := newSID("SM")
		o := reported(sid, "sent")[0]
		b.one(b.apply(slices.Repeat([]status.Observation{o}, 50)...))
		b.ends(sid, "sent", false)
	}},
	{"T23BatchOrderDoesNotMatter", func(b *bench) {
		words := []string{"queued", "sent", "delivered", "undelivered", "zapped"}
		for turn := range words {
			sid := newSID("SM")
			obs := reported(sid, words...)
			obs = append(obs[turn:], obs[:turn]...)
			b.apply(obs...)
			b.ends(sid, "delivered", true)
		}
	}},
	{"BatchOfKnownAndNew", func(b *bench) {
		known, same, fresh := newSID("SM"), newSID("CA"), newSID("RE")
		b.apply(slices.Concat(reported(known, "queued"), reported(same, "ringing"))...)
		changes := b.apply(slices.Concat(reported(same, "ringing"), reported(fresh, "in-progress"), reported(known, "sent"))...)
		if len(changes) != 2 {
			b.Fatalf("got %s", text(changes))
		}
		b.checkAll()
	}},
	{"BatchOfDifferentKinds", func(b *bench) {
		var obs []status.Observation
		for _, prefix := range []string{"SM", "MM", "CA", "RE", "TR", "GT", "CF", "MZ", "SR", "DY", "QQ"} {
			obs = append(obs, reported(newSID(prefix), "in-progress", "completed")...)
		}
		if changes := b.apply(obs...); len(changes) != 11 {
			b.Fatalf("got %d changes, want 11", len(changes))
		}
		b.checkAll()
	}},
	{"BatchOfTwoThousand", func(b *bench) {
		sids := make([]webhook.SID, 400)
		for i := range sids {
			sids[i] = newSID("SM")
		}
		var obs []status.Observation
		for i := range 2000 {
			word := []string{"delivered", "queued", "sent", "sending", fmt.Sprint("word", i)}[i/400]
			obs = append(obs, reported(sids[i*7%400], word)...)
		}
		b.apply(obs...)
		b.checkAll()
	}},
	{"BatchTwiceReturnsNoChange", func(b *bench) {
		var obs []status.Observation
		for range 20 {
			obs = append(obs, reported(newSID("SM"), "sent", "delivered")...)
		}
		b.apply(obs...)
		b.none(b.apply(obs...))
		slices.Reverse(obs)
		b.none(b.apply(obs...))
		b.checkAll()
	}},
}
