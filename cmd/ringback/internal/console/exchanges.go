package console

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/internal/form"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

func (s *Server) pin(w http.ResponseWriter, r *http.Request) {
	var v struct{ Pinned bool }
	if read(w, r, &v) {
		answer(w, v, s.Store.Pin(idOf(r), v.Pinned))
	}
}

func idOf(r *http.Request) int64 {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return -1
	}
	return id
}

// parameter is one parameter with its description.
type parameter struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Meaning  string `json:"meaning,omitempty"`
	Type     string `json:"type,omitempty"`
	Presence string `json:"presence,omitempty"`
	Known    bool   `json:"known"`
	Place    string `json:"place"`             // body, query
	Position int    `json:"position"`          // in the request, from 0
	Matters  bool   `json:"matters,omitempty"` // one of those that people look for
}

// side is a request or an answer for the page; Binary means that the body is
// omitted because it is not text.
type side struct {
	Method    string      `json:"method,omitempty"`
	URL       string      `json:"url,omitempty"`
	Status    int         `json:"status,omitempty"`
	Header    http.Header `json:"header"`
	Body      string      `json:"body"`
	Bytes     int         `json:"bytes"`
	Binary    bool        `json:"binary,omitempty"`
	Truncated bool        `json:"truncated,omitempty"`
}

func sideOf(header http.Header, body []byte) side {
	if header == nil {
		header = http.Header{}
	}
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return side{Header: header, Bytes: len(body), Binary: true}
	}
	return side{Header: header, Bytes: len(body), Body: string(body)}
}

type problem struct {
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Rule   string `json:"rule"`
	Code   int    `json:"code,omitempty"`
	Name   string `json:"name,omitempty"` // of the code
	Link   string `json:"link,omitempty"` // Twilio's page about it
	Stops  bool   `json:"stops"`
	Text   string `json:"text"`
}

// An errorCode is one of Twilio's error numbers, explained.
type errorCode struct {
	Code    int    `json:"code"`
	Name    string `json:"name,omitempty"`
	Meaning string `json:"meaning,omitempty"`
	Link    string `json:"link"`
}

func explained(code int) *errorCode {
	if code == 0 {
		return nil
	}
	c := status.Code(code)
	return &errorCode{Code: code, Name: c.Name(), Meaning: c.Meaning(), Link: c.URL()}
}

func (s *Server) getExchange(w http.ResponseWriter, r *http.Request) {
	e, err := s.Store.Get(idOf(r))
	if err != nil {
		answer(w, nil, err)
		return
	}
	request, response := sideOf(e.Request.Header, e.Request.Body), sideOf(e.Response.Header, e.Response.Body)
	request.Method, request.URL = e.Request.Method, e.Request.URL
	response.Status, response.Truncated = e.Response.Status, e.Response.Truncated
	problems := s.problems(e)
	parameters := s.parameters(e)
	answer(w, map[string]any{
		"exchange": summarize(e), "request": request, "response": response,
		"parameters": parameters, "codes": codesOf(e, parameters), "why": why(e, problems), "findings": s.findings(e), "problems": problems,
		"next": s.next(e, problems), "advice": s.advice(e), "log": s.linesDuring(e),
	}, nil)
}

// codesOf are the error numbers of an exchange: its own, and those that a
// status callback reports.
func codesOf(e capture.Exchange, parameters []parameter) []errorCode {
	out := []errorCode{}
	if c := explained(e.Code); c != nil {
		out = append(out, *c)
	}
	for _, p := range parameters {
		if p.Name != "ErrorCode" && p.Name != "PayErrorCode" {
			continue
		}
		n, err := strconv.Atoi(p.Value)
		if err == nil && n != 0 && n != e.Code {
			out = append(out, *explained(n))
		}
	}
	return out
}

// why is what went wrong in words, unless a problem of the answer says it.
func why(e capture.Exchange, problems []problem) string {
	if slices.ContainsFunc(problems, func(p problem) bool { return p.Code == e.Code && e.Code != 0 }) {
		return ""
	}
	return e.Error
}

// first are the parameters that people look for, in this order.
var first = []string{
	"Body", "From", "To", "Digits", "SpeechResult", "CallStatus", "MessageStatus", "SmsStatus", "DialCallStatus", "StatusCallbackEvent", "ErrorCode", "ErrorMessage",
	"RecordingUrl", "RecordingStatus", "TranscriptionText", "NumMedia", "MediaUrl0", "ButtonText", "Url", "Twiml", "StatusCallback", "MessageSid", "CallSid",
}

