package remote

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringback-go/ringback/signature"
)

// sharedKeyPrefix begins the id of every shared key.
const sharedKeyPrefix = "webhooks_sharedkey_"

// ParseToken reads an auth token, or a shared key: its id, a colon and its
// secret. A shared key signs with HMAC_SHA256.
func ParseToken(text string) (signature.Token, error) {
	if id, secret, ok := strings.Cut(text, ":"); ok && strings.HasPrefix(id, sharedKeyPrefix) {
		return signature.NewSharedKey(id, secret)
	}
	return signature.NewToken("1", text)
}

// Signed returns a transport that signs requests with a shared key and passes
// them to next. For an auth token it returns next, because the engine has
// signed the requests.
func Signed(next http.RoundTripper, key signature.Token) http.RoundTripper {
	if !key.Shared() {
		return next
	}
	return signer{next, key}
}

type signer struct {
	next http.RoundTripper
	key  signature.Token
}

func (s signer) RoundTrip(r *http.Request) (*http.Response, error) {
	c := r.Clone(r.Context())
	var values url.Values
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return nil, err
		}
		c.Body = io.NopCloser(bytes.NewReader(body))
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			if values, err = url.ParseQuery(string(body)); err != nil {
				return nil, err
			}
		}
	}
	s.key.Sign(addressOf(r), values).Set(c.Header)
	return s.next.RoundTrip(c)
}

// addressOf returns the address that a request is signed for. A handshake is
// signed for the wss URL, although its request uses https.
func addressOf(r *http.Request) string {
	address := Address(r.URL)
	if _, rest, ok := strings.Cut(address, "://"); ok && upgrades(r) {
		return "wss://" + rest
	}
	return address
}

// upgrades reports whether a request opens a WebSocket.
func upgrades(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }
