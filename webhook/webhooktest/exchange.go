package webhooktest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// Message is a message that the program sent in answer.
type Message struct {
	SID            webhook.SID
	From, To       webhook.Address
	Body           string
	Media          []string // URLs
	StatusCallback string
}

// Exchange is one event that was sent to the handler, and its result.
type Exchange struct {
	// Messages are the messages of the answer that are delivered, to the person or
	// to others. Twilio drops empty ones, those that are too long, and those to
	// people who have opted out.
	Messages []Message
	// Status is that of the last HTTP answer; 0 without one.
	Status int
	// Header and Body are those of the last HTTP answer.
	Header http.Header
	Body   []byte

	t       *Twilio
	sid     webhook.SID
	person  webhook.Address // who wrote
	chain   []*dialogue.Exchange
	failure *dialogue.Failure
	// failures are all failures, including that of a document before the
	// fallback.
	failures []*dialogue.Failure
	// warnings are what Twilio would log as warnings.
	warnings []*dialogue.Failure
}

// SID returns the identifier of the incoming message, if it was one.
func (x *Exchange) SID() webhook.SID { return x.sid }

// Param returns a parameter of the last request.
func (x *Exchange) Param(name string) string {
	if last := x.last(); last != nil {
		return last.Params.Get(name)
	}
	return ""
}

// replies are the messages that reach the person who wrote.
func (x *Exchange) replies() []Message { return x.to(x.person) }

func (x *Exchange) to(address webhook.Address) (out []Message) {
	for _, m := range x.Messages {
		if m.To == address {
			out = append(out, m)
		}
	}
	return out
}

// Replies fails unless the program answers the person with messages that together
// contain all of words. A message to another person is not a reply; see
// [Exchange.SendsTo]. Case and white space do not matter. Failures that it shows are
// not shown again at the end of the test.
func (x *Exchange) Replies(words ...string) *Exchange {
	x.t.tb.Helper()
	if x.failure != nil {
		x.fail("there is no reply: %s", x.failure.Error())
	}
	replies := x.replies()
	if len(replies) == 0 {
		x.fail("there is no reply%s%s", x.dropped(), x.others())
	}
	x.contain(replies, "reply", words)
	return x
}

// SendsTo fails unless the answer sends messages to the given address that together
// contain all of words.
func (x *Exchange) SendsTo(address webhook.Address, words ...string) *Exchange {
	x.t.tb.Helper()
	if x.failure != nil {
		x.fail("there is no message to %s: %s", address, x.failure.Error())
	}
	sent := x.to(address)
	if len(sent) == 0 {
		x.fail("there is no message to %s%s%s", address, x.dropped(), x.others())
	}
	x.contain(sent, "message to "+string(address), words)
	return x
}

// contain fails unless messages together contain all of words.
func (x *Exchange) contain(messages []Message, what string, words []string) {
	x.t.tb.Helper()
	for _, w := range words {
		if !slices.ContainsFunc(messages, func(m Message) bool { return contains(m.Body, w) }) {
			x.fail("no %s contains %q: got %s", what, w, bodies(messages))
		}
	}
}

// others names those to whom the answer sends messages.
func (x *Exchange) others() string {
	var names []string
	for _, m := range x.Messages {
		if !slices.Contains(names, string(m.To)) {
			names = append(names, string(m.To))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ": the answer sends messages to " + strings.Join(names, ", ")
}

// dropped says why a message of the answer was not sent, if there was one.
func (x *Exchange) dropped() string {
	if len(x.warnings) == 0 {
		return ""
	}
	return ": " + x.warnings[0].Error()
}

// RepliesNothing fails if the program answers the person with a message.
func (x *Exchange) RepliesNothing() *Exchange {
	x.t.tb.Helper()
	if x.failure != nil {
		x.fail("the answer failed: %s", x.failure.Error())
	}
	if replies := x.replies(); len(replies) > 0 {
		x.fail("there is a reply: %s", bodies(replies))
	}
	return x
}

// RepliesExactly fails unless the replies have exactly these texts.
func (x *Exchange) RepliesExactly(texts ...string) *Exchange {
	x.t.tb.Helper()
	if x.failure != nil {
		x.fail("there is no reply: %s", x.failure.Error())
	}
	var got []string
	for _, m := range x.replies() {
		got = append(got, m.Body)
	}
	if !slices.Equal(got, texts) {
		x.fail("the replies are %q, not %q", got, texts)
	}
	return x
}

// RepliesMedia fails unless a reply has the file at url.
func (x *Exchange) RepliesMedia(url string) *Exchange {
	x.t.tb.Helper()
	for _, m := range x.replies() {
		if slices.Contains(m.Media, url) {
			return x
		}
	}
	x.fail("no reply has %s", url)
	return x
}

// StatusIs fails unless the last HTTP answer has that status.
func (x *Exchange) StatusIs(status int) *Exchange {
	x.t.tb.Helper()
	x.accept()
	if x.Status != status {
		x.fail("the answer is %d, not %d", x.Status, status)
	}
	return x
}

// Fails fails unless Twilio would log the error code for the answer, even if
// the fallback handled it. The error is then expected.
func (x *Exchange) Fails(code int) *Exchange {
	x.t.tb.Helper()
	x.accept()
	got := "no error"
	for _, f := range x.failures {
		if f.Code == code {
			return x
		}
		got = f.Error()
	}
	x.fail("Twilio reports %s, not error %d", got, code)
	return x
}

// Attribute fails unless the first element called verb in the answer has the
// attribute with that value.
func (x *Exchange) Attribute(verb, name, value string) *Exchange {
	x.t.tb.Helper()
	if why := checkAttribute(x.document(), verb, name, value); why != "" {
		x.fail("%s", why)
	}
	return x
}

// Document fails unless the answer is the same document as xml. White space
// between elements and the order of attributes do not matter.
func (x *Exchange) Document(xml string) *Exchange {
	x.t.tb.Helper()
	if why := compareDocuments(x.document(), xml); why != "" {
		x.fail("%s", why)
	}
	return x
}

// Golden is like Document and reads the expected document from a file. If
// update is true, it writes the file instead; pass your test's -update flag.
func (x *Exchange) Golden(file string, update bool) *Exchange {
	x.t.tb.Helper()
	if why := golden(x.document(), file, update); why != "" {
		x.fail("%s", why)
	}
	return x
}

func (x *Exchange) last() *dialogue.Exchange {
	if len(x.chain) == 0 {
		return nil
	}
	return x.chain[len(x.chain)-1]
}

func (x *Exchange) document() *twiml.Node {
	if last := x.last(); last != nil {
		return last.Document
	}
	return nil
}

func (x *Exchange) accept() {
	for _, f := range x.failures {
		x.t.log.accept(f)
	}
}

func (x *Exchange) fail(format string, args ...any) {
	x.t.tb.Helper()
	x.accept()
	var b strings.Builder
	for _, c := range x.chain {
		var at place
		if c == x.last() && x.failure != nil {
			at = place{x.failure.Line, x.failure.Col}
		}
		b.WriteString(strings.TrimPrefix(showExchange(c, at), "\n"))
	}
	x.t.tb.Fatalf("%s\n%s", fmt.Sprintf(format, args...), indent(b.String()))
}

func bodies(messages []Message) string {
	var parts []string
	for _, m := range messages {
		parts = append(parts, fmt.Sprintf("%q", m.Body))
	}
	return strings.Join(parts, ", ")
}

func samePath(address, path string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Path == path || u.RequestURI() == path)
}
