package status

import (
	"cmp"
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

// rankOf looks a word up in the table of what sid names. The final words of a
// message and of a call are ordered by how much had to happen for them to be
// reported: a receipt from the handset is better evidence than its absence.
//
// Sources: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values,
// https://www.twilio.com/docs/voice/api/call-resource#call-status-values and section 4
// of internal/spec/verb-semantics.md.
func rankOf(sid webhook.SID, word string) rank {
	switch prefix(sid) {
	case "SM", "MM", "WA", "DY":
		return messageRank(word)
	case "CA":
		return callRank(word)
	case "RE", "RT":
		return recordingRank(word)
	case "CF":
		return conferenceRank(word)
	case "TR":
		return transcriptRank(word)
	case "GT", "MZ", "SR":
		return sessionRank(word)
	}
	return rank{class: unknown}
}

func messageRank(word string) rank {
	switch word {
	case "receiving":
		return rank{class: 0}
	case "scheduled":
		return rank{class: 1}
	case "accepted":
		return rank{class: 2}
	case "queued":
		return rank{class: 3}
	case "sending":
		return rank{class: 4}
	case "sent":
		return rank{class: 5}
	case "invalid":
		return rank{ended, 0}
	case "canceled":
		return rank{ended, 1}
	case "failed":
		return rank{ended, 2}
	case "undelivered":
		return rank{ended, 3}
	case "partially_delivered":
		return rank{ended, 4}
	case "received":
		return rank{ended, 5}
	case "delivered":
		return rank{ended, 6}
	case "read":
		return rank{class: after}
	}
	return rank{class: unknown}
}

func callRank(word string) rank {
	switch word {
	case "queued":
		return rank{class: 0}
	case "initiated":
		return rank{class: 1}
	case "ringing":
		return rank{class: 2}
	case "in-progress", "answered":
		return rank{class: 3}
	case "canceled":
		return rank{ended, 0}
	case "failed":
		return rank{ended, 1}
	case "no-answer":
		return rank{ended, 2}
	case "busy":
		return rank{ended, 3}
	case "completed":
		return rank{ended, 4}
	}
	return rank{class: unknown}
}

func recordingRank(word string) rank {
	switch word {
	case "in-progress":
		return rank{class: 0}
	case "paused":
		return rank{class: 1}
	case "stopped":
		return rank{class: 2}
	case "processing":
		return rank{class: 3}
	case "failed":
		return rank{ended, 0}
	case "absent":
		return rank{ended, 1}
	case "completed":
		return rank{ended, 2}
	case "deleted":
		return rank{class: after}
	}
	return rank{class: unknown}
}

func conferenceRank(word string) rank {
	switch word {
	case "init":
		return rank{class: 0}
	case "in-progress":
		return rank{class: 1}
	case "completed":
		return rank{class: ended}
	}
	return rank{class: unknown}
}

func transcriptRank(word string) rank {
	switch word {
	case "in-progress":
		return rank{class: 0}
	case "failed":
		return rank{ended, 0}
	case "completed":
		return rank{ended, 1}
	}
	return rank{class: unknown}
}

// sessionRank is for streams and live transcriptions. A session that failed is
// also reported as stopped; failed wins.
func sessionRank(word string) rank {
	switch word {
	case "in-progress":
		return rank{class: 0}
	case "completed":
		return rank{class: ended}
	case "failed":
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
