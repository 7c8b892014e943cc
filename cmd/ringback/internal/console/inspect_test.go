package console_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
)

// answering is a program with one answer.
func answering(status int, contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		w.Write([]byte(body))
	})
}

type advised struct {
	Advice *struct {
		Kind, Title, Text string
		Facts             []struct{ Name, Value string }
		Fixes             []struct{ For, Text string }
	}
	Next, Why string
	Problems  []struct{ Text, Name, Link string }
	Codes     []struct {
		Code       int
		Name, Link string
	}
	Parameters []struct {
		Name, Value string
		Position    int
		Matters     bool
	}
	Exchange struct{ Lint int }
}

// text sends a text and returns what the page shows of the exchange.
func (d *desk) text(body string) advised {
	d.t.Helper()
	before := len(d.exchanges("?kind=IncomingMessage"))
	data, err := json.Marshal(map[string]string{"person": "+15550101", "channel": "sms", "body": body})
	require.NoError(d.t, err)
	require.Equal(d.t, 200, d.do("POST", "/api/messages", string(data), nil))
	d.until("the exchange", func() bool { return len(d.exchanges("?kind=IncomingMessage")) > before })
	var out advised
	require.Equal(d.t, 200, d.do("GET", fmt.Sprintf("/api/exchanges/%d", d.exchanges("?kind=IncomingMessage")[0].ID), "", &out))
	return out
}

