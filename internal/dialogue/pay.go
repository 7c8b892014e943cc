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

// Payment is the outcome of a Pay whose digits nobody enters, see [Call.Pay].
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
	if c.paying == nil || c.over() {
		return false
	}
	c.paying.outright = &p
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// Enter answers the questions of a Pay with digits, in the order in which they are
// asked: card number, expiration date (MMYY), security code, postal code. Questions
// for which there are no digits wait for the person. A wrong answer is asked for
// again, and what was entered for later questions is dropped then. It reports whether
// a Pay was waiting.
func (c *Call) Enter(digits ...string) bool {
	defer c.e.act()()
	if c.paying == nil || c.over() {
		return false
	}
	c.paying.entries = slices.Clone(digits)
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// PayStep is the question that a Pay asks now.
type PayStep struct {
	Step              string // as Prompt names it, payment-card-number
	Attempt, Attempts int
	Problem           string   // with the answer to the attempt before, as Prompt names it
	Questions         []string // the steps from this one on that need an answer
	Amount, Currency  string   // Amount is empty when no amount is charged
}

// paying is a Pay at work.
type paying struct {
	c        *Call
	doc      *document
	v        *twiml.Node
	timeout  time.Duration
	attempts int
	listener *listener

	outright *Payment          // the outcome, if someone has set it
	entries  []string          // for the questions to come
	answers  map[string]string // by step
	card     *cardBrand        // nil until the number is known
}

// The results of Pay that Twilio decides.
const (
	paySuccess   = "success"
	payTooMany   = "too-many-failed-attempts"
	payStar      = "caller-interrupted-with-star"
	payHungUp    = "caller-hung-up"
	payConnector = "payment-connector-error"
)

// payProcessing is the last step, which asks nothing.
const payProcessing = "payment-processing"

// pay asks for a card or a bank account (verb-semantics.md, 3, Pay).
func (c *Call) pay(doc *document, v *twiml.Node) (*transfer, error) {
	defer c.busy(Activity{State: StatePaying, Gather: v})()
	y := &paying{
		c: c, doc: doc, v: v,
		timeout:  time.Duration(number(v, "timeout", 5)) * time.Second,
		attempts: max(number(v, "maxAttempts", 3), 1),
		listener: &listener{keys: true},
		answers:  map[string]string{},
	}
	defer c.listen(y.listener)()
	c.paying = y
	defer func() { c.paying = nil }()

	result, err := y.questions(paySteps(v))
	if errors.Is(err, errHungUp) {
		result = payHungUp
	} else if err != nil {
		return nil, err
	}
	c.emit(Event{Type: EventPaid, Node: v, Text: result})
	action := attr(v, "action", "")
	if action == "" && result == payTooMany {
		return nil, err
	}
	t, f := c.transferTo(doc, action, "POST", webhook.KindPayAction, y.params(result))
	if f != nil {
		return nil, f
	}
	if err != nil {
		return nil, c.farewell(t, err)
	}
	return t, nil
}

// questions asks everything in order, and has the payment processed. It returns the
// result.
func (y *paying) questions(steps []string) (string, error) {
	for i, step := range steps {
		switch {
		case step == payProcessing, y.outright != nil:
			y.listener.entered = true // nothing waits for the person any more
			y.activity(steps[i:], 1, "")
			if err := y.prompt(step, "", 1); err != nil {
				return "", err
			}
			y.report(step, 1, "")
		default:
			result, err := y.question(steps[i:])
			if err != nil || result != "" {
				return result, err
			}
		}
		if p := y.outright; p != nil && p.Result != "" && p.Result != paySuccess && p.Result != payConnector {
			return p.Result, nil
		}
	}
	return y.charge(), nil
}

// question asks for the answer to the first of steps until it is right. It returns
// the result of a payment that ends there.
func (y *paying) question(steps []string) (string, error) {
	c, step := y.c, steps[0]
	problem := ""
	for attempt := 1; attempt <= y.attempts; attempt++ {
		y.activity(steps, attempt, problem)
		c.emit(Event{Type: EventPaying, Node: y.v, Text: payWords(step), Duration: y.timeout})
		y.report(step, attempt, "")
		if err := y.prompt(step, problem, attempt); err != nil {
			return "", err
		}
		digits, err := y.collect(step)
		switch {
		case err != nil:
			return "", err
		case digits == "*":
			return payStar, nil
		case y.outright != nil:
			return "", nil
		case digits == "":
			problem = "timeout"
			y.report(step, attempt, "input-timeout")
			continue
		}
		if problem = y.check(step, digits); problem == "" {
			y.answers[step] = digits
			c.emit(Event{Type: EventEntered, Node: y.v, Text: payWords(step) + " " + y.shown(step)})
			return "", nil
		}
		y.entries = nil
		c.emit(Event{Type: EventEntered, Node: y.v, Text: payWords(step) + ", which is refused: " + problem})
		y.report(step, attempt, problem)
	}
	return payTooMany, nil
}

// activity shows what is asked for.
func (y *paying) activity(steps []string, attempt int, problem string) {
	questions := slices.DeleteFunc(slices.Clone(steps), func(s string) bool { return s == payProcessing })
	y.c.activity.NumDigits = y.length(steps[0], "")
	y.c.activity.Pay = &PayStep{
		Step: steps[0], Attempt: attempt, Attempts: y.attempts, Problem: problem, Questions: questions,
		Amount: y.amount(), Currency: attr(y.v, "currency", "usd"),
	}
}

// amount is what is charged; empty: the card is only kept.
func (y *paying) amount() string {
	amount := attr(y.v, "chargeAmount", "0")
	if strings.Trim(amount, "0.") == "" {
		return ""
	}
	return amount
}

// collect waits for the digits of a step: until there are enough, for #, or until
// the time between two keys is over. It returns * for that key.
func (y *paying) collect(step string) (digits string, err error) {
	c := y.c
	for {
		y.listener.entered = digits != ""
		if err := c.until(c.e.now.Add(y.timeout), y.answered); err != nil {
			return "", err
		}
		switch in, ok := c.take(); {
		case y.outright != nil:
			y.listener.entered = true
			return "", nil
		case ok && in.key == "*":
			return "*", nil
		case ok && in.key == "#":
			return digits, nil
		case ok:
			digits += in.key
			if n := y.length(step, digits); n > 0 && len(digits) >= n {
				return digits, nil
			}
		case len(y.entries) > 0:
			digits, y.entries = y.entries[0], y.entries[1:]
			return digits, nil
		default:
			return digits, nil
		}
	}
}

// answered reports whether the person has done something.
func (y *paying) answered() bool {
	return y.outright != nil || len(y.entries) > 0 || len(y.c.inbox) > 0
}

// charge returns the result of the payment connector.
func (y *paying) charge() string {
	switch {
	case y.outright != nil:
		return cmp.Or(y.outright.Result, paySuccess)
	case y.answers["payment-card-number"] == DeclinedCard:
		return payConnector
	}
	return paySuccess
}

// prompt says the Prompt for a step, or what Twilio says without one.
func (y *paying) prompt(step, problem string, attempt int) error {
	c := y.c
	stop := y.answered
	if step == payProcessing {
		stop = nil
	}
	if n := y.promptFor(step, problem, attempt); n != nil {
		for part := range n.Elements() {
			if err := c.prompt(y.doc, part, stop); err != nil {
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
		payProcessing:         "Thank you. Please wait while we process your payment.",
	}[step]
	c.emit(Event{Type: EventSaid, Text: words, Duration: speakingTime(words)})
	return c.listenTo(speakingTime(words), stop)
}

// promptFor returns the Prompt for a step: of those that fit, the one that says the
// most about when it is for.
func (y *paying) promptFor(step, problem string, attempt int) (best *twiml.Node) {
	most := -1
	for n := range y.v.Elements() {
		if n.Name != "Prompt" || !slices.Contains(strings.Fields(attr(n, "for", step)), step) {
			continue
		}
		says := 0
		fits := func(name, value string) bool {
			if !has(n, name) {
				return true
			}
			says++
			return value != "" && slices.Contains(strings.Fields(attr(n, name, "")), value)
		}
		brand := ""
		if y.card != nil {
			brand = y.card.name
		}
		if fits("errorType", problem) && fits("cardType", brand) && fits("attempt", itoa(attempt)) && says > most {
			best, most = n, says
		}
	}
	return best
}

// report sends a step to the status callback.
func (y *paying) report(step string, attempt int, problem string) {
	ref := attr(y.v, "statusCallback", "")
	if ref == "" {
		return
	}
	c := y.c
	params := pairs("AccountSid", c.e.cfg.AccountSID, "CallSid", c.sid, "For", step)
	if problem != "" {
		params = append(params, Param{"ErrorType", problem})
	}
	params = append(params, Param{"Attempt", itoa(attempt)})
	params = append(params, y.instrument()...)
	c.callback(webhook.KindPayStatusCallback, y.doc.base, ref, "POST", params)
}

// instrument describes the card or the bank account, without secrets.
func (y *paying) instrument() Params {
	p := Payment{Card: y.shown("payment-card-number"), Expiration: y.answers["expiration-date"], PostalCode: y.answers["postal-code"],
		BankAccount: y.shown("bank-account-number"), BankRouting: y.answers["bank-routing-number"]}
	code := y.shown("security-code")
	if y.card != nil {
		p.CardType = y.card.name
	}
	bank := attr(y.v, "paymentMethod", "credit-card") == "ach-debit"
	if o := y.outright; o != nil {
		p, code = *o, "***"
		p.Card, p.CardType = cmp.Or(p.Card, "xxxxxxxxxxxx1111"), cmp.Or(p.CardType, "visa")
		p.Expiration, p.PostalCode = cmp.Or(p.Expiration, "0530"), cmp.Or(p.PostalCode, "94109")
		p.BankAccount, p.BankRouting = cmp.Or(p.BankAccount, "*******92"), cmp.Or(p.BankRouting, "121181976")
	}
	var out Params
	add := func(name, value string) {
		if value != "" {
			out = append(out, Param{name, value})
		}
	}
	if bank {
		add("BankAccountNumber", p.BankAccount)
		add("BankRoutingNumber", p.BankRouting)
		add("BankAccountType", attr(y.v, "bankAccountType", "consumer-checking"))
		return out
	}
	add("PaymentCardNumber", p.Card)
	add("PaymentCardType", p.CardType)
	add("ExpirationDate", p.Expiration)
	if attr(y.v, "securityCode", "true") != "false" {
		add("SecurityCode", code)
	}
	if fixed := attr(y.v, "postalCode", "true"); fixed != "false" {
		if fixed != "true" {
			p.PostalCode = fixed
		}
		add("PaymentCardPostalCode", p.PostalCode)
	}
	return out
}

// params are what a Pay adds to its action.
func (y *paying) params(result string) Params {
	params := pairs("Result", result)
	var p Payment
	switch {
	case y.outright != nil:
		p = *y.outright
	case result == payConnector:
		p.Error, p.ErrorCode = "Your card was declined.", "64012"
	}
	if result == paySuccess {
		if y.amount() != "" {
			params = append(params, Param{"PaymentConfirmationCode", cmp.Or(p.Confirmation, "ch_example")})
		} else {
			params = append(params, Param{"PaymentToken", cmp.Or(p.Token, "tok_example")})
		}
		if p.ProfileID != "" {
			params = append(params, Param{"ProfileId", p.ProfileID})
		}
	}
	params = append(params, Param{"PaymentMethod", attr(y.v, "paymentMethod", "credit-card")})
	params = append(params, y.instrument()...)
	if p.Error != "" {
		params = append(params, Param{"PaymentError", p.Error})
	}
	if p.ErrorCode != "" {
		params = append(params, Param{"PayErrorCode", p.ErrorCode})
	}
	return params
}

func paySteps(v *twiml.Node) []string {
	if attr(v, "paymentMethod", "credit-card") == "ach-debit" {
		return []string{"bank-routing-number", "bank-account-number", payProcessing}
	}
	steps := []string{"payment-card-number", "expiration-date"}
	if attr(v, "securityCode", "true") != "false" {
		steps = append(steps, "security-code")
	}
	if attr(v, "postalCode", "true") == "true" {
		steps = append(steps, "postal-code")
	}
	return append(steps, payProcessing)
}
