package webhooktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// scrubber replaces what is somebody's by something of the same shape.
type scrubber struct {
	sids, numbers, mails, clients map[string]string

	depth int // of the value at work: values hold URLs and JSON that hold values
}

func newScrubber() *scrubber {
	return &scrubber{sids: map[string]string{}, numbers: map[string]string{}, mails: map[string]string{}, clients: map[string]string{}}
}

// redacted stands for a secret.
const redacted = "redacted"

// maxNested is how deep values are looked into. A stranger's ?a=?a=?a= goes on
// for as long as a request may be.
const maxNested = 6

// finds is what text looks for, in this order at each place. Each find is
// replaced as its group says.
var finds = regexp.MustCompile(strings.Join([]string{
	`(?P<user>://[^/?#\s]*@)`,
	`(?P<query>[?&][\w.%\[\]-]+=[^&\s#"'<>]*)`,
	`(?P<jwt>eyJ[\w-]{5,}\.[\w-]+\.[\w-]*)`,
	`(?P<credentials>(?i:bearer|basic)\s+[\w.~+/=-]{8,})`,
	`(?P<sid>[A-Z]{2}[0-9a-f]{32})`,
	`(?P<uuid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})`,
	`(?P<hex>[0-9a-fA-F]{32,})`,
	`(?P<sip>sips?:[^\s;>,"@]*@[\w.-]+)`,
	`(?P<client>client:[^\s,;&"<>]+)`,
	`(?P<mail>[\w.+%-]+@[\w-]+(?:\.[\w-]+)*)`,
	`(?P<ip>\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b)`,
	`(?P<time>\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}[0-9:.]*(?:Z|[+-][0-9:]+)?)?\b)`,
	`(?P<number>\+?\(?[0-9](?:[ .()/-]{0,2}[0-9]){6,})`,
}, "|"))

// text cleans free text.
func (s *scrubber) text(text string) string {
	var b strings.Builder
	last := 0
	for _, at := range finds.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(text[last:at[0]])
		last = at[1]
		for i, group := range finds.SubexpNames() {
			if i > 0 && at[2*i] >= 0 {
				b.WriteString(s.replace(group, text[at[0]:at[1]]))
				break
			}
		}
	}
	b.WriteString(text[last:])
	return b.String()
}

// replace returns what stands for a find.
func (s *scrubber) replace(group, found string) string {
	switch group {
	case "user":
		return "://"
	case "query":
		name, value, _ := strings.Cut(found, "=")
		return name + "=" + s.queryValue(name[1:], value)
	case "jwt", "hex":
		return redacted
	case "credentials":
		return strings.Fields(found)[0] + " " + redacted
	case "sid":
		return s.sid(found)
	case "sip":
		scheme, address, _ := strings.Cut(found, ":")
		return scheme + ":" + s.mail(address)
	case "client":
		return "client:" + s.client(strings.TrimPrefix(found, "client:"))
	case "mail":
		return s.mail(found)
	case "ip":
		return "192.0.2.1"
	case "number":
		return s.number(found)
	}
	return found // times and UUIDs
}

// queryValue cleans the value of a parameter of a URL within text.
func (s *scrubber) queryValue(name, value string) string {
	plain, err := url.QueryUnescape(value)
	if err != nil {
		return redacted
	}
	clean := s.value(name, plain)
	if clean == plain {
		return value
	}
	return url.QueryEscape(clean)
}

func (s *scrubber) sid(sid string) string {
	if strings.HasPrefix(sid, "AC") {
		return string(AccountSID)
	}
	if s.sids[sid] == "" {
		s.sids[sid] = fmt.Sprintf("%s%032x", sid[:2], len(s.sids)+1)
	}
	return s.sids[sid]
}

func (s *scrubber) mail(address string) string {
	if s.mails[address] == "" {
		s.mails[address] = "someone@example.com"
		if n := len(s.mails); n > 1 {
			s.mails[address] = fmt.Sprintf("someone%d@example.com", n)
		}
	}
	return s.mails[address]
}

func (s *scrubber) client(identity string) string {
	if s.clients[identity] == "" {
		s.clients[identity] = fmt.Sprintf("person%d", len(s.clients)+1)
	}
	return s.clients[identity]
}

// number returns the number that stands for another, however that is written.
// What is longer than a phone number may be a card's: of it nothing is left.
func (s *scrubber) number(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	if len(digits) > 15 {
		return strings.Repeat("0", len(digits))
	}
	key := digits[max(len(digits)-10, 0):] // with or without the country
	if s.numbers[key] == "" {
		s.numbers[key] = standIn(len(s.numbers))
	}
	if number[0] == '+' {
		return "+" + s.numbers[key]
	}
	return s.numbers[key]
}

// standIn returns the n-th number of those that nobody has: 555 01xx, of one
// area after the other.
func standIn(n int) string {
	if n < 100 {
		return fmt.Sprintf("1555%04d", 100+n)
	}
	return fmt.Sprintf("1%03d55501%02d", 201+(n/100-1)%700, n%100)
}

