package sqlstore

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ringback-go/ringback/status"
)

// A row holds lines of JSON, each a state of the same SID; their merge is the
// state of the row. JSON has no line breaks of its own. Writers append; a row
// that has become long is merged into one line.

// maxLines is how many lines a row may have before it is merged into one. A
// message usually ends with three.
const maxLines = 8

// line encodes one state. A State always can be encoded.
func line(s status.State) (string, error) {
	text, err := json.Marshal(s)
	return string(text), err
}

// merged decodes a row.
func merged(text string) (status.State, error) {
	var out status.State
	for part := range strings.SplitSeq(text, "\n") {
		var s status.State
		if err := s.UnmarshalJSON([]byte(part)); err != nil {
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

// before decodes what a row was before its last line was appended: the zero
// State for a new row.
func before(text string) (status.State, error) {
	i := strings.LastIndexByte(text, '\n')
	if i < 0 {
		return status.State{}, nil
	}
	return merged(text[:i])
}

// long reports whether a row is due to be merged.
func long(text string) bool { return strings.Count(text, "\n") >= maxLines }
