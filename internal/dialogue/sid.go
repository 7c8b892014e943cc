package dialogue

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
)

// newSID returns prefix and 32 hexadecimal digits.
func (e *Engine) newSID(prefix string) string {
	b := e.bytes16()
	var out [34]byte
	copy(out[:], prefix)
	hex.Encode(out[2:], b[:])
	return string(out[:])
}

// newToken returns a random UUID for I-Twilio-Idempotency-Token.
func (e *Engine) newToken() string {
	b := e.bytes16()
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	out[8] = '-'
	hex.Encode(out[9:13], b[4:6])
	out[13] = '-'
	hex.Encode(out[14:18], b[6:8])
	out[18] = '-'
	hex.Encode(out[19:23], b[8:10])
	out[23] = '-'
	hex.Encode(out[24:36], b[10:16])
	return string(out[:])
}

func (e *Engine) bytes16() (b [16]byte) {
	for i := range 2 {
		v := e.random.Uint64()
		for j := range 8 {
			b[i*8+j] = byte(v >> (8 * j))
		}
	}
	return b
}

// callToken returns what Twilio sends as CallToken: percent-encoded JSON with
// a token inside. Ours is signed by nobody.
func (e *Engine) callToken(sid, from, to string) string {
	b := e.bytes16()
	claims := `{"callSid":"` + sid + `","from":"` + from + `","to":"` + to + `"}`
	raw := base64.RawURLEncoding
	token := "eyJhbGciOiJFUzI1NiJ9." + raw.EncodeToString([]byte(claims)) + "." + raw.EncodeToString(b[:])
	return url.QueryEscape(`{"parentCallInfoToken":"` + token + `","identityHeaderTokens":[]}`)
}
