package twiml

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// rules checks what no table says, element by element.
func (l *linter) rules(n *Node, id grammarID) {
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
	default:
		l.dialRules(n, id)
	}
}

// version checks the version of the root: one of those that Twilio's API has
// had.
func (l *linter) version(n *Node) {
	if v, ok := n.Attr("version"); ok && v != "2010-04-01" && v != "2008-08-01" {
		l.reportAttr("version", ruleVersion, codeVersion, "There is no version %s of TwiML; leave it out.", lintQuote(v))
	}
}

// verbOrder checks what depends on the verbs before and after: what is never
// reached, a Reject that comes too late, a Gather with nothing behind.
func (l *linter) verbOrder(n *Node) {
	e := &grammarTable[l.stack[l.depth-1].id]
	var ends *Node
	var last grammarID
	reported, first := false, true
	var final *Node
	for c := range n.Elements() {
		id, known := e.child(c.Name)
		if ends != nil && !reported {
			l.later(c, ruleUnreachable, 0, "%s is never reached: %s", lintCut(c.Name), lintEnding(ends))
			reported = true
		}
		if known && id == grammarReject && !first {
			l.later(c, ruleRejectFirst, 0, "Reject must be the first verb: whatever stands before it has answered the call.")
		}
		if known && ends == nil && lintEnds(id, c) {
			ends = c
		}
		final, last, first = c, id, false
		if !known {
			last = grammarCount
		}
	}
	if final != nil && last == grammarGather && ends != final {
		l.later(final, ruleGatherNoWayOn, 0, "Nothing follows this Gather: a caller who gives no input is hung up on. Add verbs behind it, or set actionOnEmptyResult.")
	}
}

