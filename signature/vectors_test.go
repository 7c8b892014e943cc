package signature_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/form"
	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/signature"
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

// split splits the URL into the configured and the requested part.
func (v vector) split() (base, target string) {
	scheme, rest, _ := strings.Cut(v.URL, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		return scheme + "://" + rest[:i], rest[i:]
	}
	return v.URL, ""
}

// request returns the request as it arrives. The target is in absolute form,
// since HTTP has no other way to write a URL without a path.
func (v vector) request() *http.Request {
	_, target := v.split()
	r := httptest.NewRequest(v.Method, "http://internal.example.com/", strings.NewReader(v.body()))
	r.RequestURI = "http://internal.example.com" + target
	if v.ContentType != "" {
		r.Header.Set("Content-Type", v.ContentType)
	}
	if v.Signature != "" {
		r.Header["X-Twilio-Signature"] = []string{v.Signature}
	}
	return r
}

// verifier returns a verifier for the vector's URL and token. The vectors
// assume no content rules: they use short SIDs and arbitrary names.
func (v vector) verifier(lenient bool) (*signature.Verifier, error) {
	base, _ := v.split()
	return signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(v.AuthToken), Lenient: lenient})
}

// ours is our answer where the vectors leave it open, and why.
var ours = map[string]struct {
	accept bool
	why    string
}{
	"published-apostrophe-in-query":        {false, "the query was encoded again; the text is never rewritten"},
	"published-csharp-mixed-case-negative": {false, "the host is compared as written"},
	"published-java-unicode-url":           {true, "the text is signed as it is"},
	"port-empty-port":                      {true, "a port, empty or not, is tried with and without"},
	"port-leading-zero-port":               {true, "exact"},
	"port-port-zero":                       {true, "exact"},
	"port-no-path-slash":                   {false, "the slash was requested and is not in the configured URL"},
	"scheme-upper":                         {true, "exact"},
	"scheme-upper-443":                     {true, "the default port, whatever the case of the scheme"},
	"host-idn-unicode-vs-puny":             {false, "no conversion of host names"},
	"path-percent-decoded":                 {false, "the path is not decoded"},
	"query-plus-vs-pct20":                  {false, "the query is not encoded again"},
	"query-apostrophe-escaped-vs-raw":      {false, "the query is not decoded"},
	"query-apostrophe-raw-vs-escaped":      {false, "the query is not encoded again"},
	"query-sip-escaped-vs-raw":             {false, "the query is not decoded"},
	"query-brackets-escaped-vs-raw":        {false, "the query is not decoded"},
	"query-utf8-raw-vs-escaped":            {false, "the query is not encoded again"},
	"query-empty-query-dropped":            {false, "the question mark is part of the text"},
	"query-double-amp-collapsed":           {false, "empty pairs are part of the text"},
	"query-lower-escape-vs-upper":          {false, "the case of escapes is part of the text"},
	"query-star-escaped-vs-raw":            {false, "the query is not decoded"},
	"userinfo-dropped-https":               {true, "user information is tried with and without"},
	"userinfo-dropped-http-port":           {true, "user information is tried with and without"},
	"fragment-dropped":                     {false, "a fragment in a request target is literal text; in BaseURL it is removed"},
	"fragment-dropped-query":               {false, "a fragment in a request target is literal text; in BaseURL it is removed"},
	"fragment-443":                         {true, "the text as it was requested, with the default port"},
	"params-utf16-vs-utf8-order":           {true, "names sort as bytes"},
	"params-utf16-vs-utf8-order-16":        {false, "names sort as bytes"},
	"params-latin1-bytes":                  {true, "lenient: the byte is signed as it is; strict refuses it"},
	"params-latin1-replaced":               {false, "no byte is replaced"},
	"params-bad-escape":                    {true, "lenient: the escape is text; strict refuses it"},
	"get-double-hash":                      {true, "a GET has no body, so its hash, twice the same, does not matter"},
	"get-with-form-body-ignored":           {false, "the body of a GET is not signed"},
	"body-hash-upper":                      {true, "the case of the digits does not change the hash"},
	"form-hash-url-only":                   {true, "the hash binds the body as the parameters would"},
	"form-hash-wrong-params-signed":        {false, "a hash must be right if there is one, in every mode (T06)"},
	"confuse-split-value":                  {true, "indistinguishable once the rules about content are lifted"},
	"confuse-shift-boundary":               {true, "indistinguishable here; decoding misses Body"},
	"confuse-post-as-get":                  {true, "indistinguishable if GET is accepted; routes name their method"},
	"confuse-post-as-get-path":             {true, "indistinguishable if GET is accepted; routes name their method"},
	"confuse-get-as-post-split":            {true, "indistinguishable once the rules about content are lifted"},
	"ws-trailing-slash-signed":             {false, "a slash is never added; the diagnosis tells"},
}

