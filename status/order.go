package status

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/webhook"
)

// A Kind is what a SID names.
type Kind string

// The kinds whose statuses this package knows. A SID with any other prefix is
// tracked too, but all of its statuses are unknown.
const (
	Message       Kind = "message"       // SM, MM; WA and DY where Conversations name them so
	Call          Kind = "call"          // CA
	Recording     Kind = "recording"     // RE, and RT of Video
	Transcription Kind = "transcription" // TR of a recording, GT of a live call
	Conference    Kind = "conference"    // CF
	Stream        Kind = "stream"        // MZ, and SR for SIPREC
	Other         Kind = "other"
)

// KindOf returns what a SID names, from its first two letters.
func KindOf(sid webhook.SID) Kind {
	switch prefix(sid) {
	case "SM", "MM", "WA", "DY":
		return Message
	case "CA":
		return Call
	case "RE", "RT":
		return Recording
	case "TR", "GT":
		return Transcription
	case "CF":
		return Conference
	case "MZ", "SR":
		return Stream
	}
	return Other
}

func prefix(sid webhook.SID) webhook.SID {
	if len(sid) < 2 {
		return ""
	}
	return sid[:2]
}

// A rank places a status word among those of its kind. The class is compared
// first, then the sequence number where Twilio counts, then tie, which decides
// between two final words.
type rank struct {
	class uint8
	tie   uint8
}

// The classes from unknown on are the same for every kind; the steps before them
// have small numbers.
const (
	// unknown is the class of a word that is not in the tables: after every known
	// step, before the final words.
	unknown uint8 = 200
	// ended is the class of the final words. Two of them contradict each other.
	ended uint8 = 210
	// after is the class of the final words that may follow another one.
	after uint8 = 220
)

func (r rank) final() bool { return r.class >= ended }

// vocabulary lists the status words of a kind, in order.
type vocabulary struct{ steps, ended, after []string }

var (
	messageWords = vocabulary{
		steps: []string{"receiving", "scheduled", "accepted", "queued", "sending", "sent"},
		ended: []string{"invalid", "canceled", "failed", "undelivered", "partially_delivered", "received", "delivered"},
		after: []string{"read"},
	}
	callWords = vocabulary{
		steps: []string{"queued", "initiated", "ringing", "in-progress"},
		ended: []string{"canceled", "failed", "no-answer", "busy", "completed"},
	}
	recordingWords = vocabulary{
		steps: []string{"in-progress", "paused", "stopped", "processing"},
		ended: []string{"failed", "absent", "completed"},
		after: []string{"deleted"},
	}
	conferenceWords = vocabulary{steps: []string{"init", "in-progress"}, ended: []string{"completed"}}
	transcriptWords = vocabulary{steps: []string{"in-progress"}, ended: []string{"failed", "completed"}}

	// sessionWords are those of streams and live transcriptions. A session that
	// failed is also reported as stopped; failed wins.
	sessionWords = vocabulary{steps: []string{"in-progress"}, ended: []string{"completed"}, after: []string{"failed"}}
)

// rankOf looks a word up in the vocabulary of what sid names. The final words of
// a message and of a call are ordered by how much had to happen for them to be
// reported: a receipt from the handset is better evidence than its absence.
//
// Sources: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values,
// https://www.twilio.com/docs/voice/api/call-resource#call-status-values and section 4
// of internal/spec/verb-semantics.md.
func rankOf(sid webhook.SID, word string) rank {
	var v *vocabulary
	switch prefix(sid) {
	case "SM", "MM", "WA", "DY":
		v = &messageWords
	case "CA":
		v = &callWords
		if word == "answered" {
			word = "in-progress"
		}
	case "RE", "RT":
		v = &recordingWords
	case "CF":
		v = &conferenceWords
	case "TR":
		v = &transcriptWords
	case "GT", "MZ", "SR":
		v = &sessionWords
	default:
		return rank{class: unknown}
	}
	if i := slices.Index(v.steps, word); i >= 0 {
		return rank{class: uint8(i)}
	}
	if i := slices.Index(v.ended, word); i >= 0 {
		return rank{ended, uint8(i)}
	}
	if slices.Contains(v.after, word) {
		return rank{class: after}
	}
	return rank{class: unknown}
}

// follows reports whether Twilio documents that the final word later may come
// after the final word earlier: a message is read after it was delivered, a
// finished recording is deleted, a failed session stops.
func follows(sid webhook.SID, later, earlier string) bool {
	switch prefix(sid) {
	case "SM", "MM", "WA", "DY":
		return later == "read" && earlier == "delivered"
	case "RE", "RT":
		return later == "deleted"
	case "GT", "MZ", "SR":
		return later == "failed" && earlier == "completed"
	}
	return false
}

// compare orders the reports of sid: by class, sequence number, tie and error
// code, and last by the words themselves, so that no two different reports are
// equal. Times are not compared, because clocks differ.
func compare(sid webhook.SID, a, b *Report) int {
	if a.Status == b.Status {
		return cmp.Or(
			cmp.Compare(a.Sequence, b.Sequence),
			cmp.Compare(a.ErrorCode, b.ErrorCode),
			strings.Compare(a.Event, b.Event),
		)
	}
	ra, rb := rankOf(sid, a.Status), rankOf(sid, b.Status)
	return cmp.Or(
		cmp.Compare(ra.class, rb.class),
		cmp.Compare(a.Sequence, b.Sequence),
		cmp.Compare(ra.tie, rb.tie),
		cmp.Compare(a.ErrorCode, b.ErrorCode),
		strings.Compare(a.Status, b.Status),
		strings.Compare(a.Event, b.Event),
	)
}
