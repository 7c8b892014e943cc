package sqlstore_test

import (
	"context"
	"database/sql"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/webhook"
)

// A program imports the driver, here modernc.org/sqlite, and opens the database.
func ExampleOpen() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:ringback.db?_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	if err != nil {
		panic(err)
	}
	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
	if err != nil {
		panic(err)
	}
	var hooks *webhook.Receiver // of webhook.NewReceiver
	http.Handle("POST /status", status.NewTracker(store, nil).Handler(hooks))
}

// Claims lets any number of machines answer a retry with the first answer.
func ExampleStore_Claims() {
	var (
		store *sqlstore.Store   // of Open
		hooks *webhook.Receiver // of webhook.NewReceiver
		order http.Handler      // of webhook.Handle
	)
	http.Handle("POST /order", webhook.Deduplicate(hooks, store.Claims(), order))
}

// Prune deletes final states that have not changed for 30 days.
func ExampleStore_Prune() {
	var store *sqlstore.Store // of Open
	_, err := store.Prune(context.Background(), 30*24*time.Hour)
	if err != nil {
		panic(err)
	}
}
