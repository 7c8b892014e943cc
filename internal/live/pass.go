package live

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"time"
)

// PassName is the name of the <Parameter> that holds a pass.
const PassName = "ringbackPass"

// ErrPass means that a session has no valid pass.
var ErrPass = errors.New("no valid pass")

// SignPass returns a text that proves until expires that the TwiML which opened
// the session of this call was ours.
func SignPass(secret []byte, callSID string, expires time.Time) string {
	return passText(secret, callSID, strconv.FormatInt(expires.Unix(), 36))
}

// CheckPass checks what [SignPass] returned.
func CheckPass(secret []byte, callSID, pass string, now time.Time) error {
	at, _, _ := strings.Cut(pass, ".")
	if !hmac.Equal([]byte(pass), []byte(passText(secret, callSID, at))) {
		return ErrPass
	}
	if unix, err := strconv.ParseInt(at, 36, 64); err != nil || now.After(time.Unix(unix, 0)) {
		return ErrPass
	}
	return nil
}

// passText returns the only text of a pass that expires at at.
func passText(secret []byte, callSID, at string) string {
	h := hmac.New(sha256.New, secret)
	var size [8]byte
	binary.BigEndian.PutUint64(size[:], uint64(len(callSID)))
	h.Write(size[:])
	h.Write([]byte(callSID))
	h.Write([]byte(at))
	return at + "." + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
