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

// A CloudEvent is the envelope of what Event Streams delivers. ID is the key
// by which repeated deliveries are told: Twilio delivers at least once.
type CloudEvent struct {
	SpecVersion     string    // "1.0"
	Type            string    // "com.twilio.messaging.message.delivered"
	Source          string    // path of the REST resource
	ID              string    // key for telling repeats
	DataSchema      string    // URL with name and version of the schema of the data
	DataContentType string    // "application/json"
	Time            time.Time // when it happened
	// Extensions are the members of the envelope without a field, and the
	// texts that a field could not give back.
	Extensions map[string]JSON

	odd uint64
}

var cloudEventShape = shape{
	kind:   KindEventStreams,
	params: []string{"specversion", "type", "source", "id", "dataschema", "datacontenttype", "time"},
	must:   1<<0 | 1<<1,
	full:   1<<0 | 1<<1,
}

func (c *CloudEvent) set(d *decoder, name, value string) {
	switch name {
	case "specversion":
		setText(d, 0, &c.SpecVersion, d.quoted(value))
	case "type":
		setText(d, 1, &c.Type, d.quoted(value))
	case "source":
		setText(d, 2, &c.Source, d.quoted(value))
	case "id":
		setText(d, 3, &c.ID, d.quoted(value))
	case "dataschema":
		setText(d, 4, &c.DataSchema, d.quoted(value))
	case "datacontenttype":
		setText(d, 5, &c.DataContentType, d.quoted(value))
	case "time":
		setTime(d, 6, &c.Time, rfc3339, d.quoted(value))
	default:
		d.keep(name, value)
	}
}

func (c *CloudEvent) done(d *decoder) { c.Extensions, c.odd = d.members, d.odd() }

func (c CloudEvent) members(w *encoder) {
	w.beginJSON(&cloudEventShape, c.odd, c.Extensions)
	w.text(0, c.SpecVersion)
	w.text(1, c.Type)
	w.text(2, c.Source)
	w.text(3, c.ID)
	w.text(4, c.DataSchema)
	w.text(5, c.DataContentType)
	w.time(6, c.Time, rfc3339)
	w.end()
}

// appendObject appends the envelope with the members of the event: below data,
// or beside the envelope's own, where data is one of them.
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

// cloudFields is what generated code implements for the events of Event
// Streams.
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
	err := members(text, func(name string, raw JSON) {
		if name == "data" {
			data = raw
			return
		}
		decodeMember(p.envelope().set, &outer, name, raw)
	})
	if err != nil {
		return e, &DecodeError{Kind: s.kind, Err: err, fatal: true}
	}
	if !p.nested() {
		if data != "" {
			decodeMember(p.set, &inner, "data", data)
		}
	} else if members(data, func(name string, raw JSON) { decodeMember(p.set, &inner, name, raw) }) != nil {
		return e, &DecodeError{Kind: s.kind, Param: "data", Value: string(data), Err: ErrSyntax, fatal: true}
	}
	p.envelope().done(&outer)
	p.done(&inner)
	return e, errors.Join(outer.err(), inner.err())
}

// decodeSingle decodes a request of Event Streams that holds one event, by
// itself or alone in an array.
func decodeSingle[E any, P cloudFields[E]](v *signature.Verified, s *shape) (E, error) {
	text, _, err := cloudTexts(v, s.kind)
	if err == nil && len(text) != 1 {
		err = &DecodeError{Kind: s.kind, Err: ErrBatch, fatal: true}
	}
	if err != nil {
		var none E
		return none, err
	}
	return decodeCloud[E, P](text[0], s)
}

// cloudTexts returns the texts of the events in a request, and whether they
// stood in an array.
func cloudTexts(v *signature.Verified, kind Kind) (texts []JSON, array bool, err error) {
	body := JSON(v.Body())
	if first := strings.TrimLeft(string(body), " \t\r\n"); !strings.HasPrefix(first, "[") {
		return []JSON{body}, false, nil
	}
	texts, err = elements(body)
	if err != nil {
		return nil, true, &DecodeError{Kind: kind, Err: err, fatal: true}
	}
	return texts, true, nil
}

// KindEventStreams is the kind of an [EventStreams] whose events are of
// several kinds, or of none.
const KindEventStreams Kind = "EventStreams"

// KindEventStreamsOther is the kind of an [EventStreamsOther].
const KindEventStreamsOther Kind = "EventStreamsOther"

// An EventStreams is a request of Event Streams: one event or, when the sink
// sends batches, many. They may be of different kinds; a type switch over
// Events tells them apart. Twilio delivers each at least once and in no
// certain order, retries for four hours, and wants an answer within 5 s.
//
// [Parse] returns this type for every request of Event Streams. A type such as
// [EventStreamsMessageStatus] is one event within, and no handler can be
// registered for it alone: the next batch might hold others.
type EventStreams struct {
	Events []Event

	object bool // a single event that did not stand in an array
}

