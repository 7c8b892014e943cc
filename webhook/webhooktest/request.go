package webhooktest

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// NewRequest returns the request that Twilio would send for e to path, signed
// for [BaseURL] with [AuthToken], ready for ServeHTTP. It is a POST, with the
// query of path if that has one. What Twilio always sends to identify things
// and e leaves empty is filled in: SIDs, account, addresses. What the event
// says, such as its status, is for the test to say. It panics if path does not
// start with a slash.
//
// Equal arguments make equal requests, the I-Twilio-Idempotency-Token
// included, so the second of two is a retry of the first: the way to test
// [webhook.Deduplicate].
//
// It executes nothing. [Twilio.Send] does what Twilio does with the answer.
func NewRequest(path string, e webhook.Event) *http.Request {
	e = complete(e, AccountSID, string(Person), string(Number), func(prefix string) string { return sidOf(prefix, path, string(e.Kind())) })
	contentType, body := webhook.EncodeBody(e)
	if contentType == "application/json" {
		return newRequest(http.MethodPost, path, contentType, body, nil)
	}
	form, _ := url.ParseQuery(string(body))
	return newRequest(http.MethodPost, path, contentType, body, form)
}

// newRequest signs a request and makes it look as if a server had read it.
func newRequest(method, path, contentType string, body []byte, form url.Values) *http.Request {
	if !strings.HasPrefix(path, "/") {
		panic("webhooktest: the path " + strconv.Quote(path) + " does not start with a slash")
	}
	path, _, _ = strings.Cut(path, "#")
	address := BaseURL + path
	var sum string
	switch {
	case method == http.MethodGet:
		sum = signature.Sign(AuthToken, address, nil)
	case contentType == "application/json":
		sum, address = signature.SignBody(AuthToken, address, body)
	default:
		sum = signature.Sign(AuthToken, address, form)
	}
	r, err := http.NewRequest(method, address, strings.NewReader(string(body)))
	if err != nil {
		panic("webhooktest: " + err.Error())
	}
	r.RequestURI = r.URL.RequestURI()
	host := r.URL.Host
	r.URL, err = url.ParseRequestURI(r.RequestURI)
	if err != nil {
		panic("webhooktest: " + err.Error())
	}
	r.Host = host
	r.RemoteAddr = "192.0.2.1:40000"
	r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: host}
	r.Header.Set("User-Agent", "TwilioProxy/1.1")
	r.Header.Set("Accept", "*/*")
	r.Header.Set("X-Twilio-Signature", sum)
	token := sidOf("", path, string(body))
	r.Header.Set("I-Twilio-Idempotency-Token", token[:8]+"-"+token[8:12]+"-4"+token[13:16]+"-a"+token[17:20]+"-"+token[20:])
	if method != http.MethodGet {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// sidOf makes an identifier that is always the same for the same things.
func sidOf(prefix string, of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return prefix + hex.EncodeToString(sum[:16])
}
