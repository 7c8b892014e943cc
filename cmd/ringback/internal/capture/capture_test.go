package capture_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
)

var at = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)

func open(t testing.TB, path string, limits capture.Limits) *capture.Store {
	t.Helper()
	s, aside, err := capture.Open(t.Context(), path, limits)
	require.NoError(t, err)
	require.Empty(t, aside)
	t.Cleanup(func() { s.Close() })
	return s
}

func text(n int, body string) capture.Exchange {
	return capture.Exchange{
		At: at.Add(time.Duration(n) * time.Second), Source: capture.Phone, Kind: "IncomingMessage", Verdict: "valid",
		SID: fmt.Sprintf("SM%032d", n), Thread: "+15550101", Summary: "text to /sms", Took: 3 * time.Millisecond,
		Request: capture.Request{
			Method: "POST", URL: "http://127.0.0.1:8080/sms",
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Twilio-Signature": {"c2ln"}},
			Body:   []byte("Body=" + body + "&From=%2B15550101"),
		},
		Response: capture.Response{Status: 200, Header: http.Header{"Content-Type": {"text/xml"}}, Body: []byte("<Response/>")},
	}
}

func add(t testing.TB, s *capture.Store, es ...capture.Exchange) (ids []int64) {
	t.Helper()
	for _, e := range es {
		kept, err := s.Add(t.Context(), e)
		require.NoError(t, err)
		ids = append(ids, kept.ID)
	}
	return ids
}

func TestKeepsEveryByteAcrossARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captures.db")
	want := text(1, "caf%C3%A9+\x00\xff<script>")
	want.Pinned, want.Parent, want.Fault, want.Error, want.Code = true, 7, "slow", "no answer", 11200
	s := open(t, path, capture.Limits{})
	want.ID = add(t, s, want)[0]
	require.NoError(t, s.Close())

	got, err := open(t, path, capture.Limits{}).Get(t.Context(), want.ID)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestKeepsARequestWithoutAnAnswer(t *testing.T) {
	s := open(t, "", capture.Limits{})
	e := text(1, "")
	e.Request.Method, e.Request.Body, e.Response, e.Error = "GET", nil, capture.Response{}, "connection refused"
	id := add(t, s, e)[0]
	got, err := s.Get(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, "connection refused", got.Error)
	assert.Empty(t, got.Response.Body)
	assert.Zero(t, got.Response.Status)
}

func TestT38FileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captures.db")
	add(t, open(t, path, capture.Limits{}), text(1, "hello"))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestDamagedFileIsMovedAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captures.db")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("not SQLite ", 1000)), 0o600))
	s, aside, err := capture.Open(t.Context(), path, capture.Limits{})
	require.NoError(t, err)
	defer s.Close()
	kept, err := os.ReadFile(aside)
	require.NoError(t, err)
	assert.Contains(t, string(kept), "not SQLite")
	add(t, s, text(1, "hello"))
}

// TestForeignFilesStayAsTheyAre opens what is no file of captures, to write and
// to read: the error says so, and not a byte changes.
func TestForeignFilesStayAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	make := func(name, statement string) string {
		path := filepath.Join(dir, name)
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		defer db.Close()
		_, err = db.Exec(statement)
		require.NoError(t, err)
		return path
	}
	for _, c := range []struct {
		name, path string
		err        error
	}{
		{"tables of another program", make("shop.db", "CREATE TABLE orders (id INTEGER)"), capture.ErrForeign},
		{"a version of another program", make("app.db", "CREATE TABLE exchange (x); PRAGMA user_version = 0"), capture.ErrForeign},
		{"a later version", make("later.db", "CREATE TABLE exchange (x); PRAGMA user_version = 2"), capture.ErrNewer},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, err := os.ReadFile(c.path)
			require.NoError(t, err)
			_, _, err = capture.Open(t.Context(), c.path, capture.Limits{})
			require.ErrorIs(t, err, c.err)
			_, err = capture.Read(t.Context(), c.path)
			require.ErrorIs(t, err, c.err)
			after, err := os.ReadFile(c.path)
			require.NoError(t, err)
			assert.Equal(t, before, after)
		})
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, files, 3, "nothing is moved aside and nothing made beside them")
}

func TestReadChangesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cap tures?.db")
	s := open(t, path, capture.Limits{})
	id := add(t, s, text(1, "hello"))[0]
	beside, err := capture.Read(t.Context(), path) // while it is being written
	require.NoError(t, err)
	e, err := beside.Get(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, "Body=hello&From=%2B15550101", string(e.Request.Body))
	_, err = beside.Add(t.Context(), text(2, "no"))
	require.Error(t, err)
	require.NoError(t, beside.Close())

	absent := filepath.Join(dir, "absent.db")
	_, err = capture.Read(t.Context(), absent)
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.NoFileExists(t, absent)

	notes := filepath.Join(dir, "notes.txt")
	require.NoError(t, os.WriteFile(notes, []byte(strings.Repeat("not a database\n", 100)), 0o600))
	_, err = capture.Read(t.Context(), notes)
	require.ErrorIs(t, err, capture.ErrDamaged)
	assert.FileExists(t, notes)

	empty := filepath.Join(dir, "empty.db")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	_, err = capture.Read(t.Context(), empty)
	require.ErrorIs(t, err, capture.ErrNotFound)
}

