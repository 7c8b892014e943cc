package console

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
)

// raw shows a request and its answer as they go over the wire. The order of
// headers is not kept, so they are sorted.
func (s *Server) raw(w http.ResponseWriter, r *http.Request) {
	e, err := s.Store.Get(idOf(r))
	if err != nil {
		answer(w, nil, err)
		return
	}
	response := ""
	if e.Response.Status != 0 {
		response = wireAnswer(e.Response)
	}
	request, escaped := printable(fixture(e))
	response, also := printable(response)
	answer(w, map[string]any{"request": request, "response": response, "escaped": escaped || also, "truncated": e.Response.Truncated}, nil)
}

func wireAnswer(r capture.Response) string {
	oneLine := strings.NewReplacer("\r", " ", "\n", " ").Replace
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %s\r\n", strings.TrimSpace(strconv.Itoa(r.Status)+" "+http.StatusText(r.Status)))
	for _, h := range headersOf(capture.Request{Header: r.Header}) {
		fmt.Fprintf(&b, "%s: %s\r\n", oneLine(h[0]), oneLine(h[1]))
	}
	b.WriteString("\r\n")
	b.Write(r.Body)
	return b.String()
}

// printable writes bytes that are not text as \x00.
func printable(text string) (out string, escaped bool) {
	var b strings.Builder
	for i, c := range text {
		switch {
		case c == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, text[i])
			escaped = true
		case c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
			escaped = true
		default:
			b.WriteRune(c)
		}
	}
	return b.String(), escaped
}

// compare shows how two exchanges differ.
func (s *Server) compare(w http.ResponseWriter, r *http.Request) {
	var sides [2]capture.Exchange
	for i, name := range []string{"a", "b"} {
		id, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
		if err != nil {
			fail(w, http.StatusBadRequest, errors.New("a and b must be the numbers of two exchanges"))
			return
		}
		if sides[i], err = s.Store.Get(id); err != nil {
			answer(w, nil, err)
			return
		}
	}
	a, b := sides[0], sides[1]
	answer(w, map[string]any{
		"a": summarize(a), "b": summarize(b),
		"parameters":  s.compared(a, b),
		"requestDiff": difference(readable(a.Request), readable(b.Request)),
		"headerDiff":  difference(headerLines(a.Request.Header), headerLines(b.Request.Header)),
		"answerDiff":  difference(answerLines(a.Response), answerLines(b.Response)),
	}, nil)
}

func headerLines(h http.Header) []string {
	var out []string
	for _, kv := range headersOf(capture.Request{Header: h}) {
		out = append(out, kv[0]+": "+kv[1])
	}
	return out
}

func answerLines(r capture.Response) []string {
	return append([]string{"Status " + strconv.Itoa(r.Status), "Content-Type: " + r.Header.Get("Content-Type")}, indent(r.Body)...)
}

// pairing is one parameter in two requests.
type pairing struct {
	Name string  `json:"name"`
	A    *string `json:"a"` // nil: it is not there
	B    *string `json:"b"`
	Same bool    `json:"same"`
}

func (s *Server) compared(a, b capture.Exchange) []pairing {
	out := []pairing{}
	for _, p := range s.parameters(a) {
		out = append(out, pairing{Name: p.Name, A: &p.Value})
	}
	for _, p := range s.parameters(b) {
		i := slices.IndexFunc(out, func(o pairing) bool { return o.Name == p.Name && o.B == nil })
		if i < 0 {
			out = append(out, pairing{Name: p.Name, B: &p.Value})
			continue
		}
		out[i].B = &p.Value
		out[i].Same = *out[i].A == p.Value
	}
	slices.SortStableFunc(out, func(x, y pairing) int { return cmp.Compare(same(x), same(y)) })
	return out
}

func same(p pairing) int {
	if p.Same {
		return 1
	}
	return 0
}