func (s *Server) parameters(e capture.Exchange) []parameter {
	out := []parameter{}
	add := func(text, place string) {
		pairs, err := form.Parse(text, form.Limits{Pairs: 1000, Lenient: true})
		if err != nil {
			return
		}
		for _, p := range pairs {
			fact, known := s.Facts.Param(e.Kind, p.Name)
			out = append(out, parameter{
				Name: p.Name, Value: p.Value, Meaning: fact.Meaning, Type: fact.Type, Presence: fact.Presence, Known: known, Place: place,
				Position: len(out), Matters: slices.Contains(first, p.Name) && p.Value != "",
			})
		}
	}
	if e.Request.IsForm() {
		add(string(e.Request.Body), "body")
	}
	if u, err := url.Parse(e.Request.URL); err == nil && u.RawQuery != "" {
		add(u.RawQuery, "query")
	}
	rank := func(p parameter) int {
		if !p.Matters {
			return len(first)
		}
		return slices.Index(first, p.Name)
	}
	slices.SortStableFunc(out, func(a, b parameter) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

// documentOf is the kind of TwiML that Twilio expects in answer to an exchange.
func (s *Server) documentOf(e capture.Exchange) (twiml.DocumentKind, bool) {
	kind, ok := map[string]twiml.DocumentKind{"twiml-voice": twiml.VoiceDocument, "twiml-messaging": twiml.MessagingDocument}[s.Facts.Answer(e.Kind)]
	return kind, ok
}

// problems lints the answer if the kind expects TwiML.
func (s *Server) problems(e capture.Exchange) []problem {
	out := []problem{}
	kind, ok := s.documentOf(e)
	if !ok || len(e.Response.Body) == 0 || !strings.Contains(e.Response.Header.Get("Content-Type"), "xml") {
		return out
	}
	doc, err := twiml.Parse(e.Response.Body)
	if err != nil {
		p := problem{Path: "/", Rule: "syntax", Code: 12100, Stops: true, Text: err.Error()}
		if se, ok := errors.AsType[*twiml.SyntaxError](err); ok {
			p.Line, p.Column, p.Text = se.Line, se.Column, "The document cannot be parsed: "+se.Reason+"."
			if se.Code != 0 {
				p.Code = se.Code
			}
		}
		return append(out, named(p))
	}
	for _, p := range lint.Check(doc, kind) {
		out = append(out, named(problem{Path: p.Path, Line: p.Line, Column: p.Column, Rule: p.Rule, Code: p.Code, Link: p.URL(), Stops: p.Stops, Text: p.Text}))
	}
	return out
}

// named adds the name of the code and Twilio's page about it.
func named(p problem) problem {
	if c := explained(p.Code); c != nil {
		p.Name, p.Link = c.Name, c.Link
	}
	return p
}

// change is what to change in a replay. Another host cannot be named (T35).
type change struct {
	Parameters [][2]string `json:"parameters"`
	Body       *string     `json:"body"`
	Path       string      `json:"path"`
	Signature  string      `json:"signature"` // fresh, kept, wrong, old
}

func (s *Server) replay(w http.ResponseWriter, r *http.Request) {
	var c change
	if !read(w, r, &c) {
		return
	}
	former, err := s.Store.Get(idOf(r))
	if err != nil {
		answer(w, nil, err)
		return
	}
	again, err := s.Stage.Replay(r.Context(), former, stage.Change{
		Parameters: c.Parameters, Body: c.Body, Path: c.Path, Signature: c.Signature,
	})
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	answer(w, map[string]any{
		"exchange":    summarize(again),
		"requestDiff": difference(readable(former.Request), readable(again.Request)),
		"answerDiff":  difference(indent(former.Response.Body), indent(again.Response.Body)),
	}, nil)
}

func readable(r capture.Request) []string {
	lines := []string{r.Method + " " + r.Target()}
	return append(lines, strings.Split(strings.TrimSuffix(capture.Readable(r, 64<<10), "\n"), "\n")...)
}

// indent puts each tag of a document on its own line, so that differences are
// small.
func indent(body []byte) []string {
	return strings.Split(strings.ReplaceAll(string(body), "><", ">\n<"), "\n")
}

func (s *Server) codes(w http.ResponseWriter, r *http.Request) {
	type code struct {
		Code      status.Code `json:"code"`
		Name      string      `json:"name"`
		Meaning   string      `json:"meaning"`
		Permanent bool        `json:"permanent"`
	}
	text := strings.ToLower(r.URL.Query().Get("text"))
	out := []code{}
	for c := range status.Codes() {
		if text == "" && (c < 30000 || c >= 31000) {
			continue // what ends a message, unless something else is asked for
		}
		if strings.Contains(strings.ToLower(fmt.Sprint(int(c), " ", c.Name(), " ", c.Meaning())), text) {
			out = append(out, code{c, c.Name(), c.Meaning(), c.Permanent()})
		}
	}
	answer(w, map[string]any{"codes": out}, nil)
}
