package webhook_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook"
)

func TestCallbackBuild(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    webhook.Callback
		want string
	}{
		{"bare path", webhook.Callback{URL: "/voice"}, "/voice"},
		{"absolute", webhook.Callback{URL: "https://hooks.example.com/voice"}, "https://hooks.example.com/voice"},
		{"bare host stays without a slash", webhook.Callback{URL: "https://hooks.example.com"}, "https://hooks.example.com"},
		{"credentials and port", webhook.Callback{URL: "https://u:p@hooks.example.com:8443/"}, "https://u:p@hooks.example.com:8443/"},
		{"text is not cleaned", webhook.Callback{URL: "/a//b/../c%2f?x=%7e"}, "/a//b/../c%2f?x=%7e"},
		{"query sorted and escaped", webhook.Callback{URL: "/v", Query: url.Values{"b": {"1 2"}, "a": {"ü&"}}}, "/v?a=%C3%BC%26&b=1+2"},
		{"query appended", webhook.Callback{URL: "/v?x=1", Query: url.Values{"a": {"2"}}}, "/v?x=1&a=2"},
		{"query after a lone mark", webhook.Callback{URL: "/v?", Query: url.Values{"a": {"2"}}}, "/v?a=2"},
		{"query after an open pair", webhook.Callback{URL: "/v?x=1&", Query: url.Values{"a": {"2"}}}, "/v?x=1&a=2"},
		{"repeated parameter", webhook.Callback{URL: "/v", Query: url.Values{"a": {"2", "1"}}}, "/v?a=2&a=1"},
		{"empty value", webhook.Callback{URL: "/v", Query: url.Values{"a": {""}}}, "/v?a="},
		{"name without values", webhook.Callback{URL: "/v", Query: url.Values{"a": nil}}, "/v"},
		{"no retries", webhook.Callback{URL: "/v", Retries: webhook.NoRetries}, "/v#rc=0"},
		{"the brief form", webhook.Callback{URL: "/v", Retries: 3, RetryOn: []webhook.RetryPolicy{webhook.Retry5xx}}, "/v#rc=3&rp=5xx"},
		{"everything", webhook.Callback{
			URL:            "/v",
			Query:          url.Values{"a": {"#"}},
			ConnectTimeout: 100 * time.Millisecond,
			ReadTimeout:    15 * time.Second,
			TotalTimeout:   9500 * time.Millisecond,
			Retries:        5,
			RetryOn:        []webhook.RetryPolicy{webhook.Retry4xx, webhook.RetryRead},
			Edges:          []webhook.Edge{webhook.Dublin, webhook.Dublin, "next-edge"},
			SNI:            true,
		}, "/v?a=%23#ct=100&rt=15000&tt=9500&rc=5&rp=4xx,rt&e=dublin,dublin,next-edge&sni=y"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.c.Build()
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
			assert.Equal(t, tt.want, tt.c.String())
		})
	}
}

func TestCallbackRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, field string
		c           webhook.Callback
	}{
		{"no URL", "URL", webhook.Callback{}},
		{"fragment", "URL", webhook.Callback{URL: "/v#rc=1"}},
		{"empty fragment", "URL", webhook.Callback{URL: "/v#"}},
		{"blank", "URL", webhook.Callback{URL: "/a b"}},
		{"line break", "URL", webhook.Callback{URL: "/a\r\nX: y"}},
		{"other scheme", "URL", webhook.Callback{URL: "ftp://hooks.example.com/"}},
		{"script", "URL", webhook.Callback{URL: "javascript:alert(1)"}},
		{"no host", "URL", webhook.Callback{URL: "https:///v"}},
		{"underscore", "URL", webhook.Callback{URL: "https://my_hooks.example.com/"}},
		{"broken escape", "URL", webhook.Callback{URL: "https://hooks.example.com/%zz"}},
		{"nameless parameter", "Query", webhook.Callback{URL: "/v", Query: url.Values{"": {"1"}}}},
		{"body hash", "Query", webhook.Callback{URL: "/v", Query: url.Values{"bodySHA256": {"1"}}}},
		{"connect too short", "ConnectTimeout", webhook.Callback{URL: "/v", ConnectTimeout: 99 * time.Millisecond}},
		{"connect too long", "ConnectTimeout", webhook.Callback{URL: "/v", ConnectTimeout: 10001 * time.Millisecond}},
		{"connect in microseconds", "ConnectTimeout", webhook.Callback{URL: "/v", ConnectTimeout: 100*time.Millisecond + time.Microsecond}},
		{"read too long", "ReadTimeout", webhook.Callback{URL: "/v", ReadTimeout: time.Minute}},
		{"read negative", "ReadTimeout", webhook.Callback{URL: "/v", ReadTimeout: -time.Second}},
		{"total too long", "TotalTimeout", webhook.Callback{URL: "/v", TotalTimeout: 15001 * time.Millisecond}},
		{"six retries", "Retries", webhook.Callback{URL: "/v", Retries: 6}},
		{"minus two retries", "Retries", webhook.Callback{URL: "/v", Retries: -2}},
		{"policy that adds a setting", "RetryOn", webhook.Callback{URL: "/v", RetryOn: []webhook.RetryPolicy{"5xx&rc=5"}}},
		{"policy twice", "RetryOn", webhook.Callback{URL: "/v", RetryOn: []webhook.RetryPolicy{"5xx", "5xx"}}},
		{"empty edge", "Edges", webhook.Callback{URL: "/v", Edges: []webhook.Edge{""}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := tt.c.Build()
			require.ErrorAs(t, err, new(*webhook.CallbackError))
			assert.Empty(t, text)
			var refused *webhook.CallbackError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, tt.field, refused.Field)
			assert.Panics(t, func() { _ = tt.c.String() })
		})
	}
}

