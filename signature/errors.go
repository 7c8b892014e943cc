package signature

import (
	"errors"
	"fmt"
	"net/http"
)

// An [Error] wraps one of these, for [errors.Is]. The client does not learn
// which.
var (
	// ErrMissing: no X-Twilio-Signature header. The request is not from Twilio,
	// or a proxy drops unknown headers.
	ErrMissing = errors.New("signature: no X-Twilio-Signature header")

	// ErrHeader: the header occurs twice, or is not base64 of the algorithm's
	// length: 28 characters, or 44 for SHA-256.
	ErrHeader = errors.New("signature: malformed X-Twilio-Signature header")

	// ErrSettings: the X-Twilio-Webhooks-Signature-Settings header occurs twice
	// or is malformed, or it is missing while only shared keys are configured.
	ErrSettings = errors.New("signature: unusable X-Twilio-Webhooks-Signature-Settings header")

	// ErrAlgorithm: the request names an unknown algorithm, or one that no key
	// with that id is declared for. See [NewSharedKey].
	ErrAlgorithm = errors.New("signature: algorithm not allowed")

	// ErrKey: the request names a shared key that is not configured.
	ErrKey = errors.New("signature: unknown shared key")

	// ErrMismatch: the signature does not match. The request is a forgery, or
	// the URL or the token differs from Twilio's. See [Verifier.Diagnose].
	ErrMismatch = errors.New("signature: mismatch")

	// ErrAccount: the AccountSid is repeated, malformed or missing, no token is
	// known for it, or the matching token belongs to another account.
	ErrAccount = errors.New("signature: wrong account")

	// ErrTokens: the [TokenSource] failed or returned an unusable token. The
	// request may be genuine, so the answer is a server error.
	ErrTokens = errors.New("signature: no usable token")

	// ErrMethod: the method is not one of [Config.Methods].
	ErrMethod = errors.New("signature: method not allowed")

	// ErrHost: the host that the request names is not in [Config.Hosts].
	ErrHost = errors.New("signature: host not in Config.Hosts")

	// ErrForwarded: a trusted proxy's forwarding headers are malformed or
	// contradict each other.
	ErrForwarded = errors.New("signature: unusable forwarding headers")

	// ErrBaseURL: Config.BaseURLFunc returned an unusable address. The request
	// may be genuine, so the answer is a server error.
	ErrBaseURL = errors.New("signature: no usable public address")

	// ErrTarget: the request line is ambiguous or has no path, as with OPTIONS
	// *, or Request.URL was rewritten before verification.
	ErrTarget = errors.New("signature: unusable request target")

	// ErrMediaType: the Content-Type of a body is missing, repeated, malformed,
	// multipart, or one that no signature covers.
	ErrMediaType = errors.New("signature: unsupported media type")

	// ErrEncoding: the request has a Content-Encoding. Twilio sends none.
	ErrEncoding = errors.New("signature: content encoding not supported")

	// ErrTooLarge: the body is larger than [Config.MaxBody] or has more
	// parameters than [Config.MaxParams].
	ErrTooLarge = errors.New("signature: request too large")

	// ErrRead: the body could not be read, or is shorter or longer than
	// declared. A common cause is a middleware that read the body before.
	ErrRead = errors.New("signature: body unreadable")

	// ErrForm: the form has a broken escape, or its signed text is also the
	// text of another request. [Config.Lenient] skips this check.
	ErrForm = errors.New("signature: malformed form")

	// ErrUnexpectedBody: a GET or HEAD that has a body.
	ErrUnexpectedBody = errors.New("signature: unexpected body")

	// ErrBodyUnsigned: a body that is not a form, and no bodySHA256 in the query.
	ErrBodyUnsigned = errors.New("signature: body not signed")

	// ErrBodyHash: the body does not have the hash in bodySHA256.
	ErrBodyHash = errors.New("signature: body hash mismatch")

	// ErrBodyHashAmbiguous: bodySHA256 is in the query more than once, with
	// different values.
	ErrBodyHashAmbiguous = errors.New("signature: ambiguous body hash")

	// ErrReplayed: a [ReplayWindow] has seen the request before.
	ErrReplayed = errors.New("signature: request replayed")

	// ErrClaimStore: the [ClaimStore] failed, so it is unknown whether the
	// request is new. The answer is a server error.
	ErrClaimStore = errors.New("signature: claim store failed")
)

// Error says why a request was refused. It wraps one of the sentinels of this
// package and the underlying error, if any. Its text contains no token,
// signature or URL, and of the parameters only the name of one at fault. For an
// error of the program's own, such as a [TokenFunc]'s, the text has its type
// only.
type Error struct {
	// Err is the sentinel.
	Err error

	// Status is the HTTP status of the answer: 403 for anything about trust;
	// 400, 405, 409, 413, 415 or 421 for what any client can know; 503 if a
	// token source, a store or a public address failed.
	Status int

	detail string
	cause  error
	allow  string // for ErrMethod: the methods that the route accepts
}

// Error returns the sentinel's text and details.
func (e *Error) Error() string {
	text := e.Err.Error()
	if e.detail != "" {
		text += ": " + e.detail
	}
	switch {
	case e.cause == nil:
	case e.Status == http.StatusServiceUnavailable:
		text += fmt.Sprintf(": %T", e.cause) // whose text may hold anything
	default:
		text += ": " + e.cause.Error()
	}
	return text
}

// GoString returns the text, so that %#v shows no more than %v.
func (e *Error) GoString() string { return e.Error() }

// Respond answers the refused request r with Status, and with Allow where it
// applies. It sends no body. If the request's body was not read, it closes the
// connection, because the server would otherwise wait for the rest.
func (e *Error) Respond(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Length", "0")
	if e.allow != "" {
		h.Set("Allow", e.allow)
	}
	if _, whole := r.Body.(*replayed); !whole && r.ContentLength != 0 {
		h.Set("Connection", "close")
	}
	w.WriteHeader(e.Status)
}

// Unwrap returns the sentinel and the underlying error, if any.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.cause}
}

// refuse returns an error with the status of the sentinel.
func refuse(err error, detail string) *Error {
	return &Error{Err: err, Status: statusOf(err), detail: detail}
}

func refuseFor(err error, detail string, cause error) *Error {
	return &Error{Err: err, Status: statusOf(err), detail: detail, cause: cause}
}

func statusOf(err error) int {
	switch err {
	case ErrTokens, ErrBaseURL, ErrClaimStore:
		return http.StatusServiceUnavailable
	case ErrMethod:
		return http.StatusMethodNotAllowed
	case ErrHost:
		return http.StatusMisdirectedRequest
	case ErrMediaType, ErrEncoding:
		return http.StatusUnsupportedMediaType
	case ErrTooLarge:
		return http.StatusRequestEntityTooLarge
	case ErrRead, ErrForm, ErrTarget:
		return http.StatusBadRequest
	case ErrReplayed:
		return http.StatusConflict
	}
	return http.StatusForbidden
}
