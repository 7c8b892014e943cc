package sqlstore

import (
	"context"
	"strconv"
	"strings"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/rowstore"
)

// A Subscription is a separate connection that listens to one channel of
// PostgreSQL. With pgx it is a connection and two methods:
//
//	type subscription struct{ *pgx.Conn }
//
//	func (s subscription) Next(ctx context.Context) (string, error) {
//		n, err := s.WaitForNotification(ctx)
//		if err != nil {
//			return "", err
//		}
//		return n.Payload, nil
//	}
//
//	func (s subscription) Close() error { return s.Conn.Close(context.Background()) }
//
//	func subscribe(ctx context.Context, channel string) (sqlstore.Subscription, error) {
//		conn, err := pgx.Connect(ctx, url)
//		if err != nil {
//			return nil, err
//		}
//		if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
//			conn.Close(ctx)
//			return nil, err
//		}
//		return subscription{conn}, nil
//	}
//
// The channel is a plain name that needs no quotes. A connection pool in front of
// the database must keep the session; PgBouncer in transaction mode does not.
type Subscription interface {
	// Next waits for a notification and returns its payload. It returns an error when
	// ctx ends or the connection does.
	Next(ctx context.Context) (payload string, err error)

	// Close closes the connection. It is called once, after the last Next.
	Close() error
}

// listenBuffer is how many changes may wait for a listener.
const listenBuffer = 256

// Listen implements [status.Notifier]. With [Options.Subscribe] it sends the
// changes of all processes that use the database; without it, nothing. A
// listener that is 256 changes behind loses further ones.
func (s *Store) Listen(ctx context.Context) (<-chan status.Change, error) {
	if s.opts.Subscribe == nil {
		silent := make(chan status.Change)
		context.AfterFunc(ctx, func() { close(silent) })
		return silent, nil
	}
	sub, err := s.opts.Subscribe(ctx, channel(s.opts.Prefix))
	if err != nil {
		return nil, failure("listen", err)
	}
	out := make(chan status.Change, listenBuffer)
	go func() {
		defer close(out)
		defer sub.Close()
		parts := map[string]string{}
		for {
			payload, err := sub.Next(ctx)
			if err != nil {
				return
			}
			if change, ok := heard(parts, payload); ok {
				select {
				case out <- change:
				default:
				}
			}
		}
	}()
	return out, nil
}

// channel is the name to LISTEN to.
func channel(prefix string) string { return prefix + "_changes" }

// announced makes a statement notify the listeners of every row it stores, in the
// same transaction. PostgreSQL limits a payload to 8000 bytes, so a row is sent in
// pieces of 1800 characters, each with the SID, its number and the number of
// pieces; the pieces of a row arrive in order. The last line of a row is new.
func announced(statement string) string {
	return `WITH done AS (` + statement + `)
SELECT sid, state, (
	SELECT count(pg_notify('{channel}', sid || ' ' || i || ' ' || pieces || ' ' || substr(state, i * 1800 + 1, 1800)))
	FROM (SELECT (length(state) + 1799) / 1800 AS pieces) AS n, generate_series(0, pieces - 1) AS i)
FROM done`
}

// heard takes one payload, and returns a change once all pieces of a row have
// arrived. A payload that cannot be read came from another program, or from a
// newer version, and is ignored.
func heard(parts map[string]string, payload string) (status.Change, bool) {
	fields := strings.SplitN(payload, " ", 4)
	if len(fields) != 4 {
		return status.Change{}, false
	}
	sid, text := fields[0], fields[3]
	i, err1 := strconv.Atoi(fields[1])
	n, err2 := strconv.Atoi(fields[2])
	if err1 != nil || err2 != nil || i < 0 || i >= n {
		return status.Change{}, false
	}
	if n > 1 {
		if i == 0 {
			// The pieces of one row arrive together; leftovers are useless.
			clear(parts)
		}
		parts[sid] += text
		if i < n-1 {
			return status.Change{}, false
		}
		text = parts[sid]
		delete(parts, sid)
	}
	change, ok := rowstore.Change(text)
	return change, ok && string(change.SID()) == sid
}
