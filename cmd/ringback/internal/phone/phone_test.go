package phone_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/phone"
	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/relay"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]phone.Action{
		"12#":                                  {Verb: phone.Presses, Text: "12#"},
		"press 1w2":                            {Verb: phone.Presses, Text: "1w2"},
		"presses 1":                            {Verb: phone.Presses, Text: "1"},
		`say "hi there"`:                       {Verb: phone.Speaks, Text: "hi there"},
		" SPEAKS sales ":                       {Verb: phone.Speaks, Text: "sales"},
		"speaks answer me":                     {Verb: phone.Speaks, Text: "answer me"},
		"wait 5":                               {Verb: phone.Waits, For: 5 * time.Second},
		"records 1m30s":                        {Verb: phone.Records, For: 90 * time.Second},
		"answer":                               {Verb: phone.Answers, Callee: true},
		"Busy":                                 {Verb: phone.Busy, Callee: true},
		"no-answer":                            {Verb: phone.NoAnswer, Callee: true},
		"no answer":                            {Verb: phone.NoAnswer, Callee: true},
		"hang up":                              {Verb: phone.HangsUp},
		"hangs up":                             {Verb: phone.HangsUp},
		"hangup":                               {Verb: phone.HangsUp},
		"callee presses 1":                     {Verb: phone.Presses, Text: "1", Callee: true},
		"Callee speaks Hello":                  {Verb: phone.Speaks, Text: "Hello", Callee: true},
		"callee hangs up":                      {Verb: phone.HangsUp, Callee: true},
		"callee answers":                       {Verb: phone.Answers, Callee: true},
		"pays":                                 {Verb: phone.Pays},
		"pay 4242424242424242  1230 123 10001": {Verb: phone.Pays, Text: "4242424242424242 1230 123 10001"},
		"skip":                                 {Verb: phone.Skips},
		"unreachable":                          {Verb: phone.Unreachable, Callee: true},
		"callee pays":                          {Verb: phone.Pays, Callee: true},
		"callee +15550102 presses 1":           {Verb: phone.Presses, Text: "1", Callee: true, Who: "+15550102"},
		"callee +15550102 answers":             {Verb: phone.Answers, Callee: true, Who: "+15550102"},
		"callee client:Ann-Lee speaks Hi":      {Verb: phone.Speaks, Text: "Hi", Callee: true, Who: "client:Ann-Lee"},
	} {
		got, err := phone.Parse(line)
		require.NoError(t, err, line)
		assert.Equal(t, want, got, line)
		again, err := phone.Parse(got.String())
		require.NoError(t, err, "an action is written as it is read: %s", got)
		assert.Equal(t, got, again)
	}
	for _, line := range []string{"", "press", "presses x", "say", "wait", "wait -1s", "waits 11m", "record soon", "sing a song", "hangs up now", "callee", "callee sings", "busy bee", "pays cash", "pays 1 2 3 4 5", "pays 123456789012345678901", "callee +15550102", "callee +15550102 sings", "skips 2"} {
		_, err := phone.Parse(line)
		assert.Error(t, err, line)
	}
	_, err := phone.Parse("sing a song")
	require.ErrorIs(t, err, phone.ErrUnclear)
}

// call plays a script against a program that answers by path, and returns what
// happened.
func call(t *testing.T, documents map[string]string, script ...string) (transcript string, err error) {
	t.Helper()
	var log remote.Log
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.Write([]byte("<Response>" + documents[r.URL.Path] + "</Response>"))
	})
	way, err := remote.New(t.Context(), remote.Config{App: "http://app.example.com", Handler: app})
	require.NoError(t, err)
	engine := dialogue.New(dialogue.Config{Transport: way, BaseURL: way.BaseURL(), AuthToken: "token", Seed: 1, Observe: log.Add})
	t.Cleanup(engine.Close)
	var actions []phone.Action
	for _, line := range script {
		a, err := phone.Parse(line)
		require.NoError(t, err)
		actions = append(actions, a)
	}
	began := engine.Now()
	leg := engine.Call(dialogue.CallSetup{URL: "/voice", From: dialogue.Party{Address: "+15550101"}, To: dialogue.Party{Address: "+15550100"}})
	err = phone.Play(engine, leg, actions)
	return dialogue.Transcript(began, log.All()), err
}

