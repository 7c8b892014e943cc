package webhook_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/webhook"
)

// The keywords of default opt-out, those of 2025 included (goalert's list, Rock
// 6399, episphere 1104, vita-min 3640).
func TestRock6399OptOutWords(t *testing.T) {
	for text, want := range map[string]webhook.OptOutType{
		"STOP": webhook.OptOutTypeStop, "stop": webhook.OptOutTypeStop, " Stop\n": webhook.OptOutTypeStop, "STOPALL": webhook.OptOutTypeStop,
		"UNSUBSCRIBE": webhook.OptOutTypeStop, "CANCEL": webhook.OptOutTypeStop, "END": webhook.OptOutTypeStop, "QUIT": webhook.OptOutTypeStop,
		"REVOKE": webhook.OptOutTypeStop, "OPTOUT": webhook.OptOutTypeStop,
		"START": webhook.OptOutTypeStart, "Yes": webhook.OptOutTypeStart, "UNSTOP": webhook.OptOutTypeStart,
		"HELP": webhook.OptOutTypeHelp, "info": webhook.OptOutTypeHelp,
		"": "", "OPT OUT": "", "STOP.": "", "please stop": "", "no": "", "don't STOP": "", "ＳＴＯＰ": "",
	} {
		assert.Equal(t, want, webhook.OptOut(text), "%q", text)
	}
}

func TestIncomingMessageOptOut(t *testing.T) {
	for _, tt := range []struct {
		name string
		m    webhook.IncomingMessage
		want webhook.OptOutType
	}{
		{"word", webhook.IncomingMessage{Message: webhook.Message{From: "+15550101", Body: "stop"}}, webhook.OptOutTypeStop},
		{"short code", webhook.IncomingMessage{Message: webhook.Message{From: "55501", Body: "start"}}, webhook.OptOutTypeStart},
		{"another text", webhook.IncomingMessage{Message: webhook.Message{From: "+15550101", Body: "hello"}}, ""},
		{"Advanced Opt-Out with words of its own", webhook.IncomingMessage{Message: webhook.Message{From: "+15550101", Body: "basta"}, OptOutType: webhook.OptOutTypeStop}, webhook.OptOutTypeStop},
		{"its type counts more than the word", webhook.IncomingMessage{Message: webhook.Message{From: "+15550101", Body: "INFO"}, OptOutType: webhook.OptOutTypeStop}, webhook.OptOutTypeStop},
		{"WhatsApp", webhook.IncomingMessage{Message: webhook.Message{From: "whatsapp:+15550101", Body: "STOP"}}, ""},
		{"RCS", webhook.IncomingMessage{Message: webhook.Message{From: "rcs:+15550101", Body: "STOP"}}, ""},
		{"Messenger", webhook.IncomingMessage{Message: webhook.Message{From: "messenger:1", Body: "STOP"}}, ""},
	} {
		assert.Equal(t, tt.want, tt.m.OptOut(), tt.name)
	}
}

// Real phones send NUL characters, which PostgreSQL refuses (chatwoot 7901,
// Spoke 288, mailroom 254).
func TestChatwoot7901TextForPostgreSQL(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "hello": "hello", "xx.yyy\x00example.com": "xx.yyy\uFFFDexample.com", "\x00": "\uFFFD", "caf\xe9": "caf\uFFFD", "日本": "日本",
	} {
		assert.Equal(t, want, webhook.PostgresText(text))
	}
}

func ExampleIncomingMessage_OptOut() {
	m := webhook.IncomingMessage{Message: webhook.Message{From: "+15550101", Body: "Stop"}}
	fmt.Println(m.OptOut())
	// Output: STOP
}
