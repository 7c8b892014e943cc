// Package rest emulates the part of Twilio's REST API that a program needs to
// send messages and make calls during development. An unmodified client library
// with another base URL works, and its messages arrive at the console's phone.
//
// The resources are those of the 2010-04-01 API that [Resources] lists. Other
// requests get Twilio's JSON error 20404, which names them. Parameters that
// have no effect here are noted in the captured exchange.
package rest

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// Resources are what the API has, for error texts.
const Resources = "Messages, their Media, Calls, Conferences, Participants, Recordings, IncomingPhoneNumbers (read only) and the Account itself"

const (
	version = "2010-04-01"
	account = "/" + version + "/Accounts/{account}"
	maxBody = 1 << 20
)

type api struct {
	stage *stage.Stage
	token string
	mux   *http.ServeMux

	mu      sync.Mutex
	invited map[string]invitation // by CallSid
}

// New returns the API of the stage's account. The user is the account's SID, or
// anything that starts with SK for an API key, and the password the auth token.
func New(s *stage.Stage, authToken string) http.Handler {
	a := &api{stage: s, token: authToken, mux: http.NewServeMux(), invited: make(map[string]invitation)}
	a.messages()
	a.calls()
	a.conferences()
	a.recordings()
	a.accounts()
	a.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" ("+r.Method+") does not exist here. ringback dev has "+Resources+".")
	})
	return http.HandlerFunc(a.serve)
}

// serve answers a request and keeps it with its answer.
func (a *api) serve(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	q := &request{Request: r, body: body}
	out := httptest.NewRecorder()
	switch {
	case err != nil:
		fail(out, http.StatusRequestEntityTooLarge, 20413, "The request is too large or was cut off.")
	case a.allowed(out, r):
		r.Body = io.NopCloser(bytes.NewReader(body))
		a.mux.ServeHTTP(out, r.WithContext(q.in(r.Context())))
	}
	a.capture(q, out, start)
	for name, values := range out.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(out.Code)
	w.Write(out.Body.Bytes())
}

