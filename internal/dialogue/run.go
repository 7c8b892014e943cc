package dialogue

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
	"github.com/ringback-go/ringback/webhook"
)

// transfer is where a call goes next.
type transfer struct {
	kind     webhook.Kind
	ref      string
	method   string
	params   Params   // of the verb, added to those of the call
	base     *url.URL // what ref is relative to
	absolute bool     // ref is relative to the engine's base URL
	inline   string   // a document instead of a URL
	fallback bool     // this is the fallback of something that failed
}

// live runs a call from start to end.
func (c *Call) live() {
	first := &transfer{kind: webhook.KindIncomingCall, ref: c.setup.URL, method: c.setup.Method, inline: c.setup.TwiML, absolute: true}
	if c.direction == webhook.CallDirectionOutboundAPI {
		if c.killed != "" { // canceled while queued: there is no callback
			c.reports = &subscription{}
			c.finish()
			return
		}
		c.progress("initiated", webhook.CallStatusInitiated)
		if !c.ring(c.setup.RingTimeout, 60*time.Second) {
			c.finish()
			return
		}
		c.progress("answered", webhook.CallStatusInProgress)
		first.kind = webhook.KindOutboundCallAnswered
		if err := c.answeredOut(first); errors.Is(err, errUpdated) {
			first, c.update = c.update, nil
		} else if err != nil {
			c.finish()
			return
		}
	} else {
		c.emit(Event{Type: EventRinging})
		if c.setup.ApplicationSID != "" {
			first.kind = webhook.KindClientCallRequest
		} else if strings.HasPrefix(c.from.Address, "sip:") {
			first.kind = webhook.KindSIPIncomingCall
		}
	}
	c.program(first)
	c.finish()
}

// program executes documents, one leading to the next, until there is none.
// It returns nil when the last one ran to its end.
func (c *Call) program(t *transfer) error {
	for t != nil {
		next, err := c.perform(t)
		var f *Failure
		switch {
		case errors.Is(err, errUpdated):
			next, c.update = c.update, nil
		case errors.As(err, &f):
			next, err = c.fail(t, f)
			if err != nil {
				return err
			}
		case err != nil:
			return err
		}
		t = next
	}
	return nil
}

// perform fetches one document and executes it.
func (c *Call) perform(t *transfer) (*transfer, error) {
	doc, f := c.load(t)
	if f != nil {
		return nil, f
	}
	if err := c.interrupted(); err != nil {
		return nil, err
	}
	return c.exec(doc)
}

// fail decides what follows a failure: the fallback document, or an
// announcement and the end of the call.
func (c *Call) fail(t *transfer, f *Failure) (*transfer, error) {
	c.emit(Event{Type: EventFailed, Failure: f, Text: f.Error()})
	if c.setup.FallbackURL != "" && !t.fallback && !f.fatal && c.interrupted() == nil {
		failed := f.URL
		if failed == "" && c.base != nil {
			failed = c.base.String()
		}
		params := append(Params{}, t.params...)
		params = append(params, pairs("ErrorCode", itoa(f.Code), "ErrorUrl", failed)...)
		return &transfer{
			kind: webhook.KindFallbackRequest, ref: c.setup.FallbackURL, method: c.setup.FallbackMethod,
			params: params, absolute: true, fallback: true,
		}, nil
	}
	if err := c.interrupted(); err != nil {
		return nil, err
	}
	c.answer()
	const sorry = "We are sorry, an application error has occurred. Goodbye."
	length := speakingTime(sorry)
	c.emit(Event{Type: EventSaid, Text: sorry, Duration: length, Failure: f})
	if err := c.until(c.e.now.Add(length), nil); err != nil {
		return nil, err
	}
	return nil, errEnded
}

// load fetches and reads the document that t leads to.
func (c *Call) load(t *transfer) (*document, *Failure) {
	if f := c.countDocument(); f != nil {
		return nil, f
	}
	if t.inline != "" {
		return c.loadInline(t.inline)
	}
	rq, f := c.request(t)
	if f != nil {
		return nil, f
	}
	a, f := c.e.fetch(c.p, rq)
	if f != nil {
		return nil, f
	}
	doc, f := c.e.read(a, twiml.VoiceDocument)
	if f != nil {
		return nil, f
	}
	c.warnOf(a.exchange.Problems)
	c.base, c.inline = doc.base, false
	return doc, nil
}

func (c *Call) loadInline(xml string) (*document, *Failure) {
	if len([]rune(xml)) > 4000 {
		return nil, failure(32018, "the document in Twiml is longer than 4000 characters")
	}
	root, f := parseResponse([]byte(xml))
	if f != nil {
		return nil, f
	}
	doc := &document{root: root}
	problems := lint.Check(root, twiml.VoiceDocument)
	if f := doc.judge(problems); f != nil {
		return nil, f
	}
	c.warnOf(problems)
	c.base, c.inline = nil, true
	return doc, nil
}

func (c *Call) warnOf(problems []lint.Problem) {
	for _, p := range problems {
		if p.Stops || p.Code == 0 || slices.Contains(c.warned, p) {
			continue // problems of a repeated document were reported
		}
		c.warned = append(c.warned, p)
		c.warn(&Failure{Code: p.Code, Text: p.Text, Line: p.Line, Col: p.Column, mild: true})
	}
}

