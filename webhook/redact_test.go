package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// marked makes a request whose every value holds a marker. What is left
// unmarked is what may be logged: SIDs, and numbers that only count.
func marked(rnd *rand.Rand) (params url.Values, markers []string) {
	mark := func(prefix string) string {
		m := fmt.Sprintf("%sMARKER%08x", prefix, rnd.Uint32())
		markers = append(markers, m[len(prefix):])
		return m
	}
	number := func() string {
		m := fmt.Sprintf("1555%07d", rnd.IntN(1e7))
		markers = append(markers, m)
		return "+" + m
	}
	bodies := []string{"", "\r\n2026-01-01 level=INFO msg=", "\x1b[31m", `"quoted" `, "\u202e", "\x00", "日本 "}
	params = message(url.Values{
		"Body":              {mark(bodies[rnd.IntN(len(bodies))])},
		"From":              {number()},
		"To":                {"whatsapp:" + number()},
		"NumMedia":          {"1"},
		"MediaUrl0":         {"https://api.twilio.com/" + mark("media/")},
		"MediaContentType0": {"image/" + mark("")},
		"ProfileName":       {mark("Ms ")},
		"FromCity":          {mark("")},
		"NumSegments":       {mark("")},
		"BrandNew":          {mark("")},
	})
	return params, markers
}

// T29, figure V17: nothing of a request is in the log at the default level, and
// no token at any level, whatever the function does with what it gets.
func TestT29Redaction(t *testing.T) {
	const n = 10_000
	rnd := rand.New(rand.NewPCG(1, 2))
	deeds := []func(webhook.IncomingMessage) error{
		func(webhook.IncomingMessage) error { return nil },
		func(m webhook.IncomingMessage) error { return errors.New(m.Body) },
		func(m webhook.IncomingMessage) error {
			return fmt.Errorf("no customer %s called %q", m.From, m.ProfileName)
		},
		func(m webhook.IncomingMessage) error { return fmt.Errorf("cannot take apart %v", m.Extra) },
		func(m webhook.IncomingMessage) error { panic(fmt.Sprintf("%+v", m.Media)) },
		func(m webhook.IncomingMessage) error { panic(strings.TrimPrefix(string(m.From), "+")) },
		func(m webhook.IncomingMessage) error {
			return &url.Error{Op: "Get", URL: m.Media[0].URL, Err: errors.New("refused")}
		},
	}
	deed := deeds[0]
	log := new(logBuffer)
	everything := new(logBuffer)
	rc, _ := newReceiver(t, webhook.Options{Logger: slog.New(slog.NewMultiHandler(
		slog.NewTextHandler(log, nil),
		slog.NewJSONHandler(everything, &slog.HandlerOptions{Level: slog.LevelDebug}),
	))})
	h := webhook.Handle(rc, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return twiml.Reply(m.Body), deed(m)
	})
	records := 0
	for i := range n {
		deed = deeds[i%len(deeds)]
		params, markers := marked(rnd)
		r := signed("/sms", params)
		if i%5 == 4 { // refused
			r.Header.Set("X-Twilio-Signature", "MARKER"+r.Header.Get("X-Twilio-Signature")[6:])
		}
		markers = append(markers, r.Header.Get("X-Twilio-Signature"))
		serve(h, r)
		text := log.String()
		for _, m := range markers {
			require.NotContains(t, text, m, "request %d", i)
		}
		require.NotContains(t, everything.String(), testToken)
		require.LessOrEqual(t, len(log.lines()), 1, "a record at most, on a line of its own: %s", text)
		require.NotContains(t, text, "\x1b")
		records += len(log.lines())
		log.buf.Reset()
		everything.buf.Reset()
	}
	assert.Positive(t, records)
}

// What a function logs itself is its own; what it puts into a JSON event's error
// is redacted as well.
func TestT29RedactsJSON(t *testing.T) {
	event := func(text string) string {
		return `{"specversion":"1.0","type":"com.twilio.messaging.message.delivered","id":"EZ1","source":"/x","data":{"from":"+15550101","text":"` + text + `"}}`
	}
	for _, tt := range []struct{ name, body, want string }{
		{"a batch of one", "[" + event("MARKER") + "]", "cannot store [text] of [text]"},
		{"a batch of many", "[" + strings.Repeat(event("x")+",", 400) + event("MARKER") + "]", "cannot store [text] of [text]"},
		{"more than can be looked for", "[" + strings.Repeat(event("x")+",", 1000) + event("MARKER") + "]", "(an error text of 32 bytes)"},
		{"no JSON", `{"a":"b"] MARKER +15550101`, "(an error text of 32 bytes)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rc, log := newReceiver(t, webhook.Options{})
			w := serve(webhook.Events(rc, func(context.Context, webhook.Event) (webhook.Reply, error) {
				return nil, errors.New("cannot store MARKER of +15550101")
			}), signedJSON(t, "/events", tt.body))
			assert.Equal(t, http.StatusServiceUnavailable, w.Code)
			assert.Contains(t, log.String(), tt.want)
			assert.NotContains(t, log.String(), "MARKER")
			assert.NotContains(t, log.String(), "15550101")
		})
	}
}

