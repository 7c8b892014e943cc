package dialogue

import (
	"net/url"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
	"github.com/ringback-go/ringback/webhook"
)

// Send sends a message of the program, as the REST API does, and reports its
// statuses to StatusCallback. It returns the message with its SID.
func (e *Engine) Send(m Message) Message {
	defer e.act()()
	m.base = nil // its URLs are the engine's
	m = e.send(m)
	e.touched()
	return m
}

// send gives the message its SID and delivers it.
func (e *Engine) send(m Message) Message {
	if m.SID == "" {
		m.SID = e.newSID(messagePrefix(len(m.Media)))
	}
	e.emit(Event{Type: EventMessageSent, Call: m.call, Message: &m, Text: m.Body, Node: m.Node})
	steps := []Delivery{{Status: "sent"}, {Status: "delivered"}}
	if e.cfg.Deliver != nil {
		steps = e.cfg.Deliver(m)
	}
	if f := e.refused(m); f != nil {
		steps = []Delivery{{Status: "failed", ErrorCode: f.Code}}
	}
	if m.Action != "" {
		e.callback(nil, webhook.KindMessageActionCallback, m.base, m.Action, m.method, pairs(
			"MessageSid", m.SID, "MessageStatus", "sent", "SmsSid", m.SID, "SmsStatus", "sent",
			"AccountSid", e.cfg.AccountSID, "From", m.From, "To", m.To, "ApiVersion", "2010-04-01",
		))
	}
	e.deliver(m, steps)
	return m
}

// Deliver reports statuses of an existing message.
func (e *Engine) Deliver(m Message, steps ...Delivery) {
	defer e.act()()
	m.base = nil // its URLs are the engine's
	e.deliver(m, steps)
	e.touched()
}

// Request makes one signed request: a form of params, or json if it is not nil.
// It retries and follows redirects as Twilio does, and calls done with the last
// exchange on the goroutine that drives the engine; done must not call the
// engine. In virtual time, done has usually been called when Request returns.
func (e *Engine) Request(kind webhook.Kind, ref, via string, params Params, json []byte, done func(*Exchange)) {
	defer e.act()()
	u, f := e.resolve(nil, ref)
	if f != nil {
		done(&Exchange{Kind: kind, Method: method(via), URL: ref, Failure: f})
		return
	}
	e.spawn(func(p *proc) {
		var last *Exchange
		rq := request{kind: kind, url: u, method: method(via), params: params, bare: params, json: json, last: &last}
		if _, f := e.fetchUnread(p, rq); f != nil && last == nil {
			last = &Exchange{Kind: kind, Method: method(via), URL: ref, Failure: f}
		}
		done(last)
	})
	e.touched()
}

// Read reads the answer of an exchange as TwiML of the given kind. It sets the
// exchange's Document, Problems and Failure.
func (e *Engine) Read(x *Exchange, kind twiml.DocumentKind) {
	if x.Failure != nil {
		return
	}
	if x.Document, x.Failure = e.parse(x, kind); x.Failure == nil {
		x.Problems = lint.Check(x.Document, kind)
	}
}

// ReadNotice checks the answer of an exchange as that of a callback, which is
// not executed. It sets the exchange's Failure.
func (e *Engine) ReadNotice(x *Exchange) {
	if x.Failure == nil {
		x.Failure = x.notice()
	}
}

func (e *Engine) deliver(m Message, steps []Delivery) {
	if m.StatusCallback == "" {
		return
	}
	e.spawn(func(p *proc) {
		for _, step := range steps {
			after := step.After
			if after <= 0 {
				after = time.Second
			}
			p.sleep(after)
			e.callback(nil, webhook.KindMessageStatusCallback, m.base, m.StatusCallback, "POST", m.params(e, step))
		}
	})
}

// params are those of a status callback, in the order of captured requests.
func (m Message) params(e *Engine, step Delivery) Params {
	p := append(Params{}, step.Params...)
	add := func(name, value string) { p = append(p, Param{name, value}) }
	if channel, _, ok := strings.Cut(m.To, ":"); ok {
		add("ChannelPrefix", channel)
		if step.Status == "delivered" || step.Status == "read" {
			add("EventType", strings.ToUpper(step.Status))
		}
	}
	if m.Service != "" {
		add("MessagingServiceSid", m.Service)
	}
	add("ApiVersion", "2010-04-01")
	add("MessageStatus", step.Status)
	add("SmsSid", m.SID)
	add("SmsStatus", step.Status)
	if step.ErrorCode != 0 {
		add("ErrorCode", itoa(step.ErrorCode))
	}
	add("To", m.To)
	add("From", m.From)
	add("MessageSid", m.SID)
	add("AccountSid", e.cfg.AccountSID)
	return p
}

// sms executes the old verb that sends a message during a call.
func (c *Call) sms(doc *document, v *twiml.Node) (*transfer, error) {
	m := Message{
		From: attr(v, "from", c.to.Address), To: attr(v, "to", c.from.Address), Node: v,
		Body: messageBody(v), StatusCallback: attr(v, "statusCallback", ""), base: doc.base, call: c,
	}
	if m.base == nil {
		m.base = &url.URL{}
	}
	status := "sent"
	if f := checkBody(m); f != nil {
		f.Line, f.Col = v.Line, v.Column
		c.warn(f)
		status = "invalid"
	} else {
		m = c.e.send(m)
	}
	action := attr(v, "action", "")
	if action == "" {
		return nil, nil
	}
	return c.transferTo(doc, action, attr(v, "method", ""), webhook.KindTwiMLRedirectRequest, pairs("SmsSid", m.SID, "SmsStatus", status))
}
