package drivertest_test

import (
	"database/sql"
	"fmt"
	"go/parser"
	gotoken "go/token"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/webhook"
)

// documentedQuery is the query that the package comment of sqlstore shows.
func documentedQuery(t *testing.T) string {
	t.Helper()
	file, err := parser.ParseFile(gotoken.NewFileSet(), filepath.Join("..", "..", "..", "status", "sqlstore", "sqlstore.go"), nil, parser.ParseComments|parser.PackageClauseOnly)
	require.NoError(t, err)
	query := regexp.MustCompile(`(?s)\tSELECT .*?;`).FindString(file.Doc.Text())
	require.NotEmpty(t, query)
	return query
}

// TestQueryUndeliveredToday runs the documented query.
func TestQueryUndeliveredToday(t *testing.T) {
	eachSQL(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect, opts *sqlstore.Options) {
		prefix := opts.Prefix
		s, err := sqlstore.Open(t.Context(), db, d, opts)
		require.NoError(t, err)
		now := time.Now().Add(time.Hour)
		for i, o := range []status.Observation{
			{Status: "undelivered", ErrorCode: 30003, Seen: now},
			{Status: "sent", Seen: now},
			{Status: "undelivered", ErrorCode: 30003, Seen: now},
			{Status: "failed", ErrorCode: 21610, Seen: now},
			{Status: "failed", ErrorCode: 30007, Seen: now.Add(-72 * time.Hour)},
			{Status: "delivered", Seen: now},
		} {
			o.SID = messageSID(1, i)
			_, err := s.Apply(t.Context(), status.Observation{SID: o.SID, Status: "queued", Seen: o.Seen}, o)
			require.NoError(t, err)
		}
		_, err = s.Apply(t.Context(), status.Observation{SID: "CA1", Status: "failed", Seen: now})
		require.NoError(t, err)

		rows, err := db.QueryContext(t.Context(), strings.ReplaceAll(documentedQuery(t), "ringback_state", prefix+"_state"))
		require.NoError(t, err)
		defer rows.Close()
		var got []string
		for rows.Next() {
			var code, count int
			require.NoError(t, rows.Scan(&code, &count))
			got = append(got, fmt.Sprint(code, "x", count))
		}
		require.NoError(t, rows.Err())
		assert.Equal(t, []string{"30003x2", "21610x1"}, got)
	})
}

// TestColumnsAgreeWithTheState applies random histories, one report at a time
// and in groups, and compares the plain columns with the merged state.
func TestColumnsAgreeWithTheState(t *testing.T) {
	eachSQL(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect, opts *sqlstore.Options) {
		prefix := opts.Prefix
		s, err := sqlstore.Open(t.Context(), db, d, opts)
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(1, 2))
		words := map[string][]string{
			"SM": {"queued", "sent", "delivered", "undelivered", "read", "nächste", "later"},
			"CA": {"initiated", "ringing", "in-progress", "completed", "busy"},
			"RE": {"in-progress", "completed", "deleted"},
			"XX": {"one", "two"},
		}
		var sids []webhook.SID
		var obs []status.Observation
		for prefix, words := range words {
			for n := range 40 {
				sid := webhook.SID(fmt.Sprintf("%s%032x", prefix, n))
				sids = append(sids, sid)
				for range 1 + r.IntN(6) {
					i := r.IntN(len(words))
					o := status.Observation{SID: sid, Status: words[i], Sequence: i % 4}
					if i >= 3 {
						o.ErrorCode = 30000 + i
					}
					if r.IntN(4) > 0 {
						o.Seen = time.Date(2026, 11, 30, 12, 0, r.IntN(60), r.IntN(1e9), time.UTC)
					}
					obs = append(obs, o)
				}
			}
		}
		r.Shuffle(len(obs), func(i, j int) { obs[i], obs[j] = obs[j], obs[i] })
		for len(obs) > 0 {
			n := min(1+r.IntN(3), len(obs))
			_, err := s.Apply(t.Context(), obs[:n]...)
			require.NoError(t, err)
			obs = obs[n:]
		}
		for _, sid := range sids {
			state, err := s.Get(t.Context(), sid)
			require.NoError(t, err)
			assert.Equal(t, columnsOf(state), readColumns(t, db, prefix, sid), "%s", sid)
		}
	})
}

// plainColumns are those that people query.
type plainColumns struct {
	kind, status string
	code         int
	final        bool
	first, last  string
}

func columnsOf(s status.State) plainColumns {
	return plainColumns{string(s.Kind()), strings.ReplaceAll(s.Status, "ä", `\u00e4`), s.ErrorCode, s.Final, instant(s.First), instant(s.Last)}
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func readColumns(t *testing.T, db *sql.DB, prefix string, sid webhook.SID) (c plainColumns) {
	t.Helper()
	var first, last any
	query := fmt.Sprintf("SELECT kind, status, error_code, final, first_seen, last_seen FROM %s_state WHERE sid = '%s'", prefix, sid)
	require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&c.kind, &c.status, &c.code, &c.final, &first, &last))
	c.first, c.last = read(t, first), read(t, last)
	return c
}

