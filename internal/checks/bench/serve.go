package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/twilio/twilio-go/client"
	peer "github.com/twilio/twilio-go/twiml"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// serveRow compares whole requests over loopback connections: read, verify,
// decode, answer. The fixed document is the floor: it reads the body and
// answers the same bytes without looking.
func serveRow() row {
	params := smsForm(text)
	return row{
		name: "serve/sms-22",
		contenders: []contender{
			{name: "ringback", run: serveWith(params, ringbackHandler())},
			{name: "fixed document", run: serveWith(params, http.HandlerFunc(fixedHandler))},
			{name: "twilio-go by hand", run: serveWith(params, twilioHandler())},
			{name: "standard library by hand", run: serveWith(params, http.HandlerFunc(standardHandler))},
		},
		// Of the wall clock, other programs on the machine take a share.
		ratios: []ratio{
			{peer: "fixed document", atLeast: 0.65, metric: cpu},
			{peer: "twilio-go by hand", atLeast: 2, metric: cpu},
			{peer: "standard library by hand", atLeast: 1.3, metric: cpu},
		},
	}
}

func ringbackHandler() http.Handler {
	rc := webhook.NewReceiver(newVerifier(), nil)
	return webhook.Handle(rc, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return twiml.Reply(replyTo(m.Body)), nil
	})
}

func replyTo(body string) string { return "Thanks, we got: " + body }

var fixedDocument = []byte(twiml.Reply(replyTo(text)).String())

func fixedHandler(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer(w, fixedDocument)
}

func answer(w http.ResponseWriter, doc []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/xml; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(doc)))
	w.Write(doc)
}

func twilioHandler() http.Handler {
	v := client.NewRequestValidator(token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		params := make(map[string]string, len(r.PostForm))
		for name, vs := range r.PostForm {
			params[name] = vs[0]
		}
		if !v.Validate(base+r.URL.RequestURI(), params, r.Header.Get(sigHeader)) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		doc, err := peer.Messages([]peer.Element{&peer.MessagingMessage{Body: replyTo(params["Body"])}})
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		answer(w, []byte(doc))
	})
}

func standardHandler(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if sign(token, base+r.URL.RequestURI(), values) != r.Header.Get(sigHeader) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	var message messageSchema
	for name, vs := range values {
		switchMessage(&message, name, vs[0])
	}
	doc := structMessageOf(replyTo(message.Body))
	answer(w, doc)
}

// serveBurst is how many requests a client sends at once. HTTP/1.1 allows it, and
// it keeps the client's and the kernel's work, the same for all
// contenders, from hiding what the server does.
const serveBurst = 8

// serveWith drives handler over four kept connections. The client writes the
// same bytes each time and reads no more than it must, so that the server is
// what is measured.
func serveWith(params url.Values, handler http.Handler) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		server := httptest.NewServer(handler)
		defer server.Close()
		addr := server.Listener.Addr().String()
		burst := bytes.Repeat(rawPost(addr, params), serveBurst)
		b.SetParallelism(2)
		spent := cpuTime()
		b.RunParallel(func(pb *testing.PB) {
			c, err := dial(addr)
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			for {
				n := 0
				for n < serveBurst && pb.Next() {
					n++
				}
				if n == 0 {
					return
				}
				if err := c.exchange(burst[:len(burst)/serveBurst*n], n); err != nil {
					b.Error(err)
					return
				}
			}
		})
		b.ReportMetric(float64((cpuTime()-spent).Nanoseconds())/1000/float64(b.N), cpu)
	}
}

func rawPost(host string, params url.Values) []byte {
	body := params.Encode()
	var buf bytes.Buffer
	fmt.Fprintf(&buf, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n", path, host)
	fmt.Fprintf(&buf, "Content-Type: %s\r\nX-Twilio-Signature: %s\r\n", formType, sign(token, base+path, params))
	fmt.Fprintf(&buf, "I-Twilio-Idempotency-Token: 0d7b9f2e-5b1c-4c55-9d3c-5d7a8f7c1b2a\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	return buf.Bytes()
}

type conn struct {
	net.Conn
	r *bufio.Reader
}

func dial(addr string) (*conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, r: bufio.NewReader(c)}, nil
}

// exchange sends raw, which is n requests, and reads as many answers.
func (c *conn) exchange(raw []byte, n int) error {
	if _, err := c.Write(raw); err != nil {
		return err
	}
	for range n {
		if err := c.answer(); err != nil {
			return err
		}
	}
	return nil
}

// answer reads one answer of status 200 with a Content-Length.
func (c *conn) answer() error {
	status, err := c.r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200")) {
		return fmt.Errorf("answer %q", status)
	}
	length := -1
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		const name = "content-length: "
		if len(line) > len(name) && strings.EqualFold(string(line[:len(name)]), name) {
			length = number(line[len(name):])
		}
	}
	if length <= 0 {
		return fmt.Errorf("answer without a length")
	}
	_, err = c.r.Discard(length)
	return err
}

func number(line []byte) (n int) {
	for _, c := range line {
		if '0' <= c && c <= '9' {
			n = n*10 + int(c-'0')
		}
	}
	return n
}
