package webhooktest

import (
	"net/http"
	"strings"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// Send sends any event to path, signed. The answer to an incoming message is
// executed as by [Twilio.Text]. The answer to another request is read but not
// executed. The answer to a notice must have a 2xx status, and be 204 or have a
// Content-Type; a [webhook.ConversationsPreEvent] may also be refused with 403.
// Empty identifiers are filled in, as by [NewRequest].
func (t *Twilio) Send(path string, e webhook.Event) *Exchange {
	t.tb.Helper()
	e = t.complete(e)
	if m, ok := e.(webhook.IncomingMessage); ok {
		return t.receive(dialogue.Text{URL: path, SID: string(m.MessageSID), Params: params(e),
			From: dialogue.Party{Address: string(m.From)}, To: dialogue.Party{Address: string(m.To)}})
	}
	x := &Exchange{t: t}
	var json []byte
	if contentType, body := webhook.EncodeBody(e); contentType == "application/json" {
		json = body
	}
	var got *dialogue.Exchange
	t.engine.Request(e.Kind(), path, t.method(), params(e), json, func(x *dialogue.Exchange) { got = x })
	for got == nil && t.engine.Step() {
	}
	if kind, ok := e.Kind().Document(); ok {
		t.engine.Read(got, kind)
	} else if e.Kind().IsStatusCallback() && got.Failure == nil {
		if t.engine.ReadNotice(got); got.Failure != nil && got.Failure.Code == 15003 { // a warning
			x.warnings = append(x.warnings, got.Failure)
			t.log.add(dialogue.Event{Type: dialogue.EventWarned, At: t.engine.Now(), Failure: got.Failure, Text: got.Failure.Error(), Exchange: got})
			got.Failure = nil
		}
	}
	switch e.(type) {
	case webhook.ConversationsPreEvent, webhook.ChatPreEvent:
		if got.Status == http.StatusForbidden {
			got.Failure = nil // the program refused the action
		}
	}
	x.take(got)
	if got.Failure != nil {
		x.failures = append(x.failures, got.Failure)
		t.log.add(dialogue.Event{Type: dialogue.EventFailed, At: t.engine.Now(), Failure: got.Failure, Text: got.Failure.Error(), Exchange: got})
	}
	return x
}

func (t *Twilio) method() string {
	if t.opts.GET {
		return http.MethodGet
	}
	return http.MethodPost
}

func params(e webhook.Event) dialogue.Params {
	out := dialogue.Params{}
	for name, value := range webhook.Params(e) {
		out = append(out, dialogue.Param{Name: name, Value: value})
	}
	return out
}

// take copies the result of an exchange.
func (x *Exchange) take(last *dialogue.Exchange) {
	x.chain = append(x.chain, last)
	x.Status, x.Header, x.Body, x.failure = last.Status, last.ResponseHeader, last.ResponseBody, last.Failure
}

// receive sends an incoming message and executes the answer.
func (t *Twilio) receive(m dialogue.Text) *Exchange {
	t.tb.Helper()
	before := t.log.len()
	m.Method, m.FallbackURL = t.method(), t.opts.Fallback
	r := t.engine.Receive(m)
	x := &Exchange{t: t}
	if r == nil {
		t.tb.Fatalf("the message was not answered")
		return x
	}
	x.sid, x.person = webhook.SID(r.SID), webhook.Address(m.From.Address)
	for _, ev := range t.log.all()[before:] {
		switch {
		case ev.Type == dialogue.EventFetched && !ev.Exchange.Async && ev.Call == nil:
			x.take(ev.Exchange)
		case ev.Type == dialogue.EventFailed && ev.Call == nil && ev.Exchange == nil:
			x.failures = append(x.failures, ev.Failure)
		}
	}
	x.failure, x.warnings = r.Failure, r.Warnings
	for _, got := range r.Messages {
		x.Messages = append(x.Messages, Message{
			SID: webhook.SID(got.SID), From: webhook.Address(got.From), To: webhook.Address(got.To), Body: got.Body,
			Media: got.Media, StatusCallback: got.StatusCallback,
		})
	}
	return x
}

// Text sends an SMS with body to the number, whose message URL is path, and
// executes the program's answer.
func (t *Twilio) Text(path, body string) *Exchange {
	t.tb.Helper()
	return t.receive(t.text(path, body))
}

func (t *Twilio) text(path, body string) dialogue.Text {
	to := string(t.opts.To)
	if channel, _, ok := strings.Cut(string(t.from), ":"); ok && !strings.Contains(to, ":") {
		to = channel + ":" + to // both ends use the same channel
	}
	return dialogue.Text{
		URL: path, Body: body, Service: string(t.opts.Service),
		From: dialogue.Party{Address: string(t.from)}, To: dialogue.Party{Address: to},
	}
}

// MMS sends a message with files.
func (t *Twilio) MMS(path, body string, files ...webhook.Media) *Exchange {
	t.tb.Helper()
	m := t.text(path, body)
	for _, f := range files {
		m.Media = append(m.Media, dialogue.Media{URL: f.URL, ContentType: f.ContentType})
	}
	return t.receive(m)
}

// WhatsApp sends a WhatsApp message.
func (t *Twilio) WhatsApp(path, body string) *Exchange {
	t.tb.Helper()
	return t.receive(t.whatsapp(path, body, "text", nil))
}

// WhatsAppReply answers the message sid of the program, quoting it.
func (t *Twilio) WhatsAppReply(path, body string, sid webhook.SID) *Exchange {
	t.tb.Helper()
	return t.receive(t.whatsapp(path, body, "text", dialogue.Params{
		{Name: "OriginalRepliedMessageSender", Value: t.whatsappNumber()},
		{Name: "OriginalRepliedMessageSid", Value: string(sid)},
	}))
}

// Button taps a reply button of the WhatsApp message sid.
func (t *Twilio) Button(path, text, payload string, sid webhook.SID) *Exchange {
	t.tb.Helper()
	return t.receive(t.whatsapp(path, text, "button", dialogue.Params{
		{Name: "OriginalRepliedMessageSid", Value: string(sid)},
		{Name: "ButtonPayload", Value: payload},
		{Name: "ButtonText", Value: text},
		{Name: "OriginalRepliedMessageSender", Value: t.whatsappNumber()},
	}))
}

// Location shares a place by WhatsApp. With an empty label it is a bare pin.
func (t *Twilio) Location(path string, latitude, longitude float64, label string) *Exchange {
	t.tb.Helper()
	p := dialogue.Params{{Name: "Latitude", Value: decimal(latitude)}, {Name: "Longitude", Value: decimal(longitude)}}
	if label != "" {
		p = append(p, dialogue.Param{Name: "Label", Value: label})
	}
	return t.receive(t.whatsapp(path, "", "location", p))
}

func (t *Twilio) whatsappNumber() string {
	return "whatsapp:" + strings.TrimPrefix(string(t.opts.To), "whatsapp:")
}

// whatsapp is a WhatsApp message; the parameters in first come before Twilio's.
func (t *Twilio) whatsapp(path, body, kind string, first dialogue.Params) dialogue.Text {
	person := strings.TrimPrefix(string(t.from), "whatsapp:")
	m := t.As(webhook.Address("whatsapp:"+person)).text(path, body)
	m.Before = append(first, dialogue.Params{
		{Name: "ProfileName", Value: "Ada"},
		{Name: "MessageType", Value: kind},
		{Name: "WaId", Value: strings.TrimPrefix(person, "+")},
	}...)
	m.After = dialogue.Params{{Name: "ReferralNumMedia", Value: "0"}}
	return m
}

// OptOut texts STOP, START or HELP to a Messaging Service with Advanced
// Opt-Out, which answers the text itself, so the program must not.
func (t *Twilio) OptOut(path string, kind webhook.OptOutType) *Exchange {
	t.tb.Helper()
	m := t.text(path, string(kind))
	if m.Service == "" {
		m.Service = "MG00000000000000000000000000000001"
	}
	m.After = dialogue.Params{{Name: "OptOutType", Value: string(kind)}}
	return t.receive(m)
}

// Sends fails unless the program sent messages in this call, with the verb Sms,
// that contain all of words. No time passes.
func (c *Call) Sends(words ...string) *Call {
	c.t.tb.Helper()
	for _, w := range words {
		found := false
		for _, ev := range c.t.log.all() {
			found = found || ev.Type == dialogue.EventMessageSent && ev.Call == c.leg && contains(ev.Text, w)
		}
		if !found {
			c.fail("no message contains %q", w)
		}
	}
	return c
}
