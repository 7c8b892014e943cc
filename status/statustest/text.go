package statustest

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ringback-go/ringback/status"
)

// carries is a rule that stores s as a status, an event and a message, and
// expects the result of status.Of.
func carries(s string) func(*bench) {
	return func(b *bench) {
		o := status.Observation{SID: newSID("SM"), Status: s, Event: s, ErrorMessage: s, URL: s, Seen: noon}
		b.apply(o)
		got := b.check(o.SID)
		for _, kept := range []string{got.Status, got.Reports[0].Event, got.ErrorMessage, got.URL} {
			if !utf8.ValidString(kept) || strings.ContainsRune(kept, 0) {
				b.Fatalf("kept %.200q", kept)
			}
		}
		b.none(b.apply(o))
		for p := range b.store.Pending(b.Context(), noon.Add(time.Second)) {
			if p.SID == o.SID && !p.Equal(got) {
				b.Fatalf("Pending yields %s, Get %s", text(p), text(got))
			}
		}
		b.each(reported(o.SID, "delivered")...)
		b.ends(o.SID, "delivered", true)
	}
}

var textRules = []rule{
	{"T14NUL", carries("se\x00nt\x00")},
	{"T14OnlyNUL", carries("\x00")},
	{"T14InvalidUTF8", carries("\xff\xfe\xc0\x80 sent \xed\xa0\x80\x80")},
	{"T14TruncatedUTF8", carries("sent \xf0\x9f\x92")},
	{"T14Emoji", carries("👩‍👩‍👧‍👦 sent 💥")},
	{"T14BidirectionalControls", carries("\u202esent\u2066\u200f")},
	{"T14ControlCharacters", carries("a\nb\rc\td\x1be\x7ff\u0085\u2028\ufeff\ufffd\U0010ffff")},
	{"T14NotNormalised", func(b *bench) {
		sid := newSID("SM")
		b.each(reported(sid, "e\u0301", "\u00e9", " \u00e9", "\u00e9 ", "\u00c9")...)
		if s := b.check(sid); len(s.Reports) != 5 {
			b.Fatalf("different words were treated as one in %s", text(s))
		}
	}},
	{"T14EmptyAndSpace", carries(" ")},
	{"T28QuotesAndSQL", carries(`'; DROP TABLE states; -- " \ $1 ? %s {}`)},
	{"T28JSONAndLua", carries(`{"status":"read"}]] \u0000 \\x00 </script>&<>`)},
	{"T28AMegabyte", carries(strings.Repeat("sent", 1<<18))},
	{"T28AMegabyteOfNUL", carries(strings.Repeat("\x00", 1<<20))},
	{"T28CutBeforeACharacter", carries("x" + strings.Repeat("é", 1<<16))},
	{"T14LongErrorMessageWithStatus", func(b *bench) {
		o := status.Observation{SID: newSID("SM"), Status: "failed", ErrorCode: 30008, ErrorMessage: strings.Repeat("ü", 4000), Seen: noon}
		b.apply(o)
		if s := b.ends(o.SID, "failed", true); len(s.ErrorMessage) > status.MaxMessage || !utf8.ValidString(s.ErrorMessage) {
			b.Fatalf("kept %d bytes", len(s.ErrorMessage))
		}
	}},
	{"T13Numbers", func(b *bench) {
		for _, n := range []int{math.MinInt, -1, 0, 1, math.MaxInt32, math.MaxInt32 + 1, 1<<53 + 1, math.MaxInt} {
			o := status.Observation{SID: newSID("CA"), Status: "completed", Sequence: n, ErrorCode: n, Duration: time.Duration(n), Seen: noon}
			b.apply(o)
			if s := b.check(o.SID); s.ErrorCode < 0 || s.Duration < 0 {
				b.Fatalf("got %s", text(s))
			}
		}
	}},
	{"T14SideNotesThatAreNoSIDs", func(b *bench) {
		o := status.Observation{SID: newSID("CA"), Status: "completed", AccountSID: "A\x00", ParentSID: "\xff", Participant: " ", Seen: noon}
		b.apply(o)
		if s := b.check(o.SID); s.AccountSID != "" || s.ParentSID != "" {
			b.Fatalf("got %s", text(s))
		}
	}},
}

var clockRules = []rule{
	{"T27ClockJumpsBack", func(b *bench) {
		sid := newSID("SM")
		obs := reported(sid, "queued", "sent", "delivered")
		for i := range obs {
			obs[i].Seen = noon.Add(-time.Duration(i) * 24 * time.Hour)
		}
		b.each(obs...)
		if s := b.ends(sid, "delivered", true); !s.First.Equal(noon.Add(-48*time.Hour)) || !s.Last.Equal(noon) {
			b.Fatalf("got %s", text(s))
		}
	}},
	{"T27ClockJumpsAhead", func(b *bench) {
		sid := newSID("CA")
		obs := counted(sid, "completed", "in-progress", "ringing")
		for i := range obs {
			obs[i].Seen = noon.AddDate(i*30, 0, 0)
		}
		b.each(obs...)
		b.ends(sid, "completed", true)
	}},
	{"T27NoTimes", func(b *bench) {
		sid := newSID("SM")
		for _, w := range []string{"sent", "delivered"} {
			b.apply(status.Observation{SID: sid, Status: w})
		}
		if s := b.ends(sid, "delivered", true); !s.First.IsZero() || !s.Last.IsZero() {
			b.Fatalf("got %s", text(s))
		}
		b.each(reported(sid, "delivered")...)
		if s := b.check(sid); !s.First.Equal(noon) {
			b.Fatalf("got %s", text(s))
		}
	}},
	{"T27FarTimes", func(b *bench) {
		for _, at := range []time.Time{
			time.Unix(0, 0), time.Unix(-1, 999), time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
			time.Date(-4713, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(294277, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1<<62, 0), time.Unix(-1<<62, 0),
		} {
			o := status.Observation{SID: newSID("SM"), Status: "sent", Time: at, Seen: at}
			b.apply(o)
			b.check(o.SID)
		}
	}},
	{"T27ZonesAndFractions", func(b *bench) {
		o := status.Observation{SID: newSID("SM"), Status: "sent", Time: noon.Add(123456789), Seen: noon.Add(987654321).In(time.FixedZone("here", 5*3600+1800))}
		b.apply(o)
		s := b.check(o.SID)
		if !s.First.Equal(noon.Add(987654*time.Microsecond)) || !s.Since().Equal(noon.Add(123456*time.Microsecond)) {
			b.Fatalf("got %s", text(s))
		}
		o.Seen, o.Time = o.Seen.UTC(), o.Time.In(time.FixedZone("there", -3600))
		b.none(b.apply(o))
	}},
	{"T27MonotonicReading", func(b *bench) {
		o := status.Observation{SID: newSID("SM"), Status: "sent", Seen: time.Now()}
		b.apply(o)
		b.check(o.SID)
	}},
	{"T27TwiliosTimeDecidesNothing", func(b *bench) {
		sid := newSID("SM")
		obs := reported(sid, "delivered", "sent")
		obs[0].Time, obs[1].Time = noon, noon.Add(time.Hour)
		b.each(obs...)
		b.ends(sid, "delivered", true)
	}},
}
