package relay

import "strconv"

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

func (c Code) meaning() string {
	switch c {
	case CodeInvalidParameter:
		return "invalid parameter"
	case CodeCannotConnect:
		return "cannot connect to the WebSocket"
	case CodeInternal:
		return "internal error"
	case CodeMaxDuration:
		return "maximum call duration reached"
	case CodeWebSocketEnded:
		return "the WebSocket ended"
	case CodeInvalidArgument:
		return "language, voice and provider do not match"
	case CodeInvalidMessage:
		return "invalid message"
	case CodeRTPTimeout:
		return "no audio from the call"
	case CodeConcurrency:
		return "too many sessions at once"
	case CodeAccountOptedOut:
		return "the account has not accepted the terms for AI features"
	case CodeRecognizerConnect:
		return "cannot connect to the speech recognition"
	}
	return ""
}

// String returns the code and its meaning.
func (c Code) String() string {
	text := strconv.Itoa(int(c))
	if meaning := c.meaning(); meaning != "" {
		return text + " " + meaning
	}
	return text
}
