package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ringback-go/ringback/cmd/ringback/internal/phone"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// word is a step of the vocabulary.
type word struct {
	check func(*yaml.Node) string // why the argument is invalid, or ""
	do    func(*player, *yaml.Node) error
}

// Steps lists what can be done and expected.
func Steps() []string {
	var out []string
	for name := range vocabulary() {
		out = append(out, name)
	}
	for _, verb := range phone.Verbs() {
		out = append(out, string(verb))
	}
	out = append(out, "callee presses", "callee speaks", "callee pays", "callee hangs up", "sends to NUMBER")
	slices.Sort(out)
	return out
}

var (
	errNoCall   = errors.New("there is no call; start one with call")
	errNoCallee = errors.New("no one has been dialed; use rings first")
	errNoText   = errors.New("no message was sent; start with text")
)

// vocabulary has the steps other than a person's actions in a call, which are
// in package phone. A new one is made for each use, so nothing is shared.
func vocabulary() map[string]word {
	return map[string]word{
		"text":            {oneOrFields("body", "media", "channel", "path"), text},
		"replies":         {some, reply(func(x *webhooktest.Exchange, words []string) { x.Replies(words...) })},
		"replies exactly": {some, reply(func(x *webhooktest.Exchange, words []string) { x.RepliesExactly(words...) })},
		"replies nothing": {none, reply(func(x *webhooktest.Exchange, _ []string) { x.RepliesNothing() })},

		"call":         {optional, call},
		"hears":        {some, inCall(func(c *webhooktest.Call, words []string) { c.Hears(words...) })},
		"hears not":    {some, inCall(func(c *webhooktest.Call, words []string) { c.DoesNotHear(words...) })},
		"ends":         {optional, inCall(ends)},
		"rings":        {some, rings},
		"callee hears": {some, calleeHears},
		"talks":        {none, inCall(func(c *webhooktest.Call, _ []string) { c.Talks() })},
		"joins":        {optional, inCall(func(c *webhooktest.Call, name []string) { c.Joins(first(name)) })},
		"queues":       {optional, inCall(func(c *webhooktest.Call, name []string) { c.Queues(first(name)) })},
		"sends":        {some, inCall(func(c *webhooktest.Call, words []string) { c.Sends(words...) })},
		"requests":     {some, inCall(func(c *webhooktest.Call, path []string) { c.Requests(path[0]) })},

		"fails":   {number, fails},
		"deliver": {oneOrFields("ending", "code", "order", "seed", "path"), deliver},
	}
}

// reply expects something of the answer to the last text.
func reply(expect func(*webhooktest.Exchange, []string)) func(*player, *yaml.Node) error {
	return func(p *player, arg *yaml.Node) error {
		if p.exchange == nil {
			return errNoText
		}
		expect(p.exchange, list(arg))
		return nil
	}
}

// inCall does something in the call.
func inCall(do func(*webhooktest.Call, []string)) func(*player, *yaml.Node) error {
	return func(p *player, arg *yaml.Node) error {
		if p.call == nil {
			return errNoCall
		}
		do(p.call, list(arg))
		return nil
	}
}

// act returns the step that performs a in the call, with the webhooktest method
// named like its verb.
func act(a phone.Action) func(*player, *yaml.Node) error {
	return func(p *player, _ *yaml.Node) error {
		if p.call == nil && a.Verb == phone.Waits {
			p.twilio.Waits(a.For)
			return nil
		}
		c, err := p.who(a)
		if err != nil {
			return err
		}
		switch a.Verb {
		case phone.Presses:
			c.Presses(a.Text)
		case phone.Speaks:
			c.Speaks(a.Text)
		case phone.Waits:
			c.Waits(a.For)
		case phone.Records:
			c.Records(a.For)
		case phone.Pays:
			pays(c, strings.Fields(a.Text))
		case phone.Skips:
			c.Skips()
		case phone.Answers:
			c.Answers()
		case phone.Busy:
			c.Busy()
		case phone.NoAnswer:
			c.NoAnswer()
		case phone.Unreachable:
			c.Unreachable()
		case phone.HangsUp:
			c.HangsUp()
		}
		return nil
	}
}

// who returns the phone at which a is done.
func (p *player) who(a phone.Action) (*webhooktest.Call, error) {
	c := p.call
	switch {
	case a.Who != "":
		return p.calleeAt(a.Who)
	case a.Callee && p.callee != nil:
		c = p.callee
	case a.Callee && a.Verb != phone.Answers && a.Verb != phone.Busy && a.Verb != phone.NoAnswer && a.Verb != phone.Unreachable:
		return nil, errNoCallee
	}
	if c == nil {
		return nil, errNoCall
	}
	return c, nil
}

// calleeAt returns the phone at an address that a Dial has rung.
func (p *player) calleeAt(address string) (*webhooktest.Call, error) {
	if c := p.callees[address]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("the phone of %s has not rung; expect rings: %q first", address, address)
}

func pays(c *webhooktest.Call, digits []string) {
	if len(digits) == 0 {
		c.Pays(webhooktest.Payment{})
		return
	}
	c.Enters(digits...)
}

func text(p *player, arg *yaml.Node) error {
	body, channel, path := "", "", p.cfg.SMS
	var media []webhook.Media
	if arg != nil && arg.Kind == yaml.ScalarNode {
		body = arg.Value
	} else if arg != nil {
		for key, value := range pairs(arg) {
			switch key.Value {
			case "body":
				body = value.Value
			case "channel":
				channel = value.Value
			case "path":
				path = value.Value
			case "media":
				for _, address := range list(value) {
					media = append(media, webhook.Media{URL: address, ContentType: "image/jpeg"})
				}
			}
		}
	}
	p.call, p.callee, p.callees = nil, nil, nil
	switch {
	case channel == "whatsapp":
		p.exchange = p.twilio.WhatsApp(path, body)
	case channel != "" && channel != "sms":
		return fmt.Errorf("the channel is sms or whatsapp, not %q", channel)
	case len(media) > 0:
		p.exchange = p.twilio.MMS(path, body, media...)
	default:
		p.exchange = p.twilio.Text(path, body)
	}
	return nil
}

