package status_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

const (
	message = webhook.SID("SM00000000000000000000000000000001")
	call    = webhook.SID("CA00000000000000000000000000000001")
)

var noon = time.Date(2024, time.May, 6, 12, 0, 0, 0, time.UTC)

// told makes observations of sid, a second apart.
func told(sid webhook.SID, words ...string) []status.Observation {
	var obs []status.Observation
	for i, w := range words {
		obs = append(obs, status.Observation{SID: sid, Status: w, Seen: noon.Add(time.Duration(i) * time.Second)})
	}
	return obs
}

// merged is the plain fold of obs.
func merged(obs ...status.Observation) status.State {
	var s status.State
	for _, o := range obs {
		s = s.Merge(status.Of(o))
	}
	return s
}

func equalStates(t *testing.T, want, got status.State) {
	t.Helper()
	if !got.Equal(want) {
		assert.Equal(t, want, got)
		t.FailNow()
	}
}

// someWords has words of every kind, of no kind and of ill will.
var someWords = []string{
	"accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled", "read",
	"partially_delivered", "receiving", "received", "invalid", "initiated", "ringing", "in-progress", "answered", "completed",
	"busy", "no-answer", "init", "paused", "stopped", "processing", "absent", "deleted", "zapped", "beamed", "a\x00", "\xff", "💥",
}

var somePrefixes = []string{"SM", "MM", "DY", "CA", "RE", "TR", "GT", "CF", "MZ", "SR", "QQ"}

func randomObservation(r *rand.Rand, sid webhook.SID) status.Observation {
	o := status.Observation{
		SID:    sid,
		Status: someWords[r.IntN(len(someWords))],
		Seen:   noon.Add(time.Duration(r.IntN(1000)) * time.Millisecond),
	}
	if r.IntN(2) == 0 {
		o.Sequence = r.IntN(5)
	}
	if r.IntN(3) == 0 {
		o.ErrorCode, o.ErrorMessage = 30000+r.IntN(4), someWords[r.IntN(len(someWords))]
	}
	if r.IntN(3) == 0 {
		o.Event, o.Participant = someWords[r.IntN(len(someWords))], call
	}
	if r.IntN(3) == 0 {
		o.Time, o.Duration, o.ParentSID = noon.Add(time.Duration(r.IntN(9))), time.Duration(r.IntN(9)), webhook.SID(fmt.Sprint("CA", r.IntN(3)))
	}
	if r.IntN(5) == 0 {
		o.Seen = time.Time{}
	}
	return o
}

func randomState(r *rand.Rand, sid webhook.SID, most int) status.State {
	var s status.State
	for range r.IntN(most + 1) {
		s = s.Merge(status.Of(randomObservation(r, sid)))
	}
	return s
}

func TestT23MergeIsALattice(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		sid := webhook.SID(somePrefixes[r.IntN(len(somePrefixes))] + "1")
		most := []int{3, 10, 80}[r.IntN(3)]
		a, b, c := randomState(r, sid, most), randomState(r, sid, most), randomState(r, sid, most)
		equalStates(t, a, a.Merge(a))
		equalStates(t, a.Merge(b), b.Merge(a))
		equalStates(t, a.Merge(b).Merge(c), a.Merge(b.Merge(c)))
		equalStates(t, a.Merge(b), a.Merge(b).Merge(a))
		equalStates(t, a, a.Merge(status.State{}))
		require.LessOrEqual(t, len(a.Merge(b).Reports), status.MaxReports)
	}
}

func TestMergeOfDifferentSIDsIsALatticeToo(t *testing.T) {
	a, b := merged(told(message, "sent")...), merged(told(call, "ringing")...)
	equalStates(t, a, a.Merge(b))
	equalStates(t, a, b.Merge(a))
}

