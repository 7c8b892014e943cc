package dialogue

import (
	"errors"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// waitDocument fetches what waiting people hear. nil without a failure means
// music (Twilio's own, or that of another host), or silence if the attribute is
// empty. A failure was already reported.
func (c *Call) waitDocument(doc *document, n *twiml.Node, name, via string, kind webhook.Kind, params Params) (*document, *Failure) {
	ref := attr(n, name, "")
	if ref == "" {
		if !has(n, name) {
			c.emit(Event{Type: EventPlayed, Text: "Twilio's hold music"})
		}
		return nil, nil
	}
	if u, f := c.e.resolve(doc.base, ref); f == nil && c.e.foreign(u) {
		c.emit(Event{Type: EventPlayed, Node: n, Text: u.String(), Foreign: true})
		return nil, nil
	}
	t := &transfer{kind: kind, ref: ref, method: attr(n, via, ""), params: params, base: doc.base}
	base, inline := c.base, c.inline
	defer func() { c.base, c.inline = base, inline }()
	wait, f := c.load(t)
	if f != nil {
		c.failed(f)
	}
	return wait, f
}

// failed reports a failure that does not end the call.
func (c *Call) failed(f *Failure) {
	c.emit(Event{Type: EventFailed, Failure: f, Text: f.Error()})
}

// nested executes a document, and those that follow it, inside another verb. It
// starts with doc or, if that is nil, with t. in limits their verbs. A failure
// is reported and returned as an error.
func (c *Call) nested(in *setting, t *transfer, doc *document) error {
	base, inline, outer := c.base, c.inline, c.setting
	defer func() { c.base, c.inline, c.setting = base, inline, outer }()
	c.setting = in
	for {
		if doc == nil {
			var f *Failure
			if doc, f = c.load(t); f != nil {
				c.failed(f)
				return f
			}
		}
		c.base, c.inline = doc.base, doc.base == nil
		next, err := c.exec(doc)
		if f := asFailure(err); f != nil {
			c.failed(f)
		}
		if err != nil || next == nil {
			return err
		}
		t, doc = next, nil
	}
}

// announce plays a document to a room.
func (r *room) announce(p *proc, ref, via string) {
	e := r.e
	u, f := e.resolve(nil, ref)
	var doc *document
	if f == nil {
		params := pairs("ConferenceSid", r.sid, "AccountSid", e.cfg.AccountSID)
		var a *answer
		if a, f = e.fetch(p, request{kind: webhook.KindUnknown, url: u, method: method(via), params: params, bare: params}); f == nil {
			doc, f = e.read(a, twiml.VoiceDocument)
		}
	}
	if f != nil {
		r.report("announcement-fail", nil, pairs("AnnounceUrl", ref, "ReasonAnnouncementFailed", f.Text))
		return
	}
	for v := range doc.root.Elements() {
		ev := Event{Type: EventPlayed, Node: v, Text: text(v), Duration: mediaLength}
		switch v.Name {
		case "Say":
			ev.Type, ev.Duration = EventSaid, speakingTime(text(v))
		case "Play":
		default:
			continue
		}
		for _, s := range r.seats {
			s.call.emit(ev)
		}
		p.sleep(ev.Duration)
	}
	r.report("announcement-end", nil, pairs("AnnounceUrl", u.String()))
}

// asFailure returns the failure in err, or nil.
func asFailure(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return nil
}
