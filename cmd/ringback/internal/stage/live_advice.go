package stage

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/internal/dialogue"
)

// notWSS is the error for a URL that is not one of wss.
const notWSS = 31922

// liveCode reports whether an error number is one of ConversationRelay or Media
// Streams.
func liveCode(code int) bool { return code/100 == 641 || code/100 == 319 }

// advice says what to do about a failure of a session.
func (s *Stage) advice(v *session, f *dialogue.Failure) string {
	u, _ := url.Parse(v.URL)
	base, _ := url.Parse(s.cfg.BaseURL)
	switch {
	case f.Code == 64105:
		return "The program closed the WebSocket or lost it. To end a session in order, send an end message. An error in the program's output at this time is the likely cause."
	case f.Code == 64107:
		return "Look at the message in the list of frames. ConversationRelay takes text, play, sendDigits, language and end."
	case f.Code == 31921:
		return "The connection was cut without a close frame: the program has stopped or its handler has failed."
	case f.Code == 31924:
		return "A stream of <Start> only listens. To play sound, use <Connect><Stream>."
	case f.Code == 31930:
		return "The program reads too slowly. Read the WebSocket in a goroutine or task of its own."
	case f.Code == 31950, f.Code == 31951:
		return "Look at the message in the list of frames. A stream takes media, mark and clear, each with the streamSid."
	case f.Code != 64102 && f.Code != 31902 && f.Code != 31920 && f.Code != notWSS || u == nil || base == nil:
		return ""
	case f.Code == notWSS || !strings.EqualFold(u.Scheme, "wss"):
		if base.Scheme == "https" {
			return "Twilio opens only URLs that begin with wss://."
		}
		return "Twilio opens only URLs that begin with wss://. Most programs build the URL from their public address, which is " + s.cfg.BaseURL +
			" here. Restart the console with the flag below. A program that the console starts gets it as BASE_URL. Set it yourself for a program that is already running."
	case errors.Is(f.Err, remote.ErrForeign):
		return "The console opens WebSockets only to the program, at wss://" + base.Host + ". The TwiML names another host."
	case v.Status == 401 || v.Status == 403:
		return "The program has refused the handshake. It must check the signature over " + v.URL + " with the console's auth token."
	case v.Status == 404:
		return "The program has no handler at " + u.EscapedPath() + "."
	case v.Status != 0:
		return fmt.Sprintf("The program answered %d. It must accept the WebSocket at %s.", v.Status, u.EscapedPath())
	}
	return "The program did not respond. Check that it is running and accepts WebSockets."
}
