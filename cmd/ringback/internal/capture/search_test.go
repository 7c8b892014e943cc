package capture_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	s := open(t, "", capture.Limits{})
	menu := text(1, "")
	menu.Kind, menu.Request.URL = "GatherAction", "https://hooks.example.com/voice/key?lang=es"
	menu.Request.Body = []byte("CallSid=CA1&From=%2B15550101&To=%2B15550100&Digits=1&SpeechResult=")
	broken := text(2, "two")
	broken.Code, broken.At = 12100, time.Date(2026, 11, 28, 12, 0, 0, 0, time.Local)
	status := text(3, "three")
	status.Request.Body = []byte("MessageSid=SM3&MessageStatus=undelivered&ErrorCode=30003")
	refused := text(4, "four")
	refused.Response.Status = 403
	outbound := text(5, "hello%0ADigits%3D1")
	outbound.Source, outbound.Verdict = capture.API, ""
	silent := text(6, "six")
	silent.Request.Method, silent.Response = http.MethodGet, capture.Response{}
	json := text(7, "seven")
	json.Request.Header = http.Header{"Content-Type": {"application/json"}}
	json.Request.Body = []byte("{\n\"x\":\"\ndigits=1\n\"}")
	socket := text(8, "eight")
	socket.Response = capture.Response{Status: http.StatusSwitchingProtocols}
	add(t, s, menu, broken, status, refused, outbound, silent, json, socket)
	require.NoError(t, s.Pin(3, true))

	for text, want := range map[string][]int64{
		"":                                    {8, 7, 6, 5, 4, 3, 2, 1},
		"code:12100":                          {2},
		"12100":                               {2},
		"code:30003":                          {3},
		"status:403":                          {4},
		"status:4xx":                          {4},
		"status:none":                         {6},
		"-status:2xx":                         {8, 6, 4},
		"kind:gather":                         {1},
		"from:+15550101 Digits":               {5, 1},
		"path:/voice/key":                     {1},
		"field:Digits=1":                      {1},
		"field:digits":                        {1},
		"field:lang=es":                       {1},
		"field:SpeechResult=":                 {1},
		"field:Digits=2":                      nil,
		"is:pinned":                           {3},
		"is:outbound":                         {5},
		"is:unanswered":                       {6},
		"is:failed -code:12100":               {6, 4},
		"method:get":                          {6},
		"source:api":                          {5},
		"sid:ca1":                             nil,
		"until:2026-11-29":                    {2, 8, 7, 6, 5, 4, 3, 1},
		"since:2026-11-29":                    nil,
		`"hello digits=1"`:                    {5},
		`-"hello digits=1" is:outbound`:       nil,
		"https://hooks.example.com/voice/key": {1},
		"-two -three -four -seven -six":       {8, 7, 5, 3, 1},
		`path:"/voice/key"`:                   {1},
		`"is:pinned"`:                         nil,
		"-":                                   nil,
	} {
		terms, problems := capture.ParseSearch(text)
		require.Empty(t, problems, text)
		var ids []int64
		for _, e := range s.List(capture.Query{Terms: terms}) {
			ids = append(ids, e.ID)
		}
		assert.ElementsMatch(t, want, ids, text)
		assert.Equal(t, len(want), s.Count(capture.Query{Terms: terms, Limit: 1}), text)
	}

	for text, why := range map[string]string{
		"is:green":    "is:green is not a search: use is: with failed, fault, outbound",
		"code:abc":    "use an error number",
		"status:four": "status:4xx",
		"since:today": "use a date",
		"field:":      "a value is missing",
	} {
		terms, problems := capture.ParseSearch(text)
		assert.Empty(t, terms, text)
		require.Len(t, problems, 1, text)
		assert.Contains(t, problems[0], why)
	}
}

func TestClearDeletesWhatTheSearchShows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "captures.jsonl")
	s := open(t, path, capture.Limits{})
	add(t, s, text(1, "one"), text(2, "two+secret"), text(3, "three"), text(4, "two+again"))
	require.NoError(t, s.Pin(4, true))
	n, err := s.Clear(search("two"))
	require.NoError(t, err)
	assert.Equal(t, 1, n, "what is pinned stays")
	require.NoError(t, s.Close())
	s = open(t, path, capture.Limits{})
	var ids []int64
	for _, e := range s.List(capture.Query{}) {
		ids = append(ids, e.ID)
	}
	assert.Equal(t, []int64{4, 3, 1}, ids)
	n, err = s.Clear(search("nothing"))
	require.NoError(t, err)
	assert.Zero(t, n)
}

// TestSessions opens a file three times: what was kept in each can be told apart,
// also after the file was rewritten.
func TestSessions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "captures.jsonl")
	s := open(t, path, capture.Limits{})
	add(t, s, text(1, "one"), text(2, "two"))
	require.NoError(t, s.Close())
	require.NoError(t, open(t, path, capture.Limits{}).Close(), "a session without an exchange")
	s = open(t, path, capture.Limits{})
	add(t, s, text(3, "three"))
	check := func(s *capture.Store, counts ...int) {
		t.Helper()
		list := s.Sessions()
		require.Len(t, list, len(counts))
		for i, want := range counts {
			assert.Equal(t, want, list[i].Count)
			assert.False(t, list[i].At.IsZero())
			q := capture.Query{After: list[i].After}
			if list[i].Until != 0 {
				q.Before = list[i].Until + 1
			}
			assert.Equal(t, want, s.Count(q))
		}
	}
	check(s, 1, 2)
	_, err := s.Clear(search("one"))
	require.NoError(t, err)
	check(s, 1, 1)
	require.NoError(t, s.Close())
	s = open(t, path, capture.Limits{})
	check(s, 0, 1, 1)
	_, err = s.Clear(capture.Query{})
	require.NoError(t, err)
	check(s, 0)

	memory := open(t, "", capture.Limits{})
	add(t, memory, text(1, "one"))
	check(memory, 1)
}
