package webhook

import (
	"strings"

	"github.com/ringback-go/ringback/signature"
)

// Parse finds out from the content of v alone what kind of request it is, and
// decodes it. A request of no known kind is an [*Unknown], never an error.
//
// Some kinds look alike and are told apart by their URL alone; they parse as
// the kind that they have in common, which [Decode] overrules:
//
//   - [MessageActionCallback] as [MessageStatusCallback]
//   - [ConferenceWaitURL] without a ConferenceSid, [ConnectAction] but for
//     streams and virtual agents, a [GatherAction] without input, and every
//     other plain request of a running call as [TwiMLRedirectRequest],
//     [OutboundCallAnswered] or [DialWhisper], by the direction of the call
//   - [ElasticSIPTrunkDisasterRecovery] without a TrunkSid as [IncomingCall]
//   - [ConferenceAnnounceURL], [StudioHTTPRequest] and [VirtualAgentStatus] as
//     [*Unknown]
//
// The error is that of [Decode].
func Parse(v *signature.Verified) (Event, error) {
	if isJSON(v) {
		return parseJSON(v)
	}
	if e, err := decodeKind(detect(v), v); e != nil {
		return e, err
	}
	return unknownForm(v), nil
}

// parseJSON tells a kind by the members that only it has.
func parseJSON(v *signature.Verified) (Event, error) {
	body := JSON(v.Body())
	if strings.HasPrefix(strings.TrimLeft(string(body), " \t\r\n"), "[") {
		return parseBatch(v)
	}
	has := map[string]JSON{}
	if members(body, func(name string, raw JSON) { has[name] = raw }) != nil {
		return unknownJSON(v), nil
	}
	typ, _ := has["type"].scalar()
	eventType, _ := has["event_type"].scalar()
	switch {
	case has["specversion"] != "" && typ != "":
		return whole(EventStreams{}.decode(v))
	case eventType == "click":
		return whole(LinkClickCallback{}.decode(v))
	case eventType == "voice_intelligence_transcript_available":
		return whole(VoiceIntelligenceTranscript{}.decode(v))
	case has["operatorResults"] != "" && has["intelligenceConfiguration"] != "":
		return whole(ConversationalIntelligenceRuleExecution{}.decode(v))
	case strings.HasPrefix(typ, "factor."), strings.HasPrefix(typ, "challenge."):
		return whole(VerifyEvent{}.decode(v))
	}
	return unknownJSON(v), nil
}

// parseBatch takes an array for a batch of Event Streams if its elements are
// events.
func parseBatch(v *signature.Verified) (Event, error) {
	e, err := EventStreams{}.decode(v)
	if IsFatal(err) {
		return unknownJSON(v), nil
	}
	return e, err
}

// whole makes an Event of an event of some type.
func whole[E Event](e E, err error) (Event, error) { return e, err }
