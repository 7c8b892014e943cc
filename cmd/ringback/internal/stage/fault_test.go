package stage_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/fault"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// received is a request as it arrived at the program.
type received struct {
	signature, token string
	form             url.Values
	at               time.Time
}

// A wire is a program behind a real HTTP connection in memory: faults depend on
// what a connection does.
type wire struct {
	mu  sync.Mutex
	got []received
}

func (p *wire) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.got = append(p.got, received{r.Header.Get("X-Twilio-Signature"), r.Header.Get("I-Twilio-Idempotency-Token"), r.PostForm, time.Now()})
	p.mu.Unlock()
	w.Header().Set("Content-Type", "text/xml")
	io.WriteString(w, "<Response><Message>hello</Message></Response>")
}

func (p *wire) all() []received {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]received(nil), p.got...)
}

// pipes connects a client to a server by [net.Pipe], so that the time of the
// bubble passes while both wait.
type pipes chan net.Conn

func (p pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

// TestFaultsAreWhatTheirLabelSays texts the program under each fault and compares
// the label, what arrived at the program, and what was captured.
func TestFaultsAreWhatTheirLabelSays(t *testing.T) {
	for _, c := range []struct {
		kind    fault.Kind
		arrives int           // requests at the program
		took    time.Duration // of the exchange
		status  int
		code    int
		verdict string
		body    string
	}{
		{fault.Timeout, 1, 15 * time.Second, 0, 11200, "valid", ""},
		{fault.Refused, 0, 0, 0, 11205, "valid", ""},
		{fault.ServerError, 1, 0, 503, 11200, "valid", ""},
		{fault.Truncated, 1, 0, 200, 11206, "valid", "<Response><Message>hel"},
		{fault.Slow, 1, 6 * time.Second, 200, 0, "valid", "<Response><Message>hello</Message></Response>"},
		{fault.Retry, 2, 0, 200, 0, "valid", "<Response><Message>hello</Message></Response>"},
		{fault.WrongSignature, 1, 0, 200, 0, "mismatch", "<Response><Message>hello</Message></Response>"},
		{fault.OldToken, 1, 0, 200, 0, "mismatch", "<Response><Message>hello</Message></Response>"},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			facts, err := explain.Load()
			require.NoError(t, err)
			synctest.Test(t, func(t *testing.T) {
				program, connections := new(wire), make(pipes)
				server := &http.Server{Handler: program}
				go server.Serve(connections)
				transport := &http.Transport{DialContext: connections.dial, DisableKeepAlives: true}
				store, _, err := capture.Open("", capture.Limits{})
				require.NoError(t, err)
				s, err := stage.New(stage.Config{
					App: base, AuthToken: authToken, Store: store, Facts: facts, Seed: 1, Transport: transport,
				}, func(stage.News) {})
				require.NoError(t, err)
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					s.Run(ctx)
				}()
				require.NoError(t, s.Faults().Set(fault.Plan{Faults: []fault.Fault{{Kind: c.kind, On: true, Rate: 1, Once: true}}}))
				_, err = s.Send(stage.Text{Person: ana, Body: "hi"})
				require.NoError(t, err)
				time.Sleep(40 * time.Second)
				synctest.Wait()

				got := program.all()
				list := capturedTexts(t, store)
				require.NotEmpty(t, list)
				shown := list[len(list)-1]
				if c.kind == fault.Refused || c.kind == fault.Timeout {
					shown = list[0] // what is retried succeeds
					require.GreaterOrEqual(t, len(got), c.arrives)
				} else {
					require.Len(t, got, c.arrives)
				}
				assert.Equal(t, string(c.kind), shown.Fault, "the label")
				assert.Equal(t, c.status, shown.Response.Status)
				assert.Equal(t, c.code, shown.Code)
				assert.Contains(t, shown.Verdict, c.verdict)
				assert.Equal(t, c.body, string(shown.Response.Body))
				assert.Equal(t, c.took, shown.Took.Round(time.Millisecond))
				if c.arrives > 0 {
					assert.Equal(t, got[0].signature, shown.Request.Header.Get("X-Twilio-Signature"), "what was sent is what is shown")
					assert.True(t, got[0].at.Equal(shown.At), "the time of the request")
					assert.Equal(t, "hi", got[0].form.Get("Body"))
				}
				if c.kind == fault.Retry {
					require.Len(t, list, 2, "both requests are shown")
					assert.Equal(t, got[0].token, got[1].token)
					assert.Contains(t, list[0].Summary, "first of two")
					assert.Contains(t, list[1].Summary, "second of two")
				}
				cancel()
				<-ended
				require.NoError(t, store.Close())
				close(connections)
				server.Close()
				transport.CloseIdleConnections()
			})
		})
	}
}