// moment is one thing in the timeline of a call or message.
type moment struct {
	At       time.Time     `json:"at"`
	After    time.Duration `json:"after"` // since the first moment, in nanoseconds
	Exchange *summary      `json:"exchange,omitempty"`
	Who      string        `json:"who,omitempty"` // of a line of the call: app, caller, twilio, other
	Name     string        `json:"name,omitempty"`
	Kind     string        `json:"kind,omitempty"`
	Text     string        `json:"text,omitempty"`
}

// timelineLimit bounds how many exchanges a timeline has.
const timelineLimit = 1000

// timeline lists everything that belongs to a call or message: the requests to
// the program, its own REST requests, status callbacks, and what was said.
func (s *Server) timeline(w http.ResponseWriter, r *http.Request) {
	sid := r.PathValue("sid")
	moments := []moment{}
	for _, e := range slices.Backward(s.Store.List(capture.Query{SID: sid, Limit: timelineLimit})) {
		v := summarize(e)
		moments = append(moments, moment{At: e.At, Exchange: &v})
	}
	if call, err := s.Stage.Call(sid); err == nil {
		for _, l := range call.Lines {
			if l.Kind != "fetch" {
				moments = append(moments, moment{At: l.At, Who: l.Who, Name: l.Name, Kind: l.Kind, Text: l.Text})
			}
		}
	}
	if len(moments) == 0 {
		fail(w, http.StatusNotFound, errors.New("nothing was captured for this SID"))
		return
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return a.At.Compare(b.At) })
	for i := range moments {
		moments[i].After = moments[i].At.Sub(moments[0].At)
	}
	answer(w, map[string]any{"sid": sid, "moments": moments}, nil)
}

// sent is a request of the program to the REST API, with its delivery status.
type sent struct {
	summary
	Resource string          `json:"resource"` // Messages, Calls, ...
	To       string          `json:"to,omitempty"`
	From     string          `json:"from,omitempty"`
	Body     string          `json:"body,omitempty"`
	Delivery *deliveryStatus `json:"delivery,omitempty"`
}

type deliveryStatus struct {
	Status    string `json:"status"`
	ErrorCode int    `json:"errorCode,omitempty"`
	Silent    bool   `json:"silent,omitempty"`
}

// listOutbound lists the program's requests to the REST API, newest first.
func (s *Server) listOutbound(w http.ResponseWriter, r *http.Request) {
	query, problems, err := s.queryOf(r.URL.Query())
	if err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	query.Source = capture.API
	limit := cmp.Or(query.Limit, defaultPage)
	query.Limit = limit + 1
	list := s.Store.List(query)
	more := len(list) > limit
	deliveries := s.Stage.Deliveries()
	out := []sent{}
	for _, e := range list[:min(len(list), limit)] {
		whole, err := s.Store.Get(e.ID)
		if err != nil {
			continue // deleted meanwhile
		}
		o := sent{summary: summarize(whole), Resource: resourceOf(whole.Request.Path())}
		for _, p := range s.parameters(whole) {
			switch p.Name {
			case "To":
				o.To = p.Value
			case "From", "MessagingServiceSid":
				o.From = cmp.Or(o.From, p.Value)
			case "Body":
				o.Body = p.Value
			}
		}
		for _, d := range deliveries {
			if d.SID == e.SID {
				o.Delivery = &deliveryStatus{d.Status, d.ErrorCode, d.Silent}
			}
		}
		out = append(out, o)
	}
	page := map[string]any{"requests": out, "more": more}
	if len(problems) > 0 {
		page["problems"] = problems
	}
	answer(w, page, nil)
}

// resourceOf is the resource that a path of the REST API names.
func resourceOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	name := ""
	for i := len(parts) - 1; i >= 0; i-- {
		part := strings.TrimSuffix(parts[i], ".json")
		if len(part) > 0 && part[0] >= 'A' && part[0] <= 'Z' && !isSID(part) {
			name = part
			break
		}
	}
	return name
}

func isSID(text string) bool {
	return len(text) == 34 && bytes.ContainsAny([]byte(text[2:]), "0123456789")
}