func read(t *testing.T, column any) string {
	t.Helper()
	switch v := column.(type) {
	case time.Time:
		return instant(v)
	case string:
		at, err := time.Parse("2006-01-02 15:04:05.999999Z07:00", v)
		require.NoError(t, err)
		return instant(at)
	}
	require.Nil(t, column)
	return ""
}

// The tables as v0.1.0 made them: those of version 1, then those of version 2.
var oldTables = map[sqlstore.Dialect][]string{
	sqlstore.SQLite: {
		`CREATE TABLE {prefix}_state (sid TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, final INTEGER NOT NULL, last INTEGER NOT NULL, stored INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE INDEX {prefix}_state_pending ON {prefix}_state (last, sid) WHERE final = 0`,
		`CREATE INDEX {prefix}_state_old ON {prefix}_state (stored) WHERE final = 1`,
		`CREATE TABLE {prefix}_seen (key TEXT NOT NULL PRIMARY KEY, value BLOB, owner TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID`,
		`CREATE INDEX {prefix}_seen_expires ON {prefix}_seen (expires)`,
	},
	sqlstore.PostgreSQL: {
		`CREATE TABLE {prefix}_state (sid text COLLATE "C" NOT NULL PRIMARY KEY, state text NOT NULL, final boolean NOT NULL, last bigint NOT NULL, stored bigint NOT NULL)`,
		`CREATE INDEX {prefix}_state_pending ON {prefix}_state (last, sid) WHERE NOT final`,
		`CREATE INDEX {prefix}_state_old ON {prefix}_state (stored) WHERE final`,
		`CREATE TABLE {prefix}_seen (key text COLLATE "C" NOT NULL PRIMARY KEY, value bytea, owner text NOT NULL, expires bigint NOT NULL)`,
		`CREATE INDEX {prefix}_seen_expires ON {prefix}_seen (expires)`,
	},
}

// TestMigrateFromOldTables fills the tables of older versions, some of whose rows
// have several lines, and opens them.
func TestMigrateFromOldTables(t *testing.T) {
	for version := 1; version <= 2; version++ {
		t.Run(fmt.Sprint("version", version), func(t *testing.T) { testMigrate(t, version) })
	}
}

func testMigrate(t *testing.T, version int) {
	eachSQL(t, func(t *testing.T, db *sql.DB, d sqlstore.Dialect, opts *sqlstore.Options) {
		prefix := opts.Prefix
		exec := func(statement string) {
			_, err := db.ExecContext(t.Context(), strings.ReplaceAll(statement, "{prefix}", prefix))
			require.NoError(t, err)
		}
		for _, statement := range oldTables[d][:1+2*version] {
			exec(statement)
		}
		exec(`CREATE TABLE {prefix}_schema (version INTEGER NOT NULL)`)
		for v := range version {
			exec(fmt.Sprintf(`INSERT INTO {prefix}_schema (version) VALUES (%d)`, v+1))
		}
		const (
			sent = `{"sid":"%[1]s","status":"sent","final":false,"first_seen":"2026-11-28T10:00:00Z","last_seen":"2026-11-28T10:00:00Z",` +
				`"reports":[{"status":"sent","seen":"2026-11-28T10:00:00Z"}]}`
			failed = `{"sid":"%[1]s","status":"undelivered","final":true,"error_code":30003,"first_seen":"2026-11-28T10:00:05Z","last_seen":"2026-11-28T10:00:05Z",` +
				`"reports":[{"status":"undelivered","error_code":30003,"seen":"2026-11-28T10:00:05Z"}]}`
		)
		const rows = 450 // more than two pages
		for i := range rows {
			lines, final := sent, "false"
			if i%2 == 0 {
				lines, final = failed+"\n"+sent, "true"
			}
			exec(fmt.Sprintf(`INSERT INTO {prefix}_state (sid, state, final, last, stored) VALUES ('%[1]s', '`+lines+`', %[2]s, %[3]d, 0)`,
				messageSID(9, i), final, time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC).UnixMicro()))
		}
		exec(`INSERT INTO {prefix}_state (sid, state, final, last, stored) VALUES ('SMbad', 'nonsense', false, 0, 0)`)

		s, err := sqlstore.Open(t.Context(), db, d, opts)
		require.NoError(t, err)
		for i := range rows {
			state, err := s.Get(t.Context(), messageSID(9, i))
			require.NoError(t, err)
			assert.Equal(t, i%2 == 0, state.Final)
			require.Equal(t, columnsOf(state), readColumns(t, db, prefix, state.SID))
		}
		_, err = s.Apply(t.Context(), status.Observation{SID: messageSID(9, 0), Status: "delivered", Seen: time.Date(2026, 11, 28, 10, 1, 0, 0, time.UTC)})
		require.NoError(t, err)
		state, err := s.Get(t.Context(), messageSID(9, 0))
		require.NoError(t, err)
		assert.Equal(t, "delivered", state.Status)
		assert.Equal(t, "undelivered", state.Conflict)
		assert.Equal(t, columnsOf(state), readColumns(t, db, prefix, state.SID))
		require.NoError(t, s.Migrate(t.Context()), "once more changes nothing")
	})
}
