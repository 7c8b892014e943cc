package main

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
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
	late := time.AfterFunc(20*time.Second, s.cond.Broadcast)
	defer late.Stop()
	end := time.Now().Add(20 * time.Second)
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
	go func() { done <- c.converse(t.Context(), streams{in, out, out}) }()
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
