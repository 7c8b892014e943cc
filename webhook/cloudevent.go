package webhook

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// A CloudEvent is the envelope of an event of Event Streams. Twilio delivers
// each event at least once; repeats have the same ID.
type CloudEvent struct {
	SpecVersion     string    // "1.0"
	Type            string    // "com.twilio.messaging.message.delivered"
	Source          string    // path of the REST resource
	ID              string    // the same in every delivery of the event
	DataSchema      string    // URL of the schema of the data, with its name and version
	DataContentType string    // "application/json"
	Time            time.Time // when it happened

	// Extensions are members of the envelope without a field, and values that
	// do not fit their field.
	Extensions map[string]JSON
}

var cloudEventShape = shape{
	kind:   KindEventStreams,
	params: []string{"specversion", "type", "source", "id", "dataschema", "datacontenttype", "time"},
	must:   1<<0 | 1<<1,
}

func (c *CloudEvent) setEnvelope(d *decoder, name, value string) bool {
	switch name {
	case "specversion":
		setText(d, 0, &c.SpecVersion, value)
	case "type":
		setText(d, 1, &c.Type, value)
	case "source":
		setText(d, 2, &c.Source, value)
	case "id":
		setText(d, 3, &c.ID, value)
	case "dataschema":
		setText(d, 4, &c.DataSchema, value)
	case "datacontenttype":
		setText(d, 5, &c.DataContentType, value)
	case "time":
		setValue(d, 6, &c.Time, value, rfc3339Codec)
	default:
		return false
	}
	return true
}

func (c CloudEvent) members(w *encoder) {
	w.beginJSON(&cloudEventShape, c.Extensions)
	putText(w, 0, c.SpecVersion)
	putText(w, 1, c.Type)
	putText(w, 2, c.Source)
	putText(w, 3, c.ID)
	putText(w, 4, c.DataSchema)
	putText(w, 5, c.DataContentType)
	putValue(w, 6, c.Time, rfc3339Codec)
	w.end()
}

// problems returns what could not be read of the envelope of an event of kind
// k.
func (c CloudEvent) problems(k Kind) []*DecodeError {
	s := cloudEventShape
	s.kind = k
	var again CloudEvent
	return check(&s, again.setEnvelope, bareNames(c.members), nil, c.Extensions)
}

// appendObject appends the envelope with the members of the event: inside data,
// or next to the envelope's own if data is one of them.
func (c CloudEvent) appendObject(dst []byte, event func(*encoder), nested bool) []byte {
	return appendObject(dst, func(w *encoder) {
		c.members(w)
		if nested {
			w.member("data", string(appendObject(nil, event)))
			return
		}
		event(w)
	})
}

// cloudFields is implemented by generated code for the events of Event Streams.
type cloudFields[E any] interface {
	fields[E]
	envelope() *CloudEvent
	nested() bool // the fields are members of data
}

// decodeCloud decodes one event of Event Streams.
func decodeCloud[E any, P cloudFields[E]](text JSON, s *shape) (E, error) {
	var e E
	p := P(&e)
	own, envelope := *s, cloudEventShape
	envelope.kind = s.kind
	outer, inner := decoder{shape: &envelope}, decoder{shape: &own}
	var data JSON
	var none E
	err := members(text, func(name string, raw JSON) {
		if name == "data" {
			data = raw
			return
		}
		decodeMember(p.envelope().setEnvelope, &outer, name, raw)
	})
	if err != nil {
		return none, &DecodeError{Kind: s.kind, Err: err}
	}
	if !p.nested() {
		if data != "" {
			decodeMember(p.set, &inner, "data", data)
		}
	} else if members(data, func(name string, raw JSON) { decodeMember(p.set, &inner, name, raw) }) != nil {
		return none, &DecodeError{Kind: s.kind, Param: "data", Value: string(data), Err: ErrSyntax}
	}
	p.envelope().Extensions = outer.members
	p.done(&inner)
	if err := errors.Join(outer.err(), inner.err()); err != nil {
		return none, err
	}
	return e, nil
}

// decodeSingle decodes a request of Event Streams with one event, by itself or
// in an array.
func decodeSingle[E any, P cloudFields[E]](v *signature.Verified, s *shape) (E, error) {
	text, err := cloudTexts(v, s.kind)
	if err == nil && len(text) != 1 {
		err = &DecodeError{Kind: s.kind, Err: ErrBatch}
	}
	if err != nil {
		var none E
		return none, err
	}
	return decodeCloud[E, P](text[0], s)
}

// cloudTexts returns the texts of the events in a request, which is one event
// or an array.
func cloudTexts(v *signature.Verified, kind Kind) ([]JSON, error) {
	body := JSON(v.Body())
	if first := strings.TrimLeft(string(body), " \t\r\n"); !strings.HasPrefix(first, "[") {
		return []JSON{body}, nil
	}
	texts, err := elements(body)
	if err != nil {
		return nil, &DecodeError{Kind: kind, Err: err}
	}
	return texts, nil
}

// KindEventStreams is the kind of an [EventStreams] with events of several
// kinds, or of none.
const KindEventStreams Kind = "EventStreams"

// KindEventStreamsOther is the kind of an [EventStreamsOther].
const KindEventStreamsOther Kind = "EventStreamsOther"

