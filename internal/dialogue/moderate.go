package dialogue

import "github.com/ringback-go/ringback/webhook"

// Mute mutes or unmutes the person's place in a conference, as the REST API
// does. It reports whether there was one to change.
func (c *Call) Mute(on bool) bool {
	defer c.e.act()()
	s := c.seat
	if s == nil || s.muted == on {
		return false
	}
	s.muted = on
	c.emit(Event{Type: EventMuted, Text: truth(on)})
	event := "participant-mute"
	if !on {
		event = "participant-unmute"
	}
	s.room.report(event, s, nil)
	c.e.touched()
	return true
}

// Hold puts the person in a conference on hold, with the document at
// musicURL to hear, or takes them off hold. Empty: Twilio's music.
func (c *Call) Hold(on bool, musicURL string) bool {
	defer c.e.act()()
	s := c.seat
	if s == nil || s.held == on {
		return false
	}
	s.held, s.holdMusic = on, nil
	if u, f := c.e.resolve(nil, musicURL); on && musicURL != "" && f == nil && c.e.foreign(u) {
		c.emit(Event{Type: EventPlayed, Text: u.String(), Foreign: true})
	} else if on && musicURL != "" {
		s.holdMusic = &transfer{kind: webhook.KindConferenceWaitURL, ref: musicURL, params: pairs("ConferenceSid", s.room.sid), absolute: true}
	}
	c.emit(Event{Type: EventHeld, Text: truth(on)})
	event := "participant-hold"
	if !on {
		event = "participant-unhold"
	}
	s.room.report(event, s, nil)
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// Kick removes the person from a conference.
func (c *Call) Kick() bool {
	defer c.e.act()()
	s := c.seat
	if s == nil {
		return false
	}
	s.kicked, s.reason = true, "participant_updated_via_api"
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// EndConference ends a conference, as the REST API does.
func (e *Engine) EndConference(name string) bool {
	defer e.act()()
	r := e.rooms[name]
	if r == nil {
		return false
	}
	r.end(nil, "conference-ended-via-api", "Conference ended via API", "conference_ended_via_api")
	e.touched()
	return true
}

// Announce plays the document at ref to everyone in a conference.
func (e *Engine) Announce(name, ref, method string) bool {
	defer e.act()()
	r := e.rooms[name]
	if r == nil {
		return false
	}
	e.spawn(func(p *proc) { r.announce(p, ref, method) })
	e.touched()
	return true
}

// Update gives the call a new document, as a REST update with Url does. It ends
// whatever the call is doing.
func (c *Call) Update(ref, method string) bool {
	defer c.e.act()()
	if c.over() {
		return false
	}
	c.update = &transfer{kind: webhook.KindTwiMLRedirectRequest, ref: ref, method: method, absolute: true}
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// End ends the call, as a REST update with Status=completed (or canceled,
// while it rings) does.
func (c *Call) End() {
	defer c.e.act()()
	if c.over() {
		return
	}
	c.killed = webhook.CallStatusCompleted
	if c.status == webhook.CallStatusRinging || c.status == webhook.CallStatusQueued || c.status == webhook.CallStatusInitiated {
		c.killed = webhook.CallStatusCanceled
	}
	c.e.wake(c.p)
	c.e.touched()
}

// Refer makes a bridged SIP phone request a transfer (Dial referUrl).
func (c *Call) Refer(target string) bool {
	defer c.e.act()()
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
