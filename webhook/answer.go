package webhook

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ringback-go/ringback/twiml"
)

// The media types of answers (T19).
const (
	xmlType  = "text/xml; charset=utf-8"
	jsonType = "application/json"
)

const (
	maxAnswer   = 64 << 10 // Twilio reads at most this much (error 11750)
	usualAnswer = 512      // enough for most answers
)

var (
	errAnswerTooLarge = errors.New("webhook: the answer is larger than 64 KiB")
	errReplyFailed    = errors.New("webhook: the reply answered with a server error")
	errNothingLeft    = errors.New("webhook: Twilio drops every message of the reply")
)

// An answer is a response that is ready to be sent.
type answer struct {
	status      int
	contentType string
	header      http.Header // of a reply that is not TwiML
	body        []byte
}

var noContent = answer{status: http.StatusNoContent}

// render renders a reply. Documents and JSON of this module are rendered
// directly; a reply of another type is served into a buffer.
func render(reply Reply, r *http.Request) (answer, error) {
	a := answer{status: http.StatusOK, contentType: xmlType}
	switch reply := reply.(type) {
	case *twiml.VoiceResponse, *twiml.MessagingResponse:
	case jsonReply:
		a.status, a.contentType = reply.status(), jsonType
	default:
		rec := new(recorder)
		reply.ServeHTTP(rec, r)
		if rec.err == nil && rec.status >= http.StatusInternalServerError {
			rec.err = errReplyFailed
		}
		return rec.answer(), rec.err
	}
	if a.status >= http.StatusBadRequest {
		return answer{status: a.status}, nil
	}
	var err error
	a.body, err = reply.AppendText(make([]byte, 0, usualAnswer))
	if err == nil && len(a.body) > maxAnswer {
		err = errAnswerTooLarge
	}
	return a, err
}

const maxMessageText = 1600

// undelivered returns an error if Twilio would drop messages of a reply (error
// 14103): those without content, and those whose text is too long. The error
// wraps errNothingLeft if it would drop all of them.
func undelivered(reply Reply) error {
	doc, ok := reply.(*twiml.MessagingResponse)
	if !ok || doc == nil {
		return nil
	}
	sent, empty, long := 0, 0, 0
	for _, verb := range doc.Node().Children {
		if verb.Name != "Message" && verb.Name != "Sms" {
			continue
		}
		switch text, media := messageContent(verb); {
		case utf8.RuneCountInString(text) > maxMessageText:
			long++
		case strings.TrimSpace(text) == "" && !media:
			empty++
		default:
			sent++
		}
	}
	if empty+long == 0 {
		return nil
	}
	return &droppedError{empty: empty, long: long, sent: sent}
}

func messageContent(message *twiml.Node) (text string, media bool) {
	text = message.Text
	for _, part := range message.Children {
		switch part.Name {
		case "", "Body":
			text += part.Text
		case "Media":
			media = true
		}
	}
	return text, media
}

// A droppedError says which messages of a reply Twilio drops.
type droppedError struct{ empty, long, sent int }

func (e *droppedError) Error() string {
	return fmt.Sprintf("webhook: Twilio drops %d of %d messages (error 14103): %d without text or media, %d longer than %d characters",
		e.empty+e.long, e.empty+e.long+e.sent, e.empty, e.long, maxMessageText)
}

func (e *droppedError) Is(target error) bool { return target == errNothingLeft && e.sent == 0 }

// A recorder stores what a reply writes, up to the size limit of an answer.
type recorder struct {
	header http.Header
	status int
	body   []byte
	err    error
}

func (rec *recorder) Header() http.Header {
	if rec.header == nil {
		rec.header = make(http.Header)
	}
	return rec.header
}

func (rec *recorder) WriteHeader(status int) {
	if rec.status == 0 && status >= 200 {
		rec.status = status
	}
}

func (rec *recorder) Write(p []byte) (int, error) {
	rec.WriteHeader(http.StatusOK)
	if len(rec.body)+len(p) > maxAnswer {
		rec.err = errAnswerTooLarge
		return 0, rec.err
	}
	rec.body = append(rec.body, p...)
	return len(p), nil
}

func (rec *recorder) answer() answer {
	a := answer{status: rec.status, header: rec.header, body: rec.body}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a
}

// fallbacks are the documents of a [Fallback], rendered.
type fallbacks struct {
	voice, messaging *answer
	kinds            map[Kind]*answer
}

func newFallbacks(f Fallback) fallbacks {
	var all fallbacks
	if f.Voice != nil {
		all.voice = mustRender("Voice", f.Voice)
	}
	if f.Messaging != nil {
		all.messaging = mustRender("Messaging", f.Messaging)
	}
	all.kinds = make(map[Kind]*answer, len(f.Kinds))
	for _, kind := range slices.Sorted(maps.Keys(f.Kinds)) {
		all.kinds[kind] = nil
		if reply := f.Kinds[kind]; reply != nil {
			if !mayAnswer(reply, kind) {
				panic("webhook: Options.Fallback.Kinds: " + string(kind) + ": the reply does not answer this kind")
			}
			all.kinds[kind] = mustRender("Kinds: "+string(kind), reply)
		}
	}
	return all
}

// mayAnswer reports whether a reply can be the fallback for a kind. A notice
// has no fallback, because the answer would mean that it was received (T22).
func mayAnswer(reply Reply, kind Kind) bool {
	e := zeroEvent(kind)
	if kind == KindEventStreams {
		e = EventStreams{}
	}
	if e == nil {
		return true
	}
	if _, notice := e.(interface{ notice() }); notice {
		return false
	}
	return fits(reply, e)
}

func mustRender(field string, reply Reply) *answer {
	r, err := http.NewRequest(http.MethodPost, "/", nil)
	if err != nil {
		panic(err)
	}
	a, err := render(reply, r)
	if err == nil {
		err = undelivered(reply)
	}
	if err != nil {
		panic("webhook: Options.Fallback." + field + ": " + err.Error())
	}
	return &a
}

// of returns the fallback for an event, or nil if there is none. The event's
// phantom method says which kind of document answers it.
func (f *fallbacks) of(e Event) *answer {
	if a, ok := f.kinds[e.Kind()]; ok {
		return a
	}
	switch e.(type) {
	case interface{ answeredBy(*twiml.VoiceResponse) }:
		return f.voice
	case interface {
		answeredBy(*twiml.MessagingResponse)
	}:
		return f.messaging
	}
	return nil
}
