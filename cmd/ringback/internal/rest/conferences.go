package rest

import (
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/twiml"
)

func (a *api) conferences() {
	a.handle("GET /Conferences.json", "lists conferences", paging+"FriendlyName Status "+dates("DateCreated")+" "+dates("DateUpdated"), "", a.listConferences)
	a.handle("GET /Conferences/{sid}", "fetches a conference", "", "", a.fetchConference)
	a.handle("POST /Conferences/{sid}", "updates a conference", "Status AnnounceUrl AnnounceMethod", "", a.updateConference)
	a.handle("GET /Conferences/{conference}/Participants.json", "lists participants", paging+"Muted Hold Coaching", "", a.listParticipants)
	a.handle("POST /Conferences/{conference}/Participants.json", "calls a participant",
		"From To Label Timeout StatusCallback StatusCallbackMethod StatusCallbackEvent Muted Beep StartConferenceOnEnter EndConferenceOnExit WaitUrl WaitMethod MaxParticipants Coaching CallSidToCoach ConferenceRecord ConferenceStatusCallback ConferenceStatusCallbackMethod ConferenceStatusCallbackEvent ConferenceRecordingStatusCallback ConferenceRecordingStatusCallbackMethod ConferenceRecordingStatusCallbackEvent Record MachineDetection AsyncAmd AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod"+recordingParams,
		"EarlyMedia ConferenceTrim Region SipAuthUsername SipAuthPassword Byoc CallerId CallReason JitterBufferSize TimeLimit AmdStatusCallback AmdStatusCallbackMethod Trim CallToken CallerDisplayName MachineDetectionTimeout",
		a.createParticipant)
	a.handle("GET /Conferences/{conference}/Participants/{sid}", "fetches a participant", "", "", a.fetchParticipant)
	a.handle("POST /Conferences/{conference}/Participants/{sid}", "updates a participant",
		"Muted Hold HoldUrl AnnounceUrl AnnounceMethod EndConferenceOnExit", "HoldMethod WaitUrl WaitMethod BeepOnExit Coaching CallSidToCoach", a.updateParticipant)
	a.handle("DELETE /Conferences/{conference}/Participants/{sid}", "removes a participant", "", "", a.deleteParticipant)
}

// conference is the resource as Twilio writes it.
type conference struct {
	SID                     string            `json:"sid"`
	AccountSID              string            `json:"account_sid"`
	FriendlyName            string            `json:"friendly_name"`
	Status                  string            `json:"status"`
	ReasonConferenceEnded   *string           `json:"reason_conference_ended"`
	CallSIDEndingConference *string           `json:"call_sid_ending_conference"`
	Region                  string            `json:"region"`
	DateCreated             *string           `json:"date_created"`
	DateUpdated             *string           `json:"date_updated"`
	APIVersion              string            `json:"api_version"`
	URI                     string            `json:"uri"`
	SubresourceURIs         map[string]string `json:"subresource_uris"`
}

// participant is the resource as Twilio writes it.
type participant struct {
	CallSID                string  `json:"call_sid"`
	AccountSID             string  `json:"account_sid"`
	ConferenceSID          string  `json:"conference_sid"`
	Label                  *string `json:"label"`
	CallSIDToCoach         *string `json:"call_sid_to_coach"`
	Coaching               bool    `json:"coaching"`
	EndConferenceOnExit    bool    `json:"end_conference_on_exit"`
	StartConferenceOnEnter bool    `json:"start_conference_on_enter"`
	Hold                   bool    `json:"hold"`
	Muted                  bool    `json:"muted"`
	Status                 string  `json:"status"`
	QueueTime              string  `json:"queue_time"`
	DateCreated            *string `json:"date_created"`
	DateUpdated            *string `json:"date_updated"`
	URI                    string  `json:"uri"`
}

// An invitation is a participant who is being called and has not joined yet.
type invitation struct {
	conference string // SID
	seat       dialogue.Participant
}

func (a *api) conference(c dialogue.ConferenceState) conference {
	out := conference{
		SID: c.SID, AccountSID: a.stage.AccountSID(), FriendlyName: c.Name, Status: c.Status, Region: "us1",
		DateCreated: date(c.Created), DateUpdated: date(c.Updated), APIVersion: version, URI: a.uri("/Conferences/" + c.SID + ".json"),
		SubresourceURIs: map[string]string{
			"participants": a.uri("/Conferences/" + c.SID + "/Participants.json"), "recordings": a.uri("/Conferences/" + c.SID + "/Recordings.json"),
		},
	}
	if c.Reason != "" {
		out.ReasonConferenceEnded = &c.Reason
	}
	if c.EndedBy != "" {
		out.CallSIDEndingConference = &c.EndedBy
	}
	return out
}