// The slow and obvious way to bound a history: all reports there ever were,
// sorted and cut once. Whatever Merge does on its way must come to the same.
func TestT28BoundAgainstTheWholeHistory(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		sid := webhook.SID(somePrefixes[r.IntN(len(somePrefixes))] + "1")
		var obs []status.Observation
		all := status.State{SID: sid}
		for range 150 {
			o := randomObservation(r, sid)
			obs = append(obs, o)
			all.Reports = append(all.Reports, status.Of(o).Reports...)
		}
		data, err := json.Marshal(all)
		require.NoError(t, err)
		var once status.State
		require.NoError(t, json.Unmarshal(data, &once))
		assert.Equal(t, once.Reports, merged(obs...).Reports)
	}
}

func TestT23StatusTables(t *testing.T) {
	for _, c := range []struct {
		name, prefix string
		words        []string // in the order in which they win
		ends         int      // how many of them are final
	}{
		{"message", "SM", []string{"receiving", "scheduled", "accepted", "queued", "sending", "sent", "zapped",
			"invalid", "canceled", "failed", "undelivered", "partially_delivered", "received", "delivered", "read"}, 8},
		{"call", "CA", []string{"queued", "initiated", "ringing", "in-progress", "zapped",
			"canceled", "failed", "no-answer", "busy", "completed"}, 5},
		{"recording", "RE", []string{"in-progress", "paused", "stopped", "processing", "zapped",
			"failed", "absent", "completed", "deleted"}, 4},
		{"transcription", "TR", []string{"in-progress", "zapped", "failed", "completed"}, 2},
		{"live transcription", "GT", []string{"in-progress", "zapped", "completed", "failed"}, 2},
		{"conference", "CF", []string{"init", "in-progress", "zapped", "completed"}, 1},
		{"stream", "MZ", []string{"in-progress", "zapped", "completed", "failed"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			sid := webhook.SID(c.prefix + "1")
			for i, high := range c.words {
				final := i >= len(c.words)-c.ends
				assert.Equal(t, final, status.Of(told(sid, high)[0]).Final, high)
				for _, low := range c.words[:i] {
					assert.Equal(t, high, merged(told(sid, low, high)...).Status, "%s over %s", high, low)
					assert.Equal(t, high, merged(told(sid, high, low)...).Status, "%s over %s", high, low)
				}
			}
		})
	}
}

func TestConflict(t *testing.T) {
	for _, c := range []struct {
		name     string
		sid      webhook.SID
		words    []string
		status   string
		conflict string
	}{
		{"delivered and undelivered", message, []string{"delivered", "undelivered"}, "delivered", "undelivered"},
		{"three ends", message, []string{"failed", "delivered", "undelivered"}, "delivered", "undelivered"},
		{"read after delivered", message, []string{"delivered", "read"}, "read", ""},
		{"read although failed", message, []string{"failed", "delivered", "read"}, "read", "failed"},
		{"on the way is no end", message, []string{"sent", "failed"}, "failed", ""},
		{"call", call, []string{"completed", "busy"}, "completed", "busy"},
		{"recording deleted", "RE1", []string{"deleted", "completed"}, "deleted", ""},
		{"recording absent and completed", "RE1", []string{"absent", "completed"}, "completed", "absent"},
		{"session failed and stopped", "GT1", []string{"failed", "completed"}, "failed", ""},
		{"transcription of both kinds", "TR1", []string{"failed", "completed"}, "completed", "failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := merged(told(c.sid, c.words...)...)
			assert.Equal(t, c.status, s.Status)
			assert.Equal(t, c.conflict, s.Conflict)
			assert.True(t, s.Final)
			slices.Reverse(c.words)
			assert.Equal(t, c.conflict, merged(told(c.sid, c.words...)...).Conflict)
		})
	}
}

func TestSince(t *testing.T) {
	assert.True(t, status.State{}.Since().IsZero())
	obs := told(message, "sent", "delivered")
	assert.Equal(t, noon.Add(time.Second), merged(obs...).Since())
	obs[1].Time = noon.Add(-time.Minute)
	assert.Equal(t, noon.Add(-time.Minute), merged(obs...).Since())
}

func TestMergeAllocatesOnlyForNews(t *testing.T) {
	s := merged(told(message, "queued", "sent", "delivered")...)
	again := status.Of(told(message, "sent")[0])
	assert.Zero(t, testing.AllocsPerRun(100, func() { s = s.Merge(again) }))
	base, news := merged(told(message, "queued", "sent")...), status.Of(told(message, "delivered")[0])
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { s = base.Merge(news) }), 1.0)
}

// FuzzHistory is fuzz target 11 of the threat model: the bytes are a list of
// events, which is then shuffled and repeated. It ends in one state, in the
// plain merge as well as in Memory, and survives being written and read.
func FuzzHistory(f *testing.F) {
	f.Add([]byte{0, 5, 9, 6}, uint64(1))
	f.Add([]byte{33, 34, 35, 36, 37, 1, 2, 3, 70, 71, 72}, uint64(2))
	f.Fuzz(func(t *testing.T, events []byte, seed uint64) {
		if len(events) == 0 || len(events) > 200 {
			return
		}
		r := rand.New(rand.NewPCG(seed, 11))
		sid := webhook.SID(somePrefixes[seed%uint64(len(somePrefixes))] + "1")
		var obs []status.Observation
		for i, e := range events {
			o := status.Observation{SID: sid, Status: someWords[int(e)%len(someWords)], Sequence: int(e) / len(someWords), Seen: noon.Add(time.Duration(e))}
			if i%3 == 1 {
				o.Status = string(events[i/2 : i+1])
			}
			obs = append(obs, o)
		}
		want := merged(obs...)
		for _, o := range obs {
			for range r.IntN(3) {
				obs = append(obs, o)
			}
		}
		r.Shuffle(len(obs), func(i, j int) { obs[i], obs[j] = obs[j], obs[i] })
		equalStates(t, want, merged(obs...))

		m := new(status.Memory)
		for len(obs) > 0 {
			n := 1 + r.IntN(len(obs))
			_, err := m.Apply(t.Context(), obs[:n]...)
			require.NoError(t, err)
			obs = obs[n:]
		}
		got, err := m.Get(t.Context(), sid)
		require.NoError(t, err)
		equalStates(t, want, got)

		data, err := json.Marshal(got)
		require.NoError(t, err)
		var back status.State
		require.NoError(t, json.Unmarshal(data, &back))
		equalStates(t, want, back)
	})
}

func BenchmarkMerge(b *testing.B) {
	base := merged(told(message, "accepted", "queued", "sent")...)
	for _, c := range []struct{ name, word string }{{"repeat", "sent"}, {"new", "delivered"}} {
		o := told(message, c.word)[0]
		o.Seen = noon.Add(time.Hour)
		t := status.Of(o)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var s status.State
			for b.Loop() {
				s = base.Merge(t)
			}
			_ = s
		})
	}
	o := told(message, "delivered")[0]
	b.Run("Of", func(b *testing.B) {
		b.ReportAllocs()
		var s status.State
		for b.Loop() {
			s = status.Of(o)
		}
		_ = s
	})
}

// A conference has many events of one state; they must not crowd each other
// out before they have to.
func TestT28EventsCountByThemselves(t *testing.T) {
	var obs []status.Observation
	for i := range 24 {
		obs = append(obs, status.Observation{SID: "CF1", Status: "init", Event: []string{"participant-join", "participant-hold", "participant-leave"}[i%3], Sequence: i})
	}
	assert.Len(t, merged(obs...).Reports, 24)
	for i := range 100 {
		obs = append(obs, status.Observation{SID: "CF1", Status: "init", Event: "participant-mute", Sequence: 100 + i})
	}
	s := merged(obs...)
	require.Len(t, s.Reports, status.MaxReports)
	assert.Equal(t, 199, s.Reports[status.MaxReports-1].Sequence)
}