// allowed checks who asks, and for which account.
func (a *api) allowed(w http.ResponseWriter, r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	if !ok || user == "" || subtle.ConstantTimeCompare([]byte(password), []byte(a.token)) != 1 {
		w.Header().Set("WWW-Authenticate", `Basic realm="Ringback"`)
		fail(w, http.StatusUnauthorized, 20003, "Authenticate: the password is the auth token of this console.")
		return false
	}
	sid := a.stage.AccountSID()
	if strings.HasPrefix(user, "AC") && user != sid {
		fail(w, http.StatusUnauthorized, 20003, "Authenticate: the account SID is not the one that the console printed.")
		return false
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/"+version+"/Accounts/")
	if !ok {
		return true
	}
	given, _, _ := strings.Cut(rest, "/")
	if strings.TrimSuffix(given, ".json") != sid {
		fail(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found: the account of this console is "+sid+".")
		return false
	}
	return true
}

// hidden replaces what must not be kept of a request's headers.
const hidden = "(not kept)"

// maxKept bounds what is kept of an answer.
const maxKept = 64 << 10

// capture keeps the program's request and its answer, without the credentials.
func (a *api) capture(q *request, out *httptest.ResponseRecorder, start time.Time) {
	header := q.Header.Clone()
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		if header.Get(name) != "" {
			header.Set(name, hidden)
		}
	}
	e := capture.Exchange{
		At: start, Took: time.Since(start), Source: capture.API,
		Request:  capture.Request{Method: q.Method, URL: "https://api.twilio.com" + q.URL.RequestURI(), Header: header, Body: q.body},
		Response: capture.Response{Status: out.Code, Header: out.Header().Clone(), Body: out.Body.Bytes()},
	}
	e.Summary = q.title
	if e.Summary == "" {
		e.Summary = q.Method + " request"
	}
	e.Summary = "API: " + e.Summary
	if strings.HasPrefix(out.Header().Get("Content-Type"), "application/json") {
		var answer struct {
			SID     string `json:"sid"`
			Code    int    `json:"code"`
			Message string `json:"message"`
		}
		if json.Unmarshal(e.Response.Body, &answer) == nil {
			e.SID = answer.SID
			if out.Code >= 400 {
				e.Code, e.Error = answer.Code, answer.Message
			}
		}
	} else {
		e.Response.Body = nil // sounds and pictures are not kept
	}
	if e.SID == "" {
		e.SID = strings.TrimSuffix(q.PathValue("sid"), ".json")
	}
	e.Thread = e.SID
	if len(e.Response.Body) > maxKept {
		e.Response.Body, e.Response.Truncated = e.Response.Body[:maxKept], true
	}
	if len(q.notes) > 0 {
		e.Summary += " (" + strings.Join(q.notes, "; ") + ")"
	}
	if _, err := a.stage.Record(e); err != nil {
		a.stage.Trouble(err)
	}
}

// A handler returns the resource that answers a request, nil if it was deleted,
// or an http.Handler for a file.
type handler func(*request) (any, error)

// handle registers a handler. title says what the request does. used are the
// parameters that it reads, inert those that Twilio has and that have no effect
// here.
func (a *api) handle(pattern, title string, used, inert string, h handler) {
	method, path, _ := strings.Cut(pattern, " ")
	known, idle := strings.Fields(used), strings.Fields(inert)
	a.mux.HandleFunc(method+" "+account+path, func(w http.ResponseWriter, r *http.Request) {
		q := requestOf(r)
		q.title = title
		if err := q.read(r); err != nil {
			reject(w, r, err)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(q.form)) {
			switch {
			case slices.Contains(known, name):
			case slices.Contains(idle, name):
				q.note(name + " has no effect here")
			default:
				q.note(name + " is not a parameter of this resource: ignored")
			}
		}
		v, err := h(q)
		file, ok := v.(http.Handler)
		switch {
		case err != nil:
			reject(w, r, err)
		case ok:
			file.ServeHTTP(w, r)
		case v == nil:
			w.WriteHeader(http.StatusNoContent)
		case method == http.MethodPost && strings.HasSuffix(path, ".json"): // to a list
			write(w, http.StatusCreated, v)
		default:
			write(w, http.StatusOK, v)
		}
	})
}

// file answers with a file.
func file(kind string, data []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Write(data)
	})
}

// Refuse answers a request with a wrong host or origin as Twilio answers
// unauthorized requests, so that client libraries print text.
func Refuse(w http.ResponseWriter, status int, text string) {
	if status == http.StatusMisdirectedRequest {
		text += "; set the Host of the request as well as the host of its URL"
	}
	fail(w, status, 20003, text)
}

// fail answers as Twilio does, so that client libraries make their own errors.
func fail(w http.ResponseWriter, status, code int, text string) {
	write(w, status, map[string]any{
		"code": code, "message": text, "more_info": "https://www.twilio.com/docs/errors/" + strconv.Itoa(code), "status": status,
	})
}

// A refusal is an answer with one of Twilio's error numbers.
type refusal struct {
	status, code int
	text         string
}

func (e *refusal) Error() string { return e.text }

// refused returns the error for a parameter that is wrong.
func refused(code int, text string) error { return &refusal{http.StatusBadRequest, code, text} }

// reject answers a request with an error.
func reject(w http.ResponseWriter, r *http.Request, err error) {
	no, ok := errors.AsType[*refusal](err)
	switch {
	case ok:
		fail(w, no.status, no.code, no.text)
	case errors.Is(err, stage.ErrNotFound):
		fail(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
	default:
		fail(w, http.StatusInternalServerError, 20500, err.Error())
	}
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// uri is the path of a resource of the account.
func (a *api) uri(path string) string {
	return "/" + version + "/Accounts/" + a.stage.AccountSID() + path
}

// date writes a time as Twilio does; null for none.
func date(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Format(time.RFC1123Z)
	return &text
}
