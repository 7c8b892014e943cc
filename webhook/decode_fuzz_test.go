package webhook_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// FuzzDecodeTyped reads forms as the kind they seem to be and as every other
// kind: no panic, and an event that is not refused encodes to what it was
// decoded from, except for empty values.
func FuzzDecodeTyped(f *testing.F) {
	for _, x := range fixtures(f) {
		if x.Body == nil {
			f.Add(form(x.Params), 0)
		}
	}
	f.Add("NumMedia=1000000&MediaUrl9=a&MediaUrl0=&MediaUrl0=b&MessageSid="+messageSID, 1)
	f.Fuzz(func(t *testing.T, body string, which int) {
		v, err := signature.Unverified(newForm(body))
		if err != nil {
			return
		}
		want := url.Values{}
		for name, value := range v.Params() {
			want[name] = append(want[name], value)
		}
		check := func(e webhook.Event, err error) {
			if err != nil {
				require.Nil(t, e)
				return
			}
			got := webhook.Encode(e)
			assertNothingLost(t, want, got, string(e.Kind()))
			for _, p := range webhook.Problems(e) {
				assert.NotEmpty(t, want[p.Param])
			}
			_, text := webhook.EncodeBody(e)
			again, err := url.ParseQuery(string(text))
			require.NoError(t, err)
			assert.Equal(t, got, again)
		}
		check(webhook.Parse(v))
		c := kindCases[uint(which)%uint(len(kindCases))]
		if c.form == "form" {
			check(webhook.DecodeKind(c.kind, v))
		}
	})
}

// FuzzDecodeJSON reads JSON: no panic, the limits hold, and what is not
// refused encodes to the same value.
func FuzzDecodeJSON(f *testing.F) {
	for _, x := range fixtures(f) {
		if x.Body != nil {
			f.Add(string(x.Body), 0)
		}
	}
	for i, c := range kindCases {
		if c.form != "form" {
			v, err := signature.Unverified(c.request(c.params, [2]string{"more", `{"a":[null,1e3]}`}))
			require.NoError(f, err)
			f.Add(string(v.Body()), i)
		}
	}
	f.Add(`[{"specversion":"1.0","type":"com.twilio.x","time":"2024","data":{"a":1}},{"type":1}]`, 0)
	f.Fuzz(func(t *testing.T, body string, which int) {
		v, err := signature.Unverified(newJSON(body))
		if err != nil {
			return
		}
		check := func(e webhook.Event, err error) {
			if err != nil {
				return
			}
			_ = webhook.Problems(e)
			_, text := webhook.EncodeBody(e)
			if !json.Valid([]byte(body)) {
				assert.Equal(t, webhook.KindUnknown, e.Kind())
				return
			}
			assert.Equal(t, plain(t, body), plain(t, string(text)), "%s", e.Kind())
		}
		check(webhook.Parse(v))
		c := kindCases[uint(which)%uint(len(kindCases))]
		if c.form != "form" {
			check(webhook.DecodeKind(c.kind, v))
		}
	})
}

// plain decodes JSON for a comparison. A single event may have stood in an
// array.
func plain(t *testing.T, text string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	if list, ok := v.([]any); ok && len(list) == 1 {
		return list[0]
	}
	return v
}
