package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// appendLine is the end of every statement that stores rows in PostgreSQL.
// A row that already has the line is left alone and not returned.
const appendLine = `
ON CONFLICT (sid) DO UPDATE SET
	state = s.state || E'\n' || excluded.state,
	final = s.final OR excluded.final,
	last = greatest(s.last, excluded.last),
	stored = excluded.stored,
	status = CASE WHEN excluded.rank > s.rank THEN excluded.status ELSE s.status END,` + mergedCode + `,
	rank = greatest(s.rank, excluded.rank),
	first_seen = least(s.first_seen, excluded.first_seen),
	last_seen = greatest(s.last_seen, excluded.last_seen)
WHERE strpos(E'\n' || s.state || E'\n', E'\n' || excluded.state || E'\n') = 0
RETURNING s.sid, s.state, 0`

// The second and the millisecond of the database's clock.
const (
	now   = `extract(epoch FROM clock_timestamp())::bigint`
	nowMS = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint`
)

var postgresStatements = statements{
	putOne: `INSERT INTO {state} AS s (sid, state, final, last, kind, status, error_code, rank, first_seen, last_seen, stored)
VALUES ($1::text, $2::text, $3::boolean, $4::bigint, $5::text, $6::text, $7::integer, $8::text,
	nullif($9::text, '')::timestamptz, nullif($10::text, '')::timestamptz, ` + now + `)` + appendLine,
	// database/sql has no arrays, so columns are passed as lines.
	putMany: `INSERT INTO {state} AS s (sid, state, final, last, kind, status, error_code, rank, first_seen, last_seen, stored)
SELECT new.*, ` + now + ` FROM unnest(
	string_to_array($1::text, E'\n'),
	string_to_array($2::text, E'\n'),
	string_to_array($3::text, E'\n')::boolean[],
	string_to_array($4::text, E'\n')::bigint[],
	string_to_array($5::text, E'\n'),
	string_to_array($6::text, E'\n'),
	string_to_array($7::text, E'\n')::integer[],
	string_to_array($8::text, E'\n'),
	string_to_array($9::text, E'\n', '')::timestamptz[],
	string_to_array($10::text, E'\n', '')::timestamptz[]) AS new` + appendLine,
	getRow: `SELECT state FROM {state} WHERE sid = $1`,
	pendingRows: `SELECT sid, last, state FROM {state}
WHERE NOT final AND last < $1 AND (last, sid) > ($2, $3)
ORDER BY last, sid LIMIT $4`,
	nextRows: `SELECT sid, state FROM {state} WHERE sid > $1 ORDER BY sid LIMIT $2`,
	shortenRow: `UPDATE {state} SET state = $3::text || substr(state, length($2::text) + 1)
WHERE sid = $1 AND left(state, length($2::text)) = $2::text`,
	pruneRows: `DELETE FROM {state} WHERE sid IN (
	SELECT sid FROM {state} WHERE final AND stored < ` + now + ` - $1::bigint
	ORDER BY stored LIMIT $2 FOR UPDATE SKIP LOCKED)`,
	fillRow: `UPDATE {state} SET final = $2::boolean, last = $3::bigint, kind = $4, status = $5, error_code = $6::integer, rank = $7,
	first_seen = nullif($8::text, '')::timestamptz, last_seen = nullif($9::text, '')::timestamptz
WHERE sid = $1`,
	claimKey: `INSERT INTO {seen} AS s (key, owner, expires) VALUES ($1, $2, ` + nowMS + ` + $3::bigint)
ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, value = NULL, expires = excluded.expires
WHERE s.expires <= ` + nowMS + `
RETURNING owner`,
	readKey: `SELECT owner, value FROM {seen} WHERE key = $1 AND expires > ` + nowMS,
	finishKey: `UPDATE {seen} SET owner = '', value = $3, expires = ` + nowMS + ` + $4::bigint
WHERE key = $1 AND owner = $2 AND value IS NULL`,
	freeKey: `DELETE FROM {seen} WHERE key = $1 AND owner = $2 AND value IS NULL`,
	expireKeys: `DELETE FROM {seen} WHERE key IN (
	SELECT key FROM {seen} WHERE expires <= ` + nowMS + ` - $1::bigint
	ORDER BY expires LIMIT $2 FOR UPDATE SKIP LOCKED)`,
}

// writePostgreSQL stores a group in one statement, which is a transaction.
func (s *Store) writePostgreSQL(ctx context.Context, g []row) (err error) {
	var rows *sql.Rows
	if len(g) == 1 {
		rows, err = s.db.QueryContext(ctx, s.sql[putOne], g[0].values()...)
	} else {
		rows, err = s.db.QueryContext(ctx, s.sql[putMany], asLines(g)...)
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	at := make(map[string]*row, len(g))
	for i := range g {
		at[string(g[i].State.SID)] = &g[i]
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

// asLines passes each column as lines: no value has a line break.
func asLines(g []row) []any {
	var columns [10]strings.Builder
	for i := range g {
		for j, v := range g[i].values() {
			if i > 0 {
				columns[j].WriteByte('\n')
			}
			fmt.Fprint(&columns[j], v)
		}
	}
	args := make([]any, len(columns))
	for j := range columns {
		args[j] = columns[j].String()
	}
	return args
}

// stateOf returns the SQLSTATE of an error of PostgreSQL, or "". Both drivers
// in use have this method.
func stateOf(err error) string {
	if coded, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err); ok {
		return coded.SQLState()
	}
	return ""
}
