package webhook_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/media"
)

// A hostile is one of the shared hostile requests, as far as it concerns
// handlers. What the verifier alone has to say of them is tested there.
type hostile struct {
	Name, Target, Method, URL string
	Raw                       string `json:"raw_http_request"`
	Headers                   map[string]string
	Body                      []byte `json:"body_base64"`
	BodyRepeat                repeat `json:"body_repeat"`
	HeaderRepeat              repeat `json:"header_repeat"`
	SendTimes                 int    `json:"send_times"`
	Expected                  struct {
		StatusClass  any   `json:"status_class"`
		Called       *bool `json:"handler_called"`
		Fields       map[string]string
		EchoText     *string `json:"echo_text"`
		EventsStored int     `json:"events_stored"`
	}
}

type repeat struct {
	Name, Prefix, Unit, Suffix string
	Times                      int
}

func (h hostile) bytes() []byte {
	var b bytes.Buffer
	if h.Raw != "" {
		for _, r := range h.Raw { // a character is a byte
			b.WriteByte(byte(r))
		}
		return b.Bytes()
	}
	body := cmp.Or(string(h.Body), h.BodyRepeat.Prefix+strings.Repeat(h.BodyRepeat.Unit, h.BodyRepeat.Times)+h.BodyRepeat.Suffix)
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: close\r\nContent-Length: %d\r\n", h.Method, h.URL, len(body))
	for name, value := range h.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", name, value)
	}
	if r := h.HeaderRepeat; r.Name != "" {
		fmt.Fprintf(&b, "%s: %s\r\n", r.Name, strings.Repeat(r.Unit, r.Times))
	}
	b.WriteString("\r\n" + body)
	return b.Bytes()
}

// A stage is the program that the hostile requests attack.
type stage struct {
	log   logBuffer
	mu    sync.Mutex
	calls []*signature.Verified // one for each call of a function
	dials []string
	known map[string]bool // reports stored
}

func (s *stage) called(ctx context.Context) {
	p, _ := signature.FromContext(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, p)
}

func (s *stage) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls, s.dials, s.known = nil, nil, map[string]bool{}
	s.log.Reset()
}

// message answers the received text.
func (s *stage) message(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	s.called(ctx)
	return twiml.Reply(m.Body), nil
}

// RoundTrip notes what a download would request.
func (s *stage) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials = append(s.dials, r.URL.Host)
	return nil, net.ErrClosed
}

