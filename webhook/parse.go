package webhook

import (
	"strings"

	"github.com/ringback-go/ringback/signature"
)

// Parse determines the kind of a request from the content of v and decodes it.
// A request of an unknown kind is an [*Unknown], never an error.
//
// Some kinds look alike and differ only in their URL. They parse as the kind
// that they share; use [Decode] to choose another:
//
//   - [MessageActionCallback] as [MessageStatusCallback]
//   - [ConferenceWaitURL], [ConnectAction] except for a virtual agent, a
//     [GatherAction] without input, and every other plain request of a running
//     call as [TwiMLRedirectRequest], [OutboundCallAnswered] or [DialWhisper],
//     by the direction of the call
//   - [ElasticSIPTrunkDisasterRecovery] as [IncomingCall]
//
// An error means that the request looks like a kind but lacks what identifies
// it; see [Decode]. The event is then nil.
func Parse(v *signature.Verified) (Event, error) {
	if isJSON(v) {
		return parseJSON(v)
	}
	e, err := decodeForm(detect(v), v)
	switch {
	case err != nil:
		return nil, err
	case e == nil:
		return unknownForm(v), nil
	}
	return e, nil
}

// parseJSON recognizes a kind by its members.
func parseJSON(v *signature.Verified) (Event, error) {
	body := JSON(v.Body())
	if strings.HasPrefix(strings.TrimLeft(string(body), " \t\r\n"), "[") {
		return parseBatch(v)
	}
	var s sight
	var cloud, typ bool
	err := members(body, func(name string, raw JSON) {
		text, _ := raw.scalar()
		s.see(name, text)
		cloud = cloud || name == "specversion"
		typ = typ || name == "type" && text != ""
	})
	switch {
	case err != nil:
		return unknownJSON(v), nil
	case cloud && typ:
		return whole(EventStreams{}.decode(v))
	}
	e, err := decodeJSON(s.kind(jsonRules), v)
	switch {
	case err != nil:
		return nil, err
	case e == nil:
		return unknownJSON(v), nil
	}
	return e, nil
}

// parseBatch treats an array as a batch of Event Streams if its elements are
// events.
func parseBatch(v *signature.Verified) (Event, error) {
	if e, err := (EventStreams{}).decode(v); err == nil {
		return e, nil
	}
	return unknownJSON(v), nil
}

// decodeAs is [Decode] with the result of [Parse].
func decodeAs[E Decodable[E]](v *signature.Verified) (Event, error) { return whole(Decode[E](v)) }

// whole returns an event as an Event, and nil with an error.
func whole[E Event](e E, err error) (Event, error) {
	if err != nil {
		return nil, err
	}
	return e, nil
}
