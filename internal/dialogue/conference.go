package dialogue

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// room is a conference.
type room struct {
	e        *Engine
	name     string
	sid      string
	seats    []*seat
	started  bool
	over     bool
	sequence int
	to       subscription // of the first participant
	rec      *recording
	recTo    reporting
	closing  func() // reports the end

	created, updated time.Time
	reason, endedBy  string // of the end
}

// seat is a participant's place in a conference.
type seat struct {
	call        *Call
	room        *room
	label       string
	muted, held bool
	coaching    string
	startOnJoin bool
	endOnLeave  bool
	kicked      bool
	reason      string // why the participant left
	holdMusic   *transfer
}

// confer puts the caller into a conference (verb-semantics.md, 3, Conference).
func (c *Call) confer(d *dialing, n *twiml.Node) (dialResult, error) {
	c.answer()
	refused := func(code int, format string, args ...any) (dialResult, error) {
		return dialResult{status: webhook.CallStatusFailed, seconds: -1, failure: failure(code, format, args...)}, nil
	}
	name := text(n)
	if name == "" {
		return refused(13237, "the conference has no name")
	}
	r := c.e.rooms[name]
	s := &seat{
		call: c, label: attr(n, "participantLabel", ""), muted: attr(n, "muted", "false") == "true",
		startOnJoin: attr(n, "startConferenceOnEnter", "true") != "false",
		endOnLeave:  attr(n, "endConferenceOnExit", "false") == "true",
		coaching:    attr(n, "coach", ""),
	}
	if s.coaching != "" && (r == nil || !slices.ContainsFunc(r.seats, func(o *seat) bool { return o.call.sid == s.coaching })) {
		return refused(13240, "no participant has the CallSid in coach")
	}
	if r != nil && s.label != "" && slices.ContainsFunc(r.seats, func(o *seat) bool { return o.label == s.label }) {
		// The call continues with the next verb, with or without an action.
		c.warn(failure(16025, "the participant label %q is taken", s.label))
		d.v = &twiml.Node{Name: "Dial"}
		return dialResult{status: webhook.CallStatusFailed, seconds: -1}, nil
	}
	if r != nil && len(r.seats) >= max(number(n, "maxParticipants", 250), 2) {
		return refused(16020, "the conference is full")
	}
	if r == nil {
		r = c.e.newRoom(d, n, name)
	}
	return r.seat(d, n, s)
}

func (e *Engine) newRoom(d *dialing, n *twiml.Node, name string) *room {
	r := &room{e: e, name: name, sid: e.reserve(name), created: e.now, updated: e.now}
	delete(e.reserved, name)
	e.conferences = append(e.conferences, r)
	r.to = subscription{
		url: attr(n, "statusCallback", ""), method: attr(n, "statusCallbackMethod", ""),
		events: strings.Fields(attr(n, "statusCallbackEvent", "")), base: d.doc.base,
	}
	if record := attr(n, "record", ""); record == "record-from-start" || record == "true" {
		r.rec = &recording{sid: e.newSID("RE"), source: "Conference", room: r.sid, channels: 2}
		r.recTo = reportingOf(d.doc, n)
	}
	if e.rooms == nil {
		e.rooms = map[string]*room{}
	}
	e.rooms[name] = r
	return r
}

// seat keeps the caller in the room until something ends it.
func (r *room) seat(d *dialing, n *twiml.Node, s *seat) (dialResult, error) {
	c := s.call
	result := dialResult{status: "answered", seconds: -1, bridged: true}
	idle := c.busy(Activity{State: StateInConference})
	defer func() { idle() }()
	var waiting *document
	if !r.started && !r.startsWith(s) {
		var f *Failure
		waiting, f = c.waitDocument(d.doc, n, "waitUrl", "waitMethod", webhook.KindConferenceWaitURL, pairs("ConferenceSid", r.sid))
		if f != nil {
			// A caller whose waiting document fails is not connected.
			if len(r.seats) == 0 {
				delete(r.e.rooms, r.name)
			}
			return dialResult{status: webhook.CallStatusFailed, seconds: -1}, nil
		}
	}
	s.room, c.room, c.seat = r, r, s
	r.seats = append(r.seats, s)
	c.emit(Event{Type: EventJoined, Text: r.name})
	r.report("participant-join", s, nil)
	r.begin()
	limit := time.Time{}
	if d.timeLimit > 0 {
		limit = c.e.now.Add(d.timeLimit)
	}
	left := func() bool {
		return r.over || s.kicked || d.starred() || !limit.IsZero() && !c.e.now.Before(limit)
	}
	err := r.attend(s, waiting, limit, left)
	c.room, c.seat = nil, nil
	r.leave(s, err)
	if asFailure(err) != nil {
		err = nil
	}
	return result, err
}

// attend passes the time of a participant: music, talk, hold music.
func (r *room) attend(s *seat, waiting *document, limit time.Time, left func() bool) error {
	c := s.call
	err := error(nil)
	if !r.started && waiting != nil {
		err = c.within(func() bool { return r.started || left() }, func() error {
			return c.nested(conferenceSetting, nil, waiting)
		})
	}
	for err == nil || errors.Is(err, errScope) {
		if left() {
			return nil
		}
		if music := s.holdMusic; music != nil {
			err = c.within(func() bool { return s.holdMusic == nil || left() }, func() error {
				if err := c.nested(conferenceSetting, music, nil); err != nil {
					return err
				}
				return c.until(time.Time{}, func() bool { return false })
			})
			continue
		}
		err = c.until(limit, func() bool { return left() || s.holdMusic != nil })
	}
	return err
}

func mayStart(s *seat) bool { return s.startOnJoin }

