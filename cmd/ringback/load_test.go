package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/load"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/relay"
)

// agent is a program that talks with callers: it repeats what they say. Its
// webhook redirects to the document that connects the call.
func agent(t *testing.T, addr string, tokens ...signature.Token) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	require.NoError(t, err)
	v, err := signature.New(signature.Config{BaseURL: "https://" + l.Addr().String(), Tokens: signature.TokenFunc(
		func(context.Context, signature.Query) ([]signature.Token, error) { return tokens, nil },
	)})
	require.NoError(t, err)
	rc := webhook.NewReceiver(v, nil)
	mux := http.NewServeMux()
	mux.Handle("POST /voice", webhook.Handle(rc, func(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) {
		return twiml.Voice(twiml.Redirect("/connect")), nil
	}))
	mux.Handle("POST /connect", webhook.Handle(rc, func(context.Context, webhook.IncomingCall) (*twiml.VoiceResponse, error) {
		return twiml.Voice(twiml.Connect(relay.Connect("wss://" + l.Addr().String() + "/live"))), nil
	}))
	mux.Handle("GET /live", relay.Handle(v, relay.Converse(func(_ context.Context, turn *relay.Turn) error {
		_, err := turn.WriteString("You said: " + turn.Input().Text)
		return err
	}), nil))
	server := httptest.NewUnstartedServer(mux)
	server.Listener.Close()
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// TestLoad calls an agent over a real listener, with an auth token and with a
// shared key.
func TestLoad(t *testing.T) {
	t.Setenv("TWILIO_AUTH_TOKEN", "")
	const key = "webhooks_sharedkey_0123456789abcdef"
	shared, err := signature.NewSharedKey(key, "secret")
	require.NoError(t, err)
	plain, err := signature.NewToken("1", "12345")
	require.NoError(t, err)
	app := agent(t, "127.0.0.1:0", plain, shared)
	for _, token := range []string{"12345", key + ":secret"} {
		code, out, errs := command(t, "", "load", "--app", app.URL, "--calls", "5", "--turns", "1", "--spread", "0s", "--token", token, "--json")
		require.Zero(t, code, errs)
		var r load.Report
		require.NoError(t, json.Unmarshal([]byte(out), &r))
		assert.Equal(t, load.Relay, r.Protocol)
		assert.Equal(t, 5, r.Turns)
		assert.NotNil(t, r.FirstSound)
		assert.Nil(t, r.CPU, "the program is this process")
	}
	code, out, errs := command(t, "", "load", "--app", app.URL, "--calls", "2", "--turns", "1", "--spread", "0s", "--token", "other")
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "2 of 2 calls failed:\n     2  the webhook: 11200")
	assert.Contains(t, errs, "ringback: 2 of 2 calls failed; the program refuses the signature")
}

// TestLoadRefuses refuses what is not on this machine, and what has no end.
func TestLoadRefuses(t *testing.T) {
	app := httptest.NewServer(http.NotFoundHandler())
	defer app.Close()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--app", "https://hooks.example.com"}, "--app https://hooks.example.com is not on this machine; load tests are for programs on this machine"},
		{[]string{"--app", "demo"}, "the demo does not talk with callers"},
		{[]string{"--app", app.URL, "--calls", "6000"}, "--calls 6000: use 1 to 5000"},
		{[]string{"--app", app.URL, "--turns", "0"}, "--turns 0: use 1 to 100"},
		{[]string{"--app", app.URL, "--limit", "2h"}, "--limit 2h0m0s: use at most 1h0m0s"},
		{[]string{"--app", app.URL, "--wait", "6m"}, "--wait 6m0s: use at most the time of --limit, 5m0s"},
		{[]string{"--app", app.URL, "--spread", "5m"}, "--spread 5m0s: use less than"},
		{[]string{"--app", app.URL, "--", "true"}, "use --app for a running program, or a command"},
		{[]string{"--", "no-such-program-here"}, "cannot start no-such-program-here"},
	} {
		code, out, errs := command(t, "", append([]string{"load"}, c.args...)...)
		assert.Equal(t, 2, code, c.args)
		assert.Empty(t, out)
		assert.Contains(t, errs, c.want)
	}
	code, out, _ := command(t, "", "load", "--app", app.URL, "--calls", "1", "--turns", "1", "--spread", "0s")
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "     1  the webhook: 11200")
	code, _, errs := command(t, "", "load", "--", "false")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "false ended (exit status 1)")
}

// TestS16LoadStartsAProgram measures a program in a process of its own. "ringback
// load --calls 200" is the same at its full size.
func TestS16LoadStartsAProgram(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv("RINGBACK_TEST_AGENT", "1")
	t.Setenv("TWILIO_AUTH_TOKEN", "12345")
	code, out, errs := command(t, "", "load", "--calls", "5", "--turns", "1", "--spread", "0s", "--json", "--", self, "-test.run", "^TestAgentProcess$")
	require.Zero(t, code, errs)
	var r load.Report
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	assert.Equal(t, 5, r.Turns)
	assert.NotNil(t, r.CPU)
	assert.NotNil(t, r.Memory)
}

// TestAgentProcess is the program of TestS16LoadStartsAProgram.
func TestAgentProcess(t *testing.T) {
	if os.Getenv("RINGBACK_TEST_AGENT") == "" {
		return
	}
	plain, err := signature.NewToken("1", os.Getenv("TWILIO_AUTH_TOKEN"))
	require.NoError(t, err)
	agent(t, os.Getenv("ADDR"), plain)
	<-t.Context().Done() // until it is stopped
}
