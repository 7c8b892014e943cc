package twiml

import (
	"strings"
	"unicode/utf16"
)

// Twilio bills a text message by segment. A text whose characters are all in
// the GSM 03.38 alphabet is counted in septets, any other in the 16-bit units of
// UTF-16. The segments of a longer text are shorter, because each has a header
// that joins them.
const (
	septetsAlone    = 160
	septetsEach     = 153
	utf16UnitsAlone = 70
	utf16UnitsEach  = 67
)

const (
	// gsmBasic are the characters of one septet.
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	// gsmExtension are the characters of two septets.
	gsmExtension = "^{}\\[~]|€\f"
)

// Segments returns how many segments a text message is billed as. An empty text
// is one segment.
//
// It counts the text as given. A Messaging Service with Smart Encoding replaces
// typographic characters before it counts, and messages with media or on other
// channels, such as WhatsApp, are not billed by segment.
func Segments(text string) int { return len(Split(text)) }

// Split returns the segments in which Twilio sends a text message. A text in the
// GSM 03.38 alphabet is one segment of up to 160 characters, or several of up to
// 153; any other text is one of up to 70 UTF-16 units, or several of up to 67. A
// character that takes two units, such as € in GSM 03.38 or an emoji in UTF-16,
// is never split. Joined, the segments are the text.
func Split(text string) []string {
	size, alone, each := gsmSize, septetsAlone, septetsEach
	if !isGSM(text) {
		size, alone, each = utf16.RuneLen, utf16UnitsAlone, utf16UnitsEach
	}
	total := 0
	for _, r := range text {
		total += max(1, size(r))
	}
	if total <= alone {
		return []string{text}
	}
	var segments []string
	start, used := 0, 0
	for i, r := range text {
		n := max(1, size(r))
		if used+n > each {
			segments = append(segments, text[start:i])
			start, used = i, 0
		}
		used += n
	}
	return append(segments, text[start:])
}

// isGSM reports whether every character is in the GSM 03.38 alphabet.
func isGSM(text string) bool {
	for _, r := range text {
		if gsmSize(r) == 0 {
			return false
		}
	}
	return true
}

// gsmSize returns the septets of a character, or 0 if it has none.
func gsmSize(r rune) int {
	switch {
	case strings.ContainsRune(gsmBasic, r):
		return 1
	case strings.ContainsRune(gsmExtension, r):
		return 2
	}
	return 0
}
