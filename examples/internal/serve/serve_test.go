package serve

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// A pipe is a listener in the process, so its time may be virtual.
type pipe struct {
	conns chan net.Conn
	ended chan struct{}
	once  sync.Once
}

func newPipe() *pipe { return &pipe{conns: make(chan net.Conn), ended: make(chan struct{})} }

func (p *pipe) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.ended) })
	return nil
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

// dial returns the client's end of a connection.
func (p *pipe) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

var quiet = slog.New(slog.DiscardHandler)

// start serves h on a pipe, until the end of the test or stop is called, which
// returns what Until does.
func start(t *testing.T, h http.Handler) (p *pipe, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p = newPipe()
	ended := make(chan error, 1)
	go func() { ended <- Until(ctx, p, Server(h, quiet)) }()
	return p, func() error {
		cancel()
		return <-ended
	}
}

var answer = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return // the client did not send it in time
	}
	io.WriteString(w, "answered")
})

func TestT39SlowClientsAreCutOff(t *testing.T) {
	const whole = "POST /sms HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Length: 4\r\n\r\nBody"
	for _, c := range []struct {
		name string
		send string
		want time.Duration
		says string // in the last answer
	}{
		{"no header", "", 5 * time.Second, ""},
		{"half a header", "POST /sms HTTP/1.1\r\nHost: hooks.exa", 5 * time.Second, ""},
		{"no body", strings.TrimSuffix(whole, "Body"), 10 * time.Second, ""},
		{"half a body", strings.TrimSuffix(whole, "dy"), 10 * time.Second, ""},
		{"no second request", whole, time.Minute, "answered"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, stop := start(t, answer)
				conn := p.dial()
				begun := time.Now()
				_, err := io.WriteString(conn, c.send)
				require.NoError(t, err)
				said, _ := io.ReadAll(conn) // until the server closes
				assert.Equal(t, c.want, time.Since(begun).Truncate(time.Second))
				assert.Contains(t, string(said), c.says)
				assert.NoError(t, stop())
			})
		})
	}
}

// A client that does not read the answer is cut off.
func TestT39DeafClientsAreCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var took time.Duration
		var failed error
		done := make(chan struct{})
		p, stop := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			defer close(done)
			begun := time.Now()
			_, failed = w.Write(make([]byte, 1<<20))
			took = time.Since(begun)
		}))
		conn := p.dial()
		defer conn.Close()
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: hooks.example.com\r\n\r\n")
		require.NoError(t, err)
		<-done
		assert.Error(t, failed)
		assert.Equal(t, 20*time.Second, took)
		assert.NoError(t, stop())
	})
}

func TestT39LargeHeadersAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := start(t, answer)
		conn := p.dial()
		go io.WriteString(conn, "GET / HTTP/1.1\r\nHost: hooks.example.com\r\nX-Long: "+strings.Repeat("x", 80<<10)+"\r\n\r\n")
		said, _ := io.ReadAll(conn)
		assert.Contains(t, string(said), "431 ")
		conn.Close()
		assert.NoError(t, stop())
	})
}

// Requests that proxies and servers may read differently are refused, or read
// in one way only.
func TestT40AmbiguousRequests(t *testing.T) {
	const head = "POST /sms HTTP/1.1\r\nHost: hooks.example.com\r\n"
	for _, c := range []struct{ name, send, want string }{
		{"two lengths", head + "Content-Length: 4\r\nContent-Length: 9\r\n\r\nBody", "400 "},
		{"a signed length", head + "Content-Length: +4\r\n\r\nBody", "400 "},
		{"two codings", head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "501 "},
		{"an unknown coding", head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501 "},
		{"two hosts", head + "Host: evil.example.net\r\n\r\n", "400 "},
		{"no host", "POST /sms HTTP/1.1\r\n\r\n", "400 "},
		{"a space before the colon", head + "Content-Length : 4\r\n\r\nBody", "400 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				called := false
				p, stop := start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
				conn := p.dial()
				go io.WriteString(conn, c.send)
				said, _ := io.ReadAll(conn)
				conn.Close()
				assert.Contains(t, string(said), "HTTP/1.1 "+c.want)
				assert.False(t, called)
				assert.NoError(t, stop())
			})
		})
	}
}

// A length is ignored if there are chunks. A request that someone smuggles
// through a careless proxy after the last chunk is a separate request without a
// signature.
func TestT40SmuggledRequestsAreNotSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		verifier, err := signature.New(signature.Config{BaseURL: webhooktest.BaseURL, Tokens: signature.Tokens(webhooktest.AuthToken)})
		require.NoError(t, err)
		var proven []string
		p, stop := start(t, verifier.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			proof, _ := signature.FromContext(r.Context())
			proven = append(proven, proof.URL()+" "+string(proof.Body()))
		})))
		sum := signature.Sign(webhooktest.AuthToken, webhooktest.BaseURL+"/sms", url.Values{"Body": {"hi"}})
		conn := p.dial()
		go io.WriteString(conn, "POST /sms HTTP/1.1\r\nHost: hooks.example.com\r\nX-Twilio-Signature: "+sum+
			"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n"+
			"7\r\nBody=hi\r\n0\r\n\r\nPOST /sms HTTP/1.1\r\nHost: hooks.example.com\r\n\r\n")
		said, _ := io.ReadAll(conn)
		conn.Close()
		assert.NoError(t, stop())
		assert.Equal(t, []string{webhooktest.BaseURL + "/sms Body=hi"}, proven)
		assert.Contains(t, string(said), "HTTP/1.1 403 ")
	})
}

