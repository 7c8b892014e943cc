package dialogue

import (
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// Text is a message from a person to a number of the program.
type Text struct {
	// URL takes the message. It may be relative to Config.BaseURL.
	URL, Method                 string
	FallbackURL, FallbackMethod string
	// From and To default to +15550101 and +15550100. A prefix such as
	// whatsapp: makes it a message of that channel.
	From, To Party
	Body     string
	Media    []Media
	SID      string // default: made
	Service  string // MessagingServiceSid, if the number belongs to one
	// Before and After are sent before and after Twilio's parameters:
	// ButtonPayload, Latitude, OptOutType, ProfileName...
	Before, After Params
	// Params replaces all parameters.
	Params Params
}

// Media is a file of a message.
type Media struct{ URL, ContentType string }

// Message is a message that the program sends.
type Message struct {
	SID            string
	From, To, Body string
	Media          []string
	Service        string
	Node           *twiml.Node // the Message or Sms, if TwiML sent it
	StatusCallback string
	Action         string
	base           *url.URL
	method         string
	call           *Call // that sent it, by the Sms verb
}

// Delivery is one delivery report of a message.
type Delivery struct {
	After     time.Duration // since the previous report; default 1 s
	Status    string        // sent, delivered, undelivered, failed, read...
	ErrorCode int
	Params    Params // others, at the front
}

// Reply is the result of an incoming message.
type Reply struct {
	SID       string      // of the incoming message
	Exchanges []*Exchange // the fetches, in order
	Messages  []Message   // replies that the person receives
	Failure   *Failure    // why there is no answer
	Warnings  []*Failure
}

// mailJar keeps the cookies of a pair of addresses.
type mailJar struct {
	jar  http.CookieJar
	used time.Time
}

// cookieLife is how long Twilio keeps the cookies of two addresses.
const cookieLife = 4 * time.Hour

// Receive delivers a message to the program and executes its answer. In virtual
// time it returns when that is done; replies are delivered as time passes. In
// real time, use [Engine.ReceiveAsync].
func (e *Engine) Receive(m Text) *Reply {
	var reply *Reply
	e.ReceiveAsync(m, func(r *Reply) { reply = r })
	for reply == nil && e.Step() {
	}
	return reply
}

// ReceiveAsync delivers a message and calls done with the result, on the
// goroutine that drives the engine. done must not call the engine.
func (e *Engine) ReceiveAsync(m Text, done func(*Reply)) {
	defer e.act()()
	if m.From.Address == "" {
		m.From.Address = "+15550101"
	}
	if m.To.Address == "" {
		m.To.Address = "+15550100"
	}
	if m.SID == "" {
		m.SID = e.newSID(messagePrefix(len(m.Media)))
	}
	m.From, m.To = m.From.withGeography(true), m.To.withGeography(false)
	e.heed(m)
	e.spawn(func(p *proc) {
		x := &answering{e: e, p: p, m: m, params: m.params(e), reply: &Reply{SID: m.SID}}
		x.run()
		done(x.reply)
	})
	e.touched()
}

func messagePrefix(media int) string {
	if media > 0 {
		return "MM"
	}
	return "SM"
}

// params are those of an incoming message, in the order of captured requests.
func (m Text) params(e *Engine) Params {
	if m.Params != nil {
		return m.Params
	}
	p := append(Params{}, m.Before...)
	add := func(name, value string) { p = append(p, Param{name, value}) }
	geo := m.From.isNumber()
	place := func(name, value string) {
		if geo {
			add(name, value)
		}
	}
	place("ToCountry", m.To.Country)
	for i, f := range m.Media {
		add("MediaContentType"+itoa(i), f.ContentType)
	}
	place("ToState", m.To.State)
	add("SmsMessageSid", m.SID)
	add("NumMedia", itoa(len(m.Media)))
	place("ToCity", m.To.City)
	place("FromZip", m.From.Zip)
	add("SmsSid", m.SID)
	place("FromState", m.From.State)
	add("SmsStatus", "received")
	place("FromCity", m.From.City)
	add("Body", m.Body)
	place("FromCountry", m.From.Country)
	add("To", m.To.Address)
	if m.Service != "" {
		add("MessagingServiceSid", m.Service)
	}
	p = append(p, m.After...)
	place("ToZip", m.To.Zip)
	add("NumSegments", itoa(twiml.Segments(m.Body)))
	add("MessageSid", m.SID)
	add("AccountSid", e.cfg.AccountSID)
	add("From", m.From.Address)
	for i, f := range m.Media {
		add("MediaUrl"+itoa(i), f.URL)
	}
	add("ApiVersion", "2010-04-01")
	return p
}

// answering executes the answer to a message.
type answering struct {
	e         *Engine
	p         *proc
	m         Text
	params    Params
	reply     *Reply
	documents int
}

func (x *answering) run() {
	t := &transfer{kind: webhook.KindIncomingMessage, ref: x.m.URL, method: x.m.Method, absolute: true}
	for t != nil {
		next, f := x.perform(t)
		if f != nil {
			x.e.emit(Event{Type: EventFailed, Failure: f, Text: f.Error()})
			if x.m.FallbackURL == "" || t.fallback || f.fatal {
				x.reply.Failure = f
				return
			}
			next = &transfer{
				kind: webhook.KindMessagingFallback, ref: x.m.FallbackURL, method: x.m.FallbackMethod, absolute: true, fallback: true,
				params: pairs("ErrorUrl", f.URL, "ErrorCode", itoa(f.Code)),
			}
		}
		t = next
	}
}

// perform fetches one document and sends its messages.
func (x *answering) perform(t *transfer) (*transfer, *Failure) {
	x.documents++
	if x.documents > x.e.limits.ReplyDocument {
		f := failure(14106, "the answer fetched more than %d documents", x.e.limits.ReplyDocument)
		f.fatal = true
		return nil, f
	}
	u, f := x.e.destination(t)
	if f != nil {
		return nil, f
	}
	params := append(append(Params{}, t.params...), x.params...)
	a, f := x.e.fetch(x.p, request{kind: t.kind, url: u, method: method(t.method), params: params, bare: params, jar: x.jar()})
	if f != nil {
		return nil, f
	}
	doc, f := x.e.read(a, twiml.MessagingDocument)
	x.reply.Exchanges = append(x.reply.Exchanges, a.exchange)
	if f != nil {
		return nil, f
	}
	for _, p := range a.exchange.Problems {
		if !p.Stops && p.Code != 0 {
			x.warn(&Failure{Code: p.Code, Text: p.Text, Line: p.Line, Col: p.Column, mild: true})
		}
	}
	return x.exec(doc)
}

func (x *answering) exec(doc *document) (*transfer, *Failure) {
	sent := len(x.reply.Messages)
	for v := range doc.root.Elements() {
		if f := doc.stop(v); f != nil {
			return nil, f
		}
		switch v.Name {
		case "Message", "Sms":
			if sent++; sent > 10 {
				f := failure(14109, "an incoming message can be answered with at most ten messages")
				f.Line, f.Col, f.fatal = v.Line, v.Column, true
				return nil, f
			}
			m, f := x.message(doc, v)
			if f != nil {
				x.warn(f)
				continue
			}
			f = x.e.refused(m)
			m = x.e.send(m)
			if f != nil { // it fails, and nobody reads it
				x.warn(f)
				continue
			}
			x.reply.Messages = append(x.reply.Messages, m)
		case "Redirect":
			ref := strings.TrimSpace(rawText(v))
			if ref == "" {
				ref = doc.base.String()
			}
			x.e.emit(Event{Type: EventRedirected, Node: v, Text: ref})
			return &transfer{kind: webhook.KindIncomingMessage, ref: ref, method: attr(v, "method", ""), base: doc.base}, nil
		default:
			x.warn(&Failure{Code: 14110, Text: v.Name + " is not a verb for messages", Line: v.Line, Col: v.Column})
		}
	}
	return nil, nil
}

// message reads a Message or Sms.
func (x *answering) message(doc *document, v *twiml.Node) (Message, *Failure) {
	m := Message{
		From: attr(v, "from", x.m.To.Address), To: attr(v, "to", x.m.From.Address),
		Service: x.m.Service, Node: v, base: doc.base, method: attr(v, "method", ""),
		StatusCallback: attr(v, "statusCallback", ""), Action: attr(v, "action", ""),
	}
	m.Body = messageBody(v)
	for n := range v.Elements() {
		if n.Name == "Media" {
			m.Media = append(m.Media, strings.TrimSpace(rawText(n)))
		}
	}
	for i, ref := range m.Media {
		u, f := x.e.resolve(doc.base, ref)
		if f != nil {
			return m, f
		}
		m.Media[i] = u.String()
	}
	f := checkBody(m)
	if f != nil {
		f.Line, f.Col = v.Line, v.Column
	}
	return m, f
}

// messageBody returns the text of a Message: its Body, or its own.
func messageBody(v *twiml.Node) string {
	if body := child(v, "Body"); body != nil {
		return rawText(body)
	}
	var b strings.Builder
	for _, n := range v.Children {
		if n.Name == "" {
			b.WriteString(n.Text)
		}
	}
	return strings.TrimSpace(b.String())
}

func checkBody(m Message) *Failure {
	switch {
	case m.Body == "" && len(m.Media) == 0:
		return failure(14103, "the message has neither text nor a file")
	case len([]rune(m.Body)) > 1600:
		return failure(14103, "the message is longer than 1600 characters")
	}
	return nil
}

func (x *answering) warn(f *Failure) {
	for _, before := range x.reply.Warnings { // by lint, of the same place
		if f.Line > 0 && f.Code == before.Code && f.Line == before.Line && f.Col == before.Col {
			return
		}
	}
	x.reply.Warnings = append(x.reply.Warnings, f)
	x.e.emit(Event{Type: f.level(), Failure: f, Text: f.Error()})
}

// jar returns the cookies of two addresses, or a new jar.
func (x *answering) jar() http.CookieJar {
	e := x.e
	key := x.m.From.Address + " " + x.m.To.Address
	j := e.mailCookies[key]
	if j == nil || e.now.Sub(j.used) > cookieLife {
		if e.mailCookies == nil {
			e.mailCookies = map[string]*mailJar{}
		}
		maps.DeleteFunc(e.mailCookies, func(_ string, j *mailJar) bool { return e.now.Sub(j.used) > cookieLife })
		jar, _ := cookiejar.New(nil)
		j = &mailJar{jar: jar}
		e.mailCookies[key] = j
	}
	j.used = e.now
	return j.jar
}
