package main

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/examples/supportline/line"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

const (
	testBase  = "https://hooks.example.com"
	testToken = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
)

type answered struct {
	status int
	body   string
}

// A caller sends events to the line as Twilio would.
type testLine struct {
	handler http.Handler
	log     strings.Builder
}

func newLine(t *testing.T) *testLine {
	t.Helper()
	verifier, err := signature.New(signature.Config{BaseURL: testBase, Tokens: signature.Tokens(testToken)})
	require.NoError(t, err)
	l := new(testLine)
	l.handler = line.Routes(verifier, slog.New(slog.NewTextHandler(&l.log, nil)))
	return l
}

func (l *testLine) send(path string, e webhook.Event) answered {
	params := webhook.Encode(e)
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(params.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature.Sign(testToken, testBase+path, params))
	w := httptest.NewRecorder()
	l.handler.ServeHTTP(w, r)
	return answered{w.Code, w.Body.String()}
}

func sms(body string, media ...webhook.Media) webhook.IncomingMessage {
	m := trials[0].event.(webhook.IncomingMessage)
	m.Body, m.Media, m.NumMedia = body, media, len(media)
	return m
}

func key(digits string) webhook.GatherAction {
	g := trials[2].event.(webhook.GatherAction)
	g.Digits = digits
	return g
}

func TestTexts(t *testing.T) {
	picture := webhook.Media{URL: "https://api.twilio.com/ME1", ContentType: "image/jpeg"}
	for _, tt := range []struct {
		name string
		sent webhook.Event
		want string
	}{
		{"text", sms("My parcel <has> not come"), "Thanks, we got: My parcel &lt;has&gt; not come"},
		{"picture", sms("", picture), "Thanks, we got your picture."},
		{"pictures", sms("look", picture, picture, picture), "Thanks, we got your 3 pictures."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(t)
			got := l.send("/sms", tt.sent)
			assert.Equal(t, http.StatusOK, got.status)
			assert.Contains(t, got.body, "<Message>"+tt.want+"</Message>")
			assert.NotContains(t, l.log.String(), "parcel")
			assert.NotContains(t, l.log.String(), "15550101")
		})
	}
}

func TestMenu(t *testing.T) {
	l := newLine(t)
	got := l.send("/voice", trials[1].event)
	require.Equal(t, http.StatusOK, got.status)
	assert.Contains(t, got.body, "Welcome to our support line.")
	assert.Contains(t, got.body, `action="/voice/menu"`)
	assert.Contains(t, got.body, "We did not hear you. Goodbye.")

	assert.Contains(t, l.send("/voice/menu", key("1")).body, "<Number>+15550199</Number>")
	record := l.send("/voice/menu", key("2")).body
	for _, part := range []string{
		`action="/voice/recorded"`, `transcribe="true"`,
		`recordingStatusCallback="/recording#rc=3&amp;rp=ct,5xx"`, `transcribeCallback="/transcription#rc=3&amp;rp=ct,5xx"`,
	} {
		assert.Contains(t, record, part)
	}
	for _, other := range []string{"", "3", "12", "*"} {
		assert.Contains(t, l.send("/voice/menu", key(other)).body, "<Redirect>/voice</Redirect>", other)
	}
}

func TestDialed(t *testing.T) {
	l := newLine(t)
	d := webhook.DialAction{
		Call: webhook.Call{CallSID: call, AccountSID: account, From: caller, To: ours, CallStatus: webhook.CallStatusInProgress, Direction: webhook.CallDirectionInbound, APIVersion: "2010-04-01"},
	}
	d.DialCallStatus = webhook.DialCallStatusCompleted
	assert.Contains(t, l.send("/voice/dialed", d).body, "<Hangup")
	d.DialCallStatus = webhook.DialCallStatusBusy
	assert.Contains(t, l.send("/voice/dialed", d).body, "<Record")
}

func TestMessageTaken(t *testing.T) {
	l := newLine(t)
	const recording = "RE00000000000000000000000000000001"
	got := l.send("/voice/recorded", webhook.RecordAction{
		Call:              webhook.Call{CallSID: call, AccountSID: account, From: caller, To: ours, CallStatus: webhook.CallStatusInProgress, Direction: webhook.CallDirectionInbound, APIVersion: "2010-04-01"},
		RecordingURL:      "https://api.twilio.com/" + recording,
		RecordingSID:      recording,
		RecordingDuration: 9 * time.Second,
		Digits:            "#",
	})
	assert.Equal(t, http.StatusOK, got.status)
	assert.Contains(t, got.body, "Goodbye")

	got = l.send("/recording", webhook.RecordingStatusCallback{CallSID: call, AccountSID: account, RecordingSID: recording,
		RecordingURL: "https://api.twilio.com/" + recording, RecordingStatus: webhook.RecordingStatusCompleted,
		RecordingDuration: 8 * time.Second, RecordingChannels: 1, RecordingSource: webhook.RecordingSourceRecordVerb,
		RecordingStartTime: time.Date(2026, 11, 25, 2, 5, 23, 0, time.UTC)})
	assert.Equal(t, answered{status: http.StatusNoContent}, got)

	got = l.send("/transcription", webhook.RecordTranscription{
		Call:                webhook.Call{CallSID: call, AccountSID: account, From: caller, To: ours, CallStatus: webhook.CallStatusCompleted, Direction: webhook.CallDirectionInbound, APIVersion: "2010-04-01"},
		TranscriptionSID:    "TR00000000000000000000000000000001",
		TranscriptionStatus: webhook.TranscriptionStatusCompleted,
		TranscriptionText:   "My parcel has not come",
		RecordingSID:        recording,
		RecordingURL:        "https://api.twilio.com/" + recording,
		TranscriptionURL:    "https://api.twilio.com/TR1",
	})
	assert.Equal(t, answered{status: http.StatusNoContent}, got)
	assert.Contains(t, l.log.String(), "msg=transcription")
	assert.NotContains(t, l.log.String(), "parcel")
}