// TestARefusalShowsWhatToCompare computes the signature from the text that the
// page shows, as a person would who looks for the difference.
func TestARefusalShowsWhatToCompare(t *testing.T) {
	t.Parallel()
	d := open(t, answering(http.StatusForbidden, "text/plain", "no"))
	shown := d.text("it's 5 > 3\nreally")
	require.NotNil(t, shown.Advice)
	assert.Equal(t, "refused", shown.Advice.Kind)
	facts := map[string]string{}
	for _, f := range shown.Advice.Facts {
		facts[f.Name] = f.Value
	}
	mac := hmac.New(sha1.New, []byte(authToken))
	mac.Write([]byte(facts["Signed text"]))
	assert.Equal(t, facts["Signature"], base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	assert.Contains(t, facts["URL"], "/sms")
	assert.Equal(t, "4f1d…9021 (32 characters)", facts["Auth token"])
	assert.Zero(t, shown.Exchange.Lint, "text/plain is not judged as TwiML")
	var languages []string
	for _, f := range shown.Advice.Fixes {
		languages = append(languages, f.For)
		assert.NotContains(t, f.Text, authToken)
	}
	assert.Equal(t, []string{"environment", "console", "go", "node", "python"}, languages)
}

func TestAMissingPathNamesTheFlag(t *testing.T) {
	t.Parallel()
	d := open(t, http.NotFoundHandler())
	shown := d.text("hello")
	require.NotNil(t, shown.Advice)
	assert.Equal(t, "missing", shown.Advice.Kind)
	assert.Contains(t, shown.Advice.Text, "--sms")
	assert.Contains(t, shown.Advice.Fixes[0].Text, "--sms /YOUR/PATH")
}

// TestNextAgreesWithTheProblems is finding 22 and 23 of the review: what comes next
// does not contradict what is wrong, and an error is said once.
func TestNextAgreesWithTheProblems(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct{ next, problem string }{
		"<Response><Say>hi</Say></Response>":                                        {"Nothing: Twilio skips Say (14110).", "A messaging document holds Message and Redirect, not Say."},
		"<Response><Message>" + strings.Repeat("x", 2000) + "</Message></Response>": {"Nothing: Twilio skips Message (14103).", "2000 characters"},
		"<Response><Message>hi</Message><Say>hi</Say></Response>":                   {"Twilio executes Message. It skips Say (14110).", ""},
		"<Response><Message>hi</Message></Response>":                                {"Twilio executes Message.", ""},
		"<Response><Message>a & b</Message></Response>":                             {"Twilio logs error 12100, requests the fallback URL", `The document cannot be parsed: an "&"`},
		"<Response/>": {"Nothing: the document has no verb.", ""},
	} {
		d := open(t, answering(200, "text/xml", body))
		shown := d.text("hello")
		assert.True(t, strings.HasPrefix(shown.Next, want.next), "%s\n%s", body, shown.Next)
		if want.problem != "" {
			require.NotEmpty(t, shown.Problems, body)
			assert.Contains(t, shown.Problems[0].Text, want.problem)
			assert.NotContains(t, shown.Problems[0].Text, "twiml:")
			assert.NotEmpty(t, shown.Problems[0].Link)
		}
		if strings.Contains(body, "&") {
			assert.Empty(t, shown.Why, "the problem says it already")
			require.NotEmpty(t, shown.Codes)
			assert.NotEmpty(t, shown.Codes[0].Name)
		}
	}
}

// TestAnOpenWebSocketIsNoFailure shows the handshake of a live call that a command
// makes.
func TestAnOpenWebSocketIsNoFailure(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	var kept struct{ ID int64 }
	require.Equal(t, 200, d.do("POST", "/api/exchanges", `{"request":{"method":"GET","url":"https://hooks.example.com/agent"},"response":{"status":101}}`, &kept))
	var shown advised
	require.Equal(t, 200, d.do("GET", fmt.Sprintf("/api/exchanges/%d", kept.ID), "", &shown))
	assert.Equal(t, "The WebSocket is open: Twilio sends its first message.", shown.Next)
	assert.Empty(t, shown.Codes)
}

func TestFieldsThatMatterComeFirst(t *testing.T) {
	t.Parallel()
	shown := open(t, nil).text("a table for four")
	require.Equal(t, []string{"Body", "From", "To"}, []string{shown.Parameters[0].Name, shown.Parameters[1].Name, shown.Parameters[2].Name})
	assert.True(t, shown.Parameters[0].Matters)
	seen := map[int]bool{}
	for _, p := range shown.Parameters {
		seen[p.Position] = true
	}
	assert.Len(t, seen, len(shown.Parameters), "the order of the request is known")
}

func TestRawCompareAndTimeline(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.text("one")
	d.text("two")
	var raw struct{ Request, Response string }
	require.Equal(t, 200, d.do("GET", "/api/exchanges/1/raw", "", &raw))
	assert.True(t, strings.HasPrefix(raw.Request, "POST /sms HTTP/1.1\r\nHost: "))
	assert.Contains(t, raw.Request, "Body=one")
	assert.True(t, strings.HasPrefix(raw.Response, "HTTP/1.1 200 OK\r\n"))
	assert.Contains(t, raw.Response, "<Response>")

	var compared struct {
		A, B       exchange
		Parameters []struct {
			Name string
			A, B *string
			Same bool
		}
		AnswerDiff []struct{ Op, Text string }
	}
	ids := d.exchanges("?kind=IncomingMessage")
	require.Equal(t, 200, d.do("GET", fmt.Sprintf("/api/compare?a=%d&b=%d", ids[1].ID, ids[0].ID), "", &compared))
	assert.False(t, compared.Parameters[0].Same)
	assert.Equal(t, []string{"Body", "one", "two"}, []string{compared.Parameters[0].Name, *compared.Parameters[0].A, *compared.Parameters[0].B})
	assert.NotEmpty(t, compared.AnswerDiff)
	assert.Equal(t, 404, d.do("GET", "/api/compare?a=1&b=99", "", nil))
	assert.Equal(t, 400, d.do("GET", "/api/compare?a=1", "", nil))

	e, err := d.store.Get(ids[0].ID)
	require.NoError(t, err)
	var line struct {
		Moments []struct {
			After    int64
			Exchange *exchange
		}
	}
	require.Equal(t, 200, d.do("GET", "/api/timeline/"+e.SID, "", &line))
	require.NotEmpty(t, line.Moments)
	assert.Zero(t, line.Moments[0].After)
	assert.Equal(t, ids[0].ID, line.Moments[0].Exchange.ID)
	assert.Equal(t, 404, d.do("GET", "/api/timeline/SM00000000000000000000000000000000", "", nil))
}

func TestListPagesSessionsAndClear(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for n := range 30 {
		_, err := d.store.Add(capture.Exchange{Summary: fmt.Sprint("exchange ", n), Verdict: "valid", Request: capture.Request{Method: "POST", URL: "http://a/sms"}, Response: capture.Response{Status: 200 + n%2*203}})
		require.NoError(t, err)
	}
	var list struct {
		Exchanges []exchange
		Total     int
		More      bool
		Problems  []string
	}
	require.Equal(t, 200, d.do("GET", "/api/exchanges?text=status:403&limit=5&skip=2&count=1", "", &list))
	assert.Equal(t, 15, list.Total)
	assert.True(t, list.More)
	assert.Equal(t, int64(26), list.Exchanges[0].ID)
	require.Equal(t, 200, d.do("GET", "/api/exchanges?text=is:green", "", &list))
	assert.Len(t, list.Problems, 1)
	assert.Equal(t, 400, d.do("POST", "/api/exchanges/clear?text=is:green", "", nil), "what is not understood deletes nothing")

	var sessions struct {
		Sessions []struct {
			ID    int64
			Count int
			Now   bool
		}
	}
	require.Equal(t, 200, d.do("GET", "/api/sessions", "", &sessions))
	require.Len(t, sessions.Sessions, 1)
	assert.Equal(t, 30, sessions.Sessions[0].Count)
	require.Equal(t, 200, d.do("GET", "/api/exchanges?session=0&limit=1000", "", &list))
	assert.Len(t, list.Exchanges, 30)
	assert.Equal(t, 400, d.do("GET", "/api/exchanges?session=77", "", nil))

	var deleted struct{ Deleted int }
	require.Equal(t, 200, d.do("POST", "/api/exchanges/clear?text=status:403", "", &deleted))
	assert.Equal(t, 15, deleted.Deleted)
	assert.Len(t, d.exchanges("?limit=1000"), 15)
}

func TestOutboundRequestsShowTheirDelivery(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	post := func(resource string, form url.Values) {
		r := httptest.NewRequest("POST", "/2010-04-01/Accounts/"+d.stage.AccountSID()+"/"+resource+".json", strings.NewReader(form.Encode()))
		r.Host = ours
		r.SetBasicAuth(d.stage.AccountSID(), authToken)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		d.server.ServeHTTP(w, r)
		require.Less(t, w.Code, 500)
	}
	post("Messages", url.Values{"To": {"+15550102"}, "From": {"+15550100"}, "Body": {"hello"}})
	post("Messages", url.Values{"To": {"nobody"}, "From": {"+15550100"}, "Body": {"hello"}})
	require.Equal(t, 200, d.do("PUT", "/api/outcomes", `{"address":"+15550103","result":"busy"}`, nil))
	post("Calls", url.Values{"To": {"+15550103"}, "From": {"+15550100"}, "Twiml": {"<Response><Say>hi</Say></Response>"}})
	var list struct {
		Requests []struct {
			exchange
			Resource, To, Body, Name string
			Code                     int
			Delivery                 *struct {
				Status string
				Silent bool
			}
		}
	}
	d.until("delivery", func() bool {
		list.Requests = nil
		return d.do("GET", "/api/outbound", "", &list) == 200 && len(list.Requests) == 3 && list.Requests[2].Delivery != nil &&
			list.Requests[2].Delivery.Status == "delivered" && list.Requests[0].Delivery != nil && list.Requests[0].Delivery.Status == "busy"
	})
	assert.True(t, list.Requests[0].Delivery.Silent, "no status callback was set")
	assert.Equal(t, "Calls", list.Requests[0].Resource)
	assert.Equal(t, []string{"Messages", "+15550102", "hello"}, []string{list.Requests[2].Resource, list.Requests[2].To, list.Requests[2].Body})
	assert.Equal(t, 21211, list.Requests[1].Code)
	assert.NotEmpty(t, list.Requests[1].Name)
}

func TestConnectFindsPathsWithoutAConversation(t *testing.T) {
	t.Parallel()
	methods := make(chan string, 200)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks/sms", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /voice", func(http.ResponseWriter, *http.Request) {})
	d := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		methods <- r.Method
		mux.ServeHTTP(w, r)
	}))
	var page struct {
		Settings []struct {
			Name, Value, Env string
			Secret           bool
		}
		Env      string
		Empty    bool
		Snippets []struct{ ID, Webhook, Send string }
		Tries    []struct{ What string }
		Routes   []struct{ Flag, Path, State, Other string }
	}
	require.Equal(t, 200, d.do("GET", "/api/connect", "", &page))
	assert.True(t, page.Empty)
	assert.Len(t, page.Snippets, 5)
	assert.Equal(t, "unknown", page.Routes[0].State)
	text, err := json.Marshal(page)
	require.NoError(t, err)
	assert.NotContains(t, string(text), authToken, "the token is apart")
	assert.Contains(t, page.Env, "export TWILIO_AUTH_TOKEN={token}\n")
	var token struct{ Token string }
	require.Equal(t, 200, d.do("GET", "/api/connect/token", "", &token))
	assert.Equal(t, authToken, token.Token)

	require.Equal(t, 200, d.do("POST", "/api/connect/probe", "", &page))
	assert.Equal(t, []string{"missing", "/webhooks/sms"}, []string{page.Routes[0].State, page.Routes[0].Other})
	assert.Equal(t, "found", page.Routes[1].State)
	close(methods)
	for m := range methods {
		require.Equal(t, http.MethodOptions, m)
	}
	assert.Empty(t, d.exchanges(""), "a probe is not captured")
}

