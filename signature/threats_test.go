package signature_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
)

// TestT04MethodConfusion mounts the middleware in the usual ways.
func TestT04MethodConfusion(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	var body []byte
	h := v.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	mux := http.NewServeMux()
	mux.Handle("/any", h)
	mux.Handle("POST /post", h)
	mux.Handle("GET /get", h)
	both := newVerifier(t, signature.Config{Methods: []string{"GET", "POST"}})
	mux.Handle("/both", both.Handler(h))
	for _, tt := range []struct {
		name string
		r    *http.Request
		code int
	}{
		{"POST where nothing is said", signedForm("/any", "a=1"), 204},
		{"GET where nothing is said", signedGet("/any?a=1"), 405},
		{"POST where POST is routed", signedForm("/post", "a=1"), 204},
		{"GET where POST is routed", signedGet("/post?a=1"), 405},
		{"GET where GET is routed", signedGet("/get?a=1"), 204},
		{"POST where GET is routed", signedForm("/get", "a=1"), 405},
		{"GET where both are asked for, inner rule POST", signedGet("/both?a=1"), 405},
		{"POST where both are asked for", signedForm("/both", "a=1"), 204},
	} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, tt.r)
		assert.Equal(t, tt.code, w.Code, tt.name)
	}

	// Headers that override the method change nothing.
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"} {
		r := signedForm("/post", "a=1")
		r.Header.Set(name, "GET")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		assert.Equal(t, 204, w.Code)
		assert.Equal(t, "a=1", string(body))
	}

	// A GET has no body for the handler, even if its hash covers it.
	get := signedJSON("/get", "hello")
	get.Method = http.MethodGet
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, get)
	assert.Equal(t, 204, w.Code)
	assert.Empty(t, body)
}

// TestT05ParameterPollution: the handler reads what was verified, from the body
// alone.
func TestT05ParameterPollution(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	r := signedForm("/sms?Body=query&From=query&Extra=1", "Body=b&Num=two&Num=one&Num=two&body=lower&Ids%5B%5D=1&Ids%5B%5D=2")
	w := httptest.NewRecorder()
	v.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		p, ok := signature.FromContext(r.Context())
		require.True(t, ok)
		var got []string
		for name, value := range p.Params() {
			got = append(got, name+"="+value)
		}
		assert.Equal(t, []string{"Body=b", "Num=two", "Num=one", "Num=two", "body=lower", "Ids[]=1", "Ids[]=2"}, got)
		first, ok := p.Param("Num")
		assert.True(t, ok)
		assert.Equal(t, "two", first)
		for _, name := range []string{"From", "Extra", "BODY", "Ids"} {
			_, ok = p.Param(name)
			assert.False(t, ok, name)
		}
		assert.Equal(t, url.Values{"Body": {"query"}, "From": {"query"}, "Extra": {"1"}}, p.Query())
		assert.Nil(t, r.Form)
		require.NoError(t, r.ParseForm())
		assert.Equal(t, []string{"two", "one", "two"}, r.PostForm["Num"], "the body can be parsed again")
		for range p.Params() {
			break
		}
	})).ServeHTTP(w, r)
	assert.Equal(t, 200, w.Code)

	// Each value of a repeated name is signed: one more, one less, another.
	for _, body := range []string{"Num=one&Num=two&Num=three", "Num=two", "Num=one&Num=tw0"} {
		r := signedForm("/sms", body)
		signText(r, base+"/sms", "Num=one&Num=two")
		_, err := v.Verify(r)
		assert.ErrorIs(t, err, signature.ErrMismatch, body)
	}
}

// TestT05ParsedBefore: a middleware that parses the form and restores the body
// does not change what the handler sees.
func TestT05ParsedBefore(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	r := signedForm("/sms?Body=query", "Body=real")
	r.Form = url.Values{"Body": {"forged"}}
	r.PostForm = r.Form
	v.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "real", r.PostFormValue("Body"))
	})).ServeHTTP(httptest.NewRecorder(), r)
	assert.Equal(t, "forged", r.Form.Get("Body"), "the caller's request is left alone")
}

