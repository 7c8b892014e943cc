package sqlstore

import "strings"

// A Dialect is the database of a [Store]. Any driver for database/sql works.
// Because drivers have different error types, errors are recognized by the
// method SQLState for PostgreSQL, and by SQLite's own texts and names for
// SQLite.
type Dialect int

// The supported databases, with the oldest version of each.
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
// PostgreSQL works on one group while the log is synced for another; more would
// make the groups smaller.
func (d Dialect) flights() int {
	if d == SQLite {
		return 1
	}
	return 2
}

// The statements of a [Store].
const (
	putOne      = iota // stores a row: the fields of columns
	putMany            // stores rows, each argument holding a column as lines; PostgreSQL only
	getRow             // the text of a row, by SID
	pendingRows        // rows that are not final: last before, then after (last, SID), limit
	nextRows           // rows by SID: after, limit
	shortenRow         // replaces the beginning of a row: SID, old, new
	pruneRows          // deletes final rows: age in seconds, limit
	fillRow            // sets the plain columns: the fields of columns without the line

	claimKey   // takes a free key: key, owner, milliseconds
	readKey    // owner and value of a key, by key
	finishKey  // ends a claim with a value: key, owner, value, milliseconds
	freeKey    // ends a claim: key, owner
	expireKeys // deletes expired keys: age in milliseconds, limit

	statementCount
)

// statements are the texts of all statements. They contain only checked names;
// every value is bound.
type statements [statementCount]string

func statementsOf(d Dialect, prefix string, announce bool) statements {
	s := sqliteStatements
	if d == PostgreSQL {
		s = postgresStatements
		if announce {
			s[putOne], s[putMany] = announced(s[putOne]), announced(s[putMany])
		}
	}
	names := strings.NewReplacer("{state}", prefix+"_state", "{seen}", prefix+"_seen", "{channel}", channel(prefix))
	for i := range s {
		s[i] = names.Replace(s[i])
	}
	return s
}
