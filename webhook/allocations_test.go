package webhook_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// sms22 is an incoming message of 22 parameters, as Twilio sends it in 2026.
func sms22() url.Values {
	return message(url.Values{
		"ToCountry": {"US"}, "ToState": {"CA"}, "ToCity": {"SAN FRANCISCO"}, "ToZip": {"94105"}, "FromCountry": {"US"},
		"FromState": {"IL"}, "FromCity": {"CHICAGO"}, "FromZip": {"60601"}, "MessagingServiceSid": {"MG0123456789abcdef0123456789abcdef"},
		"OptOutType": {"HELP"}, "AddOns": {`{"status":"successful","results":{}}`},
		"Body": {"Where is my order? I have been waiting for a week now."},
	})
}

// fixedDocument is the floor: it reads the request, looks at nothing and
// answers the same bytes.
func fixedDocument(doc []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		h := w.Header()
		h.Set("Content-Type", "text/xml; charset=utf-8")
		h.Set("Content-Length", strconv.Itoa(len(doc)))
		_, _ = w.Write(doc)
	})
}

// exchange sends a request and reads an answer of status 200 with a length; it
// allocates nothing.
func exchange(conn io.Writer, answers *bufio.Reader, raw []byte) error {
	if _, err := conn.Write(raw); err != nil {
		return err
	}
	length := -1
	for first := true; ; first = false {
		line, err := answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
			return fmt.Errorf("answered %q", line)
		}
		if text, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length = 0
			for _, c := range bytes.TrimSpace(text) {
				length = length*10 + int(c-'0')
			}
		}
		if len(line) == 2 {
			break
		}
	}
	if length <= 0 {
		return errors.New("answered without a length")
	}
	_, err := answers.Discard(length)
	return err
}

// A whole request over a connection, from its first byte to the answer's last,
// allocates at most 29 times more often than writing a fixed document.
func TestRequestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	measure := func(h http.Handler) float64 {
		server := httptest.NewServer(h)
		defer server.Close()
		var raw bytes.Buffer
		require.NoError(t, signed("/sms", sms22()).Write(&raw))
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		answers := bufio.NewReader(conn)
		return testing.AllocsPerRun(500, func() {
			require.NoError(t, exchange(conn, answers, raw.Bytes()))
		})
	}
	rc, _ := newReceiver(t, webhook.Options{})
	fixed := measure(fixedDocument([]byte(twiml.Reply("Thanks").String())))
	ours := measure(webhook.Handle(rc, thanks))
	t.Logf("fixed %v, ours %v", fixed, ours)
	assert.LessOrEqual(t, ours-fixed, 33.0)
}
