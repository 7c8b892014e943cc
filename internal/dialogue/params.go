package dialogue

import (
	"net/url"
	"strings"
)

// Param is one parameter of a request.
type Param struct{ Name, Value string }

// Params are the parameters of a request in the order in which they are sent.
// Names may repeat.
type Params []Param

// Get returns the first value of name, or "".
func (p Params) Get(name string) string {
	for _, q := range p {
		if q.Name == name {
			return q.Value
		}
	}
	return ""
}

// Has reports whether name is present, even if empty.
func (p Params) Has(name string) bool {
	for _, q := range p {
		if q.Name == name {
			return true
		}
	}
	return false
}

// Encode returns the parameters as form text.
func (p Params) Encode() string {
	var b strings.Builder
	for i, q := range p {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(q.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(q.Value))
	}
	return b.String()
}

// Values returns the parameters without their order.
func (p Params) Values() url.Values {
	v := make(url.Values, len(p))
	for _, q := range p {
		v[q.Name] = append(v[q.Name], q.Value)
	}
	return v
}

// pairs makes Params from names and values.
func pairs(nameValue ...string) Params {
	p := make(Params, 0, len(nameValue)/2)
	for i := 0; i+1 < len(nameValue); i += 2 {
		p = append(p, Param{nameValue[i], nameValue[i+1]})
	}
	return p
}

// Party is one end of a call or message: a number in E.164, a short code,
// client:identity, sip:user@host, whatsapp:+1..., and where it is. Only numbers
// have geography; unknown values are sent as empty text.
type Party struct {
	Address                   string
	City, State, Zip, Country string
}

// isNumber reports whether Twilio sends geography for the address.
func (p Party) isNumber() bool {
	return p.Address != "" && !strings.Contains(p.Address, ":")
}

// withGeography fills in places for the numbers that tests use.
func (p Party) withGeography(caller bool) Party {
	if p.City+p.State+p.Zip+p.Country != "" || !strings.HasPrefix(p.Address, "+1") {
		return p
	}
	p.State, p.Country = "CA", "US"
	p.City, p.Zip = "OAKLAND", "94612"
	if caller {
		p.City, p.Zip = "SAN FRANCISCO", "94105"
	}
	return p
}

// voiceParams are the parameters of every request about the leg, in the order
// of captured requests (verb-semantics.md, 5), with extra where verbs put theirs.
func (c *Call) voiceParams(extra Params) Params {
	from, to := c.from, c.to
	callerGeo, calledGeo := from.isNumber(), to.isNumber()
	p := make(Params, 0, 32+len(extra)+len(c.setup.Params))
	add := func(name, value string) { p = append(p, Param{name, value}) }
	caller := func(name, value string) {
		if callerGeo {
			add(name, value)
		}
	}
	called := func(name, value string) {
		if calledGeo {
			add(name, value)
		}
	}
	add("Called", to.Address)
	called("ToState", to.State)
	caller("CallerCountry", from.Country)
	add("Direction", string(c.direction))
	caller("CallerState", from.State)
	called("ToZip", to.Zip)
	add("CallSid", c.sid)
	add("To", to.Address)
	caller("CallerZip", from.Zip)
	called("ToCountry", to.Country)
	if c.verstat != "" {
		add("StirVerstat", c.verstat)
	}
	if c.token != "" {
		add("CallToken", c.token)
	}
	called("CalledZip", to.Zip)
	add("ApiVersion", "2010-04-01")
	called("CalledCity", to.City)
	add("CallStatus", string(c.status))
	p = append(p, extra...)
	if c.parent != nil {
		add("ParentCallSid", c.parent.sid)
	}
	add("From", from.Address)
	add("AccountSid", c.e.cfg.AccountSID)
	if c.setup.ApplicationSID != "" {
		add("ApplicationSid", c.setup.ApplicationSID)
	}
	called("CalledCountry", to.Country)
	caller("CallerCity", from.City)
	called("ToCity", to.City)
	caller("FromCountry", from.Country)
	add("Caller", from.Address)
	caller("FromCity", from.City)
	called("CalledState", to.State)
	caller("FromZip", from.Zip)
	caller("FromState", from.State)
	return append(p, c.setup.Params...)
}
