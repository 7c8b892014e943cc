package dialogue_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// till is a program that takes cards.
func till(attributes string) pages {
	return pages{
		"/voice": `<Pay action="https://hooks.example.com/paid" statusCallback="/step" ` + attributes + `>
			<Prompt for="payment-card-number"><Say>Card?</Say></Prompt>
			<Prompt for="payment-card-number" errorType="invalid-card-number"><Say>Wrong number.</Say></Prompt>
			<Prompt for="payment-card-number" errorType="invalid-card-type"><Say>We do not take it.</Say></Prompt>
			<Prompt for="expiration-date"><Say>Until?</Say></Prompt>
			<Prompt for="expiration-date" errorType="invalid-date"><Say>It has expired.</Say></Prompt>
			<Prompt for="security-code"><Say>Three digits?</Say></Prompt>
			<Prompt for="security-code" cardType="amex"><Say>Four digits?</Say></Prompt>
			<Prompt for="postal-code"><Say>Where?</Say></Prompt>
			<Prompt for="payment-processing"><Say>One moment.</Say></Prompt>
		</Pay>`,
		"/paid": say("done"), "/step": "",
	}
}

// instrument is what the action of a Pay tells about the card.
func instrument(q dialogue.Params) string {
	return strings.Join([]string{q.Get("Result"), q.Get("PaymentCardNumber"), q.Get("PaymentCardType"), q.Get("ExpirationDate"), q.Get("SecurityCode"), q.Get("PaymentCardPostalCode")}, " ")
}

// TestPayByKeys pays as a caller does, key by key, and checks what Twilio checks.
func TestPayByKeys(t *testing.T) {
	for _, c := range []struct {
		name, attributes string
		keys             []string // w: the prompt is heard to its end first
		want             string
		said             []string
	}{
		{"visa", "", []string{"4242424242424242", "1230", "123", "10001"}, "success xxxxxxxxxxxx4242 visa 1230 *** 10001",
			[]string{"Card?", "Until?", "Three digits?", "Where?", "One moment.", "done"}},
		{"amex, without a postal code", `postalCode="false"`, []string{"378282246310005", "1230", "1234"}, "success xxxxxxxxxxx0005 amex 1230 *** ",
			[]string{"Card?", "Until?", "Four digits?", "One moment.", "done"}},
		{"a wrong number, then the right one", `securityCode="false" postalCode="94109"`, []string{"4242424242424241", "4242424242424242", "1230"},
			"success xxxxxxxxxxxx4242 visa 1230  94109", []string{"Card?", "Wrong number.", "Until?", "One moment.", "done"}},
		{"a card that is not taken", `validCardTypes="visa" maxAttempts="1"`, []string{"378282246310005"}, "too-many-failed-attempts     ", []string{"Card?", "done"}},
		{"an expired card", `securityCode="false" postalCode="false"`, []string{"4242424242424242", "0120", "1230"},
			"success xxxxxxxxxxxx4242 visa 1230  ", []string{"Card?", "Until?", "It has expired.", "One moment.", "done"}},
		{"a month that there is not", `maxAttempts="1"`, []string{"4242424242424242", "1330"}, "too-many-failed-attempts xxxxxxxxxxxx4242 visa   ", []string{"Card?", "Until?", "done"}},
		{"a declined card", `securityCode="false" postalCode="false"`, []string{dialogue.DeclinedCard, "1230"},
			"payment-connector-error xxxxxxxxxxxx0002 visa 1230  ", []string{"Card?", "Until?", "One moment.", "done"}},
		{"a number that # ends too early", `maxAttempts="2"`, []string{"4242#", "*"}, "caller-interrupted-with-star     ", []string{"Card?", "Wrong number.", "done"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := play(t, till(c.attributes))
			call := s.call()
			for _, keys := range c.keys {
				require.Equal(t, len(keys), call.Press(keys), keys)
			}
			s.wait(10)
			x := s.only("PayAction")
			assert.Equal(t, c.want, instrument(x.Params))
			assert.Equal(t, c.said, s.said())
			if strings.HasPrefix(c.want, "payment-connector-error") {
				assert.Equal(t, "Your card was declined. 64012", x.Params.Get("PaymentError")+" "+x.Params.Get("PayErrorCode"))
			}
		})
	}
}

