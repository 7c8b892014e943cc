package signature_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/signature"
)

// hostile is a case of internal/spec/vectors/hostile-requests.json.
type hostile struct {
	Name, Category, Target, Why string
	RawHTTPRequest              string `json:"raw_http_request"`
	Method, URL                 string
	Headers                     map[string]string
	BodyBase64                  *string `json:"body_base64"`
	BodyRepeat                  *struct {
		Prefix, Unit, Suffix string
		Times                int
		SuffixUnit           string `json:"suffix_unit"`
		SuffixTimes          int    `json:"suffix_times"`
	} `json:"body_repeat"`
	HeaderRepeat *struct {
		Name, Unit   string
		Times        int
		TimesInValue bool `json:"times_in_value"`
	} `json:"header_repeat"`
	SendTimes int `json:"send_times"`
	Expected  struct {
		StatusClass   any   `json:"status_class"`
		HandlerCalled *bool `json:"handler_called"`
		Status        []int
		Property      string
		Fields        map[string]string
		EchoText      string `json:"echo_text"`
		EventsStored  int    `json:"events_stored"`
		MaxMS         int    `json:"max_ms"`
		Then          string
	}
}

type hostileFile struct {
	Format, About string
	Config        struct {
		AuthToken          string `json:"auth_token"`
		SecondaryAuthToken string `json:"secondary_auth_token"`
		AccountSID         string `json:"account_sid"`
		PublicBaseURL      string `json:"public_base_url"`
		TrustForwarded     bool   `json:"trust_forwarded_headers"`
		Endpoints          map[string]string
		Console            any
	}
	Reading any
	Count   int
	Cases   []hostile
}

// othersConcern are the cases in which another package refuses a verified
// request, or that are about the answer. They are tested there.
var othersConcern = map[string]string{
	"boundary-shift-key-value":    "webhook: Body is missing",
	"boundary-shift-merge-values": "webhook: From is missing",
	"sid-with-path":               "webhook: the SID is malformed",
	"twiml-injection-echo":        "twiml: escaping of the answer",
	"xml-forbidden-characters":    "twiml: characters that XML cannot hold",
	"media-url-metadata-service":  "webhook: the downloader's rules",
}

