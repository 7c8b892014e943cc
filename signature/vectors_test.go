package signature_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ringback-go/ringback/internal/form"
	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/signature"
	"github.com/stretchr/testify/require"
)

// vector is a case of internal/spec/vectors/signature.json.
type vector struct {
	Name         string
	Category     string
	AuthToken    string `json:"auth_token"`
	Method       string
	URL          string
	ContentType  string `json:"content_type"`
	Signature    string
	SDKVerdicts  map[string]any `json:"sdk_verdicts"`
	Expect, Why  string
	Source       string
	Params       [][2]string
	Body         *string
	SignedString string `json:"signed_string"`
	SignedHex    string `json:"signed_hex"`
	Strict       string
	Diagnosis    string
}

// body returns the raw body.
func (v vector) body() string {
	if v.Body != nil {
		return *v.Body
	}
	var b []byte
	for _, p := range v.Params {
		b = form.Append(b, form.Pair{Name: p[0], Value: p[1]})
	}
	return string(b)
}

func vectors(t testing.TB) []vector {
	t.Helper()
	var file struct {
		Meta    any
		Vectors []vector
	}
	require.NoError(t, spec.Decode("vectors/signature.json", &file))
	require.NotEmpty(t, file.Vectors)
	return file.Vectors
}

func TestSmoke(t *testing.T) {
	bad := 0
	for _, v := range vectors(t) {
		body := ""
		if v.Body != nil {
			body = *v.Body
		} else {
			var b []byte
			for _, p := range v.Params {
				b = form.Append(b, form.Pair{Name: p[0], Value: p[1]})
			}
			body = string(b)
		}
		scheme, rest, _ := strings.Cut(v.URL, "://")
		i := strings.IndexAny(rest, "/?#")
		if i < 0 {
			i = len(rest)
		}
		ver, err := signature.New(signature.Config{BaseURL: scheme + "://" + rest[:i], Tokens: signature.Tokens(v.AuthToken), Lenient: true})
		ok := err == nil
		if ok {
			r := httptest.NewRequest(v.Method, "https://x.example/", strings.NewReader(body))
			r.RequestURI = "https://x.example" + rest[i:]
			if v.ContentType != "" {
				r.Header.Set("Content-Type", v.ContentType)
			}
			r.Header["X-Twilio-Signature"] = []string{v.Signature}
			_, err = ver.Verify(r)
			ok = err == nil
		}
		if (v.Expect == "valid") != ok && v.Expect != "implementation-defined" {
			bad++
			t.Errorf("%s: expect %s got %v", v.Name, v.Expect, err)
		}
		if v.Expect == "implementation-defined" {
			t.Log(v.Name, v.Strict, ok, err)
		}
	}
	_ = url.Values{}
}
