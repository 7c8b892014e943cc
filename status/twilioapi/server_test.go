package twilioapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
)

const (
	account    = "AC00000000000000000000000000000001"
	subaccount = "AC00000000000000000000000000000002"
	message    = "SM00000000000000000000000000000001"
	other      = "SM00000000000000000000000000000002"
	call       = "CA00000000000000000000000000000001"
)

// An apiServer speaks the part of Twilio's API that is used: one message or
// call to read, and both to create.
type apiServer struct {
	mu        sync.Mutex
	resources map[string]map[string]any // by path
	failures  []int                     // statuses of the next answers
	requests  []string                  // method and path, in order
	forms     []url.Values
}

// newAPI starts the server and returns a client of twilio-go that knows no other host.
func newAPI(tb testing.TB) (*apiServer, *twilio.RestClient) {
	s := &apiServer{resources: map[string]map[string]any{}}
	server := httptest.NewServer(s)
	tb.Cleanup(server.Close)
	local, _ := url.Parse(server.URL)
	c := &client.Client{
		Credentials: client.NewCredentials(account, "secret"),
		HTTPClient:  &http.Client{Transport: toHost(local.Host)},
	}
	c.SetAccountSid(account)
	return s, twilio.NewRestClientWithParams(twilio.ClientParams{Client: c})
}

// toHost sends every request to one host in the clear.
type toHost string

func (h toHost) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", string(h)
	return http.DefaultTransport.RoundTrip(r)
}

// has puts a message or call into the account.
func (s *apiServer) has(acct, sid string, fields map[string]any) {
	kind := "Messages"
	if strings.HasPrefix(sid, "CA") {
		kind = "Calls"
	}
	fields["sid"], fields["account_sid"] = sid, acct
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resources[fmt.Sprintf("/2010-04-01/Accounts/%s/%s/%s.json", acct, kind, sid)] = fields
}

func (s *apiServer) fail(statuses ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = statuses
}

func (s *apiServer) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+r.URL.Path)
	if len(s.failures) > 0 {
		status := s.failures[0]
		s.failures = s.failures[1:]
		refuse(w, status, status, "not now")
		return
	}
	if user, password, _ := r.BasicAuth(); user != account || password != "secret" {
		refuse(w, 401, 20003, "Authenticate")
		return
	}
	switch {
	case r.Method == http.MethodPost:
		if err := r.ParseForm(); err != nil {
			refuse(w, 400, 400, "bad form")
			return
		}
		s.forms = append(s.forms, r.PostForm)
		sid := message
		if strings.HasSuffix(r.URL.Path, "/Calls.json") {
			sid = call
		}
		if r.PostForm.Get("To") == "+15550199" {
			refuse(w, 400, 21211, "The 'To' number +15550199 is not a valid phone number.")
			return
		}
		w.WriteHeader(http.StatusCreated)
		json.NewEncoder(w).Encode(map[string]any{"sid": sid, "account_sid": account, "status": "queued"})
	case s.resources[r.URL.Path] != nil:
		json.NewEncoder(w).Encode(s.resources[r.URL.Path])
	default:
		refuse(w, 404, 20404, "The requested resource was not found")
	}
}

func refuse(w http.ResponseWriter, status, code int, text string) {
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"status": status, "code": code, "message": text})
}
