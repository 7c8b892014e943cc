package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/phone"
	"github.com/ringback-go/ringback/cmd/ringback/internal/rest"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

const authToken = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"

// An app is a program that answers calls and notes what its status callback is
// told.
type app struct {
	mu    sync.Mutex
	heard []string
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := r.PostFormValue("MessageStatus") + r.PostFormValue("CallStatus")
	switch r.URL.Path {
	case "/status":
		a.mu.Lock()
		defer a.mu.Unlock()
		a.heard = append(a.heard, r.PostFormValue("MessageSid")+r.PostFormValue("CallSid")+" "+status)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, "<Response><Say>You are at %s.</Say><Pause length=\"60\"/></Response>", r.URL.Path)
	}
}

func (a *app) told() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.heard...)
}

// A world is a stage with a program, and the API of its account.
type world struct {
	app   *app
	base  string // of the program
	api   string // of the REST API
	stage *stage.Stage
}

func open(t testing.TB) *world {
	t.Helper()
	w, closed, err := begin()
	require.NoError(t, err)
	t.Cleanup(closed)
	return w
}

// begin starts a world without a test around it, for the example.
func begin() (*world, func(), error) {
	store, _, err := capture.Open("", capture.Limits{})
	if err != nil {
		return nil, nil, err
	}
	facts, err := explain.Load()
	if err != nil {
		return nil, nil, err
	}
	w := &world{app: new(app)}
	server := httptest.NewServer(w.app)
	w.base = server.URL
	w.stage, err = stage.New(stage.Config{App: w.base, AuthToken: authToken, Store: store, Facts: facts, Seed: 1}, func(stage.News) {})
	if err != nil {
		return nil, nil, err
	}
	front := httptest.NewServer(rest.New(w.stage, authToken))
	w.api = front.URL
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.stage.Run(ctx) }()
	return w, func() {
		front.Close()
		cancel()
		<-ended
		server.Close()
		store.Close()
	}, nil
}

// client is twilio-go as it is, pointed at the console.
func (w *world) client(token string) *twilio.RestClient {
	return twilio.NewRestClientWithParams(twilio.ClientParams{Client: NewClient(w.api, w.stage.AccountSID(), token)})
}

func until(t *testing.T, what string, ready func() bool) {
	t.Helper()
	require.Eventually(t, ready, 90*time.Second, 10*time.Millisecond, what)
}

func TestTwilioGoSendsAMessage(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	params := new(api.CreateMessageParams).SetFrom("+15550100").SetTo("+15550101").
		SetBody("Your table is ready.").SetStatusCallback(w.base + "/status")
	sent, err := c.Api.CreateMessage(params)
	require.NoError(t, err)
	assert.Regexp(t, "^SM[0-9a-f]{32}$", *sent.Sid)
	assert.Equal(t, "queued", *sent.Status)
	assert.Equal(t, "outbound-api", *sent.Direction)
	assert.Equal(t, w.stage.AccountSID(), *sent.AccountSid)

	_, messages, err := w.stage.Messages("+15550101")
	require.NoError(t, err)
	require.Len(t, messages, 1)
	assert.Equal(t, "Your table is ready.", messages[0].Body)
	assert.Equal(t, "from-app", messages[0].Direction)

	until(t, "the status callbacks", func() bool { return len(w.app.told()) == 2 })
	assert.Equal(t, []string{*sent.Sid + " sent", *sent.Sid + " delivered"}, w.app.told())
	var fetched *api.ApiV2010Message
	until(t, "the last status", func() bool {
		fetched, err = c.Api.FetchMessage(*sent.Sid, nil)
		return err == nil && *fetched.Status == "delivered"
	})
	assert.Equal(t, "Your table is ready.", *fetched.Body)
	assert.Equal(t, "1", *fetched.NumSegments)

	redacted, err := c.Api.UpdateMessage(*sent.Sid, new(api.UpdateMessageParams).SetBody(""))
	require.NoError(t, err)
	assert.Empty(t, *redacted.Body)
	_, err = c.Api.UpdateMessage(*sent.Sid, new(api.UpdateMessageParams).SetStatus("canceled"))
	assertCode(t, 30409, err)
}

