package console_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
)

// full is how many captures the list is measured with.
const full = 10_000

// incoming is a captured text as large as real ones are.
func incoming(n int) capture.Exchange {
	sid := fmt.Sprintf("SM%032x", n)
	return capture.Exchange{
		At: time.Date(2026, 11, 2, 9, 30, n%60, 0, time.UTC), Source: capture.Tunnel, Kind: "IncomingMessage", Verdict: "valid",
		SID: sid, Thread: sid, Summary: fmt.Sprintf("+15550101 texts %q", fmt.Sprint("order ", n)), Took: 3 * time.Millisecond,
		Request: capture.Request{
			Method: http.MethodPost, URL: "http://127.0.0.1:8080/sms",
			Header: http.Header{
				"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}, "User-Agent": {"TwilioProxy/1.1"}, "Accept": {"*/*"},
				"X-Twilio-Signature": {"KPYtkEwGE+8kbzDIrgWVaDR12z8="}, "I-Twilio-Idempotency-Token": {fmt.Sprintf("%08d-0000-4000-8000-000000000000", n)},
			},
			Body: []byte("ToCountry=US&ToState=CA&SmsMessageSid=" + sid + "&NumMedia=0&ToCity=&FromZip=60601&SmsSid=" + sid +
				"&FromState=IL&SmsStatus=received&FromCity=CHICAGO&Body=order+" + fmt.Sprint(n) + "&FromCountry=US&To=%2B15550100&ToZip=&NumSegments=1&MessageSid=" +
				sid + "&AccountSid=AC0123456789abcdef0123456789abcdef&From=%2B15550101&ApiVersion=2010-04-01"),
		},
		Response: capture.Response{
			Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/xml"}},
			Body: []byte("<Response><Message>Thanks, we got: order " + fmt.Sprint(n) + "</Message></Response>"),
		},
	}
}

func (d *desk) fill(n int) {
	d.t.Helper()
	for i := range n {
		_, err := d.stage.Record(incoming(i))
		require.NoError(d.t, err)
	}
}

// ask makes one request of the page and returns how long the server took.
func (d *desk) ask(path string) time.Duration {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = ours
	r.Header.Set(guard.TokenHeader, session)
	w := httptest.NewRecorder()
	start := time.Now()
	d.server.ServeHTTP(w, r)
	took := time.Since(start)
	if w.Code != http.StatusOK {
		d.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return took
}

// BenchmarkList measures what the page asks for when it opens the list and when
// a person searches it: the time with ten thousand captures, and how many times
// that of an empty list it is.
func BenchmarkList(b *testing.B) {
	empty, filled := open(b, nil), open(b, nil)
	filled.fill(full)
	for _, c := range []struct{ name, path string }{
		{"open", "/api/exchanges?limit=100"},
		{"older", "/api/exchanges?limit=100&before=5000"},
		{"search-one", "/api/exchanges?limit=100&text=order+4711"},
		{"search-all", "/api/exchanges?limit=100&text=order"},
		{"search-none", "/api/exchanges?limit=100&text=absent"},
		{"search-two-letters", "/api/exchanges?limit=100&text=zq"},
		{"search-sid", "/api/exchanges?limit=100&sid=" + incoming(77).SID},
		{"failed", "/api/exchanges?limit=100&failed=1"},
	} {
		b.Run(fmt.Sprintf("%s-%d", c.name, full), func(b *testing.B) {
			b.ReportAllocs()
			var with, without time.Duration
			n := 0
			for b.Loop() {
				with += filled.ask(c.path)
				without += empty.ask(c.path)
				n++
			}
			b.ReportMetric(float64(with.Microseconds())/float64(n)/1000, "full-ms")
			b.ReportMetric(float64(without.Microseconds())/float64(n)/1000, "empty-ms")
			b.ReportMetric(float64(with)/float64(without), "full/empty")
		})
	}
}

// BenchmarkLive measures the way of an exchange from the store to an open page:
// how many a second get through, with nothing and with ten thousand captures
// there before. A page must keep up with 200 a second.
func BenchmarkLive(b *testing.B) {
	rate := map[int]float64{}
	for _, before := range []int{0, full} {
		b.Run(fmt.Sprint(before), func(b *testing.B) {
			d := open(b, nil)
			d.fill(before)
			ctx, cancel := context.WithCancel(b.Context())
			r := httptest.NewRequest(http.MethodGet, "/api/events", nil).WithContext(ctx)
			r.Host = ours
			r.Header.Set(guard.TokenHeader, session)
			page := &counter{header: http.Header{}, exchanges: make(chan struct{}, 1024), ready: make(chan struct{})}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				d.server.ServeHTTP(page, r)
			}()
			<-page.ready
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if _, err := d.stage.Record(incoming(before + n)); err != nil {
					b.Fatal(err)
				}
				<-page.exchanges
				n++
			}
			persecond := float64(n) / b.Elapsed().Seconds()
			rate[before] = persecond
			b.ReportMetric(persecond, "exchanges/s")
			b.ReportMetric(persecond/200, "x-needed")
			if before > 0 && rate[0] > 0 {
				b.ReportMetric(rate[0]/persecond, "full/empty")
			}
			cancel()
			<-ended
		})
	}
}

// counter is a page that counts the exchanges in its events.
type counter struct {
	header    http.Header
	exchanges chan struct{}
	ready     chan struct{}
	began     bool
}

func (c *counter) Header() http.Header { return c.header }
func (c *counter) WriteHeader(int)     {}
func (c *counter) Flush()              {}
func (c *counter) Write(p []byte) (int, error) {
	if !c.began {
		c.began = true
		close(c.ready)
	}
	if strings.HasPrefix(string(p), "event: exchange\n") {
		c.exchanges <- struct{}{}
	}
	return io.Discard.Write(p)
}

// TestAPageKeepsUpWithABurst adds more exchanges at once than a second of
// traffic has: the page is notified of each that its watcher could hold, in order,
// and the store is not held up.
func TestAPageKeepsUpWithABurst(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequest(http.MethodGet, "/api/events", nil).WithContext(ctx)
	r.Host = ours
	r.Header.Set(guard.TokenHeader, session)
	page := &counter{header: http.Header{}, exchanges: make(chan struct{}, 1024), ready: make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.server.ServeHTTP(page, r)
	}()
	<-page.ready
	d.fill(200)
	d.until("all of them", func() bool { return len(page.exchanges) == 200 })
	cancel()
	<-ended
}
