package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/rest"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/examples/supportline/line"
	"github.com/ringback-go/ringback/signature"
)

const (
	authToken = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
	session   = "console-session-token-for-tests"
	ours      = "127.0.0.1:4040"
)

// desk is a console with a program behind it.
type desk struct {
	t      testing.TB
	store  *capture.Store
	stage  *stage.Stage
	server *console.Server
}

// open starts a console before app; with nil it is the support line.
func open(t testing.TB, app http.Handler) *desk {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	if app == nil {
		verifier, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(authToken)})
		require.NoError(t, err)
		app = line.Routes(verifier, slog.New(slog.DiscardHandler))
	}
	server.Config.Handler = app
	server.Start()
	t.Cleanup(server.Close)
	store, _, err := capture.Open("", capture.Limits{})
	require.NoError(t, err)
	facts, err := explain.Load()
	require.NoError(t, err)
	hub := new(console.Hub)
	st, err := stage.New(stage.Config{App: base, AuthToken: authToken, Store: store, Facts: facts, Seed: 1, Hosts: []string{"hooks.example.com", "tunnel.example.net"}}, hub.Tell)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- st.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		store.Close()
	})
	d := &desk{t: t, store: store, stage: st}
	d.server = console.New(console.Config{
		Stage: st, Store: store, Facts: facts, Guard: guard.New(session, guard.LoopbackHosts(ours)...), Hub: hub,
		App: func() console.App { return console.App{URL: base, Up: true} }, REST: rest.New(st, authToken), Version: "test",
	})
	return d
}

// do makes one call of the API and decodes the answer into v, which may be nil.
func (d *desk) do(method, path, body string, v any) int {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = ours
	r.Header.Set(guard.TokenHeader, session)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	d.server.ServeHTTP(w, r)
	if v != nil {
		require.NoError(d.t, json.Unmarshal(w.Body.Bytes(), v), "%s %s: %s", method, path, w.Body)
	}
	return w.Code
}

// until waits for something that happens on the engine's own time.
func (d *desk) until(what string, ready func() bool) {
	d.t.Helper()
	require.Eventually(d.t, ready, time.Minute, 20*time.Millisecond, what)
}

type exchange struct {
	ID      int64
	Kind    string
	Summary string
	Verdict string
	Status  int
	Fault   string
	Path    string
	Parent  int64
}

func (d *desk) exchanges(query string) []exchange {
	d.t.Helper()
	var list struct{ Exchanges []exchange }
	require.Equal(d.t, 200, d.do("GET", "/api/exchanges"+query, "", &list))
	return list.Exchanges
}

func TestATextGetsItsReply(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	require.Equal(t, 200, d.do("POST", "/api/messages", `{"person":"+15550101","channel":"sms","body":"a table for four"}`, nil))
	var thread struct{ Messages []stage.Message }
	d.until("the reply", func() bool {
		return d.do("GET", "/api/conversations/%2B15550101", "", &thread) == 200 && len(thread.Messages) == 2
	})
	assert.Equal(t, "a table for four", thread.Messages[0].Body)
	assert.Equal(t, "Thanks, we got: a table for four", thread.Messages[1].Body)
	assert.Equal(t, "from-app", thread.Messages[1].Direction)

	list := d.exchanges("?text=table")
	require.NotEmpty(t, list)
	assert.Equal(t, "valid", list[0].Verdict)
	var detail struct {
		Parameters []struct {
			Name, Value, Meaning string
			Known                bool
		}
		Next string
	}
	require.Equal(t, 200, d.do("GET", "/api/exchanges/1", "", &detail))
	assert.Equal(t, "Twilio executes Message.", detail.Next)
	for _, p := range detail.Parameters {
		assert.True(t, p.Known, p.Name)
		assert.NotEmpty(t, p.Meaning, p.Name)
	}
}