func TestMessageWithoutACallbackArrives(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	sent, err := c.Api.CreateMessage(new(api.CreateMessageParams).SetFrom("whatsapp:+15550100").SetTo("whatsapp:+15550102").
		SetMediaUrl([]string{"https://media.example.com/menu.jpg"}))
	require.NoError(t, err)
	assert.Regexp(t, "^MM", *sent.Sid)
	assert.Equal(t, "1", *sent.NumMedia)
	fetched, err := c.Api.FetchMessage(*sent.Sid, nil)
	require.NoError(t, err)
	assert.Equal(t, "delivered", *fetched.Status)
	assert.Equal(t, "whatsapp:+15550102", *fetched.To)
}

func TestTwilioGoMakesACall(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	made, err := c.Api.CreateCall(new(api.CreateCallParams).SetFrom("+15550100").SetTo("+15550101").SetUrl(w.base + "/hello").
		SetStatusCallback(w.base + "/status").SetStatusCallbackEvent([]string{"initiated", "ringing", "answered", "completed"}).SetTimeout(50))
	require.NoError(t, err)
	assert.Equal(t, "outbound-api", *made.Direction)
	assert.Equal(t, "+15550101", *made.To)
	until(t, "the ringing", func() bool {
		call, err := w.stage.Call(*made.Sid)
		return err == nil && call.Rings
	})
	_, err = w.stage.Act(*made.Sid, stage.Act{Do: "answers"})
	require.NoError(t, err)
	heard := func(text string) func() bool {
		return func() bool {
			call, err := w.stage.Call(*made.Sid)
			if err != nil {
				return false
			}
			for _, l := range call.Lines {
				if strings.Contains(l.Text, text) {
					return true
				}
			}
			return false
		}
	}
	until(t, "the first words", heard("You are at /hello."))
	fetched, err := c.Api.FetchCall(*made.Sid, nil)
	require.NoError(t, err)
	assert.Equal(t, "in-progress", *fetched.Status)
	assert.Nil(t, fetched.EndTime)

	_, err = c.Api.UpdateCall(*made.Sid, new(api.UpdateCallParams).SetUrl(w.base+"/elsewhere"))
	require.NoError(t, err)
	until(t, "the new document", heard("You are at /elsewhere."))
	_, err = c.Api.UpdateCall(*made.Sid, new(api.UpdateCallParams).SetStatus("completed"))
	require.NoError(t, err)
	until(t, "the last callback", func() bool { return len(w.app.told()) == 4 })
	// Callbacks are sent beside each other: their order is not promised.
	assert.ElementsMatch(t, []string{*made.Sid + " initiated", *made.Sid + " ringing", *made.Sid + " in-progress", *made.Sid + " completed"}, w.app.told())
	ended, err := c.Api.FetchCall(*made.Sid, nil)
	require.NoError(t, err)
	assert.Equal(t, "completed", *ended.Status)
	assert.NotNil(t, ended.EndTime)
	_, err = c.Api.UpdateCall(*made.Sid, new(api.UpdateCallParams).SetUrl(w.base+"/late"))
	assertCode(t, 21220, err)
}

func TestPersonDeclines(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	made, err := c.Api.CreateCall(new(api.CreateCallParams).SetFrom("+15550100").SetTo("+15550101").SetTwiml("<Response><Say>Hi</Say></Response>").
		SetStatusCallback(w.base + "/status"))
	require.NoError(t, err)
	until(t, "busy", func() bool {
		w.stage.Act(*made.Sid, stage.Act{Do: "busy"})
		call, err := c.Api.FetchCall(*made.Sid, nil)
		return err == nil && *call.Status == "busy"
	})
	until(t, "the callback", func() bool { return len(w.app.told()) == 1 })
	assert.Equal(t, *made.Sid+" busy", w.app.told()[0])
	_, err = w.stage.Act(*made.Sid, stage.Act{Do: "answers"})
	require.ErrorIs(t, err, stage.ErrNotNow)
	_, err = w.stage.Act(*made.Sid, stage.Act{Do: "declines rudely"})
	require.ErrorIs(t, err, phone.ErrUnclear)
}

