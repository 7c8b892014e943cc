package signature

import "strings"

// This file parses headers that hold lists.

// listed splits header lines at commas and trims the parts.
func listed(lines []string) (values []string) {
	for _, line := range lines {
		for value := range strings.SplitSeq(line, ",") {
			values = append(values, strings.Trim(value, " \t"))
		}
	}
	return values
}

// parseForwarded parses elements of name=value pairs, where a value is a token
// or a quoted string. It returns names in lower case. A name that is repeated
// within an element is an error.
func parseForwarded(s string) (elements []map[string]string, ok bool) {
	element := map[string]string{}
	for {
		s = strings.TrimLeft(s, " \t")
		if s != "" && s[0] != ',' && s[0] != ';' {
			name, rest, found := strings.Cut(s, "=")
			name = strings.ToLower(name)
			if _, repeated := element[name]; !found || repeated || !isToken(name) {
				return nil, false
			}
			var value string
			if value, s, ok = forwardedValue(rest); !ok {
				return nil, false
			}
			element[name] = value
			s = strings.TrimLeft(s, " \t")
		}
		switch {
		case s == "":
			return append(elements, element), true
		case s[0] == ',':
			elements = append(elements, element)
			element = map[string]string{}
		case s[0] != ';':
			return nil, false
		}
		s = s[1:]
	}
}

// forwardedValue reads one value and returns what follows it.
func forwardedValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ",; \t")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], end > 0
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			i++
			if i == len(s) {
				return "", "", false
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

func isToken(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// The following accept an empty value, which means unset.

func isForwardedHost(s string) bool {
	return s == "" || checkAuthority(s) == "" && !strings.Contains(s, "@")
}

func isPrefix(s string) bool {
	if s == "" {
		return true
	}
	if s[0] != '/' || strings.HasPrefix(s, "//") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`?#@\"<>`, r) })
}
