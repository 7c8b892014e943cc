package main

import "strings"

// comment formats text as a Go comment of at most 80 columns, each line
// indented by indent. Blank lines in text separate paragraphs.
func comment(indent, text string) string {
	var b strings.Builder
	for i, para := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			b.WriteString(indent + "//\n")
		}
		line := indent + "//"
		empty := line
		for _, word := range strings.Fields(para) {
			if line != empty && len(line)+1+len(word) > 80 {
				b.WriteString(line + "\n")
				line = empty
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// acronyms are the words that Go writes in a single case.
var acronyms = map[string]string{
	"ai": "AI", "amd": "AMD", "api": "API", "cc": "CC", "dtmf": "DTMF", "http": "HTTP", "https": "HTTPS",
	"id": "ID", "ids": "IDs", "ip": "IP", "json": "JSON", "mcc": "MCC", "mms": "MMS", "mnc": "MNC", "pci": "PCI", "pin": "PIN", "rcs": "RCS",
	"sid": "SID", "sids": "SIDs", "sip": "SIP", "sms": "SMS", "ssml": "SSML", "tls": "TLS", "ttl": "TTL",
	"uri": "URI", "url": "URL", "urls": "URLs", "uuid": "UUID", "xml": "XML",
}

// goName turns a name as Twilio spells it (statusCallbackUrl, MessageSid,
// say-as, FROM_CITY) into an exported Go name (StatusCallbackURL, MessageSID,
// SayAs, FromCity).
func goName(name string) string {
	var b strings.Builder
	for _, w := range words(name) {
		lower := strings.ToLower(w)
		if up, ok := acronyms[lower]; ok {
			b.WriteString(up)
			continue
		}
		b.WriteString(strings.ToUpper(lower[:1]) + lower[1:])
	}
	return b.String()
}

// words splits a name at everything that is not a letter or digit, before a
// number, and at each change from lower to upper case. A run of capitals is one
// word, except for its last letter if a lower-case letter follows (SIPDomain:
// SIP, Domain).
func words(name string) []string {
	var out []string
	start := -1
	flush := func(end int) {
		if start >= 0 && end > start {
			out = append(out, name[start:end])
		}
		start = -1
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !isLower(c) && !isUpper(c) && !isDigit(c) {
			flush(i)
			continue
		}
		switch {
		case start < 0:
			start = i
		case isDigit(c) && !isDigit(name[i-1]):
			flush(i)
			start = i
		case isUpper(c) && !isUpper(name[i-1]):
			flush(i)
			start = i
		case isUpper(c) && i+1 < len(name) && isLower(name[i+1]) && !pluralOf(name, i):
			flush(i)
			start = i
		}
	}
	flush(len(name))
	return out
}

// pluralOf reports whether name[i] is the last capital of a run that ends in a
// plural s, as in "URLs" or "SIDs".
func pluralOf(name string, i int) bool {
	return name[i+1] == 's' && (i+2 == len(name) || !isLower(name[i+2]))
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
