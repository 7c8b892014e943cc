package lint

import (
	"strings"
	"unicode/utf8"

	"github.com/ringback-go/ringback/twiml"
)

// dialRules checks Dial, its nouns, and the nouns of Refer.
func (l *linter) dialRules(n *twiml.Node, id elementID) {
	switch id {
	case grammarDial:
		l.dial(n)
	case grammarNumber:
		l.phoneText(n)
	case grammarIdentity:
		l.clientPrefix(n)
	case grammarConference:
		l.participantLabel(n)
	case grammarQueue:
		l.queue(n)
	case grammarSip:
		l.sip(n)
	case grammarSipUri, grammarReferSip:
		l.sipURI(n)
	case grammarHeaders:
		l.headers(n)
	case grammarHeader:
		l.header(n)
	case grammarClient:
		l.clientPrefix(n)
		l.identity(n, "Identity", ruleClientIdentity)
	case grammarApplication:
		l.identity(n, "ApplicationSid", ruleApplicationSID)
	}
}

// dial checks that the nouns of a Dial can ring together.
func (l *linter) dial(n *twiml.Node) {
	l.address(n, "callerId", 13214, isCaller, "a phone number, or one word such as client:alice")
	e := &grammarTable[grammarDial]
	nouns, numbers := 0, 0
	var lone elementID = grammarCount
	for c := range n.Elements() {
		id, known := e.child(c.Name)
		if !known {
			continue
		}
		nouns++
		switch id {
		case grammarNumber:
			numbers++
		case grammarConference, grammarQueue, grammarSim, grammarApplication, grammarWhatsApp:
			if lone == grammarCount || id == grammarConference {
				lone = id
			}
		}
	}
	text := !blank(n)
	l.callerID(n, numbers > 0 || text && nouns == 0)
	if text && nouns > 0 {
		l.report(ruleDialTextOrNouns, 13215, "Dial has a text and nouns; put the number in a Number.")
	}
	if text && nouns == 0 {
		l.phoneText(n)
	}
	if !text && count(n, "") == 0 {
		l.report(ruleDialTarget, 13223, "Dial has no party to call.")
	}
	if lone != grammarCount && nouns > 1 {
		code := 13215
		if lone == grammarConference && numbers > 0 {
			code = 13000
		}
		l.report(ruleDialLoneNouns, code, "%s must be the only noun of a Dial.", grammarTable[lone].name)
	}
	if nouns > 10 {
		l.report(ruleDialTenNouns, 13250, "Dial has %d nouns; at most 10 ring.", nouns)
	}
}

// callerID checks that the caller ID fits what is dialed. A Client or SIP
// endpoint can be shown a name; a phone needs a number.
func (l *linter) callerID(n *twiml.Node, phone bool) {
	v, _ := n.Attr("callerId")
	if phone && nameForm.MatchString(v) && !isTemplate(v) {
		l.reportAttr("callerId", ruleCallerID, 13214, "callerId of Dial is %s, but a call to a Number needs a phone number there; only a Client or a Sip can be shown a name.", quote(v))
	}
}

// clientPrefix reports an identity with a prefix, which Twilio would add again.
func (l *linter) clientPrefix(n *twiml.Node) {
	if strings.HasPrefix(strings.TrimSpace(n.Content()), "client:") {
		l.report(ruleClientPrefix, 0, "The text of %s begins with client:, which Twilio adds itself; leave it out.", n.Name)
	}
}

func (l *linter) participantLabel(n *twiml.Node) {
	if v, _ := n.Attr("participantLabel"); isSID(v, "CA") {
		l.reportAttr("participantLabel", ruleParticipantLabel, 16023, "A participantLabel may not be a call SID.")
	}
}

// phoneText checks the text of an element that is a phone number.
func (l *linter) phoneText(n *twiml.Node) {
	if text := strings.TrimSpace(n.Content()); text != "" && !isPhone(text) && !isTemplate(text) {
		l.report(rulePhoneNumber, 13223, "The text of %s is not a phone number; write it in E.164, such as +15550100.", n.Name)
	}
}

