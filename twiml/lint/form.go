package lint

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Patterns for values and texts.
var (
	timeForm     = regexp.MustCompile(`^\+?[0-9]+(\.[0-9]+)?(s|ms)$`)
	decimalForm  = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
	languageForm = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
	sidForm      = regexp.MustCompile(`^[A-Z]{2}[0-9a-fA-F]{32}$`)
	tonesForm    = regexp.MustCompile(`^[0-9*#wW]*$`)
	phoneForm    = regexp.MustCompile(`^\+?[0-9 ().-]+$`)
	headerForm   = regexp.MustCompile("(?i)^X-[a-z0-9_.!%*+`'~-]+$")
	nameForm     = regexp.MustCompile(`^[A-Za-z]\S*$`)
	templateForm = regexp.MustCompile(`(?s)\{\{.*\}\}`)
	speechTag    = regexp.MustCompile(`</?(?:speak|break|emphasis|lang|phoneme|prosody|say-as|sub|w|p|s|amazon:[a-z-]+)(?:\s[^<>]*)?/?>`)
)

func isDigits(s string) bool      { return s != "" && strings.Trim(s, "0123456789") == "" }
func isTime(s string) bool        { return timeForm.MatchString(s) }
func isDecimal(s string) bool     { return decimalForm.MatchString(s) }
func isLanguage(s string) bool    { return languageForm.MatchString(s) }
func isDialTones(s string) bool   { return tonesForm.MatchString(s) }
func isSID(s, prefix string) bool { return strings.HasPrefix(s, prefix) && sidForm.MatchString(s) }

// isTemplate reports whether a value is filled in later, as with {{From}} in a
// TwiML Bin (https://www.twilio.com/docs/serverless/twiml-bins). Such a value
// cannot be checked.
func isTemplate(s string) bool { return strings.Contains(s, "{{") && templateForm.MatchString(s) }

// words splits a list at its single spaces. A doubled, leading or trailing
// space makes an empty word, which no list contains.
func words(v string) []string { return strings.Split(v, " ") }

// isPhone accepts up to 15 digits, with an optional plus and the usual
// separators.
func isPhone(s string) bool {
	digits := 0
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			digits++
		}
	}
	return 1 <= digits && digits <= 15 && phoneForm.MatchString(s)
}

// isCaller accepts a phone number or one word, such as client:alice or the user
// of a SIP address.
func isCaller(s string) bool {
	word := s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7F })
	return isPhone(s) || word && strings.Trim(s, "+0123456789") != ""
}

// isReceiver accepts a phone number, a short code, or an address on a channel,
// such as whatsapp:+15550100.
func isReceiver(s string) bool {
	channel, name, ok := strings.Cut(s, ":")
	return isPhone(s) || ok && channel != "" && name != "" && isCaller(s)
}

// isSender accepts what isReceiver accepts, and sender names of up to 11
// characters.
func isSender(s string) bool {
	return isReceiver(s) || utf8.RuneCountInString(s) <= 11 && isCaller(strings.ReplaceAll(s, " ", ""))
}
