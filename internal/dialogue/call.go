package dialogue

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml/lint"
	"github.com/ringback-go/ringback/webhook"
)

// CallSetup describes a call and Twilio's configuration for it.
type CallSetup struct {
	// URL answers the call. It may be relative to Config.BaseURL.
	URL, Method                 string
	FallbackURL, FallbackMethod string
	// StatusCallback gets the end of the call and, for a call that the program
	// makes, the StatusEvents: initiated, ringing, answered, completed.
	StatusCallback, StatusMethod string
	StatusEvents                 []string
	// TwiML is a document instead of URL, at most 4000 characters.
	TwiML string
	// From and To default to +15550101 and +15550100.
	From, To Party
	// Outbound makes it a call of the program to a person (REST API): To
	// rings first, and the document is fetched when it answers.
	Outbound bool
	// RingTimeout ends the ringing of an outbound call. Default 60 s.
	RingTimeout time.Duration
	// SendDigits are tones that an outbound call sends when it is answered.
	SendDigits string
	// Detection and Recording are those of an outbound call.
	Detection Detection
	Recording CallRecording
	// ApplicationSID is sent for calls of a Voice SDK client.
	ApplicationSID string
	// Params are added at the end of every request: CallerName, StirVerstat and
	// others.
	Params Params
	// Verstat is sent as StirVerstat. Default TN-Validation-Passed-A for
	// incoming calls from numbers; "-" sends none.
	Verstat string
}

// Call is a leg: one phone that is connected, or about to be connected, to
// Twilio. Its exported methods are what the person at that phone can do and
// see, or what a program can do to the call through the REST API.
type Call struct {
	e     *Engine
	setup CallSetup
	p     *proc

	leg     // who
	doing   // what now
	history // what was reported so far
}

// leg is the parties and the origin of a call.
type leg struct {
	sid       string
	from, to  Party
	direction webhook.CallDirection
	verstat   string
	token     string
	parent    *Call
	children  []*Call
	jar       http.CookieJar

	// For a dialed leg.
	reports  *subscription // to whom it reports
	ready    bool          // it can be bridged
	detached bool          // it was given its own document
	isApp    bool          // its documents are those of a TwiML App
	isSIP    bool
}

// doing is what the leg is doing, and changes by others that its coroutine has
// not handled yet.
type doing struct {
	gone     bool               // the person hung up
	canceled bool               // the parent gave up
	killed   webhook.CallStatus // the leg was ended with this status
	update   *transfer
	inbox    []input
	reaction *Reaction
	referral string

	activity   Activity
	waitsUntil time.Time     // it goes on by itself; zero: it does not
	skipped    bool          // someone does not wait for that
	ahead      time.Duration // how much time was skipped so far
	listening  *listener
	scopes     []func() bool
	setting    *setting // of the document that is executed
	dial       *dialing
	peer       *Call
	room       *room
	seat       *seat
	ticket     *ticket
	sounding   time.Time // the person speaks until then
	sessions   []*session
	// Of Connect and Stream.
	sessionEnd *SessionEnd // of a session that is not played
	link       link        // of a Connect that is
	streams    []*stream
	inbound    []Sounding // the person's voice
	outbound   []Sounding // what Twilio plays to them
	paying     *paying

	base   *url.URL // of the document that is executed
	inline bool
}

// history is what was reported about the leg so far.
type history struct {
	status   webhook.CallStatus
	created  time.Time
	answered time.Time
	ended    time.Time
	deadline time.Time
	finished bool
	sipCode  int
	answerer string // AnsweredBy
	machine  bool   // machine detection is on
	sequence int    // of status callbacks
	turn     *turn  // of the last callback
	spoken   []string

	warned    []lint.Problem
	documents int
	idle      int
	idleAt    time.Time
	verbs     int
}

// Reaction is what a dialed person does.
type Reaction struct {
	After      time.Duration      // the ringing before it; default 2 s
	Status     webhook.CallStatus // busy, no-answer, failed or canceled; answered otherwise
	AnsweredBy string             // human (the default), machine_start, fax, ...
	SIPHeaders Params             // X- headers of the answer of a SIP phone
}