func (a *api) listConferences(r *request) (any, error) {
	all := a.stage.Engine().Conferences()
	out := []conference{}
	for i := len(all) - 1; i >= 0; i-- {
		c := all[i]
		if r.equal("FriendlyName", c.Name) && r.equal("Status", c.Status) && r.within("DateCreated", c.Created) && r.within("DateUpdated", c.Updated) {
			out = append(out, a.conference(c))
		}
	}
	return list(r, "conferences", out), nil
}

// room returns the conference with that SID, or the one in progress with that
// name.
func (a *api) room(id string) (dialogue.ConferenceState, bool) {
	for _, c := range a.stage.Engine().Conferences() {
		if c.SID == id || c.Name == id && c.Status != "completed" {
			return c, true
		}
	}
	return dialogue.ConferenceState{}, false
}

func (a *api) fetchConference(r *request) (any, error) {
	c, ok := a.room(r.sid())
	if !ok {
		return nil, stage.ErrNotFound
	}
	return a.conference(c), nil
}

func (a *api) updateConference(r *request) (any, error) {
	c, ok := a.room(r.sid())
	if !ok {
		return nil, stage.ErrNotFound
	}
	announce := r.get("AnnounceUrl")
	switch state := r.get("Status"); {
	case state != "" && state != "completed":
		return nil, refused(20001, "Status can only be set to completed.")
	case announce != "" && !link(announce):
		return nil, refused(21205, "AnnounceUrl is not a valid URL.")
	case c.Status == "completed":
		return nil, refused(20001, "The conference is over.")
	case announce != "":
		a.stage.Engine().Announce(c.Name, announce, r.get("AnnounceMethod"))
	case state != "":
		a.stage.Engine().EndConference(c.Name)
		a.stage.Engine().Settle()
	}
	c, _ = a.room(c.SID)
	return a.conference(c), nil
}

func (a *api) participant(conference string, p dialogue.Participant) participant {
	created, answered, _ := p.Call.Times()
	out := participant{
		CallSID: p.Call.SID(), AccountSID: a.stage.AccountSID(), ConferenceSID: conference, Coaching: p.CallSIDToCoach != "",
		EndConferenceOnExit: p.EndOnExit, StartConferenceOnEnter: p.StartOnEnter, Hold: p.Held, Muted: p.Muted, QueueTime: "0",
		DateCreated: date(created), DateUpdated: date(created), URI: a.uri("/Conferences/" + conference + "/Participants/" + p.Call.SID() + ".json"),
	}
	if !answered.IsZero() {
		out.DateUpdated = date(answered)
	}
	if p.Label != "" {
		out.Label = &p.Label
	}
	if p.CallSIDToCoach != "" {
		out.CallSIDToCoach = &p.CallSIDToCoach
	}
	out.Status = a.call(p.Call).Status
	if out.Status == "in-progress" {
		out.Status = "connected"
	}
	return out
}

