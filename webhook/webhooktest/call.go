package webhooktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// patience is the maximum virtual time that one expectation may take.
const patience = 10 * time.Minute

// livePatience is the same while the call is connected to a WebSocket. Outside
// a testing/synctest bubble it is real time.
const livePatience = 2 * time.Minute

// Call is a call as one person experiences it. Its methods say what the person
// does or hears, in order. Each fails the test, and shows the call so far, if
// that is not possible.
type Call struct {
	t    *Twilio
	leg  *dialogue.Call
	from int // index of the first event that an expectation checks
	at   int // length of its text that has been matched

	acted time.Time // when the person last did something
}

// Call calls the number, whose voice URL is path.
func (t *Twilio) Call(path string) *Call {
	t.tb.Helper()
	setup := t.opts.call(path)
	setup.From.Address, setup.To.Address = string(t.from), string(t.opts.To)
	return t.place(setup)
}

// CallFromApp calls as a Voice SDK client does, through the TwiML App app, with
// parameters from the client. Use [Twilio.As] to name the client.
func (t *Twilio) CallFromApp(app webhook.SID, path string, params map[string]string) *Call {
	t.tb.Helper()
	setup := t.opts.call(path)
	setup.ApplicationSID = string(app)
	setup.From.Address = string(t.from)
	if !strings.HasPrefix(setup.From.Address, "client:") {
		setup.From.Address = "client:" + setup.From.Address
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name == "To" {
			setup.To.Address = params[name]
			continue
		}
		setup.Params = append(setup.Params, dialogue.Param{Name: name, Value: params[name]})
	}
	return t.place(setup)
}

// Outbound is a call to the person, as the program makes it through the REST
// API: the phone rings, and path is fetched once it is answered.
func (t *Twilio) Outbound(path string) *Call {
	t.tb.Helper()
	setup := t.opts.call(path)
	setup.From.Address, setup.To.Address = string(t.opts.To), string(t.from)
	setup.Outbound = true
	setup.StatusEvents = []string{"initiated", "ringing", "answered", "completed"}
	return t.place(setup)
}

func (t *Twilio) place(setup dialogue.CallSetup) *Call {
	from := t.log.len()
	leg := t.engine.Call(setup)
	t.engine.Settle()
	return &Call{t: t, leg: leg, from: from}
}

// SID returns the call's identifier.
func (c *Call) SID() webhook.SID { return webhook.SID(c.leg.SID()) }

// Status returns the call's status.
func (c *Call) Status() webhook.CallStatus { return webhook.CallStatus(c.leg.Status()) }

// Transcript returns what has happened in the call so far, one event a line.
func (c *Call) Transcript() string {
	return c.t.log.transcript(func(ev dialogue.Event) bool { return related(ev, c.leg) })
}

// Hears lets time pass, while the person does nothing, until they have heard
// all of words, in order: spoken text, names of played files, or what others on
// the line say. Case and white space do not matter. Text that an earlier Hears
// matched does not count again. It fails if the call ends first, or after ten
// minutes.
func (c *Call) Hears(words ...string) *Call {
	c.t.tb.Helper()
	for _, w := range words {
		if why := c.hear(w); why != "" {
			c.fail("the caller does not hear %q: %s%s", w, why, c.heard())
		}
	}
	return c
}

// DoesNotHear fails if the person has heard words since the last expectation or
// action. No time passes.
func (c *Call) DoesNotHear(words ...string) *Call {
	c.t.tb.Helper()
	for _, w := range words {
		from, at := c.from, c.at
		if c.match(w) {
			c.from, c.at = from, at
			c.fail("the caller hears %q", w)
		}
	}
	return c
}

// hear returns why the words cannot be heard, or "".
func (c *Call) hear(words string) string {
	return c.await(func() bool { return c.match(words) })
}

