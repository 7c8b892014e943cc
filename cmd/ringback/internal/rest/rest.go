// Package rest speaks as much of Twilio's REST API as a program needs to send
// messages and make calls while it is being written: the resources Messages and
// Calls, to create, fetch and update, and the pictures that people send. An
// unmodified client library with another base URL works; what it sends arrives
// at the console's phone.
package rest

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/twiml"
)

// New returns the API of the stage's account. The user is the account's SID, or
// anything that starts with SK for an API key, and the password the auth token.
func New(s *stage.Stage, authToken string) http.Handler {
	api := &api{stage: s, token: authToken}
	mux := http.NewServeMux()
	const account = "/2010-04-01/Accounts/{account}/"
	mux.HandleFunc("POST "+account+"Messages.json", api.createMessage)
	mux.HandleFunc("GET "+account+"Messages/{sid}", api.fetchMessage)
	mux.HandleFunc("POST "+account+"Messages/{sid}", api.updateMessage)
	mux.HandleFunc("GET "+account+"Messages/{message}/Media/{sid}", api.fetchMedia)
	mux.HandleFunc("POST "+account+"Calls.json", api.createCall)
	mux.HandleFunc("GET "+account+"Calls/{sid}", api.fetchCall)
	mux.HandleFunc("POST "+account+"Calls/{sid}", api.updateCall)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" is not spoken here: only Messages and Calls are.")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		if !ok || user == "" || subtle.ConstantTimeCompare([]byte(password), []byte(authToken)) != 1 {
			w.Header().Set("WWW-Authenticate", `Basic realm="Ringback"`)
			fail(w, http.StatusUnauthorized, 20003, "Authenticate: the password is the auth token that the console printed.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		mux.ServeHTTP(w, r)
	})
}

type api struct {
	stage *stage.Stage
	token string
}

// message is the resource as Twilio writes it.
type message struct {
	SID          string  `json:"sid"`
	AccountSID   string  `json:"account_sid"`
	From         string  `json:"from"`
	To           string  `json:"to"`
	Body         string  `json:"body"`
	Status       string  `json:"status"`
	Direction    string  `json:"direction"`
	NumMedia     string  `json:"num_media"`
	NumSegments  string  `json:"num_segments"`
	ErrorCode    *int    `json:"error_code"`
	ErrorMessage *string `json:"error_message"`
	DateCreated  string  `json:"date_created"`
	DateUpdated  string  `json:"date_updated"`
	DateSent     *string `json:"date_sent"`
	APIVersion   string  `json:"api_version"`
	URI          string  `json:"uri"`
}

type call struct {
	SID         string  `json:"sid"`
	AccountSID  string  `json:"account_sid"`
	From        string  `json:"from"`
	To          string  `json:"to"`
	Status      string  `json:"status"`
	Direction   string  `json:"direction"`
	StartTime   string  `json:"start_time"`
	EndTime     *string `json:"end_time"`
	Duration    *string `json:"duration"`
	DateCreated string  `json:"date_created"`
	DateUpdated string  `json:"date_updated"`
	APIVersion  string  `json:"api_version"`
	URI         string  `json:"uri"`
}

const version = "2010-04-01"

func (a *api) createMessage(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		fail(w, http.StatusBadRequest, 20001, "The form cannot be read.")
		return
	}
	f := r.PostForm
	out := stage.Outgoing{From: f.Get("From"), To: f.Get("To"), Body: f.Get("Body"), Media: f["MediaUrl"], StatusCallback: f.Get("StatusCallback")}
	switch {
	case out.To == "":
		fail(w, http.StatusBadRequest, 21604, "A 'To' phone number is required.")
		return
	case out.From == "" && f.Get("MessagingServiceSid") == "":
		fail(w, http.StatusBadRequest, 21603, "A 'From' phone number is required.")
		return
	case out.Body == "" && len(out.Media) == 0 && f.Get("ContentSid") == "":
		fail(w, http.StatusBadRequest, 21602, "Message body is required.")
		return
	case len([]rune(out.Body)) > 1600:
		fail(w, http.StatusBadRequest, 21617, "The message body exceeds the 1600 character limit.")
		return
	}
	out, err := a.stage.SendOut(out)
	if err != nil {
		fail(w, http.StatusBadRequest, 21610, "The recipient has unsubscribed: they texted STOP.")
		return
	}
	write(w, http.StatusCreated, a.message(out.SID, out.From, out.To, out.Body, out.Status, "outbound-api", len(out.Media), 0, out.At))
}

func (a *api) fetchMessage(w http.ResponseWriter, r *http.Request) {
	m, other, err := a.stage.Message(sidOf(r))
	a.found(w, r, m, other, err)
}

