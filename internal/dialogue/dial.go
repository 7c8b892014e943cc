package dialogue

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// dialing is a running Dial.
type dialing struct {
	caller       *Call
	doc          *document
	v            *twiml.Node
	callerID     string
	timeout      time.Duration
	timeLimit    time.Duration
	hangupOnStar bool
	star         bool // it was pressed
	legs         []*Call
	winner       *Call
	refer        *transfer // where a transfer leads
}

// dialResult is what a Dial sends to its action.
type dialResult struct {
	status  webhook.CallStatus
	sid     string
	seconds int // of the bridge; -1: not sent
	bridged bool
	extra   Params
	failure *Failure
}

// dialVerb connects the caller to others (verb-semantics.md, 3, Dial).
func (c *Call) dialVerb(doc *document, v *twiml.Node) (*transfer, error) {
	if attr(v, "answerOnBridge", "false") != "true" {
		c.answer()
	}
	d := &dialing{
		caller: c, doc: doc, v: v,
		callerID:     attr(v, "callerId", c.from.Address),
		timeout:      time.Duration(number(v, "timeout", 30)) * time.Second,
		timeLimit:    time.Duration(number(v, "timeLimit", 14400)) * time.Second,
		hangupOnStar: attr(v, "hangupOnStar", "false") == "true",
	}
	if c.direction != webhook.CallDirectionInbound && !has(v, "callerId") {
		d.callerID = c.to.Address
	}
	c.dial = d
	c.inbox = nil
	var r dialResult
	var err error
	switch noun := d.soleNoun(); noun.Name {
	case "Conference":
		r, err = c.confer(d, noun)
	case "Queue":
		r, err = c.dequeue(d, noun)
	default:
		r, err = d.people()
	}
	c.dial, c.peer, c.referral = nil, nil, ""
	var f *Failure
	if errors.As(err, &f) {
		return nil, f
	}
	if r.failure != nil {
		r.failure.Line, r.failure.Col = v.Line, v.Column
		c.warn(r.failure)
	}
	if err == nil || errors.Is(err, errHungUp) {
		c.emit(Event{Type: EventDialEnded, Node: v, Text: string(r.status), Duration: time.Duration(max(r.seconds, 0)) * time.Second})
	}
	if d.refer != nil {
		return d.refer, nil
	}
	action := attr(d.v, "action", "")
	if action == "" {
		return nil, err
	}
	t, f2 := c.transferTo(doc, action, attr(v, "method", ""), webhook.KindDialAction, r.params())
	switch {
	case errors.Is(err, errHungUp) && f2 == nil:
		return nil, c.farewell(t, err)
	case err != nil:
		return nil, err
	}
	return t, f2
}

func (r dialResult) params() Params {
	p := pairs("DialCallStatus", string(r.status))
	if r.sid != "" {
		p = append(p, Param{"DialCallSid", r.sid})
	}
	if r.seconds >= 0 && r.bridged && r.sid != "" {
		p = append(p, Param{"DialCallDuration", itoa(r.seconds)})
	}
	bridged := "false"
	if r.bridged {
		bridged = "true"
	}
	return append(append(p, Param{"DialBridged", bridged}), r.extra...)
}

func (d *dialing) soleNoun() *twiml.Node {
	for n := range d.v.Elements() {
		if n.Name == "Conference" || n.Name == "Queue" {
			return n
		}
	}
	return &twiml.Node{}
}

// targets reads whom to ring.
func (d *dialing) targets() (out []target, f *Failure) {
	for n := range d.v.Elements() {
		t := target{noun: n.Name, address: text(n), n: n}
		switch n.Name {
		case "Client":
			if id := child(n, "Identity"); id != nil {
				t.address = text(id)
			}
			t.address = "client:" + t.address
		case "Sip":
			if uri := child(n, "Uri"); uri != nil {
				t.address = text(uri)
			}
		case "WhatsApp":
			t.address = "whatsapp:" + t.address
		case "Sim":
			t.address = "sim:" + t.address
		case "Application":
			if sid := child(n, "ApplicationSid"); sid != nil {
				t.address = text(sid)
			}
			if _, ok := d.caller.e.cfg.Applications[t.address]; !ok {
				f = failure(31001, "the TwiML App %q is unknown here", t.address)
				continue
			}
		case "Number":
		default:
			f = failure(13215, "%s is not allowed in Dial", n.Name)
			continue
		}
		if wrong := cmp.Or(t.check(), d.checkCallerID(t)); wrong != nil {
			f = wrong
			continue
		}
		out = append(out, t)
	}
	if len(out) == 0 && f == nil {
		t := target{noun: "Number", address: text(d.v), n: d.v}
		if strings.HasPrefix(t.address, "sip:") {
			t.noun = "Sip"
		}
		if f = cmp.Or(t.check(), d.checkCallerID(t)); f == nil {
			out = append(out, t)
		}
	}
	if len(out) > 10 {
		out, f = out[:10], failure(13250, "a Dial rings at most ten")
	}
	return out, f
}

