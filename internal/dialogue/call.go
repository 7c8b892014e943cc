package dialogue

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// The words of CallStatus.
const (
	Queued     = "queued"
	Initiated  = "initiated"
	RingingNow = "ringing"
	InProgress = "in-progress"
	Completed  = "completed"
	Busy       = "busy"
	NoAnswer   = "no-answer"
	FailedCall = "failed"
	Canceled   = "canceled"
)

// The words of Direction.
const (
	Inbound      = "inbound"
	OutboundAPI  = "outbound-api"
	OutboundDial = "outbound-dial"
)

// CallSetup says how a call is made and what Twilio was told to do with it.
type CallSetup struct {
	// URL answers the call. It may be relative to Config.BaseURL.
	URL, Method                 string
	FallbackURL, FallbackMethod string
	// StatusCallback is told when the call ends and, for a call that the
	// program makes, of StatusEvents: initiated, ringing, answered, completed.
	StatusCallback, StatusMethod string
	StatusEvents                 []string
	// TwiML is a document given in place of URL, at most 4000 characters.
	TwiML string
	// From and To default to +15550101 and +15550100.
	From, To Party
	// Outbound makes it a call of the program to a person (REST API): To
	// rings first, and the document is fetched when it answers.
	Outbound bool
	// RingTimeout ends the ringing of an outbound call. Default 60 s.
	RingTimeout time.Duration
	// ApplicationSID is sent for calls of a Voice SDK client.
	ApplicationSID string
	// CallerName, StirVerstat and others, at the end of every request.
	Params Params
	// Verstat is sent as StirVerstat. Default TN-Validation-Passed-A for
	// incoming calls from numbers; "-" sends none.
	Verstat string
}

// Call is a leg: one phone that is connected, or about to be, to Twilio.
// Its exported methods are what the person at that phone can do and see, or
// what a program can do to the call by REST.
type Call struct {
	e         *Engine
	setup     CallSetup
	sid       string
	from, to  Party
	direction string
	parent    *Call
	children  []*Call
	verstat   string
	token     string
	p         *proc

	status    string
	created   time.Time
	answered  time.Time
	ended     time.Time
	deadline  time.Time
	sequence  int // of status callbacks
	sipCode   int
	answerer  string // AnsweredBy
	machine   bool
	jar       http.CookieJar
	base      *url.URL
	inline    bool
	documents int
	idle      int
	idleAt    time.Time
	verbs     int

	// What others did to the leg, looked at by its coroutine.
	gone     bool // the person hung up
	canceled bool // the parent gave up
	killed   string
	update   *transfer
	inbox    []input
	reaction *Reaction
	referral string

	listening     *listener
	activity      Activity
	scopes        []func() bool
	peer          *Call
	room          *room
	seat          *seat
	ticket        *ticket
	sounding      time.Time // the person speaks until then
	spoken        []string  // since the recording began
	sessions      []*session
	payment       *Payment
	sessionEnd    *SessionEnd
	dial          *dialing
	noDial        bool
	reports       *subscription // of a dialed leg
	finished      bool
	bridgeable    bool // a dialed leg: ready to talk
	detached      bool // a dialed leg: given a document of its own
	isApplication bool // a dialed leg: documents of a TwiML App
	sip           bool
	wait          string // the element whose waitUrl is being played
}

// Reaction is what a dialed person does.
type Reaction struct {
	After      time.Duration // the ringing before it; default 2 s
	Status     string        // answered (the default), busy, no-answer, failed, canceled
	AnsweredBy string        // human (the default), machine_start, fax, ...
	SIPHeaders Params        // X- headers of the answer of a SIP phone
}

// Call makes a call. It rings, and the first document is fetched, at the next
// Settle or Advance.
func (e *Engine) Call(setup CallSetup) *Call {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cfg.Clock != nil {
		e.now = laterOf(e.now, e.cfg.Clock.Now().UTC())
	}
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
	c.status = RingingNow
	if setup.Outbound {
		c.direction, c.status = OutboundAPI, Queued
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
	c.emit(Event{Type: CallStarted, Text: c.from.Address + " to " + c.to.Address})
	c.p = e.spawn(func(*proc) { c.live() })
	if e.cfg.Clock != nil {
		e.touched()
	}
	return c
}

// sipParams adds what Twilio sends of every call from a SIP phone.
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
		e: e, setup: setup, sid: e.newSID("CA"), from: setup.From, to: setup.To,
		direction: Inbound, parent: parent, created: e.now,
	}
	c.deadline = e.now.Add(e.limits.CallLength)
	e.calls = append(e.calls, c)
	if parent != nil {
		parent.children = append(parent.children, c)
		c.direction = OutboundDial
	}
	return c
}

// Nobody returns a call that never was: it has ended, and nothing can be done
// to it. It stands for one that a test did not find.
func (e *Engine) Nobody() *Call {
	return &Call{e: e, status: Completed, finished: true}
}

// SID returns the call's identifier.
func (c *Call) SID() string { return c.sid }

// From returns who calls.
func (c *Call) From() Party { return c.from }

// To returns who is called.
func (c *Call) To() Party { return c.to }

// Direction returns inbound, outbound-api or outbound-dial.
func (c *Call) Direction() string { return c.direction }

// Parent returns the call whose Dial made this leg, or nil.
func (c *Call) Parent() *Call { return c.parent }

