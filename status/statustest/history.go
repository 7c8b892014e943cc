package statustest

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// TestHistoryOrder shows for the stores of open that order and repetition make
// no difference (threat T23, requirement V5): all 720 orders of six events,
// with each event up to three times, and the given number of random histories
// end in the state that a plain merge of the events gives.
//
// One call makes one step of up to 500 histories, which is fast even if each
// call is synced to disk; every tenth step uses single calls.
func TestHistoryOrder(t *testing.T, open func(testing.TB) status.Store, histories int) {
	t.Run("AllOrdersOfSix", func(t *testing.T) {
		for _, set := range six {
			t.Run(set.name, func(t *testing.T) {
				b := newBench(t, open)
				random := random(720)
				var all [][]status.Observation
				for order := range orders(6) {
					sid := newSID(set.prefix)
					events := set.of(sid)
					var h []status.Observation
					for _, i := range order {
						h = append(h, events[i])
					}
					all = append(all, repeat(random, h))
				}
				if len(all) != 720 {
					t.Fatalf("got %d orders", len(all))
				}
				b.play(all)
				b.oneEnd()
			})
		}
	})
	t.Run(fmt.Sprintf("Random%d", histories), func(t *testing.T) {
		b := newBench(t, open)
		random := random(23)
		for done := 0; done < histories; done += 1000 {
			var all [][]status.Observation
			for range min(1000, histories-done) {
				all = append(all, history(random, newSID(prefixes[random.IntN(len(prefixes))])))
			}
			clear(b.model)
			b.play(all)
			b.checkAll()
		}
	})
}

// six are the sets of events that are tried in every order.
var six = []struct {
	name   string
	prefix string
	of     func(webhook.SID) []status.Observation
}{
	{"Message", "SM", func(sid webhook.SID) []status.Observation {
		obs := reported(sid, "accepted", "queued", "sent", "delivered", "read", "undelivered")
		obs[5].ErrorCode = 30005
		return obs
	}},
	{"Call", "CA", func(sid webhook.SID) []status.Observation {
		obs := counted(sid, "initiated", "ringing", "in-progress", "completed", "no-answer", "zapped")
		obs[3].Duration = time.Minute
		return obs
	}},
}

// play applies the histories side by side, one step of each at a time.
func (b *bench) play(all [][]status.Observation) {
	b.Helper()
	for part := range slices.Chunk(all, 500) {
		for step, more := 0, true; more; step++ {
			var obs []status.Observation
			for _, h := range part {
				if step < len(h) {
					obs = append(obs, h[step])
				}
			}
			if more = len(obs) > 0; step%10 == 9 {
				b.each(obs[:min(len(obs), 50)]...)
			}
			b.apply(obs...)
		}
	}
}

// oneEnd checks every state against the model, and all states against each
// other.
func (b *bench) oneEnd() {
	b.Helper()
	var one status.State
	for sid := range b.model {
		s := b.check(sid)
		s.SID = ""
		if one.Status == "" {
			one = s
		}
		if !s.Equal(one) {
			b.Fatalf("two orders end differently\n%s\n%s", text(s), text(one))
		}
	}
}

var prefixes = []string{"SM", "SM", "CA", "CA", "RE", "TR", "GT", "CF", "MZ", "QQ"}

var words = []string{
	"accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled", "read",
	"partially_delivered", "receiving", "received", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer",
	"init", "paused", "stopped", "processing", "absent", "deleted", "zapped", "beamed", "\x00", "\xff", "💥",
}

// history makes a random history of sid, shuffled and with repeats.
func history(random *rand.Rand, sid webhook.SID) []status.Observation {
	var obs []status.Observation
	for range 1 + random.IntN(8) {
		o := status.Observation{
			SID:    sid,
			Status: words[random.IntN(len(words))],
			Seen:   noon.Add(time.Duration(random.Int64N(int64(48*time.Hour))) - 24*time.Hour),
		}
		if random.IntN(2) == 0 {
			o.Sequence = random.IntN(6)
		}
		if random.IntN(3) == 0 {
			o.ErrorCode, o.ErrorMessage = []int{30003, 30005, 30008}[random.IntN(3)], words[random.IntN(len(words))]
		}
		if random.IntN(3) == 0 {
			o.Time, o.Duration = noon.Add(time.Duration(random.IntN(60))*time.Second), time.Duration(random.IntN(60))*time.Second
		}
		obs = append(obs, o)
	}
	obs = repeat(random, obs)
	random.Shuffle(len(obs), func(i, j int) { obs[i], obs[j] = obs[j], obs[i] })
	return obs
}

// repeat returns h with up to two more copies of each event, at random places
// after it.
func repeat(random *rand.Rand, h []status.Observation) []status.Observation {
	out := slices.Clone(h)
	for i, o := range h {
		for range random.IntN(3) {
			at := max(0, slices.Index(out, h[i])) + 1
			out = slices.Insert(out, at+random.IntN(len(out)-at+1), o)
		}
	}
	return out
}

// orders yields every permutation of the numbers below n.
func orders(n int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		var rec func(int) bool
		rec = func(k int) bool {
			if k == n {
				return yield(order)
			}
			for i := k; i < n; i++ {
				order[k], order[i] = order[i], order[k]
				if !rec(k + 1) {
					return false
				}
				order[k], order[i] = order[i], order[k]
			}
			return true
		}
		rec(0)
	}
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 23)) }
