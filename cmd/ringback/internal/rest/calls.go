package rest

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// recordingParams are those that say how a call is recorded.
const recordingParams = " RecordingChannels RecordingTrack RecordingStatusCallback RecordingStatusCallbackMethod RecordingStatusCallbackEvent"

func (a *api) calls() {
	a.handle("POST /Calls.json", "makes a call",
		"From To Url Method Twiml ApplicationSid FallbackUrl FallbackMethod StatusCallback StatusCallbackMethod StatusCallbackEvent Timeout SendDigits Record MachineDetection AsyncAmd AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod"+recordingParams,
		"CallerId CallReason CallToken Trim MachineDetectionTimeout MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold MachineDetectionSilenceTimeout SipAuthUsername SipAuthPassword Byoc TimeLimit",
		a.createCall)
	a.handle("GET /Calls.json", "lists calls", paging+"To From ParentCallSid Status "+dates("StartTime")+" "+dates("EndTime"), "", a.listCalls)
	a.handle("GET /Calls/{sid}", "fetches a call", "", "", a.fetchCall)
	a.handle("POST /Calls/{sid}", "updates a call", "Url Method Twiml Status", "FallbackUrl FallbackMethod StatusCallback StatusCallbackMethod TimeLimit", a.updateCall)
	a.handle("DELETE /Calls/{sid}", "deletes a call", "", "", func(*request) (any, error) {
		return nil, &refusal{http.StatusNotFound, 20404, "Calls cannot be deleted here. To end one, set Status to completed."}
	})
}

// call is the resource as Twilio writes it.
type call struct {
	SID             string            `json:"sid"`
	AccountSID      string            `json:"account_sid"`
	ParentCallSID   *string           `json:"parent_call_sid"`
	From            string            `json:"from"`
	FromFormatted   string            `json:"from_formatted"`
	To              string            `json:"to"`
	ToFormatted     string            `json:"to_formatted"`
	Status          string            `json:"status"`
	Direction       string            `json:"direction"`
	AnsweredBy      *string           `json:"answered_by"`
	StartTime       *string           `json:"start_time"`
	EndTime         *string           `json:"end_time"`
	Duration        *string           `json:"duration"`
	Price           *string           `json:"price"`
	PriceUnit       string            `json:"price_unit"`
	QueueTime       string            `json:"queue_time"`
	DateCreated     *string           `json:"date_created"`
	DateUpdated     *string           `json:"date_updated"`
	APIVersion      string            `json:"api_version"`
	URI             string            `json:"uri"`
	SubresourceURIs map[string]string `json:"subresource_uris"`
}

// Test numbers of Twilio's, and the errors that they cause.
var (
	testCaller = map[string]int{"+15005550001": 21212}
	testCalled = map[string]int{"+15005550001": 21217, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}
)

// callEvents are the events that a status callback of a call can report.
var callEvents = []string{"initiated", "ringing", "answered", "completed"}

func (a *api) createCall(r *request) (any, error) {
	out := stage.CallOut{
		From: canonical(r.get("From")), To: canonical(r.get("To")), URL: r.get("Url"), Method: r.get("Method"), TwiML: r.get("Twiml"),
		StatusCallback: r.get("StatusCallback"), StatusCallbackMethod: r.get("StatusCallbackMethod"),
		FallbackURL: r.get("FallbackUrl"), FallbackMethod: r.get("FallbackMethod"), SendDigits: r.get("SendDigits"),
	}
	application := r.get("ApplicationSid")
	if err := a.readCall(r, &out, application); err != nil {
		return nil, err
	}
	switch {
	case out.TwiML != "":
		out.URL = ""
	case application != "":
		r.note("the application is assumed to be the program of this console")
		out.URL = a.stage.Config().Voice
	}
	if strings.HasPrefix(out.From, "+") && out.From != a.stage.Config().Number && out.From != "+15005550006" {
		r.note("From is not the number of this console: Twilio accepts only numbers of the account and verified ones")
	}
	leg, err := a.stage.RingOut(out)
	if err != nil {
		return nil, err
	}
	return a.call(leg), nil
}

// readCall reads what calls and participants have in common.
func (a *api) readCall(r *request, out *stage.CallOut, application string) error {
	err := a.checkCall(r, out, application)
	if err == nil {
		err = readDetection(r, out)
	}
	if err == nil && r.yes("Record", false) {
		out.Recording, err = recordingOf(r, "mono")
	}
	return err
}

