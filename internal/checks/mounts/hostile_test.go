package mounts_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/ringback-go/ringback/signature"
)

const base = "https://hooks.example.com"

// routers mount one handler at /sms and at /refund/{id}.
var routers = map[string]func(http.Handler) http.Handler{
	"ServeMux": func(h http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("POST /sms", h)
		mux.Handle("POST /refund/{id}", h)
		return mux
	},
	"ServeMux behind StripPrefix": func(h http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("POST /", h)
		return http.StripPrefix("/refund", mux)
	},
	"chi": func(h http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Method(http.MethodPost, "/sms", h)
		r.Method(http.MethodPost, "/refund/{id}", h)
		return r
	},
	"gin": func(h http.Handler) http.Handler {
		gin.SetMode(gin.ReleaseMode)
		r := gin.New()
		r.POST("/sms", gin.WrapH(h))
		r.POST("/refund/:id", gin.WrapH(h))
		return r
	},
	"echo": func(h http.Handler) http.Handler {
		e := echo.New()
		e.POST("/sms", echo.WrapHandler(h))
		e.POST("/refund/:id", echo.WrapHandler(h))
		return e
	},
}

// targets run /refund with a signature for /sms in a verifier that reads the
// request line in another way than net/http does.
var targets = []string{
	"http:/refund/4711?x=://h/sms", "a:/refund/4711?x=://h/sms", "http:/refund/4711/://h/sms", "http:refund/4711?x=://h/sms",
	"http:///refund/4711?x=://h/sms", "http://h/refund/4711?x=://h/sms", "/refund/4711?x=://h/sms", "/refund/4711#://h/sms", "a:/refund/1?Body=x&y=://h/sms",
	"http://u@h/refund/1", "//h/refund/1", "*", "http:", "/refund/..%2f..%2fsms", "/refund/%2e%2e/sms",
}

// ran notes the URLs for which the handler ran.
type ran struct {
	mu   sync.Mutex
	urls []string
}

func (n *ran) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	urls := n.urls
	n.urls = nil
	return urls
}

func serve(t *testing.T, mount func(http.Handler) http.Handler) (*httptest.Server, *ran) {
	t.Helper()
	v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(token)})
	require.NoError(t, err)
	n := new(ran)
	server := httptest.NewUnstartedServer(mount(v.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, _ := signature.FromContext(r.Context())
		n.mu.Lock()
		defer n.mu.Unlock()
		n.urls = append(n.urls, p.URL())
	}))))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetHTTP1(true)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	return server, n
}

func dial(t *testing.T, server *httptest.Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	return conn
}

var signedSMS = signature.Sign(token, base+"/sms", url.Values{"Body": {"hi"}})

// TestT07HostileRequestLines sends raw requests over HTTP/1.1 to each router.
func TestT07HostileRequestLines(t *testing.T) {
	for name, mount := range routers {
		t.Run(name, func(t *testing.T) {
			server, n := serve(t, mount)
			send := func(target, sig string) int {
				conn := dial(t, server)
				defer conn.Close()
				_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
					"Content-Length: 7\r\nX-Twilio-Signature: %s\r\nConnection: close\r\n\r\nBody=hi", target, sig)
				require.NoError(t, err)
				answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					return 0
				}
				answer.Body.Close()
				return answer.StatusCode
			}
			path := "/sms"
			if strings.Contains(name, "StripPrefix") {
				path = "/refund/1"
			}
			assert.Equal(t, 200, send(path+"?x=1", signature.Sign(token, base+path+"?x=1", url.Values{"Body": {"hi"}})))
			assert.Equal(t, []string{base + path + "?x=1"}, n.take())
			for _, target := range targets {
				assert.NotEqual(t, 200, send(target, signedSMS), target)
				assert.Empty(t, n.take(), target)
			}
		})
	}
}

// TestT07HostileHTTP2Paths sends HEADERS frames with the same paths: net/http
// accepts a :path that does not begin with a slash.
func TestT07HostileHTTP2Paths(t *testing.T) {
	for name, mount := range routers {
		t.Run(name, func(t *testing.T) {
			server, n := serve(t, mount)
			post := func(path string) [][2]string {
				return [][2]string{{":method", "POST"}, {":scheme", "http"}, {":authority", "hooks.example.com"}, {":path", path},
					{"content-type", "application/x-www-form-urlencoded"}, {"x-twilio-signature", signedSMS}}
			}
			if !strings.Contains(name, "StripPrefix") {
				assert.Equal(t, "200", sendHTTP2(t, server, post("/sms"), "Body=hi"))
				assert.Equal(t, []string{base + "/sms"}, n.take())
			}
			for _, target := range targets {
				assert.NotEqual(t, "200", sendHTTP2(t, server, post(target), "Body=hi"), target)
				assert.Empty(t, n.take(), target)
			}
			// Extended CONNECT has a path of its own, and is signed as wss.
			connect := [][2]string{{":method", "CONNECT"}, {":protocol", "websocket"}, {":scheme", "http"}, {":authority", "hooks.example.com"},
				{":path", "http:/refund/1?x=://h/sms"}, {"x-twilio-signature", signature.Sign(token, "wss://hooks.example.com/sms", nil)}}
			assert.NotEqual(t, "200", sendHTTP2(t, server, connect, ""))
			assert.Empty(t, n.take())
		})
	}
}

// sendHTTP2 sends one request as frames and returns the :status of the answer, or
// "" if there is none.
func sendHTTP2(t *testing.T, server *httptest.Server, headers [][2]string, body string) string {
	t.Helper()
	conn := dial(t, server)
	defer conn.Close()
	_, err := io.WriteString(conn, http2.ClientPreface)
	require.NoError(t, err)
	frames := http2.NewFramer(conn, conn)
	require.NoError(t, frames.WriteSettings())
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, h := range headers {
		require.NoError(t, encoder.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]}))
	}
	require.NoError(t, frames.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: body == ""}))
	if body != "" {
		require.NoError(t, frames.WriteData(1, true, []byte(body)))
	}
	for {
		frame, err := frames.ReadFrame()
		if err != nil {
			return "" // the connection was closed
		}
		switch frame := frame.(type) {
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return ""
		case *http2.HeadersFrame:
			fields, err := hpack.NewDecoder(4096, nil).DecodeFull(frame.HeaderBlockFragment())
			require.NoError(t, err)
			for _, field := range fields {
				if field.Name == ":status" {
					return field.Value
				}
			}
		}
	}
}
