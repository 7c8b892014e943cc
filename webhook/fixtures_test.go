package webhook_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// A fixture is a request of the facts.
type fixture struct {
	Name, Kind, Method, Encoding string
	Params                       [][2]string
	Body                         json.RawMessage
}

// fixtures reads the requests of both files.
func fixtures(t testing.TB) []fixture {
	t.Helper()
	var messaging struct {
		Fixtures []struct {
			Name        string          `json:"name"`
			Kind        string          `json:"kind"`
			Method      string          `json:"method"`
			ContentType string          `json:"content_type"`
			Provenance  string          `json:"provenance"`
			Note        string          `json:"note"`
			Params      [][2]string     `json:"params"`
			JSON        json.RawMessage `json:"json"`
		} `json:"fixtures"`
	}
	var voice struct {
		Meta     json.RawMessage `json:"meta"`
		Fixtures []struct {
			ID         string          `json:"id"`
			Kind       string          `json:"kind"`
			Method     string          `json:"method"`
			Encoding   string          `json:"encoding"`
			Provenance string          `json:"provenance"`
			Note       string          `json:"note"`
			Params     [][2]string     `json:"params"`
			Body       json.RawMessage `json:"body"`
		} `json:"fixtures"`
	}
	require.NoError(t, spec.Decode("fixtures-messaging.json", &messaging))
	require.NoError(t, spec.Decode("fixtures-voice.json", &voice))
	var all []fixture
	for _, f := range messaging.Fixtures {
		encoding := "form"
		if f.JSON != nil {
			encoding = "json"
		}
		all = append(all, fixture{f.Name, f.Kind, f.Method, encoding, f.Params, f.JSON})
	}
	for _, f := range voice.Fixtures {
		all = append(all, fixture{f.ID, f.Kind, f.Method, f.Encoding, f.Params, f.Body})
	}
	require.Len(t, all, 210)
	return all
}

func (f fixture) values() url.Values {
	form := url.Values{}
	for _, p := range f.Params {
		form.Add(p[0], p[1])
	}
	return form
}

// form encodes parameters in the given order.
func form(params [][2]string) string {
	var parts []string
	for _, p := range params {
		parts = append(parts, url.QueryEscape(p[0])+"="+url.QueryEscape(p[1]))
	}
	return strings.Join(parts, "&")
}

// request makes the request of the fixture. A frame of a WebSocket is sent as
// JSON, as someone's proxy might.
func (f fixture) request() *http.Request {
	if f.Body != nil {
		return newJSON(string(f.Body))
	}
	if f.Method == http.MethodGet {
		return httptest.NewRequest(http.MethodGet, "/hook?"+form(f.Params), nil)
	}
	return newForm(form(f.Params))
}

func newForm(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	return r
}

func newJSON(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// unverified reads a request without its signature.
func unverified(t testing.TB, r *http.Request) *signature.Verified {
	t.Helper()
	v, err := signature.Unverified(r)
	require.NoError(t, err)
	return v
}

// kindOf returns the kind that a fixture parses as: its own, unless only the
// URL tells it.
func (f fixture) kindOf() webhook.Kind {
	switch {
	case f.Encoding == "websocket-json":
		return webhook.KindUnknown
	case f.Kind == "MessageActionCallback":
		return webhook.KindMessageStatusCallback
	}
	return webhook.Kind(f.Kind)
}

// TestFixtures parses every request of the facts, and encodes it back.
func TestFixtures(t *testing.T) {
	seen := map[webhook.Kind]bool{}
	for _, f := range fixtures(t) {
		t.Run(f.Name, func(t *testing.T) {
			e, err := webhook.Parse(unverified(t, f.request()))
			require.NoError(t, err)
			require.Equal(t, f.kindOf(), e.Kind())
			seen[e.Kind()] = true
			assert.Empty(t, webhook.Problems(e))
			if f.Body != nil {
				typ, body := webhook.EncodeBody(e)
				assert.Equal(t, "application/json", typ)
				assert.Equal(t, plain(t, string(f.Body)), plain(t, string(body)))
				return
			}
			assertNothingLost(t, f.values(), webhook.Encode(e), f.Name)
			_, body := webhook.EncodeBody(e)
			again, err := url.ParseQuery(string(body))
			require.NoError(t, err)
			assert.Equal(t, webhook.Encode(e), again)
		})
	}
	var without []webhook.Kind
	for _, kind := range webhook.Kinds() {
		if !seen[kind] {
			without = append(without, kind)
		}
	}
	t.Logf("%d of %d kinds have a fixture; without: %v", len(webhook.Kinds())-len(without), len(webhook.Kinds()), without)
}

// TestFixturesReencode decodes what Encode made of a fixture, and wants the
// same event.
func TestFixturesReencode(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.Name, func(t *testing.T) {
			e, err := webhook.Parse(unverified(t, f.request()))
			require.NoError(t, err)
			typ, body := webhook.EncodeBody(e)
			r := newForm(string(body))
			r.Header.Set("Content-Type", typ)
			again, err := webhook.Parse(unverified(t, r))
			require.NoError(t, err)
			assert.Equal(t, e, again)
		})
	}
}