func TestCallbackReportsEveryMistake(t *testing.T) {
	_, err := webhook.Callback{ReadTimeout: 1, Retries: 9}.Build()
	assert.EqualError(t, err, "webhook: callback: URL: is empty\n"+
		"webhook: callback: ReadTimeout: 1ns is not between 100ms and 15s\n"+
		"webhook: callback: Retries: 9 is not between 1 and 5, nor NoRetries")
}

func TestParseCallback(t *testing.T) {
	for _, text := range []string{
		"/v",
		"https://hooks.example.com/v?a=1&b=%20",
		"/v#rc=0",
		"/v?a=1#ct=100&rt=15000&tt=9500&rc=5&rp=4xx,rt&e=dublin,tokyo&sni=y",
	} {
		c, err := webhook.ParseCallback(text)
		require.NoError(t, err, text)
		assert.Equal(t, text, c.String())
	}
	for _, tt := range []struct{ text, field string }{
		{"/v#ct=99", "ConnectTimeout"},
		{"/v#ct=", "ConnectTimeout"},
		{"/v#ct=99999999999999999999", "ConnectTimeout"},
		{"/v#rt=0", "ReadTimeout"},
		{"/v#tt=1s", "TotalTimeout"},
		{"/v#rc=6", "Retries"},
		{"/v#rc=-1", "Retries"},
		{"/v#rc=1&rc=2", "Retries"},
		{"/v#rp=", "RetryOn"},
		{"/v#e=Dublin", "Edges"},
		{"/v#sni=maybe", "SNI"},
		{"/v#top", "URL"},
		{"", "URL"},
	} {
		_, err := webhook.ParseCallback(tt.text)
		var refused *webhook.CallbackError
		require.ErrorAs(t, err, &refused, tt.text)
		assert.Equal(t, tt.field, refused.Field, tt.text)
	}
}

// What ParseCallback accepts, Build writes so that it is read the same again.
func FuzzParseCallback(f *testing.F) {
	f.Add("/v#ct=100&rp=5xx,ct")
	f.Add("https://hooks.example.com/a?b=c#e=dublin&sni=n")
	f.Add("/v#rc=0")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := webhook.ParseCallback(text)
		if err != nil {
			return
		}
		again, err := webhook.ParseCallback(c.String())
		require.NoError(t, err)
		assert.Equal(t, c, again)
	})
}

type order struct {
	ID    int64         `query:"order"`
	Lang  string        `query:"lang"`
	Hold  time.Duration `query:"hold"`
	Since time.Time     `query:"since"`
	Tags  []string      `query:"tag"`
	Tries []uint8       `query:"try"`
	VIP   bool
	Share float32 `query:"share"`
	Note  string  `query:"-"`
	notes string
}

func TestQueryComesBack(t *testing.T) {
	sent := order{
		ID: -4711, Lang: "pt BR&", Hold: 90 * time.Second, Tags: []string{"a", "", "b"}, Tries: []uint8{0, 255},
		Since: time.Date(2026, 11, 25, 2, 5, 23, 0, time.UTC), VIP: true, Share: 0.25, Note: "stays", notes: "here",
	}
	text := webhook.Callback{URL: "/menu", Query: webhook.EncodeQuery(sent)}.String()
	assert.Equal(t, "/menu?VIP=true&hold=1m30s&lang=pt+BR%26&order=-4711&share=0.25&since=2026-11-25T02%3A05%3A23Z&tag=a&tag=&tag=b&try=0&try=255", text)

	u, err := url.Parse(text)
	require.NoError(t, err)
	got, err := webhook.DecodeQuery[order](u.Query())
	require.NoError(t, err)
	sent.Note, sent.notes = "", ""
	assert.Equal(t, sent, got)
}

func TestQueryLeavesZerosOut(t *testing.T) {
	assert.Empty(t, webhook.EncodeQuery(order{}))
	got, err := webhook.DecodeQuery[order](url.Values{"utm_source": {"x"}, "lang": {"de", "en"}})
	require.NoError(t, err)
	assert.Equal(t, order{Lang: "de"}, got)
}

func TestQueryErrorsHoldNoValue(t *testing.T) {
	_, err := webhook.DecodeQuery[order](url.Values{
		"order": {"MARKER"}, "hold": {"MARKER"}, "since": {"MARKER"}, "try": {"1", "256"}, "VIP": {"MARKER"}, "share": {"1e99"},
	})
	assert.EqualError(t, err, `webhook: query: "order": is no int64
webhook: query: "hold": is no time.Duration
webhook: query: "since": is no time.Time
webhook: query: "try": is out of the range of uint8
webhook: query: "VIP": is no bool
webhook: query: "share": is out of the range of float32`)
	require.ErrorAs(t, err, new(*webhook.QueryError))
}

func TestQueryPanicsForWhatCannotBeSent(t *testing.T) {
	assert.Panics(t, func() { webhook.EncodeQuery(42) })
	assert.PanicsWithValue(t, "webhook: a query is made from a struct, not from nil", func() { webhook.EncodeQuery(nil) })
	assert.Panics(t, func() { webhook.EncodeQuery(struct{ M map[string]string }{}) })
	assert.Panics(t, func() { _, _ = webhook.DecodeQuery[struct{ N [][]string }](nil) })
}
