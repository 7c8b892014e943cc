package webhooktest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// story tells what a reader of a failed test wants to know: the transcript,
// the last request of the call, and its document with the place reached.
func (t *Twilio) story(c *dialogue.Call) string {
	var b strings.Builder
	b.WriteString(t.log.transcript(func(ev dialogue.Event) bool { return c == nil || related(ev, c) }))
	var last *dialogue.Exchange
	line := 0
	for _, ev := range t.log.all() {
		if ev.Call != c {
			continue
		}
		switch {
		case ev.Type == dialogue.Fetched && !ev.Exchange.Async && ev.Exchange.Kind != "Media":
			last, line = ev.Exchange, 0
		case ev.Node != nil && ev.Node.Line > 0:
			line = ev.Node.Line
		}
		if ev.Failure != nil && ev.Failure.Line > 0 {
			line = ev.Failure.Line
		}
	}
	if last != nil {
		b.WriteString(showExchange(last, line))
	}
	return b.String()
}

// related reports whether an event belongs to the story of a call: its own,
// those of its legs and those of
// conferences.
func related(ev dialogue.Event, c *dialogue.Call) bool {
	if ev.Call == nil {
		return ev.Type == dialogue.ConferenceStarted || ev.Type == dialogue.ConferenceEnded
	}
	return ev.Call == c || ev.Call.Parent() == c || c.Parent() != nil && ev.Call == c.Parent()
}

// showExchange shows a request and its answer; an arrow marks a line.
func showExchange(x *dialogue.Exchange, line int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nrequest (%s):\n    %s %s\n", x.Kind, x.Method, x.URL)
	for _, p := range x.Params {
		if p.Value != "" && !strings.HasPrefix(p.Name, "CallToken") {
			fmt.Fprintf(&b, "    %s=%s\n", p.Name, p.Value)
		}
	}
	var panicked *dialogue.HandlerPanic
	if errors.As(x.Err, &panicked) {
		fmt.Fprintf(&b, "the handler panicked: %v\n%s\n", panicked.Value, panicked.Stack)
		return b.String()
	}
	if x.Status == 0 {
		fmt.Fprintf(&b, "no answer: %v\n", x.Failure)
		return b.String()
	}
	fmt.Fprintf(&b, "answer: %d %s\n", x.Status, x.ResponseHeader.Get("Content-Type"))
	body := string(x.ResponseBody)
	if len(body) > 8<<10 {
		body = body[:8<<10] + "\n[...]"
	}
	n := 0
	for text := range strings.Lines(body) {
		n++
		mark := "   "
		if n == line {
			mark = "-> "
		}
		fmt.Fprintf(&b, " %s%d  %s\n", mark, n, strings.TrimRight(text, "\r\n"))
	}
	for _, p := range x.Problems {
		fmt.Fprintf(&b, "lint: %s (line %d): %s\n", p.Path, p.Line, p.Text)
	}
	return b.String()
}

func requestLine(x *dialogue.Exchange, base string) string {
	path := strings.TrimPrefix(x.URL, base)
	if before, _, ok := strings.Cut(path, "?"); ok && x.Method == "GET" {
		path = before
	}
	return fmt.Sprintf("%s %s %d", x.Method, path, x.Status)
}

// contains compares as people do: case and white space do not matter.
func contains(text, words string) bool { return find(text, words) >= 0 }

// find returns where words end in text, or -1.
func find(text, words string) int {
	text, words = fold(text), fold(words)
	i := strings.Index(text, words)
	if i < 0 {
		return -1
	}
	return i + len(words)
}

func fold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
