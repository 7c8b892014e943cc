package capture

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// A Query chooses exchanges. Its zero value chooses the newest hundred.
type Query struct {
	Text    string // somewhere in URL, parameters, body or answer
	Kind    string
	Source  Source
	SID     string // of the message or call, or of its thread
	Failed  bool   // only those without a 2xx answer, or with a wrong signature
	Before  int64  // only older ones than this ID; zero: from the newest
	Limit   int    // zero: 100; at most 1,000
	Pinned  bool
	Replays int64 // only repetitions of this exchange
}

// List returns the exchanges that q chooses, newest first, without bodies.
func (s *Store) List(ctx context.Context, q Query) ([]Exchange, error) {
	where, args := q.where()
	// The index of words is walked from its end: a search stops as soon as it
	// has found enough, however many exchanges hold the words.
	from, order := " FROM exchange", " ORDER BY id DESC LIMIT ?"
	if match := q.match(); match != "" {
		from, order = " FROM words CROSS JOIN exchange ON exchange.id = words.rowid", " ORDER BY words.rowid DESC LIMIT ?"
		where, args = " WHERE words MATCH ?"+strings.Replace(where, " WHERE ", " AND ", 1), append([]any{match}, args...)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 100
	}
	rows, err := s.db.QueryContext(ctx, "SELECT id, pinned, head"+from+where+order, append(args, min(limit, 1000))...)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	defer rows.Close()
	list := make([]Exchange, 0, min(limit, 1000))
	for rows.Next() {
		var e Exchange
		var id int64
		var pinned bool
		var head []byte
		if err := rows.Scan(&id, &pinned, &head); err != nil {
			return nil, fmt.Errorf("capture: %w", err)
		}
		if err := json.Unmarshal(head, &e); err != nil {
			return nil, fmt.Errorf("capture: exchange %d: %w", id, err)
		}
		e.ID, e.Pinned = id, pinned
		list = append(list, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	return list, nil
}

func (q Query) where() (string, []any) {
	var terms []string
	var args []any
	add := func(term string, values ...any) {
		terms = append(terms, term)
		args = append(args, values...)
	}
	if q.Before > 0 {
		add("id < ?", q.Before)
	}
	if q.Kind != "" {
		add("kind = ?", q.Kind)
	}
	if q.Source != "" {
		add("source = ?", string(q.Source))
	}
	if q.SID != "" {
		add("(thread = ? OR sid = ?)", q.SID, q.SID)
	}
	if q.Failed {
		add(failed)
	}
	if q.Pinned {
		add("pinned = 1")
	}
	if q.Replays != 0 {
		add("json_extract(head, '$.parent') = ?", q.Replays)
	}
	for _, word := range strings.Fields(q.Text) {
		if !indexed(word) {
			add("head LIKE ? ESCAPE '\\'", "%"+escapeLike(word)+"%")
		}
	}
	if len(terms) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(terms, " AND "), args
}

// indexed reports whether the index can find a word: it knows sequences of three
// characters. Shorter words are looked for where people look first.
func indexed(word string) bool { return utf8.RuneCountInString(word) >= 3 }

// match is what the index is asked for, "" for nothing.
func (q Query) match() string {
	var words []string
	for _, word := range strings.Fields(q.Text) {
		if indexed(word) {
			words = append(words, `"`+strings.ReplaceAll(word, `"`, `""`)+`"`)
		}
	}
	return strings.Join(words, " ")
}

func escapeLike(word string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word)
}

// Readable is the body of r as a person would search it: a form unescaped, any
// other text as it is, at most n bytes.
func Readable(r Request, n int) string {
	body := string(clip(r.Body, n))
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return body
	}
	var b strings.Builder
	for pair := range strings.SplitSeq(body, "&") {
		if text, err := url.QueryUnescape(pair); err == nil {
			pair = text
		}
		b.WriteString(pair + "\n")
	}
	return b.String()
}
