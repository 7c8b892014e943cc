package dialogue

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

// document is a parsed answer.
type document struct {
	root *twiml.Node
	base *url.URL // what its relative URLs are relative to; nil for inline TwiML
	// stops holds, by place, the problems that end the call at a verb.
	stops map[place]lint.Problem
}

type place struct{ line, col int }

// read reads an answer as TwiML of the given kind. It completes and reports the
// exchange.
func (e *Engine) read(a *answer, kind twiml.DocumentKind) (*document, *Failure) {
	x := a.exchange
	if a.cached == nil {
		x.Document, x.Failure = e.parse(x, kind)
	}
	doc := &document{root: x.Document, base: a.url}
	if x.Failure == nil {
		if a.cached == nil {
			x.Problems = lint.Check(x.Document, kind)
		}
		x.Failure = doc.judge(x.Problems)
	}
	if x.Failure != nil {
		x.Failure.URL = x.URL
	}
	if a.cached == nil {
		e.show(x)
		e.remember(x)
	}
	if x.Failure != nil {
		return nil, x.Failure
	}
	return doc, nil
}

// goodAnswers are valid answers without a document.
const goodAnswers = "answer 204, or an empty Response as text/xml"

// untyped reports whether an answer is that of a handler that writes nothing:
// 200 without a body or a Content-Type, which Twilio logs as an error.
func (x *Exchange) untyped() bool {
	return x.Status != http.StatusNoContent && len(x.ResponseBody) == 0 &&
		x.ResponseHeader.Get("Content-Type") == "" && x.ResponseHeader.Get("Transfer-Encoding") != "chunked"
}

func (e *Engine) parse(x *Exchange, kind twiml.DocumentKind) (*twiml.Node, *Failure) {
	body := x.ResponseBody
	if len(body) > e.limits.Body {
		return nil, failure(11750, "the document is larger than %d bytes", e.limits.Body)
	}
	if len(strings.TrimSpace(string(body))) == 0 {
		chunked := x.ResponseHeader.Get("Transfer-Encoding") == "chunked"
		switch {
		case x.untyped():
			return nil, failure(11200, "the answer is empty and has no Content-Type: "+goodAnswers)
		case kind == twiml.MessagingDocument && !chunked:
			return &twiml.Node{Name: "Response"}, nil
		}
		return nil, failure(11770, "the answer is empty")
	}
	contentType := x.ResponseHeader.Get("Content-Type")
	media, _, err := mime.ParseMediaType(contentType)
	switch {
	case contentType == "":
		return nil, failure(12300, "the answer has no Content-Type")
	case err != nil && media == "":
		return nil, failure(12300, "the Content-Type %q cannot be parsed", contentType)
	}
	switch {
	case media == "text/xml", media == "application/xml", media == "text/html":
		return parseResponse(body)
	case media == "text/plain":
		text := &twiml.Node{Text: string(body)}
		if kind == twiml.MessagingDocument {
			return &twiml.Node{Name: "Response", Children: []*twiml.Node{{Name: "Message", Children: []*twiml.Node{text}}}}, nil
		}
		if root, f := parseResponse(body); f == nil {
			return root, nil
		}
		return &twiml.Node{Name: "Response", Children: []*twiml.Node{{Name: "Say", Children: []*twiml.Node{text}}, {Name: "Hangup"}}}, nil
	case strings.HasPrefix(media, "audio/") && kind == twiml.VoiceDocument:
		play := &twiml.Node{Name: "Play", Children: []*twiml.Node{{Text: x.URL}}}
		return &twiml.Node{Name: "Response", Children: []*twiml.Node{play, {Name: "Hangup"}}}, nil
	}
	return nil, failure(12300, "the Content-Type %q is not one that Twilio reads", contentType)
}

