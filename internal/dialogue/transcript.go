package dialogue

import (
	"fmt"
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

// line is Line; with several callers each is named.
func (ev Event) line(several bool) string {
	who := "the caller"
	if c := ev.Call; c != nil && (several || c.direction != webhook.CallDirectionInbound) {
		who = c.person()
	}
	brief := ev.Duration.Round(100 * time.Millisecond)
	switch ev.Type {
	case EventCallStarted:
		return "call " + ev.Text
	case EventAnswered:
		if ev.Call.direction == webhook.CallDirectionInbound {
			if several {
				return "Twilio answers " + who
			}
			return "Twilio answers"
		}
		return who + " answers"
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
	case EventSaid:
		return fmt.Sprintf("%s hears %q", who, ev.Text)
	case EventPlayed:
		if ev.Foreign {
			return who + " hears " + ev.Text + " (not fetched)"
		}
		return who + " hears " + ev.Text
	case EventDigitsSent:
		return "tones " + ev.Text
	case EventPaused:
		return fmt.Sprintf("pause of %v", brief)
	case EventGathering, EventListening:
		if ev.Type == EventGathering {
			return ""
		}
		return fmt.Sprintf("listening for %v", brief)
	case EventGathered:
		if ev.Text == "" {
			return "nothing gathered"
		}
		return fmt.Sprintf("gathered %q", ev.Text)
	case EventRecordingStarted:
		return "recording"
	case EventRecordingEnded:
		return fmt.Sprintf("recorded %v, ended by %s", brief, ev.Text)
	case EventDialing:
		return "dialing " + ev.Text
	case EventDialEnded:
		return "dial ended: " + ev.Text
	case EventBridged:
		return who + " talks to " + ev.Other.person()
	case EventJoined:
		return fmt.Sprintf("%s joins conference %q", who, ev.Text)
	case EventLeft:
		return fmt.Sprintf("%s leaves conference %q", who, ev.Text)
	case EventConferenceStarted:
		return fmt.Sprintf("conference %q starts", ev.Text)
	case EventConferenceEnded:
		return fmt.Sprintf("conference %q ends", ev.Text)
	case EventMuted:
		return who + " muted: " + ev.Text
	case EventHeld:
		return who + " on hold: " + ev.Text
	case EventEnqueued:
		return fmt.Sprintf("%s waits in queue %q", who, ev.Text)
	case EventDequeued:
		return who + " leaves the queue: " + ev.Text
	case EventRedirected:
		return "redirect to " + ev.Text
	case EventRejected:
		return "rejected: " + ev.Text
	case EventReferred:
		return "transfer to " + ev.Text
	case EventPaying:
		return "waiting for the " + ev.Text
	case EventEntered:
		return who + " enters the " + ev.Text
	case EventPaid:
		return "payment: " + ev.Text
	case EventSessionStarted:
		return ev.Text + " begins"
	case EventSessionEnded:
		return ev.Text + " ends"
	case EventPieceHeard:
		return fmt.Sprintf("%s hears %q", who, ev.Text)
	case EventCutOff:
		if ev.Text == "" {
			return who + " hears nothing more of the reply"
		}
		return fmt.Sprintf("%s hears %q, and no more of the reply", who, ev.Text)
	case EventMarked:
		return "mark " + ev.Text
	case EventMessageSent:
		return fmt.Sprintf("message to %s: %q", ev.Message.To, ev.Text)
	case EventPressed:
		return who + " presses " + ev.Text
	case EventPressedInVain:
		return who + " presses " + ev.Text + ", but nothing listens"
	case EventSpoke:
		if ev.Text == "" {
			return fmt.Sprintf("%s talks for %v", who, brief)
		}
		return fmt.Sprintf("%s says %q", who, ev.Text)
	case EventHungUp:
		return who + " hangs up"
	case EventWarned:
		return "warning: " + ev.Text
	case EventFailed:
		return "FAILED: " + ev.Text
	}
	return ""
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