// check refuses what no network could route.
func (t target) check() *Failure {
	switch t.noun {
	case "Number":
		digits := strings.Map(func(r rune) rune {
			if strings.ContainsRune(" -.()", r) {
				return -1
			}
			return r
		}, t.address)
		plain := strings.TrimPrefix(digits, "+")
		if len(plain) < 3 || len(plain) > 15 || strings.Trim(plain, "0123456789") != "" {
			return failure(13223, "the number to dial is not a phone number")
		}
	case "Sip":
		if !strings.HasPrefix(t.address, "sip:") && !strings.HasPrefix(t.address, "sips:") {
			return failure(13243, "a SIP address starts with sip: or sips:")
		}
	}
	return nil
}

// checkCallerID refuses a call to a number that would not come from one.
func (d *dialing) checkCallerID(t target) *Failure {
	switch {
	case t.noun != "Number":
		return nil
	case strings.HasPrefix(attr(d.v, "callerId", ""), "client:"):
		return failure(13214, "callerId is a client, which can call clients only; give a number")
	case strings.HasPrefix(d.caller.from.Address, "client:") && !has(d.v, "callerId") && d.caller.direction == webhook.CallDirectionInbound:
		return failure(13214, "callerId must be given when a client calls a number")
	}
	return nil
}

// people rings people, all at once or one after the other.
func (d *dialing) people() (dialResult, error) {
	c := d.caller
	targets, wrong := d.targets()
	result := dialResult{status: webhook.CallStatusFailed, seconds: -1, failure: wrong}
	if wrong != nil && wrong.Code == 13214 {
		result.extra = pairs("ErrorCode", itoa(wrong.Code), "ErrorMessage", wrong.Text)
	}
	batches := [][]target{targets}
	if attr(d.v, "sequential", "false") == "true" {
		batches = slices.Collect(slices.Chunk(targets, 1))
	}
	for _, batch := range batches {
		if len(batch) == 0 {
			continue
		}
		r, err := d.batch(batch)
		r.failure = wrong
		if err != nil || r.bridged || d.winner != nil {
			return r, err
		}
		result = r
		d.legs = nil
	}
	return result, c.interrupted()
}

// batch rings some at once, and bridges the first who is ready to talk.
func (d *dialing) batch(targets []target) (dialResult, error) {
	c := d.caller
	idle := c.busy(Activity{State: StateDialing})
	defer func() { idle() }()
	for _, t := range targets {
		c.emit(Event{Type: EventDialing, Node: t.n, Text: t.address})
		d.legs = append(d.legs, d.newLeg(t))
	}
	ringing := c.e.now
	err := c.until(time.Time{}, func() bool {
		if d.winner != nil {
			return d.winner.ready || d.winner.finished || d.winner.detached
		}
		return !slices.ContainsFunc(d.legs, func(k *Call) bool { return !k.finished })
	})
	k := d.winner
	if err != nil || k == nil || !k.ready || k.finished || k.detached {
		d.giveUp()
		return d.unbridged(err), err
	}
	return d.bridge(k, ringing)
}

// answered selects the first to answer and stops ringing the others.
func (d *dialing) answered(k *Call) {
	if d.winner != nil {
		return
	}
	d.winner = k
	for _, other := range d.legs {
		if other != k && !other.finished {
			other.canceled = true
			other.e.wake(other.p)
		}
	}
	k.e.wake(d.caller.p)
}

// giveUp ends all remaining legs and waits for their end.
func (d *dialing) giveUp() {
	for _, k := range d.legs {
		if k.finished || k.detached {
			continue
		}
		if k.answered.IsZero() {
			k.canceled = true
		} else if k.killed == "" {
			k.killed = webhook.CallStatusCompleted
		}
		k.e.wake(k.p)
	}
	d.caller.waitForLegs(d.legs)
}

// waitForLegs waits for dialed legs to end, which takes no time.
func (c *Call) waitForLegs(legs []*Call) {
	for slices.ContainsFunc(legs, func(k *Call) bool { return !k.finished && !k.detached }) {
		c.p.park(time.Time{})
	}
}