func (v vector) accepted(t *testing.T) bool {
	switch v.Expect {
	case "valid":
		return true
	case "invalid":
		return false
	case "implementation-defined":
		choice, ok := ours[v.Name]
		require.True(t, ok, "%s is implementation-defined and not listed here", v.Name)
		return choice.accept
	}
	t.Fatalf("%s: unknown expectation %q", v.Name, v.Expect)
	return false
}

// TestSignatureVectors passes each vector to Verify, to the middleware, and to
// the signer, which must produce what the verifier accepts.
func TestSignatureVectors(t *testing.T) {
	all := vectors(t)
	good, signed := 0, 0
	for _, v := range all {
		ok := t.Run(v.Name, func(t *testing.T) {
			want := v.accepted(t)
			verifier, err := v.verifier(true)
			if err != nil {
				require.False(t, want, "refused at construction: %v", err)
				return
			}

			proof, err := verifier.Verify(v.request())
			assert.Equal(t, want, err == nil, "Verify: %v (%s)", err, v.Why)
			assert.Equal(t, want, proof != nil)

			called := false
			answer := httptest.NewRecorder()
			verifier.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				called = true
				got, ok := signature.FromContext(r.Context())
				assert.True(t, ok)
				assertParams(t, v, got)
				w.WriteHeader(http.StatusNoContent)
			})).ServeHTTP(answer, v.request())
			assert.Equal(t, want, called, "Handler")
			assert.Equal(t, want, answer.Code == http.StatusNoContent)
			assert.Zero(t, answer.Body.Len())
		})
		if ok {
			good++
		}
		if v.Expect == "valid" && v.Method == http.MethodPost && !strings.HasPrefix(v.ContentType, "application/x-www-form-urlencoded") {
			continue // the signer would add the hash again
		}
		if v.Expect == "valid" {
			signed++
			t.Run(v.Name+"/signer", func(t *testing.T) {
				assert.Equal(t, v.Signature, v.sign(t))
			})
		}
	}
	t.Logf("%d of %d vectors as expected; %d signatures computed", good, len(all), signed)
	for _, v := range all {
		if v.Expect == "implementation-defined" {
			verdict := "refused"
			if ours[v.Name].accept {
				verdict = "accepted"
			}
			t.Logf("our choice: %-38s %-8s %s", v.Name, verdict, ours[v.Name].why)
		}
	}
	for name := range ours {
		assert.True(t, strings.Contains(namesOf(all), "\n"+name+"\n"), "%s is not a vector", name)
	}
}

func namesOf(all []vector) string {
	names := "\n"
	for _, v := range all {
		names += v.Name + "\n"
	}
	return names
}

// sign computes the signature of the signed URL with our signer.
func (v vector) sign(t *testing.T) string {
	t.Helper()
	if v.SignedString == "" {
		t.Skip("what was signed is not stated")
	}
	values, err := url.ParseQuery(v.body())
	if v.Method == http.MethodGet {
		values, err = nil, nil
	}
	require.NoError(t, err)
	var params string
	// The signed text ends in the parameters; the URL is what precedes them.
	if len(values) > 0 {
		full := signedParams(v)
		require.True(t, strings.HasSuffix(v.SignedString, full), "the statement of the vector")
		params = full
	}
	return signature.Sign(v.AuthToken, strings.TrimSuffix(v.SignedString, params), values)
}

