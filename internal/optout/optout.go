// Package optout has the keywords of Twilio's default opt-out handling.
// https://help.twilio.com/articles/223134027
package optout

import "strings"

// words are the words and what they mean.
var words = map[string]string{
	"STOP": "STOP", "STOPALL": "STOP", "UNSUBSCRIBE": "STOP", "CANCEL": "STOP", "END": "STOP", "QUIT": "STOP", "REVOKE": "STOP", "OPTOUT": "STOP",
	"START": "START", "YES": "START", "UNSTOP": "START",
	"HELP": "HELP", "INFO": "HELP",
}

// Type returns the meaning of a text that is exactly one of Twilio's words:
// "STOP", "START" or "HELP". It returns "" for any other text.
func Type(text string) string { return words[strings.ToUpper(strings.TrimSpace(text))] }
