package dialogue_test

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// TestHostileServers shows that whatever a server does, the call ends with
// Twilio's number and nothing is left behind: no goroutine, no time.
func TestHostileServers(t *testing.T) {
	cases := map[string]struct {
		h    http.Handler
		code int
	}{
		"hangs":                   {http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), 11200},
		"hangs and does not care": {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Hour) }), 11200},
		"panics":                  {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }), 11200},
		"aborts":                  {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), 11200},
		"exits its goroutine":     {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { runtime.Goexit() }), 11200},
		"answers HTML":            {answerWith("text/html", "<!DOCTYPE html><html><body>Welcome<br></body></html>"), 12100},
		"answers XHTML":           {answerWith("text/html", "<html><body>Welcome</body></html>"), 12102},
		"answers JSON":            {answerWith("application/json", `{"say":"hello"}`), 12300},
		"answers nothing":         {answerWith("text/xml", ""), 11770},
		"redirects forever":       {http.RedirectHandler("/voice", http.StatusFound), 11215},
		"loops in TwiML":          {pages{"/voice": `<Redirect>/voice</Redirect>`}, 14106},
		"sends a megabyte":        {answerWith("text/xml", "<Response>"+strings.Repeat("<Say>a</Say>", 1<<17)), 11750},
		"sends 64 MB":             {http.HandlerFunc(endless), 11750},
		"nests deep":              {answerWith("text/xml", "<Response>"+strings.Repeat("<Gather>", 5000)), 12100},
		"defines entities":        {answerWith("text/xml", `<!DOCTYPE r [<!ENTITY a "b">]><Response>&a;</Response>`), 12100},
		"redirects to a file":     {http.RedirectHandler("file:///etc/passwd", http.StatusFound), 11100},
		"redirects nowhere":       {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) }), 11206},
		"answers 100 times 304":   {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) }), 11200},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, c.h)
				call := s.call()
				s.wait(30)
				assert.EqualValues(t, "completed", call.Status())
				assert.Contains(t, s.codes(), c.code)
				assert.Equal(t, []string{"We are sorry, an application error has occurred. Goodbye."}, s.said())
				_, more := s.Next()
				assert.False(t, more, "something is left to happen")
				s.Close()
				if name == "hangs and does not care" {
					time.Sleep(2 * time.Hour) // let it end within the bubble
				}
			}) // synctest fails if a goroutine is left
		})
		t.Run(name+", to a message", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t, c.h)
				r := s.text("hi", func(m *dialogue.Text) { m.URL = "/voice" })
				if c.code != 11770 {
					require.NotNil(t, r.Failure)
					assert.Equal(t, c.code, r.Failure.Code)
				}
				s.Close()
				if name == "hangs and does not care" {
					time.Sleep(2 * time.Hour)
				}
			})
		})
	}
	t.Run("a panic is named", func(t *testing.T) {
		s := play(t, cases["panics"].h)
		s.call()
		assert.Contains(t, s.texts(dialogue.EventFailed)[0], "boom")
	})
}

func endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	block := []byte(strings.Repeat("<Say>a</Say>", 5000))
	for range 1000 {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// TestHostileConnections does the same through a real connection.
func TestHostileConnections(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	answers := map[string]struct {
		raw  string
		code int
	}{
		"closes":              {"", 11200},
		"is not HTTP":         {"SSH-2.0-OpenSSH\r\n\r\n", 11206},
		"closes in the body":  {"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 500\r\n\r\n<Response>", 11206},
		"has a broken chunk":  {"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 11206},
		"answers in one byte": {"H", 11206},
	}
	current := make(chan string, 1)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			buf := make([]byte, 1)
			_, _ = conn.Read(buf)
			_, _ = io.WriteString(conn, <-current)
			_ = conn.(*net.TCPConn).CloseWrite()
			go func() { _, _ = io.Copy(io.Discard, conn); conn.Close() }()
		}
	}()
	for name, c := range answers {
		t.Run(name, func(t *testing.T) {
			tr := &http.Transport{DisableKeepAlives: true}
			defer tr.CloseIdleConnections()
			s := play(t, nil, func(cfg *dialogue.Config) {
				cfg.Transport, cfg.BaseURL = tr, "http://"+listener.Addr().String()
			})
			current <- c.raw
			s.call()
			assert.Equal(t, []int{c.code}, s.codes())
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		addr := free.Addr().String()
		free.Close()
		s := play(t, nil, func(cfg *dialogue.Config) { cfg.Transport, cfg.BaseURL = &http.Transport{}, "http://"+addr })
		s.call()
		assert.Equal(t, []int{11205}, s.codes())
	})
	t.Run("a plain server is asked for TLS", func(t *testing.T) {
		srv := httptest.NewUnstartedServer(pages{"/voice": ""})
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.Start()
		defer srv.Close()
		s := play(t, nil, func(cfg *dialogue.Config) {
			cfg.Transport, cfg.BaseURL = &http.Transport{DisableKeepAlives: true}, strings.Replace(srv.URL, "http", "https", 1)
		})
		s.call()
		assert.Equal(t, []int{11220}, s.codes())
	})
	t.Run("a certificate of nobody", func(t *testing.T) {
		srv := httptest.NewUnstartedServer(pages{"/voice": ""})
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.StartTLS()
		defer srv.Close()
		s := play(t, nil, func(cfg *dialogue.Config) {
			cfg.Transport, cfg.BaseURL = &http.Transport{DisableKeepAlives: true}, srv.URL
		})
		s.call()
		assert.Equal(t, []int{11237}, s.codes())
	})
}

// TestLimits shows that a document cannot make a call cost more than Limits.
func TestLimits(t *testing.T) {
	small := func(c *dialogue.Config) { c.Limits = dialogue.Limits{Documents: 5, Verbs: 50, CallLength: time.Hour} }
	t.Run("documents", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Pause/><Redirect/>`}, small)
		s.call()
		s.wait(60)
		assert.Contains(t, s.codes(), 14106)
		assert.Len(t, s.paths(), 5)
	})
	t.Run("verbs", func(t *testing.T) {
		s := play(t, pages{"/voice": strings.Repeat("<Pause/>", 51)}, small)
		s.call()
		s.wait(100)
		assert.Contains(t, s.codes(), 12400)
	})
	t.Run("the length of a call", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Pause length="999999"/>`}, small)
		c := s.call()
		s.Advance(2 * time.Hour)
		assert.EqualValues(t, "completed", c.Status())
		assert.Equal(t, 3600.0, s.at(dialogue.EventEnded, "completed"))
	})
	t.Run("a queue of silence does not spin", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Enqueue waitUrl="/empty">q</Enqueue>`, "/empty": ""})
		s.call()
		s.wait(10)
		assert.LessOrEqual(t, len(s.of("EnqueueWaitURL")), 11)
	})
	t.Run("an engine that is closed in the middle leaves nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(t, pages{"/voice": `<Dial><Number>+15550123</Number><Number>+15550124</Number></Dial>`})
			s.call()
			s.call()
			s.Close()
			s.Close()
			s.wait(100)
			s.call()
		})
	})
}

// TestGoroutines counts: a thousand calls leave as many goroutines as before.
func TestGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for i := range 200 {
		s := play(t, pages{"/voice": `<Gather numDigits="1" action="/b"/>`, "/b": `<Dial>+15550123</Dial>`})
		for range 5 {
			c := s.call()
			c.Press("1")
			if i%2 == 0 {
				c.HangUp()
			}
		}
		s.Close()
	}
	for range 100 {
		runtime.Gosched()
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before+2)
}

func TestDeterminism(t *testing.T) {
	run := func() string {
		s := play(t, pages{
			"/voice": `<Gather numDigits="1" action="/dial"/>`,
			"/dial":  `<Dial action="/end" record="record-from-answer"><Number statusCallback="/cb" statusCallbackEvent="initiated ringing answered completed">+15550123</Number></Dial>`,
			"/end":   say("bye"), "/cb": "",
		})
		c := s.call()
		c.Press("1")
		c.Children()[0].Answer()
		s.wait(60)
		c.Children()[0].HangUp()
		s.wait(60)
		var b strings.Builder
		for _, ev := range s.log() {
			if x := ev.Exchange; x != nil {
				fmt.Fprintln(&b, ev.At, x.URL, x.Body, x.Header["I-Twilio-Idempotency-Token"])
			}
		}
		return b.String()
	}
	assert.Equal(t, run(), run())
}