func signedJSON(t *testing.T, path, body string) *http.Request {
	t.Helper()
	sig, target := signature.SignBody(testToken, testBase+path, []byte(body))
	r, err := http.NewRequest(http.MethodPost, strings.TrimPrefix(target, testBase), strings.NewReader(body))
	require.NoError(t, err)
	r.RequestURI = strings.TrimPrefix(target, testBase)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Twilio-Signature", sig)
	return r
}

func TestT29LongErrorsAreCut(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{})
	long := strings.Repeat("ä", 600)
	serve(webhook.Handle(rc, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return nil, errors.New(long + m.Body)
	}), signed("/sms", message(url.Values{"Body": {"MARKER"}})))
	assert.Less(t, len(log.String()), 1500)
	assert.NotContains(t, log.String(), "MARKER")
	assert.NotContains(t, log.String(), `\x`)
}

func TestT29FailureMarshals(t *testing.T) {
	f := &webhook.Failure{Kind: webhook.KindIncomingMessage, Cause: webhook.Late, Err: context.DeadlineExceeded}
	assert.EqualError(t, f, "webhook: IncomingMessage: late: context deadline exceeded")
	assert.ErrorIs(t, f, context.DeadlineExceeded)
	_, err := json.Marshal(f)
	require.NoError(t, err)
}

// What replaces a value is not searched again: names come from strangers, too,
// and chains of them that hold each other's values grew beyond all memory.
func TestT29NamesAreNotReplaced(t *testing.T) {
	name := "SipHeader_X-" + strings.Repeat("bbbb", 20)
	rc, log := newReceiver(t, webhook.Options{})
	serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return nil, errors.New("no route to aaaaaa, or to aaaaab")
	}), signed("/sms", message(url.Values{name: {"aaaaaa"}, "SipHeader_X-C": {"bbbb"}, "SipHeader_X-D": {"aaaaab"}})))
	assert.Contains(t, log.String(), "no route to ["+name+"], or to [SipHeader_X-D]\"")
}

// Of values that overlap in a text nothing is left.
func TestT29OverlappingValues(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{})
	serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return nil, errors.New("no abcdefgh")
	}), signed("/sms", message(url.Values{"FromCity": {"abcde"}, "Body": {"defgh"}})))
	assert.Contains(t, log.String(), `error="no [FromCity][Body]"`)
}

// A text that is too long to be searched is not shown at all: a value that is
// cut would not be found.
func TestT29EndlessErrorsAreNotShown(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{})
	serve(webhook.Handle(rc, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return nil, errors.New(m.Body)
	}), signed("/sms", message(url.Values{"Body": {strings.Repeat("MARKER ", 10_000)}})))
	assert.Contains(t, log.String(), "an error text of 70000 bytes")
	assert.NotContains(t, log.String(), "MARKER")
}

// A brokenError panics when it is asked for its text.
type brokenError struct{ text string }

func (e *brokenError) Error() string { return e.text }

// The classic mistake, a nil pointer returned as an error, costs neither the
// answer nor, in a function that is late, the process.
func TestT21ErrorThatCannotBePrinted(t *testing.T) {
	for name, run := range map[string]func() error{
		"returned": func() error { var e *brokenError; return e },
		"panicked": func() error { var e *brokenError; panic(e) },
	} {
		t.Run(name, func(t *testing.T) {
			var text string
			rc, log := newReceiver(t, webhook.Options{
				Fallback: webhook.Fallback{Messaging: twiml.Reply("Please try again.")},
				Error:    func(_ context.Context, f *webhook.Failure) { text = f.Error() },
			})
			w := serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
				return nil, run()
			}), signed("/sms", message(nil)))
			assert.Contains(t, w.Body.String(), "Please try again.")
			require.Len(t, log.lines(), 1)
			assert.Contains(t, log.String(), "error=<nil>")
			assert.Contains(t, text, "<nil>")
		})
	}
}

func TestT21LateErrorThatCannotBePrinted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rc, log := newReceiver(t, webhook.Options{})
		serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			time.Sleep(time.Minute)
			var e *brokenError
			panic(e)
		}), signed("/sms", message(nil)))
		time.Sleep(time.Minute)
		require.Len(t, log.lines(), 2)
		assert.Contains(t, log.lines()[1], "panicked after its time was up")
	})
}

// A source of tokens is asked before anything is proven, and its errors are the
// program's own.
func TestT29TokenSourceErrors(t *testing.T) {
	down := signature.TokenFunc(func(_ context.Context, q signature.Query) ([]signature.Token, error) {
		return nil, errors.New("cannot look up " + q.To)
	})
	for _, tt := range []struct {
		name    string
		refused func(*http.Request, *signature.Error)
		want    string
	}{
		{"readable", nil, "cannot look up [To]"},
		{"read by somebody else", func(r *http.Request, _ *signature.Error) { _, _ = io.Copy(io.Discard, r.Body) }, `error="signature: no usable token"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := signature.New(signature.Config{BaseURL: testBase, Tokens: down, Refused: tt.refused})
			require.NoError(t, err)
			log := new(logBuffer)
			rc := webhook.NewReceiver(v, &webhook.Options{Logger: slog.New(slog.NewTextHandler(log, nil))})
			w := serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
				return nil, nil
			}), signed("/sms", message(nil)))
			assert.Equal(t, http.StatusServiceUnavailable, w.Code)
			assert.Contains(t, log.String(), tt.want)
			assert.NotContains(t, log.String(), "15550100")
		})
	}
}