// parseResponse parses TwiML and checks its root.
func parseResponse(body []byte) (*twiml.Node, *Failure) {
	root, err := twiml.Parse(body)
	if err != nil {
		f := failure(12100, "the document cannot be parsed: %v", err)
		f.Err = err
		var syntax *twiml.SyntaxError
		if errors.As(err, &syntax) {
			f.Line, f.Col, f.Text = syntax.Line, syntax.Column, "the document cannot be parsed: "+syntax.Reason
			if syntax.Code != 0 {
				f.Code = syntax.Code
			}
		}
		if isPage(body) {
			f.Text = "the answer is a page of HTML, not TwiML"
		}
		return nil, f
	}
	if root.Name != "Response" {
		f := &Failure{Code: 12102, Text: "the root element is " + root.Name + ", not Response", Line: root.Line, Col: root.Column}
		if isPage(body) {
			f.Text += ": the answer is a page of HTML, not TwiML"
		}
		return nil, f
	}
	return root, nil
}

// isPage reports whether an answer is a page for browsers, such as the error
// page of a server.
func isPage(body []byte) bool {
	start := strings.ToLower(string(bytes.TrimSpace(body[:min(len(body), 100)])))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// judge classifies problems: one with the document as a whole is returned as a
// failure, and others apply when their verb is reached.
func (d *document) judge(problems []lint.Problem) *Failure {
	for _, p := range problems {
		if !p.Stops || p.Code == 0 {
			continue
		}
		if p.Line == d.root.Line && p.Column == d.root.Column {
			return &Failure{Code: p.Code, Text: p.Text, Line: p.Line, Col: p.Column}
		}
		if d.stops == nil {
			d.stops = map[place]lint.Problem{}
		}
		at := place{p.Line, p.Column}
		if _, ok := d.stops[at]; !ok {
			d.stops[at] = p
		}
	}
	return nil
}

// stop returns the problem that ends the call when n is reached.
func (d *document) stop(n *twiml.Node) *Failure {
	if len(d.stops) == 0 {
		return nil
	}
	if p, ok := d.stops[place{n.Line, n.Column}]; ok && n.Name != "" {
		return &Failure{Code: p.Code, Text: p.Text, Line: p.Line, Col: p.Column}
	}
	for _, child := range n.Children {
		if f := d.stop(child); f != nil {
			return f
		}
	}
	return nil
}

// remember caches the answer to a GET if it has a validator.
func (e *Engine) remember(x *Exchange) {
	if x.Method != http.MethodGet || x.Failure != nil || strings.Contains(x.ResponseHeader.Get("Cache-Control"), "no-store") {
		return
	}
	doc := &cachedDocument{x.ResponseHeader.Get("ETag"), x.ResponseHeader.Get("Last-Modified"), x}
	if doc.etag == "" && doc.modified == "" {
		return
	}
	if e.documents == nil || len(e.documents) >= maxCached {
		e.documents = map[string]*cachedDocument{}
	}
	e.documents[x.URL] = doc
}

// child returns the first element of that name below n.
func child(n *twiml.Node, name string) *twiml.Node {
	for v := range n.Elements() {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// text returns the character data of n and everything in it, with white space
// as one space, as it is spoken or dialed.
func text(n *twiml.Node) string {
	return strings.Join(strings.Fields(rawText(n)), " ")
}

// Spoken returns the text of a Say as it is spoken.
func Spoken(say *twiml.Node) string { return text(say) }

func rawText(n *twiml.Node) string {
	if n.Name == "" {
		return n.Text
	}
	if len(n.Children) == 1 && n.Children[0].Name == "" {
		return n.Children[0].Text
	}
	var b strings.Builder
	appendText(&b, n)
	return b.String()
}

func appendText(b *strings.Builder, n *twiml.Node) {
	switch n.Name {
	case "":
		b.WriteString(n.Text)
	case "!--":
	case "break", "p", "s":
		b.WriteByte(' ')
		for _, c := range n.Children {
			appendText(b, c)
		}
		b.WriteByte(' ')
	case "sub":
		b.WriteString(attr(n, "alias", ""))
	default:
		for _, c := range n.Children {
			appendText(b, c)
		}
	}
}