// TestPayWithDigitsAtOnce enters digits for all questions, and after a wrong one
// again from there on.
func TestPayWithDigitsAtOnce(t *testing.T) {
	s := play(t, till(`chargeAmount="20.45" currency="eur"`))
	c := s.call()
	s.wait(1)
	pay := c.Activity().Pay
	require.NotNil(t, pay)
	assert.Equal(t, dialogue.PayStep{
		Step: "payment-card-number", Attempt: 1, Attempts: 3, Amount: "20.45", Currency: "eur",
		Questions: []string{"payment-card-number", "expiration-date", "security-code", "postal-code"},
	}, *pay)
	require.True(t, c.Enter("4242424242424242", "0120", "123", "10001"))
	s.wait(1)
	pay = c.Activity().Pay
	require.NotNil(t, pay)
	assert.Equal(t, "expiration-date 2 invalid-date", fmt.Sprint(pay.Step, " ", pay.Attempt, " ", pay.Problem))
	require.True(t, c.Enter("1230", "12", "123"))
	s.wait(1)
	assert.Equal(t, "security-code invalid-security-code", c.Activity().Pay.Step+" "+c.Activity().Pay.Problem, "what came after the wrong answer is dropped")
	require.True(t, c.Enter("123", "10001"))
	s.wait(10)
	q := s.only("PayAction").Params
	assert.Equal(t, "success xxxxxxxxxxxx4242 visa 1230 *** 10001", instrument(q))
	assert.Equal(t, "ch_example", q.Get("PaymentConfirmationCode"))
	assert.False(t, c.Enter("1"), "nothing asks any more")
	var steps []string
	for _, x := range s.of("PayStatusCallback") {
		steps = append(steps, strings.TrimSpace(x.Params.Get("For")+" "+x.Params.Get("Attempt")+" "+x.Params.Get("ErrorType")))
	}
	assert.Equal(t, []string{
		"payment-card-number 1", "expiration-date 1", "expiration-date 1 invalid-date", "expiration-date 2",
		"security-code 1", "security-code 1 invalid-security-code", "security-code 2", "postal-code 1", "payment-processing 1",
	}, steps)
}

// TestPayFromABankAccount enters a routing number and an account.
func TestPayFromABankAccount(t *testing.T) {
	s := play(t, till(`paymentMethod="ach-debit"`))
	s.call().Enter("121181976", "000123456792")
	s.wait(15)
	q := s.only("PayAction").Params
	assert.Equal(t, "success **********92 121181976 consumer-checking", strings.Join([]string{
		q.Get("Result"), q.Get("BankAccountNumber"), q.Get("BankRoutingNumber"), q.Get("BankAccountType")}, " "))
}

// TestPayKeepsSecrets looks for the digits of the card and its security code in
// everything that happened.
func TestPayKeepsSecrets(t *testing.T) {
	s := play(t, till(""))
	c := s.call()
	c.Press("4242424242424242")
	c.Press("1230987")
	s.wait(1)
	c.Enter("10001")
	s.wait(20)
	require.Equal(t, "success", s.only("PayAction").Params.Get("Result"))
	for _, ev := range s.log() {
		text := ev.Line() + " " + ev.Text
		if ev.Exchange != nil {
			text += ev.Exchange.Body
		}
		assert.NotContains(t, text, "42424242")
		assert.NotContains(t, text, "987")
		if ev.Type == dialogue.EventPressed {
			assert.Fail(t, "a digit of a card is an event: "+ev.Text)
		}
	}
	assert.Contains(t, dialogue.Transcript(s.start, s.log()), "the caller enters the card number xxxxxxxxxxxx4242")
}
