// Package capture keeps the exchanges between Twilio's side and the program under
// development, byte for byte and bounded in number and size. They are in a file
// of JSON lines that is only appended to, with an index in memory.
package capture

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// An Exchange is one request with its answer.
type Exchange struct {
	ID       int64         `json:"id"`
	At       time.Time     `json:"at"`
	Source   Source        `json:"source"`
	Kind     string        `json:"kind,omitempty"`    // a webhook.Kind; empty if it is not a webhook
	SID      string        `json:"sid,omitempty"`     // of the message or call it is about
	Thread   string        `json:"thread,omitempty"`  // SID of the conversation or call it belongs to
	Summary  string        `json:"summary,omitempty"` // one line for people
	Verdict  string        `json:"verdict,omitempty"` // "valid", or what is wrong with the signature
	Lint     int           `json:"lint,omitempty"`    // number of problems in the answer
	Fault    string        `json:"fault,omitempty"`   // the fault that was applied
	Parent   int64         `json:"parent,omitempty"`  // the exchange that this one repeats
	Pinned   bool          `json:"pinned,omitempty"`
	Error    string        `json:"error,omitempty"` // why there is no answer
	Code     int           `json:"code,omitempty"`  // Twilio's error number
	Took     time.Duration `json:"took"`            // nanoseconds
	Request  Request       `json:"request"`
	Response Response      `json:"response"`
}

// A Source says where a request came from.
type Source string

// The sources of an exchange.
const (
	Phone    Source = "phone"    // the page's phone
	Delivery Source = "delivery" // a lifecycle that was played
	Replay   Source = "replay"   // a repetition
	Tunnel   Source = "tunnel"   // the capturing endpoint
	REST     Source = "rest"     // a callback for what the program did by the REST API
	Command  Source = "command"  // a one-shot command
	API      Source = "api"      // a request of the program to the REST API
)

// A Request is what was sent, unchanged.
type Request struct {
	Method string      `json:"method"`
	URL    string      `json:"url"` // as signed
	Header http.Header `json:"header,omitempty"`
	Body   Body        `json:"body,omitempty"`
}

// IsForm reports whether the body is a form.
func (r Request) IsForm() bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// A Response is what came back, unchanged except that a long one is cut.
type Response struct {
	Status    int         `json:"status"` // zero when nothing came
	Header    http.Header `json:"header,omitempty"`
	Body      Body        `json:"body,omitempty"`
	Truncated bool        `json:"truncated,omitempty"`
}

// A Body is written as a string in JSON if it is text, so that a file of
// captures can be searched with common tools.
type Body []byte

// MarshalJSON returns a string, or an object with the bytes in base64.
func (b Body) MarshalJSON() ([]byte, error) {
	if utf8.Valid(b) {
		return json.Marshal(string(b))
	}
	return json.Marshal(map[string][]byte{"base64": b})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (b *Body) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var v struct{ Base64 []byte }
		err := json.Unmarshal(data, &v)
		*b = v.Base64
		return err
	}
	var text string
	err := json.Unmarshal(data, &text)
	*b = Body(text)
	return err
}

// Limits limit what is kept (T36). The oldest exchanges are dropped first;
// pinned ones stay.
type Limits struct {
	Count int   // exchanges; zero: 20,000
	Bytes int64 // of requests and answers together; zero: 64 MiB
}

// ErrNotFound is the error for an exchange that does not exist, or no longer
// exists.
var ErrNotFound = errors.New("capture: no such exchange")

// A Query chooses exchanges. Its zero value chooses the newest hundred.
type Query struct {
	Terms   []Term // all must hold
	Kind    string
	Source  Source
	SID     string // of the message or call, or of its thread
	Failed  bool   // only those for which [Exchange.Failed] is true
	Pinned  bool
	Replays int64   // only repetitions of this exchange
	Before  int64   // only older ones than this ID; zero: from the newest
	After   int64   // only newer ones than this ID
	IDs     []int64 // only these, ascending; nil: all
	Skip    int     // how many of the newest to leave out
	Limit   int     // zero: 100; at most 2,000
}

// Everything reports whether q chooses all exchanges.
func (q Query) Everything() bool {
	return len(q.Terms) == 0 && q.Kind == "" && q.Source == "" && q.SID == "" && !q.Failed && !q.Pinned && q.Replays == 0 && q.Before == 0 && q.After == 0 && q.IDs == nil
}

func (q Query) matches(e *entry) bool {
	x := &e.head
	switch {
	case q.Before > 0 && x.ID >= q.Before,
		x.ID <= q.After,
		q.Kind != "" && x.Kind != q.Kind,
		q.Source != "" && x.Source != q.Source,
		q.SID != "" && x.Thread != q.SID && x.SID != q.SID,
		q.Failed && !x.Failed(),
		q.Pinned && !x.Pinned,
		q.Replays != 0 && x.Parent != q.Replays:
		return false
	}
	if q.IDs != nil {
		if _, ok := slices.BinarySearch(q.IDs, x.ID); !ok {
			return false
		}
	}
	for _, t := range q.Terms {
		if t.holds(e) == t.Not {
			return false
		}
	}
	return true
}

// Target is the URL without scheme and host, as text.
func (r Request) Target() string {
	_, rest, ok := strings.Cut(r.URL, "://")
	if !ok {
		return r.URL
	}
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		return rest[i:]
	}
	return "/"
}

// Path is Target without the query.
func (r Request) Path() string {
	path, _, _ := strings.Cut(r.Target(), "?")
	return path
}

func clip(b []byte, n int) []byte { return b[:min(len(b), n)] }

// Readable is the body of r as text to search, at most n bytes: a form is
// unescaped, other text is unchanged.
func Readable(r Request, n int) string {
	body := string(clip(r.Body, n))
	if !r.IsForm() {
		return body
	}
	var b strings.Builder
	for pair := range strings.SplitSeq(body, "&") {
		if text, err := url.QueryUnescape(pair); err == nil {
			pair = text
		}
		b.WriteString(pair + "\n")
	}
	return b.String()
}