func TestACallThroughTheMenuToVoicemail(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	var call stage.Call
	require.Equal(t, 200, d.do("POST", "/api/calls", `{"person":"+15550102"}`, &call))
	path := "/api/calls/" + call.SID
	at := func(kind string) func() bool {
		return func() bool { return d.do("GET", path, "", &call) == 200 && call.WaitingFor.Kind == kind }
	}
	d.until("the menu", at("keys"))
	require.Equal(t, 200, d.do("POST", path+"/act", `{"do":"presses 2"}`, nil))
	d.until("the beep", at("recording"))
	require.Equal(t, 200, d.do("POST", path+"/act", `{"do":"records 1s"}`, nil))
	spoke := time.Now()
	d.until("the end of the message", func() bool { return time.Since(spoke) > 1200*time.Millisecond })
	require.Equal(t, 200, d.do("POST", path+"/act", `{"do":"presses #"}`, nil))
	d.until("the end", func() bool { return d.do("GET", path, "", &call) == 200 && call.Ended })
	assert.Equal(t, "completed", call.Status)
	var said []string
	for _, l := range call.Lines {
		if l.Kind == "say" {
			said = append(said, l.Text)
		}
	}
	assert.Equal(t, "Welcome to our support line.", said[0])
	assert.Contains(t, strings.Join(said, " "), "We will call you back")
	d.until("the callback of the recording", func() bool { return len(d.exchanges("?kind=RecordingStatusCallback")) > 0 })
	assert.NotEmpty(t, d.exchanges("?sid="+call.SID+"&kind=RecordAction"))
	assert.Equal(t, 409, d.do("POST", path+"/act", `{"do":"speaks hello?"}`, nil))
}

func TestTheFarEndOfADial(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	var call stage.Call
	require.Equal(t, 200, d.do("POST", "/api/calls", `{"person":"+15550101"}`, &call))
	path := "/api/calls/" + call.SID
	d.until("the menu", func() bool { return d.do("GET", path, "", &call) == 200 && call.WaitingFor.Kind == "keys" })
	require.Equal(t, 200, d.do("POST", path+"/act", `{"do":"presses 1"}`, nil))
	d.until("ringing", func() bool {
		return d.do("GET", path, "", &call) == 200 && len(call.Legs) == 1 && call.Legs[0].Status == "ringing"
	})
	require.Equal(t, 404, d.do("POST", path+"/act", `{"leg":"CA0","do":"answers"}`, nil))
	require.Equal(t, 200, d.do("POST", path+"/act", `{"leg":"`+call.Legs[0].SID+`","do":"busy"}`, nil))
	d.until("voicemail", func() bool { return len(d.exchanges("?kind=DialAction")) == 1 })
	require.Equal(t, 200, d.do("POST", path+"/act", `{"do":"hangs up"}`, nil))
	d.until("the end", func() bool { return d.do("GET", path, "", &call) == 200 && call.Ended })
}

func TestDeliveriesEndInOneState(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, order := range []string{"in-order", "shuffled", "doubled"} {
		var played stage.Delivery
		require.Equal(t, 200, d.do("POST", "/api/deliveries", `{"ending":"undelivered","errorCode":30003,"order":"`+order+`","seed":3}`, &played))
		d.until(order, func() bool {
			var all struct{ Deliveries []stage.Delivery }
			d.do("GET", "/api/deliveries", "", &all)
			for _, one := range all.Deliveries {
				if one.SID == played.SID {
					return len(one.Steps) >= 3 && one.Status == "undelivered" && one.ErrorCode == 30003
				}
			}
			return false
		})
	}
	assert.Equal(t, 404, d.do("POST", "/api/deliveries", `{"ending":"eaten by a dog"}`, nil))
}

func TestReplayWithChanges(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	require.Equal(t, 200, d.do("POST", "/api/messages", `{"person":"+15550101","body":"first"}`, nil))
	d.until("the exchange", func() bool { return len(d.exchanges("?kind=IncomingMessage")) == 1 })
	id := d.exchanges("?kind=IncomingMessage")[0].ID
	kept, err := d.store.Get(id)
	require.NoError(t, err)
	form, err := url.ParseQuery(string(kept.Request.Body))
	require.NoError(t, err)
	var pairs [][2]string
	for name, values := range form {
		if name == "Body" {
			values = []string{"second"}
		}
		pairs = append(pairs, [2]string{name, values[0]})
	}
	body, err := json.Marshal(map[string]any{"parameters": pairs})
	require.NoError(t, err)
	var out struct {
		Exchange   exchange
		AnswerDiff []struct{ Op, Text string }
	}
	path := "/api/exchanges/1/replay"
	require.Equal(t, 200, d.do("POST", path, string(body), &out))
	assert.Equal(t, 200, out.Exchange.Status)
	assert.Equal(t, "valid", out.Exchange.Verdict)
	assert.Equal(t, id, out.Exchange.Parent)
	var ops []string
	for _, l := range out.AnswerDiff {
		if l.Op != " " {
			ops = append(ops, l.Op+" "+l.Text)
		}
	}
	assert.Equal(t, []string{"- <Message>Thanks, we got: first</Message>", "+ <Message>Thanks, we got: second</Message>"}, ops)

	require.Equal(t, 200, d.do("POST", path, `{"signature":"wrong"}`, &out))
	assert.Equal(t, 403, out.Exchange.Status)
	assert.NotEqual(t, "valid", out.Exchange.Verdict)
	require.Equal(t, 200, d.do("POST", path, `{"signature":"old"}`, &out))
	assert.Equal(t, 403, out.Exchange.Status)
	for _, bad := range []string{`{"target":"file:///etc/passwd"}`, `{"path":"//evil.example.com x"}`, `{"path":"http://evil.example.com/"}`, `{"signature":"golden"}`, `{`} {
		assert.Equal(t, 400, d.do("POST", path, bad, nil), "T35 %s", bad)
	}
	assert.Equal(t, 404, d.do("POST", "/api/exchanges/4711/replay", `{}`, nil))
}