// request makes the request of a transfer.
func (c *Call) request(t *transfer) (request, *Failure) {
	u, f := c.e.destination(t)
	if f != nil {
		return request{}, f
	}
	rq := request{kind: t.kind, url: u, method: method(t.method), call: c, jar: c.cookies()}
	rq.bare = c.voiceParams(nil)
	rq.params = rq.bare
	if len(t.params) > 0 {
		rq.params = c.voiceParams(t.params)
	}
	return rq, nil
}

// method reads an HTTP method, POST unless it is GET.
func method(m string) string {
	if strings.EqualFold(strings.TrimSpace(m), http.MethodGet) {
		return http.MethodGet
	}
	return http.MethodPost
}

// countDocument keeps a call from running forever.
func (c *Call) countDocument() *Failure {
	c.documents++
	c.idle++
	if !c.idleAt.Equal(c.e.now) {
		c.idle, c.idleAt = 1, c.e.now
	}
	limits := c.e.limits
	var f *Failure
	switch {
	case c.documents > limits.Documents:
		f = failure(14106, "the call fetched more than %d documents", limits.Documents)
	case c.idle > limits.Idle:
		f = failure(14106, "the call fetched more than %d documents in a row and the caller heard nothing: they redirect in a loop", limits.Idle)
	default:
		return nil
	}
	f.fatal = true
	if c.base != nil {
		f.URL = c.base.String()
	}
	return f
}

// exec executes the verbs of a document. It returns where the call goes next,
// or nil at the end of the document.
func (c *Call) exec(doc *document) (*transfer, error) {
	for v := range doc.root.Elements() {
		if err := c.interrupted(); err != nil {
			return nil, err
		}
		c.verbs++
		if c.verbs > c.e.limits.Verbs {
			f := failure(12400, "the call executed more than %d verbs", c.e.limits.Verbs)
			f.fatal = true
			return nil, f
		}
		if f := doc.stop(v); f != nil {
			return nil, f
		}
		if f := c.setting.forbids(v); f != nil {
			return nil, f
		}
		verb, ok := c.e.verbs[v.Name]
		if !ok {
			continue
		}
		if !verb.unanswered {
			c.answer()
		}
		next, err := verb.run(c, doc, v)
		if next != nil || err != nil {
			return next, err
		}
	}
	return nil, nil
}

func (c *Call) redirect(doc *document, v *twiml.Node) (*transfer, error) {
	ref := strings.TrimSpace(rawText(v))
	t, err := c.transferTo(doc, ref, attr(v, "method", ""), webhook.KindTwiMLRedirectRequest, nil)
	if err == nil {
		c.emit(Event{Type: EventRedirected, Node: v, Text: t.ref})
	}
	return t, err
}

// transferTo is a transfer to a URL of a document. An empty one is the document's own.
func (c *Call) transferTo(doc *document, ref, method string, kind webhook.Kind, params Params) (*transfer, error) {
	if doc.base == nil {
		if u, err := url.Parse(ref); err != nil || !u.IsAbs() {
			return nil, failure(11100, "%q is not absolute, and an inline document has no base URL", ref)
		}
	}
	t := &transfer{kind: kind, ref: ref, method: method, params: params, base: doc.base}
	if ref == "" {
		t.ref = doc.base.String()
	}
	return t, nil
}

func (c *Call) reject(_ *document, v *twiml.Node) (*transfer, error) {
	if !c.answered.IsZero() || c.direction != webhook.CallDirectionInbound {
		c.warn(&Failure{Code: 12200, Text: "Reject comes too late: the call was already answered", Line: v.Line, Col: v.Column})
		return nil, errEnded
	}
	reason := attr(v, "reason", "rejected")
	c.killed, c.sipCode = webhook.CallStatusNoAnswer, 404
	if reason == "busy" {
		c.killed, c.sipCode = webhook.CallStatusBusy, 486
	}
	c.emit(Event{Type: EventRejected, Node: v, Text: reason})
	return nil, errEnded
}

// answer answers an incoming call.
func (c *Call) answer() {
	if c.direction != webhook.CallDirectionInbound || !c.answered.IsZero() {
		return
	}
	c.status, c.answered = webhook.CallStatusInProgress, c.e.now
	c.emit(Event{Type: EventAnswered})
}

// interrupted returns why the leg cannot continue.
func (c *Call) interrupted() error {
	switch {
	case c.killed != "":
		return errEnded
	case c.gone:
		return errHungUp
	case c.canceled:
		return errCanceled
	case c.update != nil:
		return errUpdated
	case !c.e.now.Before(c.deadline):
		c.killed = webhook.CallStatusCompleted
		return errEnded
	}
	for _, over := range c.scopes {
		if over() {
			return errScope
		}
	}
	return nil
}

// within runs f until over reports true, which ends it with errScope.
func (c *Call) within(over func() bool, f func() error) error {
	n := len(c.scopes)
	c.scopes = append(c.scopes, over)
	defer func() { c.scopes = c.scopes[:n] }()
	return f()
}

// until parks the leg until cond is true or end is reached; a zero end means
// never. It returns an error if the leg is interrupted.
func (c *Call) until(end time.Time, cond func() bool) error {
	before := c.waitsUntil
	c.waitsUntil, c.skipped = end, false
	defer func() { c.waitsUntil = before }()
	for {
		if err := c.interrupted(); err != nil {
			return err
		}
		if cond != nil && cond() || !end.IsZero() && !c.e.now.Before(end) || c.skipped {
			c.skipped = false
			return nil
		}
		wake := end
		if wake.IsZero() || wake.After(c.deadline) {
			wake = c.deadline
		}
		c.p.park(wake)
	}
}
