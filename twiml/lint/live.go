package lint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ringback-go/ringback/twiml"
)

// oneNoun checks the verbs that hold exactly one noun.
func (l *linter) oneNoun(n *twiml.Node, id elementID) {
	rule, code := ruleConnectOneNoun, codeSchema
	switch id {
	case grammarStart:
		rule, code = ruleStartOneNoun, 14300
	case grammarStop:
		rule, code = ruleStopOneNoun, 14300
	}
	if nouns := count(n, ""); nouns != 1 {
		l.report(rule, code, "%s has %d nouns; it takes exactly one.", n.Name, nouns)
	}
	if id != grammarStop {
		return
	}
	for c := range n.Elements() {
		if name, _ := c.Attr("name"); name == "" {
			l.later(c, rule, code, "Stop finds %s by name; set the name that it was started with.", cut(c.Name))
		}
	}
}

func (l *linter) stream(n *twiml.Node) {
	parent := l.parent()
	track, ok := n.Attr("track")
	if parent == grammarConnect && ok && track != "inbound_track" && enumStreamTrack.has(track) {
		l.reportAttr("track", ruleStreamTrack, 31941, "A Stream in Connect carries the inbound_track only; leave track out, or use Start.")
	}
	url, _ := n.Attr("url")
	connector, _ := n.Attr("connectorName")
	if parent != grammarStop && url == "" && connector == "" {
		l.report(ruleStreamTarget, 31940, "Stream has no target: it needs a url or a connectorName.")
	}
}

// streamOrder checks the verbs after one that holds a Stream.
func (l *linter) streamOrder(verb *twiml.Node, id elementID, after []elementID) {
	if count(verb, "Stream") == 0 {
		return
	}
	goesOn := slices.ContainsFunc(after, func(id elementID) bool { return id != grammarPause })
	_, action := verb.Attr("action")
	switch {
	case goesOn:
	case id == grammarStart:
		l.later(verb, ruleStreamOneWay, 0, "A Stream in Start is one-way: the caller does not hear what the server sends, and no later verb plays anything. To talk with the caller, use Connect.")
	case id != grammarConnect || action:
	case len(after) == 0:
		l.later(verb, ruleStreamEnd, 0, "Nothing follows this Connect: the call ends as soon as the server closes the stream. Add verbs after it, or an action.")
	default:
		l.later(verb, ruleStreamEnd, 0, "Only Pause follows this Connect: the caller hears silence after the server closes the stream. Hang up, or add verbs.")
	}
}

// relay checks attributes of a ConversationRelay that depend on each other.
func (l *linter) relay(n *twiml.Node) {
	l.relayMulti(n, n, "language", "ttsLanguage", "transcriptionLanguage")
	for c := range n.Elements() {
		if c.Name == "Language" {
			l.relayMulti(n, c, "code")
		}
	}
	if failovers := count(n, "Failover"); failovers > 1 {
		l.report(ruleFailover, 0, "ConversationRelay has %d Failover; one holds all backups.", failovers)
	}
	l.relayThresholds(n)

	var events []string
	for _, attr := range []string{"events", "debug"} {
		v, _ := n.Attr(attr)
		if isTemplate(v) {
			return
		}
		events = append(events, strings.Fields(v)...)
	}
	var missing []string
	for _, event := range []string{"speaker-events", "tokens-played"} {
		if !slices.Contains(events, event) {
			missing = append(missing, event)
		}
	}
	if missing != nil {
		l.report(ruleRelayHistory, 0, "Without %s in events, the server does not learn what the caller heard before an interruption.", strings.Join(missing, " and "))
	}
}

// relayMulti checks the providers of automatic language detection. n is the
// relay or one of its languages, which use the settings of the relay by
// default.
func (l *linter) relayMulti(relay, n *twiml.Node, attrs ...string) {
	get := func(attr string) string {
		if v, ok := n.Attr(attr); ok {
			return v
		}
		v, _ := relay.Attr(attr)
		return v
	}
	tts := !slices.Contains([]string{"", "ElevenLabs"}, get("ttsProvider"))
	asr := !slices.Contains([]string{"", "Deepgram"}, get("transcriptionProvider"))
	model := get("speechModel")
	asr = asr || model != "" && !strings.Contains(model, "nova")
	for _, attr := range attrs {
		v, _ := n.Attr(attr)
		wrong := tts && attr != "transcriptionLanguage" || asr && attr != "ttsLanguage"
		if v != "multi" || !wrong {
			continue
		}
		const text = "The language multi works with ElevenLabs and a nova model of Deepgram only."
		if n == relay {
			l.reportAttr(attr, ruleRelayMulti, 64101, text)
		} else {
			l.later(n, ruleRelayMulti, 64101, text)
		}
	}
}

// relayThresholds checks the confidences that end a turn.
func (l *linter) relayThresholds(n *twiml.Node) {
	number := func(attr string, otherwise float64) (float64, bool) {
		v, ok := n.Attr(attr)
		x, err := strconv.ParseFloat(v, 64)
		if !ok || err != nil {
			return otherwise, false
		}
		return x, true
	}
	end, ok := number("eotThreshold", 0.8)
	if ok && (end < 0.5 || end > 0.9) {
		l.reportAttr("eotThreshold", ruleRelayThresholds, 64101, "eotThreshold is %v; the range is 0.5 to 0.9.", end)
	}
	early, ok := number("eagerEotThreshold", 0)
	switch {
	case !ok:
	case early < 0.3 || early > 0.9:
		l.reportAttr("eagerEotThreshold", ruleRelayThresholds, 64101, "eagerEotThreshold is %v; the range is 0.3 to 0.9.", early)
	case early >= end:
		l.reportAttr("eagerEotThreshold", ruleRelayThresholds, 64101, "eagerEotThreshold is %v, which is not below eotThreshold, %v.", early, end)
	}
}
