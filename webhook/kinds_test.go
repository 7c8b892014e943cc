package webhook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// A kindCase is a kind with its parameters.
type kindCase struct {
	kind   webhook.Kind
	form   string // form, json, cloud (members below data), cloud-raw (data alone)
	decode func(*signature.Verified) (webhook.Event, error)
	params []paramCase
}

// A paramCase is a parameter of a kind with a text for it.
type paramCase struct {
	name, typ, text string
	must, full      bool // refused without, refused when empty
}

func decodeAs[E webhook.Decodable[E]](v *signature.Verified) (webhook.Event, error) {
	return webhook.Decode[E](v)
}

// raw returns the text as a member in JSON.
func (p paramCase) raw() string {
	switch p.typ {
	case "int", "int64", "time.Duration", "float64", "bool", "JSON":
		if p.text != "" {
			return p.text
		}
	case "time.Time":
		if !strings.ContainsAny(p.text, "-:") && len(p.text) > 10 {
			return p.text
		}
	}
	quoted, _ := json.Marshal(p.text)
	return string(quoted)
}

// request makes a request with the parameters and more that the caller wants:
// texts of forms, raw members of JSON.
func (c kindCase) request(params []paramCase, more ...[2]string) *http.Request {
	if c.form == "form" {
		var pairs [][2]string
		for _, p := range params {
			pairs = append(pairs, [2]string{p.name, p.text})
		}
		return newForm(form(append(pairs, more...)))
	}
	var members []string
	for _, p := range params {
		members = append(members, fmt.Sprintf("%q:%s", p.name, p.raw()))
	}
	for _, m := range more {
		members = append(members, fmt.Sprintf("%q:%s", m[0], m[1]))
	}
	object := strings.Join(members, ",")
	switch c.form {
	case "cloud":
		object = fmt.Sprintf(`{"specversion":"1.0","type":"com.example","data":{%s}}`, object)
	case "cloud-raw":
		object = strings.TrimSuffix(fmt.Sprintf(`{"specversion":"1.0","type":"com.example",%s`, object), ",") + "}"
	default:
		object = "{" + object + "}"
	}
	return newJSON(object)
}

// equal compares what e encodes to with a request.
func (c kindCase) equal(t *testing.T, want *http.Request, e webhook.Event) {
	t.Helper()
	v := unverified(t, want)
	_, body := webhook.EncodeBody(e)
	if c.form != "form" {
		assert.JSONEq(t, string(v.Body()), string(body))
		return
	}
	form := map[string][]string{}
	for name, value := range v.Params() {
		form[name] = append(form[name], value)
	}
	assert.Equal(t, form, map[string][]string(webhook.Encode(e)))
}

// with returns the parameters of c with another text for one of them, or
// without it.
func (c kindCase) with(i int, text string, drop bool) []paramCase {
	params := append([]paramCase(nil), c.params...)
	if drop {
		return append(params[:i], params[i+1:]...)
	}
	params[i].text = text
	return params
}

// TestEveryKindComesBack decodes a request with all parameters of its kind.
func TestEveryKindComesBack(t *testing.T) {
	for _, c := range kindCases {
		t.Run(string(c.kind), func(t *testing.T) {
			e, err := c.decode(unverified(t, c.request(c.params)))
			require.NoError(t, err)
			assert.Equal(t, c.kind, e.Kind())
			c.equal(t, c.request(c.params), e)
		})
	}
}

// TestT15UnknownParametersOfEveryKind adds parameters that nobody knows yet,
// repeats one that is known, and sends one in another case.
func TestT15UnknownParametersOfEveryKind(t *testing.T) {
	for _, c := range kindCases {
		t.Run(string(c.kind), func(t *testing.T) {
			more := [][2]string{{"BrandNew", `"1"`}, {"", `""`}, {"callsid", `null`}, {"Über", `{"a":[1,2]}`}}
			if c.form == "form" && len(c.params) > 0 {
				more = append(more, [2]string{"BrandNew", "2"}, [2]string{c.params[0].name, "again"})
			}
			e, err := c.decode(unverified(t, c.request(c.params, more...)))
			require.NoError(t, err)
			c.equal(t, c.request(c.params, more...), e)
		})
	}
}

