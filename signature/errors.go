package signature

import (
	"errors"
	"fmt"
	"net/http"
)

// An [Error] wraps one of these, for [errors.Is]. A client is not told which one
// it was.
var (
	// ErrMissing: no X-Twilio-Signature header. The request is a stranger's, or a
	// proxy drops headers that it does not know.
	ErrMissing = errors.New("signature: no X-Twilio-Signature header")

	// ErrHeader: the header came twice, or is not base64 of the length that the
	// algorithm has: 28 characters, or 44 for SHA-256.
	ErrHeader = errors.New("signature: malformed X-Twilio-Signature header")

	// ErrSettings: the X-Twilio-Webhooks-Signature-Settings header came twice or
	// is malformed, or it is missing where only shared keys are configured.
	ErrSettings = errors.New("signature: unusable X-Twilio-Webhooks-Signature-Settings header")

	// ErrAlgorithm: the request names an algorithm that is unknown, or that no
	// key of that id is declared for. See [NewSharedKey].
	ErrAlgorithm = errors.New("signature: algorithm not allowed")

	// ErrKey: the request names a shared key that is not configured.
	ErrKey = errors.New("signature: unknown shared key")

	// ErrMismatch: the signature is not the one of this request. It is a
	// forgery, or the URL or the token differs from Twilio's. See
	// [Verifier.Diagnose].
	ErrMismatch = errors.New("signature: mismatch")

	// ErrAccount: the AccountSid is repeated, malformed or missing, nobody
	// has a token for it, or the token that matched belongs to another one.
	ErrAccount = errors.New("signature: wrong account")

	// ErrTokens: the [TokenSource] failed or gave an unusable token. The
	// request may be genuine, so it is answered with a server error.
	ErrTokens = errors.New("signature: no usable token")

	// ErrMethod: the method is not one of [Config.Methods].
	ErrMethod = errors.New("signature: method not allowed")

	// ErrHost: the host that the request names is not in [Config.Hosts].
	ErrHost = errors.New("signature: host not in Config.Hosts")

	// ErrForwarded: a trusted proxy's forwarding headers are malformed or
	// contradict each other.
	ErrForwarded = errors.New("signature: unusable forwarding headers")

	// ErrBaseURL: Config.BaseURLFunc returned an address that cannot be used. The
	// request may be genuine, so it is answered with a server error.
	ErrBaseURL = errors.New("signature: no usable public address")

	// ErrTarget: the request line can be read in more than one way or has no
	// path, as with OPTIONS *, or Request.URL was rewritten before it was verified.
	ErrTarget = errors.New("signature: unusable request target")

	// ErrMediaType: a body whose Content-Type is missing, repeated, broken,
	// multipart, or one that no signature covers.
	ErrMediaType = errors.New("signature: unsupported media type")

	// ErrEncoding: the request has a Content-Encoding. Twilio sends none.
	ErrEncoding = errors.New("signature: content encoding not supported")

	// ErrTooLarge: the body is larger than [Config.MaxBody] or holds more
	// parameters than [Config.MaxParams].
	ErrTooLarge = errors.New("signature: request too large")

	// ErrRead: the body could not be read, or was shorter or longer than
	// declared. A middleware that has read the body before is a common cause.
	ErrRead = errors.New("signature: body unreadable")

	// ErrForm: the form has a broken escape, or its signed text is also the text
	// of another request. [Config.Lenient] lets such forms through to the check.
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

	// ErrClaimStore: the [ClaimStore] failed, so nobody knows whether the
	// request is new. It is answered with a server error.
	ErrClaimStore = errors.New("signature: claim store failed")
)

// Error is why a request was refused. It wraps one of the sentinels of this
// package and, where there is one, the error behind it. Its text holds no token,
// signature or URL, and no parameter but the name of one that is at fault. Of an
// error of the program's own, such as a [TokenFunc]'s, the text has the type only.
type Error struct {
	// Err is the sentinel.
	Err error

	// Status is the HTTP status that fits: 403 for anything about trust, 400,
	// 405, 409, 413, 415, 421 for what any client can know, 503 for a token
	// source, a store or a public address that failed.
	Status int

	detail string
	cause  error
	allow  string // for ErrMethod: the methods that the route takes
}

// Error returns the sentinel's text and what more can be said.
func (e *Error) Error() string {
	text := e.Err.Error()
	if e.detail != "" {
		text += ": " + e.detail
	}
	switch {
	case e.cause == nil:
	case e.Status == http.StatusServiceUnavailable:
		text += fmt.Sprintf(": %T", e.cause) // its text may hold anything
	default:
		text += ": " + e.cause.Error()
	}
	return text
}

// GoString returns the text, so that %#v shows no more than %v.
func (e *Error) GoString() string { return e.Error() }

// Respond answers r, the request that was refused: with Status, with Allow
// where that belongs to it, and with nothing else. Where the body has not been
// read the connection is closed, since the server would wait for the rest of it.
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

// Unwrap returns the sentinel and the error behind it, if any.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.cause}
}

// refuse makes an error with the status that belongs to the sentinel.
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