// heard describes what the person last heard since the previous expectation.
func (c *Call) heard() string {
	events := c.t.log.all()
	for _, ev := range slices.Backward(events[min(c.from, len(events)):]) {
		switch {
		case ev.Call != c.leg || ev.Failure != nil: // an announcement by Twilio
		case ev.Type == dialogue.EventSaid, ev.Type == dialogue.EventPlayed, ev.Type == dialogue.EventPieceHeard, ev.Type == dialogue.EventHeard && ev.Text != "":
			return fmt.Sprintf("; heard instead: %q", clip(ev.Text))
		}
	}
	return ""
}

// rounds returns how often the current menu has started to listen since the
// given event, if it was the same document each time.
func (c *Call) rounds(since int) int {
	count := map[string]int{}
	last := ""
	for _, ev := range c.t.log.all()[since:] {
		if ev.Type == dialogue.EventListening && ev.Call == c.leg {
			last = canonical(ev.Node)
			count[last]++
		}
	}
	return count[last]
}

// match looks for words in what was heard and not yet matched.
func (c *Call) match(words string) bool {
	events := c.t.log.all()
	line := "" // joins single words, as a ConversationRelay speaks them
	for i := c.from; i < len(events); i++ {
		ev := events[i]
		if ev.Call != c.leg {
			continue
		}
		switch ev.Type {
		case dialogue.EventWordHeard:
			text := ev.Text
			if i == c.from {
				text = fold(text)
				text = text[min(c.at, len(text)):]
			}
			line += text
			if end := find(line, words); end >= 0 {
				c.from, c.at = i, len(fold(ev.Text))-(len(fold(line))-end)
				return true
			}
			continue
		case dialogue.EventCutOff:
			line = ""
			continue
		case dialogue.EventSaid, dialogue.EventPlayed, dialogue.EventHeard, dialogue.EventDigitsSent:
		default:
			continue
		}
		text := fold(ev.Text)
		at := 0
		if i == c.from {
			at = min(c.at, len(text))
		}
		if end := find(text[at:], words); end >= 0 {
			c.from, c.at = i, at+end
			return true
		}
	}
	return false
}

// until lets time pass until done. It does not let a menu time out. It returns
// why done will never be true, or "".
func (c *Call) until(done func() bool) string { return c.pass(done, false) }

// await is until for a silent person, so menus may time out.
func (c *Call) await(done func() bool) string { return c.pass(done, true) }

func (c *Call) pass(done func() bool, silent bool) string {
	waited, began := "", c.t.log.len()
	start := c.t.engine.Now()
	end := start.Add(patience)
	c.t.engine.Settle()
	for !done() {
		a := c.leg.Activity()
		switch a.State {
		case dialogue.StateOver:
			return fmt.Sprintf("the call has ended (%s)%s%s", c.leg.Status(), waited, c.met())
		case dialogue.StateListening, dialogue.StateRecording, dialogue.StatePaying:
			if !a.Entered && !silent {
				return "the call is waiting for the caller " + waitsFor(a)
			}
			if !a.Entered {
				waited = ", after waiting for the caller " + waitsFor(a)
			}
		case dialogue.StateRinging:
			return "the phone is still ringing; use Answers, Busy or NoAnswer"
		case dialogue.StateDialing:
			if c.ringing() != nil {
				return "a dialed phone is ringing; use Answers, Busy or NoAnswer"
			}
		case dialogue.StateTalking:
			return "the caller is connected to a person, who has not said that"
		case dialogue.StateInSession:
			if !a.Live {
				return "the call is connected to a silent session; use EndsSession to end it"
			}
			if c.t.engine.Now().Sub(start) > livePatience {
				return fmt.Sprintf("%.0f minutes of the session have passed", livePatience.Minutes())
			}
		}
		switch at, ok := c.t.engine.Next(); {
		case !ok:
			return "nothing more happens" + waited
		case at.After(end):
			if n := c.rounds(began); n >= 3 {
				return fmt.Sprintf("%.0f minutes have passed%s; the same menu came %d times", patience.Minutes(), waited, n)
			}
			return fmt.Sprintf("%.0f minutes have passed%s", patience.Minutes(), waited)
		}
		c.t.engine.Step()
	}
	return ""
}