// TestT06BodyNotCovered: a signature over the URL alone never accepts a body
// that nothing covers, whatever its type.
func TestT06BodyNotCovered(t *testing.T) {
	for _, lenient := range []bool{false, true} {
		v := newVerifier(t, signature.Config{Lenient: lenient})
		for _, typ := range []string{"", "application/json", "text/plain", "application/octet-stream", "application/cloudevents+json", "multipart/form-data; boundary=b",
			"application/x-www-form-urlencoded, application/json", "text/json", "x", ";"} {
			r := httptest.NewRequest(http.MethodPost, "/e", strings.NewReader(`{"a":1}`))
			if typ != "" {
				r.Header.Set("Content-Type", typ)
			}
			signText(r, base+"/e", "")
			_, err := v.Verify(r)
			assert.Error(t, err, typ)
			assert.NotErrorIs(t, err, signature.ErrMismatch, typ)
		}
		// A JSON request replayed as an empty form.
		r := signedJSON("/e", `{"a":1}`)
		r.Header.Set("Content-Type", formCT)
		r.Body, r.ContentLength = http.NoBody, 0
		_, err := v.Verify(r)
		assert.ErrorIs(t, err, signature.ErrBodyHash)
	}
}

// TestT06WholeHash: every digit of bodySHA256 counts, and nothing else is
// accepted.
func TestT06WholeHash(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	const body = `{"a":1}`
	sum := sha256.Sum256([]byte(body))
	hash := hex.EncodeToString(sum[:])
	verify := func(hash string) error {
		target := "/e?bodySHA256=" + hash
		r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		signText(r, base+target, "")
		_, err := v.Verify(r)
		return err
	}
	require.NoError(t, verify(hash))
	require.NoError(t, verify(strings.ToUpper(hash)))
	for i := range len(hash) {
		other := byte('0')
		if hash[i] == other {
			other = '1'
		}
		assert.ErrorIs(t, verify(hash[:i]+string(other)+hash[i+1:]), signature.ErrBodyHash, "digit %d", i)
	}
	for _, wrong := range []string{hash[:63], hash + "0", hash + hash, "0x" + hash, hash[1:] + "+"} {
		assert.ErrorIs(t, verify(wrong), signature.ErrBodyHash, wrong)
	}
}

// TestT11MalformedForms: a form with a broken escape is refused as a whole, or
// verified as the literal text; no part is ever dropped. A semicolon and bytes
// that are not UTF-8 have one reading and are data.
func TestT11MalformedForms(t *testing.T) {
	strict := newVerifier(t, signature.Config{})
	lenient := newVerifier(t, signature.Config{Lenient: true})
	for body, want := range map[string]struct {
		name, value string
		strict      bool
	}{
		"Body=50%":          {"Body", "50%", false},
		"Body=%zz&From=x":   {"Body", "%zz", false},
		"Body=hi&%4=&Note=": {"%4", "", false},
		"Body=a;From=b":     {"Body", "a;From=b", true},
		"Body;x=a":          {"Body;x", "a", true},
		"Body=na%EFve":      {"Body", "na\xefve", true},
		"Body=%ED%A0%80":    {"Body", "\xed\xa0\x80", true},
		"Body=\xff":         {"Body", "\xff", true},
	} {
		_, err := strict.Verify(signedForm("/sms", body))
		if want.strict {
			assert.NoError(t, err, body)
		} else {
			assert.ErrorIs(t, err, signature.ErrForm, body)
		}
		p, err := lenient.Verify(signedForm("/sms", body))
		if assert.NoError(t, err, body) {
			got, ok := p.Param(want.name)
			assert.True(t, ok, body)
			assert.Equal(t, want.value, got, body)
		}
		// A genuine form with the bad part added is refused by both.
		r := signedForm("/sms", "Body=hi&"+body)
		signText(r, base+"/sms", "Body=hi")
		_, err = lenient.Verify(r)
		assert.ErrorIs(t, err, signature.ErrMismatch, body)
	}
}

// claimed is a body that sends one byte and then waits. It records the size of
// the reader's buffer.
type claimed struct {
	sent  bool
	rooms []int
}