// participants returns the participants of a conference and those being called.
// ok is false if there is no such conference.
func (a *api) participants(id string) (sid string, all []dialogue.Participant, ok bool) {
	sid = id
	c, ok := a.room(id)
	if ok {
		sid, all = c.SID, c.Participants
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for call, i := range a.invited {
		switch {
		case i.seat.Call.Activity().State == dialogue.StateInConference || i.seat.Call.Activity().State == dialogue.StateOver:
			delete(a.invited, call)
		case i.conference == sid:
			all, ok = append(all, i.seat), true
		}
	}
	return sid, all, ok
}

func (a *api) listParticipants(r *request) (any, error) {
	sid, all, ok := a.participants(r.PathValue("conference"))
	if !ok {
		return nil, stage.ErrNotFound
	}
	out := []participant{}
	for _, p := range all {
		v := a.participant(sid, p)
		if r.yes("Muted", v.Muted) == v.Muted && r.yes("Hold", v.Hold) == v.Hold && r.yes("Coaching", v.Coaching) == v.Coaching {
			out = append(out, v)
		}
	}
	return list(r, "participants", out), nil
}

// find returns the participant that the path names, by the SID of the call or by
// the label.
func (a *api) find(r *request) (conference string, p dialogue.Participant, ok bool) {
	conference, all, _ := a.participants(r.PathValue("conference"))
	for _, p := range all {
		if id := r.sid(); id != "" && (p.Call.SID() == id || p.Label == id) {
			return conference, p, true
		}
	}
	return "", dialogue.Participant{}, false
}

func (a *api) fetchParticipant(r *request) (any, error) {
	conference, p, ok := a.find(r)
	if !ok {
		return nil, stage.ErrNotFound
	}
	return a.participant(conference, p), nil
}

// createParticipant calls someone with a document that connects to the
// conference.
func (a *api) createParticipant(r *request) (any, error) {
	name := r.PathValue("conference")
	if c, ok := a.room(name); ok {
		name = c.Name
	} else if sidShape.MatchString(name) {
		return nil, stage.ErrNotFound
	}
	coach := r.get("CallSidToCoach")
	if !r.yes("Coaching", coach != "") {
		coach = ""
	}
	seat := dialogue.Participant{
		Label: r.get("Label"), Muted: r.yes("Muted", false), CallSIDToCoach: coach,
		StartOnEnter: r.yes("StartConferenceOnEnter", true), EndOnExit: r.yes("EndConferenceOnExit", false),
	}
	room := &twiml.Node{Name: "Conference", Children: []*twiml.Node{{Text: name}}}
	set := func(attribute, value string) {
		if value != "" {
			room.Attrs = append(room.Attrs, twiml.Attr{Name: attribute, Value: value})
		}
	}
	set("participantLabel", seat.Label)
	set("muted", strconv.FormatBool(seat.Muted))
	set("startConferenceOnEnter", strconv.FormatBool(seat.StartOnEnter))
	set("endConferenceOnExit", strconv.FormatBool(seat.EndOnExit))
	set("coach", coach)
	for attribute, parameter := range map[string]string{
		"beep": "Beep", "waitUrl": "WaitUrl", "waitMethod": "WaitMethod", "maxParticipants": "MaxParticipants", "record": "ConferenceRecord",
		"statusCallback": "ConferenceStatusCallback", "statusCallbackMethod": "ConferenceStatusCallbackMethod",
		"recordingStatusCallback": "ConferenceRecordingStatusCallback", "recordingStatusCallbackMethod": "ConferenceRecordingStatusCallbackMethod",
	} {
		set(attribute, r.get(parameter))
	}
	set("statusCallbackEvent", strings.Join(r.form["ConferenceStatusCallbackEvent"], " "))
	set("recordingStatusCallbackEvent", strings.Join(r.form["ConferenceRecordingStatusCallbackEvent"], " "))
	out := stage.CallOut{
		From: canonical(r.get("From")), To: canonical(r.get("To")), StatusCallback: r.get("StatusCallback"), StatusCallbackMethod: r.get("StatusCallbackMethod"),
		TwiML: (&twiml.Node{Name: "Response", Children: []*twiml.Node{{Name: "Dial", Children: []*twiml.Node{room}}}}).String(),
	}
	if err := a.readCall(r, &out, ""); err != nil {
		return nil, err
	}
	sid := a.stage.Engine().ConferenceSID(name)
	leg, err := a.stage.RingOut(out)
	if err != nil {
		return nil, err
	}
	seat.Call = leg
	a.participants(sid) // forgets those who have joined
	a.mu.Lock()
	a.invited[leg.SID()] = invitation{conference: sid, seat: seat}
	a.mu.Unlock()
	return a.participant(sid, seat), nil
}

func (a *api) updateParticipant(r *request) (any, error) {
	conference, p, ok := a.find(r)
	if !ok {
		return nil, stage.ErrNotFound
	}
	for _, name := range []string{"HoldUrl", "AnnounceUrl"} {
		if text := r.get(name); text != "" && !link(text) {
			return nil, refused(21205, name+" is not a valid URL.")
		}
	}
	if r.form.Has("Muted") {
		p.Call.Mute(r.yes("Muted", false))
	}
	if r.form.Has("Hold") {
		p.Call.Hold(r.yes("Hold", false), r.get("HoldUrl"))
	}
	if r.form.Has("EndConferenceOnExit") {
		p.Call.SetEndOnExit(r.yes("EndConferenceOnExit", false))
	}
	if announce := r.get("AnnounceUrl"); announce != "" {
		r.note("everyone in the conference hears AnnounceUrl")
		if c, ok := a.room(conference); ok {
			a.stage.Engine().Announce(c.Name, announce, r.get("AnnounceMethod"))
		}
	}
	if conference, p, ok = a.find(r); !ok {
		return nil, stage.ErrNotFound
	}
	return a.participant(conference, p), nil
}

func (a *api) deleteParticipant(r *request) (any, error) {
	_, p, ok := a.find(r)
	if !ok {
		return nil, stage.ErrNotFound
	}
	if !p.Call.Kick() {
		p.Call.End()
	}
	a.stage.Engine().Settle()
	return nil, nil
}

// seconds rounds as Twilio bills.
func seconds(d time.Duration) string { return strconv.Itoa(int(d.Round(time.Second) / time.Second)) }
