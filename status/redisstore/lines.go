package redisstore

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ringback-go/ringback/status"
)

// A row holds lines, each a state of the same SID in JSON; their merge is the
// state of the row. Behind each line stands what the script needs to know and
// cannot read from JSON: a space, whether the row is final, and its place among
// the pending. JSON has no line breaks of its own. The script appends; a row that
// has become long is merged into one line.

const (
	// maxLines is how many lines a row may have before it is merged into one.
	// A message usually ends with three.
	maxLines = 8

	digits = 18         // of a place
	behind = digits + 2 // bytes behind the JSON of a line
)

// line encodes one state, without what stands behind it.
func line(s status.State) (string, error) {
	text, err := json.Marshal(s)
	return string(text), err
}

// merged decodes a row.
func merged(text string) (status.State, error) {
	var out status.State
	for part := range strings.SplitSeq(text, "\n") {
		var s status.State
		// A line too short becomes one that cannot be read.
		if err := s.UnmarshalJSON([]byte(part[:max(len(part)-behind, 0)])); err != nil {
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

// ended reports whether a row says that it is final.
func ended(text string) bool { return len(text) >= behind && text[len(text)-digits-1] == '1' }

// long reports whether a row is due to be merged.
func long(text string) bool { return strings.Count(text, "\n") >= maxLines }
