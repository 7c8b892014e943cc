package status_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

func TestStateJSON(t *testing.T) {
	obs := told(message, "sent", "undelivered")
	obs[1].ErrorCode, obs[1].ErrorMessage, obs[1].AccountSID = 30005, "Unknown destination handset", "AC1"
	s := merged(obs...)
	data, err := json.Marshal(s)
	require.NoError(t, err)
	assert.Equal(t, `{"sid":"SM00000000000000000000000000000001","status":"undelivered","final":true,"error_code":30005,`+
		`"error_message":"Unknown destination handset","account_sid":"AC1",`+
		`"first_seen":"2024-05-06T12:00:00Z","last_seen":"2024-05-06T12:00:01Z","reports":[`+
		`{"status":"sent","seen":"2024-05-06T12:00:00Z"},`+
		`{"status":"undelivered","error_code":30005,"error_message":"Unknown destination handset","seen":"2024-05-06T12:00:01Z"}]}`,
		string(data))
	var back status.State
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, s, back, "deeply equal, not only by Equal")
}

func TestStateJSONRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		s := randomState(r, webhook.SID(somePrefixes[r.IntN(len(somePrefixes))]+"1"), 50)
		data, err := json.Marshal(s)
		require.NoError(t, err)
		var back status.State
		require.NoError(t, json.Unmarshal(data, &back))
		equalStates(t, s, back)
	}
}

// What follows from the reports is not believed when it is read.
func TestStateJSONOfAStrangeHand(t *testing.T) {
	var s status.State
	require.NoError(t, json.Unmarshal([]byte(`{"sid":"SM1","status":"read","final":true,"error_code":1,"conflict":"x","duration_ns":-5,
		"first_seen":"2024-05-06T14:00:00.123456789+02:00","url":"a\u0000b","unknown":1,
		"reports":[{"status":"sent","sequence":-1},{"status":"queued"},{"status":"sent"}]}`), &s))
	assert.Equal(t, "sent", s.Status)
	assert.False(t, s.Final)
	assert.Zero(t, s.ErrorCode)
	assert.Empty(t, s.Conflict)
	assert.Zero(t, s.Duration)
	assert.Equal(t, `a\x00b`, s.URL)
	assert.Len(t, s.Reports, 2)
	assert.Equal(t, noon.Add(123456*time.Microsecond), s.First)

	require.Error(t, json.Unmarshal([]byte(`{"sid":1}`), &s))
	assert.Equal(t, webhook.SID("SM1"), s.SID, "unchanged by an error")

	var none status.State
	require.NoError(t, json.Unmarshal([]byte(`{"sid":"","status":"","final":false}`), &none))
	equalStates(t, status.State{}, none)
}

func TestT14TextRule(t *testing.T) {
	for _, c := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"plain", "delivered", 99, "delivered"},
		{"empty", "", 99, ""},
		{"NUL", "a\x00b", 99, `a\x00b`},
		{"control and DEL", "\n\x1f\x7f", 99, `\x0a\x1f\x7f`},
		{"not UTF-8", "a\xffé", 99, `a\xffé`},
		{"surrogate in UTF-8", "\xed\xa0\x80", 99, `\xed\xa0\x80`},
		{"overlong NUL", "\xc0\x80", 99, `\xc0\x80`},
		{"emoji and bidi stay", "👍\u202e\u2028", 99, "👍\u202e\u2028"},
		{"the replacement character stays", "\ufffd", 99, "\ufffd"},
		{"control behind a letter beyond ASCII", "é\x00", 99, `é\x00`},
		{"backslash stays", `\x00`, 99, `\x00`},
		{"cut", "abcdef", 3, "abc"},
		{"cut before a character", "aéé", 4, "aé"},
		{"cut before an escape", "ab\x00", 5, "ab"},
		{"cut to nothing", "👍", 3, ""},
		{"exact", "👍", 4, "👍"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := status.Clean(c.in, c.limit)
			assert.Equal(t, c.want, got)
			assert.Equal(t, got, status.Clean(got, c.limit), "cleaning twice")
		})
	}
}

func FuzzT14Clean(f *testing.F) {
	f.Add("a\x00\xff é", 5)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if limit < 0 || limit > 1<<12 {
			return
		}
		got := status.Clean(s, limit)
		assert.LessOrEqual(t, len(got), limit)
		assert.True(t, utf8.ValidString(got))
		assert.False(t, strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }))
		assert.Equal(t, got, status.Clean(got, limit))
	})
}

func TestKindOf(t *testing.T) {
	for sid, want := range map[webhook.SID]status.Kind{
		"SM1": status.Message, "MM1": status.Message, "DY1": status.Message, "CA1": status.Call, "RE1": status.Recording,
		"TR1": status.Transcription, "GT1": status.Transcription, "CF1": status.Conference, "MZ1": status.Stream, "SR1": status.Stream,
		"QQ1": status.Other, "S": status.Other, "": status.Other, "sm1": status.Other,
	} {
		assert.Equal(t, want, status.KindOf(sid), sid)
	}
}

func TestValidate(t *testing.T) {
	good := status.Observation{SID: message, Status: "sent"}
	require.NoError(t, good.Validate())
	for name, o := range map[string]status.Observation{
		"no SID":     {Status: "sent"},
		"no status":  {SID: message},
		"space":      {SID: "SM 1", Status: "sent"},
		"NUL":        {SID: "SM\x00", Status: "sent"},
		"too long":   {SID: webhook.SID(strings.Repeat("S", status.MaxSID+1)), Status: "sent"},
		"not ASCII":  {SID: "SMé", Status: "sent"},
		"line break": {SID: "SM1\n", Status: "sent"},
	} {
		require.ErrorIs(t, o.Validate(), status.ErrInvalid, name)
	}
}

func TestFold(t *testing.T) {
	states, err := status.Fold(append(told(message, "delivered", "sent"), append(told(call, "ringing"), told(message, "read")...)...)...)
	require.NoError(t, err)
	require.Len(t, states, 2)
	equalStates(t, status.Of(told(call, "ringing")[0]), states[0])
	assert.Equal(t, "read", states[1].Status)
	assert.Len(t, states[1].Reports, 3)

	none, err := status.Fold()
	require.NoError(t, err)
	assert.Empty(t, none)
	_, err = status.Fold(told("", "sent")...)
	require.ErrorIs(t, err, status.ErrInvalid)
}

func TestDiff(t *testing.T) {
	a, b := merged(told(message, "sent")...), merged(told(message, "sent", "sent")...)
	require.False(t, a.Equal(b), "seen at another time")
	_, changed := status.Diff(a, b)
	assert.False(t, changed)
	c, changed := status.Diff(a, merged(told(message, "sent", "delivered")...))
	assert.True(t, changed && c.Moved() && c.Ended())
	c, changed = status.Diff(status.State{}, a)
	assert.True(t, changed && c.Moved())
	assert.Equal(t, message, c.SID())
}