// assertCode says that err is twilio-go's own error with Twilio's number.
func assertCode(t *testing.T, code int, err error) {
	t.Helper()
	e, ok := err.(*client.TwilioRestError)
	if assert.True(t, ok, "%v", err) {
		assert.Equal(t, code, e.Code, e.Message)
	}
}

func TestWhatIsWrongHasTwiliosNumber(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	message := func(p *api.CreateMessageParams) error { _, err := c.Api.CreateMessage(p); return err }
	call := func(p *api.CreateCallParams) error { _, err := c.Api.CreateCall(p); return err }
	for _, row := range []struct {
		name string
		code int
		err  error
	}{
		{"no To", 21604, message(new(api.CreateMessageParams).SetFrom("+15550100").SetBody("hi"))},
		{"no From", 21603, message(new(api.CreateMessageParams).SetTo("+15550101").SetBody("hi"))},
		{"no Body", 21602, message(new(api.CreateMessageParams).SetTo("+15550101").SetFrom("+15550100"))},
		{"long Body", 21617, message(new(api.CreateMessageParams).SetTo("+15550101").SetFrom("+15550100").SetBody(strings.Repeat("é", 1601)))},
		{"call without To", 21201, call(new(api.CreateCallParams).SetFrom("+15550100").SetUrl(w.base))},
		{"call without From", 21213, call(new(api.CreateCallParams).SetTo("+15550101").SetUrl(w.base))},
		{"call without Url", 21205, call(new(api.CreateCallParams).SetTo("+15550101").SetFrom("+15550100"))},
		{"ringing forever", 20001, call(new(api.CreateCallParams).SetTo("+15550101").SetFrom("+15550100").SetUrl(w.base).SetTimeout(6000))},
		{"no such message", 20404, func() error { _, err := c.Api.FetchMessage("SM0", nil); return err }()},
		{"no such call", 20404, func() error { _, err := c.Api.FetchCall("CA0", nil); return err }()},
		{"update of no call", 20404, func() error {
			_, err := c.Api.UpdateCall("CA0", new(api.UpdateCallParams).SetStatus("completed"))
			return err
		}()},
		{"update of no message", 20404, func() error {
			_, err := c.Api.UpdateMessage("SM0", new(api.UpdateMessageParams).SetBody(""))
			return err
		}()},
		{"rewriting a message", 20001, func() error {
			_, err := c.Api.UpdateMessage("SM0", new(api.UpdateMessageParams).SetBody("other"))
			return err
		}()},
		{"update with TwiML of no call", 20404, func() error {
			_, err := c.Api.UpdateCall("CA0", new(api.UpdateCallParams).SetTwiml("<Response/>"))
			return err
		}()},
		{"another resource", 20404, func() error { _, err := c.Api.FetchConference("CF0", nil); return err }()},
		{"wrong token", 20003, func() error { _, err := w.client("0"+authToken[1:]).Api.FetchCall("CA0", nil); return err }()},
	} {
		t.Run(row.name, func(t *testing.T) { assertCode(t, row.code, row.err) })
	}
	_, messages, err := w.stage.Messages("+15550101")
	require.ErrorIs(t, err, stage.ErrNotFound)
	assert.Empty(t, messages)
}

func TestBrokenForm(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, path := range []string{"Messages.json", "Messages/SM0.json", "Calls.json", "Calls/CA0.json"} {
		r := httptest.NewRequest(http.MethodPost, "/2010-04-01/Accounts/"+w.stage.AccountSID()+"/"+path, strings.NewReader("To=%zz"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(w.stage.AccountSID(), authToken)
		out := httptest.NewRecorder()
		rest.New(w.stage, authToken).ServeHTTP(out, r)
		assert.Equal(t, http.StatusBadRequest, out.Code, path)
		assert.Contains(t, out.Body.String(), `"code":20001`, path)
	}
	r := httptest.NewRequest(http.MethodGet, "/2010-04-01/Accounts/AC0/Calls/CA0.json", nil)
	out := httptest.NewRecorder()
	rest.New(w.stage, authToken).ServeHTTP(out, r)
	assert.Equal(t, http.StatusUnauthorized, out.Code)
	assert.Contains(t, out.Header().Get("WWW-Authenticate"), "Basic")
}
