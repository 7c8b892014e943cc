package signature_test

import (
	"bytes"
	"encoding/json"
	"fmt"
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

// TestT29ProofPrintsNothing: a Verified in a log line shows no parameter, no
// query, no body and no signature (security review, m4).
func TestT29ProofPrintsNothing(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	r := signedForm("/sms?tenant=squirrel", "Body=zebra&From=%2B15550101")
	p, err := v.Verify(r)
	require.NoError(t, err)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "proof", p, "by value", *p)
	text, err := json.Marshal(p)
	require.NoError(t, err)
	all := log.String() + string(text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		all += fmt.Sprintf(verb, p)
	}
	for _, secret := range []string{"zebra", "15550101", "squirrel", r.Header.Get("X-Twilio-Signature"), fmt.Sprintf("%x", "zebra")} {
		assert.NotContains(t, all, secret)
	}
	assert.Equal(t, `POST "/sms", verified by token "1"`, p.String())
	unverified := signature.UnverifiedForm(url.Values{"Body": {"zebra"}})
	assert.Equal(t, `POST "/", unverified`, fmt.Sprint(unverified))
}

// TestUnverifiedForm: the parameters are those of a request that holds them.
func TestUnverifiedForm(t *testing.T) {
	params := url.Values{"MessageSid": {"SM1"}, "Body": {"a&b", "c"}, "Empty": {""}}
	p := signature.UnverifiedForm(params)
	got := url.Values{}
	for name, value := range p.Params() {
		got.Add(name, value)
	}
	assert.Equal(t, params, got)
	body, err := url.ParseQuery(string(p.Body()))
	require.NoError(t, err)
	assert.Equal(t, params, body)
	assert.Equal(t, "POST", p.Method())
	assert.Equal(t, formCT, p.MediaType())
	assert.Equal(t, signature.Token{}, p.Token())
	assert.Empty(t, p.Algorithm())
	assert.False(t, p.By(newVerifier(t, signature.Config{})))
}

// stalled sends some bytes of a body and then stalls. It records how much
// memory the reader has allocated by then.
type stalled struct {
	left int
	held chan uint64
}

func (s *stalled) Read(p []byte) (int, error) {
	if s.left > 0 {
		n := min(len(p), s.left)
		s.left -= n
		return n, nil
	}
	s.held <- uint64(cap(p))
	return 0, io.ErrUnexpectedEOF
}

func (s *stalled) Close() error { return nil }

// TestT12MemoryOfStalledBodies: a client whose body does not end makes the
// verifier allocate at most 13 KiB, or 17 times what it has sent (security
// review, m3).
func TestT12MemoryOfStalledBodies(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	for _, c := range []struct{ declared, sent int }{{12 << 10, 0}, {12 << 10, 1}, {1 << 20, 0}, {1 << 20, 1}, {1 << 20, 1<<10 + 1}, {1 << 20, 16<<10 + 1}, {1 << 20, 300 << 10}, {-1, 1<<10 + 1}} {
		r := signedForm("/sms", "")
		body := &stalled{c.sent, make(chan uint64, 1)}
		r.Body, r.ContentLength = body, int64(c.declared)
		_, err := v.Verify(r)
		require.ErrorIs(t, err, signature.ErrRead)
		room := <-body.held
		bound := uint64(max(13<<10, 17*c.sent))
		assert.LessOrEqual(t, room+uint64(c.sent), bound, "%+v", c)
	}
}

// TestT10JSONAccountIsInTheURL: the account of a JSON request is the one in its
// URL. The body is not compared (security review, m8).
func TestT10JSONAccountIsInTheURL(t *testing.T) {
	bound := newToken(t, "a", account, benchToken)
	v := newVerifier(t, signature.Config{Tokens: fixed(bound)})
	p, err := v.Verify(signedJSON("/e?AccountSid="+account, `{"AccountSid":"`+other+`"}`))
	require.NoError(t, err)
	assert.Equal(t, account, p.Token().AccountSID)
	_, err = v.Verify(signedJSON("/e?AccountSid="+other, `{"AccountSid":"`+account+`"}`))
	assert.ErrorIs(t, err, signature.ErrAccount)
	_, err = v.Verify(signedJSON("/e", `{"AccountSid":"`+account+`"}`))
	assert.ErrorIs(t, err, signature.ErrAccount)
}

// TestT04HandshakeOnAnyRoute: a WebSocket handshake is accepted on a route whose
// pattern has no method, if it is signed as one, and Methods can refuse it
// (security review, n5).
func TestT04HandshakeOnAnyRoute(t *testing.T) {
	for _, c := range []struct {
		methods []string
		signed  string
		code    int
	}{{nil, "wss", 200}, {nil, "https", 403}, {[]string{"POST"}, "wss", 405}} {
		mux := http.NewServeMux()
		mux.Handle("/both", newVerifier(t, signature.Config{Methods: c.methods}).Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
		r := httptest.NewRequest(http.MethodGet, "/both", nil)
		r.Header.Set("Upgrade", "websocket")
		r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, strings.Replace(base, "https", c.signed, 1)+"/both"))
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		assert.Equal(t, c.code, w.Code)
	}
}

// FuzzSort compares the quick sort of a few parameters with the plain one.
func FuzzSort(f *testing.F) {
	f.Add("b=1&a=2&a=1&a=2&abcdefgh=1&abcdefg=2&abcdefghi=0&=x&%00=1&%FF=2")
	f.Add("MediaUrl10=a&MediaUrl1=b&MediaUrl=c&Body=&Body=a")
	f.Fuzz(func(t *testing.T, text string) {
		quick, plain, ok := signature.SortBoth(text)
		if ok {
			require.Equal(t, plain, quick)
		}
	})
}
