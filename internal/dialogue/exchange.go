package dialogue

import (
	"net/http"
	"net/url"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
	"github.com/ringback-go/ringback/webhook"
)

// Exchange is one HTTP request and its answer. A retry or a redirect is a
// separate exchange. Its fields do not change once it was observed.
type Exchange struct {
	Kind    webhook.Kind // IncomingCall, GatherAction, ..., KindMedia, or Unknown
	Call    *Call        // the leg it is about; nil for messages
	Method  string
	URL     string // as requested: with query, without fragment
	Header  http.Header
	Params  Params
	Body    string // the form or JSON body, empty for GET
	Attempt int    // 1, and more for retries
	Hop     int    // 0, and more when HTTP redirects were followed
	Async   bool   // a callback: its answer changes nothing

	Status         int // 0: no answer
	ResponseHeader http.Header
	ResponseBody   []byte // at most one byte more than the limit
	Err            error  // why there is no answer

	Document *twiml.Node    // the answer, if it was read as TwiML
	Problems []lint.Problem // what lint.Check finds in it
	Failure  *Failure       // why Twilio would not use the answer
}

// KindMedia is the kind of a request for a file to play, which package webhook
// has no type for.
const KindMedia webhook.Kind = "Media"

// request is what the engine fetches.
type request struct {
	kind   webhook.Kind
	url    *url.URL
	method string
	call   *Call
	params Params // all of them
	bare   Params // kept after an HTTP redirect: all except those of the verb
	jar    http.CookieJar
	async  bool
	json   []byte     // a body that is not a form
	last   **Exchange // where to leave the last exchange
}

// what names what is fetched in the text of a failure.
func (rq request) what() string {
	switch {
	case rq.kind == KindMedia:
		return "file"
	case rq.async:
		return "callback URL"
	}
	return "document"
}

// answer is a usable response whose body has not been read.
type answer struct {
	exchange *Exchange
	url      *url.URL // the final one
	cached   *cachedDocument
}

// cachedDocument is the answer to a GET that may be used again after
// revalidation.
type cachedDocument struct {
	etag, modified string
	exchange       *Exchange
}

// maxCached limits the cache.
const maxCached = 64