// address checks an attribute that names one side of a call or message. The
// empty value is the default.
func (l *linter) address(n *twiml.Node, attr string, code int, match func(string) bool, want string) {
	if v, _ := n.Attr(attr); v != "" && !match(v) && !isTemplate(v) {
		l.reportAttr(attr, ruleAddress, code, "%s of %s is wrong; it takes %s.", attr, n.Name, want)
	}
}

func (l *linter) queue(n *twiml.Node) {
	_, reserved := n.Attr("reservationSid")
	name := utf8.RuneCountInString(strings.TrimSpace(n.Content()))
	switch {
	case name == 0 && !reserved:
		l.report(ruleQueueName, 14212, "Queue needs the name of a queue, or a reservationSid.")
	case name > 64:
		l.report(ruleQueueName, 14213, "The name of the queue has %d characters; at most 64 are allowed.", name)
	}
}

func (l *linter) sip(n *twiml.Node) {
	uris := count(n, "Uri")
	if blank(n) && uris == 0 {
		l.report(ruleSIPURI, 13243, "Sip has no address; it needs one that begins with sip: or sips:.")
	}
	l.sipURI(n)
	if tones, _ := n.Attr("sendDigits"); !isDialTones(tones) && !isTemplate(tones) {
		l.reportAttr("sendDigits", ruleValue, 13242, "sendDigits of Sip takes tones of 0 to 9, * and #, and w for half a second of silence.")
	}
	if headers := count(n, "Headers"); uris > 5 || headers > 1 {
		l.report(ruleSIPFiveURIs, 13250, "Sip has %d Uri and %d Headers; it takes 5 and 1.", uris, headers)
	}
}

// sipURI checks a text that is a SIP URI.
func (l *linter) sipURI(n *twiml.Node) {
	text := strings.TrimSpace(n.Content())
	scheme, rest, _ := strings.Cut(text, ":")
	ok := (strings.EqualFold(scheme, "sip") || strings.EqualFold(scheme, "sips")) &&
		rest != "" && !strings.ContainsAny(rest, " \t\n")
	if text != "" && !ok && !isTemplate(text) {
		l.report(ruleSIPURI, 13243, "The text of %s is not a SIP URI; it begins with sip: or sips:, such as sip:alice@example.com.", n.Name)
	}
}

func (l *linter) headers(n *twiml.Node) {
	size := 0
	for c := range n.Elements() {
		name, _ := c.Attr("name")
		value, _ := c.Attr("value")
		size += utf8.RuneCountInString(name) + utf8.RuneCountInString(value)
	}
	if size > 1024 {
		l.report(ruleSIPHeadersSize, 13253, "The names and values of the headers have %d characters in total; at most 1024 are sent.", size)
	}
}

// header checks the name of a SIP header. Custom names begin with X-, and four
// others are sent as they are (https://www.twilio.com/docs/api/errors/13252).
func (l *linter) header(n *twiml.Node) {
	name, ok := n.Attr("name")
	own := headerForm.MatchString(name)
	for _, known := range []string{"User-to-User", "Remote-Party-ID", "P-Preferred-Identity", "P-Called-Party-ID"} {
		own = own || strings.EqualFold(name, known)
	}
	if ok && !own {
		l.reportAttr("name", ruleSIPHeaderName, 13252, "Twilio does not send the SIP header %s; custom names begin with X-.", quote(name))
	}
}

// identity checks a noun that names its target by text or by an element. If the
// noun has parameters, only the element may name it.
func (l *linter) identity(n *twiml.Node, by, rule string) {
	targets, text := count(n, by), !blank(n)
	switch {
	case targets > 1 || text && targets > 0:
		l.report(rule, 0, "%s names its target more than once; keep one %s.", n.Name, by)
	case !text && targets == 0:
		l.report(rule, 0, "%s names no target: it needs a text or one %s.", n.Name, by)
	case targets == 0 && count(n, "Parameter") > 0 && rule == ruleClientIdentity:
		l.report(rule, 0, "%s has a Parameter, so its target must be in %s and not in its text.", n.Name, by)
	}
}
