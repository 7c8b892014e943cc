package dialogue

import (
	"slices"
	"strings"
	"time"
)

// DeclinedCard is a card number that is right, and whose payments are declined:
// the test number that Stripe uses for it.
const DeclinedCard = "4000000000000002"

// cardBrand is a kind of card, as validCardTypes and PaymentCardType name it.
type cardBrand struct {
	name     string
	prefixes []string
	length   int
	code     int // digits of the security code
}

// brands are the kinds of cards, those with longer prefixes first.
func brands() []cardBrand {
	return []cardBrand{
		{"enroute", []string{"2014", "2149"}, 15, 3},
		{"discover", []string{"6011", "644", "645", "646", "647", "648", "649", "65"}, 16, 3},
		{"diners-club", []string{"300", "301", "302", "303", "304", "305", "36", "38"}, 14, 3},
		{"amex", []string{"34", "37"}, 15, 4},
		{"jcb", []string{"35"}, 16, 3},
		{"mastercard", []string{"51", "52", "53", "54", "55", "22", "23", "24", "25", "26", "27"}, 16, 3},
		{"maestro", []string{"50", "56", "57", "58", "6"}, 16, 3},
		{"visa", []string{"4"}, 16, 3},
	}
}

// brandOf returns the kind of the card whose number begins with digits, or nil.
func brandOf(digits string) *cardBrand {
	for _, b := range brands() {
		if slices.ContainsFunc(b.prefixes, func(p string) bool { return strings.HasPrefix(digits, p) }) {
			return &b
		}
	}
	return nil
}

// luhn reports whether the last digit of a card number is right.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// length returns how many digits complete the answer to a step that begins with
// digits; zero: it ends with # or with time.
func (y *paying) length(step, digits string) int {
	switch step {
	case "payment-card-number":
		if b := brandOf(digits); b != nil {
			return b.length
		}
		return 16
	case "expiration-date":
		return 4
	case "security-code":
		if y.card != nil {
			return y.card.code
		}
		return 3
	case "postal-code":
		return max(number(y.v, "minPostalCodeLength", 5), 5)
	case "bank-routing-number":
		return 9
	}
	return 0
}

// check returns what is wrong with the answer to a step, as Prompt names it, or "".
func (y *paying) check(step, digits string) string {
	plain := digits != "" && strings.Trim(digits, "0123456789") == ""
	switch step {
	case "payment-card-number":
		brand := brandOf(digits)
		if !plain || brand == nil || len(digits) != brand.length || !luhn(digits) {
			return "invalid-card-number"
		}
		if !slices.Contains(strings.Fields(attr(y.v, "validCardTypes", "visa mastercard amex")), brand.name) {
			return "invalid-card-type"
		}
		y.card = brand
	case "expiration-date":
		last, err := time.Parse("0106", digits)
		if err != nil || !y.c.e.now.Before(last.AddDate(0, 1, 0)) {
			return "invalid-date"
		}
	case "security-code":
		if !plain || len(digits) != y.length(step, digits) {
			return "invalid-security-code"
		}
	case "postal-code":
		if len(digits) < number(y.v, "minPostalCodeLength", 1) {
			return "invalid-postal-code"
		}
	case "bank-routing-number":
		if !plain || len(digits) != 9 {
			return "invalid-bank-routing-number"
		}
	case "bank-account-number":
		if !plain || len(digits) < 4 || len(digits) > 17 {
			return "invalid-bank-account-number"
		}
	}
	return ""
}

// shown is the answer to a step as it may be shown; empty if there is none.
func (y *paying) shown(step string) string {
	digits := y.answers[step]
	switch {
	case digits == "":
	case step == "payment-card-number":
		return strings.Repeat("x", len(digits)-4) + digits[len(digits)-4:]
	case step == "security-code":
		return "***"
	case step == "bank-account-number":
		return strings.Repeat("*", len(digits)-2) + digits[len(digits)-2:]
	}
	return digits
}

// payWords names a step in a sentence.
func payWords(step string) string {
	step = strings.TrimPrefix(step, "payment-")
	return strings.ReplaceAll(step, "-", " ")
}
