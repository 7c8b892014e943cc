package sqlstore

import (
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/rowstore"
)

// A row is one row of a group that is being written.
type row struct {
	*rowstore.Row
	stored string // the row after the write; empty if the line already existed
}

// values are the arguments of putOne.
func (r *row) values() []any {
	return append([]any{string(r.State.SID), r.Line}, columns(r.State)...)
}

// columns are the plain columns beside the lines: final, last, kind, status,
// error_code, rank, first_seen and last_seen.
func columns(s status.State) []any {
	return []any{
		s.Final, s.Last.UnixMicro(),
		string(s.Kind()), plain(s.Status), s.ErrorCode, plain(s.Rank()), timestamp(s.First), timestamp(s.Last),
	}
}

// mergedCode computes, in both dialects, error_code after a merge: the code of
// the status that is kept, whichever report has it.
const mergedCode = `
	error_code = CASE
		WHEN excluded.status <> s.status AND excluded.rank > s.rank THEN excluded.error_code
		WHEN excluded.status <> s.status THEN s.error_code
		WHEN excluded.error_code = 0 OR s.error_code <> 0 AND s.rank > excluded.rank THEN s.error_code
		ELSE excluded.error_code
	END`

// timestamp is t in a format that both databases read, or "" for an unknown
// time.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05.000000Z")
}

// plain escapes non-ASCII text, which some databases cannot hold. Twilio's
// words are ASCII.
func plain(s string) string {
	quoted := strconv.QuoteToASCII(s)
	if len(quoted) == len(s)+2 {
		return s
	}
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
