package capture_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
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
	s, aside, err := capture.Open(path, limits)
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
		kept, err := s.Add(e)
		require.NoError(t, err)
		ids = append(ids, kept.ID)
	}
	return ids
}

func TestKeepsEveryByteAcrossARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captures.jsonl")
	want := text(1, "caf%C3%A9+\x00\xff<script>")
	want.Pinned, want.Parent, want.Fault, want.Error, want.Code = true, 7, "slow", "no answer", 11200
	s := open(t, path, capture.Limits{})
	want.ID = add(t, s, want)[0]
	require.NoError(t, s.Close())

	got, err := open(t, path, capture.Limits{}).Get(want.ID)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestKeepsARequestWithoutAnAnswer(t *testing.T) {
	s := open(t, "", capture.Limits{})
	e := text(1, "")
	e.Request.Method, e.Request.Body, e.Response, e.Error = "GET", nil, capture.Response{}, "connection refused"
	id := add(t, s, e)[0]
	got, err := s.Get(id)
	require.NoError(t, err)
	assert.Equal(t, "connection refused", got.Error)
	assert.Empty(t, got.Response.Body)
	assert.Zero(t, got.Response.Status)
}

func TestT38FileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captures.jsonl")
	add(t, open(t, path, capture.Limits{}), text(1, "hello"))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// TestALineThatACrashCutOffIsDropped cuts the file at every byte of its last
// exchange: what was kept before is there, and the store goes on.
func TestALineThatACrashCutOffIsDropped(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "captures.jsonl")
	s := open(t, path, capture.Limits{})
	add(t, s, text(1, "one"), text(2, "two"))
	require.NoError(t, s.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	last := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for _, tail := range []string{"", "\x00\x00\x00"} {
		for n := last; n < len(whole); n++ {
			require.NoError(t, os.WriteFile(path, append(whole[:n:n], tail...), 0o600))
			s, aside, err := capture.Open(path, capture.Limits{})
			require.NoError(t, err)
			require.Empty(t, aside)
			list := s.List(capture.Query{})
			require.Len(t, list, 1, "cut at %d", n)
			require.Equal(t, []int64{2}, add(t, s, text(3, "three")))
			require.NoError(t, s.Close())
			again, aside, err := capture.Open(path, capture.Limits{})
			require.NoError(t, err)
			require.Empty(t, aside)
			require.Len(t, again.List(capture.Query{}), 2)
			require.NoError(t, again.Close())
		}
	}
}

// TestDamagedFileIsKept destroys a line in the middle: the file is kept under
// another name, and the rest of it is there.
func TestDamagedFileIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captures.jsonl")
	s := open(t, path, capture.Limits{})
	add(t, s, text(1, "one"), text(2, "two"), text(3, "three"))
	require.NoError(t, s.Close())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	damaged := bytes.Replace(data, []byte("Body=two"), []byte("Body=\"\x00\""), 1)
	require.NoError(t, os.WriteFile(path, damaged, 0o600))
	s, aside, err := capture.Open(path, capture.Limits{})
	require.NoError(t, err)
	defer s.Close()
	kept, err := os.ReadFile(aside)
	require.NoError(t, err)
	assert.Equal(t, damaged, kept)
	list := s.List(capture.Query{})
	require.Len(t, list, 2)
	assert.Equal(t, []int64{4}, add(t, s, text(4, "four")))
	e, err := s.Get(3)
	require.NoError(t, err)
	assert.Contains(t, string(e.Request.Body), "three")
}

// TestForeignFilesStayAsTheyAre opens what is not a file of captures, to write and
// to read: the error says so, and not a byte changes.
func TestForeignFilesStayAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, content string
		err           error
	}{
		{"notes.txt", "not captures\n", capture.ErrForeign},
		{"notes without an end.txt", "not captures", capture.ErrForeign},
		{"captures.db", "SQLite format 3\x00\x10\x00", capture.ErrForeign},
		{"other.jsonl", "{\"a\":1}\n", capture.ErrForeign},
		{"later.jsonl", "{\"format\":\"ringback captures\",\"version\":2}\n", capture.ErrNewer},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, c.name)
			require.NoError(t, os.WriteFile(path, []byte(c.content), 0o644))
			_, _, err := capture.Open(path, capture.Limits{})
			require.ErrorIs(t, err, c.err)
			_, err = capture.Read(path)
			require.ErrorIs(t, err, c.err)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, c.content, string(after))
		})
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, files, 5, "nothing is moved aside and nothing made beside them")
}

// TestOneConsoleWrites refuses a file that another store has open.
func TestOneConsoleWrites(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped: files are not locked on Windows")
	}
	path := filepath.Join(t.TempDir(), "captures.jsonl")
	s := open(t, path, capture.Limits{})
	add(t, s, text(1, "one"))
	_, _, err := capture.Open(path, capture.Limits{})
	require.ErrorIs(t, err, capture.ErrInUse)
	require.NoError(t, clear(s, capture.Query{}), "which writes a new file")
	_, _, err = capture.Open(path, capture.Limits{})
	require.ErrorIs(t, err, capture.ErrInUse)
	require.NoError(t, s.Close())
	require.NoError(t, open(t, path, capture.Limits{}).Close())
}

