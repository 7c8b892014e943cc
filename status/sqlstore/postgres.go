package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
)

// appendLine is the end of every statement that stores rows in PostgreSQL.
// A row that already has the line is left alone and not returned.
const appendLine = `
ON CONFLICT (sid) DO UPDATE SET
	state = s.state || E'\n' || excluded.state,
	final = s.final OR excluded.final,
	last = greatest(s.last, excluded.last),
	stored = excluded.stored
WHERE strpos(E'\n' || s.state || E'\n', E'\n' || excluded.state || E'\n') = 0
RETURNING s.sid, s.state, 0`

// The second and the millisecond of the database's clock.
const (
	now   = `extract(epoch FROM clock_timestamp())::bigint`
	nowMS = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint`
)

func postgresStatements(announce bool) statements {
	s := statements{
		one: `INSERT INTO {state} AS s (sid, state, final, last, stored)
VALUES ($1::text, $2::text, $3::boolean, $4::bigint, ` + now + `)` + appendLine,
		// Arrays are beyond database/sql, so columns come as lines.
		many: `INSERT INTO {state} AS s (sid, state, final, last, stored)
SELECT sid, state, final, last, ` + now + ` FROM unnest(
	string_to_array($1::text, E'\n'),
	string_to_array($2::text, E'\n'),
	string_to_array($3::text, E'\n')::boolean[],
	string_to_array($4::text, E'\n')::bigint[]) AS new (sid, state, final, last)` + appendLine,
		get: `SELECT state FROM {state} WHERE sid = $1`,
		pending: `SELECT sid, last, state FROM {state}
WHERE NOT final AND last < $1 AND (last, sid) > ($2, $3)
ORDER BY last, sid LIMIT $4`,
		shorten: `UPDATE {state} SET state = $3::text || substr(state, length($2::text) + 1)
WHERE sid = $1 AND left(state, length($2::text)) = $2::text`,
		prune: `DELETE FROM {state} WHERE sid IN (
	SELECT sid FROM {state} WHERE final AND stored < ` + now + ` - $1::bigint
	ORDER BY stored LIMIT $2 FOR UPDATE SKIP LOCKED)`,
		claim: `INSERT INTO {seen} AS s (key, owner, expires) VALUES ($1, $2, ` + nowMS + ` + $3::bigint)
ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, value = NULL, expires = excluded.expires
WHERE s.expires <= ` + nowMS + `
RETURNING owner`,
		holder: `SELECT owner, value FROM {seen} WHERE key = $1 AND expires > ` + nowMS,
		answer: `UPDATE {seen} SET owner = '', value = $3, expires = ` + nowMS + ` + $4::bigint
WHERE key = $1 AND owner = $2 AND value IS NULL`,
		free: `DELETE FROM {seen} WHERE key = $1 AND owner = $2 AND value IS NULL`,
		expire: `DELETE FROM {seen} WHERE key IN (
	SELECT key FROM {seen} WHERE expires <= ` + nowMS + ` - $1::bigint
	ORDER BY expires LIMIT $2 FOR UPDATE SKIP LOCKED)`,
	}
	if announce {
		s.one, s.many = announced(s.one), announced(s.many)
	}
	return s
}

// writePostgreSQL stores a group in one statement, which is a transaction.
func (s *Store) writePostgreSQL(ctx context.Context, g []*row) (err error) {
	var rows *sql.Rows
	if len(g) == 1 {
		r := g[0]
		rows, err = s.db.QueryContext(ctx, s.sql.one, r.sid, r.line, r.State.Final, r.State.Last.UnixMicro())
	} else {
		rows, err = s.db.QueryContext(ctx, s.sql.many, columns(g)...)
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	at := make(map[string]*row, len(g))
	for _, r := range g {
		at[r.sid] = r
	}
	for rows.Next() {
		var sid, text string
		var announced int
		if err := rows.Scan(&sid, &text, &announced); err != nil {
			return err
		}
		if r := at[sid]; r != nil {
			r.stored = text
		}
	}
	return rows.Err()
}

// columns writes each column as lines: no value has a line break.
func columns(g []*row) []any {
	var sids, lines, finals, lasts strings.Builder
	for i, r := range g {
		if i > 0 {
			for _, b := range []*strings.Builder{&sids, &lines, &finals, &lasts} {
				b.WriteByte('\n')
			}
		}
		sids.WriteString(r.sid)
		lines.WriteString(r.line)
		finals.WriteString(strconv.FormatBool(r.State.Final))
		lasts.WriteString(strconv.FormatInt(r.State.Last.UnixMicro(), 10))
	}
	return []any{sids.String(), lines.String(), finals.String(), lasts.String()}
}

// stateOf returns the SQLSTATE of an error of PostgreSQL, or "". Both drivers
// in use have this method.
func stateOf(err error) string {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}
