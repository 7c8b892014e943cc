package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Sign returns the signature of a request as Twilio computes it, for tests and
// tools. It signs a form POST to url or, with nil params, a GET or a WebSocket
// handshake, whose parameters are in the query. The fragment of url is not
// signed. Sign shares no code with [Verifier.Verify], so that each can be
// tested against the other.
func Sign(secret, url string, params url.Values) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(signedText(url, params)))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func signedText(url string, params url.Values) string {
	url, _, _ = strings.Cut(url, "#")
	var b strings.Builder
	b.WriteString(url)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		for _, value := range slices.Compact(slices.Sorted(slices.Values(params[name]))) {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	return b.String()
}

// SignBody returns the signature of a POST whose body is not a form, such as
// JSON, and the URL to send it to: url without its fragment, with the body's
// hash added to the query as bodySHA256.
func SignBody(secret, url string, body []byte) (signature, signedURL string) {
	signedURL = withHash(url, body)
	return Sign(secret, signedURL, nil), signedURL
}

// withHash adds the hash of body to the query of url.
func withHash(url string, body []byte) string {
	url, _, _ = strings.Cut(url, "#")
	sum := sha256.Sum256(body)
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	return url + separator + hashName + "=" + hex.EncodeToString(sum[:])
}

// Headers are the signature headers of a request.
type Headers struct {
	// Signature is the value of X-Twilio-Signature.
	Signature string

	// Settings is the value of X-Twilio-Webhooks-Signature-Settings, which
	// names the shared key that signed. It is "" for an auth token.
	Settings string
}

// HeadersOf returns the signature headers of a request. Tools that forward or
// repeat a request must pass on both.
func HeadersOf(h http.Header) Headers {
	return Headers{h.Get(headerName), h.Get(settingsName)}
}

// Set replaces both headers in to and deletes those that are "".
func (h Headers) Set(to http.Header) {
	for name, value := range map[string]string{headerName: h.Signature, settingsName: h.Settings} {
		if value == "" {
			to.Del(name)
		} else {
			to.Set(name, value)
		}
	}
}

// Sign returns the headers that Twilio would send, like [Sign] does for an auth
// token. A shared key signs with its first algorithm. Sign panics if t is the
// zero Token.
func (t Token) Sign(url string, params url.Values) Headers {
	if t.key == nil {
		panic("signature: Sign of the zero Token")
	}
	a, settings := SHA1, ""
	if t.Shared() {
		a = t.key.algorithms[0]
		settings = "algorithm=" + string(a)
		if t.key.id != "" {
			settings = "key=" + t.key.id + "," + settings
		}
	}
	pool := t.key.macs(a.length())
	m := pool.Get().(*mac)
	defer pool.Put(m)
	return Headers{Signature: string(m.sign([]byte(signedText(url, params)), a.length())), Settings: settings}
}

// SignBody returns the headers of a POST whose body is not a form, and the URL
// to send it to, like the function [SignBody]. It panics if t is the zero
// Token.
func (t Token) SignBody(url string, body []byte) (h Headers, signedURL string) {
	signedURL = withHash(url, body)
	return t.Sign(signedURL, nil), signedURL
}
