package webhooktest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// TestMiddleware plays calls through typical middleware.
func TestMiddleware(t *testing.T) {
	line := new(supportLine).handler()
	foreign := httptest.NewServer(line)
	defer foreign.Close()
	address, err := url.Parse(foreign.URL)
	require.NoError(t, err)
	// The program behind the proxy gets the public host.
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(address); r.Out.Host = r.In.Host }}
	crossOrigin := http.NewCrossOriginProtection()
	for name, h := range map[string]http.Handler{
		"a reverse proxy to a server": proxy,
		"a time limit":                http.TimeoutHandler(line, time.Minute, "late"),
		"a limit of bytes":            http.MaxBytesHandler(line, 64<<10),
		"cross-origin protection":     crossOrigin.Handler(line),
		"semicolons in queries":       http.AllowQuerySemicolons(line),
		"one more router":             func() http.Handler { m := http.NewServeMux(); m.Handle("webhooktest.example.com/", line); return m }(),
	} {
		t.Run(name, func(t *testing.T) {
			tw := webhooktest.New(t, h, nil)
			tw.Text("/sms", "hello ünïcode").Replies("Thanks, we got: hello ünïcode")
			call := tw.Call("/voice")
			call.Hears("Press 2 to leave a message").Presses("2")
			call.Hears("after the tone").Records(20 * time.Second).Presses("#")
			call.Hears("20 seconds").Ends()
			tw.Waits(time.Minute)
			tw.Deliver("/status", "SM00000000000000000000000000000001", "sent", "delivered")
		})
	}
	t.Run("a proxy to nowhere", func(t *testing.T) {
		gone := httptest.NewServer(line)
		address, err := url.Parse(gone.URL)
		require.NoError(t, err)
		gone.Close()
		quiet := &httputil.ReverseProxy{
			Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(address) },
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		}
		got := failing(quiet, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Hears("Welcome") })
		assert.Contains(t, got, "error 11200: the server answered 502 Bad Gateway")
	})
	t.Run("files beside documents", func(t *testing.T) {
		files := http.FileServerFS(fstest.MapFS{
			"hello.mp3":   {Data: []byte("ID3" + string(make([]byte, 70<<10)))},
			"voice.xml":   {Data: []byte(`<?xml version="1.0"?><Response><Play>hello.mp3</Play><Redirect method="GET">next.xml?a=1&amp;b=2</Redirect></Response>`)},
			"next.xml":    {Data: []byte(`<Response><Say>Bye</Say></Response>`)},
			"a/index.txt": {Data: []byte("plain")},
		})
		tw := webhooktest.New(t, files, &webhooktest.Options{GET: true})
		tw.Call("/voice.xml").Hears("/hello.mp3", "Bye").Ends()
		for _, line := range tw.Requests() {
			assert.Contains(t, line, "200", fmt.Sprint(tw.Requests()))
		}
	})
}