// checkCall returns what is wrong with a call.
func (a *api) checkCall(r *request, out *stage.CallOut, application string) error {
	to, from := canonical(r.get("To")), canonical(r.get("From"))
	switch {
	case to == "":
		return refused(21201, "No 'To' number specified.")
	case from == "":
		return refused(21213, "Caller phone number required.")
	case out.URL == "" && out.TwiML == "" && application == "":
		return refused(21205, "Url parameter is required.")
	case out.TwiML == "" && out.URL != "" && !link(out.URL):
		return refused(21205, "Url is not a valid URL: it begins with http:// or https://.")
	case application != "" && out.URL == "" && out.TwiML == "" && (!sidShape.MatchString(application) || !strings.HasPrefix(application, "AP")):
		return refused(21218, "Invalid ApplicationSid: it is AP and 32 hexadecimal digits.")
	case len([]rune(out.TwiML)) > 4000:
		return refused(20001, "Twiml is longer than 4000 characters.")
	case !verb(out.Method) || !verb(out.StatusCallbackMethod) || !verb(out.FallbackMethod):
		return refused(21209, "Invalid method: it is GET or POST.")
	case out.StatusCallback != "" && !link(out.StatusCallback):
		return refused(21609, "The 'StatusCallback' URL is not a valid URL.")
	case out.SendDigits != "" && !digitsOut.MatchString(out.SendDigits):
		return refused(21206, "Invalid SendDigits: it holds digits, *, # and w.")
	}
	if code := testCaller[from]; code != 0 {
		return refused(code, name(code))
	}
	if code := testCalled[to]; code != 0 {
		return refused(code, name(code))
	}
	if kind, rest := channel(to); kind == "" && !e164.MatchString(to) || kind != "" && (rest == "" || kind != "client" && kind != "sip" && kind != "sips") {
		return refused(21211, "The phone number you are attempting to call is not valid"+hint(r.get("To"))+": write it as +15550101, client:name or sip:user@example.com.")
	}
	if kind, _ := channel(from); kind != "client" && kind != "sip" && !e164.MatchString(from) {
		return refused(21212, "The source phone number provided is not valid"+hint(r.get("From"))+": write it as +15550100.")
	}
	var err error
	if out.StatusEvents, err = r.events("StatusCallbackEvent", callEvents...); err != nil {
		return err
	}
	if text := r.get("Timeout"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 1 || seconds > 600 {
			return refused(20001, "Timeout is in whole seconds, from 1 to 600.")
		}
		out.Timeout = time.Duration(seconds) * time.Second
	}
	return nil
}

// readDetection reads how a machine is detected.
func readDetection(r *request, out *stage.CallOut) error {
	mode := r.get("MachineDetection")
	if mode == "" {
		return nil
	}
	if mode != "Enable" && mode != "DetectMessageEnd" {
		return refused(20001, "Invalid MachineDetection: it is Enable or DetectMessageEnd.")
	}
	out.Detection = dialogue.Detection{
		Mode: mode, Async: r.yes("AsyncAmd", false), Callback: r.get("AsyncAmdStatusCallback"), Method: r.get("AsyncAmdStatusCallbackMethod"),
	}
	if out.Detection.Async && out.Detection.Callback == "" {
		r.note("AsyncAmd without AsyncAmdStatusCallback: the result is not sent")
	}
	return nil
}

// recordingOf reads how a call is to be recorded.
func recordingOf(r *request, channels string) (rec dialogue.CallRecording, err error) {
	rec = dialogue.CallRecording{Channels: 1, Track: r.get("RecordingTrack"), Callback: r.get("RecordingStatusCallback"), Method: r.get("RecordingStatusCallbackMethod")}
	if c := r.get("RecordingChannels"); c != "" {
		channels = c
	}
	if channels == "dual" {
		rec.Channels = 2
	}
	var wrong error
	// Unlike those of calls, one of these parameters may contain several
	// events.
	for _, value := range r.form["RecordingStatusCallbackEvent"] {
		for event := range strings.FieldsSeq(value) {
			if event != "in-progress" && event != "completed" && event != "absent" {
				wrong = refused(21626, "Invalid RecordingStatusCallbackEvent: the events are in-progress, completed and absent.")
			}
			rec.Events = append(rec.Events, event)
		}
	}
	switch {
	case channels != "mono" && channels != "dual":
		return rec, refused(20001, "Invalid RecordingChannels: mono or dual.")
	case rec.Track != "" && rec.Track != "inbound" && rec.Track != "outbound" && rec.Track != "both":
		return rec, refused(20001, "Invalid RecordingTrack: inbound, outbound or both.")
	case rec.Callback != "" && !link(rec.Callback):
		return rec, refused(21609, "The 'RecordingStatusCallback' URL is not a valid URL.")
	}
	return rec, wrong
}

