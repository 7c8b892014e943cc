package webhook_test

import (
	"context"
	"encoding/base64"
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

// What programs do to a request before they put it into an error (security
// review, M4, and more of the kind).
var transformations = []struct {
	name string
	err  func(webhook.IncomingMessage) error
}{
	{"as it is", func(m webhook.IncomingMessage) error { return errors.New(m.Body) }},
	{"quoted", func(m webhook.IncomingMessage) error { return fmt.Errorf("no command %q", m.Body) }},
	{"in lower case", func(m webhook.IncomingMessage) error {
		return fmt.Errorf("unknown command %q", strings.ToLower(m.Body))
	}},
	{"in upper case", func(m webhook.IncomingMessage) error { return errors.New(strings.ToUpper(m.Body)) }},
	{"trimmed", func(m webhook.IncomingMessage) error { return errors.New(strings.TrimSpace(m.Body)) }},
	{"one word", func(m webhook.IncomingMessage) error { return fmt.Errorf("no item %q", strings.Fields(m.Body)[3]) }},
	{"in a URL", func(m webhook.IncomingMessage) error {
		return &url.Error{Op: "Get", URL: "http://127.0.0.1:1/search?q=" + url.QueryEscape(m.Body), Err: errors.New("refused")}
	}},
	{"national number", func(m webhook.IncomingMessage) error {
		return fmt.Errorf("no customer with phone %s", strings.TrimPrefix(string(m.From), "+1"))
	}},
	{"number for people", func(m webhook.IncomingMessage) error {
		n := strings.TrimPrefix(string(m.From), "+1")
		return fmt.Errorf("no customer (%s) %s-%s", n[:3], n[3:6], n[6:])
	}},
	{"base64", func(m webhook.IncomingMessage) error {
		return errors.New(base64.StdEncoding.EncodeToString([]byte(m.Body)))
	}},
	{"first characters", func(m webhook.IncomingMessage) error { return errors.New(m.Body[:8]) }},
	{"reversed", func(m webhook.IncomingMessage) error {
		b := []byte(m.Body)
		for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
		return errors.New(string(b))
	}},
	{"path of the media", func(m webhook.IncomingMessage) error {
		u, _ := url.Parse(m.Media[0].URL)
		return &url.Error{Op: "Get", URL: u.Path, Err: errors.New("refused")}
	}},
	{"the whole event", func(m webhook.IncomingMessage) error { return fmt.Errorf("cannot handle %+v", m) }},
	{"in JSON", func(m webhook.IncomingMessage) error {
		text, err := json.Marshal(m)
		return errors.Join(err, errors.New(string(text)))
	}},
	{"joined and wrapped", func(m webhook.IncomingMessage) error {
		return fmt.Errorf("%w, %w", errors.New(m.Body), fmt.Errorf("%s: %w", m.From, io.EOF))
	}},
	{"an error type of its own", func(m webhook.IncomingMessage) error { return &brokenError{m.Body} }},
	{"in our own error", func(m webhook.IncomingMessage) error {
		return fmt.Errorf("%s: %w", m.Body, &webhook.DecodeError{Param: "x", Value: m.Body, Err: webhook.ErrSyntax})
	}},
}

// leaks are pieces of the text, the number and the URL.
var leaks = []string{"pin", "PIN", "Pin", "90210", "zebra", "ZEBRA", "arbez", "My+Pin", "5550100777", "010-0777", "0777", "ME0000", "TXkg", "Alice", "alice"}

func personal() url.Values {
	return message(url.Values{
		"Body": {"My Pin Is 90210 Zebra "}, "From": {"+15550100777"}, "ProfileName": {"Alice"}, "NumMedia": {"1"},
		"MediaUrl0": {"https://api.twilio.com/2010-04-01/Media/ME0000pin"}, "MediaContentType0": {"image/png"},
	})
}

func TestT29NothingPersonalInTheLog(t *testing.T) {
	for _, tt := range transformations {
		for _, panics := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %v", tt.name, panics), func(t *testing.T) {
				var got *webhook.Failure
				everything := new(logBuffer)
				rc, _ := newReceiver(t, webhook.Options{
					Logger: slog.New(slog.NewTextHandler(everything, &slog.HandlerOptions{Level: slog.LevelDebug})),
					Error:  func(_ context.Context, f *webhook.Failure) { got = f },
				})
				var want error
				h := webhook.Handle(rc, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
					want = tt.err(m)
					if panics {
						panic(want)
					}
					return nil, want
				})
				r := signed("/sms", personal())
				serve(h, r)
				require.NotNil(t, got)
				assert.Equal(t, want, got.Err, "the hook gets the error itself")
				f, err := json.Marshal(got)
				require.NoError(t, err)
				log := everything.String() + got.Error() + string(f) + fmt.Sprintf("%v %+v %#v %s %q", got, got, *got, *got, got)
				slog.New(slog.NewTextHandler(everything, nil)).Info("x", "f", got, "v", *got)
				log += everything.String()
				for _, leak := range append(leaks, r.Header.Get("X-Twilio-Signature"), testToken) {
					require.NotContains(t, log, leak)
				}
				assert.Contains(t, log, "cause="+string(got.Cause))
				assert.Contains(t, log, fmt.Sprintf("%T", want), "the type says what kind of error it was")
			})
		}
	}
}