// The server's write timeout is longer than the Receiver's timeout for
// functions.
func TestAnswersAreNotCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(14 * time.Second)
			io.WriteString(w, "answered")
		}))
		assert.Contains(t, get(t, p), "answered")
		assert.NoError(t, stop())
	})
}

func TestRequestsAtWorkFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := make(chan struct{})
		p, stop := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(begun)
			time.Sleep(10 * time.Second)
			io.WriteString(w, "answered")
		}))
		said := make(chan string, 1)
		go func() { said <- get(t, p) }()
		<-begun
		assert.NoError(t, stop())
		assert.Contains(t, <-said, "answered")
	})
}

func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := make(chan struct{})
		p, stop := start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(begun)
			time.Sleep(time.Minute)
		}))
		go get(t, p)
		<-begun
		at := time.Now()
		assert.ErrorIs(t, stop(), context.DeadlineExceeded)
		assert.Equal(t, 15*time.Second, time.Since(at))
		time.Sleep(time.Minute) // the deaf one ends
	})
}

// get sends a request that asks for the end of the connection.
func get(t *testing.T, p *pipe) string {
	conn := p.dial()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: close\r\n\r\n"); err != nil {
		t.Error(err)
	}
	said, _ := io.ReadAll(conn)
	return string(said)
}

func TestListenerThatFails(t *testing.T) {
	p := newPipe()
	p.Close()
	assert.ErrorIs(t, Until(t.Context(), p, Server(answer, quiet)), net.ErrClosed)
}

func TestSettings(t *testing.T) {
	good := map[string]string{"ADDR": "127.0.0.1:0", "BASE_URL": webhooktest.BaseURL, "TWILIO_AUTH_TOKEN": webhooktest.AuthToken}
	build := func(getenv func(string) string) (http.Handler, error) {
		verifier, err := Verifier(getenv)
		if err != nil {
			return nil, err
		}
		return webhook.Notify(webhook.NewReceiver(verifier, nil), func(context.Context, webhook.MessageStatusCallback) error { return nil }), nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.NoError(t, run(ctx, env(good, "", ""), build))
	for name, bad := range map[string]string{"ADDR": "127.0.0.1:none", "BASE_URL": "hooks.example.com", "TWILIO_AUTH_TOKEN": ""} {
		assert.Error(t, run(ctx, env(good, name, bad), build), name)
	}
	broken := errors.New("broken")
	assert.ErrorIs(t, run(ctx, env(good, "", ""), func(func(string) string) (http.Handler, error) { return nil, broken }), broken)
}

func env(good map[string]string, name, bad string) func(string) string {
	return func(asked string) string {
		if asked == name {
			return bad
		}
		return good[asked]
	}
}

// Neither settings nor requests are logged.
func TestT29LogsHoldNoSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		verifier, err := signature.New(signature.Config{BaseURL: webhooktest.BaseURL, Tokens: signature.Tokens(webhooktest.AuthToken)})
		require.NoError(t, err)
		hooks := webhook.NewReceiver(verifier, &webhook.Options{Logger: logger})
		h := webhook.Handle(hooks, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			panic(m.Body)
		})
		p := newPipe()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- Until(ctx, p, Server(h, logger)) }()
		for _, forged := range []bool{false, true} {
			r := webhooktest.NewRequest("/sms", webhook.IncomingMessage{Message: webhook.Message{Body: "my secret"}})
			if forged {
				r.Header.Set("X-Twilio-Signature", "Zm9yZ2VkIGZvcmdlZCBmb3JnZWQ=")
			}
			r.Close = true
			conn := p.dial()
			go r.Write(conn)
			_, err = io.ReadAll(conn)
			require.NoError(t, err)
		}
		cancel()
		assert.NoError(t, <-ended)
		assert.NotEmpty(t, out.String())
		for _, secret := range []string{webhooktest.AuthToken, "my secret", "5550101", "Zm9yZ2Vk"} {
			assert.NotContains(t, out.String(), secret)
		}
	})
}

func TestSocket(t *testing.T) {
	url, err := Socket("https://hooks.example.com/twilio", "/agent")
	require.NoError(t, err)
	assert.Equal(t, "wss://hooks.example.com/twilio/agent", url)
	for _, base := range []string{"", "http://127.0.0.1:8080", "hooks.example.com"} {
		_, err := Socket(base, "/agent")
		assert.ErrorContains(t, err, "BASE_URL must start with https://", base)
	}
}
