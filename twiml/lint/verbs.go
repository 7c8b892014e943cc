package lint

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/ringback-go/ringback/twiml"
)

// rules checks what the tables cannot express, element by element.
func (l *linter) rules(n *twiml.Node, id elementID) {
	switch id {
	case grammarVoiceResponse:
		l.version(n)
		l.verbOrder(n)
	case grammarMessagingResponse:
		l.version(n)
		l.verbOrder(n)
		l.messages(n)
	case grammarFaxResponse:
		l.version(n)
	case grammarSay:
		l.say(n)
	case grammarPlay:
		l.play(n)
	case grammarGather:
		l.gather(n)
	case grammarRecord:
		l.record(n)
	case grammarPay:
		l.pay(n)
	case grammarParameter:
		if name, ok := n.Attr("name"); ok && strings.TrimSpace(name) == "" {
			l.reportAttr("name", ruleParameterName, 0, "The name of a Parameter must not be empty.")
		}
	case grammarVoiceRedirect, grammarMessagingRedirect:
		l.redirect(n)
	case grammarMessage:
		l.messageAddresses(n)
		l.message(n)
	case grammarMessagingSms:
		l.messageAddresses(n)
	case grammarMedia:
		l.urlText(n)
	case grammarEnqueue:
		l.enqueue(n)
	case grammarTask, grammarTaskAttributes:
		l.task(n)
	case grammarConnect, grammarStart, grammarStop:
		l.oneNoun(n, id)
	case grammarStream:
		l.stream(n)
	case grammarConversationRelay:
		l.relay(n)
	default:
		l.dialRules(n, id)
	}
}

// version checks the version of the root: it must be one that Twilio's API has
// had.
func (l *linter) version(n *twiml.Node) {
	if v, ok := n.Attr("version"); ok && v != "2010-04-01" && v != "2008-08-01" {
		l.reportAttr("version", ruleVersion, 12101, "There is no version %s of TwiML; leave it out.", quote(v))
	}
}

// verbOrder checks rules that depend on the order of the verbs.
func (l *linter) verbOrder(n *twiml.Node) {
	e := &grammarTable[l.stack[l.depth-1].id]
	var verbs []*twiml.Node
	var ids []elementID
	for c := range n.Elements() {
		id, known := e.child(c.Name)
		if !known {
			id = grammarCount
		}
		verbs, ids = append(verbs, c), append(ids, id)
	}
	reported := false
	for i, c := range verbs {
		if ids[i] == grammarReject && i > 0 {
			l.later(c, ruleRejectFirst, 0, "Reject must be the first verb: any verb before it answers the call.")
		}
		switch next := i + 1; {
		case next == len(verbs) || reported:
		case ends(ids[i], c):
			l.later(verbs[next], ruleUnreachable, 0, "%s is never reached: %s", cut(verbs[next].Name), ending(c))
			reported = true
		case ids[i] == grammarRecord:
			l.later(verbs[next], ruleAfterRecord, 0, "%s is reached only if the recording is empty; otherwise the document from the action of Record replaces the rest.", cut(verbs[next].Name))
		}
		l.streamOrder(c, ids[i], ids[i+1:])
	}
	if last := len(verbs) - 1; last >= 0 && ids[last] == grammarGather && !ends(grammarGather, verbs[last]) {
		l.later(verbs[last], ruleGatherNoWayOn, 0, "Nothing follows this Gather: the call ends if the caller gives no input. Add verbs after it, or set actionOnEmptyResult.")
	}
}

// ends reports whether no verb after this one ever runs, because it ends the
// document or because the document from its action replaces the rest.
func ends(id elementID, n *twiml.Node) bool {
	switch id {
	case grammarHangup, grammarReject, grammarLeave, grammarVoiceRedirect, grammarMessagingRedirect:
		return true
	case grammarDial, grammarEnqueue, grammarConnect, grammarRefer:
		_, ok := n.Attr("action")
		return ok
	case grammarGather:
		v, _ := n.Attr("actionOnEmptyResult")
		return v == "true"
	}
	return false
}

// ending explains why a verb is the last to run.
func ending(n *twiml.Node) string {
	switch n.Name {
	case "Hangup", "Reject":
		return n.Name + " ends the call."
	case "Leave":
		return "Leave ends this document, and the call continues after the Enqueue."
	case "Redirect":
		return "Redirect continues with another document."
	}
	return "the document from the action of " + n.Name + " replaces the rest."
}

// say checks the text and markup of a Say against its voice.
func (l *linter) say(n *twiml.Node) {
	var s speech
	s.add(n, 1)
	if !s.markup && blank(n) {
		l.report(ruleSayText, 13520, "Say has nothing to say.")
	}
	voice, _ := n.Attr("voice")
	size, most, of := s.bytes, 4096, "bytes with a basic voice"
	switch {
	case strings.HasPrefix(voice, "Polly."):
		size, most, of = s.chars, 3000, "characters with a Polly voice"
	case strings.HasPrefix(voice, "Google."):
		size, most, of = s.chars+s.tags, 5000, "characters with a Google voice, markup included"
	}
	if size > most {
		l.report(ruleSayLength, 13521, "Say has %d %[3]s; at most %[2]d are spoken. Split it.", size, most, of)
	}
	if tag := speechTag.FindString(n.Content()); tag != "" {
		l.report(ruleSSMLText, 0, "The text of Say contains the markup %s, which is read aloud; write it as an element.", quote(tag))
	}
	if s.markup && (voice == "man" || voice == "woman") {
		l.reportAttr("voice", ruleSSMLVoice, 0, "The voice %s ignores SSML; use a voice from Polly or Google.", voice)
	}
}

