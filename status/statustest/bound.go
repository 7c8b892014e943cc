package statustest

import (
	"fmt"
	"slices"

	"github.com/ringback-go/ringback/status"
)

var boundRules = []rule{
	{"T28HistoryIsBounded", func(b *bench) {
		sid := newSID("CA")
		for batch := range 10 {
			var obs []status.Observation
			for i := range 100 {
				obs = append(obs, status.Observation{SID: sid, Status: fmt.Sprint("word", i%50), Sequence: batch*100 + i, Seen: noon})
			}
			b.apply(obs...)
		}
		if s := b.check(sid); len(s.Reports) != status.MaxReports {
			b.Fatalf("got %d reports, want %d", len(s.Reports), status.MaxReports)
		}
	}},
	{"T28BoundDoesNotDependOnOrder", func(b *bench) {
		var obs []status.Observation
		forth, back := newSID("CF"), newSID("CF")
		for i := range 120 {
			obs = append(obs, status.Observation{SID: forth, Status: []string{"init", "in-progress"}[i%2], Event: fmt.Sprint("event", i%7), Sequence: i, Seen: noon})
		}
		for part := range slices.Chunk(obs, 9) {
			b.apply(part...)
		}
		slices.Reverse(obs)
		for i := range obs {
			obs[i].SID = back
			b.apply(obs[i])
		}
		one, two := b.check(forth), b.check(back)
		two.SID = one.SID
		if !one.Equal(two) {
			b.Fatalf("got %s and %s", text(one), text(two))
		}
	}},
	{"T28EndSurvivesAFlood", func(b *bench) {
		sid := newSID("SM")
		b.apply(reported(sid, "undelivered", "delivered")...)
		var obs []status.Observation
		for i := range 200 {
			obs = append(obs, status.Observation{SID: sid, Status: fmt.Sprint("word", i), Sequence: i, Seen: noon})
			obs = append(obs, status.Observation{SID: sid, Status: "delivered", ErrorCode: i, Seen: noon})
		}
		b.apply(obs...)
		if s := b.ends(sid, "delivered", true); s.Conflict != "undelivered" {
			b.Fatalf("the contradiction is gone from %s", text(s))
		}
	}},
}
