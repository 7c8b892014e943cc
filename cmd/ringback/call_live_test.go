package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/mediastream"
)

// paper is a terminal on which a test waits for a text.
type paper struct {
	mu   sync.Mutex
	cond *sync.Cond
	text bytes.Buffer
}

func newPaper() *paper {
	s := new(paper)
	s.cond = sync.NewCond(&s.mu)
	return s
}

func (s *paper) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.cond.Broadcast()
	return s.text.Write(p)
}

func (s *paper) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// waitFor waits until text is shown.
func (s *paper) waitFor(t *testing.T, text string) {
	t.Helper()
	end := time.Now().Add(time.Minute)
	late := time.AfterFunc(61*time.Second, s.cond.Broadcast) // after end, or it would wait again
	defer late.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for !strings.Contains(s.text.String(), text) {
		require.True(t, time.Now().Before(end), "%q is not shown:\n%s", text, s.text.String())
		s.cond.Wait()
	}
}

// TestConverseWithAProgramThatTalks types to an agent over a real listener: what
// it says appears word by word, and typing interrupts it.
func TestConverseWithAProgramThatTalks(t *testing.T) {
	t.Parallel()
	token, err := signature.NewToken("1", "12345")
	require.NoError(t, err)
	app := agent(t, "127.0.0.1:0", token)
	addr := app.Listener.Addr().String()
	c := &callCommand{From: "+15550101"}
	c.App, c.BaseURL, c.Token, c.Voice, c.Number = app.URL, "https://"+addr, "12345", "/voice", defaultNumber
	in, keyboard := io.Pipe()
	out := newPaper()
	done := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() {
		err := c.converse(ctx, streams{in, out, out})
		in.Close() // nobody reads the keyboard now
		done <- err
	}()
	out.waitFor(t, "Twilio answers")
	_, err = io.WriteString(keyboard, "a rather long one\n")
	require.NoError(t, err)
	out.waitFor(t, "the caller hears: You said:")
	_, err = io.WriteString(keyboard, "stop\n")
	require.NoError(t, err)
	out.waitFor(t, "You said: stop")
	_, err = io.WriteString(keyboard, "hang up\n")
	require.NoError(t, err)
	require.NoError(t, <-done)
	assert.Contains(t, out.String(), `the caller says "stop"`)
	assert.NotContains(t, out.String(), "rather long one\n", "it was interrupted:\n%s", out)
	assert.Contains(t, out.String(), "call ended: completed")
}

// TestCallTalksInSteps says the same without a terminal.
func TestCallTalksInSteps(t *testing.T) {
	t.Parallel()
	token, err := signature.NewToken("1", "12345")
	require.NoError(t, err)
	app := agent(t, "127.0.0.1:0", token)
	code, out, errs := command(t, "", "call", "wait 1s", "say hello", "wait 3s", "--token", "12345", "--app", app.URL, "--base-url", "https://"+app.Listener.Addr().String())
	assert.Zero(t, code, errs)
	assert.Contains(t, out, `the caller hears "You said:"`)
	assert.Contains(t, out, `the caller hears "hello"`)
}

// TestCallSpeaksIntoAPause speaks to programs that listen by a stream or a
// transcription of Start while the document pauses.
func TestCallSpeaksIntoAPause(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	v, err := signature.New(signature.Config{BaseURL: "https://" + l.Addr().String(), Tokens: signature.Tokens("12345")})
	require.NoError(t, err)
	var loud atomic.Int64
	words := make(chan string, 10)
	rc := webhook.NewReceiver(v, nil)
	mux := http.NewServeMux()
	document := func(noun twiml.StartNoun, pause time.Duration) http.Handler {
		return twiml.Voice(twiml.Start(noun), twiml.Say("Go on."), twiml.Pause().Length(pause))
	}
	mux.Handle("POST /stream", document(twiml.Stream().URL("wss://"+l.Addr().String()+"/audio"), 2*time.Second))
	mux.Handle("POST /text", document(twiml.Transcription().StatusCallbackURL("/transcript"), 10*time.Second))
	mux.Handle("POST /short", document(twiml.Transcription().StatusCallbackURL("/transcript"), time.Second))
	mux.Handle("POST /transcript", webhook.Notify(rc, func(_ context.Context, c webhook.TranscriptionCallback) error {
		if c.Track == "inbound_track" {
			words <- string(c.TranscriptionData)
		}
		return nil
	}))
	mux.Handle("GET /audio", mediastream.Handle(v, func(ctx context.Context, s *mediastream.Stream) error {
		for {
			ev, err := s.Receive(ctx)
			if err != nil {
				return nil
			}
			if m, ok := ev.(*mediastream.Media); ok && slices.ContainsFunc(m.Payload, func(b byte) bool { return b != 0xFF && b != 0x7F }) {
				loud.Add(1)
			}
		}
	}, &mediastream.Options{Logger: slog.New(slog.DiscardHandler)}))
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: mux}}
	server.Start()
	t.Cleanup(server.Close)
	call := func(path string, steps ...string) (int, string) {
		code, out, errs := command(t, "", append([]string{"call", "--token", "12345", "--app", server.URL, "--base-url", "https://" + l.Addr().String(), "--voice", path}, steps...)...)
		return code, out + errs
	}

	code, out := call("/stream", "speaks hello there")
	assert.Zero(t, code, out)
	assert.Positive(t, loud.Load(), "the program hears the caller")
	code, out = call("/text", "speaks hello there", "speaks and goodbye", "hangs up")
	assert.Zero(t, code, out)
	assert.Contains(t, <-words, "hello there")
	assert.Contains(t, <-words, "and goodbye")
	code, out = call("/short", "speaks something that takes longer than the pause does")
	assert.Equal(t, 1, code, out)
	assert.Contains(t, out, "the call has ended")
}