func (l *linter) play(n *twiml.Node) {
	digits, ok := n.Attr("digits")
	if blank(n) && digits == "" {
		l.report(rulePlaySource, 0, "Play has neither a URL nor digits to play.")
	}
	if ok && l.parent() == grammarGather {
		l.reportAttr("digits", rulePlayInGather, 0, "Play sends no digits inside a Gather.")
	}
	l.urlText(n)
}

// urlText checks the text of an element that holds a URL.
func (l *linter) urlText(n *twiml.Node) {
	if text := strings.TrimSpace(n.Content()); text != "" && !isTemplate(text) {
		l.url("", text, 0)
	}
}

func (l *linter) redirect(n *twiml.Node) {
	if blank(n) {
		l.report(ruleRedirectSelf, 0, "Redirect has no URL and requests this document again: an endless loop, unless the answer changes.")
	}
	l.urlText(n)
}

// actionLoop reports a verb that sends its result to its own document.
func (l *linter) actionLoop(n *twiml.Node, what string) {
	if _, ok := n.Attr("action"); !ok {
		l.report(ruleActionLoop, 0, "Without action, %s is sent to the URL of this document, which runs again unless the answer changes.", what)
	}
}

func (l *linter) gather(n *twiml.Node) {
	l.actionLoop(n, "what Gather collects")
	if v, _ := n.Attr("speechTimeout"); v == "auto" {
		if model, ok := n.Attr("speechModel"); ok {
			l.reportAttr("speechTimeout", ruleGatherAuto, 13335, "speechTimeout auto does not work with the speechModel %s; give a number of seconds.", quote(model))
		}
	}
	hints, ok := n.Attr("hints")
	if !ok || len(hints) <= 100 {
		return
	}
	count, longest := 0, 0
	for hint := range strings.SplitSeq(hints, ",") {
		if size := utf8.RuneCountInString(strings.TrimSpace(hint)); size > 0 {
			count++
			longest = max(longest, size)
		}
	}
	if count > 500 || longest > 100 {
		l.reportAttr("hints", ruleGatherHints, 13330, "There are %d hints, the longest has %d characters; at most 500 of 100 characters are used.", count, longest)
	}
}

func (l *linter) record(n *twiml.Node) {
	l.actionLoop(n, "the recording")
	_, callback := n.Attr("transcribeCallback")
	on, _ := n.Attr("transcribe")
	length, ok := n.Attr("maxLength")
	if (on == "true" || callback) && ok && isDigits(length) && (len(length) > 3 || length > "120" && len(length) == 3) {
		l.reportAttr("maxLength", ruleRecordTranscribe, 13615, "Twilio transcribes recordings of at most 120 seconds; this one may have %s.", cut(length))
	}
}

func (l *linter) pay(n *twiml.Node) {
	method, _ := n.Attr("paymentMethod")
	if _, ok := n.Attr("bankAccountType"); ok && method != "ach-debit" {
		l.reportAttr("bankAccountType", rulePayBankAccount, 64017, "bankAccountType is for paymentMethod ach-debit only.")
	}
}

// messages counts the replies of a document.
func (l *linter) messages(n *twiml.Node) {
	if count := count(n, "Message") + count(n, "Sms"); count > 10 {
		l.report(ruleTenMessages, 14109, "The document sends %d messages; Twilio sends at most 10 in reply.", count)
	}
}

// messageAddresses checks recipient and sender of a message.
func (l *linter) messageAddresses(n *twiml.Node) {
	l.address(n, "to", 14101, isReceiver, "a phone number, a short code, or an address such as whatsapp:+15550100")
	l.address(n, "from", 14102, isSender, "a phone number, a short code, an address, or a name of at most 11 characters")
}

func (l *linter) message(n *twiml.Node) {
	text := !blank(n)
	content := text
	bodies, media := 0, 0
	for c := range n.Elements() {
		switch c.Name {
		case "Body":
			bodies++
			content = content || !blank(c)
		case "Media":
			media++
			content = true
		}
	}
	if !content {
		l.report(ruleMessageContent, 14103, "Message has nothing to send: it needs text, a Body or a Media.")
	}
	if text && bodies > 0 {
		l.report(ruleMessageBody, 0, "Message has text and a Body; put all of the text in one of them.")
	}
	if bodies > 1 || media > 10 {
		l.report(ruleMessageParts, 0, "Message has %d Body and %d Media; it takes 1 and 10.", bodies, media)
	}
}

// enqueue checks the name of the queue, or that there is a workflow for a
// task.
func (l *linter) enqueue(n *twiml.Node) {
	tasks := count(n, "Task") + count(n, "TaskAttributes")
	workflow, ok := n.Attr("workflowSid")
	name := utf8.RuneCountInString(strings.TrimSpace(n.Content()))
	switch {
	case tasks > 0 && workflow == "":
		l.report(ruleTaskWorkflow, 14220, "Enqueue needs workflowSid to create a task.")
	case ok:
	case name == 0:
		l.report(ruleQueueName, 14204, "Enqueue needs the name of a queue, or a workflowSid.")
	case name > 64:
		l.report(ruleQueueName, 14205, "The name of the queue has %d characters; at most 64 are allowed.", name)
	}
}

func (l *linter) task(n *twiml.Node) {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(n.Content()), &object) != nil || object == nil {
		l.report(ruleTaskJSON, 14221, "The text of %s is not a JSON object such as {\"language\":\"en\"}.", n.Name)
	}
}
