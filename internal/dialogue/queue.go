package dialogue

import (
	"errors"
	"slices"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// queue is a line of waiting callers.
type queue struct {
	name    string
	sid     string
	tickets []*ticket
	served  int
	waited  time.Duration // of all who were served
}

// ticket is a caller's place in a queue.
type ticket struct {
	call    *Call
	q       *queue
	since   time.Time
	dialer  *Call  // who takes the caller out of the queue
	ref     string // Queue url
	via     string
	doc     *document // that holds the Queue
	ready   bool      // url was heard
	release bool      // the bridge is over
	time    int       // seconds waited, once the waiting is over
}

// errLeave ends the waiting by Leave.
var errLeave = errors.New("dialogue: the caller leaves the queue")

func (c *Call) leave(*document, *twiml.Node) (*transfer, error) {
	if c.ticket == nil {
		c.warn(failure(12200, "Leave is only allowed while waiting in a queue"))
		return nil, nil
	}
	return nil, errLeave
}

func (t *ticket) position() int { return slices.Index(t.q.tickets, t) + 1 }

func (t *ticket) waited(now time.Time) int { return int(now.Sub(t.since) / time.Second) }

func (q *queue) average() int {
	if q.served == 0 {
		return 0
	}
	return int(q.waited/time.Second) / q.served
}

func (e *Engine) queue(name string) *queue {
	if q := e.queues[name]; q != nil {
		return q
	}
	if e.queues == nil {
		e.queues = map[string]*queue{}
	}
	q := &queue{name: name, sid: e.newSID("QU")}
	e.queues[name] = q
	return q
}

// enqueue puts the caller in a queue (verb-semantics.md, 3, Enqueue).
func (c *Call) enqueue(doc *document, v *twiml.Node) (*transfer, error) {
	name := text(v)
	if workflow := attr(v, "workflowSid", ""); workflow != "" {
		name = workflow
	}
	action := func(result string, t *ticket) (*transfer, error) {
		c.emit(Event{Type: EventDequeued, Node: v, Text: result})
		ref := attr(v, "action", "")
		if ref == "" {
			return nil, nil
		}
		p := pairs("QueueResult", result)
		if t != nil {
			p = append(p, pairs("QueueSid", t.q.sid, "QueueTime", itoa(t.time))...)
		}
		return c.transferTo(doc, ref, attr(v, "method", ""), webhook.KindEnqueueAction, p)
	}
	if len(name) == 0 || len([]rune(name)) > 64 {
		code := 14205
		if name == "" {
			code = 14204
		}
		c.warn(failure(code, "a queue's name has 1 to 64 characters"))
		return action("error", nil)
	}
	q := c.e.queue(name)
	size := 1000
	if n := number(v, "maxQueueSize", 0); n > 0 {
		size = n
	}
	if len(q.tickets) >= size {
		c.warn(failure(14207, "the queue is full"))
		return action("queue-full", nil)
	}
	t := &ticket{call: c, q: q, since: c.e.now}
	q.tickets = append(q.tickets, t)
	c.emit(Event{Type: EventEnqueued, Node: v, Text: name})
	c.e.wakeQueues()

	before := c.ticket
	c.ticket = t
	err := c.waitInQueue(doc, v, t, size)
	c.ticket = before
	t.time = t.waited(c.e.now)
	q.tickets = slices.DeleteFunc(q.tickets, func(o *ticket) bool { return o == t })

	switch {
	case errors.Is(err, errScope): // someone takes the caller out of the queue
		return c.leaveWithDialer(t, action)
	case errors.Is(err, errLeave):
		return action("leave", t)
	case errors.Is(err, errHungUp), errors.Is(err, errEnded) && c.killed == "":
		next, f := action("hangup", t)
		if f != nil {
			return nil, err
		}
		return nil, c.farewell(next, err)
	case errors.Is(err, errUpdated):
		next, f := action("redirected", t)
		return nil, c.tellInPassing(next, f, err)
	case asFailure(err) != nil:
		return action("error", t)
	}
	return nil, err
}

// waitInQueue repeats the waiting document until something ends the waiting.
func (c *Call) waitInQueue(doc *document, v *twiml.Node, t *ticket, size int) error {
	defer c.busy(Activity{State: StateInQueue})()
	return c.within(func() bool { return t.dialer != nil }, func() error {
		for {
			began := c.e.now
			wait, f := c.waitDocument(doc, v, "waitUrl", "waitUrlMethod", webhook.KindEnqueueWaitURL, pairs(
				"QueueSid", t.q.sid, "QueuePosition", itoa(t.position()), "QueueTime", itoa(t.waited(began)),
				"AvgQueueTime", itoa(t.q.average()), "CurrentQueueSize", itoa(len(t.q.tickets)), "MaxQueueSize", itoa(size),
			))
			if f != nil {
				return f
			}
			if wait == nil { // music or silence
				return c.until(time.Time{}, func() bool { return false })
			}
			if err := c.interrupted(); err != nil {
				return err
			}
			if err := c.nested(queueSetting, nil, wait); err != nil {
				return err
			}
			// A document without audio would be fetched again at once; wait, as
			// Twilio does.
			if c.e.now.Sub(began) < time.Second {
				if err := c.until(began.Add(time.Second), nil); err != nil {
					return err
				}
			}
		}
	})
}

// leaveWithDialer connects the caller to whoever dialed the queue.
func (c *Call) leaveWithDialer(t *ticket, action func(string, *ticket) (*transfer, error)) (*transfer, error) {
	t.q.served++
	t.q.waited += c.e.now.Sub(t.since)
	var err error
	if t.ref != "" {
		err = c.nested(dequeueSetting, &transfer{
			kind: webhook.KindQueueURL, ref: t.ref, method: t.via, base: t.doc.base,
			params: pairs("QueueSid", t.q.sid, "QueueTime", itoa(t.time), "DequeingCallSid", t.dialer.sid),
		}, nil)
		if f := asFailure(err); f != nil {
			err = nil
		}
	}
	if err == nil && !t.release {
		t.ready = true
		c.peer = t.dialer
		c.e.wake(t.dialer.p)
		idle := c.busy(Activity{State: StateTalking})
		err = c.until(time.Time{}, func() bool { return t.release })
		idle()
		c.peer = nil
	}
	t.release = true
	c.e.wake(t.dialer.p)
	result := t.result(err)
	next, f := action(result, t)
	if errors.Is(err, errUpdated) {
		return nil, c.tellInPassing(next, f, err)
	}
	if f != nil {
		return nil, f
	}
	if errors.Is(err, errHungUp) {
		return nil, c.farewell(next, err)
	}
	if err != nil {
		return nil, err
	}
	return next, nil
}

// result is the QueueResult of a caller whom a Dial took out of the queue. An
// end before the url was heard does not count as bridged.
func (t *ticket) result(err error) string {
	switch updated := errors.Is(err, errUpdated); {
	case updated && t.ready:
		return "redirected-from-bridged"
	case updated:
		return "redirected"
	case t.ready:
		return "bridged"
	case err != nil:
		return "hangup"
	}
	return "bridging-in-process"
}

// tellInPassing requests an action without executing the answer, because the
// call has another document. It returns err.
func (c *Call) tellInPassing(t *transfer, failed, err error) error {
	if failed == nil && t != nil {
		if rq, f := c.request(t); f == nil {
			c.callback(rq.kind, t.base, t.ref, t.method, rq.params)
		}
	}
	return err
}

// dequeue connects the caller of a Dial to the first in a queue.
func (c *Call) dequeue(d *dialing, n *twiml.Node) (dialResult, error) {
	c.answer()
	defer c.busy(Activity{State: StateDialing})()
	name := text(n)
	q := c.e.queues[name]
	if q == nil {
		return dialResult{status: webhook.CallStatusFailed, seconds: -1, extra: pairs("DequeueResult", "queue-not-found")}, nil
	}
	c.emit(Event{Type: EventDialing, Node: n, Text: "queue " + name})
	first := func() *ticket {
		for _, t := range q.tickets {
			if t.dialer == nil {
				return t
			}
		}
		return nil
	}
	c.e.queueWaits = append(c.e.queueWaits, c.p)
	err := c.until(c.e.now.Add(d.timeout), func() bool { return first() != nil })
	c.e.queueWaits = slices.DeleteFunc(c.e.queueWaits, func(p *proc) bool { return p == c.p })
	t := first()
	if err != nil || t == nil {
		r := dialResult{status: webhook.CallStatusNoAnswer, seconds: -1, extra: pairs("QueueSid", q.sid, "DequeueResult", "queue-empty")}
		if err != nil {
			r.status = webhook.CallStatusCanceled
		}
		return r, err
	}
	t.dialer, t.doc = c, d.doc
	t.ref, t.via = attr(n, "url", ""), attr(n, "method", "")
	k := t.call
	waited := t.waited(c.e.now)
	c.e.wake(k.p)
	err = c.until(time.Time{}, func() bool { return t.ready || t.release || k.finished })
	r := dialResult{status: webhook.CallStatusCompleted, sid: k.sid, seconds: 0}
	started := c.e.now
	if err == nil && t.ready {
		r.bridged = true
		c.peer = k
		c.activity = Activity{State: StateTalking}
		c.emit(Event{Type: EventBridged, Other: k})
		limit := time.Time{}
		if d.timeLimit > 0 {
			limit = started.Add(d.timeLimit)
		}
		err = c.until(limit, func() bool { return t.release || k.finished || d.starred() })
		c.peer = nil
	}
	t.release = true
	k.e.wake(k.p)
	r.seconds = seconds(c.e.now.Sub(started))
	result := "bridged"
	if !r.bridged {
		result, r.status = "hangup", webhook.CallStatusNoAnswer
	}
	r.extra = pairs(
		"QueueSid", q.sid, "DequeueResult", result, "DequeuedCallSid", k.sid,
		"DequeuedCallQueueTime", itoa(waited), "DequeuedCallDuration", itoa(r.seconds),
	)
	return r, err
}

// wakeQueues wakes those who wait for a caller.
func (e *Engine) wakeQueues() {
	for _, p := range e.queueWaits {
		e.wake(p)
	}
}