func TestFaultsStrike(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	require.Equal(t, 200, d.do("PUT", "/api/faults", `{"faults":[{"kind":"5xx","on":true,"rate":1,"once":true}],"seed":1}`, nil))
	require.Equal(t, 200, d.do("POST", "/api/messages", `{"person":"+15550101","body":"hello"}`, nil))
	d.until("the failure", func() bool { return len(d.exchanges("?failed=1")) == 1 })
	assert.Equal(t, "5xx", d.exchanges("?failed=1")[0].Fault)
	assert.Equal(t, 400, d.do("PUT", "/api/faults", `{"faults":[{"kind":"gremlins","on":true}]}`, nil))
}

func TestExports(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	require.Equal(t, 200, d.do("POST", "/api/messages", `{"person":"+15550101","body":"it's"}`, nil))
	d.until("the exchange", func() bool { return len(d.exchanges("")) > 0 })
	for form, want := range map[string]string{
		"curl": "--data-raw '", "go": "func TestExchange1(t *testing.T) {", "fixture": "POST /sms HTTP/1.1\r\n", "har": `"version":"1.2"`,
	} {
		r := httptest.NewRequest("GET", "/api/exchanges/1/export/"+form, nil)
		r.Host = ours
		r.Header.Set(guard.TokenHeader, session)
		w := httptest.NewRecorder()
		d.server.ServeHTTP(w, r)
		assert.Equal(t, 200, w.Code)
		assert.Contains(t, w.Body.String(), want)
		assert.Contains(t, w.Header().Get("Content-Disposition"), `filename="exchange-1.`)
		assert.NotContains(t, w.Body.String(), authToken)
	}
	assert.Equal(t, 404, d.do("GET", "/api/exchanges/1/export/exe", "", nil))
}

func TestTunnelPassesTheSameBytesOn(t *testing.T) {
	t.Parallel()
	var got []byte
	d := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/xml")
		io.WriteString(w, "<Response><Message>hi</Message></Response>")
	}))
	const body = "Body=a%20b+c&From=%2B15550101&MessageSid=SM5f3c1e8a9b7d6f5e4a3b2c1d0e9f8a7b&AccountSid=AC0123456789abcdef0123456789abcdef&To=%2B15550100&NumMedia=0&SmsStatus=received&SmsMessageSid=SM5f3c1e8a9b7d6f5e4a3b2c1d0e9f8a7b"
	params, err := url.ParseQuery(body)
	require.NoError(t, err)
	r := httptest.NewRequest("POST", "/sms", strings.NewReader(body))
	r.Host = "hooks.example.com"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("X-Forwarded-Host", "hooks.example.com")
	r.Header.Set("X-Twilio-Signature", signature.Sign(authToken, "https://hooks.example.com/sms", params))
	w := httptest.NewRecorder()
	d.stage.Tunnel().ServeHTTP(w, r)
	assert.Equal(t, 200, w.Code)
	assert.Contains(t, w.Body.String(), "<Message>hi</Message>")
	assert.Equal(t, body, string(got))

	list := d.exchanges("?source=tunnel")
	require.Len(t, list, 1)
	assert.Equal(t, "IncomingMessage", list[0].Kind)
	assert.NotEqual(t, "valid", list[0].Verdict)
	var detail struct {
		Findings []struct{ Cause, Remedy string }
	}
	require.Equal(t, 200, d.do("GET", "/api/exchanges/1", "", &detail))
	require.NotEmpty(t, detail.Findings)
	remedies := ""
	for _, f := range detail.Findings {
		remedies += f.Remedy + "\n"
	}
	assert.Contains(t, remedies, "https://hooks.example.com")

	for _, path := range []string{"/api/exchanges", "/assets/main.js", "/api/state"} {
		r := httptest.NewRequest("GET", path, nil)
		w := httptest.NewRecorder()
		d.stage.Tunnel().ServeHTTP(w, r)
		assert.NotContains(t, w.Body.String(), `"exchanges"`, "T37 %s", path)
	}
}

