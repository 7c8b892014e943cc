package dialogue

// Mute mutes or unmutes the person's place in a conference, as the REST API
// does. It reports whether there was one to change.
func (c *Call) Mute(on bool) bool {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	s := c.seat
	if s == nil || s.muted == on {
		return false
	}
	s.muted = on
	c.emit(Event{Type: Muted, Text: truth(on)})
	event := "participant-mute"
	if !on {
		event = "participant-unmute"
	}
	s.room.tell(event, s, nil)
	c.e.touched()
	return true
}

// Hold puts the person in a conference on hold, with the document at
// musicURL to hear, or takes them off hold. Empty: Twilio's music.
func (c *Call) Hold(on bool, musicURL string) bool {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	s := c.seat
	if s == nil || s.held == on {
		return false
	}
	s.held, s.holdMusic = on, nil
	if on && musicURL != "" {
		s.holdMusic = &transfer{kind: kindConferenceWaitURL, ref: musicURL, params: pairs("ConferenceSid", s.room.sid), absolute: true}
	}
	c.emit(Event{Type: Held, Text: truth(on)})
	event := "participant-hold"
	if !on {
		event = "participant-unhold"
	}
	s.room.tell(event, s, nil)
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// Kick takes the person out of a conference.
func (c *Call) Kick() bool {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
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
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.rooms[name]
	if r == nil {
		return false
	}
	r.end(nil, "conference-ended-via-api", "Conference ended via API", "conference_ended_via_api")
	e.touched()
	return true
}

// Announce lets everybody in a conference hear the document at ref.
func (e *Engine) Announce(name, ref, method string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.rooms[name]
	if r == nil {
		return false
	}
	e.spawn(func(p *proc) { r.announce(p, ref, method) })
	e.touched()
	return true
}

// Conference tells who is in a conference and whether it has started.
func (e *Engine) Conference(name string) (participants []*Call, started bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.rooms[name]
	if r == nil {
		return nil, false
	}
	for _, s := range r.seats {
		participants = append(participants, s.call)
	}
	return participants, r.started
}
