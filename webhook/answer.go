package webhook

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
)

// xmlType is what Twilio takes for TwiML (T19).
const xmlType = "text/xml; charset=utf-8"

// Twilio reads no more than this of an answer (error 11750).
const maxAnswer = 64 << 10

var errAnswerTooLarge = errors.New("webhook: the answer is larger than 64 KiB")

// An answer is a response that is ready to be sent.
type answer struct {
	status      int
	contentType string
	header      http.Header // of a reply that is not TwiML
	body        []byte
}

var noContent = answer{status: http.StatusNoContent}

// render appends a reply to dst. TwiML is rendered directly; any other reply
// knows its type and status itself and is asked to serve.
func render(dst []byte, reply Reply, r *http.Request) (answer, error) {
	switch reply.(type) {
	case *twiml.VoiceResponse, *twiml.MessagingResponse:
		body, err := reply.AppendText(dst)
		if err == nil && len(body) > maxAnswer {
			err = errAnswerTooLarge
		}
		return answer{status: http.StatusOK, contentType: xmlType, body: body}, err
	}
	rec := recorder{body: dst}
	reply.ServeHTTP(&rec, r)
	if rec.err != nil {
		return answer{}, rec.err
	}
	if rec.status >= http.StatusInternalServerError {
		return answer{}, errors.New("webhook: the reply could not be rendered")
	}
	return rec.answer(), nil
}

// A recorder keeps what a handler writes, up to the size of an answer.
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
				panic("webhook: Options.Fallback.Kinds: " + string(kind) + ": not what answers this kind")
			}
			all.kinds[kind] = mustRender("Kinds: "+string(kind), reply)
		}
	}
	return all
}

// mayAnswer reports whether a reply can be the fallback for a kind. A notice has
// none: its answer would say that it was taken (T22).
func mayAnswer(reply Reply, kind Kind) bool {
	e, _ := decodeKind(kind, new(signature.Verified)) // incomplete, but of its type
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
	a, err := render(nil, reply, r)
	if err != nil {
		panic("webhook: Options.Fallback." + field + ": " + err.Error())
	}
	return &a
}

// of returns the fallback for an event, nil if there is none. Which kind of
// document answers it, if any, its phantom method says.
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