// lintEnds reports whether no verb behind this one is ever run, because it
// ends the document or because what its action answers replaces the document.
func lintEnds(id grammarID, n *Node) bool {
	switch id {
	case grammarHangup, grammarReject, grammarLeave, grammarRecord, grammarVoiceRedirect, grammarMessagingRedirect:
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

// lintEnding says in words why a verb is the last.
func lintEnding(n *Node) string {
	switch n.Name {
	case "Hangup", "Reject":
		return n.Name + " ends the call."
	case "Leave":
		return "Leave ends this document and goes on behind the Enqueue."
	case "Redirect":
		return "Redirect goes on with another document."
	case "Record":
		return "the answer of the action of Record, or this document again, replaces what is left."
	}
	return "what the action of " + n.Name + " answers replaces what is left."
}

// say checks text and markup of a Say against the voice that speaks it.
func (l *linter) say(n *Node) {
	var s lintSpeech
	s.add(n, 1)
	if !s.markup && lintBlank(n) {
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
		l.report(ruleSayLength, 13521, "Say has %d to say; it speaks at most %d %s. Divide it.", size, most, of)
	}
	if s.markup && (voice == "man" || voice == "woman") {
		l.reportAttr("voice", ruleSSMLVoice, 0, "The voice %s does not know SSML and leaves it out; take one of Polly or Google.", voice)
	}
}

func (l *linter) play(n *Node) {
	digits, ok := n.Attr("digits")
	if lintBlank(n) && digits == "" {
		l.report(rulePlaySource, 0, "Play has neither a URL nor digits to play.")
	}
	if ok && l.parent() == grammarGather {
		l.reportAttr("digits", rulePlayInGather, 0, "Play sends no digits while it stands in a Gather.")
	}
	l.urlText(n)
}

// urlText checks the text of an element that holds a URL.
func (l *linter) urlText(n *Node) {
	if text := strings.TrimSpace(n.Content()); text != "" && !lintIsTemplate(text) {
		l.url("", text, 0)
	}
}

func (l *linter) redirect(n *Node) {
	if lintBlank(n) {
		l.report(ruleRedirectSelf, 0, "Redirect has no URL and asks for this document again: an endless loop, unless the answer changes.")
	}
	l.urlText(n)
}

// actionLoop reports a verb whose result goes to the document it stands in.
func (l *linter) actionLoop(n *Node, what string) {
	if _, ok := n.Attr("action"); !ok {
		l.report(ruleActionLoop, 0, "Without action %s goes to the URL of this document, which runs again unless the answer changes.", what)
	}
}

func (l *linter) gather(n *Node) {
	l.actionLoop(n, "what Gather collects")
	if v, _ := n.Attr("speechTimeout"); v == "auto" {
		if model, ok := n.Attr("speechModel"); ok {
			l.reportAttr("speechTimeout", ruleGatherAuto, 13335, "speechTimeout auto does not go with the speechModel %s; give a number of seconds.", lintQuote(model))
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

func (l *linter) record(n *Node) {
	l.actionLoop(n, "the recording")
	_, callback := n.Attr("transcribeCallback")
	on, _ := n.Attr("transcribe")
	length, ok := n.Attr("maxLength")
	if (on == "true" || callback) && ok && lintIsDigits(length) && (len(length) > 3 || length > "120" && len(length) == 3) {
		l.reportAttr("maxLength", ruleRecordTranscribe, 13615, "Twilio transcribes recordings of at most 120 seconds, this one may have %s.", lintCut(length))
	}
}

func (l *linter) pay(n *Node) {
	method, _ := n.Attr("paymentMethod")
	if _, ok := n.Attr("bankAccountType"); ok && method != "ach-debit" {
		l.reportAttr("bankAccountType", rulePayBankAccount, 64017, "bankAccountType goes with paymentMethod ach-debit only.")
	}
}

// messages counts the replies of a document.
func (l *linter) messages(n *Node) {
	if count := lintCount(n, "Message") + lintCount(n, "Sms"); count > 10 {
		l.report(ruleTenMessages, 14109, "The document sends %d messages; Twilio sends 10 in reply to one.", count)
	}
}

// messageAddresses checks whom a message is for, and from.
func (l *linter) messageAddresses(n *Node) {
	l.address(n, "to", 14101, lintIsReceiver, "a phone number, a short code, or an address such as whatsapp:+15550100")
	l.address(n, "from", 14102, lintIsSender, "what to takes, or a name of at most 11 characters")
}

func (l *linter) message(n *Node) {
	text := !lintBlank(n)
	content := text
	bodies, media := 0, 0
	for c := range n.Elements() {
		switch c.Name {
		case "Body":
			bodies++
			content = content || !lintBlank(c)
		case "Media":
			media++
			content = true
		}
	}
	if !content {
		l.report(ruleMessageContent, 14103, "Message has nothing to send: it needs text, a Body or a Media.")
	}
	if text && bodies > 0 {
		l.report(ruleMessageBody, 0, "Message has text and a Body; put all of the text into one of them.")
	}
	if bodies > 1 || media > 10 {
		l.report(ruleMessageParts, 0, "Message has %d Body and %d Media; it takes 1 and 10.", bodies, media)
	}
}

// enqueue checks the name of the queue, or that there is a workflow for a
// task.
func (l *linter) enqueue(n *Node) {
	tasks := lintCount(n, "Task") + lintCount(n, "TaskAttributes")
	workflow, ok := n.Attr("workflowSid")
	name := utf8.RuneCountInString(strings.TrimSpace(n.Content()))
	switch {
	case tasks > 0 && workflow == "":
		l.report(ruleTaskWorkflow, 14220, "Enqueue makes a task by a workflow: it needs workflowSid.")
	case ok:
	case name == 0:
		l.report(ruleQueueName, 14204, "Enqueue needs the name of a queue, or a workflowSid.")
	case name > 64:
		l.report(ruleQueueName, 14205, "The name of the queue has %d characters; at most 64 are allowed.", name)
	}
}

func (l *linter) task(n *Node) {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(n.Content()), &object) != nil || object == nil {
		l.report(ruleTaskJSON, 14221, "The text of %s is no JSON object such as {\"language\":\"en\"}.", n.Name)
	}
}

// oneNoun checks the verbs that hold exactly one noun.
func (l *linter) oneNoun(n *Node, id grammarID) {
	rule, code := ruleConnectOneNoun, codeSchema
	switch id {
	case grammarStart:
		rule, code = ruleStartOneNoun, 14300
	case grammarStop:
		rule, code = ruleStopOneNoun, 14300
	}
	if count := lintCount(n, ""); count != 1 {
		l.report(rule, code, "%s has %d nouns; it takes exactly one.", n.Name, count)
	}
	if id != grammarStop {
		return
	}
	for c := range n.Elements() {
		if name, _ := c.Attr("name"); name == "" {
			l.later(c, rule, code, "Stop finds %s by its name; give the name it was started with.", lintCut(c.Name))
		}
	}
}

func (l *linter) stream(n *Node) {
	parent := l.parent()
	track, ok := n.Attr("track")
	if parent == grammarConnect && ok && track != "inbound_track" && grammarEnumStreamTrack.has(track) {
		l.reportAttr("track", ruleStreamTrack, 31941, "A Stream in Connect carries the inbound_track only; leave track out, or use Start.")
	}
	url, _ := n.Attr("url")
	connector, _ := n.Attr("connectorName")
	if parent != grammarStop && url == "" && connector == "" {
		l.report(ruleStreamTarget, 31940, "Stream has no target: it needs a url or a connectorName.")
	}
}
