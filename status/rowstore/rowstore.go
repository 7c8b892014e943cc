// Package rowstore is for authors of a [status.Store] that keeps one row of text
// for each SID. Packages sqlstore and redisstore are built on it.
//
// A row holds lines of JSON, each a state of the same SID; the merge of all lines
// is the state of the row. A writer appends a line without reading first, so the
// database does not need to know how to merge. A long row is replaced by one
// line.
//
// A [Queue] collects the calls that arrive while the database is busy, and
// writes them together. The store provides the one statement that appends lines:
//
//	s.queue = rowstore.Queue{Flights: 2, Size: 500, Room: 10_000, Timeout: time.Second}
//	s.queue.Write = func(ctx context.Context, rows []*rowstore.Row) error {
//		for _, r := range rows {
//			old, appended, err := s.append(ctx, r.State.SID, r.Line)
//			if err != nil {
//				return err
//			}
//			if appended {
//				r.Appended(old)
//			}
//		}
//		return nil
//	}
//	...
//	func (s *Store) Apply(ctx context.Context, obs ...status.Observation) ([]status.Change, error) {
//		return s.queue.Apply(ctx, obs...)
//	}
//
// The append must be atomic, must not change a row that already has the same
// line, and must return the previous row. The package does no I/O.
package rowstore

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ringback-go/ringback/status"
)

// maxLines is how many lines a row may have before it is merged into one. The
// row of a message usually ends with three.
const maxLines = 8

// A Row is the reports of a group of calls about one SID.
type Row struct {
	State status.State // the merge of all reports
	Line  string       // State in JSON, in ASCII, without a line break

	parts      []part // in the order of the calls
	old, short string // what to replace, and its replacement
}

// Appended records that Line was appended to the row old, or started a new row
// if old is empty. Do not call it if the row already had the line. If the row
// cannot be read, only the calls that concern it fail.
func (r *Row) Appended(old string) {
	var before status.State
	if old != "" {
		var err error
		if before, err = Read(old); err != nil {
			r.Fail(err)
			return
		}
		if strings.Count(old, "\n") >= maxLines {
			r.old, r.short = old, line(before)
		}
	}
	for _, p := range r.parts {
		after := p.state
		if before.SID != "" {
			after = before.Merge(p.state)
		}
		if change, ok := status.Diff(before, after); ok {
			p.call.changes = append(p.call.changes, change)
		}
		before = after
	}
}

// Fail makes err the error of the calls that concern the row.
func (r *Row) Fail(err error) {
	for _, p := range r.parts {
		p.call.err = err
	}
}

// Long returns the beginning of a row that has become long, and the one line that
// replaces it. It is for [Queue.Shorten].
func (r *Row) Long() (old, short string) { return r.old, r.short }

// line encodes one state, in ASCII, because some databases and sessions do not
// support all of Unicode. A State can always be encoded.
func line(s status.State) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic("rowstore: " + err.Error())
	}
	return ascii(string(text))
}

// ascii writes the characters beyond ASCII as JSON escapes.
func ascii(text string) string {
	i := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
	if i < 0 {
		return text
	}
	out := append(make([]byte, 0, 2*len(text)), text[:i]...)
	for _, r := range text[i:] {
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r <= 0xffff:
			out = fmt.Appendf(out, "\\u%04x", r)
		default:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, "\\u%04x\\u%04x", high, low)
		}
	}
	return string(out)
}

// Read returns the state of a row. Anything that a store adds after the JSON of
// a line is ignored; it must not contain a closing brace.
func Read(row string) (status.State, error) {
	var out status.State
	for text := range strings.SplitSeq(row, "\n") {
		var s status.State
		if err := s.UnmarshalJSON([]byte(text[:strings.LastIndexByte(text, '}')+1])); err != nil {
			return status.State{}, fmt.Errorf("a stored state cannot be read: %w", err)
		}
		if out.SID == "" {
			out = s
			continue
		}
		out = out.Merge(s)
	}
	return out, nil
}

// Change returns what the last line of a row changed. It returns false if
// nothing changed or the row cannot be read, for example because a newer
// version wrote it.
func Change(row string) (status.Change, bool) {
	var before status.State
	i := strings.LastIndexByte(row, '\n')
	if i >= 0 {
		var err error
		if before, err = Read(row[:i]); err != nil {
			return status.Change{}, false
		}
	}
	after, err := Read(row[i+1:])
	if err != nil {
		return status.Change{}, false
	}
	if i >= 0 {
		after = before.Merge(after)
	}
	return status.Diff(before, after)
}