// bytes returns the request as sent over the wire.
func (h hostile) bytes(t *testing.T) []byte {
	if h.RawHTTPRequest != "" {
		var b []byte
		for _, r := range h.RawHTTPRequest {
			require.LessOrEqual(t, r, rune(0xff))
			b = append(b, byte(r))
		}
		return b
	}
	var body []byte
	if h.BodyBase64 != nil {
		var err error
		body, err = base64.StdEncoding.DecodeString(*h.BodyBase64)
		require.NoError(t, err)
	}
	if r := h.BodyRepeat; r != nil {
		body = []byte(r.Prefix + strings.Repeat(r.Unit, r.Times) + r.Suffix + strings.Repeat(r.SuffixUnit, r.SuffixTimes))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: close\r\n", h.Method, h.URL)
	for _, name := range slices.Sorted(maps.Keys(h.Headers)) {
		fmt.Fprintf(&b, "%s: %s\r\n", name, h.Headers[name])
	}
	if r := h.HeaderRepeat; r != nil {
		if r.TimesInValue {
			fmt.Fprintf(&b, "%s: %s\r\n", r.Name, strings.Repeat(r.Unit, r.Times))
		} else {
			for i := range r.Times {
				fmt.Fprintf(&b, "%s-%d: %s\r\n", r.Name, i, r.Unit)
			}
		}
	}
	if _, ok := h.Headers["Content-Length"]; !ok {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// TestHostileRequests sends the shared cases as raw bytes over TCP.
func TestHostileRequests(t *testing.T) {
	var file hostileFile
	require.NoError(t, spec.Decode("vectors/hostile-requests.json", &file))
	require.Equal(t, file.Count, len(file.Cases))

	var mu sync.Mutex
	var records bytes.Buffer
	var seen []*signature.Verified
	logs := slog.New(slog.NewTextHandler(&lockedWriter{&mu, &records}, nil))
	secrets := signature.Tokens(file.Config.AuthToken, file.Config.SecondaryAuthToken)
	endpoints := map[string]http.Handler{}
	for path, about := range file.Config.Endpoints {
		method := http.MethodPost
		if strings.HasPrefix(about, "GET") {
			method = http.MethodGet
		}
		v, err := signature.New(signature.Config{
			BaseURL: file.Config.PublicBaseURL, Tokens: secrets, Methods: []string{method},
			Refused: func(r *http.Request, err *signature.Error) {
				logs.Warn("refused", "path", r.URL.Path, "error", err)
			},
		})
		require.NoError(t, err)
		endpoints[path] = v.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p, _ := signature.FromContext(r.Context())
			mu.Lock()
			seen = append(seen, p)
			mu.Unlock()
			w.WriteHeader(http.StatusNoContent)
		}))
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A router that does not clean paths, so that the verifier sees every
		// path.
		if h, ok := endpoints[r.URL.Path]; ok {
			h.ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	server.Config.MaxHeaderBytes = 64 << 10
	server.Config.ErrorLog = log.New(&lockedWriter{&mu, &records}, "server: ", 0)
	server.Start()
	defer server.Close()
	goroutines := runtime.NumGoroutine()

	ran, good := 0, 0
	var left []string
	for _, h := range file.Cases {
		if reason, others := othersConcern[h.Name]; others || h.Target != "webhook" {
			if !others {
				reason = h.Target
			}
			left = append(left, h.Name+" ("+reason+")")
			continue
		}
		ran++
		ok := t.Run(h.Name, func(t *testing.T) {
			mu.Lock()
			seen = nil
			records.Reset()
			mu.Unlock()
			for range max(1, h.SendTimes) {
				status := send(t, server.Listener.Addr().String(), h)
				h.check(t, status)
			}
			mu.Lock()
			defer mu.Unlock()
			if called := h.Expected.HandlerCalled; called != nil {
				assert.Equal(t, *called, len(seen) > 0, "handler called")
			}
			for _, p := range seen {
				for name, want := range h.Expected.Fields {
					got, _ := p.Param(name)
					assert.Equal(t, want, got, name)
				}
				if h.Expected.EchoText != "" {
					got, _ := p.Param("Body")
					assert.Equal(t, h.Expected.EchoText, got)
				}
				if h.Name == "signature-secondary-token" {
					assert.Equal(t, "2", p.Token().Label)
				}
				assert.True(t, strings.HasPrefix(p.URL(), "https://hooks.example.com/"))
				if p.Method() == http.MethodGet {
					assert.Empty(t, p.Body())
				}
			}
			text := records.String()
			assert.LessOrEqual(t, strings.Count(text, "\n"), max(1, h.SendTimes), "one record a request")
			for _, secret := range []string{file.Config.AuthToken, file.Config.SecondaryAuthToken, "15005550006", "payment approved", "transfer", "panic"} {
				assert.NotContains(t, text, secret)
			}
		})
		if ok {
			good++
		}
	}
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= goroutines+2 }, 5*time.Second, 10*time.Millisecond, "goroutines are left running")
	t.Logf("%d of %d hostile requests that concern verification as expected (of %d in all)", good, ran, len(file.Cases))
	for _, name := range left {
		t.Log("tested elsewhere: " + name)
	}
}

// send writes the request on a new connection and returns the status of the
// answer, or zero if the connection was closed without one.
func send(t *testing.T, addr string, h hostile) int {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		// The server may answer and close before it has read everything.
		_, _ = conn.Write(h.bytes(t))
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	answers := bufio.NewReader(conn)
	defer func() { <-sent }()
	for {
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			return 0
		}
		answer.Body.Close()
		if answer.StatusCode >= 200 {
			if answer.StatusCode >= 400 && answer.StatusCode != 404 && answer.StatusCode != 431 {
				assert.LessOrEqual(t, answer.ContentLength, int64(32), "the answer tells nothing")
			}
			return answer.StatusCode
		}
	}
}

// check compares a status with the expected one.
func (h hostile) check(t *testing.T, status int) {
	t.Helper()
	var classes []string
	switch c := h.Expected.StatusClass.(type) {
	case string:
		classes = []string{c}
	case []any:
		for _, one := range c {
			classes = append(classes, one.(string))
		}
	}
	class := fmt.Sprintf("%dxx", status/100)
	if status == 0 {
		class = "closed"
	}
	assert.Contains(t, classes, class, "status %d: %s", status, h.Expected.Property)
	if len(h.Expected.Status) > 0 && status != 0 {
		assert.Contains(t, h.Expected.Status, status, h.Expected.Property)
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	w  *bytes.Buffer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