// fetchMedia returns a picture that a person has sent.
func (a *api) fetchMedia(w http.ResponseWriter, r *http.Request) {
	kind, data, err := a.stage.Picture(sidOf(r))
	if err != nil {
		missing(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Write(data)
}

// updateMessage redacts. Canceling is for messages that wait for their time,
// and there are none here.
func (a *api) updateMessage(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		fail(w, http.StatusBadRequest, 20001, "The form cannot be read.")
		return
	}
	switch body, given := r.PostForm["Body"]; {
	case r.PostForm.Has("Status"):
		fail(w, http.StatusBadRequest, 30409, "This message cannot be canceled: it is not scheduled.")
	case !given || body[0] != "":
		fail(w, http.StatusBadRequest, 20001, "Only an empty Body can be set: it redacts the message.")
	default:
		m, other, err := a.stage.Redact(sidOf(r))
		a.found(w, r, m, other, err)
	}
}

func sidOf(r *http.Request) string { return strings.TrimSuffix(r.PathValue("sid"), ".json") }

func (a *api) found(w http.ResponseWriter, r *http.Request, m stage.Message, other string, err error) {
	if err != nil {
		missing(w, r)
		return
	}
	from, to, direction := a.stage.Config().Number, other, "outbound-api"
	if m.Direction == "to-app" {
		from, to, direction = other, from, "inbound"
	}
	write(w, http.StatusOK, a.message(m.SID, from, to, m.Body, m.Status, direction, len(m.Media), m.ErrorCode, m.At))
}

func (a *api) message(sid, from, to, body, status, direction string, media, code int, at time.Time) message {
	date := at.UTC().Format(time.RFC1123Z)
	m := message{
		SID: sid, AccountSID: a.stage.AccountSID(), From: from, To: to, Body: body, Status: status, Direction: direction,
		NumMedia: number(media), NumSegments: number(twiml.Segments(body)), DateCreated: date, DateUpdated: date,
		APIVersion: version, URI: "/" + version + "/Accounts/" + a.stage.AccountSID() + "/Messages/" + sid + ".json",
	}
	if status != "queued" {
		m.DateSent = &date
	}
	if code != 0 {
		m.ErrorCode = &code
	}
	return m
}

func (a *api) createCall(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		fail(w, http.StatusBadRequest, 20001, "The form cannot be read.")
		return
	}
	f := r.PostForm
	out := stage.CallOut{
		From: f.Get("From"), To: f.Get("To"), URL: f.Get("Url"), Method: f.Get("Method"), TwiML: f.Get("Twiml"),
		StatusCallback: f.Get("StatusCallback"), StatusCallbackMethod: f.Get("StatusCallbackMethod"), StatusEvents: f["StatusCallbackEvent"],
		FallbackURL: f.Get("FallbackUrl"), FallbackMethod: f.Get("FallbackMethod"),
	}
	switch {
	case out.To == "":
		fail(w, http.StatusBadRequest, 21201, "No 'To' number specified.")
		return
	case out.From == "":
		fail(w, http.StatusBadRequest, 21213, "Caller phone number required.")
		return
	case out.URL == "" && out.TwiML == "":
		fail(w, http.StatusBadRequest, 21205, "Url parameter is required.")
		return
	}
	if text := f.Get("Timeout"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 1 || seconds > 600 {
			fail(w, http.StatusBadRequest, 20001, "Timeout is in whole seconds, from 1 to 600.")
			return
		}
		out.Timeout = time.Duration(seconds) * time.Second
	}
	c, err := a.stage.RingOut(out)
	if err != nil {
		fail(w, http.StatusInternalServerError, 20500, "The call cannot be made.")
		return
	}
	write(w, http.StatusCreated, a.call(c))
}

func (a *api) fetchCall(w http.ResponseWriter, r *http.Request) {
	c, err := a.stage.Call(sidOf(r))
	if err != nil {
		missing(w, r)
		return
	}
	write(w, http.StatusOK, a.call(c))
}

func (a *api) updateCall(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		fail(w, http.StatusBadRequest, 20001, "The form cannot be read.")
		return
	}
	if r.PostForm.Has("Twiml") {
		fail(w, http.StatusBadRequest, 20001, "An update takes a Url here, not Twiml.")
		return
	}
	c, err := a.stage.UpdateCall(sidOf(r), r.PostForm.Get("Url"), r.PostForm.Get("Method"), r.PostForm.Get("Status"))
	switch {
	case errors.Is(err, stage.ErrNotNow):
		fail(w, http.StatusBadRequest, 21220, "Call is not in-progress. Cannot redirect.")
	case err != nil:
		missing(w, r)
	default:
		write(w, http.StatusOK, a.call(c))
	}
}

func (a *api) call(c stage.Call) call {
	date := c.StartedAt.UTC().Format(time.RFC1123Z)
	out := call{
		SID: c.SID, AccountSID: a.stage.AccountSID(), From: c.From, To: c.To, Status: c.Status, Direction: c.Direction,
		StartTime: date, DateCreated: date, DateUpdated: date, APIVersion: version,
		URI: "/" + version + "/Accounts/" + a.stage.AccountSID() + "/Calls/" + c.SID + ".json",
	}
	if c.Ended && len(c.Lines) > 0 {
		last := c.Lines[len(c.Lines)-1].At
		end, seconds := last.UTC().Format(time.RFC1123Z), number(int(last.Sub(c.StartedAt)/time.Second))
		out.EndTime, out.Duration = &end, &seconds
	}
	return out
}

func number(n int) string { return strconv.Itoa(n) }

func missing(w http.ResponseWriter, r *http.Request) {
	fail(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
}

// Refuse answers a request that is kept from the API, since its host or its
// origin is not the console's, as Twilio answers whom it does not let in. Client
// libraries make their own errors of it and print text.
func Refuse(w http.ResponseWriter, status int, text string) {
	if status == http.StatusMisdirectedRequest {
		text += "; set the Host of the request as well as the host of its URL"
	}
	fail(w, status, 20003, text)
}

// fail answers as Twilio does, so that client libraries make their own errors.
func fail(w http.ResponseWriter, status, code int, text string) {
	write(w, status, map[string]any{
		"code": code, "message": text, "more_info": "https://www.twilio.com/docs/errors/" + number(code), "status": status,
	})
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}
