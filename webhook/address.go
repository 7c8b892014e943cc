package webhook

import (
	"log/slog"
	"strings"
)

// An Address is one end of a message or a call, as Twilio writes it: a phone
// number, a short code, a name, or the address of a channel with its prefix.
// The text is unchanged. Use [Address.Phone] to get a phone number; it handles
// withheld numbers, which arrive as a word or as digits. See
// [Address.Withheld].
//
// In log/slog an address shows its kind and its last two characters.
type Address string

// An AddressKind says what an [Address] is.
type AddressKind string

// The kinds of address. AddressOther is any other text, such as the user ID of
// a channel without prefix or a withheld number.
const (
	AddressNone         AddressKind = ""             // empty: Twilio sent none
	AddressPhone        AddressKind = "phone"        // +15550100, E.164
	AddressShortCode    AddressKind = "short code"   // 3 to 8 digits without plus: 55501
	AddressAlphanumeric AddressKind = "alphanumeric" // name of a sender; cannot be answered
	AddressWhatsApp     AddressKind = "whatsapp"     // whatsapp:+15550100, or a user ID of WhatsApp
	AddressMessenger    AddressKind = "messenger"    // messenger: and an ID
	AddressRCS          AddressKind = "rcs"          // rcs: and an agent or a number
	AddressClient       AddressKind = "client"       // client: and an identity of a Voice SDK
	AddressSIP          AddressKind = "sip"          // sip: or sips: URI
	AddressChannel      AddressKind = "channel"      // another prefix; see Address.Channel
	AddressOther        AddressKind = "other"
)

// Kind returns the kind of a, judged by its format alone.
func (a Address) Kind() AddressKind {
	switch channel := a.Channel(); channel {
	case "":
	case "whatsapp":
		return AddressWhatsApp
	case "messenger":
		return AddressMessenger
	case "rcs":
		return AddressRCS
	case "client":
		return AddressClient
	case "sip", "sips":
		return AddressSIP
	default:
		return AddressChannel
	}
	switch {
	case a == "":
		return AddressNone
	case withheld(string(a)):
		return AddressOther
	case isPhone(string(a)):
		return AddressPhone
	case len(a) >= 3 && len(a) <= 8 && digitsOnly(string(a)):
		return AddressShortCode
	case isSenderName(string(a)):
		return AddressAlphanumeric
	}
	return AddressOther
}

// Channel returns the prefix of a before its colon, such as "whatsapp" or
// "sip", or "" if there is none.
func (a Address) Channel() string {
	prefix, _, ok := strings.Cut(string(a), ":")
	if !ok || prefix == "" {
		return ""
	}
	for i := range len(prefix) {
		if c := prefix[i]; !('a' <= c && c <= 'z') && !isDigit(c) && c != '_' && c != '-' {
			return ""
		}
	}
	return prefix
}

// ID returns a without its channel prefix: the number of "whatsapp:+15550100",
// the identity of "client:alice".
func (a Address) ID() string {
	if c := a.Channel(); c != "" {
		return string(a[len(c)+1:])
	}
	return string(a)
}

// Phone returns the phone number in a, in E.164, without a channel prefix such
// as "whatsapp:". It returns false if there is none, for example if the number
// is withheld.
func (a Address) Phone() (string, bool) {
	id := a.ID()
	if !isPhone(id) || withheld(id) {
		return "", false
	}
	return id, true
}

// Redacted returns a with everything masked but its channel and its last two
// characters: "+*******00", "whatsapp:+*******00".
func (a Address) Redacted() string {
	id := a.ID()
	prefix := string(a[:len(a)-len(id)])
	if strings.HasPrefix(id, "+") {
		prefix, id = prefix+"+", id[1:]
	}
	if len(id) <= 4 {
		return prefix + strings.Repeat("*", len(id))
	}
	// A fixed number of stars hides the length of a name or an identity. The
	// last bytes are shown only if they are whole characters.
	tail := id[len(id)-2:]
	if tail[0] >= 0x80 || tail[1] >= 0x80 || tail[0] < ' ' || tail[1] < ' ' {
		tail = ""
	}
	return prefix + "*******" + tail
}

// LogValue is the redacted address.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.Redacted()) }

// isPhone reports whether s is a number in E.164: a plus and up to 15 digits,
// the first of them not zero.
func isPhone(s string) bool {
	return len(s) >= 3 && len(s) <= 16 && s[0] == '+' && s[1] != '0' && digitsOnly(s[1:])
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// isSenderName reports whether s is formatted as an alphanumeric sender ID:
// up to 11 characters of ASCII, one of them a letter.
func isSenderName(s string) bool {
	if len(s) > 11 {
		return false
	}
	letter := false
	for i := range len(s) {
		c := s[i]
		switch {
		case isUpper(c) || 'a' <= c && c <= 'z':
			letter = true
		case isDigit(c) || strings.IndexByte(" +-_&", c) >= 0:
		default:
			return false
		}
	}
	return letter
}

// Withheld reports whether a is what Twilio sends for a hidden or unknown
// number: nothing, a word such as "anonymous", or the phone keys that spell the
// word, such as +266696687.
func (a Address) Withheld() bool {
	if c := a.Channel(); c == "sip" || c == "sips" {
		user, _, _ := strings.Cut(a.ID(), "@")
		return withheld(user)
	}
	return a == "" || withheld(string(a))
}

// withheld reports whether s is a word for a hidden number, or the phone keys
// that spell one.
func withheld(s string) bool {
	switch strings.ToLower(strings.TrimPrefix(s, "+")) {
	case "anonymous", "266696687",
		"restricted", "7378742833",
		"unavailable", "86282452253",
		"unknown", "8656696",
		"private", "7748283",
		"blocked", "2562533":
		return true
	}
	return false
}