// signedParams writes the parameters as they are signed, slowly.
func signedParams(v vector) string {
	pairs, _ := form.Parse(v.body(), form.Limits{Lenient: true})
	return slowCanonical(pairs)
}

// assertParams compares what the handler sees with what was sent.
func assertParams(t *testing.T, v vector, p *signature.Verified) {
	t.Helper()
	text := ""
	switch {
	case v.Method == http.MethodGet:
		_, text, _ = strings.Cut(v.URL, "?")
	case strings.HasPrefix(v.ContentType, "application/x-www-form-urlencoded"):
		text = v.body()
	}
	want, _ := form.Parse(text, form.Limits{Lenient: true})
	i := 0
	for name, value := range p.Params() {
		if assert.Less(t, i, len(want)) {
			assert.Equal(t, want[i], form.Pair{Name: name, Value: value})
		}
		i++
	}
	assert.Equal(t, len(want), i)
}

// TestT01EachBit flips each of the 160 bits of a right signature.
func TestT01EachBit(t *testing.T) {
	p := postForm(smsForm("hi"))
	v := benchVerifier(t)
	_, err := v.Verify(p.again())
	require.NoError(t, err)
	right := decodeSignature(t, p.Header.Get("X-Twilio-Signature"))
	require.Len(t, right, 20)
	for bit := range 160 {
		wrong := append([]byte(nil), right...)
		wrong[bit/8] ^= 1 << (bit % 8)
		p.Header.Set("X-Twilio-Signature", encodeSignature(wrong))
		_, err := v.Verify(p.again())
		require.ErrorIs(t, err, signature.ErrMismatch, "bit %d", bit)
	}
}

// TestDiagnosisVectors compares the first finding for each refused vector with
// the stated cause.
func TestDiagnosisVectors(t *testing.T) {
	// If the search cannot know, one of its general findings must be the stated
	// cause.
	unknowable := map[string]bool{"query-missing": true, "params-lowercase-filter": true}
	// Cases in which we say more than the vector.
	more := map[string]string{
		"body-json-signed-as-text": "body-hash-missing", // stated as nothing to find
	}
	asked, right := 0, 0
	for _, v := range vectors(t) {
		if v.Diagnosis == "" {
			continue
		}
		asked++
		ok := t.Run(v.Name, func(t *testing.T) {
			verifier, err := v.verifier(true)
			if err != nil {
				assert.ErrorContains(t, err, "Config.Tokens")
				return
			}
			findings := verifier.Diagnose(v.request())
			if v.accepted(t) {
				assert.Empty(t, findings, "it verifies")
				return
			}
			require.NotEmpty(t, findings)
			want := v.Diagnosis
			if label, ok := more[v.Name]; ok {
				want = label
			}
			if unknowable[v.Name] {
				assert.Contains(t, labels(findings), want)
				return
			}
			assert.Equal(t, want, labels(findings)[0], "%v", findings)
			for _, f := range findings {
				assert.NotEmpty(t, f.Remedy)
				assert.NotContains(t, f.String(), v.AuthToken+" ")
				assert.NotContains(t, f.String(), "+1500555")
			}
		})
		if ok {
			right++
		}
	}
	t.Logf("%d of %d causes named", right, asked)
}

func labels(findings []signature.Finding) (list []string) {
	for _, f := range findings {
		label, _, _ := strings.Cut(f.Cause, ":")
		list = append(list, label)
	}
	return list
}

// TestEveryRefusedVectorIsExplained: each refusal comes with advice.
func TestEveryRefusedVectorIsExplained(t *testing.T) {
	for _, v := range vectors(t) {
		verifier, err := v.verifier(true)
		if err != nil {
			continue
		}
		r := v.request()
		_, refused := verifier.Verify(r)
		findings := verifier.Diagnose(r)
		assert.Equal(t, refused == nil, len(findings) == 0, v.Name)
	}
}