// met describes the failure in the call, if there was one.
func (c *Call) met() string {
	for _, ev := range slices.Backward(c.t.log.all()) {
		if ev.Type == dialogue.EventFailed && ev.Call == c.leg {
			return ": " + ev.Failure.Error()
		}
	}
	return ""
}

func waitsFor(a dialogue.Activity) string {
	switch {
	case a.State == dialogue.StateRecording:
		return "to speak into a recording"
	case a.State == dialogue.StatePaying:
		return "to pay"
	case a.Keys && a.Speech:
		return "to press a key or speak"
	case a.Speech:
		return "to speak"
	}
	return "to press a key"
}

// act records that the person does something. Later expectations ignore what
// was heard before.
func (c *Call) act() { c.from, c.at, c.acted = c.t.log.len(), 0, c.t.engine.Now() }

// Presses lets time pass until the call listens for keys, and presses them one
// after the other. The keys are 0 to 9, *, # and A to D. It fails if the call
// first ends or waits for something else, or if a key comes too late.
func (c *Call) Presses(keys string) *Call {
	c.t.tb.Helper()
	c.need(c.until(func() bool { return c.leg.Activity().Keys }), "the caller cannot press %s", keys)
	c.act()
	for _, key := range keys {
		if c.leg.Press(string(key)) == 0 {
			c.fail("the caller presses %q of %q, but the call is not listening", string(key), keys)
		}
	}
	return c
}

// Speaks lets time pass until a Gather, a recording or another person listens,
// and says the words. In a conference the person may always speak, even alone,
// muted or on hold.
func (c *Call) Speaks(words ...string) *Call {
	c.t.tb.Helper()
	for _, w := range words {
		ready := func() bool {
			a := c.leg.Activity()
			switch a.State {
			case dialogue.StateRecording, dialogue.StateTalking, dialogue.StateInConference:
				return true
			}
			return a.Speech
		}
		c.need(c.until(ready), "the caller cannot say %q", w)
		c.act()
		meets := c.leg.Activity().State == dialogue.StateInConference
		if !c.leg.Speak(w) && !meets {
			c.fail("the caller says %q, but nobody hears it", w)
		}
	}
	return c
}

// Waits lets d pass while the person does nothing. A later Hears sees what they
// heard before and during that time.
func (c *Call) Waits(d time.Duration) *Call {
	c.t.engine.Advance(d)
	return c
}

// HangsUp hangs up. Nothing happens if the call has ended.
func (c *Call) HangsUp() *Call {
	live := c.leg.Activity().Live
	c.act()
	c.leg.HangUp()
	if live { // the program is notified asynchronously
		c.await(func() bool { return c.leg.Activity().State == dialogue.StateOver })
		c.t.engine.Advance(dialogue.Lag)
	}
	return c
}

// Records lets time pass until the call is recording, and speaks for d. Then
// the person is silent. The recording ends after that silence, with a key, or
// when they hang up.
func (c *Call) Records(d time.Duration) *Call {
	c.t.tb.Helper()
	c.need(c.until(func() bool { return c.leg.Activity().State == dialogue.StateRecording }), "nothing is recorded")
	c.act()
	c.leg.Talk(d, "")
	c.t.engine.Advance(d)
	return c
}

// Ends lets time pass, while the person does nothing, until the call ends. It
// fails after ten minutes, or if the call waits for someone else.
func (c *Call) Ends() *Call {
	c.t.tb.Helper()
	c.need(c.await(func() bool { return c.leg.Activity().State == dialogue.StateOver }), "the call does not end")
	return c
}

// EndsWith is like Ends and checks the final status: completed, busy,
// no-answer, failed or canceled.
func (c *Call) EndsWith(status webhook.CallStatus) *Call {
	c.t.tb.Helper()
	c.Ends()
	if got := c.Status(); got != status {
		c.fail("the call ends as %s, not as %s", got, status)
	}
	return c
}

