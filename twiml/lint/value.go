package lint

import (
	"strconv"
	"strings"

	"github.com/ringback-go/ringback/twiml"
)

// attribute checks one attribute of the current element.
func (l *linter) attribute(e *element, a twiml.Attr) {
	if isNamespace(a.Name) {
		return
	}
	g := e.attr(a.Name)
	if g == nil {
		if !e.open {
			l.unknownAttribute(e, a.Name)
		}
		return
	}
	if g.deprecated != "" {
		l.reportAttr(g.name, ruleDeprecatedAttribute, 0, "%s of %s is deprecated: %s.", g.name, e.name, g.deprecated)
	}
	l.value(e, g, a.Value)
}

// isNamespace reports whether an attribute is about XML rather than TwiML: a
// namespace declaration or a schema location.
func isNamespace(name string) bool {
	return name == "xmlns" || strings.HasPrefix(name, "xmlns:") || strings.HasPrefix(name, "xsi:")
}

// value checks a value against the type of its attribute.
func (l *linter) value(e *element, g *attribute, v string) {
	socket := g.kind == valueURL && g.form != ""
	if v == "" && (g.empty || g.kind == valueString || g.kind == valueURL && !socket) && (g.pattern == nil || g.pattern.MatchString("")) {
		return
	}
	if isTemplate(v) {
		return
	}
	code := l.valueCode(e, g)
	if v == "" && !socket {
		l.reportAttr(g.name, ruleValueEmpty, code, "%s of %s is empty; leave it out, or give it a value.", g.name, e.name)
		return
	}
	want := ""
	switch g.kind {
	case valueInt:
		want = l.number(e, g, v, code, "a whole number, as digits")
	case valueDuration:
		switch {
		case g.form != "ssml":
			want = l.number(e, g, v, code, "whole units of time, as digits")
		case !isTime(v):
			want = "a number followed by s or ms, such as 500ms"
		}
	case valueDurationOrAuto:
		if v != "auto" {
			want = l.number(e, g, v, code, "whole units of time, as digits, or auto")
		}
	case valueFloat:
		if !isDecimal(v) {
			want = "a decimal number such as 0.8"
		}
	case valueBool:
		if v != "true" && v != "false" {
			want = "true or false"
		}
	case valueURL:
		if socket {
			l.socketURL(g, v, code)
		} else {
			l.url(g.name, v, code)
		}
	case valueE164:
		if !isPhone(v) {
			l.reportAttr(g.name, rulePhoneNumber, code, "%s of %s is not a phone number; write it in E.164, such as +15550100.", g.name, e.name)
		}
	case valueLanguage:
		if !isLanguage(v) {
			want = "a language tag such as en-US"
		}
	case valueEnum, valueHTTPMethod:
		l.enumValue(e, g, v, code)
	case valueEnumList:
		for _, word := range words(v) {
			l.enumValue(e, g, word, code)
		}
	case valueIntList:
		for _, word := range words(v) {
			if !isDigits(word) {
				want = "numbers separated by single spaces"
			}
		}
	case valueSID:
		if !isSID(v, g.prefix) {
			want = g.prefix + " and 32 hexadecimal digits"
		}
	}
	if want == "" && g.pattern != nil && !g.pattern.MatchString(v) {
		want = g.want
	}
	if want != "" {
		l.reportAttr(g.name, ruleValue, code, "%s of %s is %s; it takes %s.", g.name, e.name, quote(v), want)
	}
}

// valueCode returns Twilio's error for a bad value. A Say in a Gather has its
// own.
func (l *linter) valueCode(e *element, g *attribute) int {
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

// number checks decimal digits and their range. It returns form if v does not
// consist of digits.
func (l *linter) number(e *element, g *attribute, v string, code int, form string) string {
	if !isDigits(v) {
		return form
	}
	n, err := strconv.Atoi(v)
	switch {
	case err == nil && n >= g.min && (g.max == 0 || n <= g.max):
	case g.max != 0:
		l.reportAttr(g.name, ruleValueRange, code, "%s of %s is %s; the range is %d to %d.", g.name, e.name, quote(v), g.min, g.max)
	case err != nil:
		l.reportAttr(g.name, ruleValueRange, code, "%s of %s is larger than any number that Twilio takes.", g.name, e.name)
	default:
		l.reportAttr(g.name, ruleValueRange, code, "%s of %s is %s; the minimum is %d.", g.name, e.name, quote(v), g.min)
	}
	return ""
}

// enumValue checks one word against a list of values. An unknown value of an
// open list has a rule of its own.
func (l *linter) enumValue(e *element, g *attribute, v string, code int) {
	known := g.enum
	matches := known.pattern != nil && known.pattern.MatchString(v)
	if known.has(v) || matches && !known.open || known.unlisted != nil && known.unlisted.MatchString(v) {
		return
	}
	values := strings.Fields(known.values)
	hint := didYouMean(v, values)
	if known.open && (known.pattern == nil || matches) {
		l.reportAttr(g.name, ruleValueUnknown, code, "%s of %s is %s, which is not a known value; Twilio may have added it since.%s", g.name, e.name, quote(v), hint)
		return
	}
	takes := known.want
	if !known.open {
		takes = anyOf(values)
		if known.want != "" {
			takes += ", or " + known.want
		}
	}
	l.reportAttr(g.name, ruleValue, code, "%s of %s is %s; it takes %s.%s", g.name, e.name, quote(v), takes, hint)
}
