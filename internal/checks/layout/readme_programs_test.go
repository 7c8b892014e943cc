package layout_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// onManyMachines is a program of the README. With a database that answers, its
// store is tested in internal/checks/drivers.
func onManyMachines(db *sql.DB, hooks *webhook.Receiver, verifier *signature.Verifier) *http.ServeMux {
	store := sqlstore.New(db, sqlstore.PostgreSQL)
	tracker := status.NewTracker(store, nil)
	window := signature.ReplayWindow{Store: store.Claims()}

	mux := http.NewServeMux()
	mux.Handle("POST /status", tracker.Handler(hooks))
	mux.Handle("POST /sms", webhook.Deduplicate(hooks, store.Claims(), webhook.Handle(hooks, reply)))
	mux.Handle("POST /unlock", verifier.Handler(window.Handler(webhook.Handle(hooks, unlock))))
	return mux
}

func unlock(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	return twiml.Reply("The door is open."), nil
}

// A database that is away.
type away struct{}

func (away) Connect(context.Context) (driver.Conn, error) {
	return nil, errors.New("connection refused")
}
func (away) Driver() driver.Driver { return nil }

// T26: while the database is away, callbacks are not acknowledged and replays
// are not let in; a text is answered all the same.
func TestT26ManyMachinesWithoutTheirDatabase(t *testing.T) {
	verifier := contractVerifier(t)
	hooks := webhook.NewReceiver(verifier, &webhook.Options{Logger: slog.New(slog.DiscardHandler)})
	mux := onManyMachines(sql.OpenDB(away{}), hooks, verifier)
	told := webhook.MessageStatusCallback{MessageStatus: webhook.MessageStatusSent}
	assert.Equal(t, http.StatusServiceUnavailable, serve(mux, webhooktest.NewRequest("/status", told)).Code)
	assert.Equal(t, http.StatusServiceUnavailable, serve(mux, webhooktest.NewRequest("/unlock", contractMessage)).Code)
	w := serve(mux, webhooktest.NewRequest("/sms", contractMessage))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "<Message>Thanks, we got: hello</Message>")
}
