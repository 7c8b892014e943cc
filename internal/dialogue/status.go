package dialogue

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// itoa is short for strconv.Itoa.
func itoa(n int) string { return strconv.Itoa(n) }

// stamp writes a time as Twilio's classic requests do.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

// stampISO writes a time as stream and transcription requests do.
func stampISO(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// seconds returns whole seconds.
func seconds(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }

// subscription is the URL and the events of a leg's reports.
type subscription struct {
	url    string
	method string
	events []string
	base   *url.URL
}

// progress moves the leg to a status and reports it to a subscriber.
// Numbers count events without a subscriber, too (verb-semantics.md, 4).
func (c *Call) progress(event string, status webhook.CallStatus) {
	c.status = status
	switch event {
	case "ringing":
		c.emit(Event{Type: EventRinging})
	case "answered":
		c.answered = c.e.now
		c.emit(Event{Type: EventAnswered, Text: c.answerer})
	}
	number := c.sequence
	c.sequence++
	sub := c.subscription()
	if sub.url == "" || !slices.Contains(sub.events, event) {
		return
	}
	extra := pairs("Timestamp", stamp(c.e.now), "CallbackSource", "call-progress-events", "SequenceNumber", itoa(number))
	if c.direction == webhook.CallDirectionOutboundAPI && (event == "ringing" || event == "answered") {
		extra = append(extra, Param{"StirStatus", "A"})
	}
	if event == "completed" {
		talked := time.Duration(0)
		if !c.answered.IsZero() {
			talked = c.ended.Sub(c.answered)
		}
		whole := seconds(talked)
		extra = append(extra, pairs("CallDuration", itoa(whole), "Duration", itoa((whole+59)/60), "SipResponseCode", itoa(c.sipCode))...)
		if c.machine && !c.answered.IsZero() {
			extra = append(extra, Param{"AnsweredBy", c.answerer})
		}
		extra = append(extra, c.recordedParams()...)
	}
	kind := webhook.KindCallStatusCallback
	if c.direction == webhook.CallDirectionOutboundDial {
		kind = webhook.KindDialLegStatusCallback
	}
	c.callback(kind, sub.base, sub.url, sub.method, c.voiceParams(extra))
}

func (c *Call) subscription() subscription {
	if c.reports != nil {
		return *c.reports
	}
	s := subscription{url: c.setup.StatusCallback, method: c.setup.StatusMethod, events: c.setup.StatusEvents}
	if len(s.events) == 0 || c.direction == webhook.CallDirectionInbound {
		s.events = []string{"completed"}
	}
	return s
}

// finish ends the leg and everything that depends on it.
func (c *Call) finish() {
	status := c.killed
	switch {
	case status == webhook.CallStatusBusy || status == webhook.CallStatusNoAnswer || status == webhook.CallStatusFailed || status == webhook.CallStatusCanceled:
		if !c.answered.IsZero() {
			status = webhook.CallStatusCompleted
		}
	case c.answered.IsZero() && c.gone:
		status = webhook.CallStatusNoAnswer
	case c.answered.IsZero() && c.canceled:
		status = webhook.CallStatusCanceled
	case c.answered.IsZero() && c.direction == webhook.CallDirectionInbound:
		c.answer() // a document without a verb answers and hangs up
		status = webhook.CallStatusCompleted
	case c.answered.IsZero():
		if status == "" || status == webhook.CallStatusCompleted {
			status = webhook.CallStatusCanceled
		}
	default:
		status = webhook.CallStatusCompleted
	}
	if c.sipCode == 0 {
		c.sipCode = map[webhook.CallStatus]int{webhook.CallStatusCompleted: 200, webhook.CallStatusBusy: 486, webhook.CallStatusNoAnswer: 487, webhook.CallStatusCanceled: 487, webhook.CallStatusFailed: 404}[status]
	}
	if c.ended.IsZero() {
		c.ended = c.e.now
	}
	c.endSessions()
	c.listening, c.inbox, c.peer = nil, nil, nil
	c.activity = Activity{State: StateOver}
	c.progress("completed", status)
	c.emit(Event{Type: EventEnded, Text: string(status), Duration: c.ended.Sub(c.created)})
	if c.parent != nil {
		c.e.wake(c.parent.p)
	}
	c.finished = true
}

// farewell is a verb's request after the caller has hung up. It has the final
// status: completed, unless the call was never answered. The answer has no
// effect.
func (c *Call) farewell(t *transfer, err error) error {
	if t == nil || c.killed != "" && c.killed != webhook.CallStatusCompleted {
		return err
	}
	c.status, c.ended = webhook.CallStatusCompleted, c.e.now
	if c.answered.IsZero() {
		c.status = webhook.CallStatusNoAnswer
	}
	rq, f := c.request(t)
	if f == nil {
		_, f = c.e.fetchUnread(c.p, rq)
	}
	if f != nil {
		c.warn(f)
	}
	return err
}

// fetchUnread fetches and reports the exchange without reading the body.
func (e *Engine) fetchUnread(p *proc, rq request) (*Exchange, *Failure) {
	a, f := e.fetch(p, rq)
	if f != nil {
		return nil, f
	}
	if a.cached == nil {
		e.show(a.exchange)
	}
	return a.exchange, nil
}

// callback sends params to ref without waiting for the answer, which has no
// effect. A wrong answer is a warning, and a panic of a handler in this process
// is a failure.
func (c *Call) callback(kind webhook.Kind, base *url.URL, ref, method string, params Params) {
	c.e.callback(c, kind, base, ref, method, params)
}

func (e *Engine) callback(c *Call, kind webhook.Kind, base *url.URL, ref, via string, params Params) {
	var x *Exchange
	warn := func(f *Failure) {
		level := f.level()
		if x != nil && x.Status >= 300 && x.Err == nil {
			level = EventWarned // an answer, but a wrong one
		}
		e.emit(Event{Type: level, Call: c, Failure: f, Text: string(kind) + ": " + f.Error(), Exchange: x})
	}
	u, f := e.resolve(base, ref)
	if f != nil {
		warn(f)
		return
	}
	turn := c.nextTurn()
	e.spawn(func(p *proc) {
		turn.wait(p)
		defer turn.end(e)
		rq := request{kind: kind, url: u, method: method(via), call: c, params: params, bare: params, async: true, last: &x}
		_, f := e.fetchUnread(p, rq)
		if f == nil {
			f = x.notice()
		}
		if f != nil {
			f.URL = u.String()
			warn(f)
		}
	})
}

// turn keeps the callbacks of a leg in order in real time, where each is sent from a
// goroutine of its own: one waits a moment for the answer to the one before.
type turn struct {
	before *turn
	over   bool
	next   *proc
}

// turnTime is how long a callback waits for the one before it.
const turnTime = 500 * time.Millisecond

func (c *Call) nextTurn() *turn {
	if c == nil {
		return &turn{}
	}
	c.turn = &turn{before: c.turn}
	return c.turn
}

func (t *turn) wait(p *proc) {
	b := t.before
	t.before = nil
	if b == nil || p.e.cfg.Clock == nil {
		return
	}
	b.next = p
	for end := p.e.now.Add(turnTime); !b.over && p.e.now.Before(end); {
		p.park(end)
	}
}

func (t *turn) end(e *Engine) {
	t.over = true
	e.wake(t.next)
}

// notice returns what Twilio would log about an answer that is not executed.
func (x *Exchange) notice() *Failure {
	switch {
	case x.untyped():
		return failure(11200, "a callback was answered with neither a body nor a Content-Type: "+goodAnswers)
	case x.Status == http.StatusNoContent || len(x.ResponseBody) == 0:
		return nil
	case strings.Contains(x.ResponseHeader.Get("Content-Type"), "xml"):
		root, f := parseResponse(x.ResponseBody)
		if f == nil && len(root.Children) > 0 {
			f = failure(15003, "a callback was answered with TwiML, which is not executed")
		}
		return f
	}
	return failure(15003, "a callback was answered with a body, which is not read; answer 204")
}
