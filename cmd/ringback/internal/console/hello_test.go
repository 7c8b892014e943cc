package console_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

// T33: the server proves that it has the token before the page sends it.
func TestT33HelloProvesTheToken(t *testing.T) {
	d := open(t, nil)
	hello := func(method, host, origin, nonce string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/api/hello?nonce="+nonce, nil)
		r.Host = host
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		d.server.ServeHTTP(w, r)
		return w
	}
	const nonce = "00112233445566778899aabbccddeeff"
	mac := hmac.New(sha256.New, []byte(session))
	mac.Write([]byte(nonce + " " + ours)) // no proof for another port
	w := hello(http.MethodGet, ours, "", nonce)
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, hex.EncodeToString(mac.Sum(nil)), w.Body.String())
	assert.Equal(t, http.StatusBadRequest, hello(http.MethodGet, ours, "", "").Code)
	assert.Equal(t, http.StatusMisdirectedRequest, hello(http.MethodGet, "evil.example.com", "", nonce).Code)
	assert.Equal(t, http.StatusForbidden, hello(http.MethodGet, ours, "http://evil.example.com", nonce).Code)
	assert.Equal(t, http.StatusMethodNotAllowed, hello(http.MethodPost, ours, "", nonce).Code)
}