func TestT36OldestGoFirstAndPinnedStay(t *testing.T) {
	s := open(t, "", capture.Limits{Count: 3})
	first := text(1, "one")
	first.Pinned = true
	add(t, s, first, text(2, "two"), text(3, "three"), text(4, "four"), text(5, "five"))
	list, err := s.List(t.Context(), capture.Query{})
	require.NoError(t, err)
	var ids []int64
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	assert.Equal(t, []int64{5, 4, 1}, ids)

	big := open(t, "", capture.Limits{Bytes: 5000})
	for n := range 20 {
		add(t, big, text(n, strings.Repeat("x", 1000)))
	}
	list, err = big.List(t.Context(), capture.Query{})
	require.NoError(t, err)
	assert.Less(t, len(list), 5)
	assert.Equal(t, int64(20), list[0].ID)
}

func TestQueries(t *testing.T) {
	s := open(t, "", capture.Limits{})
	failed := text(3, "three")
	failed.Response.Status = 500
	forged := text(4, "four")
	forged.Verdict = "signature mismatch"
	status := text(5, "five")
	status.Kind, status.Source, status.Thread = "MessageStatusCallback", capture.Delivery, "SM1"
	add(t, s, text(1, "table+for+four+%26+a+dog"), text(2, "100%25_off"), failed, forged, status)
	require.NoError(t, s.Pin(t.Context(), 2, true))
	require.ErrorIs(t, s.Pin(t.Context(), 99, true), capture.ErrNotFound)

	for _, c := range []struct {
		name string
		q    capture.Query
		want []int64
	}{
		{"all", capture.Query{}, []int64{5, 4, 3, 2, 1}},
		{"words of a decoded value", capture.Query{Text: "four dog"}, []int64{1}},
		{"part of a word", capture.Query{Text: "abl"}, []int64{1}},
		{"any case", capture.Query{Text: "TABLE"}, []int64{1}},
		{"two characters", capture.Query{Text: "SM"}, []int64{5, 4, 3, 2, 1}},
		{"characters with a meaning to SQL", capture.Query{Text: `100%_off`}, []int64{2}},
		{"quotes", capture.Query{Text: `"` + `' OR 1=1 --`}, nil},
		{"answer", capture.Query{Text: "<Response/>"}, []int64{5, 4, 3, 2, 1}},
		{"kind", capture.Query{Kind: "MessageStatusCallback"}, []int64{5}},
		{"source", capture.Query{Source: capture.Delivery}, []int64{5}},
		{"thread", capture.Query{SID: "SM1"}, []int64{5}},
		{"failed", capture.Query{Failed: true}, []int64{4, 3}},
		{"pinned", capture.Query{Pinned: true}, []int64{2}},
		{"page", capture.Query{Before: 4, Limit: 2}, []int64{3, 2}},
		{"nothing", capture.Query{Text: "absent"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := s.List(t.Context(), c.q)
			require.NoError(t, err)
			var ids []int64
			for _, e := range list {
				ids = append(ids, e.ID)
				assert.Nil(t, e.Request.Body)
			}
			assert.Equal(t, c.want, ids)
		})
	}
	require.NoError(t, s.Clear(t.Context()))
	list, err := s.List(t.Context(), capture.Query{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, int64(2), list[0].ID)
	_, err = s.Get(t.Context(), 1)
	require.ErrorIs(t, err, capture.ErrNotFound)
}

func TestWatch(t *testing.T) {
	s := open(t, "", capture.Limits{})
	ctx, cancel := context.WithCancel(t.Context())
	news, slow := s.Watch(ctx), s.Watch(t.Context())
	add(t, s, text(1, "hello"))
	got := <-news
	assert.Equal(t, int64(1), got.ID)
	assert.Nil(t, got.Request.Body)
	for n := range 1000 {
		add(t, s, text(n, "more"))
	}
	cancel()
	for range news { // ends, since the context has
	}
	assert.Len(t, slow, cap(slow))
	require.NoError(t, s.Close())
	for range slow {
	}
	for range s.Watch(t.Context()) {
	}
}

func BenchmarkStore(b *testing.B) {
	for _, n := range []int{0, 10_000} {
		s := open(b, "", capture.Limits{})
		for i := range n {
			add(b, s, text(i, fmt.Sprintf("order+%d", i)))
		}
		b.Run(fmt.Sprintf("list/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.List(b.Context(), capture.Query{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("search/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.List(b.Context(), capture.Query{Text: "order 4711"}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("add/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				add(b, s, text(1, "one+more"))
			}
		})
	}
}