func TestPlay(t *testing.T) {
	t.Parallel()
	documents := map[string]string{
		"/voice":  `<Gather numDigits="1" input="dtmf speech" action="/menu"><Say>Choose.</Say></Gather>`,
		"/menu":   `<Dial action="/dialed"><Number>+15550102</Number></Dial>`,
		"/dialed": `<Say>Speak now.</Say><Record action="/done" finishOnKey="#"/>`,
		"/done":   `<Say>Goodbye.</Say>`,
	}
	heard, err := call(t, documents, "1", "busy", "record 7s", "#")
	require.NoError(t, err)
	assert.Contains(t, heard, "DialCallStatus=busy")
	assert.Contains(t, heard, "RecordingDuration=7")
	assert.Contains(t, heard, `hears "Goodbye."`)

	heard, err = call(t, documents, "say sales", "answer", "wait 30s", "hang up")
	require.NoError(t, err)
	assert.Contains(t, heard, "SpeechResult=sales")
	assert.Contains(t, heard, "+15550102 answers")

	heard, err = call(t, documents, "1", "no answer", "say please call back")
	require.NoError(t, err)
	assert.Contains(t, heard, "DialCallStatus=no-answer")
}

// TestCalleeScreensTheCall lets the person who was dialed press a key in the
// document that screens the call.
func TestCalleeScreensTheCall(t *testing.T) {
	t.Parallel()
	documents := map[string]string{
		"/voice":    `<Dial action="/dialed"><Number url="/screen">+15550102</Number></Dial>`,
		"/screen":   `<Gather numDigits="1" action="/accepted"><Say>Press 1 to accept.</Say></Gather><Hangup/>`,
		"/accepted": `<Say>Connecting.</Say>`,
		"/dialed":   `<Hangup/>`,
	}
	heard, err := call(t, documents, "answers", "callee presses 1", "waits 10s", "callee hangs up")
	require.NoError(t, err)
	assert.Contains(t, heard, "Digits=1")
	assert.Contains(t, heard, "DialCallStatus=completed")
}

// TestPayInACall pays by a step, with a wrong number first, and by a test card.
func TestPayInACall(t *testing.T) {
	t.Parallel()
	documents := map[string]string{
		"/voice": `<Pay action="https://app.example.com/paid" chargeAmount="20.45" postalCode="false"/>`,
		"/paid":  `<Say>Bye.</Say>`,
	}
	for want, script := range map[string][]string{
		"Result=success":                      {"pays 4242424242424242 1230 123"},
		"Result=success ":                     {"pays 4242424242424241", "pays 4242424242424242 1230 123 10001"},
		" Result=success":                     {"pays"},
		"Result=payment-connector-error":      {"pays 4000000000000002 1230 123"},
		"Result=caller-interrupted-with-star": {"*"},
		"Result=too-many-failed-attempts":     {"waits 60s"},
		"  Result=success":                    {"4242424242424242", "1230", "123"},
	} {
		heard, err := call(t, documents, script...)
		require.NoError(t, err, script)
		assert.Contains(t, heard, strings.TrimSpace(want), "%s\n%s", script, heard)
	}
	_, err := call(t, map[string]string{"/voice": `<Record/>`}, "pays")
	require.ErrorContains(t, err, "the call waits for something else (recording)")
}

// TestT29NoCardInAnError writes the digits of a card in a way that is not understood,
// and in a call that waits for something else.
func TestT29NoCardInAnError(t *testing.T) {
	t.Parallel()
	_, err := phone.Parse("pays 4242-4242-4242-4242 12/30 123")
	require.ErrorIs(t, err, phone.ErrUnclear)
	assert.NotContains(t, strings.ReplaceAll(err.Error(), "pays 4242424242424242 1230 123 10001", ""), "42")
	_, err = call(t, map[string]string{"/voice": `<Record/>`}, "pays 4242424242424242 1230 123")
	require.ErrorContains(t, err, "step 1, pays: the call waits")
	assert.NotContains(t, err.Error(), "42")
}

