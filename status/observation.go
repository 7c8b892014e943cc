package status

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ringback-go/ringback/webhook"
)

// An Observation is one report about one thing at Twilio, from a callback or from
// an answer of the REST API. Reports may be lost, come twice and come in any
// order. [Observe] makes one from an event; a program may make its own, for
// instance from the answer to the request that sent a message.
//
// Only SID and Status are required.
type Observation struct {
	SID    webhook.SID // the message, call, recording, ... that it is about
	Status string      // Twilio's word, such as "delivered" or "in-progress"

	// Event is the name of the event that was reported, where Twilio has more
	// names for events than for states: "participant-join" of a conference,
	// "transcription-content" of a live transcription.
	Event string

	// Sequence is Twilio's count of the events of a call, conference or live
	// transcription. Zero is the first event, or unknown.
	Sequence int

	ErrorCode    int    // zero: none; see [Code]
	ErrorMessage string // Twilio's or the carrier's text for it

	AccountSID  webhook.SID
	ParentSID   webhook.SID   // the leg that dialed this one, the call or conference of a recording
	Participant webhook.SID   // the call that an event of a conference is about
	Duration    time.Duration // of a finished call or recording, in seconds as Twilio counts
	URL         string        // of a recording or transcription

	Time time.Time // when it happened, where Twilio says so
	Seen time.Time // when this program received it
}

// Limits of what is kept of one [Observation]; see [Of].
const (
	MaxSID     = 64   // bytes of a SID; those of Twilio have 34
	MaxWord    = 128  // bytes of Status and of Event
	MaxMessage = 512  // bytes of ErrorMessage
	MaxURL     = 2048 // bytes of URL
)

// Validate reports whether o can be stored: its error wraps [ErrInvalid] when
// the SID is not 1 to [MaxSID] visible ASCII characters, or Status is empty.
// Every [Store] checks this before it stores anything.
func (o Observation) Validate() error {
	if !ValidKey(o.SID) {
		return errSID
	}
	if o.Status == "" {
		return errStatus
	}
	return nil
}

// ValidKey reports whether sid can be the key of a state: 1 to [MaxSID] visible
// ASCII characters. That is wider than the form of Twilio's SIDs, which
// [webhook.SID.Valid] checks, and every database can hold it.
func ValidKey(sid webhook.SID) bool {
	if sid == "" || len(sid) > MaxSID {
		return false
	}
	for i := range len(sid) {
		if sid[i] <= ' ' || sid[i] >= 0x7f {
			return false
		}
	}
	return true
}

// report is the part of o that the history of a state keeps, cleaned.
func (o *Observation) report() Report {
	return Report{
		Status:       clean(o.Status, MaxWord),
		Event:        clean(o.Event, MaxWord),
		Sequence:     min(max(o.Sequence, 0), math.MaxInt32),
		ErrorCode:    min(max(o.ErrorCode, 0), math.MaxInt32),
		ErrorMessage: clean(o.ErrorMessage, MaxMessage),
		Participant:  cleanSID(o.Participant),
		Time:         cleanTime(o.Time),
		Seen:         cleanTime(o.Seen),
	}
}

// clean returns text that every database can hold: control characters (including
// NUL), DEL and bytes that are not UTF-8 are written as \x00, in four ASCII
// characters; text of more than limit bytes is cut before a character. Cleaning
// clean text changes nothing.
func clean(s string, limit int) string {
	if plain(s) {
		if len(s) > limit {
			return cut(s, limit)
		}
		return s
	}
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i := 0; i < len(s) && b.Len() <= limit; {
		r, n := utf8.DecodeRuneInString(s[i:])
		part := s[i : i+n]
		if r < ' ' || r == 0x7f || r == utf8.RuneError && n == 1 {
			part = string([]byte{'\\', 'x', hex[s[i]>>4], hex[s[i]&15]})
		}
		if b.Len()+len(part) > limit {
			break
		}
		b.WriteString(part)
		i += n
	}
	return b.String()
}

// plain reports whether clean has nothing to escape in s.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return c >= utf8.RuneSelf && utf8.ValidString(s[i:]) && !hasControl(s[i:])
		}
	}
	return true
}

func hasControl(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == 0x7f {
			return true
		}
	}
	return false
}

// cut shortens valid UTF-8 to at most limit bytes, before a character.
func cut(s string, limit int) string {
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// cleanSID drops a SID that cannot be stored. It is not the key of the report, so
// the rest of the report is kept.
func cleanSID(sid webhook.SID) webhook.SID {
	if !ValidKey(sid) {
		return ""
	}
	return sid
}

// cleanTime returns t as every database returns it: in UTC, in whole microseconds,
// without a monotonic clock reading. A time outside the years 1 to 9999 becomes
// the zero time.
func cleanTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	t = t.UTC().Truncate(time.Microsecond)
	if y := t.Year(); y < 1 || y > 9999 || t.IsZero() {
		return time.Time{}
	}
	return t
}