// Call makes a call. It rings, and the first document is fetched, at the next
// Settle or Advance.
func (e *Engine) Call(setup CallSetup) *Call {
	defer e.act()()
	if setup.From.Address == "" {
		setup.From.Address = "+15550101"
	}
	if setup.To.Address == "" && setup.ApplicationSID == "" {
		setup.To.Address = "+15550100"
	}
	if setup.Outbound {
		setup.From, setup.To = setup.From.withGeography(false), setup.To.withGeography(true)
	} else {
		setup.From, setup.To = setup.From.withGeography(true), setup.To.withGeography(false)
	}
	if strings.HasPrefix(setup.From.Address, "sip:") && !setup.Outbound {
		setup.Params = e.sipParams(setup)
	}
	c := e.newCall(nil, setup)
	c.status = webhook.CallStatusRinging
	if setup.Outbound {
		c.direction, c.status = webhook.CallDirectionOutboundAPI, webhook.CallStatusQueued
		c.machine = setup.Detection.Mode != ""
	} else {
		c.verstat = setup.Verstat
		if c.verstat == "" && c.from.isNumber() {
			c.verstat = "TN-Validation-Passed-A"
			c.token = e.callToken(c.sid, c.from.Address, c.to.Address)
		}
		if c.verstat == "-" {
			c.verstat = ""
		}
	}
	c.emit(Event{Type: EventCallStarted, Text: c.from.Address + " to " + c.to.Address})
	c.p = e.spawn(func(*proc) { c.live() })
	if e.cfg.Clock != nil {
		e.touched()
	}
	return c
}

// sipParams adds the parameters of calls from a SIP phone.
func (e *Engine) sipParams(setup CallSetup) Params {
	_, host, _ := strings.Cut(setup.From.Address, "@")
	host, _, _ = strings.Cut(host, ";")
	p := append(Params{}, setup.Params...)
	for _, q := range pairs("SipDomain", host, "SipDomainSid", e.newSID("SD"), "SipCallId", e.newToken(), "SipSourceIp", "192.0.2.10") {
		if !p.Has(q.Name) {
			p = append(p, q)
		}
	}
	return p
}

func (e *Engine) newCall(parent *Call, setup CallSetup) *Call {
	c := &Call{
		e: e, setup: setup,
		leg:     leg{sid: e.newSID("CA"), from: setup.From, to: setup.To, direction: webhook.CallDirectionInbound, parent: parent},
		history: history{created: e.now, deadline: e.now.Add(e.limits.CallLength)},
	}
	e.calls = append(e.calls, c)
	e.forget()
	if parent != nil {
		parent.children = append(parent.children, c)
		c.direction = webhook.CallDirectionOutboundDial
	}
	return c
}

// Nobody returns a call that has ended. It replaces one that a test did not
// find.
func (e *Engine) Nobody() *Call {
	return &Call{e: e, history: history{status: webhook.CallStatusCompleted, finished: true}}
}

// SID returns the call's identifier.
func (c *Call) SID() string { return c.sid }

// From returns who calls.
func (c *Call) From() Party { return c.from }

// To returns who is called.
func (c *Call) To() Party { return c.to }

// Direction returns inbound, outbound-api or outbound-dial.
func (c *Call) Direction() webhook.CallDirection { return c.direction }

// Parent returns the call whose Dial made this leg, or nil.
func (c *Call) Parent() *Call { return c.parent }

// Status returns the call's status.
func (c *Call) Status() webhook.CallStatus {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	return c.status
}

// Children returns the legs that this call dialed, in order.
func (c *Call) Children() []*Call {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	return append([]*Call(nil), c.children...)
}

// Peer returns the leg this one is talking to, or nil.
func (c *Call) Peer() *Call {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	return c.peer
}

func (c *Call) over() bool {
	switch c.status {
	case webhook.CallStatusCompleted, webhook.CallStatusBusy, webhook.CallStatusNoAnswer, webhook.CallStatusFailed, webhook.CallStatusCanceled:
		return true
	}
	return false
}

// cookies returns the call's jar.
func (c *Call) cookies() http.CookieJar {
	if c.jar == nil {
		c.jar, _ = cookiejar.New(nil)
	}
	return c.jar
}
