package webhooktest

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/twiml/lint"
)

// story describes a call for a failed test: the transcript, the last request of
// the call, and its document with the current place.
func (t *Twilio) story(c *dialogue.Call) string {
	var b strings.Builder
	b.WriteString(shorten(t.log.transcript(func(ev dialogue.Event) bool { return c == nil || related(ev, c) })))
	var last *dialogue.Exchange
	var at place
	for _, ev := range t.log.all() {
		if ev.Call != c {
			continue
		}
		switch {
		case ev.Type == dialogue.EventFetched && !ev.Exchange.Async && ev.Exchange.Kind != "Media":
			last, at = ev.Exchange, place{}
		case ev.Node != nil && ev.Node.Line > 0:
			at = place{ev.Node.Line, ev.Node.Column}
		}
		if ev.Failure != nil && ev.Failure.Line > 0 {
			at = place{ev.Failure.Line, ev.Failure.Col}
		}
	}
	if last != nil {
		b.WriteString(showExchange(last, at))
	}
	return b.String()
}

// place is a position in a document; zero means none.
type place struct{ line, column int }

// What a story shows of a long transcript.
const (
	storyHead = 25 // lines
	storyTail = 40
)

// collapse keeps only the first of repeated rounds, such as those of a menu
// that repeats.
func collapse(lines []string) (out []string) {
	said := make([]string, len(lines)) // without the time
	for i, line := range lines {
		_, said[i], _ = strings.Cut(line, " ")
	}
	const longest = 40 // lines of a round
	for i := 0; i < len(lines); {
		length, times := 1, 1
		for n := 1; n <= longest; n++ {
			again := 1
			for j := i + n; j+n <= len(lines) && slices.Equal(said[j:j+n], said[i:i+n]); j += n {
				again++
			}
			if again >= 3 && again*n > length*times {
				length, times = n, again
			}
		}
		out = append(out, lines[i:i+length]...)
		i += length * times
		if times > 1 {
			end, _, _ := strings.Cut(lines[i-1], " ")
			out = append(out, fmt.Sprintf("[repeated %d more times, until %s, %d lines ...]\n", times-1, end, length*(times-1)))
		}
	}
	return out
}

// shorten omits the middle of a long transcript.
func shorten(transcript string) string {
	lines := strings.SplitAfter(transcript, "\n")
	lines = collapse(lines)
	if len(lines) <= storyHead+storyTail+5 {
		return strings.Join(lines, "")
	}
	left := len(lines) - storyHead - storyTail
	return strings.Join(lines[:storyHead], "") + fmt.Sprintf("[... %d lines ...]\n", left) + strings.Join(lines[len(lines)-storyTail:], "")
}

// related reports whether an event belongs to the story of a call: its own,
// those of its legs and those of conferences.
func related(ev dialogue.Event, c *dialogue.Call) bool {
	if ev.Call == nil {
		return ev.Type == dialogue.EventConferenceStarted || ev.Type == dialogue.EventConferenceEnded
	}
	return ev.Call == c || ev.Call.Parent() == c || c.Parent() != nil && ev.Call == c.Parent()
}

// showExchange shows a request and its answer; an arrow marks a place in it.
// Parameters that are empty, or the same in all requests, are omitted.
func showExchange(x *dialogue.Exchange, at place) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nrequest (%s):\n    %s %s\n", x.Kind, x.Method, x.URL)
	for _, p := range x.Params {
		if p.Value != "" && !filledIn.MatchString(p.Name) {
			fmt.Fprintf(&b, "    %s=%s\n", p.Name, clip(p.Value))
		}
	}
	var panicked *dialogue.HandlerPanic
	if errors.As(x.Err, &panicked) {
		fmt.Fprintf(&b, "the handler panicked: %v\n%s", panicked.Value, userFrames(string(panicked.Stack)))
		return b.String()
	}
	if x.Status == 0 {
		fmt.Fprintf(&b, "no answer: %v\n", x.Failure)
		return b.String()
	}
	fmt.Fprintf(&b, "answer: %d %s\n", x.Status, x.ResponseHeader.Get("Content-Type"))
	if x.Status == http.StatusUnauthorized || x.Status == http.StatusForbidden {
		b.WriteString("(requests are signed with webhooktest.AuthToken for webhooktest.BaseURL; configure the verifier with both)\n")
	}
	lines, line := splitLines(string(x.ResponseBody)), at.line
	if len(lines) == 1 && x.Document != nil {
		lines, line = spread(x.Document, at)
	}
	showLines(&b, lines, line)
	for i, p := range x.Problems {
		if !slices.ContainsFunc(x.Problems[:i], func(o lint.Problem) bool {
			return o.Line == p.Line && o.Column == p.Column && o.Code == p.Code && o.Code != 0
		}) {
			fmt.Fprintf(&b, "lint: %s (line %d): %s\n", p.Path, p.Line, p.Text)
		}
	}
	return b.String()
}

// filledIn matches the parameters that are filled in for a test.
var filledIn = regexp.MustCompile(`^((From|To|Caller|Called)(City|State|Zip|Country)|Caller|Called|CallToken|StirVerstat|ApiVersion|AccountSid|Sms(Message)?Sid|SmsStatus)$`)

// around is how many lines of a long answer are shown before and after the
// marked one.
const around = 20

func splitLines(body string) []string {
	if body == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(body, "\n"), "\n")
}

// showLines shows the lines of an answer, and an arrow at one of them.
func showLines(b *strings.Builder, lines []string, line int) {
	first, last := 0, len(lines)
	if len(lines) > 2*around+10 {
		first = max(line-around, 0)
		last = min(first+2*around, len(lines))
		if first > 0 {
			fmt.Fprintf(b, "    [%d lines]\n", first)
		}
	}
	for i, text := range lines[first:last] {
		mark := "   "
		if first+i+1 == line {
			mark = "-> "
		}
		fmt.Fprintf(b, " %s%d  %s\n", mark, first+i+1, clip(strings.TrimRight(text, "\r")))
	}
	if last < len(lines) {
		fmt.Fprintf(b, "    [%d lines]\n", len(lines)-last)
	}
}

// clip shortens a long line.
func clip(s string) string {
	const most = 1000
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + fmt.Sprintf("[... %d bytes]", len(s)-most)
}

// userFrames returns the program's part of a stack: the frames between the
// panic and the test transport.
func userFrames(stack string) string {
	if _, after, ok := strings.Cut(stack, "\npanic("); ok {
		if _, frames, ok := strings.Cut(after, "\n"); ok { // the frame of panic has a second line
			if _, frames, ok = strings.Cut(frames, "\n"); ok {
				stack = frames
			}
		}
	}
	if before, _, ok := strings.Cut(stack, "github.com/ringback-go/ringback/internal/dialogue.handlerTransport"); ok && before != "" {
		stack = before
	}
	return strings.TrimRight(stack, "\n") + "\n"
}

func requestLine(x *dialogue.Exchange, base string) string {
	path := strings.TrimPrefix(x.URL, base)
	if before, _, ok := strings.Cut(path, "?"); ok && x.Method == "GET" {
		path = before
	}
	return fmt.Sprintf("%s %s %d", x.Method, path, x.Status)
}

// contains ignores case and white space.
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
