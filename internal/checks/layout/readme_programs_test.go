package layout_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go"
	twilioclient "github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/sqlstore"
	"github.com/ringback-go/ringback/status/twilioapi"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// migrate and onManyMachines are a program in the README. Its store is tested
// with real databases in internal/checks/drivers.
func migrate(ctx context.Context, db *sql.DB) (*sqlstore.Store, error) {
	store := sqlstore.New(db, sqlstore.PostgreSQL)
	err := store.Migrate(ctx) // creates the tables, or brings them up to date
	return store, err
}

func onManyMachines(store *sqlstore.Store, hooks *webhook.Receiver, verifier *signature.Verifier) *http.ServeMux {
	tracker := status.NewTracker(store, nil)
	window := signature.ReplayWindow{Store: store.Claims()}
	mux := http.NewServeMux()
	mux.Handle("POST /status", tracker.Handler(hooks))
	mux.Handle("POST /sms", webhook.Deduplicate(hooks, store.Claims(), webhook.Handle(hooks, reply)))
	mux.Handle("POST /unlock", verifier.Handler(window.Handler(webhook.Handle(hooks, unlock))))
	return mux
}

// callbacks and send are a program in the README.
func callbacks(hooks *webhook.Receiver) (*status.Tracker, http.Handler) {
	tracker := status.NewTracker(new(status.Memory), nil)
	mux := http.NewServeMux()
	mux.Handle("POST /status", tracker.Handler(hooks))
	return tracker, mux
}

func send(ctx context.Context, client *twilio.RestClient, tracker *status.Tracker, to string) (string, error) {
	params := new(openapi.CreateMessageParams).SetFrom("+15550100").SetTo(to).SetBody("Your order is on its way.")
	params.SetStatusCallback("https://hooks.example.com/status")
	sid, err := twilioapi.Send(ctx, client.Api, tracker, params)
	if err != nil {
		return "", err
	}
	state, err := tracker.Get(ctx, sid)
	return state.Status, err
}

// api answers Twilio's REST API instead of Twilio.
type api struct{}

func (api) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	if r.PostForm.Get("StatusCallback") == "" {
		return nil, errors.New("no StatusCallback")
	}
	w := httptest.NewRecorder()
	w.WriteHeader(http.StatusCreated)
	_, err := w.WriteString(`{"sid":"SM00000000000000000000000000000002","account_sid":"AC00000000000000000000000000000001","status":"queued"}`)
	return w.Result(), err
}

func TestReadmeSendAndTrack(t *testing.T) {
	client := twilio.NewRestClientWithParams(twilio.ClientParams{
		Client: &twilioclient.Client{Credentials: twilioclient.NewCredentials("AC00000000000000000000000000000001", "12345"), HTTPClient: &http.Client{Transport: api{}}},
	})
	hooks := webhook.NewReceiver(contractVerifier(t), &webhook.Options{Logger: slog.New(slog.DiscardHandler)})
	tracker, mux := callbacks(hooks)
	got, err := send(t.Context(), client, tracker, "+15550101")
	require.NoError(t, err)
	assert.Equal(t, "queued", got)
	delivered := webhook.MessageStatusCallback{MessageStatus: webhook.MessageStatusDelivered}
	delivered.MessageSID = "SM00000000000000000000000000000002"
	assert.Equal(t, http.StatusNoContent, serve(mux, webhooktest.NewRequest("/status", delivered)).Code)
	state, err := tracker.Get(t.Context(), "SM00000000000000000000000000000002")
	require.NoError(t, err)
	assert.Equal(t, "delivered", state.Status)
}

func unlock(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	return twiml.Reply("The door is open."), nil
}

// A database that is down.
type away struct{}

func (away) Connect(context.Context) (driver.Conn, error) {
	return nil, errors.New("connection refused")
}
func (away) Driver() driver.Driver { return nil }

// T26: while the database is down, callbacks are not acknowledged and replays
// are refused, but a text is answered.
func TestT26ManyMachinesWithoutTheirDatabase(t *testing.T) {
	verifier := contractVerifier(t)
	hooks := webhook.NewReceiver(verifier, &webhook.Options{Logger: slog.New(slog.DiscardHandler)})
	store, err := migrate(t.Context(), sql.OpenDB(away{}))
	require.Error(t, err)
	mux := onManyMachines(store, hooks, verifier)
	told := webhook.MessageStatusCallback{MessageStatus: webhook.MessageStatusSent}
	assert.Equal(t, http.StatusServiceUnavailable, serve(mux, webhooktest.NewRequest("/status", told)).Code)
	assert.Equal(t, http.StatusServiceUnavailable, serve(mux, webhooktest.NewRequest("/unlock", contractMessage)).Code)
	w := serve(mux, webhooktest.NewRequest("/sms", contractMessage))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "<Message>Thanks, we got: hello</Message>")
}
