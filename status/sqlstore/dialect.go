package sqlstore

import "strings"

// A Dialect says which database a [Store] talks to.
type Dialect int

// The databases that are supported, with the least version each.
const (
	SQLite     Dialect = iota + 1 // 3.38
	PostgreSQL                    // 12
)

// String returns "SQLite" or "PostgreSQL".
func (d Dialect) String() string {
	switch d {
	case SQLite:
		return "SQLite"
	case PostgreSQL:
		return "PostgreSQL"
	}
	return "unknown"
}

// flights is how many groups are committed at a time. SQLite has one writer.
// PostgreSQL works on one group while the log is synced for another; more of
// them make the groups smaller.
func (d Dialect) flights() int {
	if d == SQLite {
		return 1
	}
	return 2
}

// statements are the texts of all statements. Only names that were checked stand in
// them; every value is bound.
type statements struct {
	one     string // stores a row: SID, line, final, last
	many    string // stores rows, each argument holding a column as lines; PostgreSQL only
	get     string // the text of a row, by SID
	pending string // rows that are not final: last before, then after (last, SID), limit
	shorten string // replaces the beginning of a row: SID, old, new
	prune   string // deletes final rows: age in seconds, limit

	claim  string // takes a free key: key, owner, milliseconds
	holder string // owner and answer of a key, by key
	answer string // ends a claim with an answer: key, owner, answer, milliseconds
	free   string // ends a claim: key, owner
	expire string // deletes keys whose time is up: age in milliseconds, limit
}

// all lists the texts, so that names can be put into each.
func (s *statements) all() []*string {
	return []*string{&s.one, &s.many, &s.get, &s.pending, &s.shorten, &s.prune,
		&s.claim, &s.holder, &s.answer, &s.free, &s.expire}
}

func statementsOf(d Dialect, prefix string, announce bool) statements {
	var s statements
	if d == SQLite {
		s = sqliteStatements()
	} else {
		s = postgresStatements(announce)
	}
	names := strings.NewReplacer("{state}", prefix+"_state", "{seen}", prefix+"_seen", "{channel}", channel(prefix))
	for _, text := range s.all() {
		*text = names.Replace(*text)
	}
	return s
}