// capturedTexts are the exchanges of incoming messages, the oldest first.
func capturedTexts(t *testing.T, store *capture.Store) (out []capture.Exchange) {
	t.Helper()
	for _, e := range store.List(capture.Query{Kind: "IncomingMessage"}) {
		whole, err := store.Get(e.ID)
		require.NoError(t, err)
		out = append([]capture.Exchange{whole}, out...)
	}
	return out
}

// TestT35TunnelForwardsToTheProgramOnly sends targets that net/http and a text
// comparison read differently (the class of traefik 13796).
func TestT35TunnelForwardsToTheProgramOnly(t *testing.T) {
	program, secret := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.RequestURI)
	})), httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("the request left for another server")
		io.WriteString(w, "INTERNAL SECRET")
	}))
	defer program.Close()
	defer secret.Close()
	elsewhere := secret.Listener.Addr().String()
	for _, publicURL := range []string{"", "https://hooks.example.com", "https://hooks.example.com/twilio"} {
		tunnel := tunnelTo(t, program.URL, publicURL)
		for _, c := range []struct {
			target string
			status int
		}{
			{"http:@" + elsewhere + "/x", 400},
			{"http:" + elsewhere + "/x", 400},
			{"a:/x", 400},
			{"http://" + elsewhere + "/x", 400},
			{"http://user@" + elsewhere + "/x", 400},
			{"@" + elsewhere + "/x", 400},
			{"*", 400},
			{"//" + elsewhere + "/x", 200},
			{"/" + elsewhere + "/x", 200},
			{"/@" + elsewhere, 200},
			{"/..//@" + elsewhere, 200},
			{"/sms?x=://" + elsewhere + "/", 200},
			{`/a|b^"c{}é?|"é=%zz;`, 200},
			{"/%2e%2e/%2F?", 200},
			{"//a|b", 400},
		} {
			status, body := raw(t, tunnel, "GET "+c.target+" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
			assert.Equal(t, c.status, status, "%s: %s", c.target, body)
			if c.status == 200 {
				assert.Equal(t, c.target, body, "the target is forwarded unchanged")
			}
		}
	}
}

