package signature

import (
	"net/http"
	"strings"

	"github.com/ringback-go/ringback/internal/form"
)

// Verify proves that r comes from Twilio and returns what was verified. The
// error is always an [*Error], and [Config.Refused] has been called with it.
//
// The order of the checks keeps requests of strangers cheap: method, headers,
// public URL, media type and declared length come before the body is read,
// limits before it is decoded, and the signature last.
//
// Verify reads r.Body and replaces it with a copy that can be read again. A GET
// is left with an empty body. The body of a WebSocket handshake is not touched.
// Verify clears r.Form, r.PostForm and r.MultipartForm, because what was parsed
// into them may differ from what was verified.
func (v *Verifier) Verify(r *http.Request) (*Verified, error) {
	s := v.scratch.Get().(*scratch)
	proof, err := v.verify(r, s)
	if s.size() <= maxKept {
		v.scratch.Put(s)
	}
	if err != nil {
		if v.cfg.Refused != nil {
			v.cfg.Refused(r, err)
		}
		return nil, err
	}
	return proof, nil
}

// request is what is known about a request after it was read.
type request struct {
	method    string
	socket    bool
	signature string
	settings  settings
	loc       location
	typ       string // media type
	hash      string // bodySHA256 in the query
	body      []byte
	account   account
}

// hasForm reports whether the parameters are in the body.
func (q *request) hasForm() bool { return !q.isGet() && q.typ == formType }

// isGet reports whether the URL alone is signed, query included.
func (q *request) isGet() bool {
	return q.socket || q.method == http.MethodGet || q.method == http.MethodHead
}

func (v *Verifier) verify(r *http.Request, s *scratch) (*Verified, *Error) {
	q := &s.request
	defer func() { *q = request{} }() // the pool must not keep the body
	token, url, err := v.check(r, q, s)
	if err != nil {
		if len(q.body) > 0 {
			r.Body = &replayed{q.body} // for Refused and Diagnose
		}
		return nil, err
	}
	p := new(Verified)
	if q.isGet() || q.hasForm() {
		p.params = q.account.params(s)
	}
	p.verifier = v
	p.method, p.mediaType, p.signature = q.method, q.typ, q.signature
	p.target, p.head, p.signed, p.token = q.loc.target, url.head, url.target, token
	p.algorithm = SHA1
	if q.settings.shared() {
		p.algorithm = q.settings.algorithm
	}
	switch {
	case q.socket:
	case q.isGet():
		r.Body = http.NoBody
	default:
		p.body = q.body
		r.Body = &replayed{q.body}
	}
	// What a middleware parsed before is not what was verified.
	r.Form, r.PostForm, r.MultipartForm = nil, nil, nil
	return p, nil
}

func (v *Verifier) check(r *http.Request, q *request, s *scratch) (Token, matchedURL, *Error) {
	if err := v.inspect(r, q); err != nil {
		return Token{}, matchedURL{}, err
	}
	if err := v.read(r, q, s); err != nil {
		return Token{}, matchedURL{}, err
	}
	if err := v.parse(q, s); err != nil {
		return Token{}, matchedURL{}, err
	}
	token, url, err := v.match(r, q, s)
	if err == nil && !v.cfg.Lenient {
		err = q.checkReading(s, url)
	}
	if err == nil && !routes(r.URL, q.loc.target) {
		err = refuse(ErrTarget, "Request.URL differs from the request line; verify before anything rewrites it")
	}
	return token, url, err
}

// inspect checks everything that comes before the body.
func (v *Verifier) inspect(r *http.Request, q *request) *Error {
	var err *Error
	q.method = r.Method
	if q.method == "" {
		q.method = http.MethodGet // as net/http treats requests made by hand
	}
	q.socket = isWebSocket(r)
	if allowed := v.allowed(r); !v.accepts(q, allowed) {
		err := refuse(ErrMethod, "name the method in the route's pattern or in Config.Methods")
		err.allow = allowed
		return err
	}
	if q.signature, q.settings, err = signatureOf(r.Header); err != nil {
		return err
	}
	if v.fixed != nil {
		if _, err = q.settings.choose(v.fixed); err != nil {
			return err
		}
	}
	if q.loc, err = v.locate(r, q.socket); err != nil {
		return err
	}
	for _, coding := range r.Header["Content-Encoding"] {
		if coding != "" {
			return refuse(ErrEncoding, "")
		}
	}
	if q.hash, err = bodyHash(q.loc.query()); err != nil {
		return err
	}
	if q.isGet() {
		if q.hash == "" && r.ContentLength > 0 && !q.socket {
			return refuse(ErrUnexpectedBody, "")
		}
		return nil
	}
	if q.typ, err = mediaType(r.Header); err != nil {
		return err
	}
	if r.ContentLength > 0 {
		return q.checkCovered()
	}
	return nil
}

// checkCovered refuses a body that neither parameters nor a hash cover.
func (q *request) checkCovered() *Error {
	switch {
	case q.typ == formType || q.hash != "":
		return nil
	case q.typ == "":
		return refuse(ErrMediaType, "a body without Content-Type")
	case !isJSON(q.typ):
		return refuse(ErrMediaType, "neither a form nor JSON, and no bodySHA256")
	}
	return refuse(ErrBodyUnsigned, "no bodySHA256 in the query")
}

// allowed returns the methods that the route of r accepts, as in an Allow
// header: those of Config.Methods, else the one in the pattern of
// [http.ServeMux], else POST. A request routed without a pattern may be a GET,
// too.
func (v *Verifier) allowed(r *http.Request) string {
	if len(v.cfg.Methods) > 0 {
		return v.methods
	}
	if r.Pattern == "" {
		return "POST, GET"
	}
	if method, _, found := strings.Cut(r.Pattern, " "); found {
		return method
	}
	return http.MethodPost
}

// accepts reports whether q has an allowed method. GET includes HEAD and
// WebSocket handshakes, which only Config.Methods can refuse.
func (v *Verifier) accepts(q *request, allowed string) bool {
	if q.socket && len(v.cfg.Methods) == 0 {
		return true
	}
	for method := range strings.SplitSeq(allowed, ", ") {
		if method == q.method || method == http.MethodGet && q.isGet() {
			return true
		}
	}
	return false
}

// read reads the body and compares it with its hash.
func (v *Verifier) read(r *http.Request, q *request, s *scratch) *Error {
	if q.socket {
		return nil // what follows a handshake belongs to the WebSocket
	}
	body, err := readBody(r, v.cfg.MaxBody)
	if err != nil {
		if len(body) > 0 {
			r.Body = putBack(body, r.Body)
		}
		return err
	}
	q.body = body
	switch {
	case q.isGet():
		if len(q.body) > 0 && !hashMatches(q.hash, q.body) {
			return refuse(ErrUnexpectedBody, "")
		}
		return nil
	case q.hash != "":
		if !hashMatches(q.hash, q.body) {
			return refuse(ErrBodyHash, "")
		}
	case len(q.body) > 0:
		return q.checkCovered()
	}
	return nil
}

// parse decodes the parameters and finds the account.
func (v *Verifier) parse(q *request, s *scratch) *Error {
	limits := form.Limits{Pairs: v.cfg.MaxParams, Lenient: v.cfg.Lenient}
	var err error
	if q.hasForm() {
		err = form.Scan(&s.form, q.body, limits)
	} else {
		// The query may hold the developer's own text as well as Twilio's.
		limits.Lenient = true
		err = form.Scan(&s.form, q.loc.query(), limits)
	}
	if err != nil {
		return refuseForm(err)
	}
	return q.account.find(s, q, !v.cfg.Lenient)
}