// unbridged returns the result of an attempt without a conversation.
func (d *dialing) unbridged(err error) dialResult {
	r := dialResult{status: webhook.CallStatusFailed, seconds: -1}
	if k := d.winner; k != nil {
		r.sid, r.status = k.sid, webhook.CallStatusCompleted
		return r
	}
	rank := []webhook.CallStatus{webhook.CallStatusFailed, webhook.CallStatusCanceled, webhook.CallStatusBusy, webhook.CallStatusNoAnswer}
	for _, k := range d.legs {
		if slices.Index(rank, k.status) >= slices.Index(rank, r.status) {
			r.status, r.sid = k.status, k.sid
		}
		if k.isSIP {
			r.extra = k.sipParams()
		}
	}
	if err != nil {
		r.status = webhook.CallStatusCanceled
	}
	return r
}

// bridge connects the caller and k until one of them, or the time limit, ends
// the call.
func (d *dialing) bridge(k *Call, ringing time.Time) (dialResult, error) {
	c := d.caller
	c.answer()
	c.inbox = nil // keys that were pressed while it rang have no effect
	started := c.e.now
	if !k.isApp {
		c.peer, k.peer = k, c
		k.activity = Activity{State: StateTalking}
	}
	c.activity = Activity{State: StateTalking}
	c.emit(Event{Type: EventBridged, Other: k})
	rec, to := d.startRecording(ringing)
	limit := started.Add(d.timeLimit)
	if d.timeLimit == 0 {
		limit = time.Time{}
	}
	err := c.until(limit, func() bool {
		return k.finished || k.detached || d.starred() || d.referred()
	})
	c.peer, k.peer = nil, nil
	detached := k.detached
	r := dialResult{status: webhook.CallStatusCompleted, sid: k.sid, bridged: true, seconds: seconds(c.e.now.Sub(started))}
	d.giveUp()
	if detached {
		r.seconds = -1
	}
	if rec != nil {
		rec.length = c.e.now.Sub(rec.started)
		rec.trimmed = rec.length
		c.e.report(c, to, *rec, "completed")
		r.extra = pairs("RecordingUrl", c.e.recordingURL(rec.sid), "RecordingSid", rec.sid, "RecordingDuration", itoa(seconds(rec.length)))
	}
	if k.isSIP {
		r.extra = append(r.extra, k.sipParams()...)
	}
	return r, err
}

// starred reports whether the caller ended the call with a star.
func (d *dialing) starred() bool {
	for !d.star {
		in, ok := d.caller.take()
		if !ok {
			break
		}
		d.star = in.key == "*" && d.hangupOnStar
	}
	return d.star
}

// referred reports whether a SIP phone requested a transfer, and prepares it.
func (d *dialing) referred() bool {
	c := d.caller
	if c.referral == "" {
		return false
	}
	ref := attr(d.v, "referUrl", "")
	if ref == "" {
		c.warn(failure(13802, "a phone requested a transfer, but the Dial has no referUrl"))
		c.referral = ""
		return false
	}
	target := c.referral
	c.emit(Event{Type: EventReferred, Node: d.v, Text: target})
	t, f := c.transferTo(d.doc, ref, attr(d.v, "referMethod", ""), webhook.KindDialReferURL, pairs("ReferTransferTarget", "<"+target+">"))
	if f == nil {
		d.refer = t
	}
	return true
}

// startRecording starts recording the bridge if the Dial has record.
func (d *dialing) startRecording(ringing time.Time) (*recording, reporting) {
	mode := attr(d.v, "record", "do-not-record")
	to := reportingOf(d.doc, d.v)
	if mode == "do-not-record" || mode == "false" {
		return nil, to
	}
	c := d.caller
	r := &recording{sid: c.e.newSID("RE"), source: "DialVerb", call: c.sid, channels: 1, track: attr(d.v, "recordingTrack", "both"), started: c.e.now}
	if strings.HasSuffix(mode, "-dual") {
		r.channels = 2
	}
	if strings.HasPrefix(mode, "record-from-ringing") {
		r.started = ringing
	}
	c.emit(Event{Type: EventRecordingStarted, Node: d.v})
	c.e.report(c, to, *r, "in-progress")
	return r, to
}

// sipParams are what a Dial to a SIP address adds.
func (k *Call) sipParams() Params {
	host := strings.TrimPrefix(k.to.Address, "sip:")
	if _, after, ok := strings.Cut(host, "@"); ok {
		host = after
	}
	p := pairs("DialSipCallId", k.sid[2:]+"@"+host, "DialSipResponseCode", itoa(k.sipCode))
	if k.reaction != nil {
		for _, h := range k.reaction.SIPHeaders {
			p = append(p, Param{"DialSipHeader_" + h.Name, h.Value})
		}
	}
	return p
}