// Kind returns the kind that all events have in common, or [KindEventStreams].
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
	texts, array, err := cloudTexts(v, KindEventStreams)
	if err != nil {
		return EventStreams{}, err
	}
	e := EventStreams{Events: make([]Event, 0, len(texts)), object: !array}
	var errs []error
	for _, text := range texts {
		one, err := decodeEntry(text)
		if one == nil {
			return EventStreams{}, err
		}
		e.Events = append(e.Events, one)
		if err != nil {
			errs = append(errs, err)
		}
	}
	return e, errors.Join(errs...)
}

func (e EventStreams) appendJSON(dst []byte) []byte {
	if e.object && len(e.Events) == 1 {
		return e.Events[0].(jsonEvent).appendJSON(dst)
	}
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

// decodeEntry decodes one event of a batch. One bad event must not cost the
// others, so it is kept as an EventStreamsOther. The result is nil only for
// what is no CloudEvent at all.
func decodeEntry(text JSON) (Event, error) {
	var c struct {
		Type string `json:"type"`
	}
	if err := text.Decode(&c); err != nil {
		if !errors.Is(err, ErrDepth) {
			err = ErrSyntax
		}
		return nil, &DecodeError{Kind: KindEventStreams, Err: err, fatal: true}
	}
	e, err := decodeType(c.Type, text)
	if !IsFatal(err) {
		return e, err
	}
	other, failed := decodeCloud[EventStreamsOther](text, &eventStreamsOtherShape)
	if IsFatal(failed) {
		return nil, failed
	}
	return other, softly(err)
}

func decodeType(typ string, text JSON) (Event, error) {
	is := func(prefix string) bool { return strings.HasPrefix(typ, prefix) }
	switch {
	case is("com.twilio.messaging.message."):
		return decodeCloud[EventStreamsMessageStatus](text, &eventStreamsMessageStatusShape)
	case is("com.twilio.messaging.inbound-message."):
		return decodeCloud[EventStreamsInboundMessage](text, &eventStreamsInboundMessageShape)
	case is("com.twilio.messaging.compliance."):
		return decodeCloud[EventStreamsA2P](text, &eventStreamsA2PShape)
	case is("com.twilio.daptbt.link-shortening."):
		return decodeCloud[EventStreamsLink](text, &eventStreamsLinkShape)
	case is("com.twilio.voice.insights."):
		return decodeCloud[VoiceInsightsCallSummary](text, &voiceInsightsCallSummaryShape)
	case is("com.twilio.voice."):
		return decodeCloud[EventStreamsVoice](text, &eventStreamsVoiceShape)
	}
	return decodeCloud[EventStreamsOther](text, &eventStreamsOtherShape)
}

// An EventStreamsOther is an event of Event Streams whose type has no Go type
// of its own, such as the test event of a sink, or whose data could not be
// read.
type EventStreamsOther struct {
	CloudEvent

	Data JSON // as it stands
}

var eventStreamsOtherShape = shape{kind: KindEventStreamsOther, params: []string{"data"}}

// Kind returns [KindEventStreamsOther].
func (EventStreamsOther) Kind() Kind { return KindEventStreamsOther }

// LogValue shows the kind and the type of the event.
func (e EventStreamsOther) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", string(KindEventStreamsOther)), slog.String("type", e.Type))
}

func (EventStreamsOther) event() {}

func (e *EventStreamsOther) set(d *decoder, _, _ string) { setRaw(d, 0, &e.Data) }
func (e *EventStreamsOther) done(*decoder)               {}
func (e *EventStreamsOther) envelope() *CloudEvent       { return &e.CloudEvent }
func (e *EventStreamsOther) nested() bool                { return false }

func (e EventStreamsOther) appendJSON(dst []byte) []byte {
	return e.CloudEvent.appendObject(dst, func(w *encoder) {
		w.beginJSON(&eventStreamsOtherShape, 0, nil)
		w.rawJSON(0, e.Data)
	}, false)
}

// Webhook returns the classic webhook in the data of e, such as a
// [CallStatusCallback]: what Twilio would have sent, or did send, to a URL of
// the call's. It returns nil and an error when there is none. Errors are those
// of [Decode].
func (e EventStreamsVoice) Webhook() (Event, error) {
	var data struct {
		Request struct {
			Parameters map[string]string `json:"parameters"`
		} `json:"request"`
	}
	if err := e.Data.Decode(&data); err != nil || len(data.Request.Parameters) == 0 {
		return nil, &DecodeError{Kind: KindEventStreamsVoice, Param: "data.request.parameters", Err: ErrSyntax, fatal: true}
	}
	form := url.Values{}
	for name, value := range data.Request.Parameters {
		form.Set(name, value)
	}
	r, err := http.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	// The event was verified; what it tells of is believed for its sake.
	v, err := signature.Unverified(r)
	if err != nil {
		return nil, err
	}
	return Parse(v)
}
