package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Sign returns the signature of a request as Twilio computes it, for tests and
// for tools: of a form POST to url, or with nil params of a GET or a WebSocket
// handshake, whose parameters are in the query. The fragment of url is not
// signed. Sign shares no code with [Verifier.Verify], so that one can be
// tested against the other.
func Sign(secret, url string, params url.Values) string {
	url, _, _ = strings.Cut(url, "#")
	var b strings.Builder
	b.WriteString(url)
	for _, name := range slices.Sorted(maps.Keys(params)) {
		for _, value := range slices.Compact(slices.Sorted(slices.Values(params[name]))) {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// SignBody returns the signature of a POST whose body is no form, such as
// JSON, and the URL that it has to be sent to: url with the body's hash added
// to the query as bodySHA256, without the fragment.
func SignBody(secret, url string, body []byte) (signature, signedURL string) {
	url, _, _ = strings.Cut(url, "#")
	sum := sha256.Sum256(body)
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	signedURL = url + separator + hashName + "=" + hex.EncodeToString(sum[:])
	return Sign(secret, signedURL, nil), signedURL
}
