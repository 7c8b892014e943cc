package status

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// A State is the merge of all observations of one SID. [Of], [State.Merge] and
// decoding from JSON make states. Nothing is known about the zero State, and it
// merges with every other.
//
// A State is a value: copies share Reports, which must not be changed. It is safe
// for concurrent use. Its JSON is complete and stable, so that a store can keep a
// state in one column.
type State struct {
	SID          webhook.SID `json:"sid"`
	Status       string      `json:"status"`                 // Twilio's word
	Final        bool        `json:"final"`                  // no other status will follow, except as Merge says
	ErrorCode    int         `json:"error_code,omitzero"`    // zero: none; see [Code]
	ErrorMessage string      `json:"error_message,omitzero"` // Twilio's text, where it sends one

	// Conflict is a final status that was also reported and contradicts Status,
	// such as "undelivered" of a message that is "delivered". If there are
	// several, it is the most likely one; Reports has all of them.
	Conflict string `json:"conflict,omitzero"`

	AccountSID webhook.SID   `json:"account_sid,omitzero"`
	ParentSID  webhook.SID   `json:"parent_sid,omitzero"`
	Duration   time.Duration `json:"duration_ns,omitzero"` // the longest one reported
	URL        string        `json:"url,omitzero"`

	First time.Time `json:"first_seen,omitzero"` // when this program first received a report
	Last  time.Time `json:"last_seen,omitzero"`  // when it last did, including repetitions

	// Reports are the distinct reports, in the order in which they must have
	// happened; the last one decides. There are at most [MaxReports], and at most
	// [MaxRepeats] with the same status and event.
	Reports []Report `json:"reports,omitempty"`
}

// A Report is one report of Twilio, however often it came. Two reports are
// different if their Status, Event, Sequence or ErrorCode are.
type Report struct {
	Status       string      `json:"status"`
	Event        string      `json:"event,omitzero"`
	Sequence     int         `json:"sequence,omitzero"`
	ErrorCode    int         `json:"error_code,omitzero"`
	ErrorMessage string      `json:"error_message,omitzero"`
	Participant  webhook.SID `json:"participant,omitzero"`
	Time         time.Time   `json:"time,omitzero"` // when it happened, where Twilio says so
	Seen         time.Time   `json:"seen,omitzero"` // when it was first received
}

// Limits of a history (T28). The reports that are furthest along are kept,
// whatever order they came in.
const (
	MaxReports = 32 // in a state
	MaxRepeats = 8  // in a state with the same Status and Event
)

// Of returns the state after the single observation o.
//
// It replaces what databases cannot hold (T14): a control character, including
// NUL, or a byte that is not UTF-8 is written as \x00, in four ASCII characters;
// words, messages and URLs are cut at [MaxWord], [MaxMessage] and [MaxURL] bytes,
// before a character; times are in UTC and whole microseconds; numbers are limited
// to 0 to 2³¹-1. A SID is not changed: stores refuse an invalid one.
func Of(o Observation) State {
	s := State{
		SID:        o.SID,
		AccountSID: cleanSID(o.AccountSID),
		ParentSID:  cleanSID(o.ParentSID),
		Duration:   max(o.Duration, 0),
		URL:        clean(o.URL, MaxURL),
		Reports:    []Report{o.report()},
	}
	s.First = s.Reports[0].Seen
	s.Last = s.First
	s.derive()
	return s
}

// Kind is the kind of thing that s is the state of.
func (s State) Kind() Kind { return KindOf(s.SID) }

// Rank returns a text that orders states of one SID: of two, [State.Merge] takes
// the status of the one with the greater Rank. It is for stores whose database
// keeps the status in a column. Bytes are compared.
func (s State) Rank() string {
	if len(s.Reports) == 0 {
		return ""
	}
	top := &s.Reports[len(s.Reports)-1]
	r := rankOf(s.SID, top.Status)
	return fmt.Sprintf("%03d %010d %03d %010d %s", r.class, top.Sequence, r.tie, top.ErrorCode, top.Status)
}