func (a *api) listCalls(r *request) (any, error) {
	out := []call{}
	for _, leg := range a.stage.Legs() {
		c := a.call(leg)
		parent := ""
		if c.ParentCallSID != nil {
			parent = *c.ParentCallSID
		}
		created, _, ended := leg.Times()
		if r.equal("To", c.To) && r.equal("From", c.From) && r.equal("Status", c.Status) && r.equal("ParentCallSid", parent) &&
			r.within("StartTime", created) && r.within("EndTime", ended) {
			out = append(out, c)
		}
	}
	return list(r, "calls", out), nil
}

func (a *api) fetchCall(r *request) (any, error) {
	leg, err := a.stage.Leg(r.sid())
	if err != nil {
		return nil, err
	}
	return a.call(leg), nil
}

func (a *api) updateCall(r *request) (any, error) {
	leg, err := a.stage.Leg(r.sid())
	if err != nil {
		return nil, err
	}
	address, method, xml, state := r.get("Url"), r.get("Method"), r.get("Twiml"), r.get("Status")
	switch {
	case state != "" && state != "completed" && state != "canceled":
		return nil, refused(20001, "Status can only be set to completed or canceled.")
	case state == "" && address == "" && xml == "":
		return nil, refused(20001, "Nothing to update: set Url, Twiml or Status.")
	case address != "" && !link(address):
		return nil, refused(21205, "Url is not a valid URL: it begins with http:// or https://.")
	case address != "" && xml != "":
		return nil, refused(20001, "Set either Url or Twiml.")
	case !verb(method):
		return nil, refused(21209, "Invalid method: it is GET or POST.")
	case len([]rune(xml)) > 4000:
		return nil, refused(20001, "Twiml is longer than 4000 characters.")
	}
	if err := a.stage.UpdateLeg(leg, address, method, xml, state); errors.Is(err, stage.ErrNotNow) {
		text := "Call is not in-progress. Cannot redirect."
		if state != "" {
			text = "Call is not in-progress. Cannot end it."
		}
		return nil, refused(21220, text)
	}
	return a.call(leg), nil
}

func (a *api) call(leg *dialogue.Call) call {
	sid, status := leg.SID(), string(leg.Status())
	created, answered, ended := leg.Times() // after the status, so that a call that is over has its end
	if status == string(webhook.CallStatusInitiated) {
		status = "queued" // the resource has no such status
	}
	out := call{
		SID: sid, AccountSID: a.stage.AccountSID(), From: leg.From().Address, FromFormatted: leg.From().Address,
		To: leg.To().Address, ToFormatted: leg.To().Address, Status: status, Direction: string(leg.Direction()),
		PriceUnit: "USD", QueueTime: "0", DateCreated: date(created), DateUpdated: date(created), APIVersion: version,
		URI: a.uri("/Calls/" + sid + ".json"), SubresourceURIs: map[string]string{
			"recordings": a.uri("/Calls/" + sid + "/Recordings.json"),
		},
	}
	if p := leg.Parent(); p != nil {
		parent := p.SID()
		out.ParentCallSID = &parent
	}
	if by := leg.AnsweredBy(); by != "" {
		out.AnsweredBy = &by
	}
	begun := created
	if !answered.IsZero() {
		begun = answered
		out.DateUpdated = date(answered)
	}
	if status != "queued" {
		out.StartTime = date(begun)
	}
	if !ended.IsZero() {
		talked := "0"
		if !answered.IsZero() {
			talked = strconv.Itoa(int(ended.Sub(answered).Round(time.Second) / time.Second))
		}
		out.EndTime, out.Duration, out.DateUpdated = date(ended), &talked, date(ended)
	}
	return out
}