// A panic with a value that is not an error shows the type of the value.
func TestT29PanicValues(t *testing.T) {
	for _, value := range []any{"My Pin", 90210, []string{"zebra"}, struct{ Name string }{"Alice"}} {
		rc, log := newReceiver(t, webhook.Options{})
		serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			panic(value)
		}), signed("/sms", message(nil)))
		require.Len(t, log.lines(), 1)
		assert.Contains(t, log.String(), fmt.Sprintf("panic of %T", value)[:9])
		for _, leak := range leaks {
			assert.NotContains(t, log.String(), leak)
		}
	}
}

func TestLogErrors(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{LogErrors: true})
	serve(webhook.Handle(rc, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return nil, errors.New("the database is down" + strings.Repeat("ä", 600))
	}), signed("/sms", message(nil)))
	assert.Contains(t, log.String(), "the database is down")
	assert.Less(t, len(log.String()), 1500, "cut")
	assert.NotContains(t, log.String(), `\x`, "at a whole character")
}

// Nothing of a request is in a log, whatever its values look like: line breaks,
// escape codes and texts that imitate records stay out.
func TestT29OddValues(t *testing.T) {
	for _, odd := range []string{"\r\n2026-01-01 level=INFO msg=MARKER", "\x1b[31mMARKER", `"MARKER" `, "\u202eMARKER", "\x00MARKER", "日本 MARKER"} {
		params := message(url.Values{"Body": {odd}, "FromCity": {odd}, "NumSegments": {odd}, "BrandNew": {odd}})
		rc, log := newReceiver(t, webhook.Options{})
		for _, deed := range []func(webhook.IncomingMessage) error{
			func(webhook.IncomingMessage) error { return nil },
			func(m webhook.IncomingMessage) error { return errors.New(m.Body) },
			func(m webhook.IncomingMessage) error { panic(m.Body) },
		} {
			serve(webhook.Handle(rc, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
				return nil, deed(m)
			}), signed("/sms", params))
		}
		require.Len(t, log.lines(), 3)
		assert.NotContains(t, log.String(), "MARKER")
		assert.NotContains(t, log.String(), "\x1b")
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

func TestT29JSON(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{})
	w := serve(webhook.Events(rc, func(context.Context, webhook.Event) (webhook.Reply, error) {
		return nil, errors.New("cannot store MARKER of +15550101")
	}), signedJSON(t, "/events", `[{"specversion":"1.0","type":"com.twilio.messaging.message.delivered","id":"EZ1","source":"/x","data":{"from":"+15550101","text":"MARKER"}}]`))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.NotContains(t, log.String(), "MARKER")
	assert.NotContains(t, log.String(), "15550101")
}

func TestT29FailureMarshals(t *testing.T) {
	f := &webhook.Failure{Kind: webhook.KindIncomingMessage, Cause: webhook.CauseLate, Err: context.DeadlineExceeded}
	assert.EqualError(t, f, "webhook: IncomingMessage: late: context deadline exceeded")
	assert.ErrorIs(t, f, context.DeadlineExceeded)
	text, err := json.Marshal(f)
	require.NoError(t, err)
	assert.Equal(t, `"webhook: IncomingMessage: late: context deadline exceeded"`, string(text))
}

