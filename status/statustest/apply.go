package statustest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

var getRules = []rule{
	{"GetOfUnknownSID", func(b *bench) { b.absent(newSID("SM")) }},
	{"GetOfEmptySID", func(b *bench) { b.absent("") }},
	{"T28GetOfHostileSID", func(b *bench) {
		sid := newSID("SM")
		b.apply(reported(sid, "sent")...)
		for _, bad := range []webhook.SID{
			"SM\x00", "\x00", "SM\xff\xfe", "SM 1", "'; DROP TABLE states; --", "%", "_", "*", "\n", "💥", "\u202eMS",
			webhook.SID(strings.Repeat("S", 1<<20)), sid + " ", sid + "\x00", " " + sid,
		} {
			b.absent(bad)
		}
		b.check(sid)
	}},
	{"GetReturnsEverything", func(b *bench) {
		o := status.Observation{
			SID: newSID("CA"), Status: "completed", Event: "call.completed", Sequence: 3, ErrorCode: 31002, ErrorMessage: "Busy here",
			AccountSID: newSID("AC"), ParentSID: newSID("CA"), Participant: newSID("CA"),
			Duration: 95 * time.Second, URL: "https://api.example.com/2010-04-01/Recordings/RE1",
			Time: noon.Add(-time.Minute), Seen: noon,
		}
		b.apply(o)
		s := b.check(o.SID)
		if s.AccountSID != o.AccountSID || s.ParentSID != o.ParentSID || s.Duration != o.Duration || s.URL != o.URL ||
			!s.First.Equal(noon) || !s.Last.Equal(noon) || s.ErrorCode != 31002 || s.ErrorMessage != "Busy here" {
			b.Fatalf("something is missing in %s", text(s))
		}
		if r := s.Reports[0]; !r.Time.Equal(o.Time) || r.Participant != o.Participant || r.Event != o.Event || r.Sequence != 3 {
			b.Fatalf("something is missing in the report of %s", text(s))
		}
	}},
	{"GetTwiceIsTheSame", func(b *bench) {
		sid := newSID("SM")
		b.each(reported(sid, "queued", "sent")...)
		if first, second := b.get(sid), b.get(sid); !first.Equal(second) {
			b.Fatalf("got %s, then %s", text(first), text(second))
		}
	}},
	{"GetWithDoneContext", func(b *bench) {
		sid := newSID("SM")
		b.apply(reported(sid, "sent")...)
		if _, err := b.store.Get(b.done(), sid); !errors.Is(err, context.Canceled) {
			b.Fatalf("got %v, want context.Canceled", err)
		}
	}},
	{"SimilarSIDsAreDifferent", func(b *bench) {
		sid := newSID("SM")
		upper := webhook.SID(strings.ToUpper(string(sid)))
		longer, shorter := sid+"0", sid[:33]
		b.apply(reported(sid, "sent")...)
		b.absent(upper)
		b.absent(longer)
		b.absent(shorter)
		b.apply(reported(upper, "delivered")...)
		b.apply(reported(longer, "failed")...)
		b.apply(reported(shorter, "queued")...)
		b.checkAll()
	}},
	{"T14SIDsOfEveryVisibleCharacter", func(b *bench) {
		var all []byte
		for c := byte('!'); c < 0x7f; c++ {
			all = append(all, c)
		}
		unique := newSID("")
		for part := range slices.Chunk(all, status.MaxSID-len(unique)) {
			sid := webhook.SID(part) + unique
			b.apply(reported(sid, "sent")...)
			b.check(sid)
		}
		long := newSID("SM")
		long += webhook.SID(strings.Repeat("Z", status.MaxSID-len(long)))
		b.apply(reported(long, "sent")...)
		b.check(long)
	}},
}

