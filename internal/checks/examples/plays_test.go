package examples

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A play is how one example is tried.
type play struct {
	example string
	args    []string // of the program
	env     []string // of the program
	flags   []string // of the command and of dev alike
	base    string   // the URL that requests are signed for; empty: the program's address

	commands []commandPlay
	scenes   []scene
	// arrives are the paths at which requests must arrive and be taken when the
	// example is played at the page.
	arrives []string
	logs    []string // what the program has logged then
}

// A commandPlay is a run of a one-shot command.
type commandPlay struct {
	words []string // of the command
	says  string   // in its output
	log   string   // in that of the program
}

// A scene is something that a person does at the page.
type scene struct {
	text    string // sent to the program
	channel string
	picture bool     // sent with it; the program sends one back
	call    []string // what is done in a call, after dialing
	deliver string   // how a message ends whose reports are sent
	shows   string   // what the person reads or hears
}

// plays has one entry for each example.
var plays = []play{
	{
		example:  "hello",
		commands: []commandPlay{{words: []string{"text", "hi"}, says: "Thanks, we got: hi"}, {words: []string{"call", "waits 1s"}, says: "Thanks for calling"}},
		scenes:   []scene{{text: "hi", shows: "Thanks, we got: hi"}, {call: []string{}, shows: "Thanks for calling"}},
		arrives:  []string{"/sms", "/voice"},
	},
	{
		example: "supportline",
		flags:   []string{"--status", "/status"},
		commands: []commandPlay{
			{words: []string{"text", "hi"}, says: "Thanks, we got: hi", log: "msg=text"},
			{words: []string{"call", "presses 1", "busy", "records 5s", "presses #"}, says: "We will call you back", log: "status=completed"},
			{words: []string{"call", "presses 2", "records 5s", "presses #"}, says: "recorded 5s", log: "msg=recording"},
			{words: []string{"call", "presses 2", "speaks help", "waits 6s"}, says: "recorded", log: "msg=transcription"},
			{words: []string{"deliver", "undelivered"}, says: "undelivered", log: "error=30003"},
		},
		scenes: []scene{
			{text: "hi", shows: "Thanks, we got: hi"},
			{call: []string{"presses 1", "busy", "records 2s"}, shows: "We will call you back"},
			{deliver: "delivered"},
		},
		arrives: []string{"/sms", "/voice", "/voice/menu", "/voice/dialed", "/voice/recorded", "/recording", "/transcription", "/status"},
		logs:    []string{"msg=recording", "msg=transcription", "status=completed final=true", "status=delivered final=true"},
	},
	{
		example:  "ivr",
		commands: []commandPlay{{words: []string{"call", "presses 1", "presses 1", "answers", "hangs up"}, says: "our sales team"}, {words: []string{"call", "speaks support", "answers"}, says: "our support team"}},
		scenes:   []scene{{call: []string{"presses 1", "presses 1", "answers", "hangs up"}, shows: "our sales team"}},
		arrives:  []string{"/voice", "/voice/choice", "/voice/orders/choice"},
	},
	{
		example: "voicemail",
		// Without a console there is nothing to download.
		env: []string{"RINGBACK_API=http://127.0.0.1:9"},
		commands: []commandPlay{
			{words: []string{"call", "no answer", "records 5s", "presses #"}, says: "Thank you. Goodbye.", log: "not downloaded"},
			{words: []string{"call", "no answer", "speaks help", "waits 6s"}, says: "recorded", log: "INFO transcription"},
		},
		scenes:  []scene{{call: []string{"no answer", "records 2s"}, shows: "Thank you. Goodbye."}},
		arrives: []string{"/voice", "/voice/dialed", "/voice/recorded", "/recording", "/transcription"},
		logs:    []string{"INFO message", ".wav", "INFO transcription"},
	},
	{
		example:  "conference",
		commands: []commandPlay{{words: []string{"call", "presses 4711", "hangs up"}, says: "code of the meeting", log: "event=ConferenceCallback"}},
		scenes:   []scene{{call: []string{"presses 4711", "hangs up"}, shows: "code of the meeting"}},
		arrives:  []string{"/voice", "/voice/code", "/events"},
		logs:     []string{"event=ConferenceCallback"},
	},
	{
		example:  "payment",
		commands: []commandPlay{{words: []string{"call", "pays"}, says: "Your order is on its way", log: "result=success"}},
		scenes:   []scene{{call: []string{"pays"}, shows: "Your order is on its way"}},
		arrives:  []string{"/voice", "/voice/paid"},
		logs:     []string{"result=success"},
	},
	{
		example: "agent",
		base:    "https://agent.example.com",
		commands: []commandPlay{
			{words: []string{"call", "speaks what are your hours", "waits 8s", "speaks bye", "waits 5s"}, says: "nine to five,"},
			{words: []string{"call", "speaks a person please", "answers"}, says: "dialing +15550101"},
		},
		scenes:  []scene{{call: []string{"speaks a person please", "answers", "hangs up"}, shows: "connect"}},
		arrives: []string{"/voice", "/ended"},
	},
	{
		example:  "voicebot",
		base:     "https://voicebot.example.com",
		commands: []commandPlay{{words: []string{"call", "speaks hello", "waits 5s"}, says: "Say something after the tone"}},
		scenes:   []scene{{call: []string{"speaks hello", "hangs up"}, shows: "Say something after the tone"}},
		arrives:  []string{"/voice"},
	},
	{
		example:  "whatsapp",
		flags:    []string{"--sms", "/whatsapp"},
		commands: []commandPlay{{words: []string{"text", "hi", "--whatsapp"}, says: "Send me a picture."}},
		scenes:   []scene{{text: "hi", channel: "whatsapp", shows: "Send me a picture."}, {text: "look", channel: "whatsapp", picture: true}},
		arrives:  []string{"/whatsapp"},
	},
	{
		example:  "tenants",
		commands: []commandPlay{{words: []string{"text", "hi"}, says: "Our first customer says thanks."}},
		scenes:   []scene{{text: "hi", shows: "Our first customer says thanks."}},
		arrives:  []string{"/sms"},
	},
	{
		example:  "behindproxy",
		base:     "https://hooks.example.com",
		commands: []commandPlay{{words: []string{"text", "hi"}, says: "Thanks, we got: hi"}},
		scenes:   []scene{{text: "hi", shows: "Thanks, we got: hi"}},
		arrives:  []string{"/sms"},
	},
	{
		example: "catchall",
		flags:   []string{"--sms", "/", "--voice", "/", "--status", "/"},
		commands: []commandPlay{
			{words: []string{"text", "hi"}, says: "Thanks, we got: hi"},
			{words: []string{"call", "presses 1234"}, says: "You have pressed", log: "INFO call"},
			{words: []string{"deliver"}, says: "delivered", log: "status=delivered"},
		},
		scenes:  []scene{{text: "hi", shows: "Thanks, we got: hi"}, {call: []string{"presses 1234"}, shows: "You have pressed"}, {deliver: "delivered"}},
		arrives: []string{"/"},
		logs:    []string{"INFO call", "status=completed", "status=delivered"},
	},
	{
		example:  "tracker",
		args:     []string{"-simulate=false"},
		env:      []string{"PAGE_ADDR=127.0.0.1:0", "TRACKER_STORE=sqlite:tracker.db"},
		commands: []commandPlay{{words: []string{"deliver", "undelivered", "--order", "shuffled"}, says: "undelivered"}},
		scenes:   []scene{{deliver: "delivered"}},
		arrives:  []string{"/status"},
	},
}

// TestEveryExampleIsPlayed fails for an example that nobody has thought of here.
func TestEveryExampleIsPlayed(t *testing.T) {
	files, err := filepath.Glob("../../../examples/*/main.go")
	require.NoError(t, err)
	var there, played []string
	for _, file := range files {
		there = append(there, filepath.Base(filepath.Dir(file)))
	}
	for _, p := range plays {
		played = append(played, p.example)
		assert.NotEmpty(t, p.commands, "%s is not played by the command", p.example)
		assert.NotEmpty(t, p.scenes, "%s is not played at the page", p.example)
		assert.NotEmpty(t, p.arrives, "nothing has to arrive at %s", p.example)
	}
	assert.ElementsMatch(t, there, played)
	folders, err := os.ReadDir("../../../examples")
	require.NoError(t, err)
	for _, f := range folders {
		if f.IsDir() && f.Name() != "internal" {
			assert.Contains(t, there, f.Name(), "an example has a main.go")
		}
	}
}
