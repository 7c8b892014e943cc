package webhook

import (
	"strings"

	"github.com/ringback-go/ringback/internal/optout"
)

// OptOut returns how Twilio's default opt-out handling treats a text:
// [OptOutTypeStop] for STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE
// and OPTOUT, [OptOutTypeStart] for START, YES and UNSTOP, [OptOutTypeHelp] for
// HELP and INFO, in upper or lower case. It returns "" for any other text, even
// one that contains such a word.
//
// Twilio answers these texts itself. After STOP it delivers nothing more to the
// person, not even a reply to that text (error 21610). A Messaging Service with
// Advanced Opt-Out may have other words; see [IncomingMessage.OptOut] and
// https://help.twilio.com/articles/223134027.
func OptOut(text string) OptOutType { return OptOutType(optout.Type(text)) }

// OptOut returns whether a message is a stop, start or help request, or "". The
// OptOutType from Advanced Opt-Out takes precedence. Without it, the function
// [OptOut] decides, but only if the sender is a phone number: channels such as
// WhatsApp have no such words.
//
//	switch m.OptOut() {
//	case webhook.OptOutTypeStop:
//		return nil, unsubscribe(ctx, m.From) // Twilio has answered already
//	}
func (m IncomingMessage) OptOut() OptOutType {
	if m.OptOutType != "" {
		return m.OptOutType
	}
	switch m.From.Kind() {
	case AddressPhone, AddressShortCode:
		return OptOut(m.Body)
	}
	return ""
}

// PostgresText returns text in a form that a text column of PostgreSQL accepts.
// Phones can send the character U+0000, which PostgreSQL refuses, as it does
// invalid UTF-8; each is replaced with U+FFFD. Other databases accept the text
// of an event unchanged.
//
// PostgresText does not decode base64. Some carriers deliver long texts in
// base64, and Twilio passes them on, but the request does not say so, and a
// short word can be valid base64, too.
func PostgresText(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
