package console

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/twiml"
)

// leftOut are the rules of lint for elements that Twilio does not execute.
var leftOut = []string{
	"unknown-element", "wrong-document", "nesting", "only-messaging-verbs", "missing-text", "text-length", "message-needs-content", "say-needs-text", "say-length", "play-needs-source",
}

const fallback = "requests the fallback URL if there is one, and otherwise ends the call or leaves the message unanswered."

// next says in a sentence what Twilio does with an answer. It agrees with the
// problems of the document.
func (s *Server) next(e capture.Exchange, problems []problem) string {
	expected := s.Facts.Answer(e.Kind)
	unread := strings.HasSuffix(e.Kind, "StatusCallback") || expected == "empty"
	switch {
	case e.Source == capture.API:
		return ""
	case e.Response.Status == 0 && unread:
		return "Twilio logs " + numbered(e.Code) + " as a warning and goes on."
	case e.Response.Status == 0:
		return "Twilio logs " + numbered(e.Code) + ", " + fallback
	case e.Response.Status == http.StatusSwitchingProtocols && e.Code == 0:
		return "The WebSocket is open: Twilio sends its first message."
	case e.Response.Status >= 400 && unread:
		return "Twilio logs error 11200 as a warning and goes on."
	case e.Response.Status >= 400:
		return "Twilio logs error 11200, does not try this URL again (unless #rc or #rp is in it), and " + fallback
	case e.Response.Status >= 300 && e.Code != 0:
		return "Twilio logs " + numbered(e.Code) + " and does not follow the redirect."
	case e.Response.Status >= 300:
		return "Twilio follows the redirect, up to ten of them. It does not send the verb's parameters again."
	case unread && e.Code != 0:
		return "Twilio logs " + numbered(e.Code) + " as a warning and goes on."
	case unread:
		return "Nothing. Twilio does not read the response to this request."
	case expected == "json":
		return "Twilio reads the response as JSON."
	case e.Code != 0:
		return "Twilio logs " + numbered(e.Code) + ", " + fallback
	case len(bytes.TrimSpace(e.Response.Body)) == 0:
		return "Nothing more: the response is empty."
	}
	if i := slices.IndexFunc(problems, func(p problem) bool { return p.Stops }); i >= 0 {
		return "Twilio logs " + numbered(problems[i].Code) + ", " + fallback
	}
	doc, err := twiml.Parse(e.Response.Body)
	if err != nil {
		return "Twilio logs error 12100, " + fallback
	}
	return executed(doc, problems)
}

// executed names the verbs of a document that Twilio executes, and those that it
// leaves out.
func executed(doc *twiml.Node, problems []problem) string {
	var done, out []string
	seen := map[string]int{}
	for _, child := range doc.Children {
		if !child.IsElement() {
			continue
		}
		seen[child.Name]++
		path := fmt.Sprintf("/%s/%s[%d]", doc.Name, child.Name, seen[child.Name])
		i := slices.IndexFunc(problems, func(p problem) bool { return p.Path == path && slices.Contains(leftOut, p.Rule) })
		if i < 0 {
			done = append(done, child.Name)
			continue
		}
		reason := ""
		if problems[i].Code != 0 {
			reason = fmt.Sprintf(" (%d)", problems[i].Code)
		}
		out = append(out, child.Name+reason)
	}
	switch {
	case len(done) == 0 && len(out) == 0:
		return "Nothing: the document has no verb."
	case len(done) == 0:
		return "Nothing: Twilio skips " + strings.Join(out, " and ") + "."
	case len(out) == 0:
		return "Twilio executes " + strings.Join(done, ", then ") + "."
	}
	return "Twilio executes " + strings.Join(done, ", then ") + ". It skips " + strings.Join(out, " and ") + "."
}

// numbered names an error.
func numbered(code int) string { return fmt.Sprintf("error %d", cmp.Or(code, http11200)) }

// http11200 is Twilio's number for an answer that could not be fetched.
const http11200 = 11200

// refusedBy reports whether a program refused a request that was signed correctly.
func refusedBy(e capture.Exchange) bool {
	return e.Verdict == "valid" && (e.Response.Status == http.StatusForbidden || e.Response.Status == http.StatusUnauthorized)
}