var applyRules = []rule{
	{"ApplyNothing", func(b *bench) {
		changes, err := b.store.Apply(b.Context())
		if err != nil || len(changes) != 0 {
			b.Fatalf("got %v, %v; want nothing", changes, err)
		}
	}},
	{"ApplyWithDoneContextStoresNothing", func(b *bench) {
		b.apply(reported(newSID("SM"), "sent")...)
		ctx := b.done()
		b.together(func(int) error {
			for range 50 { // it may be a race that the context loses now and then
				sid := newSID("SM")
				changes, err := b.store.Apply(ctx, reported(sid, "sent")...)
				if !errors.Is(err, context.Canceled) || len(changes) != 0 {
					return fmt.Errorf("got %v, %v; expected no change and context.Canceled", changes, err)
				}
				if s, err := b.store.Get(b.Context(), sid); !errors.Is(err, status.ErrNotFound) {
					return fmt.Errorf("got %s, %v; want an error that wraps ErrNotFound", text(s), err)
				}
			}
			return nil
		})
	}},
	{"ApplyAfterDeadlineStoresNothing", func(b *bench) {
		sid := newSID("SM")
		ctx, cancel := context.WithDeadline(b.Context(), time.Now().Add(-time.Hour))
		defer cancel()
		if _, err := b.store.Apply(ctx, reported(sid, "queued", "sent")...); !errors.Is(err, context.DeadlineExceeded) {
			b.Fatalf("got %v, want context.DeadlineExceeded", err)
		}
		b.absent(sid)
	}},
	{"ApplyWorksAfterACancel", func(b *bench) {
		sid := newSID("SM")
		_, _ = b.store.Apply(b.done(), reported(sid, "sent")...)
		b.each(reported(sid, "sent", "delivered")...)
		b.ends(sid, "delivered", true)
	}},
	{"T28InvalidSIDIsRefused", func(b *bench) {
		for _, bad := range []webhook.SID{
			"", " ", "SM\x00", "SM\xff", "SM 1", "SM\n", "é", webhook.SID(strings.Repeat("S", status.MaxSID+1)), webhook.SID(strings.Repeat("S", 1<<20)),
		} {
			changes, err := b.store.Apply(b.Context(), status.Observation{SID: bad, Status: "sent", Seen: noon})
			if !errors.Is(err, status.ErrInvalid) || len(changes) != 0 {
				b.Fatalf("SID %.80q: got %v, %v; want an error that wraps ErrInvalid", bad, changes, err)
			}
			b.absent(bad)
		}
	}},
	{"EmptyStatusIsRefused", func(b *bench) {
		sid := newSID("SM")
		if _, err := b.store.Apply(b.Context(), status.Observation{SID: sid, Seen: noon}); !errors.Is(err, status.ErrInvalid) {
			b.Fatalf("got %v, want an error that wraps ErrInvalid", err)
		}
		b.absent(sid)
	}},
	{"OneInvalidRefusesTheWholeCall", func(b *bench) {
		first, last, known := newSID("SM"), newSID("SM"), newSID("SM")
		b.apply(reported(known, "sent")...)
		obs := slices.Concat(reported(first, "sent"), reported(known, "delivered"), reported("", "sent"), reported(last, "sent"))
		changes, err := b.store.Apply(b.Context(), obs...)
		if !errors.Is(err, status.ErrInvalid) || len(changes) != 0 {
			b.Fatalf("got %v, %v; want an error that wraps ErrInvalid", changes, err)
		}
		b.absent(first)
		b.absent(last)
		b.ends(known, "sent", false)
	}},
	{"ArgumentsAreNeitherChangedNorKept", func(b *bench) {
		sid, other := newSID("SM"), newSID("SM")
		obs := slices.Concat(reported(sid, "sent", "queued", "sent"), reported(other, "delivered"), reported(sid, "delivered"))
		for i := range obs {
			obs[i].ErrorMessage = "a\x00b"
		}
		given := slices.Clone(obs)
		b.apply(obs...)
		if !slices.Equal(obs, given) {
			b.Fatalf("the observations were changed to %s", text(obs))
		}
		clear(obs)
		b.checkAll()
	}},
}
