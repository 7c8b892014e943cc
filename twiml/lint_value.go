package twiml

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// attribute checks one attribute of the present element.
func (l *linter) attribute(e *grammarElement, a Attr) {
	if lintIsNamespace(a.Name) {
		return
	}
	g := e.attr(a.Name)
	if g == nil {
		l.unknownAttribute(e, a.Name)
		return
	}
	if g.deprecated != "" {
		l.reportAttr(g.name, ruleDeprecatedAttribute, 0, "%s of %s is deprecated: %s.", g.name, e.name, g.deprecated)
	}
	l.value(e, g, a.Value)
}

// lintIsNamespace reports whether an attribute is about the XML and not about
// TwiML: a declaration of a namespace, or the place of a schema.
func lintIsNamespace(name string) bool {
	return name == "xmlns" || strings.HasPrefix(name, "xmlns:") || strings.HasPrefix(name, "xsi:")
}

// value checks a value against the type of its attribute.
func (l *linter) value(e *grammarElement, g *grammarAttr, v string) {
	if v == "" && (g.empty || g.kind == grammarString || g.kind == grammarURL) && (g.match == nil || g.match("")) {
		return
	}
	if lintIsTemplate(v) {
		return
	}
	code := l.valueCode(e, g)
	if v == "" && g.kind != grammarSocketURL {
		l.reportAttr(g.name, ruleValueEmpty, code, "%s of %s is empty; leave it out, or give it a value.", g.name, e.name)
		return
	}
	want := ""
	switch g.kind {
	case grammarInt, grammarWhole:
		want = l.number(e, g, v, code)
	case grammarBool:
		if v != "true" && v != "false" {
			want = "true or false"
		}
	case grammarURL:
		l.url(g.name, v, code)
	case grammarSocketURL:
		l.socketURL(g.name, v, code)
	case grammarPhone:
		if !lintIsPhone(v) {
			l.reportAttr(g.name, rulePhoneNumber, code, "%s of %s is no phone number; write it in E.164, such as +15550100.", g.name, e.name)
		}
	case grammarSSMLTime:
		if !lintIsTime(v) {
			want = "a number followed by s or ms, such as 500ms"
		}
	case grammarLanguage:
		if !lintIsLanguage(v) {
			want = "a language tag such as en-US"
		}
	case grammarEnumValue:
		l.enumValue(e, g, v, code)
	case grammarEnumList:
		for _, word := range lintWords(v) {
			l.enumValue(e, g, word, code)
		}
	case grammarIntList:
		for _, word := range lintWords(v) {
			if !lintIsDigits(word) {
				want = "numbers with single spaces between them"
			}
		}
	case grammarSID:
		if !lintIsSID(v, g.prefix) {
			want = g.prefix + " and 32 hexadecimal digits"
		}
	}
	if want == "" && g.match != nil && !g.match(v) {
		want = g.want
	}
	if want != "" {
		l.reportAttr(g.name, ruleValue, code, "%s of %s is %s; it takes %s.", g.name, e.name, lintQuote(v), want)
	}
}

// valueCode returns Twilio's number for a bad value. A Say in a Gather has its
// own.
func (l *linter) valueCode(e *grammarElement, g *grammarAttr) int {
	if l.parent() == grammarGather && e == &grammarTable[grammarSay] {
		switch g.name {
		case "voice":
			return 13321
		case "loop":
			return 13322
		}
	}
	return g.code
}

// number checks decimal digits and their range, and returns what is wanted
// when v has no such form.
func (l *linter) number(e *grammarElement, g *grammarAttr, v string, code int) string {
	if !lintIsDigits(v) {
		if g.kind == grammarWhole {
			return "whole units of time, as digits"
		}
		return "a whole number, as digits"
	}
	n, err := strconv.Atoi(v)
	switch {
	case err == nil && n >= g.min && (g.max == 0 || n <= g.max):
	case g.max != 0:
		l.reportAttr(g.name, ruleValueRange, code, "%s of %s is %s; it goes from %d to %d.", g.name, e.name, lintQuote(v), g.min, g.max)
	case err != nil:
		l.reportAttr(g.name, ruleValueRange, code, "%s of %s is larger than any number Twilio takes.", g.name, e.name)
	default:
		l.reportAttr(g.name, ruleValueRange, code, "%s of %s is %s; it is at least %d.", g.name, e.name, lintQuote(v), g.min)
	}
	return ""
}

// enumValue checks one word against a list of values. A value that an open
// list may get one day is reported under a rule of its own.
func (l *linter) enumValue(e *grammarElement, g *grammarAttr, v string, code int) {
	known := g.enum
	if known.has(v) || known.match != nil && !known.open && known.match(v) {
		return
	}
	if l.stopsOnly && !lintStops(ruleValue, code) {
		return
	}
	values := strings.Fields(known.values)
	hint := lintDidYouMean(v, values)
	if known.open && (known.match == nil || known.match(v)) {
		l.reportAttr(g.name, ruleValueUnknown, code, "%s of %s is %s, which is not among the known values; Twilio may have learned it since.%s", g.name, e.name, lintQuote(v), hint)
		return
	}
	takes := known.want
	if !known.open {
		takes = lintAnyOf(values)
		if known.want != "" {
			takes += ", or " + known.want
		}
	}
	l.reportAttr(g.name, ruleValue, code, "%s of %s is %s; it takes %s.%s", g.name, e.name, lintQuote(v), takes, hint)
}

