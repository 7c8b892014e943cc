package console

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
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

// pathOf cuts scheme and host from a URL, as text.
func pathOf(u string) string {
	_, rest, ok := strings.Cut(u, "://")
	if !ok {
		return u
	}
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		return rest[i:]
	}
	return "/"
}

func (s *Server) listExchanges(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	number := func(name string) int64 {
		n, err := strconv.ParseInt(q.Get(name), 10, 64)
		if err != nil {
			return 0
		}
		return n
	}
	query := capture.Query{
		Text: q.Get("text"), Kind: q.Get("kind"), Source: capture.Source(q.Get("source")), SID: q.Get("sid"),
		Failed: q.Get("failed") != "", Pinned: q.Get("pinned") != "", Before: number("before"),
		Limit: int(min(max(number("limit"), 0), 500)), Replays: number("replays"),
	}
	if query.Limit == 0 {
		query.Limit = 100
	}
	query.Limit++ // one more than is shown says whether there is more
	list := s.Store.List(query)
	more := len(list) == query.Limit
	if more {
		list = list[:len(list)-1]
	}
	out := make([]summary, 0, len(list))
	for _, e := range list {
		out = append(out, summarize(e))
	}
	answer(w, map[string]any{"exchanges": out, "more": more}, nil)
}

// ingest keeps an exchange of a one-shot command.
func (s *Server) ingest(w http.ResponseWriter, r *http.Request) {
	var e capture.Exchange
	if readUpTo(maxExchange, w, r, &e) {
		kept, err := s.Stage.Ingest(e)
		answer(w, map[string]any{"id": kept.ID}, err)
	}
}

func (s *Server) clearExchanges(w http.ResponseWriter, _ *http.Request) {
	answer(w, struct{}{}, s.Stage.Clear())
}

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

// parameter is one parameter with what is known of it.
type parameter struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Meaning  string `json:"meaning,omitempty"`
	Type     string `json:"type,omitempty"`
	Presence string `json:"presence,omitempty"`
	Known    bool   `json:"known"`
	Place    string `json:"place"` // body, query
}

// side is a request or an answer for the page; Binary says that the body is
// left out, since it is not text.
type side struct {
	Method    string      `json:"method,omitempty"`
	URL       string      `json:"url,omitempty"`
	Status    int         `json:"status,omitempty"`
	Header    http.Header `json:"header"`
	Body      string      `json:"body"`
	Binary    bool        `json:"binary,omitempty"`
	Truncated bool        `json:"truncated,omitempty"`
}

func sideOf(header http.Header, body []byte) side {
	if header == nil {
		header = http.Header{}
	}
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return side{Header: header, Binary: true}
	}
	return side{Header: header, Body: string(body)}
}

type problem struct {
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Rule   string `json:"rule"`
	Code   int    `json:"code,omitempty"`
	Stops  bool   `json:"stops"`
	Text   string `json:"text"`
}

type finding struct {
	Cause  string `json:"cause"`
	Remedy string `json:"remedy"`
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
	findings := []finding{}
	if e.Verdict != "valid" && e.Verdict != "" {
		for _, f := range s.Stage.Diagnose(e.Request) {
			findings = append(findings, finding{f.Cause, f.Remedy})
		}
	}
	answer(w, map[string]any{
		"exchange": summarize(e), "request": request, "response": response,
		"parameters": s.parameters(e), "findings": findings, "problems": s.problems(e), "next": next(e),
	}, nil)
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
			})
		}
	}
	if isForm(e.Request) {
		add(string(e.Request.Body), "body")
	}
	if u, err := url.Parse(e.Request.URL); err == nil && u.RawQuery != "" {
		add(u.RawQuery, "query")
	}
	return out
}

func isForm(r capture.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// problems lints the answer where the kind expects TwiML.
func (s *Server) problems(e capture.Exchange) []problem {
	out := []problem{}
	kind, ok := map[string]twiml.DocumentKind{"twiml-voice": twiml.VoiceDocument, "twiml-messaging": twiml.MessagingDocument}[s.Facts.Answer(e.Kind)]
	if !ok || len(e.Response.Body) == 0 || !strings.Contains(e.Response.Header.Get("Content-Type"), "xml") {
		return out
	}
	doc, err := twiml.Parse(e.Response.Body)
	if err != nil {
		p := problem{Path: "/", Rule: "syntax", Code: 12100, Stops: true, Text: err.Error()}
		if se, ok := err.(*twiml.SyntaxError); ok {
			p.Line, p.Column = se.Line, se.Column
		}
		return append(out, p)
	}
	for _, p := range lint.Check(doc, kind) {
		out = append(out, problem{p.Path, p.Line, p.Column, p.Rule, p.Code, p.Stops, p.Text})
	}
	return out
}

// next says in a sentence what Twilio does with an answer.
func next(e capture.Exchange) string {
	switch {
	case e.Response.Status == 0:
		return "Twilio logs the failure, asks the fallback URL if there is one, and otherwise ends the call or leaves the message unanswered."
	case e.Code != 0 && e.Response.Status < 300:
		return fmt.Sprintf("Twilio logs error %d, asks the fallback URL if there is one, and otherwise ends the call or leaves the message unanswered.", e.Code)
	case e.Code != 0 && e.Response.Status < 400:
		return fmt.Sprintf("Twilio logs error %d and follows no further.", e.Code)
	case e.Response.Status == http.StatusForbidden:
		return "The program refused the request. Compare the address and the token that it is configured with to those of this console."
	case e.Response.Status >= 500, e.Response.Status >= 400:
		return "Twilio logs error 11200 and asks the fallback URL if there is one; it does not try this URL again unless the URL says so (#rc, #rp)."
	case e.Response.Status >= 300:
		return "Twilio follows the redirect, at most ten; the verb's parameters are not sent again."
	case strings.HasSuffix(e.Kind, "StatusCallback"):
		return "Nothing: the body of an answer to a status callback is not read."
	case len(bytes.TrimSpace(e.Response.Body)) == 0:
		return "Nothing more: an empty answer."
	}
	doc, err := twiml.Parse(e.Response.Body)
	if err != nil {
		return "Twilio cannot read the document (12100) and asks the fallback URL if there is one."
	}
	var verbs []string
	for _, child := range doc.Children {
		if child.Name != "" && child.Name != "!--" {
			verbs = append(verbs, child.Name)
		}
	}
	if len(verbs) == 0 {
		return "Nothing: the document holds no verb."
	}
	return "Twilio executes " + strings.Join(verbs, ", then ") + "."
}

// change is what a person wants different in a repetition. There is no way to
// name another host (T35).
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
	lines := []string{r.Method + " " + pathOf(r.URL)}
	return append(lines, strings.Split(strings.TrimSuffix(capture.Readable(r, 64<<10), "\n"), "\n")...)
}

// indent puts each tag of a document on a line of its own, so that a
// difference is small.
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
