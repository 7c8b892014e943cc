package rest

import (
	"bytes"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/internal/dialogue"
)

func (a *api) recordings() {
	filters := paging + "CallSid ConferenceSid " + dates("DateCreated")
	a.handle("GET /Recordings.json", "lists recordings", filters, "IncludeSoftDeleted", a.listRecordings)
	a.handle("GET /Calls/{call}/Recordings.json", "lists the recordings of a call", filters, "", a.listRecordings)
	a.handle("GET /Conferences/{conference}/Recordings.json", "lists the recordings of a conference", filters, "", a.listRecordings)
	a.handle("POST /Calls/{call}/Recordings.json", "records a call", strings.TrimSpace(recordingParams), "Trim", a.createRecording)
	for _, under := range []string{"", "/Calls/{call}", "/Conferences/{conference}"} {
		a.handle("GET "+under+"/Recordings/{sid}", "fetches a recording", "RequestedChannels Download", "IncludeSoftDeleted", a.fetchRecording)
		a.handle("DELETE "+under+"/Recordings/{sid}", "deletes a recording", "", "", a.deleteRecording)
	}
	a.handle("POST /Calls/{call}/Recordings/{sid}", "updates a recording", "Status", "PauseBehavior", a.updateRecording)
}

// recording is the resource as Twilio writes it.
type recording struct {
	SID           string  `json:"sid"`
	AccountSID    string  `json:"account_sid"`
	CallSID       *string `json:"call_sid"`
	ConferenceSID *string `json:"conference_sid"`
	Channels      int     `json:"channels"`
	Source        string  `json:"source"`
	Status        string  `json:"status"`
	Track         string  `json:"track"`
	Duration      *string `json:"duration"`
	StartTime     *string `json:"start_time"`
	Price         *string `json:"price"`
	PriceUnit     string  `json:"price_unit"`
	ErrorCode     *int    `json:"error_code"`
	DateCreated   *string `json:"date_created"`
	DateUpdated   *string `json:"date_updated"`
	MediaURL      string  `json:"media_url"`
	APIVersion    string  `json:"api_version"`
	URI           string  `json:"uri"`
}

func (a *api) recording(r dialogue.Recording) recording {
	path := a.uri("/Recordings/" + r.SID)
	out := recording{
		SID: r.SID, AccountSID: a.stage.AccountSID(), Channels: r.Channels, Source: r.Source, Status: r.Status, Track: r.Track,
		StartTime: date(r.Started), PriceUnit: "USD", DateCreated: date(r.Started), DateUpdated: date(r.Started.Add(r.Duration)),
		MediaURL: a.stage.Config().API + path, APIVersion: version, URI: path + ".json",
	}
	if r.CallSID != "" {
		out.CallSID = &r.CallSID
	}
	if r.ConferenceSID != "" {
		out.ConferenceSID = &r.ConferenceSID
	}
	if r.Status != "in-progress" {
		length := seconds(r.Duration)
		out.Duration = &length
	}
	return out
}

func (a *api) listRecordings(r *request) (any, error) {
	all := a.stage.Engine().Recordings()
	under := func(name, value string) bool { return r.PathValue(name) == "" || r.PathValue(name) == value }
	out := []recording{}
	for i := len(all) - 1; i >= 0; i-- {
		rec := all[i]
		if under("call", rec.CallSID) && under("conference", rec.ConferenceSID) &&
			r.equal("CallSid", rec.CallSID) && r.equal("ConferenceSid", rec.ConferenceSID) && r.within("DateCreated", rec.Started) {
			out = append(out, a.recording(rec))
		}
	}
	return list(r, "recordings", out), nil
}

// made returns the recording of that SID.
func (a *api) made(sid string) (dialogue.Recording, bool) {
	for _, rec := range a.stage.Engine().Recordings() {
		if rec.SID == sid {
			return rec, true
		}
	}
	return dialogue.Recording{}, false
}

// fetchRecording returns the resource of a recording, or its audio.
func (a *api) fetchRecording(r *request) (any, error) {
	id := r.PathValue("sid")
	sid, extension, _ := strings.Cut(id, ".")
	rec, ok := a.made(sid)
	switch {
	case !ok:
	case extension == "json":
		return a.recording(rec), nil
	case rec.Status != "completed": // no file yet, or none at all
	case extension == "mp3":
		return file("audio/mpeg", quiet(rec.Duration)), nil
	case extension == "" || extension == "wav":
		channels := rec.Channels
		switch r.get("RequestedChannels") {
		case "1":
			channels = 1
		case "2":
			channels = 2
		}
		return file("audio/x-wav", stage.Tone(rec.Duration, channels)), nil
	}
	return nil, stage.ErrNotFound
}

func (a *api) deleteRecording(r *request) (any, error) {
	sid, _, _ := strings.Cut(r.PathValue("sid"), ".")
	if !a.stage.Engine().DeleteRecording(sid) {
		return nil, stage.ErrNotFound
	}
	return nil, nil
}

func (a *api) createRecording(r *request) (any, error) {
	leg, err := a.stage.Leg(r.PathValue("call"))
	if err != nil {
		return nil, err
	}
	how, err := recordingOf(r, "dual")
	if err != nil {
		return nil, err
	}
	sid, ok := leg.Record(how)
	if !ok {
		return nil, refused(21220, "Call is not in-progress. Cannot record.")
	}
	rec, _ := a.made(sid)
	return a.recording(rec), nil
}

// updateRecording ends a recording that is being made. Twilio.CURRENT is the one
// of the call.
func (a *api) updateRecording(r *request) (any, error) {
	leg, err := a.stage.Leg(r.PathValue("call"))
	if err != nil {
		return nil, err
	}
	id := r.sid()
	if id == "Twilio.CURRENT" {
		for _, rec := range a.stage.Engine().Recordings() {
			if rec.CallSID == leg.SID() && rec.Status == "in-progress" {
				id = rec.SID
			}
		}
	}
	switch {
	case r.get("Status") == "paused" || r.get("Status") == "in-progress":
		r.note("recordings are not paused here")
	case r.get("Status") != "stopped":
		return nil, refused(20001, "Status can only be set to stopped, paused or in-progress.")
	case !leg.StopRecording(id):
		return nil, stage.ErrNotFound
	}
	rec, ok := a.made(id)
	if !ok {
		return nil, stage.ErrNotFound
	}
	return a.recording(rec), nil
}

// quiet is a silent MP3 file of the given length: frames of 32 kbit/s, mono,
// 22,050 Hz, with zero side information.
func quiet(length time.Duration) []byte {
	const samples, rate, size = 576, 22050, 104
	frame := make([]byte, size)
	copy(frame, []byte{0xff, 0xf3, 0x40, 0xc4})
	count := int(min(length, stage.LongestSound)*rate/(samples*time.Second)) + 1
	return bytes.Repeat(frame, count)
}
