package main

import "strings"

// twimlMeanings replace what the grammar says of an attribute, where it says
// too little or, being the same for many elements, not the whole truth.
var twimlMeanings = map[string]string{
	"Dial@action":            "where to ask for the next TwiML when the dialed call ends or fails. Without it the document goes on with the next verb.",
	"Enqueue@action":         "where to ask for the next TwiML when the caller leaves the queue. Without it the document goes on with the next verb.",
	"Connect@action":         "where to ask for the next TwiML when the noun ends. Without it the document goes on with the next verb.",
	"Refer@action":           "where to ask for the next TwiML when the transfer ends or fails. Without it the document goes on with the next verb.",
	"Gather@action":          "where keys and speech are posted; its answer replaces the document. Without it that is the URL of the current document.",
	"Gather@finishOnKey":     "the one key that ends input, of 0 to 9, * and #, which is not part of the result. Empty means none.",
	"Gather@timeout":         "the silence after which input counts as finished. It begins when the prompts end, and again with each key.",
	"Record@action":          "where to ask for the next TwiML when the recording ends. Without it that is the URL of the current document: an endless loop.",
	"Record@finishOnKey":     "the keys that end the recording, of 0 to 9, * and #. Empty means none.",
	"Record@timeout":         "the silence that ends the recording. Zero never ends it.",
	"Play@digits":            "the tones to send instead of a file: 0 to 9, *, #, A to D; w waits half a second, W a whole one.",
	"Number@sendDigits":      "the keys to press after the answer: 0 to 9, *, #; w waits half a second, W a whole one.",
	"Pay@postalCode":         `"true", "false", or the postal code itself, which skips the step.`,
	"Conference@waitUrl":     "what is heard before the conference starts. It is fetched once and not repeated. Empty means silence.",
	"Enqueue@waitUrl":        "TwiML for the time of waiting, asked for again each time it ends. It may hold Gather, Hangup, Leave, Pause, Play, Record, Redirect and Say. Empty means silence.",
	"SSMLBreak@time":         "the length of the pause, up to ten seconds.",
	"ConversationRelay@url":  "the WebSocket address, which begins with wss://.",
	"Number@statusCallback":  "the URL that is told about the calls to this number.",
	"Message@statusCallback": "the URL that is told about the status of the message.",
}

// twimlMeaning says what an attribute is for, to follow "Timeout sets
// timeout: ".
func twimlMeaning(element string, a *twimlAttribute) string {
	if m, ok := twimlMeanings[element+"@"+a.Name]; ok {
		return m
	}
	for _, r := range []struct{ from, to string }{
		{"Method for ", "the HTTP method of requests to "},
		{"Told about ", "the URL that is told about "},
		{"Told when ", "the URL that is told when "},
		{"Gets ", "the URL that gets "},
		{"Asked for ", "the URL that is asked for "},
		{"Where to ask ", "the URL to ask "},
		{"Whether ", "whether "},
	} {
		if rest, ok := strings.CutPrefix(a.Doc, r.from); ok {
			return r.to + rest
		}
	}
	return twimlLower(a.Doc)
}

// twimlFirst returns the first sentence of a text.
func twimlFirst(text string) string {
	text, _, _ = strings.Cut(text, "\n\n")
	text, _, _ = strings.Cut(text, ". ")
	return strings.TrimRight(text, ".:") + "."
}

// twimlArticle puts a or an before the name of a type.
func twimlArticle(typ string) string {
	for _, p := range []string{"A", "E", "I", "O", "HTTP", "SMS"} {
		if strings.HasPrefix(typ, p) {
			return "An " + typ
		}
	}
	return "A " + typ
}