// form cleans the values of form text and keeps order and names.
func (s *scrubber) form(encoded string) string {
	var out []string
	for pair := range strings.SplitSeq(encoded, "&") {
		name, value, ok := strings.Cut(pair, "=")
		plain, err1 := url.QueryUnescape(name)
		text, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil || pair == "" {
			continue
		}
		part := url.QueryEscape(s.text(plain))
		if ok {
			part += "=" + url.QueryEscape(s.value(plain, text))
		}
		out = append(out, part)
	}
	return strings.Join(out, "&")
}

var (
	// secretName matches names of secrets, all small and letters only.
	secretName = regexp.MustCompile(`password|passwd|passphrase|secret|token|apikey|accesskey|privatekey|authkey|credential|signature|jwt|bearer|cookie|cardnumber` +
		`|^(pwd|pass|auth|authorization|key|sig|hmac|session|sessionid|otp|pin|cvv|cvc|ssn|iban)$`)
	personName = regexp.MustCompile(`^(caller|profile|first|last|full|display|customer|worker)name$`)
	clientName = regexp.MustCompile(`^(author|clientidentity|identity|participantidentity|externaluserid)$`)
	timeName   = regexp.MustCompile(`(date|time|timestamp|updated|created|ms|ts)$`)
	masked     = regexp.MustCompile(`^[xX*]+[0-9]{0,4}$`)
	wholeSID   = regexp.MustCompile(`^[A-Z]{2}[0-9a-f]{32}$`)
)

// value cleans the value of a parameter or of a member in JSON by its name.
func (s *scrubber) value(name, text string) string {
	if s.depth == maxNested {
		return redacted
	}
	s.depth++
	defer func() { s.depth-- }()
	plain := letters(name)
	switch {
	case text == "" || wholeSID.MatchString(text) && plain != "parentaccountsid":
		return s.text(text)
	case name == "CallToken", name == "StirPassportToken", name == "PaymentToken", name == "ParentAccountSid":
		return ""
	case plain == "addons":
		return `{"status":"successful","message":null,"code":null,"results":{}}`
	case masked.MatchString(text):
		return text
	case secretName.MatchString(plain):
		return redacted
	case personName.MatchString(plain):
		return "Somebody"
	case (text[0] == '{' || text[0] == '[') && json.Valid([]byte(text)):
		return s.json(text)
	case plain == "address", clientName.MatchString(plain):
		return s.named(plain, text)
	case plain == "latitude", plain == "longitude":
		return "0"
	case plain == "confidence", plain == "stability":
		if f, err := strconv.ParseFloat(text, 64); err == nil && f >= 0 && f <= 1 {
			return text
		}
	case name == "Digits" && len(text) >= 4 && strings.Trim(text, "0123456789*#") == "":
		return strings.Repeat("0", len(text))
	case timeName.MatchString(plain) && isTime(text):
		return text
	}
	return s.text(text)
}

// named cleans a value that names somebody, unless it holds what text finds by
// itself.
func (s *scrubber) named(name, text string) string {
	switch clean := s.text(text); {
	case clean != text:
		return clean
	case name == "address":
		return "1 Example Street"
	}
	return s.client(text)
}

// letters returns the letters of a name, all small: api_key and apiKey are one.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

// isTime reports whether text is a time as Twilio writes it: of RFC 2822, of
// ISO 8601, as digits of a date, or in seconds or milliseconds since 1970.
func isTime(text string) bool {
	for _, layout := range []string{time.RFC1123Z, time.RFC1123, time.RFC3339, "2006-01-02 15:04:05", time.DateOnly} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return (len(text) == 10 || len(text) == 13) && (text[0] == '1' || text[0] == '2') && strings.Trim(text, "0123456789") == ""
}

// literals finds the texts and numbers of JSON.
var literals = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?`)

// json cleans JSON and keeps its order and white space.
func (s *scrubber) json(text string) string {
	if !json.Valid([]byte(text)) {
		return s.text(text)
	}
	var b strings.Builder
	last, name := 0, ""
	for _, at := range literals.FindAllStringIndex(text, -1) {
		b.WriteString(text[last:at[0]])
		last = at[1]
		literal := text[at[0]:at[1]]
		var plain string
		switch {
		case literal[0] != '"':
			b.WriteString(s.jsonNumber(name, literal))
			continue
		case json.Unmarshal([]byte(literal), &plain) != nil:
			continue // cannot be: the whole is valid
		}
		clean := s.text(plain)
		if strings.HasPrefix(strings.TrimLeft(text[at[1]:], " \t\r\n"), ":") {
			name = plain
		} else {
			clean = s.value(name, plain)
		}
		if clean != plain {
			literal = jsonText(clean)
		}
		b.WriteString(literal)
	}
	b.WriteString(text[last:])
	return b.String()
}

// jsonNumber cleans a number: it may be a phone's, or a secret.
func (s *scrubber) jsonNumber(name, literal string) string {
	clean := s.value(name, literal)
	switch {
	case clean == literal || strings.ContainsAny(literal, ".eE") && clean != "0" && clean != redacted:
		return literal
	case clean == "" || clean[0] < '1' || clean[0] > '9' || strings.Trim(clean, "0123456789") != "":
		return "0"
	}
	return clean
}

func jsonText(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text can always be encoded
	return strings.TrimSuffix(b.String(), "\n")
}