// By value, too, a DecodeError does not print what was sent (security review, m4).
func TestT29DecodeErrorByValue(t *testing.T) {
	e := webhook.DecodeError{Kind: webhook.KindIncomingMessage, Param: "NumMedia", Value: "MARKER", Err: webhook.ErrSyntax}
	log := new(logBuffer)
	slog.New(slog.NewTextHandler(log, nil)).Info("x", "value", e, "pointer", &e)
	value, err := json.Marshal(e)
	require.NoError(t, err)
	pointer, err := json.Marshal(&e)
	require.NoError(t, err)
	text := log.String() + string(value) + string(pointer) + fmt.Sprintf("%v %+v %#v %s %q %d %x", e, e, e, e, e, e, e) + fmt.Sprintf("%v %+v %#v %s %q", &e, &e, &e, &e, &e) +
		fmt.Sprint([]webhook.DecodeError{e}, map[string]any{"e": e}, struct{ E webhook.DecodeError }{e})
	assert.NotContains(t, text, "MARKER")
	assert.Contains(t, text, "is malformed")
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
				LogErrors: true,
				Fallback:  webhook.Fallback{Messaging: twiml.Reply("Please try again.")},
				Error:     func(_ context.Context, f *webhook.Failure) { text = f.Error() },
			})
			w := serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
				return nil, run()
			}), signed("/sms", message(nil)))
			assert.Contains(t, w.Body.String(), "Please try again.")
			require.Len(t, log.lines(), 1)
			assert.Contains(t, log.String(), "text=<nil>")
			assert.Contains(t, text, "*webhook_test.brokenError")
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

// A source of tokens runs before anything is proven, and its errors are the
// program's own.
func TestT29TokenSourceErrors(t *testing.T) {
	v, err := signature.New(signature.Config{BaseURL: testBase, Tokens: signature.TokenFunc(func(_ context.Context, q signature.Query) ([]signature.Token, error) {
		return nil, fmt.Errorf("cannot look up %s: %w", q.To, io.ErrUnexpectedEOF)
	})})
	require.NoError(t, err)
	log := new(logBuffer)
	rc := webhook.NewReceiver(v, &webhook.Options{Logger: slog.New(slog.NewTextHandler(log, nil))})
	w := serve(webhook.Handle(rc, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return nil, nil
	}), signed("/sms", message(nil)))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Contains(t, log.String(), "no usable token: *fmt.wrapError: *errors.errorString")
	assert.NotContains(t, log.String(), "15550100")
}

// The program's store of answers fails with an error that quotes a number.
func TestT29StoreErrors(t *testing.T) {
	rc, log := newReceiver(t, webhook.Options{})
	var c counter
	serve(webhook.Deduplicate(rc, brokenStore{}, webhook.Handle(rc, c.reply)), signed("/sms", message(nil)))
	assert.Contains(t, log.String(), "*errors.errorString")
	assert.NotContains(t, log.String(), "no connection")
}

// T29, figure V17: of 10,000 requests with random values, handled by functions
// that fail in every way, nothing is in the log at the default level, and no
// token is at any level.
func TestT29Redaction(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	log, everything := new(logBuffer), new(logBuffer)
	rc, _ := newReceiver(t, webhook.Options{Logger: slog.New(slog.NewMultiHandler(
		slog.NewTextHandler(log, nil),
		slog.NewJSONHandler(everything, &slog.HandlerOptions{Level: slog.LevelDebug}),
	))})
	var deed func(webhook.IncomingMessage) error
	h := webhook.Handle(rc, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return twiml.Reply(m.Body), deed(m)
	})
	for i := range 10_000 {
		var words []string
		word := func() string {
			w := fmt.Sprintf("q%08xz", rnd.Uint32()) // none of our words looks like it
			words = append(words, w)
			return w
		}
		number := fmt.Sprintf("%07d", rnd.IntN(1e7))
		params := message(url.Values{
			"Body": {word() + " " + strings.ToUpper(word()) + " " + word() + " " + word() + " "}, "From": {"+1555" + number}, "To": {"whatsapp:+1555" + number},
			"ProfileName": {word()}, "FromCity": {word()}, "NumSegments": {word()}, "BrandNew": {word()},
			"NumMedia": {"1"}, "MediaUrl0": {"https://api.twilio.com/" + word()}, "MediaContentType0": {"image/" + word()},
		})
		deed = transformations[i%len(transformations)].err
		if i%7 == 0 {
			fails := deed
			deed = func(m webhook.IncomingMessage) error { panic(fails(m)) }
		}
		r := signed("/sms", params)
		if i%5 == 4 { // refused
			r.Header.Set("X-Twilio-Signature", "MARKER"+r.Header.Get("X-Twilio-Signature")[6:])
		}
		serve(h, r)
		text := strings.ToLower(log.String())
		for _, w := range words {
			require.NotContains(t, text, strings.ToLower(w), "request %d", i)
		}
		for _, m := range []string{number, r.Header.Get("X-Twilio-Signature"), "marker"} {
			require.NotContains(t, text, m, "request %d", i)
		}
		require.NotContains(t, everything.String(), testToken)
		require.Len(t, log.lines(), 1, "one record on a line of its own")
		log.Reset()
		everything.Reset()
	}
}
