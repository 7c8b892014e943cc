package status

import (
	"time"

	"github.com/ringback-go/ringback/webhook"
)

// Merge returns the state of all reports of s and t. It is commutative,
// associative and idempotent, so any order, repetition and grouping of
// observations ends in the same state. Clocks do not matter (T23, T27).
//
// Of two reports, the one that is further along decides: a final status wins over
// one on the way, a later step over an earlier one. Between equal steps, Twilio's
// count decides where there is one (calls, conferences, live transcriptions). An
// unknown word ranks after all known steps and before the final ones; between
// unknown words the count decides, then the alphabet.
//
// A final status changes in two cases only. One is documented by Twilio: a message
// is read after it was delivered, a recording is deleted, a session that stopped
// turns out to have failed. The other is a contradiction between two final
// statuses. Then the one for which more had to happen wins (delivered over
// undelivered over failed over canceled; for a call the later one by Twilio's
// count, else completed over busy over no-answer over failed over canceled), and
// the other becomes Conflict.
//
// States of different SIDs are not merged: the result is the one with the greater
// SID, unchanged.
func (s State) Merge(t State) State {
	if s.SID != t.SID {
		if s.SID > t.SID {
			return s
		}
		return t
	}
	s.absorb(&t)
	return s
}

// absorb merges t, a state of the same SID, into s, and reports whether that
// changed more than the times at which s was seen.
func (s *State) absorb(t *State) bool {
	before := sideNotes{s.AccountSID, s.ParentSID, s.Duration, s.URL}
	s.AccountSID = max(s.AccountSID, t.AccountSID)
	s.ParentSID = max(s.ParentSID, t.ParentSID)
	s.Duration = max(s.Duration, t.Duration)
	s.URL = max(s.URL, t.URL)
	s.First = earlier(s.First, t.First)
	s.Last = later(s.Last, t.Last)
	if covers(s, t.Reports) {
		return before != sideNotes{s.AccountSID, s.ParentSID, s.Duration, s.URL}
	}
	if covers(t, s.Reports) {
		s.Reports = t.Reports
	} else {
		s.Reports = union(s, t)
	}
	s.derive()
	return true
}

type sideNotes struct {
	account, parent webhook.SID
	duration        time.Duration
	url             string
}

// covers reports whether s already has all of reports, as it does after a repeated
// callback. Both are in order.
func covers(s *State, reports []Report) bool {
	i := 0
	for j := range reports {
		r := &reports[j]
		for {
			if i == len(s.Reports) {
				return false
			}
			c := compare(s.SID, &s.Reports[i], r)
			if c > 0 {
				return false
			}
			if c == 0 {
				break
			}
			i++
		}
		if have := &s.Reports[i]; have != r && join(have, r) != *have {
			return false
		}
	}
	return true
}

// union merges the reports of two states of one SID.
func union(s, t *State) []Report {
	a, b := s.Reports, t.Reports
	out := make([]Report, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch c := compare(s.SID, &a[0], &b[0]); {
		case c < 0:
			out, a = append(out, a[0]), a[1:]
		case c > 0:
			out, b = append(out, b[0]), b[1:]
		default:
			out = append(out, join(&a[0], &b[0]))
			a, b = a[1:], b[1:]
		}
	}
	out = append(out, a...)
	out = append(out, b...)
	return bound(out)
}

// join unites two copies of one report.
func join(a, b *Report) Report {
	out := *a
	out.ErrorMessage = max(a.ErrorMessage, b.ErrorMessage)
	out.Participant = max(a.Participant, b.Participant)
	out.Time = earlier(a.Time, b.Time)
	out.Seen = earlier(a.Seen, b.Seen)
	return out
}

// bound drops the lowest reports beyond MaxRepeats of one status and event, then
// the lowest beyond MaxReports. A report that is dropped from a part would also be
// dropped from the whole, so the order of merging still does not matter.
func bound(reports []Report) []Report {
	if len(reports) <= MaxRepeats {
		return reports
	}
	kept := len(reports) // reports[kept:] are those that stay
	for i := len(reports) - 1; i >= 0 && len(reports)-kept < MaxReports; i-- {
		repeats := 0
		for j := kept; j < len(reports); j++ {
			if reports[j].Status == reports[i].Status && reports[j].Event == reports[i].Event {
				repeats++
			}
		}
		if repeats < MaxRepeats {
			kept--
			reports[kept] = reports[i]
		}
	}
	return reports[kept:]
}

// earlier returns the earlier of two times, ignoring a zero time.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
