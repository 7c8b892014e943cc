package main

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/redis/go-redis/v9"
	_ "modernc.org/sqlite"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
	"github.com/ringback-go/ringback/status/sqlstore"
)

// openStore opens the store that a text such as "sqlite:tracker.db" names, and
// returns what closes it.
func openStore(ctx context.Context, name string) (status.Store, func() error, error) {
	scheme, rest, _ := strings.Cut(name, ":")
	switch scheme {
	case "sqlite":
		return openSQLite(ctx, rest)
	case "postgres", "postgresql":
		return openPostgres(ctx, name)
	case "redis", "rediss":
		return openRedis(ctx, name)
	}
	// The text may hold a password, so it is not repeated.
	return nil, nil, errors.New("TRACKER_STORE must start with sqlite:, postgres:// or redis://")
}

func openSQLite(ctx context.Context, file string) (status.Store, func() error, error) {
	if file == "" {
		return nil, nil, errors.New("TRACKER_STORE names no file: sqlite:tracker.db")
	}
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(1000)")
	if err != nil {
		return nil, nil, err
	}
	return openSQL(ctx, db, sqlstore.SQLite, nil)
}

func openPostgres(ctx context.Context, url string) (status.Store, func() error, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	return openSQL(ctx, db, sqlstore.PostgreSQL, &sqlstore.Options{Subscribe: subscriber(url)})
}

func openSQL(ctx context.Context, db *sql.DB, d sqlstore.Dialect, opts *sqlstore.Options) (status.Store, func() error, error) {
	store, err := sqlstore.Open(ctx, db, d, opts)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return store, db.Close, nil
}

func openRedis(ctx context.Context, url string) (status.Store, func() error, error) {
	opts, err := redis.ParseURL(url)
	if err != nil {
		return nil, nil, err
	}
	opts.ContextTimeoutEnabled = true
	client := redis.NewClient(opts)
	store, err := redisstore.Open(ctx, client, nil)
	if err != nil {
		return nil, nil, errors.Join(err, client.Close())
	}
	return store, client.Close, nil
}

// A subscription is the connection on which PostgreSQL sends what other machines
// change.
type subscription struct{ *pgx.Conn }

func (s subscription) Next(ctx context.Context) (string, error) {
	n, err := s.WaitForNotification(ctx)
	if err != nil {
		return "", err
	}
	return n.Payload, nil
}

func (s subscription) Close() error { return s.Conn.Close(context.Background()) }

func subscriber(url string) func(context.Context, string) (sqlstore.Subscription, error) {
	return func(ctx context.Context, channel string) (sqlstore.Subscription, error) {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return nil, err
		}
		if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
			return nil, errors.Join(err, conn.Close(ctx))
		}
		return subscription{conn}, nil
	}
}
