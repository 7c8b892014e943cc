package dialogue

import (
	"errors"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// target is someone whom a Dial rings.
type target struct {
	noun    string // Number, Client, Sip, WhatsApp, Sim, Application
	address string
	n       *twiml.Node // the noun, or the Dial for plain text
}

// newLeg makes the leg to a target. It rings at the next settle.
func (d *dialing) newLeg(t target) *Call {
	c := d.caller
	k := c.e.newCall(c, CallSetup{
		From: Party{Address: d.callerID}.withGeography(true),
		To:   Party{Address: t.address}.withGeography(false),
	})
	k.isSIP = t.noun == "Sip"
	k.status = webhook.CallStatusInitiated
	k.answerer = "human"
	k.machine = attr(t.n, "machineDetection", "") != ""
	base := d.doc.base
	k.base = base
	k.reports = &subscription{
		url: attr(t.n, "statusCallback", ""), method: attr(t.n, "statusCallbackMethod", ""),
		events: strings.Fields(attr(t.n, "statusCallbackEvent", "completed")), base: base,
	}
	if t.n == d.v {
		k.reports = &subscription{} // plain text has no attributes of its own
	}
	k.emit(Event{Type: EventCallStarted, Other: c, Text: k.from.Address + " to " + k.to.Address})
	k.p = c.e.spawn(func(*proc) {
		if t.noun == "Application" {
			k.runApplication(d, t)
		} else {
			k.runLeg(d, t)
		}
		k.finish()
	})
	return k
}

// runLeg runs a dialed leg.
func (k *Call) runLeg(d *dialing, t target) {
	k.progress("initiated", webhook.CallStatusInitiated)
	if t.noun == "Client" && has(t.n, "clientNotificationUrl") {
		k.callback(webhook.KindUnknown, d.doc.base, attr(t.n, "clientNotificationUrl", ""), "POST", k.voiceParams(nil))
	}
	// The phone rings about five seconds longer than the timeout.
	if !k.ring(d.timeout+5*time.Second, 0) {
		return
	}
	k.progress("answered", webhook.CallStatusInProgress)
	d.answered(k)
	if digits := attr(t.n, "sendDigits", ""); digits != "" && t.n != d.v {
		k.emit(Event{Type: EventDigitsSent, Text: digits})
		if k.until(k.e.now.Add(time.Duration(len(digits))*500*time.Millisecond), nil) != nil {
			return
		}
	}
	k.detectMachine(d, t)
	if ref := attr(t.n, "url", ""); ref != "" && t.n != d.v {
		whisper := &transfer{kind: webhook.KindDialWhisper, ref: ref, method: attr(t.n, "method", ""), base: d.doc.base}
		if k.machine && !has(t.n, "amdStatusCallback") {
			whisper.params = pairs("AnsweredBy", k.answerer)
		}
		k.setting = whisperSetting
		err := k.program(whisper)
		k.setting = nil
		if err != nil {
			return
		}
	}
	k.ready = true
	k.e.wake(d.caller.p)
	if errors.Is(k.until(time.Time{}, func() bool { return false }), errUpdated) {
		k.detach()
	}
}

// detach removes a leg from its Dial when it is given its own document.
func (k *Call) detach() {
	k.detached = true
	k.activity = Activity{}
	k.e.wake(k.parent.p)
	t := k.update
	k.update = nil
	_ = k.program(t)
}

// runApplication connects the call to a TwiML App, whose documents the caller
// hears.
func (k *Call) runApplication(d *dialing, t target) {
	app := k.e.cfg.Applications[t.address]
	k.setup.ApplicationSID = t.address
	k.setup.FallbackURL, k.setup.FallbackMethod = app.FallbackURL, app.FallbackMethod
	if k.reports.url == "" {
		k.reports = &subscription{url: app.StatusCallback, method: app.StatusMethod, events: []string{"completed"}}
	}
	k.progress("initiated", webhook.CallStatusInitiated)
	k.progress("answered", webhook.CallStatusInProgress)
	k.isApp, k.ready = true, true
	d.answered(k)
	_ = k.program(&transfer{kind: webhook.KindIncomingCall, ref: app.VoiceURL, method: app.VoiceMethod, absolute: true})
}

// ring rings the phone until someone decides or the timeout ends. It reports
// whether it was answered.
func (c *Call) ring(timeout, def time.Duration) bool {
	if timeout <= 0 {
		timeout = def
	}
	defer c.busy(Activity{State: StateRinging})()
	c.progress("ringing", webhook.CallStatusRinging)
	if c.e.cfg.Answer != nil && c.reaction == nil {
		r := c.e.cfg.Answer(c)
		if r.After <= 0 {
			r.After = 2 * time.Second
		}
		c.e.spawn(func(p *proc) {
			p.sleep(r.After)
			if c.reaction == nil {
				c.reaction = &r
				c.e.wake(c.p)
			}
		})
	}
	err := c.until(c.e.now.Add(timeout), func() bool { return c.reaction != nil })
	if err != nil {
		return false
	}
	r := c.reaction
	if r == nil {
		c.killed = webhook.CallStatusNoAnswer
		return false
	}
	switch r.Status {
	case webhook.CallStatusBusy, webhook.CallStatusNoAnswer, webhook.CallStatusFailed, webhook.CallStatusCanceled:
		c.killed = r.Status
		return false
	}
	c.answerer = "human"
	if r.AnsweredBy != "" {
		c.answerer = r.AnsweredBy
		// For a call of the program, a test that sets AnsweredBy turns on
		// machine detection; for a dialed leg its noun does.
		c.machine = c.machine || c.direction == webhook.CallDirectionOutboundAPI
	}
	return true
}

// detection is how long machine detection takes: a few seconds, or until the
// end of a machine's greeting.
func (c *Call) detection() time.Duration {
	if strings.HasPrefix(c.answerer, "machine_end") {
		return 12 * time.Second
	}
	return 4200 * time.Millisecond
}

// detectMachine reports who answered, if the noun requests it.
func (k *Call) detectMachine(d *dialing, t target) {
	ref := attr(t.n, "amdStatusCallback", "")
	if !k.machine || ref == "" {
		return
	}
	via := attr(t.n, "amdStatusCallbackMethod", "")
	k.e.spawn(func(p *proc) {
		took := k.detection()
		p.sleep(took)
		k.callback(webhook.KindAsyncAMDCallback, d.doc.base, ref, via, pairs(
			"CallSid", k.sid, "AccountSid", k.e.cfg.AccountSID,
			"AnsweredBy", k.answerer, "MachineDetectionDuration", itoa(int(took.Milliseconds())),
		))
	})
}