func TestEventsAreStreamed(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := httptest.NewRequest("GET", "/api/events", nil).WithContext(ctx)
	r.Host = ours
	r.Header.Set(guard.TokenHeader, session)
	pr, pw := io.Pipe()
	go func() {
		d.server.ServeHTTP(&streamed{header: http.Header{}, w: pw}, r)
		pw.Close()
	}()
	require.Equal(t, 200, d.do("POST", "/api/messages", `{"person":"+15550101","body":"hello"}`, nil))
	seen := map[string]bool{}
	buf := make([]byte, 64<<10)
	for !seen["exchange"] || !seen["message"] || !seen["app"] {
		n, err := pr.Read(buf)
		require.NoError(t, err)
		for l := range bytes.Lines(buf[:n]) {
			if name, ok := strings.CutPrefix(strings.TrimSpace(string(l)), "event: "); ok {
				seen[name] = true
			}
		}
	}
	cancel()
	_, err := io.Copy(io.Discard, pr)
	require.NoError(t, err)
}

// streamed is a response that is read while it is written.
type streamed struct {
	header http.Header
	w      io.Writer
}

func (s *streamed) Header() http.Header         { return s.header }
func (s *streamed) WriteHeader(int)             {}
func (s *streamed) Write(p []byte) (int, error) { return s.w.Write(p) }
func (s *streamed) Flush()                      {}

func TestStateAndCodes(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	var state struct {
		App    console.App
		People []stage.Person
	}
	require.Equal(t, 200, d.do("GET", "/api/state", "", &state))
	assert.True(t, state.App.Up)
	assert.NotEmpty(t, state.People)
	var codes struct{ Codes []struct{ Code int } }
	require.Equal(t, 200, d.do("GET", "/api/codes?text=21610", "", &codes))
	require.Len(t, codes.Codes, 1)
	assert.Equal(t, 404, d.do("GET", "/api/nothing", "", nil))
}

// TestScheduledMessageIsSentAtOnce sends a message an hour early.
func TestScheduledMessageIsSentAtOnce(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	m, err := d.stage.SendOut(stage.Outgoing{To: "+15550101", Body: "later", Service: "MG0123456789abcdef0123456789abcdef", SendAt: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	var c struct {
		Messages []stage.Message
	}
	require.Equal(t, 200, d.do("GET", "/api/conversations/+15550101", "", &c))
	require.Len(t, c.Messages, 1)
	assert.Equal(t, "scheduled", c.Messages[0].Status)
	assert.False(t, c.Messages[0].SendAt.IsZero())
	require.Equal(t, 200, d.do("POST", "/api/messages/"+m.SID+"/send", "{}", nil))
	require.Equal(t, 200, d.do("GET", "/api/conversations/+15550101", "", &c))
	require.Len(t, c.Messages, 1)
	assert.NotEqual(t, "scheduled", c.Messages[0].Status)
	assert.Equal(t, 409, d.do("POST", "/api/messages/"+m.SID+"/send", "{}", nil))
	assert.Equal(t, 404, d.do("POST", "/api/messages/SM0/send", "{}", nil))
}

// TestALongPageSaysThatThereIsMore asks for as many exchanges as an answer may
// hold, of which there is one more.
func TestALongPageSaysThatThereIsMore(t *testing.T) {
	d := open(t, nil)
	for range 1001 {
		_, err := d.store.Add(capture.Exchange{Source: capture.Tunnel})
		require.NoError(t, err)
	}
	var page struct {
		Exchanges []struct{ ID int64 }
		More      bool
	}
	d.do(http.MethodGet, "/api/exchanges?limit=1000", "", &page)
	assert.Len(t, page.Exchanges, 1000)
	assert.True(t, page.More)
	d.do(http.MethodGet, "/api/exchanges?limit=1000&before=2", "", &page)
	assert.Len(t, page.Exchanges, 1)
	assert.False(t, page.More)
}
