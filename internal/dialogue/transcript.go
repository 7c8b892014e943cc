package dialogue

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// Transcript describes events in words, one line each, with the time since
// start. Events that people do not notice are omitted. A single caller is "the
// caller"; several are named by their addresses.
func Transcript(start time.Time, events []Event) string {
	var b strings.Builder
	callers := severalCallers(events)
	for _, ev := range events {
		if line := ev.line(callers); line != "" {
			d := ev.At.Sub(start)
			fmt.Fprintf(&b, "%02d:%02d  %s\n", int(d.Minutes()), int(d.Seconds())%60, line)
		}
	}
	return b.String()
}

func severalCallers(events []Event) bool {
	var first *Call
	for _, ev := range events {
		if ev.Type == EventCallStarted && ev.Call != nil && ev.Call.direction == webhook.CallDirectionInbound {
			if first != nil && first.from.Address != ev.Call.from.Address {
				return true
			}
			first = ev.Call
		}
	}
	return false
}

// person returns the address of this phone.
func (c *Call) person() string {
	if c.direction == webhook.CallDirectionInbound {
		return c.from.Address
	}
	return c.to.Address
}

// Line returns the event in words; empty for one that people do not notice.
func (ev Event) Line() string { return ev.line(false) }

// phrases are the events that are described in the same way for everyone: WHO is a
// person, TEXT the text, QUOTED the text in quotes, and TIME the duration.
var phrases = map[EventType]string{
	EventCallStarted:       "call TEXT",
	EventSaid:              "WHO hears QUOTED",
	EventDigitsSent:        "tones TEXT",
	EventPaused:            "pause of TIME",
	EventListening:         "listening for TIME",
	EventRecordingStarted:  "recording",
	EventRecordingEnded:    "recorded TIME, ended by TEXT",
	EventDialing:           "dialing TEXT",
	EventDialEnded:         "dial ended: TEXT",
	EventJoined:            "WHO joins conference QUOTED",
	EventLeft:              "WHO leaves conference QUOTED",
	EventConferenceStarted: "conference QUOTED starts",
	EventConferenceEnded:   "conference QUOTED ends",
	EventMuted:             "WHO muted: TEXT",
	EventHeld:              "WHO on hold: TEXT",
	EventEnqueued:          "WHO waits in queue QUOTED",
	EventDequeued:          "WHO leaves the queue: TEXT",
	EventRedirected:        "redirect to TEXT",
	EventRejected:          "rejected: TEXT",
	EventReferred:          "transfer to TEXT",
	EventPaying:            "waiting for the TEXT",
	EventEntered:           "WHO enters the TEXT",
	EventPaid:              "payment: TEXT",
	EventSessionStarted:    "TEXT begins",
	EventSessionEnded:      "TEXT ends",
	EventPieceHeard:        "WHO hears QUOTED",
	EventMarked:            "mark TEXT",
	EventPressed:           "WHO presses TEXT",
	EventPressedInVain:     "WHO presses TEXT, but nothing listens",
	EventHungUp:            "WHO hangs up",
	EventWarned:            "warning: TEXT",
	EventFailed:            "FAILED: TEXT",
}

// line is Line; with several callers each is named.
func (ev Event) line(several bool) string {
	who := "the caller"
	if c := ev.Call; c != nil && (several || c.direction != webhook.CallDirectionInbound) {
		who = c.person()
	}
	brief := ev.Duration.Round(100 * time.Millisecond)
	switch ev.Type {
	case EventAnswered:
		if ev.Call.direction != webhook.CallDirectionInbound {
			return who + " answers"
		}
		if several {
			return "Twilio answers " + who
		}
		return "Twilio answers"
	case EventRinging:
		if ev.Call.direction == webhook.CallDirectionInbound {
			return ""
		}
		return who + "'s phone rings"
	case EventEnded:
		if ev.Call.direction != webhook.CallDirectionInbound {
			return who + "'s leg ended: " + ev.Text
		}
		if several {
			return "call of " + who + " ended: " + ev.Text
		}
		return "call ended: " + ev.Text
	case EventFetched:
		return ev.Exchange.line()
	case EventPlayed:
		if ev.Foreign {
			return who + " hears " + ev.Text + " (not fetched)"
		}
		return who + " hears " + ev.Text
	case EventGathered:
		if ev.Text == "" {
			return "nothing gathered"
		}
		return fmt.Sprintf("gathered %q", ev.Text)
	case EventBridged:
		return who + " talks to " + ev.Other.person()
	case EventCutOff:
		if ev.Text == "" {
			return who + " hears nothing more of the reply"
		}
		return fmt.Sprintf("%s hears %q, and no more of the reply", who, ev.Text)
	case EventMessageSent:
		return fmt.Sprintf("message to %s: %q", ev.Message.To, ev.Text)
	case EventSpoke:
		if ev.Text == "" {
			return fmt.Sprintf("%s talks for %v", who, brief)
		}
		return fmt.Sprintf("%s says %q", who, ev.Text)
	}
	return strings.NewReplacer("WHO", who, "TEXT", ev.Text, "QUOTED", strconv.Quote(ev.Text), "TIME", brief.String()).Replace(phrases[ev.Type])
}

// line describes an exchange in one line.
func (x *Exchange) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", x.Method, short(x.URL))
	for _, p := range x.Params {
		if telling(p.Name) && p.Value != "" && (p.Name != "ErrorCode" || p.Value != "0") {
			fmt.Fprintf(&b, " %s=%s", p.Name, short(p.Value))
		}
	}
	switch {
	case x.Status != 0:
		fmt.Fprintf(&b, " -> %d", x.Status)
	case x.Err != nil || x.Failure != nil:
		b.WriteString(" -> no answer")
	}
	if x.Attempt > 1 {
		fmt.Fprintf(&b, " (try %d)", x.Attempt)
	}
	return b.String()
}

// telling reports whether a parameter is worth showing.
func telling(name string) bool {
	switch name {
	case "Digits", "SpeechResult", "DialCallStatus", "RecordingDuration", "RecordingStatus", "QueueResult", "CallStatus",
		"MessageStatus", "Body", "StatusCallbackEvent", "StreamEvent", "TranscriptionEvent", "Result", "ErrorCode", "SessionStatus", "TranscriptionStatus":
		return true
	}
	return false
}

func short(s string) string {
	if before, _, ok := strings.Cut(s, "?"); ok && len(s) > 120 {
		return before + "?..."
	}
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "..."
	}
	return s
}
