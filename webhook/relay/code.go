package relay

import (
	"strconv"
	"strings"
)

// A Code is an error code of ConversationRelay in Twilio's debugger, in
// [Error] messages and in the ErrorCode of the action request.
type Code int

// The documented codes.
const (
	CodeInvalidParameter  Code = 64101
	CodeCannotConnect     Code = 64102
	CodeInternal          Code = 64103
	CodeMaxDuration       Code = 64104
	CodeWebSocketEnded    Code = 64105
	CodeInvalidArgument   Code = 64106
	CodeInvalidMessage    Code = 64107
	CodeRTPTimeout        Code = 64108
	CodeConcurrency       Code = 64109
	CodeAccountOptedOut   Code = 64110
	CodeRecognizerConnect Code = 64114
)

var meanings = map[Code]string{
	CodeInvalidParameter:  "invalid parameter",
	CodeCannotConnect:     "cannot connect to the WebSocket",
	CodeInternal:          "internal error",
	CodeMaxDuration:       "maximum call duration reached",
	CodeWebSocketEnded:    "the WebSocket ended",
	CodeInvalidArgument:   "language, voice and provider do not match",
	CodeInvalidMessage:    "invalid message",
	CodeRTPTimeout:        "no audio from the call",
	CodeConcurrency:       "too many sessions at once",
	CodeAccountOptedOut:   "the account has not accepted the terms for AI features",
	CodeRecognizerConnect: "cannot connect to the speech recognition",
}

// String returns the code and its meaning.
func (c Code) String() string {
	return strings.TrimSpace(strconv.Itoa(int(c)) + " " + meanings[c])
}
