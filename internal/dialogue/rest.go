package dialogue

import (
	"slices"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// Detection is the answering-machine detection of a call that the program makes.
type Detection struct {
	Mode     string // Enable or DetectMessageEnd; empty: off
	Async    bool   // the document is fetched at once, and Callback gets the result
	Callback string
	Method   string // of Callback
}

// CallRecording says how a call that the program makes is recorded.
type CallRecording struct {
	Channels int    // 1 or 2; zero: the call is not recorded
	Track    string // inbound, outbound or both
	Callback string // of the recording's status
	Method   string
	Events   []string // default: completed
}

// Recording is a recording as the REST API shows it.
type Recording struct {
	SID, CallSID, ConferenceSID string
	Source, Track, Status       string
	Channels                    int
	Started                     time.Time
	Duration                    time.Duration
}

// Participant is a person's place in a conference.
type Participant struct {
	Call           *Call
	Label          string
	Muted, Held    bool
	CallSIDToCoach string
	StartOnEnter   bool
	EndOnExit      bool
}

// ConferenceState is a conference, over or not.
type ConferenceState struct {
	SID, Name    string
	Status       string // init, in-progress, completed
	Reason       string // why it ended
	EndedBy      string // CallSid of who ended it
	Created      time.Time
	Updated      time.Time
	Participants []Participant
}

// answeredOut does what the REST API requested for an answered call: record it,
// send tones, detect who answered.
func (c *Call) answeredOut(first *transfer) error {
	if c.setup.Recording.Channels > 0 {
		c.startRecording(c.setup.Recording, "OutboundAPI")
	}
	if digits := c.setup.SendDigits; digits != "" {
		c.emit(Event{Type: EventDigitsSent, Text: digits})
		if err := c.until(c.e.now.Add(time.Duration(len(digits))*500*time.Millisecond), nil); err != nil {
			return err
		}
	}
	d := c.setup.Detection
	if d.Mode == "" {
		if c.machine {
			first.params = pairs("AnsweredBy", c.answerer)
			_ = c.until(c.e.now.Add(c.detection()), nil) // who hangs up meanwhile ends program, too
		}
		return nil
	}
	if d.Mode == "DetectMessageEnd" && c.answerer == "machine_start" {
		c.answerer = "machine_end_beep"
	}
	took := c.detection()
	if d.Async {
		c.e.spawn(func(p *proc) {
			p.sleep(took)
			if d.Callback != "" && !c.over() {
				c.callback(webhook.KindAsyncAMDCallback, nil, d.Callback, d.Method, pairs(
					"CallSid", c.sid, "AccountSid", c.e.cfg.AccountSID,
					"AnsweredBy", c.answerer, "MachineDetectionDuration", itoa(int(took.Milliseconds())),
				))
			}
		})
		return nil
	}
	if err := c.until(c.e.now.Add(took), nil); err != nil {
		return err
	}
	first.params = pairs("AnsweredBy", c.answerer, "MachineDetectionDuration", itoa(int(took.Milliseconds())))
	return nil
}

// startRecording records the call until it ends.
func (c *Call) startRecording(r CallRecording, source string) *session {
	track := r.Track
	if track == "" {
		track = "both"
	}
	events := r.Events
	if len(events) == 0 {
		events = []string{"completed"}
	}
	s := &session{call: c, v: &twiml.Node{Name: "Recording"}, kind: "Recording", sid: c.e.newSID("RE"), started: c.e.now}
	s.name = s.sid
	s.rec = &recording{sid: s.sid, source: source, call: c.sid, channels: r.Channels, track: track, started: c.e.now}
	s.recTo = reporting{ref: r.Callback, method: r.Method, events: events}
	c.e.report(c, s.recTo, *s.rec, "in-progress")
	c.sessions = append(c.sessions, s)
	c.emit(Event{Type: EventSessionStarted, Node: s.v, Text: "Recording"})
	return s
}

// recordedParams are those of the last status callback of a call that the REST
// API records.
func (c *Call) recordedParams() Params {
	for _, r := range c.e.recordings {
		if r.CallSID == c.sid && r.Source == "OutboundAPI" {
			return pairs("RecordingUrl", c.e.recordingURL(r.SID), "RecordingSid", r.SID, "RecordingDuration", itoa(seconds(r.Duration)))
		}
	}
	return nil
}

// Record starts to record a call that is in progress, as the REST API does. It
// returns the recording's SID, and reports false when the call is not in
// progress.
func (c *Call) Record(r CallRecording) (sid string, ok bool) {
	defer c.e.act()()
	if c.status != webhook.CallStatusInProgress {
		return "", false
	}
	r.Channels = max(r.Channels, 1)
	s := c.startRecording(r, "StartCallRecordingAPI")
	c.e.touched()
	return s.sid, true
}

// StopRecording ends a recording that the REST API or Start began. It reports
// whether there was one.
func (c *Call) StopRecording(sid string) bool {
	defer c.e.act()()
	for _, s := range c.sessions {
		if s.rec != nil && s.sid == sid {
			s.end()
			c.e.touched()
			return true
		}
	}
	return false
}

// keepRecording records the state of a recording.
func (e *Engine) keepRecording(r recording, status string) {
	kept := Recording{
		SID: r.sid, CallSID: r.call, ConferenceSID: r.room, Source: r.source, Track: r.track, Status: status,
		Channels: r.channels, Started: r.started, Duration: r.trimmed,
	}
	for i := range e.recordings {
		if e.recordings[i].SID == r.sid {
			e.recordings[i] = kept
			return
		}
	}
	e.recordings = append(e.recordings, kept)
}

// Recordings returns the recordings that were made, in order.
func (e *Engine) Recordings() []Recording {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.recordings)
}