// startsWith reports whether the conference starts when s joins, who then hears
// no waiting document.
func (r *room) startsWith(s *seat) bool {
	return len(r.seats) > 0 && (mayStart(s) || slices.ContainsFunc(r.seats, mayStart))
}

// begin starts the conference when two participants are present and one may
// start it.
func (r *room) begin() {
	if r.started || len(r.seats) < 2 || !slices.ContainsFunc(r.seats, mayStart) {
		return
	}
	r.started, r.updated = true, r.e.now
	if r.rec != nil {
		r.rec.started = r.e.now
		r.e.report(nil, r.recTo, *r.rec, "in-progress")
	}
	r.e.emit(Event{Type: EventConferenceStarted, Text: r.name})
	r.report("conference-start", nil, nil)
	for _, s := range r.seats {
		r.e.wake(s.call.p)
	}
}

// leave removes a participant, and ends the conference if it depends on them.
func (r *room) leave(s *seat, err error) {
	r.seats = slices.DeleteFunc(r.seats, func(o *seat) bool { return o == s })
	reason := s.reason
	switch {
	case reason != "":
	case errors.Is(err, errUpdated):
		reason = "participant_updated_via_api"
	default:
		reason = "participant_hung_up"
	}
	s.call.emit(Event{Type: EventLeft, Text: r.name})
	r.report("participant-leave", s, pairs("ParticipantCallStatus", string(webhook.CallStatusCompleted), "ReasonParticipantLeft", reason))
	if r.over {
		if len(r.seats) == 0 {
			r.close()
		}
		return
	}
	switch {
	case s.endOnLeave:
		word, why := "left", "Participant with endConferenceOnExit=true left"
		if s.kicked {
			word, why = "kicked", "Participant with endConferenceOnExit=true was kicked"
		}
		r.end(s, "participant-with-end-conference-on-exit-"+word, why, "moderator_ended_conference")
	case len(r.seats) == 0:
		word := "left"
		if s.kicked {
			word = "kicked"
		}
		r.end(s, "last-participant-"+word, "Last participant "+word, "")
	}
}

// end ends the conference for everyone still in it.
func (r *room) end(by *seat, reason, words, others string) {
	if r.over {
		return
	}
	r.over, r.updated, r.reason = true, r.e.now, reason
	if by != nil {
		r.endedBy = by.call.sid
	}
	delete(r.e.rooms, r.name)
	for _, s := range r.seats {
		s.reason = others
		r.e.wake(s.call.p)
	}
	extra := Params{}
	if by != nil {
		extra = pairs("CallSidEndingConference", by.call.sid)
		if by.label != "" {
			extra = append(extra, Param{"ParticipantLabelEndingConference", by.label})
		}
	}
	extra = append(extra, pairs("ReasonConferenceEnded", reason, "Reason", words)...)
	r.closing = func() {
		r.e.emit(Event{Type: EventConferenceEnded, Text: r.name})
		r.report("conference-end", nil, extra)
		if r.rec != nil && r.started {
			r.rec.length = r.e.now.Sub(r.rec.started)
			r.rec.trimmed = r.rec.length
			r.e.report(nil, r.recTo, *r.rec, "completed")
		}
	}
	if len(r.seats) == 0 {
		r.close()
	}
}

// close reports the end once everyone has left.
func (r *room) close() {
	if r.closing != nil {
		r.closing()
		r.closing = nil
	}
}

// report reports an event of the conference. Numbers count events without a subscriber, too.
func (r *room) report(event string, s *seat, extra Params) {
	r.sequence++
	if r.to.url == "" || !slices.ContainsFunc(r.to.events, func(word string) bool { return subscribed(word, event) }) {
		return
	}
	var p Params
	add := func(name, value string) { p = append(p, Param{name, value}) }
	if s != nil {
		add("Coaching", truth(s.coaching != ""))
	}
	add("FriendlyName", r.name)
	if s != nil {
		if s.label != "" {
			add("ParticipantLabel", s.label)
		}
		add("EndConferenceOnExit", truth(s.endOnLeave))
	}
	add("StatusCallbackEvent", event)
	add("Timestamp", stamp(r.e.now))
	if s != nil {
		add("StartConferenceOnEnter", truth(s.startOnJoin))
	}
	add("AccountSid", r.e.cfg.AccountSID)
	add("SequenceNumber", itoa(r.sequence))
	add("ConferenceSid", r.sid)
	if s != nil {
		add("CallSid", s.call.sid)
		add("Hold", truth(s.held))
		add("Muted", truth(s.muted))
		if s.coaching != "" {
			add("CallSidToCoach", s.coaching)
		}
	}
	p = append(p, extra...)
	r.e.callback(callOf(s), webhook.KindConferenceCallback, r.to.base, r.to.url, r.to.method, p)
}

func callOf(s *seat) *Call {
	if s == nil {
		return nil
	}
	return s.call
}

// subscribed reports whether a subscription word covers an event.
func subscribed(word, event string) bool {
	switch word {
	case "speaker":
		return strings.HasPrefix(event, "participant-speech")
	case "mute", "hold":
		return event == "participant-"+word || event == "participant-un"+word
	case "start", "end":
		return event == "conference-"+word
	case "announcement":
		return strings.HasPrefix(event, "announcement-")
	}
	return event == "participant-"+word
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// speech reports that a participant speaks, and later that they stopped.
func (r *room) speech(s *seat, d time.Duration) {
	if !slices.Contains(r.to.events, "speaker") {
		return
	}
	r.report("participant-speech-start", s, nil)
	r.e.spawn(func(p *proc) {
		p.sleep(d)
		if s.room == r && s.call.seat == s {
			r.report("participant-speech-stop", s, nil)
		}
	})
}