func (c *claimed) Read(p []byte) (int, error) {
	c.rooms = append(c.rooms, len(p))
	if !c.sent {
		c.sent = true
		p[0] = 'a'
		return 1, nil
	}
	return 0, errors.New("stalled")
}

func (c *claimed) Close() error { return nil }

// TestT12ClaimedSizes: memory grows with what was sent, not with what was
// declared.
func TestT12ClaimedSizes(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	for _, claim := range []int64{64 << 10, 1 << 20, -1} {
		r := signedForm("/sms", "")
		body := new(claimed)
		r.Body, r.ContentLength = body, claim
		_, err := v.Verify(r)
		require.ErrorIs(t, err, signature.ErrRead)
		for _, room := range body.rooms {
			assert.LessOrEqual(t, room, 1<<10, "claimed %d", claim)
		}
	}
	r := signedForm("/sms", "")
	body := new(claimed)
	r.Body, r.ContentLength = body, 1<<20+1
	_, err := v.Verify(r)
	require.ErrorIs(t, err, signature.ErrTooLarge)
	assert.Empty(t, body.rooms, "a declared oversize is refused unread")

	// Nothing is read from strangers without the right header.
	r = signedForm("/sms", "")
	r.Header.Set("X-Twilio-Signature", "x")
	r.Body, r.ContentLength = body, 10
	_, err = v.Verify(r)
	require.ErrorIs(t, err, signature.ErrHeader)
	assert.Empty(t, body.rooms)

	// Nor is a body that nothing would cover.
	r = signedForm("/sms", "")
	r.Header.Set("Content-Type", "application/json")
	r.Body, r.ContentLength = body, 10
	_, err = v.Verify(r)
	require.ErrorIs(t, err, signature.ErrBodyUnsigned)
	assert.Empty(t, body.rooms)
}

// TestT12LimitsComeFirst: a form over the limit costs no hashing and no
// sorting.
func TestT12LimitsComeFirst(t *testing.T) {
	var n int
	v := newVerifier(t, signature.Config{Tokens: fixed(signature.Counting(newToken(t, "", "", benchToken), &n))})
	for _, body := range []string{strings.Repeat("a=1&", 1001), strings.Repeat("&a=1", 10_001)} {
		_, err := v.Verify(signedForm("/sms", body))
		assert.ErrorIs(t, err, signature.ErrTooLarge)
	}
	assert.Zero(t, n)
	_, err := v.Verify(signedForm("/sms", strings.Repeat("a=1&", 1000)))
	assert.NoError(t, err)
}

// TestT29Logs: the usual log line about a refusal holds nothing private.
func TestT29Logs(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, nil))
	v := newVerifier(t, signature.Config{Refused: func(r *http.Request, err *signature.Error) {
		logger.Warn("webhook refused", "path", r.URL.Path, "error", err)
	}})
	h := v.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called") }))
	for _, body := range []string{"Body=marker%0Aforged&From=%2B15550101", "marker=%zz&From=%2B15550101", "AccountSid=marker", "mar+ker=1", "a;marker"} {
		r := signedForm("/sms", body)
		signText(r, base+"/other", body)
		h.ServeHTTP(httptest.NewRecorder(), r)
		for _, f := range v.Diagnose(r) {
			logger.Warn("diagnosis", "finding", f)
		}
	}
	assert.Positive(t, strings.Count(out.String(), "\n"))
	for _, marker := range []string{"marker", "mar ker", "5550101", benchToken, "\nforged"} {
		assert.NotContains(t, out.String(), marker)
	}
}

// TestFromContextOutside: there is no proof where there was no verifier.
func TestFromContextOutside(t *testing.T) {
	p, ok := signature.FromContext(context.Background())
	assert.False(t, ok)
	assert.Nil(t, p)

	type key struct{}
	v := newVerifier(t, signature.Config{})
	r := signedForm("/sms", "a=1")
	r = r.WithContext(context.WithValue(r.Context(), key{}, "kept"))
	v.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "kept", r.Context().Value(key{}))
		_, ok := signature.FromContext(r.Context())
		assert.True(t, ok)
	})).ServeHTTP(httptest.NewRecorder(), r)
}