// Since is when the status began: by Twilio's clock if Twilio said so, else when
// this program first received it.
func (s State) Since() time.Time {
	if len(s.Reports) == 0 {
		return time.Time{}
	}
	r := &s.Reports[len(s.Reports)-1]
	if !r.Time.IsZero() {
		return r.Time
	}
	return r.Seen
}

// Equal reports whether s and t are the same, including all times.
func (s State) Equal(t State) bool { return same(&s, &t, true) }

// same compares two states, with or without the times they were seen.
func same(s, t *State, seen bool) bool {
	if s.SID != t.SID || s.Status != t.Status || s.AccountSID != t.AccountSID || s.ParentSID != t.ParentSID ||
		s.Duration != t.Duration || s.URL != t.URL || len(s.Reports) != len(t.Reports) {
		return false
	}
	if seen && (!s.First.Equal(t.First) || !s.Last.Equal(t.Last)) {
		return false
	}
	for i := range s.Reports {
		a, b := &s.Reports[i], &t.Reports[i]
		if a == b {
			break // the same array from here on
		}
		if compare(s.SID, a, b) != 0 || a.ErrorMessage != b.ErrorMessage || a.Participant != b.Participant ||
			!a.Time.Equal(b.Time) || seen && !a.Seen.Equal(b.Seen) {
			return false
		}
	}
	return true
}

// derive sets what follows from the reports.
func (s *State) derive() {
	s.Status, s.Final, s.ErrorCode, s.ErrorMessage, s.Conflict = "", false, 0, "", ""
	n := len(s.Reports)
	if n == 0 {
		return
	}
	top := &s.Reports[n-1]
	s.Status = top.Status
	s.Final = rankOf(s.SID, top.Status).final()
	for i := n - 1; i >= 0; i-- {
		r := &s.Reports[i]
		if r.Status != top.Status {
			if !rankOf(s.SID, r.Status).final() {
				break
			}
			if s.Conflict == "" && !follows(s.SID, top.Status, r.Status) {
				s.Conflict = r.Status
			}
			continue
		}
		if s.ErrorCode == 0 {
			s.ErrorCode = r.ErrorCode
		}
		if s.ErrorMessage == "" {
			s.ErrorMessage = r.ErrorMessage
		}
	}
}

// UnmarshalJSON reads what encoding/json writes. It computes again what follows
// from the reports and applies the rules of [Of], so that text written by an older
// version or by another program also becomes a proper state.
func (s *State) UnmarshalJSON(data []byte) error {
	type plainState State
	var p plainState
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	out := State{
		SID:        p.SID,
		AccountSID: cleanSID(p.AccountSID),
		ParentSID:  cleanSID(p.ParentSID),
		Duration:   max(p.Duration, 0),
		URL:        clean(p.URL, MaxURL),
		First:      cleanTime(p.First),
		Last:       cleanTime(p.Last),
	}
	for _, r := range p.Reports {
		o := Observation{Status: r.Status, Event: r.Event, Sequence: r.Sequence, ErrorCode: r.ErrorCode,
			ErrorMessage: r.ErrorMessage, Participant: r.Participant, Time: r.Time, Seen: r.Seen}
		out.Reports = append(out.Reports, o.report())
	}
	out.Reports = tidy(out.SID, out.Reports)
	out.derive()
	*s = out
	return nil
}

// tidy sorts reports, joins equal ones and bounds the rest.
func tidy(sid webhook.SID, reports []Report) []Report {
	if len(reports) == 0 {
		return nil
	}
	slices.SortFunc(reports, func(a, b Report) int { return compare(sid, &a, &b) })
	out := reports[:1]
	for i := 1; i < len(reports); i++ {
		if last := &out[len(out)-1]; compare(sid, last, &reports[i]) == 0 {
			*last = join(last, &reports[i])
			continue
		}
		out = append(out, reports[i])
	}
	return bound(out)
}
