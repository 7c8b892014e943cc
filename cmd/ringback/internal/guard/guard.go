// Package guard restricts the console to the person who started it.
//
// Listening on loopback is not enough: any page in the developer's browser can
// send requests there, and with DNS rebinding even read the answers. So every
// request must name a host from the list (threat T32), and all but static files
// must carry the console's token in a header (T33), which a page of another
// origin cannot know. Writes must be JSON from the console's own origin.
//
// The token is never in a cookie: browsers send the cookies of 127.0.0.1 to
// every port, and so to every other server on this machine. The page finds it in
// the fragment of its URL and keeps it in its local storage, which belongs to
// one origin, port included.
package guard

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
)

// TokenHeader is the header that carries the console's token.
const TokenHeader = "X-Console-Token"

// SoundProtocol is the subprotocol of the WebSocket by which the page speaks into
// a call. A browser sets no headers of a WebSocket, so the page names a second
// subprotocol: tokenProtocol and the token. The answer names only the first.
const (
	SoundProtocol = "ringback.sound"
	tokenProtocol = "ringback.token."
)

// Policy is the Content-Security-Policy of the console: the page may load its own
// files and nothing else, run no inline script but those with the given hashes,
// and be framed by nobody (T34). A hash is written as "sha256-…".
func Policy(hashes ...string) string {
	scripts := "'self'"
	for _, hash := range hashes {
		scripts += " '" + hash + "'"
	}
	return "default-src 'none'; script-src " + scripts + "; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'"
}

// A Guard admits requests to the console. It is safe for concurrent use.
type Guard struct {
	token string
	hosts []string
}

// A Refusal writes the answer to a request that is not admitted. text is one
// line for a person and holds nothing secret.
type Refusal func(w http.ResponseWriter, status int, text string)

// New returns the guard of a console that is reached as one of hosts, each with
// its port ("127.0.0.1:4140"). An empty token is replaced by 128 random bits.
func New(token string, hosts ...string) *Guard {
	if token == "" {
		token = NewToken()
	}
	return &Guard{token: token, hosts: hosts}
}

// NewToken returns 128 random bits as text.
func NewToken() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// LoopbackHosts returns the names by which a console that listens on addr may
// be reached.
func LoopbackHosts(addr string) []string {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil
	}
	return []string{
		net.JoinHostPort("127.0.0.1", port),
		net.JoinHostPort("localhost", port),
		net.JoinHostPort("::1", port),
	}
}

// Token returns the token, for the URL that is printed at the start.
func (g *Guard) Token() string { return g.token }

// Static admits requests for files without captured data. The host must be
// ours; the token is not needed.
func (g *Guard) Static(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.host(w, r, refuse) {
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			refuse(w, http.StatusMethodNotAllowed, "only GET")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// API admits reads and writes of captured data.
func (g *Guard) API(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.host(w, r, refuse) || !g.origin(w, r, refuse) || !g.known(w, r) || !writes(w, r) {
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// Hello proves that this server has the token, without receiving it: it answers with
// the [Proof] for the parameter nonce and the host that was requested. After losing
// its connection, the page demands this proof before it sends the token, because
// another program may now listen on the port. That program gets no proof for its port
// from a console that was started again on another one.
func (g *Guard) Hello() http.Handler {
	return g.Static(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := r.URL.Query().Get("nonce")
		if !g.origin(w, r, refuse) {
			return
		}
		if len(nonce) < 16 || len(nonce) > 128 {
			refuse(w, http.StatusBadRequest, "nonce needs 16 to 128 characters")
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		io.WriteString(w, Proof(g.token, nonce, r.Host))
	}))
}

// Proof is what only a server that knows token can answer to nonce: the HMAC-SHA256
// of the nonce, a space and the server's host, in hexadecimal digits.
func Proof(token, nonce, host string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(nonce + " " + strings.ToLower(host)))
	return hex.EncodeToString(mac.Sum(nil))
}

// Host admits requests to one of our hosts, for handlers with credentials of
// their own (Twilio's REST API has them in Authorization). refuse answers the
// others in a format that the handler's clients can read.
func (g *Guard) Host(next http.Handler, refuse Refusal) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.host(w, r, refuse) && g.origin(w, r, refuse) {
			next.ServeHTTP(w, r)
		}
	})
}

// host comes first: a rebound name must not even learn whether a token is
// right.
func (g *Guard) host(w http.ResponseWriter, r *http.Request, refuse Refusal) bool {
	h := w.Header()
	h.Set("Content-Security-Policy", Policy())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if slices.Contains(g.hosts, strings.ToLower(r.Host)) {
		return true
	}
	refuse(w, http.StatusMisdirectedRequest, "this host name is not the console's")
	return false
}

// origin refuses requests that a browser marks as coming from another site.
// Programs send no Origin, but must have the token.
func (g *Guard) origin(w http.ResponseWriter, r *http.Request, refuse Refusal) bool {
	for _, origin := range r.Header.Values("Origin") {
		host, ok := strings.CutPrefix(strings.ToLower(origin), "http://")
		if !ok || !slices.Contains(g.hosts, host) {
			refuse(w, http.StatusForbidden, "this origin is not the console's")
			return false
		}
	}
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		if site != "" && site != "same-origin" && site != "none" {
			refuse(w, http.StatusForbidden, "requests from other sites are refused")
			return false
		}
	}
	return true
}

func (g *Guard) known(w http.ResponseWriter, r *http.Request) bool {
	if g.is(r.Header.Get(TokenHeader)) || strings.EqualFold(r.Header.Get("Upgrade"), "websocket") && g.is(protocolToken(r)) {
		return true
	}
	refuse(w, http.StatusUnauthorized, "open the URL that ringback dev printed: it holds the token")
	return false
}

// protocolToken returns the token among the subprotocols of a handshake.
func protocolToken(r *http.Request) string {
	for name := range strings.SplitSeq(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",") {
		if token, ok := strings.CutPrefix(strings.TrimSpace(name), tokenProtocol); ok {
			return token
		}
	}
	return ""
}

func (g *Guard) is(given string) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(g.token)) == 1
}

// writes requires JSON for changes. Browsers send a form or plain text across
// origins without a preflight request, but not JSON.
func writes(w http.ResponseWriter, r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return true
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		refuse(w, http.StatusMethodNotAllowed, "this method is not used here")
		return false
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "writes are application/json")
		return false
	}
	return true
}

// refuse is the Refusal of the page and its API. It writes plain text.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte(text + "\n"))
}