func TestStatus(t *testing.T) {
	l := newLine(t)
	ended := webhook.CallStatusCallback{
		Call:           webhook.Call{CallSID: call, AccountSID: account, From: caller, To: ours, CallStatus: webhook.CallStatusCompleted, Direction: webhook.CallDirectionInbound, APIVersion: "2010-04-01"},
		CallDuration:   time.Minute,
		BilledMinutes:  1,
		CallbackSource: "call-progress-events",
		Timestamp:      time.Date(2026, 11, 25, 2, 5, 23, 0, time.UTC),
	}
	for _, e := range []webhook.Event{trials[3].event, ended} {
		assert.Equal(t, answered{status: http.StatusNoContent}, l.send("/status", e))
	}
	assert.Contains(t, l.log.String(), "status=delivered final=true")
	assert.Contains(t, l.log.String(), "status=completed final=true")
}

func TestRefuses(t *testing.T) {
	l := newLine(t)
	for _, path := range []string{"/sms", "/voice", "/voice/menu", "/voice/dialed", "/voice/recorded", "/recording", "/transcription", "/status"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("Body=hi"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		l.handler.ServeHTTP(w, r)
		assert.Equal(t, http.StatusForbidden, w.Code, path)
		assert.Zero(t, w.Body.Len(), path)

		w = httptest.NewRecorder()
		l.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code, path)
	}
}

// The printed lines work unchanged, and fail with one byte changed.
func TestTrialLines(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, w := io.Pipe()
	ended := make(chan error, 1)
	env := map[string]string{"ADDR": "127.0.0.1:0"}
	go func() {
		ended <- run(ctx, func(name string) string { return env[name] }, w, slog.New(slog.DiscardHandler))
		w.Close()
	}()
	var lines []string
	for s := bufio.NewScanner(out); len(lines) < len(trials) && s.Scan(); {
		if strings.HasPrefix(s.Text(), "curl ") {
			lines = append(lines, s.Text())
		}
	}
	require.Len(t, lines, len(trials))
	for i, want := range []int{200, 200, 200, 204} {
		status, body := paste(t, lines[i])
		assert.Equal(t, want, status, lines[i])
		assert.Equal(t, want == 200, strings.Contains(body, "<Response>"), body)
		status, body = paste(t, strings.Replace(lines[i], "AccountSid=AC0", "AccountSid=AC1", 1))
		assert.Equal(t, http.StatusForbidden, status, "a byte changed")
		assert.Empty(t, body)
	}
	cancel()
	require.NoError(t, <-ended)
}

// paste sends the request of a line as curl does, with curl itself if it is
// installed.
func paste(t *testing.T, line string) (int, string) {
	t.Helper()
	quoted := strings.Split(line, "'")
	require.Len(t, quoted, 9, line)
	header, form, to := quoted[3], quoted[5], quoted[7]
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(form))
	require.NoError(t, err)
	name, value, _ := strings.Cut(header, ": ")
	req.Header.Set(name, value)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)

	if _, err := exec.LookPath("curl"); err == nil {
		said, err := exec.CommandContext(t.Context(), "sh", "-c", line).Output()
		require.NoError(t, err)
		assert.Equal(t, string(body)+"\n"+res.Status[:3]+"\n", string(said))
	}
	return res.StatusCode, string(body)
}

func TestRunRefusesBadSettings(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"address":  {"ADDR": "127.0.0.1:none"},
		"base URL": {"ADDR": "127.0.0.1:0", "BASE_URL": "hooks.example.com"},
		"token":    {"ADDR": "127.0.0.1:0", "TWILIO_AUTH_TOKEN": " " + testToken},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), func(name string) string { return env[name] }, io.Discard, slog.New(slog.DiscardHandler))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), testToken)
		})
	}
}

// With an account's token, no signed line is printed.
func TestNoTrialWithAToken(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, w := io.Pipe()
	ended := make(chan error, 1)
	env := url.Values{"ADDR": {"127.0.0.1:0"}, "BASE_URL": {testBase}, "TWILIO_AUTH_TOKEN": {testToken}}
	go func() {
		ended <- run(ctx, env.Get, w, slog.New(slog.DiscardHandler))
		w.Close()
	}()
	first, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, first, "for requests to https://hooks.example.com.")
	cancel()
	rest, err := io.ReadAll(out)
	require.NoError(t, err)
	assert.Empty(t, string(rest))
	require.NoError(t, <-ended)
}