// DeleteRecording deletes a recording. It reports whether there was one.
func (e *Engine) DeleteRecording(sid string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(e.recordings)
	e.recordings = slices.DeleteFunc(e.recordings, func(r Recording) bool { return r.SID == sid })
	return len(e.recordings) < n
}

// ConferenceSID returns the SID of the conference in progress with that name,
// or that of the next one.
func (e *Engine) ConferenceSID(name string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := e.rooms[name]; r != nil {
		return r.sid
	}
	return e.reserve(name)
}

// reserve returns the SID of the next conference of a name.
func (e *Engine) reserve(name string) string {
	sid := e.reserved[name]
	if sid == "" {
		sid = e.newSID("CF")
		if e.reserved == nil {
			e.reserved = map[string]string{}
		}
		e.reserved[name] = sid
	}
	return sid
}

// Conferences returns all conferences, in order.
func (e *Engine) Conferences() []ConferenceState {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]ConferenceState, 0, len(e.conferences))
	for _, r := range e.conferences {
		c := ConferenceState{
			SID: r.sid, Name: r.name, Status: "init", Reason: r.reason, EndedBy: r.endedBy,
			Created: r.created, Updated: r.updated,
		}
		switch {
		case r.over:
			c.Status = "completed"
		case r.started:
			c.Status = "in-progress"
		}
		for _, s := range r.seats {
			c.Participants = append(c.Participants, Participant{
				Call: s.call, Label: s.label, Muted: s.muted, Held: s.held, CallSIDToCoach: s.coaching,
				StartOnEnter: s.startOnJoin, EndOnExit: s.endOnLeave,
			})
		}
		out = append(out, c)
	}
	return out
}

// SetEndOnExit says whether the conference that the person is in ends when they
// leave. It reports whether they are in one.
func (c *Call) SetEndOnExit(on bool) bool {
	defer c.e.act()()
	if c.seat == nil {
		return false
	}
	c.seat.endOnLeave = on
	return true
}

// UpdateTwiML gives the call a new document, as a REST update with Twiml does.
func (c *Call) UpdateTwiML(xml string) bool {
	defer c.e.act()()
	if c.over() {
		return false
	}
	c.update = &transfer{kind: webhook.KindTwiMLRedirectRequest, inline: xml, absolute: true}
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// Times returns when the leg was created, answered and ended; zero if that has
// not happened.
func (c *Call) Times() (created, answered, ended time.Time) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	return c.created, c.answered, c.ended
}

// AnsweredBy returns who answered the call, if machine detection is on.
func (c *Call) AnsweredBy() string {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if !c.machine || c.answered.IsZero() {
		return ""
	}
	return c.answerer
}