// TestSeveralCallees lets each of the people who are dialed do something.
func TestSeveralCallees(t *testing.T) {
	t.Parallel()
	documents := map[string]string{
		"/voice":    `<Dial action="/dialed" sequential="true"><Number>+15550102</Number><Number url="/screen">+15550103</Number></Dial>`,
		"/screen":   `<Gather numDigits="1" action="/accepted"><Say>Press 1 to accept.</Say></Gather><Hangup/>`,
		"/accepted": `<Say>Connecting.</Say>`,
	}
	heard, err := call(t, documents, "callee +15550102 unreachable", "callee +15550103 answers", "callee +15550103 skips", "callee +15550103 presses 1", "waits 10s", "callee +15550103 hangs up")
	require.NoError(t, err)
	assert.Contains(t, heard, "+15550102's leg ended: failed")
	assert.Contains(t, heard, "Digits=1")
	assert.Contains(t, heard, "DialCallStatus=completed")
	_, err = call(t, documents, "callee +15550104 answers")
	require.ErrorContains(t, err, "callee +15550104 answers: ")
}

func TestPlayInVain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		document string
		script   []string
		says     string
	}{
		{"<Say>Bye.</Say>", []string{"1"}, "step 1, presses 1: the call has ended (completed)"},
		{"<Record/>", []string{"answer"}, "the call waits for something else (recording)"},
		{`<Gather/>`, []string{"say hello"}, "the call waits for something else (listening)"},
	} {
		_, err := call(t, map[string]string{"/voice": c.document}, c.script...)
		require.ErrorContains(t, err, c.says, c.document)
	}
}

// TestPlayWithAProgramThatTalks waits for the greeting, asks, hears the answer,
// interrupts the next one after a while, and hears the rest of the call.
func TestPlayWithAProgramThatTalks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, err := signature.New(signature.Config{BaseURL: "https://app.example.com", Tokens: signature.Tokens("token")})
		require.NoError(t, err)
		agent := relay.Handle(v, relay.Converse(func(ctx context.Context, turn *relay.Turn) error {
			switch turn.Input().Text {
			case "goodbye":
				turn.HangUp()
				_, err := turn.WriteString("See you.")
				return err
			case "tell me a story":
				_, err := turn.WriteString("Once upon a time, there was a telephone that nobody ever answered, and so it learned to talk.")
				return err
			}
			_, err := turn.WriteString("We are open from nine to five.")
			return err
		}), nil)
		mux := http.NewServeMux()
		mux.Handle("GET /agent", agent)
		mux.HandleFunc("POST /voice", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Write([]byte(`<Response><Connect action="/ended"><ConversationRelay url="wss://app.example.com/agent" welcomeGreeting="Hello, how can I help?" dtmfDetection="true"/></Connect></Response>`))
		})
		mux.HandleFunc("POST /ended", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/xml")
			w.Write([]byte(`<Response><Say>The line is closed.</Say></Response>`))
		})
		var log remote.Log
		engine := dialogue.New(dialogue.Config{Transport: dialogue.Handler(mux), BaseURL: "https://app.example.com", AuthToken: "token", Seed: 1, Observe: log.Add})
		defer engine.Close()
		began := engine.Now()
		leg := engine.Call(dialogue.CallSetup{URL: "/voice"})
		var script []phone.Action
		for _, line := range []string{"say when are you open", "say tell me a story", "wait 4s", "say goodbye"} {
			a, err := phone.Parse(line)
			require.NoError(t, err)
			script = append(script, a)
		}
		require.NoError(t, phone.Play(engine, leg, script))
		heard := dialogue.Transcript(began, log.All())
		last := 0
		for _, line := range []string{
			`hears "Hello, how can I help?"`, `says "when are you open"`, `hears "We are open from nine to five."`,
			`says "tell me a story"`, `hears "Once upon a time,"`, `says "goodbye"`, "no more of the reply", `hears "See you."`,
			"SessionStatus=ended", `hears "The line is closed."`,
		} {
			at := strings.Index(heard, line)
			require.GreaterOrEqual(t, at, last, "%s\n%s", line, heard)
			last = at
		}
	})
}