// lintWords splits a list at its single spaces; a doubled or outer space makes
// an empty word, which no list knows.
func lintWords(v string) []string { return strings.Split(v, " ") }

// lintOnly reports whether s has bytes of set only.
func lintOnly(s, set string) bool { return strings.Trim(s, set) == "" }

func lintIsDigits(s string) bool { return s != "" && lintOnly(s, "0123456789") }

func lintIsAutoOrDigits(s string) bool { return s == "auto" || lintIsDigits(s) }
func lintIsOneKey(s string) bool       { return len(s) <= 1 && lintIsKeys(s) }
func lintIsKeys(s string) bool         { return lintOnly(s, "0123456789*#") }
func lintIsTones(s string) bool        { return lintOnly(s, "0123456789*#ABCDwW") }
func lintIsDialTones(s string) bool    { return lintOnly(s, "0123456789*#wW") }

// lintIsDecimal accepts digits, and a point with more digits behind.
func lintIsDecimal(s string) bool {
	whole, part, point := strings.Cut(s, ".")
	return lintIsDigits(whole) && (!point || lintIsDigits(part))
}

// lintIsLabel accepts what can name a participant: no slash, and not the SID
// of a call, which would name another one
// (https://www.twilio.com/docs/api/errors/16023).
func lintIsLabel(s string) bool {
	n := utf8.RuneCountInString(s)
	return 1 <= n && n <= 128 && !strings.Contains(s, "/") && !lintIsSID(s, "CA")
}

func lintIsDecibel(s string) bool {
	number, ok := strings.CutSuffix(s, "dB")
	return ok && number != "" && (number[0] == '+' || number[0] == '-') && lintIsDecimal(number[1:])
}

func lintIsPercent(s string) bool {
	number, ok := strings.CutSuffix(s, "%")
	return ok && lintIsDecimal(number)
}

func lintIsPitch(s string) bool {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	for _, unit := range []string{"%", "st", "Hz"} {
		if number, ok := strings.CutSuffix(s, unit); ok {
			return lintIsDecimal(number)
		}
	}
	return false
}

func lintIsVoice(s string) bool {
	for _, provider := range []string{"Polly.", "Google."} {
		if name, ok := strings.CutPrefix(s, provider); ok {
			return name != ""
		}
	}
	return s == "man" || s == "woman" || s == "alice"
}

// lintIsTime accepts [+]digits[.digits] and then s or ms.
func lintIsTime(s string) bool {
	number, ok := strings.CutSuffix(s, "ms")
	if !ok {
		number, ok = strings.CutSuffix(s, "s")
	}
	return ok && lintIsDecimal(strings.TrimPrefix(number, "+"))
}

// lintIsLanguage accepts what has the shape of a BCP 47 tag.
func lintIsLanguage(s string) bool {
	for i, part := range strings.Split(s, "-") {
		letters := strings.ToLower(part)
		if len(part) < 1 || len(part) > 8 || !lintOnly(letters, "abcdefghijklmnopqrstuvwxyz0123456789") ||
			i == 0 && (len(part) < 2 || !lintOnly(letters, "abcdefghijklmnopqrstuvwxyz")) {
			return false
		}
	}
	return true
}

func lintIsSID(s, prefix string) bool {
	digits, ok := strings.CutPrefix(s, prefix)
	return ok && len(digits) == 32 && lintOnly(digits, "0123456789abcdefABCDEF")
}

// lintIsTemplate reports whether a value is still to be filled in, as with
// {{From}} in a TwiML Bin (https://www.twilio.com/docs/serverless/twiml-bins).
// Nothing is known of what it will be.
func lintIsTemplate(s string) bool {
	_, rest, open := strings.Cut(s, "{{")
	return open && strings.Contains(rest, "}}")
}

// lintIsCaller accepts what a call can be from: a phone number, or one word,
// such as client:alice or the user of a SIP address.
func lintIsCaller(s string) bool {
	word := s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7F })
	return lintIsPhone(s) || word && !lintOnly(s, "+0123456789")
}

// lintIsReceiver accepts whom a message can be for: a phone number, a short
// code, or somebody on a channel, such as whatsapp:+15550100.
func lintIsReceiver(s string) bool {
	channel, name, ok := strings.Cut(s, ":")
	return lintIsPhone(s) || ok && channel != "" && name != "" && lintIsCaller(s)
}

// lintIsSender accepts what lintIsReceiver does, and names of up to 11
// characters.
func lintIsSender(s string) bool {
	return lintIsReceiver(s) || utf8.RuneCountInString(s) <= 11 && lintIsCaller(strings.ReplaceAll(s, " ", ""))
}

// lintIsPhone accepts up to 15 digits, a plus before them, and the marks that
// people put between them.
func lintIsPhone(s string) bool {
	digits := 0
	s = strings.TrimPrefix(s, "+")
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			digits++
		case !strings.ContainsRune(" ()-.", rune(c)):
			return false
		}
	}
	return 1 <= digits && digits <= 15
}