// TestT15FutureValuesOfEveryKind gives every enum a value of tomorrow.
func TestT15FutureValuesOfEveryKind(t *testing.T) {
	for _, c := range kindCases {
		for i, p := range c.params {
			switch p.typ {
			case "string", "SID", "Address", "int", "int64", "time.Duration", "float64", "bool", "JSON", "time.Time", "CallToken", "[]Media", "[]Address", "map[string]string":
				continue
			}
			if p.text != "text" {
				continue // the value defines the kind
			}
			t.Run(string(c.kind)+"/"+p.name, func(t *testing.T) {
				params := c.with(i, "value of tomorrow", false)
				e, err := c.decode(unverified(t, c.request(params)))
				require.NoError(t, err)
				c.equal(t, c.request(params), e)
			})
		}
	}
}

// hostileNumbers are texts that number fields must survive.
var hostileNumbers = []string{
	"-1", "+5", "007", "1e3", "0x10", " 7", "7 ", "٣", "1_000", "NaN", "Inf", "1.5", "true", "TRUE", "True",
	"2147483648", "9223372036854775808", "99999999999999999999999999", strings.Repeat("9", 5000), "\x00", "abc",
	"Mon, 31 Feb 2021 00:00:00 +0000", "2024-13-45T99:99:99Z", "0001-01-01T00:00:00Z", "2024-06-25T18:45:12.1Z", "9999999999", "0",
}

// TestT13HostileNumbersOfEveryKind puts absurd texts into every number and
// time. An optional field never costs the event, and no text is lost.
func TestT13HostileNumbersOfEveryKind(t *testing.T) {
	for _, c := range kindCases {
		for i, p := range c.params {
			switch p.typ {
			case "int", "int64", "time.Duration", "float64", "bool", "time.Time":
			default:
				continue
			}
			t.Run(string(c.kind)+"/"+p.name, func(t *testing.T) {
				for _, text := range hostileNumbers {
					params := c.with(i, text, false)
					if c.form != "form" {
						params[i].typ = "string" // a quoted text where a number is due
					}
					e, err := c.decode(unverified(t, c.request(params)))
					if p.must && webhook.IsFatal(err) {
						continue
					}
					require.False(t, webhook.IsFatal(err), "%q: %v", text, err)
					if err != nil {
						bad, ok := errors.AsType[*webhook.DecodeError](err)
						require.True(t, ok, "%q: %v", text, err)
						assert.Equal(t, p.name, bad.Param)
						assert.Equal(t, c.kind, bad.Kind)
						if len(text) > 4 {
							assert.NotContains(t, fmt.Sprintf("%v %+v %#v %d", err, err, err, err), text)
						}
					}
					c.equal(t, c.request(params), e)
				}
			})
		}
	}
}

// TestT03EveryKindDemandsWhatItAlwaysHas drops, empties and spoils each
// parameter that the kind cannot do without.
func TestT03EveryKindDemandsWhatItAlwaysHas(t *testing.T) {
	demanded := 0
	for _, c := range kindCases {
		for i, p := range c.params {
			if !p.must {
				continue
			}
			demanded++
			t.Run(string(c.kind)+"/"+p.name, func(t *testing.T) {
				_, err := c.decode(unverified(t, c.request(c.with(i, "", true))))
				require.True(t, webhook.IsFatal(err), "missing: %v", err)
				require.ErrorIs(t, err, webhook.ErrMissing)
				_, err = c.decode(unverified(t, c.request(c.with(i, "", false))))
				assert.Equal(t, p.full, webhook.IsFatal(err), "empty: %v", err)
				if p.typ == "SID" {
					for _, sid := range []string{"SM../../../../etc/passwd", p.text[:33], p.text + "0", "xx" + p.text[2:], p.text[:33] + "g"} {
						_, err = c.decode(unverified(t, c.request(c.with(i, sid, false))))
						require.True(t, webhook.IsFatal(err), "%q", sid)
						require.ErrorIs(t, err, webhook.ErrSyntax)
					}
				}
			})
		}
	}
	t.Logf("%d parameters are demanded", demanded)
}

// TestEveryKindKeepsPresence sends each parameter empty, and leaves each out.
func TestEveryKindKeepsPresence(t *testing.T) {
	for _, c := range kindCases {
		t.Run(string(c.kind), func(t *testing.T) {
			for i, p := range c.params {
				for _, drop := range []bool{false, true} {
					params := c.with(i, "", drop)
					if c.form != "form" && !drop {
						params[i].typ = "string"
					}
					e, err := c.decode(unverified(t, c.request(params)))
					if p.must && webhook.IsFatal(err) {
						continue
					}
					require.NoError(t, err, "%s", p.name)
					c.equal(t, c.request(params), e)
				}
			}
		})
	}
}
