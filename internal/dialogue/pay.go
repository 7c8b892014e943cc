package dialogue

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// Payment is how a person pays, or fails to. The digits of a card are never
// asked for: what is sent is masked anyway.
type Payment struct {
	// Result is success (the default) or another value of Result, such as
	// payment-connector-error.
	Result string
	// Card and its kind as they are sent; default xxxxxxxxxxxx1111, visa.
	Card, CardType string
	Expiration     string // MMYY, default 0530
	PostalCode     string // default 94109
	BankAccount    string // default *******92
	BankRouting    string // default 121181976
	Token          string // PaymentToken, when no amount is charged
	Confirmation   string // PaymentConfirmationCode, when one is
	ProfileID      string
	Error          string // PaymentError of a failure
	ErrorCode      string // PayErrorCode of a failure
}

// Pay answers a Pay verb for the person. It reports whether one was waiting.
func (c *Call) Pay(p Payment) bool {
	defer c.e.act()()
	if c.activity.State != StatePaying || c.over() {
		return false
	}
	c.payment = &p
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// pay asks for a card or a bank account (verb-semantics.md, 3, Pay).
func (c *Call) pay(doc *document, v *twiml.Node) (*transfer, error) {
	defer c.busy(Activity{State: StatePaying, Gather: v})()
	l := &listener{keys: true}
	defer c.listen(l)()
	c.payment = nil
	timeout := time.Duration(number(v, "timeout", 5)) * time.Second
	attempts := max(number(v, "maxAttempts", 3), 1)
	steps := paySteps(v)

	var err error
	result := "too-many-failed-attempts"
	for attempt := 1; attempt <= attempts; attempt++ {
		kind := ""
		if attempt > 1 {
			kind = "timeout"
		}
		c.payStatus(doc, v, steps[0], attempt, "", nil)
		if err = c.payPrompt(doc, v, steps[0], kind, attempt); err != nil {
			break
		}
		err = c.until(c.e.now.Add(timeout), func() bool { return c.payment != nil || len(c.inbox) > 0 })
		if err != nil {
			break
		}
		l.entered = c.payment != nil
		if in, ok := c.take(); ok && in.key == "*" {
			result = "caller-interrupted-with-star"
			break
		}
		if c.payment == nil {
			c.payStatus(doc, v, steps[0], attempt, "input-timeout", nil)
			continue
		}
		result = c.payment.result()
		if result == "success" || result == "payment-connector-error" {
			for _, step := range steps[1:] {
				if err = c.payPrompt(doc, v, step, "", attempt); err != nil {
					break
				}
				c.payStatus(doc, v, step, attempt, "", c.payment)
			}
		}
		break
	}
	if errors.Is(err, errHungUp) {
		result = "caller-hung-up"
	} else if err != nil {
		return nil, err
	}
	c.emit(Event{Type: EventPaid, Node: v, Text: result})
	action := attr(v, "action", "")
	if action == "" && result == "too-many-failed-attempts" {
		return nil, err
	}
	t, f := c.transferTo(doc, action, "POST", webhook.KindPayAction, c.payParams(v, result))
	if f != nil {
		return nil, f
	}
	if err != nil {
		return nil, c.farewell(t, err)
	}
	return t, nil
}

func (p *Payment) result() string { return cmp.Or(p.Result, "success") }

func paySteps(v *twiml.Node) []string {
	if attr(v, "paymentMethod", "credit-card") == "ach-debit" {
		return []string{"bank-routing-number", "bank-account-number", "payment-processing"}
	}
	steps := []string{"payment-card-number", "expiration-date"}
	if attr(v, "securityCode", "true") != "false" {
		steps = append(steps, "security-code")
	}
	if attr(v, "postalCode", "true") == "true" {
		steps = append(steps, "postal-code")
	}
	return append(steps, "payment-processing")
}

// payPrompt says the Prompt for a step, or what Twilio says without one.
func (c *Call) payPrompt(doc *document, v *twiml.Node, step, problem string, attempt int) error {
	stop := func() bool { return c.payment != nil && step != "payment-processing" || len(c.inbox) > 0 }
	if n := promptFor(v, step, problem, attempt); n != nil {
		for part := range n.Elements() {
			if err := c.prompt(doc, part, stop); err != nil {
				return err
			}
		}
		return nil
	}
	words := map[string]string{
		"payment-card-number": "Please enter your credit card number.",
		"expiration-date":     "Please enter your card's expiration date, two digits for the month and two digits for the year.",
		"security-code":       "Please enter your card's security code.",
		"postal-code":         "Please enter your postal code.",
		"bank-routing-number": "Please enter your bank routing number.",
		"bank-account-number": "Please enter your bank account number.",
		"payment-processing":  "Thank you. Please wait while we process your payment.",
	}[step]
	c.emit(Event{Type: EventSaid, Text: words, Duration: speakingTime(words)})
	return c.until(c.e.now.Add(speakingTime(words)), stop)
}

// promptFor returns the Prompt for a step. One that names the problem is
// preferred to one that does not.
func promptFor(v *twiml.Node, step, problem string, attempt int) (best *twiml.Node) {
	lists := func(n *twiml.Node, name, word string) bool {
		return slices.Contains(strings.Fields(attr(n, name, word)), word)
	}
	for n := range v.Elements() {
		if n.Name != "Prompt" || !lists(n, "for", step) || !lists(n, "attempt", itoa(attempt)) {
			continue
		}
		switch {
		case !has(n, "errorType"):
			if best == nil {
				best = n
			}
		case problem != "" && lists(n, "errorType", problem):
			return n
		}
	}
	return best
}

func (c *Call) payStatus(doc *document, v *twiml.Node, step string, attempt int, problem string, p *Payment) {
	ref := attr(v, "statusCallback", "")
	if ref == "" {
		return
	}
	params := pairs("AccountSid", c.e.cfg.AccountSID, "CallSid", c.sid, "For", step)
	if problem != "" {
		params = append(params, Param{"ErrorType", problem})
	}
	params = append(params, Param{"Attempt", itoa(attempt)})
	if p != nil {
		params = append(params, p.instrument(v)...)
	}
	c.callback(webhook.KindPayStatusCallback, doc.base, ref, "POST", params)
}

func (p *Payment) instrument(v *twiml.Node) Params {
	if attr(v, "paymentMethod", "credit-card") == "ach-debit" {
		return pairs("BankAccountNumber", cmp.Or(p.BankAccount, "*******92"), "BankRoutingNumber", cmp.Or(p.BankRouting, "121181976"),
			"BankAccountType", attr(v, "bankAccountType", "consumer-checking"))
	}
	out := pairs("PaymentCardNumber", cmp.Or(p.Card, "xxxxxxxxxxxx1111"), "PaymentCardType", cmp.Or(p.CardType, "visa"), "ExpirationDate", cmp.Or(p.Expiration, "0530"))
	if attr(v, "securityCode", "true") != "false" {
		out = append(out, Param{"SecurityCode", "***"})
	}
	if attr(v, "postalCode", "true") != "false" {
		out = append(out, Param{"PaymentCardPostalCode", cmp.Or(p.PostalCode, "94109")})
	}
	return out
}

func (c *Call) payParams(v *twiml.Node, result string) Params {
	params := pairs("Result", result)
	p := c.payment
	if p != nil && result == "success" {
		if charge := attr(v, "chargeAmount", "0"); strings.Trim(charge, "0.") != "" {
			params = append(params, Param{"PaymentConfirmationCode", cmp.Or(p.Confirmation, "ch_example")})
		} else {
			params = append(params, Param{"PaymentToken", cmp.Or(p.Token, "tok_example")})
		}
		if p.ProfileID != "" {
			params = append(params, Param{"ProfileId", p.ProfileID})
		}
	}
	params = append(params, Param{"PaymentMethod", attr(v, "paymentMethod", "credit-card")})
	if p != nil {
		params = append(params, p.instrument(v)...)
		if p.Error != "" {
			params = append(params, Param{"PaymentError", p.Error})
		}
		if p.ErrorCode != "" {
			params = append(params, Param{"PayErrorCode", p.ErrorCode})
		}
	}
	return params
}