func (s *stage) handler(t *testing.T, base string, tokens ...string) http.Handler {
	t.Helper()
	verifier, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(tokens...)})
	require.NoError(t, err)
	hooks := webhook.NewReceiver(verifier, &webhook.Options{Logger: slog.New(slog.NewTextHandler(&s.log, nil))})
	downloader, err := media.New(media.Config{Transport: s})
	require.NoError(t, err)
	sms := webhook.Handle(hooks, s.message)
	mux := http.NewServeMux()
	mux.Handle("POST /sms", sms)
	mux.Handle("POST /echo", sms)
	mux.Handle("GET /get", webhook.Events(hooks, func(ctx context.Context, _ webhook.Event) (webhook.Reply, error) {
		s.called(ctx)
		return nil, nil
	}))
	mux.Handle("POST /events", webhook.Events(hooks, func(ctx context.Context, _ webhook.Event) (webhook.Reply, error) {
		s.called(ctx)
		return nil, nil
	}))
	mux.Handle("POST /voice", webhook.Handle(hooks, func(ctx context.Context, _ webhook.IncomingCall) (*twiml.VoiceResponse, error) {
		s.called(ctx)
		return nil, nil
	}))
	mux.Handle("POST /status", webhook.Deduplicate(hooks, new(signature.MemoryClaims),
		webhook.Notify(hooks, func(ctx context.Context, m webhook.MessageStatusCallback) error {
			s.called(ctx)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.known[fmt.Sprint(m.MessageSID, m.MessageStatus)] = true
			return nil
		})))
	mux.Handle("POST /media", webhook.Handle(hooks, func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		s.called(ctx)
		_, err := downloader.Get(ctx, m.Media[0].URL)
		assert.ErrorIs(t, err, media.ErrURL)
		return nil, nil
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Clean(r.URL.Path) != r.URL.Path { // which the mux would answer by a redirect
			http.NotFound(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func TestHostileRequests(t *testing.T) {
	data, err := spec.Bytes("vectors/hostile-requests.json")
	require.NoError(t, err)
	var file struct {
		Config struct {
			Token     string `json:"auth_token"`
			Secondary string `json:"secondary_auth_token"`
			Base      string `json:"public_base_url"`
		}
		Cases []hostile
	}
	require.NoError(t, json.Unmarshal(data, &file))
	s := new(stage)
	server := httptest.NewUnstartedServer(s.handler(t, file.Config.Base, file.Config.Token, file.Config.Secondary))
	server.Config.MaxHeaderBytes = 64 << 10
	server.Config.ErrorLog = log.New(&s.log, "", 0)
	server.Start()
	defer server.Close()

	ran := 0
	for _, h := range file.Cases {
		if h.Target != "webhook" {
			continue
		}
		ran++
		t.Run(h.Name, func(t *testing.T) {
			s.reset()
			for range max(1, h.SendTimes) {
				status, body := exchangeRaw(t, server.Listener.Addr().String(), h.bytes())
				assert.True(t, h.allows(status), "status %d, want %v", status, h.Expected.StatusClass)
				if status/100 == 2 {
					h.checkAnswer(t, body)
				} else {
					assert.NotContains(t, body, file.Config.Token)
				}
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if called := h.Expected.Called; called != nil {
				assert.Equal(t, *called, len(s.calls) > 0, "function called")
			}
			for _, p := range s.calls {
				for name, want := range h.Expected.Fields {
					got, _ := p.Param(name)
					assert.Equal(t, want, got, name)
				}
			}
			if h.Expected.EventsStored > 0 {
				assert.Len(t, s.known, h.Expected.EventsStored)
				assert.Len(t, s.calls, h.Expected.EventsStored, "the retries got the first answer")
			}
			assert.Empty(t, s.dials)
			assert.LessOrEqual(t, len(s.log.lines()), 1, "one record at most")
			for _, secret := range []string{file.Config.Token, file.Config.Secondary, "15005550006", "hello", "payment approved", "panic"} {
				assert.NotContains(t, s.log.String(), secret)
			}
		})
	}
	assert.GreaterOrEqual(t, ran, 50)
}

func (h hostile) allows(status int) bool {
	var classes []string
	switch c := h.Expected.StatusClass.(type) {
	case string:
		classes = []string{c}
	case []any:
		for _, one := range c {
			classes = append(classes, fmt.Sprint(one))
		}
	}
	if status == 0 {
		return slices.Contains(classes, "closed")
	}
	return slices.Contains(classes, fmt.Sprintf("%dxx", status/100))
}

// checkAnswer looks at an answer of TwiML: one message whose text is what was
// sent, with what XML cannot hold replaced.
func (h hostile) checkAnswer(t *testing.T, body string) {
	t.Helper()
	if body == "" {
		return
	}
	var doc struct {
		XMLName xml.Name `xml:"Response"`
		Verbs   []struct {
			XMLName xml.Name
			Text    string `xml:",chardata"`
		} `xml:",any"`
	}
	require.NoError(t, xml.Unmarshal([]byte(body), &doc), body)
	for _, v := range doc.Verbs {
		assert.Equal(t, "Message", v.XMLName.Local)
	}
	if h.Expected.EchoText != nil {
		require.Len(t, doc.Verbs, 1)
		assert.Equal(t, *h.Expected.EchoText, doc.Verbs[0].Text)
	}
}

// exchangeRaw sends bytes over a connection of their own; status 0 means that it
// was closed without an answer.
func exchangeRaw(t *testing.T, addr string, raw []byte) (status int, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	go func() { // a server that refuses early stops reading
		_, _ = conn.Write(raw)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(content)
}
