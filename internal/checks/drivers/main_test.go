package drivertest_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/webhook"
)

// A process that takes callbacks is this test program itself, told by these
// variables which store to use.
const (
	childStore  = "RINGBACK_CHILD_STORE"
	childDSN    = "RINGBACK_CHILD_DSN"
	childPrefix = "RINGBACK_CHILD_PREFIX"
)

func TestMain(m *testing.M) {
	if store := os.Getenv(childStore); store != "" {
		if err := child(store, os.Getenv(childDSN), os.Getenv(childPrefix)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	redis.SetLogger(silence{}) // it tells of every dial that an outage refuses
	os.Exit(m.Run())
}

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

const (
	base  = "https://hooks.example.com"
	token = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
)

// newHandler is the status endpoint of a program.
func newHandler(store status.Store) (http.Handler, error) {
	v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(token)})
	if err != nil {
		return nil, err
	}
	return status.NewTracker(store, nil).Handler(webhook.NewReceiver(v, &webhook.Options{Logger: slog.New(slog.DiscardHandler)})), nil
}

// child serves callbacks until it is killed, or until its standard input ends.
// It says on standard output where it listens, and at /stats what it committed.
func child(kind, dsn, prefix string) error {
	store, err := openChild(kind, dsn, prefix)
	if err != nil {
		return err
	}
	handler, err := newHandler(store)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /status", handler)
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) {
		var stats sqlstore.Stats
		if s, ok := store.(*sqlstore.Store); ok {
			stats = s.Stats()
		}
		json.NewEncoder(w).Encode(stats)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() {
		bufio.NewReader(os.Stdin).ReadString('\n')
		os.Exit(0)
	}()
	return http.Serve(l, mux)
}

func openChild(kind, dsn, prefix string) (status.Store, error) {
	ctx := context.Background()
	switch kind {
	case "sqlite":
		db, err := sql.Open("sqlite", dsn)
		if err != nil {
			return nil, err
		}
		return sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
	case "postgres":
		db, err := sql.Open("pgx", dsn)
		if err != nil {
			return nil, err
		}
		return sqlstore.Open(ctx, db, sqlstore.PostgreSQL, &sqlstore.Options{Prefix: prefix})
	case "redis":
		opts, err := redis.ParseURL(dsn)
		if err != nil {
			return nil, err
		}
		opts.ContextTimeoutEnabled = true
		return redisstore.New(redis.NewClient(opts), &redisstore.Options{Prefix: prefix})
	}
	return nil, fmt.Errorf("no store %q", kind)
}

// A process is a child that runs.
type process struct {
	cmd     *exec.Cmd
	address string
}

// startChild runs a child, under another program if one is given.
func startChild(tb testing.TB, kind, dsn, prefix string, under ...string) *process {
	tb.Helper()
	self, err := os.Executable()
	require.NoError(tb, err)
	args := append(under, self)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), childStore+"="+kind, childDSN+"="+dsn, childPrefix+"="+prefix)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(tb, err)
	_, err = cmd.StdinPipe() // ends with this process
	require.NoError(tb, err)
	require.NoError(tb, cmd.Start())
	p := &process{cmd: cmd}
	tb.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(tb, err, "the child did not say where it listens")
	p.address = strings.TrimSpace(line)
	return p
}

// kill is kill -9.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		p.cmd.Process.Kill()
		p.cmd.Wait()
	}
}