func TestConnectTriesAreOneClick(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, what := range []string{"text", "call"} {
		require.Equal(t, 200, d.do("POST", "/api/connect/try", `{"what":"`+what+`"}`, nil))
	}
	var tried struct{ Exchange int64 }
	require.Equal(t, 200, d.do("POST", "/api/connect/try", `{"what":"wrong-signature"}`, &tried))
	var shown struct {
		Exchange struct {
			Status  int
			Verdict string
		}
	}
	require.Equal(t, 200, d.do("GET", fmt.Sprintf("/api/exchanges/%d", tried.Exchange), "", &shown))
	assert.Equal(t, 403, shown.Exchange.Status, "the support line verifies")
	assert.NotEqual(t, "valid", shown.Exchange.Verdict)
	assert.Equal(t, 400, d.do("POST", "/api/connect/try", `{"what":"dance"}`, nil))
	var page struct {
		Routes []struct{ Path, State string }
	}
	d.until("the paths that have answered", func() bool {
		return d.do("GET", "/api/connect", "", &page) == 200 && page.Routes[0].State == "works" && page.Routes[1].State == "works"
	})
}

// TestSnippetsAreValid has each language's own tool read the snippets, where it is
// on this machine.
func TestSnippetsAreValid(t *testing.T) {
	t.Parallel()
	for pattern, tool := range map[string][]string{
		"node/*.js": {"node", "--check"}, "python/*.py": {"python3", "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())"},
		"php/*.php": {"php", "-l"}, "ruby/*.rb": {"ruby", "-c"}, "go/*.go.txt": {"gofmt", "-e", "-l"},
	} {
		files, err := filepath.Glob("snippets/" + pattern)
		require.NoError(t, err)
		require.Len(t, files, 2, pattern)
		if _, err := exec.LookPath(tool[0]); err != nil {
			t.Logf("%s is not on this machine: %s is not checked", tool[0], pattern)
			continue
		}
		for _, file := range files {
			out, err := exec.CommandContext(t.Context(), tool[0], append(tool[1:len(tool):len(tool)], file)...).CombinedOutput()
			require.NoError(t, err, "%s\n%s", file, out)
			if tool[0] == "gofmt" {
				require.Empty(t, string(out), "not formatted")
			}
		}
	}
}

func TestLogKeepsLinesByTime(t *testing.T) {
	t.Parallel()
	var l console.Log
	d := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(&l, "got a ")
		fmt.Fprintf(&l, "text\nsecond \xff line\nunfinished")
		w.WriteHeader(204)
	}))
	d.server.Log = &l
	fmt.Fprintln(&l, "before")
	d.text("hello")
	var detail struct {
		Log struct {
			Known bool
			Lines []struct{ Text string }
		}
	}
	require.Equal(t, 200, d.do("GET", "/api/exchanges/1", "", &detail))
	assert.True(t, detail.Log.Known)
	require.Len(t, detail.Log.Lines, 2)
	assert.Equal(t, "got a text", detail.Log.Lines[0].Text)
	assert.Equal(t, "second \uFFFD line", detail.Log.Lines[1].Text)
}