// TestT32TunnelRefusesWebPages admits what Twilio sends and nothing that a page
// in the developer's browser can.
func TestT32TunnelRefusesWebPages(t *testing.T) {
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }))
	defer program.Close()
	tunnel := tunnelTo(t, program.URL, "https://hooks.example.com", "other.example.com")
	for _, c := range []struct {
		name, method, head string
		status             int
	}{
		{"Twilio", "POST", "Host: hooks.example.com", 200},
		{"Twilio with a port", "GET", "Host: Hooks.Example.com:443", 200},
		{"a host that was named", "POST", "Host: other.example.com", 200},
		{"ssh -R", "POST", "Host: 127.0.0.1:4141", 200},
		{"localhost", "HEAD", "Host: localhost", 200},
		{"IPv6", "POST", "Host: [::1]:4141", 200},
		{"opened by hand", "GET", "Host: localhost:4141\r\nSec-Fetch-Site: none", 200},
		{"rebinding", "GET", "Host: rebind.example.com:4141", 421},
		{"rebinding to a suffix", "GET", "Host: hooks.example.com.evil.example.com", 421},
		{"rebinding to a prefix", "GET", "Host: evilhooks.example.com", 421},
		{"no host", "GET", "Host:", 421},
		{"another site", "POST", "Host: 127.0.0.1:4141\r\nSec-Fetch-Site: cross-site", 403},
		{"another port", "POST", "Host: 127.0.0.1:4141\r\nSec-Fetch-Site: same-site", 403},
		{"another origin", "POST", "Host: 127.0.0.1:4141\r\nOrigin: https://evil.example.com", 403},
		{"two sites", "POST", "Host: 127.0.0.1:4141\r\nSec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site", 403},
		{"own origin", "POST", "Host: 127.0.0.1:4141\r\nOrigin: http://127.0.0.1:4141", 200},
		{"own origin by tunnel", "POST", "Host: hooks.example.com\r\nOrigin: https://hooks.example.com", 200},
		{"the tunnel's origin without TLS", "POST", "Host: hooks.example.com\r\nOrigin: http://hooks.example.com", 403},
		{"another scheme", "POST", "Host: 127.0.0.1:4141\r\nOrigin: ftp://127.0.0.1:4141", 403},
		{"sandboxed frame", "POST", "Host: 127.0.0.1:4141\r\nOrigin: null", 403},
		{"PUT", "PUT", "Host: 127.0.0.1", 405},
		{"OPTIONS", "OPTIONS", "Host: 127.0.0.1", 405},
		{"TRACE", "TRACE", "Host: 127.0.0.1", 405},
		{"a command as a method", "X|touch$IFS$9PWNED&", "Host: 127.0.0.1", 405},
		{"lower case", "post", "Host: 127.0.0.1", 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := raw(t, tunnel, c.method+" /sms HTTP/1.1\r\n"+c.head+"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			assert.Equal(t, c.status, status, body)
		})
	}
	status, _ := raw(t, tunnel, "CONNECT "+strings.TrimPrefix(program.URL, "http://")+" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
	assert.Equal(t, 405, status)
}

// TestT35SecondLock refuses a URL that leads away from the program, wherever it
// comes from.
func TestT35SecondLock(t *testing.T) {
	facts, err := explain.Load()
	require.NoError(t, err)
	store, _, err := capture.Open("", capture.Limits{})
	require.NoError(t, err)
	defer store.Close()
	s, err := stage.New(stage.Config{
		App: "http://127.0.0.1:8080", BaseURL: "https://hooks.example.com", AuthToken: authToken, Store: store, Facts: facts,
		Transport: never{t},
	}, func(stage.News) {})
	require.NoError(t, err)
	for _, address := range []string{
		"https://hooks.example.com.evil.example.com/", "https://hooks.example.com@127.0.0.1:4040/", "https://hooks.example.com:8443/",
		"http://hooks.example.com/", "http://127.0.0.1:80801/", "http://127.0.0.1:8081/", "file:///etc/passwd", "", "/", "//evil.example.com/",
	} {
		_, err := s.Exchange(t.Context(), capture.Exchange{Request: capture.Request{Method: "GET", URL: address}})
		assert.Error(t, err, address)
	}
}

// never is a transport that must not be used.
type never struct{ t *testing.T }

func (n never) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("a request left for %s", r.URL)
	return nil, net.ErrClosed
}

// tunnelTo returns the address of a tunnel endpoint before a program.
func tunnelTo(t *testing.T, app, publicURL string, hosts ...string) string {
	t.Helper()
	facts, err := explain.Load()
	require.NoError(t, err)
	store, _, err := capture.Open("", capture.Limits{})
	require.NoError(t, err)
	s, err := stage.New(stage.Config{
		App: app, BaseURL: publicURL, AuthToken: authToken, Store: store, Facts: facts, Hosts: hosts,
	}, func(stage.News) {})
	require.NoError(t, err)
	server := httptest.NewServer(s.Tunnel())
	t.Cleanup(func() {
		server.Close()
		store.Close()
	})
	return server.Listener.Addr().String()
}

// raw sends a request as text and returns status and body of the answer.
func raw(t *testing.T, addr, request string) (int, string) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(c, request)
	require.NoError(t, err)
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	head, body, _ := strings.Cut(string(answer), "\r\n\r\n")
	fields := strings.Fields(head)
	require.Greater(t, len(fields), 1, "%s", answer)
	status := 0
	for _, digit := range fields[1] {
		status = status*10 + int(digit-'0')
	}
	if strings.Contains(head, "chunked") {
		_, body, _ = strings.Cut(body, "\r\n")
		body, _, _ = strings.Cut(body, "\r\n")
	}
	return status, body
}