// An EventStreams is a request of Event Streams: one event or, if the sink
// sends batches, many. They may be of different kinds; use a type switch over
// Events. Twilio delivers each event at least once and in any order, retries
// for four hours, and expects an answer within 5 seconds.
//
// [Parse] returns this type for every request of Event Streams. A type such as [EventStreamsMessageStatus] is one event of a request. It cannot have its own handler, because the next batch may hold others.
type EventStreams struct {
	Events []Event
}

// Kind returns the kind of the events if they all have the same kind, and
// otherwise [KindEventStreams].
func (e EventStreams) Kind() Kind {
	if len(e.Events) == 0 {
		return KindEventStreams
	}
	kind := e.Events[0].Kind()
	for _, one := range e.Events[1:] {
		if one.Kind() != kind {
			return KindEventStreams
		}
	}
	return kind
}

// LogValue shows the number of events and the first of them.
func (e EventStreams) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("kind", string(KindEventStreams)), slog.Int("events", len(e.Events))}
	if len(e.Events) > 0 {
		attrs = append(attrs, slog.Any("first", e.Events[0]))
	}
	return slog.GroupValue(attrs...)
}

func (EventStreams) event()  {}
func (EventStreams) notice() {}

func (EventStreams) decode(v *signature.Verified) (EventStreams, error) {
	texts, err := cloudTexts(v, KindEventStreams)
	if err != nil {
		return EventStreams{}, err
	}
	e := EventStreams{Events: make([]Event, 0, len(texts))}
	for _, text := range texts {
		one, err := decodeEntry(text)
		if err != nil {
			return EventStreams{}, err
		}
		e.Events = append(e.Events, one)
	}
	return e, nil
}

func (e EventStreams) problems() (all []*DecodeError) {
	for _, one := range e.Events {
		all = append(all, Problems(one)...)
	}
	return all
}

func (e EventStreams) appendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	for i, one := range e.Events {
		j, ok := one.(jsonEvent)
		if !ok {
			continue
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = j.appendJSON(dst)
	}
	return append(dst, ']')
}

// decodeEntry decodes one event of a batch. A bad event must not affect the
// others, so it becomes an EventStreamsOther. An error means that it is not a
// CloudEvent.
func decodeEntry(text JSON) (Event, error) {
	var c struct {
		Type string `json:"type"`
	}
	if err := text.Decode(&c); err != nil {
		if !errors.Is(err, ErrDepth) {
			err = ErrSyntax
		}
		return nil, &DecodeError{Kind: KindEventStreams, Err: err}
	}
	if e, err := decodeType(c.Type, text); err == nil {
		return e, nil
	}
	return whole(decodeCloud[EventStreamsOther](text, &eventStreamsOtherShape))
}

// decodeType decodes an event by its type.
func decodeType(typ string, text JSON) (Event, error) {
	var s sight
	s.see("type", typ)
	return decodeCloudKind(s.kind(cloudRules), text)
}

// An EventStreamsOther is an event whose type has no Go type, such as the test
// event of a sink, or whose data could not be read.
type EventStreamsOther struct {
	CloudEvent

	Data JSON // unchanged
}

var eventStreamsOtherShape = shape{kind: KindEventStreamsOther, params: []string{"data"}}

// Kind returns [KindEventStreamsOther].
func (EventStreamsOther) Kind() Kind { return KindEventStreamsOther }

// LogValue shows the kind and the type of the event.
func (e EventStreamsOther) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", string(KindEventStreamsOther)), slog.String("type", e.Type))
}

func (EventStreamsOther) event() {}

func (e *EventStreamsOther) set(d *decoder, name, value string) bool {
	setJSON(d, 0, &e.Data, value)
	return name == "data"
}

func (e *EventStreamsOther) done(*decoder)         {}
func (e *EventStreamsOther) envelope() *CloudEvent { return &e.CloudEvent }
func (e *EventStreamsOther) nested() bool          { return false }

// problems says why the event does not match its type.
func (e EventStreamsOther) problems() []*DecodeError {
	_, err := decodeType(e.Type, JSON(e.appendJSON(nil)))
	return append(e.CloudEvent.problems(KindEventStreamsOther), flatten(err)...)
}

func (e EventStreamsOther) appendJSON(dst []byte) []byte {
	return e.CloudEvent.appendObject(dst, func(w *encoder) {
		w.beginJSON(&eventStreamsOtherShape, nil)
		putJSON(w, 0, e.Data)
	}, false)
}

// Webhook returns the classic webhook in the data of e, such as a
// [CallStatusCallback]: what Twilio sent, or would have sent, to a URL of the
// call. It returns an error if there is none. Other errors are those of
// [Parse].
func (e EventStreamsVoice) Webhook() (Event, error) {
	var data struct {
		Request struct {
			Parameters map[string]string `json:"parameters"`
		} `json:"request"`
	}
	if err := e.Data.Decode(&data); err != nil || len(data.Request.Parameters) == 0 {
		return nil, &DecodeError{Kind: KindEventStreamsVoice, Param: "data.request.parameters", Err: ErrSyntax}
	}
	form := url.Values{}
	for name, value := range data.Request.Parameters {
		form.Set(name, value)
	}
	if _, path, ok := strings.Cut(e.Source, "/Accounts/"); ok && !form.Has("AccountSid") {
		account, _, _ := strings.Cut(path, "/")
		form.Set("AccountSid", account) // some events leave it out
	}
	r, err := http.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	// The event was verified, and so was its content.
	v, err := signature.Unverified(r)
	if err != nil {
		return nil, err
	}
	return Parse(v)
}