// TestFileStaysSmall writes far more than is kept, with pins and a restart.
func TestFileStaysSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captures.jsonl")
	limits := capture.Limits{Count: 20}
	s := open(t, path, limits)
	secret := text(1, "secret")
	add(t, s, secret)
	require.NoError(t, s.Pin(1, true))
	body := strings.Repeat("x", 10_000)
	for n := range 500 {
		add(t, s, text(n, body))
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(2<<20))
	require.NoError(t, s.Close())

	s = open(t, path, limits)
	list := s.List(capture.Query{})
	require.Len(t, list, 20)
	assert.Equal(t, []int64{501, 1}, []int64{list[0].ID, list[19].ID})
	for _, e := range list {
		whole, err := s.Get(e.ID)
		require.NoError(t, err)
		assert.NotEmpty(t, whole.Request.Body)
		assert.Equal(t, e.ID == 1, whole.Pinned)
	}
	require.NoError(t, s.Pin(1, false))
	require.NoError(t, clear(s, capture.Query{}))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "secret", "what was cleared leaves the disk")
	assert.Equal(t, []int64{502}, add(t, s, text(1, "after")), "numbers are not used twice")
	require.NoError(t, s.Close())
	assert.Equal(t, []int64{503}, add(t, open(t, path, limits), text(1, "after")))
	left, err := filepath.Glob(path + ".*")
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestReadChangesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cap tures?.db")
	s := open(t, path, capture.Limits{})
	id := add(t, s, text(1, "hello"))[0]
	beside, err := capture.Read(path) // while it is being written
	require.NoError(t, err)
	e, err := beside.Get(id)
	require.NoError(t, err)
	assert.Equal(t, "Body=hello&From=%2B15550101", string(e.Request.Body))
	_, err = beside.Add(text(2, "no"))
	require.Error(t, err)
	require.NoError(t, beside.Close())

	absent := filepath.Join(dir, "absent.db")
	_, err = capture.Read(absent)
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.NoFileExists(t, absent)

	notes := filepath.Join(dir, "notes.txt")
	require.NoError(t, os.WriteFile(notes, []byte(strings.Repeat("not a database\n", 100)), 0o600))
	_, err = capture.Read(notes)
	require.ErrorIs(t, err, capture.ErrForeign)
	assert.FileExists(t, notes)

	empty := filepath.Join(dir, "empty.jsonl")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	nothing, err := capture.Read(empty)
	require.NoError(t, err)
	defer nothing.Close()
	_, err = nothing.Get(1)
	require.ErrorIs(t, err, capture.ErrNotFound)
}

func TestT36OldestGoFirstAndPinnedStay(t *testing.T) {
	s := open(t, "", capture.Limits{Count: 3})
	first := text(1, "one")
	first.Pinned = true
	add(t, s, first, text(2, "two"), text(3, "three"), text(4, "four"), text(5, "five"))
	list := s.List(capture.Query{})
	var ids []int64
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	assert.Equal(t, []int64{5, 4, 1}, ids)

	big := open(t, "", capture.Limits{Bytes: 5000})
	for n := range 20 {
		add(t, big, text(n, strings.Repeat("x", 1000)))
	}
	list = big.List(capture.Query{})
	assert.Less(t, len(list), 5)
	assert.Equal(t, int64(20), list[0].ID)
}

func search(text string) capture.Query {
	terms, _ := capture.ParseSearch(text)
	return capture.Query{Terms: terms}
}

func clear(s *capture.Store, q capture.Query) error {
	_, err := s.Clear(q)
	return err
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
	require.NoError(t, s.Pin(2, true))
	require.ErrorIs(t, s.Pin(99, true), capture.ErrNotFound)

	for _, c := range []struct {
		name string
		q    capture.Query
		want []int64
	}{
		{"all", capture.Query{}, []int64{5, 4, 3, 2, 1}},
		{"words of a decoded value", search("four dog"), []int64{1}},
		{"part of a word", search("abl"), []int64{1}},
		{"any case", search("TABLE"), []int64{1}},
		{"two characters", search("SM"), []int64{5, 4, 3, 2, 1}},
		{"characters with a meaning to SQL", search(`100%_off`), []int64{2}},
		{"quotes", search(`"` + `' OR 1=1 --`), nil},
		{"answer", search("<Response/>"), []int64{5, 4, 3, 2, 1}},
		{"kind", capture.Query{Kind: "MessageStatusCallback"}, []int64{5}},
		{"source", capture.Query{Source: capture.Delivery}, []int64{5}},
		{"thread", capture.Query{SID: "SM1"}, []int64{5}},
		{"failed", capture.Query{Failed: true}, []int64{4, 3}},
		{"pinned", capture.Query{Pinned: true}, []int64{2}},
		{"page", capture.Query{Before: 4, Limit: 2}, []int64{3, 2}},
		{"newer ones", capture.Query{After: 3}, []int64{5, 4}},
		{"the middle", capture.Query{Skip: 1, Limit: 2}, []int64{4, 3}},
		{"chosen ones", capture.Query{IDs: []int64{2, 5, 77}}, []int64{5, 2}},
		{"nothing", search("absent"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := s.List(c.q)
			var ids []int64
			for _, e := range list {
				ids = append(ids, e.ID)
				assert.Nil(t, e.Request.Body)
			}
			assert.Equal(t, c.want, ids)
		})
	}
	require.NoError(t, clear(s, capture.Query{}))
	list := s.List(capture.Query{})
	require.Len(t, list, 1)
	assert.Equal(t, int64(2), list[0].ID)
	_, err := s.Get(1)
	require.ErrorIs(t, err, capture.ErrNotFound)
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
				s.List(capture.Query{})
			}
		})
		b.Run(fmt.Sprintf("search/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.List(search("order 4711"))
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
