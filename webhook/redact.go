package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ringback-go/ringback/signature"
)

const (
	longestError = 1 << 10  // bytes of an error's text that are logged
	mostSearched = 64 << 10 // bytes of one that is searched: a value that is cut would not be found
	shortestText = 3        // a shorter value says little and occurs by chance
	mostTexts    = 10_000   // of a JSON body
)

// redact returns the text of err without anything that the request holds.
// Programs put what they have at hand into errors, "no customer +15550100", and
// it is not for a library to pass that on (T29). Each value of a parameter, and
// the signature, is replaced by its name in brackets. SIDs stay: they are what
// one looks for.
func redact(err error, p *signature.Verified) string {
	text := errorText(err)
	secrets, all := secretsOf(p)
	if len(text) > mostSearched || !all {
		return fmt.Sprintf("(an error text of %d bytes)", len(text))
	}
	return cut(blackOut(text, secrets), longestError)
}

// errorText is err.Error(), also where that panics, as it mostly does in a
// pointer that is nil: to answer is more than to log.
func errorText(err error) string { return fmt.Sprint(err) }

// blackOut replaces each secret by its name in brackets. Secrets are looked for
// in the text itself and not in what replaces others: a name is a stranger's
// word, too (of a SIP header, say), and could hold the next secret many times.
func blackOut(text string, secrets []secret) string {
	covered := make([]int, len(text)) // by which secret, counted from 1
	for i, s := range secrets {
		for at := 0; ; {
			found := strings.Index(text[at:], s.value)
			if found < 0 {
				break
			}
			at += found
			for end := at + len(s.value); at < end; at++ {
				if covered[at] == 0 {
					covered[at] = i + 1
				}
			}
		}
	}
	var b strings.Builder
	for at := range len(text) {
		switch by := covered[at]; {
		case by == 0:
			b.WriteByte(text[at])
		case at == 0 || by != covered[at-1]:
			b.WriteString("[" + secrets[by-1].name + "]")
		}
	}
	return b.String()
}

type secret struct{ name, value string }

// secretsOf returns what must not be seen of a request, the longest first: a
// number is part of the text that quotes it. All is false if there is more than
// could be looked for; p may be nil.
func secretsOf(p *signature.Verified) (secrets []secret, all bool) {
	if p == nil {
		return nil, true
	}
	secrets = []secret{{"signature", p.Signature()}}
	add := func(name, value string) {
		if len(value) < shortestText || SID(value).Valid() {
			return
		}
		secrets = append(secrets, secret{name, value})
		if quoted := strconv.Quote(value); len(quoted) != len(value)+2 {
			secrets = append(secrets, secret{name, quoted[1 : len(quoted)-1]})
		}
		if digits, ok := phoneNumber(value); ok && digits != value {
			secrets = append(secrets, secret{name, digits})
		}
	}
	forms := 0
	for name, value := range p.Params() {
		forms++
		add(name, value)
	}
	all = true
	if forms == 0 {
		var texts []string
		texts, all = jsonTexts(p.Body())
		for _, text := range texts {
			add("text", text)
		}
	}
	slices.SortStableFunc(secrets, func(a, b secret) int { return len(b.value) - len(a.value) })
	return slices.DeleteFunc(secrets, func(s secret) bool { return s.value == "" }), all
}

// phoneNumber returns the digits of "+15550100" and of "whatsapp:+15550100",
// which programs like to take apart.
func phoneNumber(value string) (digits string, ok bool) {
	digits = value[strings.LastIndexByte(value, ':')+1:]
	digits = strings.TrimPrefix(digits, "+")
	return digits, len(digits) >= 5 && digitsOnly(digits)
}

// jsonTexts returns the strings of a JSON document, names of members included,
// and whether these are all.
func jsonTexts(body []byte) (texts []string, all bool) {
	dec := json.NewDecoder(bytes.NewReader(body))
	for len(texts) < mostTexts {
		token, err := dec.Token()
		if err != nil {
			return texts, err == io.EOF
		}
		if text, ok := token.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts, false
}

// cut shortens a text without cutting a character.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "..."
}
