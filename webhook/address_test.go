package webhook_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/webhook"
)

func TestAddress(t *testing.T) {
	tests := []struct {
		name, address  string
		kind           webhook.AddressKind
		channel, phone string
		redacted       string
	}{
		{"phone", "+15550100", webhook.AddressPhone, "", "+15550100", "+*******00"},
		{"short code", "55501", webhook.AddressShortCode, "", "", "*******01"},
		{"alphanumeric", "Acme", webhook.AddressAlphanumeric, "", "", "****"},
		{"alphanumeric with digits", "Bank 24", webhook.AddressAlphanumeric, "", "", "*******24"},
		{"WhatsApp", "whatsapp:+15550100", webhook.AddressWhatsApp, "whatsapp", "+15550100", "whatsapp:+*******00"},
		{"WhatsApp user", "whatsapp:US.1234", webhook.AddressWhatsApp, "whatsapp", "", "whatsapp:*******34"},
		{"Messenger", "messenger:123456789", webhook.AddressMessenger, "messenger", "", "messenger:*******89"},
		{"RCS agent", "rcs:acme_agent", webhook.AddressRCS, "rcs", "", "rcs:*******nt"},
		{"client", "client:alice", webhook.AddressClient, "client", "", "client:*******ce"},
		{"SIP", "sip:alice@example.com", webhook.AddressSIP, "sip", "", "sip:*******om"},
		{"secure SIP", "sips:alice@example.com", webhook.AddressSIP, "sips", "", "sips:*******om"},
		{"future channel", "telepathy:bob", webhook.AddressChannel, "telepathy", "", "telepathy:***"},
		{"withheld", "anonymous", webhook.AddressOther, "", "", "*******us"},
		{"withheld as a number", "+Restricted", webhook.AddressOther, "", "", "+*******ed"},
		{"masked", "+1555555XXXX", webhook.AddressOther, "", "", "+*******XX"},
		{"empty", "", webhook.AddressNone, "", "", ""},
		{"no channel before the colon", ":x", webhook.AddressOther, "", "", "**"},
		{"several", "+15550100,+15550101", webhook.AddressOther, "", "", "+*******01"},
		{"half a character", "abcdé", webhook.AddressOther, "", "", "*******"},
		{"escape code", "abcdef\x1b[", webhook.AddressOther, "", "", "*******"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := webhook.Address(tt.address)
			assert.Equal(t, tt.kind, a.Kind())
			assert.Equal(t, tt.channel, a.Channel())
			phone, ok := a.Phone()
			assert.Equal(t, tt.phone, phone)
			assert.Equal(t, tt.phone != "", ok)
			assert.Equal(t, tt.redacted, a.Redacted())
			assert.Equal(t, tt.redacted, a.LogValue().String())
			assert.True(t, strings.HasSuffix(tt.address, a.ID()))
		})
	}
}

func TestSID(t *testing.T) {
	for text, prefix := range map[string]string{
		messageSID:                           "SM",
		"VX0123456789ABCDEF0123456789ABCDEF": "VX",
		"":                                   "",
		"SM":                                 "",
		messageSID + "0":                     "",
		"sm0123456789abcdef0123456789abcdef": "",
		"SM0123456789abcdef0123456789abcdeg": "",
		"SM../../../../../../../etc/passwd/": "",
	} {
		sid := webhook.SID(text)
		assert.Equal(t, prefix, sid.Prefix(), text)
		assert.Equal(t, prefix != "", sid.Valid(), text)
	}
}

// TestWithheldCallersAreNotPhones: Twilio sends the word, or the keys that spell
// it.
func TestWithheldCallersAreNotPhones(t *testing.T) {
	keys := map[rune]rune{}
	for key, letters := range map[rune]string{'2': "abc", '3': "def", '4': "ghi", '5': "jkl", '6': "mno", '7': "pqrs", '8': "tuv", '9': "wxyz"} {
		for _, letter := range letters {
			keys[letter] = key
		}
	}
	for _, word := range []string{"anonymous", "restricted", "unavailable", "unknown", "private", "blocked"} {
		spelled := strings.Map(func(r rune) rune { return keys[r] }, word)
		for _, a := range []webhook.Address{
			webhook.Address(word), webhook.Address(strings.ToUpper(word)), webhook.Address("+" + word), webhook.Address("+" + spelled), webhook.Address(spelled),
			webhook.Address("sip:" + word + "@" + word + ".invalid"),
		} {
			assert.True(t, a.Withheld(), a)
			_, ok := a.Phone()
			assert.False(t, ok, a)
			assert.NotEqual(t, webhook.AddressPhone, a.Kind(), a)
		}
	}
	assert.True(t, webhook.Address("").Withheld())
	for _, a := range []webhook.Address{"+15550100", "client:anonymous-fan", "whatsapp:+15550100", "sip:ada@example.com", "+2666966871", "PRIVATEBANK", "55501"} {
		assert.False(t, a.Withheld(), a)
	}
}