func call(p *player, arg *yaml.Node) error {
	path := p.cfg.Voice
	if arg != nil {
		path = arg.Value
	}
	p.exchange, p.callee, p.callees = nil, nil, nil
	p.call = p.twilio.Call(path)
	return nil
}

func rings(p *player, arg *yaml.Node) error {
	if p.call == nil {
		return errNoCall
	}
	p.callee = p.call.Rings(webhook.Address(arg.Value))
	if p.callees == nil {
		p.callees = make(map[string]*webhooktest.Call)
	}
	p.callees[arg.Value] = p.callee
	return nil
}

// calleeStep reads a step that names a callee, such as callee +15550102 hears.
func calleeStep(name string) (word, bool) {
	rest, ok := strings.CutPrefix(name, "callee ")
	address, step, _ := strings.Cut(rest, " ")
	if !ok || step != "hears" {
		return word{}, false
	}
	return word{some, func(p *player, arg *yaml.Node) error {
		c, err := p.calleeAt(address)
		if err == nil {
			c.Hears(list(arg)...)
		}
		return err
	}}, true
}

// sendsTo reads a step that names a person to whom an answer sends a message.
func sendsTo(name string) (word, bool) {
	address, ok := strings.CutPrefix(name, "sends to ")
	if !ok || strings.Contains(address, " ") {
		return word{}, false
	}
	return word{some, reply(func(x *webhooktest.Exchange, words []string) { x.SendsTo(webhook.Address(address), words...) })}, true
}

// first is the first of names, or "".
func first(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

func calleeHears(p *player, arg *yaml.Node) error {
	if p.callee == nil {
		return errNoCallee
	}
	p.callee.Hears(list(arg)...)
	return nil
}

func ends(c *webhooktest.Call, status []string) {
	if len(status) == 0 {
		c.Ends()
		return
	}
	c.EndsWith(webhook.CallStatus(status[0]))
}

func fails(p *player, arg *yaml.Node) error {
	code, err := strconv.Atoi(arg.Value)
	switch {
	case err != nil:
		return err
	case p.call != nil:
		p.call.Fails(code)
	case p.exchange != nil:
		p.exchange.Fails(code)
	default:
		return errNoText
	}
	return nil
}

// deliver reports the statuses of a message: the last reply, if there is one.
func deliver(p *player, arg *yaml.Node) error {
	life := Life{Ending: "delivered", Seed: p.cfg.Seed}
	path := p.cfg.Status
	if arg != nil && arg.Kind == yaml.ScalarNode {
		life.Ending = arg.Value
	} else if arg != nil {
		for key, value := range pairs(arg) {
			var err error
			switch key.Value {
			case "ending":
				life.Ending = value.Value
			case "order":
				life.Order = value.Value
			case "path":
				path = value.Value
			case "code":
				life.ErrorCode, err = strconv.Atoi(value.Value)
			case "seed":
				life.Seed, err = strconv.ParseUint(value.Value, 10, 64)
			}
			if err != nil {
				return fmt.Errorf("%s: %q is not a number", key.Value, value.Value)
			}
		}
	}
	reports, err := life.Reports()
	if err != nil {
		return err
	}
	sid := webhook.SID("SM00000000000000000000000000000001")
	if p.exchange != nil && len(p.exchange.Messages) > 0 {
		sid = p.exchange.Messages[0].SID
	}
	for _, r := range reports {
		if r.Lost {
			continue
		}
		p.twilio.DeliverError(path, sid, webhook.MessageStatus(r.Status), r.ErrorCode)
	}
	return nil
}

// list reads a scalar or a list of scalars.
func list(n *yaml.Node) []string {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		var out []string
		for _, item := range n.Content {
			out = append(out, item.Value)
		}
		return out
	}
	return []string{n.Value}
}

// What a step may need.

func none(n *yaml.Node) string {
	if n != nil {
		return "this step takes no value"
	}
	return ""
}

func optional(n *yaml.Node) string {
	if n != nil && n.Kind != yaml.ScalarNode {
		return "this step takes one value"
	}
	return ""
}

func some(n *yaml.Node) string {
	if n == nil {
		return "a value is missing"
	}
	for _, text := range list(n) {
		if text == "" {
			return "a value is missing"
		}
	}
	if n.Kind == yaml.MappingNode {
		return "the value is text or a list of texts; put text with a colon in quotes"
	}
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		return "a value is missing"
	}
	return ""
}

func number(n *yaml.Node) string {
	if n == nil {
		return "Twilio's error number is missing"
	}
	if _, err := strconv.Atoi(n.Value); err != nil {
		return "the value is an error number, such as 11200"
	}
	return ""
}

func oneOrFields(names ...string) func(*yaml.Node) string {
	return func(n *yaml.Node) string {
		if n == nil || n.Kind == yaml.ScalarNode {
			return ""
		}
		if n.Kind != yaml.MappingNode {
			return "the value is text, or a mapping of " + strings.Join(names, ", ")
		}
		for key := range pairs(n) {
			if !slices.Contains(names, key.Value) {
				return fmt.Sprintf("unknown %[2]q; use %[1]s", strings.Join(names, ", "), key.Value)
			}
		}
		return ""
	}
}
