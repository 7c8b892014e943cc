package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/ringback-go/ringback/webhook/relay"
)

// cpu is the time that the processor spends on one token, both sides together.
const cpu = "cpu-µs"

const (
	relaySessions = 500
	tokenTime     = 50 * time.Millisecond // 20 tokens a second
	wireLimit     = 2000                  // µs from a token to the wire, p99
)

// relayRow compares 500 sessions of ConversationRelay that stream 20 tokens a
// second: ours with turns, history and limits, and the usual program by hand. Time
// is kept by the tokens, so it is the CPU that is compared, and the time from the
// function to the other end of the connection.
func relayRow() row {
	return row{
		name: "relay/500-sessions",
		contenders: []contender{
			{name: "ringback", run: relayWith(ringbackRelay())},
			{name: "gorilla by hand", run: relayWith(http.HandlerFunc(gorillaRelay))},
		},
		ratios: []ratio{
			{peer: "gorilla by hand", atMost: 1.1, metric: cpu},
			{peer: "gorilla by hand", within: wireLimit, metric: p99},
		},
	}
}

// tokens says one token after the other, each with the time at which it was
// said, until say fails.
func tokens(done <-chan struct{}, say func(string) error) error {
	ticker := time.NewTicker(tokenTime)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-done:
			return nil
		}
		if err := say(" at:" + strconv.FormatInt(time.Now().UnixNano(), 10) + ";"); err != nil {
			return err
		}
	}
}

func ringbackRelay() http.Handler {
	answer := func(ctx context.Context, t *relay.Turn) error {
		return tokens(ctx.Done(), func(token string) error {
			_, err := t.WriteString(token)
			return err
		})
	}
	return relay.Handle(newVerifier(), relay.Converse(answer), &relay.Options{Accounts: []string{"AC0123456789abcdef0123456789abcdef"}})
}

// handMessage and handToken are what programs by hand declare.
type handMessage struct {
	Type        string `json:"type"`
	CallSid     string `json:"callSid"`
	VoicePrompt string `json:"voicePrompt"`
	Lang        string `json:"lang"`
	Last        bool   `json:"last"`
}

type handToken struct {
	Type  string `json:"type"`
	Token string `json:"token"`
	Last  bool   `json:"last"`
}

// accepted opens the WebSocket of a signed request; nil: it was refused.
func accepted(w http.ResponseWriter, r *http.Request) *websocket.Conn {
	if sign(token, strings.Replace(base, "https", "wss", 1)+r.URL.RequestURI(), nil) != r.Header.Get(sigHeader) {
		w.WriteHeader(http.StatusForbidden)
		return nil
	}
	ws, err := new(websocket.Upgrader).Upgrade(w, r, nil)
	if err != nil {
		return nil
	}
	return ws
}

// gorillaRelay is the usual program: one goroutine reads, the answer runs in
// another and writes under a mutex. It has no turns, no history and no limits.
func gorillaRelay(w http.ResponseWriter, r *http.Request) {
	ws := accepted(w, r)
	if ws == nil {
		return
	}
	defer ws.Close()
	done := make(chan struct{})
	defer close(done)
	var mu sync.Mutex
	for {
		var m handMessage
		if err := ws.ReadJSON(&m); err != nil {
			return
		}
		if m.Type != "prompt" || !m.Last {
			continue
		}
		go tokens(done, func(token string) error {
			mu.Lock()
			defer mu.Unlock()
			return ws.WriteJSON(handToken{Type: "text", Token: token})
		})
	}
}

// relayWith opens the sessions, lets them talk for the time of the benchmark, one
// iteration a token of each, and reports what a token costs.
func relayWith(handler http.Handler) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		server := httptest.NewServer(handler)
		defer server.Close()
		l := &listeners{}
		defer l.close()
		for range relaySessions {
			if err := l.open(server.Listener.Addr().String()); err != nil {
				b.Fatal(err)
			}
		}
		for l.received.Load() < 2*relaySessions {
			time.Sleep(tokenTime)
		}
		l.start()
		spent := cpuTime()
		for b.Loop() {
			time.Sleep(tokenTime)
		}
		spent = cpuTime() - spent
		delays := l.stop()
		if len(delays) == 0 {
			b.Fatal("no token arrived")
		}
		slices.Sort(delays)
		b.ReportMetric(float64(spent.Microseconds())/float64(len(delays)), cpu)
		b.ReportMetric(float64(delays[len(delays)*99/100].Microseconds()), p99)
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// listeners are the other ends of the sessions. They read frames and look for the
// time in them, and do no more, so that the server is what is measured.
type listeners struct {
	conns    []net.Conn
	readers  sync.WaitGroup
	received atomic.Int64

	mu     sync.Mutex
	active bool
	delays []time.Duration
}

func (l *listeners) open(addr string) error {
	c, r, err := upgrade(addr, "/relay")
	if err != nil {
		return err
	}
	l.conns = append(l.conns, c)
	n := len(l.conns)
	setup := fmt.Sprintf(`{"type":"setup","sessionId":"VX%032d","callSid":"CA%032d","accountSid":"AC0123456789abcdef0123456789abcdef"}`, n, n)
	for _, text := range []string{setup, `{"type":"prompt","voicePrompt":"go","lang":"en-US","last":true}`} {
		if _, err := c.Write(clientFrame(text)); err != nil {
			return err
		}
	}
	l.readers.Go(func() { l.read(r) })
	return nil
}

// upgrade opens a WebSocket as Twilio does.
func upgrade(addr, path string) (net.Conn, *bufio.Reader, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	url := strings.Replace(base, "https", "wss", 1) + path
	_, err = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n%s: %s\r\n\r\n", path, addr, sigHeader, sign(token, url, nil))
	r := bufio.NewReader(c)
	var resp *http.Response
	if err == nil {
		resp, err = http.ReadResponse(r, nil)
	}
	if err == nil && resp.StatusCode != http.StatusSwitchingProtocols {
		err = fmt.Errorf("the handshake was answered with %s", resp.Status)
	}
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return c, r, nil
}

// clientFrame is a text frame with a mask of zeros.
func clientFrame(text string) []byte {
	frame := []byte{0x81}
	if len(text) < 126 {
		frame = append(frame, 0x80|byte(len(text)))
	} else {
		frame = append(frame, 0x80|126, byte(len(text)>>8), byte(len(text)))
	}
	return append(append(frame, 0, 0, 0, 0), text...)
}

func (l *listeners) read(r *bufio.Reader) {
	for {
		head, err := r.Peek(2)
		if err != nil {
			return
		}
		size := 2 + int(head[1]&0x7f)
		frame, err := r.Peek(size)
		if err != nil {
			return
		}
		now := time.Now()
		if _, after, found := bytes.Cut(frame, []byte("at:")); found {
			if digits, _, found := bytes.Cut(after, []byte(";")); found {
				var at int64
				for _, c := range digits {
					at = at*10 + int64(c-'0')
				}
				l.add(now, at)
			}
		}
		if _, err := r.Discard(size); err != nil {
			return
		}
	}
}

func (l *listeners) add(now time.Time, at int64) {
	l.received.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.active {
		l.delays = append(l.delays, time.Duration(now.UnixNano()-at))
	}
}

func (l *listeners) start() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = true
}

func (l *listeners) stop() []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = false
	return l.delays
}

func (l *listeners) close() {
	for _, c := range l.conns {
		c.Close()
	}
	l.readers.Wait()
}