// Fails lets time pass until Twilio would log the error code, such as 11200.
// The error is then expected and does not fail the test.
func (c *Call) Fails(code int) *Call {
	c.t.tb.Helper()
	var seen []string
	why := c.await(func() bool {
		found := false
		seen = seen[:0]
		for _, ev := range c.t.log.all() {
			if ev.Failure == nil || ev.Call != c.leg || ev.Type != dialogue.EventFailed && ev.Type != dialogue.EventWarned {
				continue
			}
			if ev.Failure.Code == code {
				c.t.log.accept(ev.Failure)
				found = true
			}
			seen = append(seen, ev.Failure.Error())
		}
		return found
	})
	if why != "" {
		c.fail("the call does not fail with error %d (%s); its errors: %s", code, why, strings.Join(seen, "; "))
	}
	return c
}

// Requests fails unless the last document of the call was fetched from path.
func (c *Call) Requests(path string) *Call {
	c.t.tb.Helper()
	x := c.exchange()
	if x == nil || !samePath(x.URL, path) {
		got := "nothing"
		if x != nil {
			got = x.URL
		}
		c.fail("the last document came from %s, not from %s", got, path)
	}
	return c
}

// Param returns a parameter of the request that fetched the current document.
func (c *Call) Param(name string) string {
	if x := c.exchange(); x != nil {
		return x.Params.Get(name)
	}
	return ""
}

// exchange is the last one that returned a document for the call.
func (c *Call) exchange() *dialogue.Exchange {
	for _, ev := range slices.Backward(c.t.log.all()) {
		if ev.Type == dialogue.EventFetched && ev.Call == c.leg && !ev.Exchange.Async && ev.Exchange.Kind != "Media" {
			return ev.Exchange
		}
	}
	return nil
}

// Attribute fails unless the first element called verb in the present
// document has the attribute with that value.
func (c *Call) Attribute(verb, name, value string) *Call {
	c.t.tb.Helper()
	if why := checkAttribute(c.document(), verb, name, value); why != "" {
		c.fail("%s", why)
	}
	return c
}

// Document fails unless the current document is the same as xml. White space
// between elements and the order of attributes do not matter.
func (c *Call) Document(xml string) *Call {
	c.t.tb.Helper()
	if why := compareDocuments(c.document(), xml); why != "" {
		c.fail("%s", why)
	}
	return c
}

// Golden is like Document and reads the expected document from a file. If
// update is true, it writes the file instead; pass your test's -update flag.
func (c *Call) Golden(file string, update bool) *Call {
	c.t.tb.Helper()
	if why := golden(c.document(), file, update); why != "" {
		c.fail("%s", why)
	}
	return c
}

func (c *Call) document() *twiml.Node {
	if x := c.exchange(); x != nil {
		return x.Document
	}
	return nil
}

// HasNoProblems fails if the current document has problems that lint.Check finds.
func (c *Call) HasNoProblems() *Call {
	c.t.tb.Helper()
	if x := c.exchange(); x != nil && len(x.Problems) > 0 {
		c.fail("the document has a problem: %s", x.Problems[0].Text)
	}
	return c
}

// fail ends the test and shows the call so far.
func (c *Call) fail(format string, args ...any) {
	c.t.tb.Helper()
	c.acceptFailures()
	c.t.tb.Fatalf("%s\n%s", fmt.Sprintf(format, args...), indent(c.t.story(c.leg)))
}

// need fails unless why is empty: the reason why something cannot happen.
func (c *Call) need(why, format string, args ...any) {
	c.t.tb.Helper()
	if why != "" {
		c.fail(format+": %s", append(args, why)...)
	}
}

// acceptFailures prevents failures of a call that was shown from being shown
// again.
func (c *Call) acceptFailures() {
	for _, ev := range c.t.log.all() {
		if ev.Failure != nil && ev.Call == c.leg {
			c.t.log.accept(ev.Failure)
		}
	}
}