// Status returns the call's status.
func (c *Call) Status() string {
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

// Press presses keys one after the other: 0-9, *, #, A-D; w waits half a
// second of virtual time. Each key has its full effect before the next, as if
// the finger were slow. It reports how many keys something listened for.
func (c *Call) Press(keys string) (heard int) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	for _, key := range strings.ToUpper(keys) {
		if !strings.ContainsRune("0123456789*#ABCD", key) || c.over() {
			continue
		}
		if c.press(string(key)) {
			heard++
		}
		c.e.touched()
	}
	return heard
}

func (c *Call) press(key string) bool {
	star := key == "*" && c.starEnds()
	if app := c.voice(); !star && app != c {
		return app.press(key)
	}
	if !star && (c.listening == nil || !c.listening.keys) {
		c.emit(Event{Type: PressedInVain, Text: key})
		return false
	}
	c.emit(Event{Type: Pressed, Text: key})
	c.inbox = append(c.inbox, input{key: key})
	c.e.wake(c.p)
	return true
}

// starEnds reports whether a star ends what the person is in now: hangupOnStar
// is about people who are connected.
func (c *Call) starEnds() bool {
	return c.dial != nil && c.dial.hangupOnStar && (c.activity.State == Talking || c.activity.State == InConference)
}

// Speak says words into the phone: to a Gather, a recording, or whoever is on
// the line. Speaking takes as long as it takes to say the words. It reports
// whether a Gather, a recording or a person heard.
func (c *Call) Speak(words string) bool { return c.SpeakClearly(words, 0.9) }

// SpeakClearly is Speak with the confidence, 0 to 1, that speech recognition
// will have.
func (c *Call) SpeakClearly(words string, confidence float64) bool {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c = c.voice()
	if c.over() {
		return false
	}
	length := speakingTime(words)
	heard := c.utter(words, length)
	if c.listening != nil && c.listening.speech {
		c.inbox = append(c.inbox, input{speech: words, confidence: confidence, length: length})
		c.e.wake(c.p)
		heard = true
	}
	c.e.touched()
	return heard
}

// Talk makes sound for d, as somebody leaving a message does.
func (c *Call) Talk(d time.Duration, words string) bool {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c = c.voice()
	if c.over() {
		return false
	}
	heard := c.utter(words, d)
	c.e.touched()
	return heard
}

// utter makes the person's voice heard for d.
func (c *Call) utter(words string, d time.Duration) (heard bool) {
	c.sounding = laterOf(c.sounding, c.e.now.Add(d))
	c.emit(Event{Type: Spoke, Text: words, Duration: d})
	if words != "" {
		c.spoken = append(c.spoken, words)
	}
	for _, other := range c.company() {
		other.emit(Event{Type: Heard, Text: words, Other: c, Duration: d})
		heard = true
	}
	if c.activity.State == Recording {
		heard = true
		c.e.wake(c.p)
	}
	c.transcribe("inbound_track", words)
	if c.seat != nil {
		c.room.speech(c.seat, d)
	}
	return heard
}

// HangUp puts the receiver down.
func (c *Call) HangUp() {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if c.over() || c.gone {
		return
	}
	c.emit(Event{Type: HungUp})
	c.gone = true
	c.e.wake(c.p)
	c.e.touched()
}

// Answer takes a ringing call: one that was dialed, or that the program makes.
func (c *Call) Answer() bool { return c.React(Reaction{Status: "answered"}) }

// Decline lets a ringing call end: busy, no-answer, failed or canceled.
func (c *Call) Decline(status string) bool { return c.React(Reaction{Status: status}) }

// React does at once what r says. It reports false when the phone is not ringing.
func (c *Call) React(r Reaction) bool {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if c.activity.State != RingingOut || c.reaction != nil {
		return false
	}
	c.reaction = &r
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// Update gives the call a new document, as a REST update with Url does. It
// takes the call out of whatever it is in.
func (c *Call) Update(ref, method string) bool {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if c.over() {
		return false
	}
	c.update = &transfer{kind: kindTwiMLRedirectRequest, ref: ref, method: method, absolute: true}
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// End ends the call, as a REST update with Status=completed (or canceled,
// while it rings) does.
func (c *Call) End() {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if c.over() {
		return
	}
	c.killed = Completed
	if c.status == RingingNow || c.status == Queued || c.status == Initiated {
		c.killed = Canceled
	}
	c.e.wake(c.p)
	c.e.touched()
}

// Refer makes a bridged SIP phone ask to be transferred (Dial referUrl).
func (c *Call) Refer(target string) bool {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if c.over() || c.peer == nil {
		return false
	}
	c.referral = target
	c.e.wake(c.p)
	if c.parent != nil {
		c.parent.referral = target
		c.e.wake(c.parent.p)
	}
	c.e.touched()
	return true
}

func (c *Call) over() bool {
	switch c.status {
	case Completed, Busy, NoAnswer, FailedCall, Canceled:
		return true
	}
	return false
}

// company returns who hears the person.
func (c *Call) company() []*Call {
	if c.peer != nil {
		return []*Call{c.peer}
	}
	if c.seat == nil || c.seat.muted || c.seat.held || !c.room.started {
		return nil
	}
	var out []*Call
	for _, s := range c.room.seats {
		if s != c.seat && !s.held {
			out = append(out, s.call)
		}
	}
	return out
}

// cookies returns the call's jar.
func (c *Call) cookies() http.CookieJar {
	if c.jar == nil {
		c.jar, _ = cookiejar.New(nil)
	}
	return c.jar
}

// speakingTime is how long words take to say: 15 characters a second, and a
// breath.
func speakingTime(words string) time.Duration {
	if words == "" {
		return 0
	}
	return 300*time.Millisecond + time.Duration(len([]rune(words)))*time.Second/15
}
