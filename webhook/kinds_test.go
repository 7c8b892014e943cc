package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// A kindCase is a kind with the parameters that the tags of its struct name.
type kindCase struct {
	kind   webhook.Kind
	form   string // form, json, cloud (members below data), cloud-raw (data alone)
	params []paramCase
}

// A paramCase is a parameter of a kind with a text for it.
type paramCase struct {
	name, text string
	typ        reflect.Type
	must       bool // refused without
	strict     bool // refused if malformed
}

var (
	kindCases = readKinds()
	timeType  = reflect.TypeFor[time.Time]()
	jsonType  = reflect.TypeFor[webhook.JSON]()
)

func readKinds() []kindCase {
	var all []kindCase
	for _, kind := range webhook.Kinds() {
		t := reflect.TypeOf(webhook.ZeroOf(kind))
		c := kindCase{kind: kind, form: "form"}
		c.read(t, "", nil)
		extra, _ := t.FieldByName("Extra")
		_, cloud := t.FieldByName("SpecVersion")
		switch {
		case cloud && c.params[0].name == "data":
			c.form = "cloud-raw"
		case cloud:
			c.form = "cloud"
		case extra.Type != reflect.TypeFor[url.Values]():
			c.form = "json"
		}
		all = append(all, c)
	}
	return all
}

// read adds the parameters of a struct. options change those of an embedded one.
func (c *kindCase) read(t reflect.Type, prefix string, options []string) {
	for f := range t.Fields() {
		tag, tagged := f.Tag.Lookup("twilio")
		parts := strings.Split(tag, ",")
		switch {
		case f.Type == reflect.TypeFor[webhook.CloudEvent]() || f.Name == "Extra":
		case f.Anonymous:
			c.read(f.Type, "", parts[1:])
		case f.Type.Kind() == reflect.Struct && f.Type != timeType:
			c.read(f.Type, prefix+parts[0], nil)
		case tagged:
			c.add(prefix+parts[0], f.Type, parts[1:], options)
		}
	}
}

func (c *kindCase) add(name string, typ reflect.Type, own, changes []string) {
	p := paramCase{name: name, typ: typ, must: slices.Contains(own, "required"), strict: slices.Contains(own, "strict")}
	for _, change := range changes {
		option, names, _ := strings.Cut(change, "=")
		if slices.Contains(strings.Fields(names), name) {
			p.must = option == "required" || p.must && option != "optional"
		}
	}
	for _, end := range []string{"{N}", "{Name}"} {
		p.name = strings.Replace(p.name, end, map[string]string{"{N}": "0", "{Name}": "X-Test"}[end], 1)
	}
	switch {
	case typ == reflect.TypeFor[webhook.SID]():
		p.text = "XX0123456789abcdef0123456789abcdef"
	case typ == reflect.TypeFor[webhook.Address](), typ == reflect.TypeFor[[]webhook.Address]():
		p.text = "+15550100"
	case typ == jsonType:
		p.text = `{"a":"b"}`
	case typ == timeType:
		for option, text := range map[string]string{"rfc2822": "Thu, 27 May 2021 21:39:55 +0000", "rfc3339": "2024-06-25T18:45:12.135Z",
			"receipt": "2308102223", "unixms": "1756043494500", "unix": "1719342312"} {
			if slices.Contains(own, option) {
				p.text = text
			}
		}
	case typ.Kind() == reflect.Int, typ.Kind() == reflect.Int64:
		p.text = "7"
	case typ.Kind() == reflect.Float64:
		p.text = "0.5"
	case typ.Kind() == reflect.Bool:
		p.text = "true"
	default:
		p.text = "text"
	}
	c.params = append(c.params, p)
}

// isNumber reports whether the text has to be parsed.
func (p paramCase) isNumber() bool {
	switch p.typ.Kind() {
	case reflect.Int, reflect.Int64, reflect.Float64, reflect.Bool:
		return true
	}
	return p.typ == timeType
}

// raw returns the text as a member in JSON.
func (p paramCase) raw() string {
	unix := p.typ == timeType && strings.Trim(p.text, "0123456789") == "" && len(p.text) > 10
	if p.text != "" && (p.isNumber() && p.typ != timeType || p.typ == jsonType || unix) {
		return p.text
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

func (c kindCase) decode(t testing.TB, r *http.Request) (webhook.Event, error) {
	return webhook.DecodeKind(c.kind, unverified(t, r))
}

// losesNothing compares what e encodes to with a request.
func (c kindCase) losesNothing(t *testing.T, want *http.Request, e webhook.Event, what string) {
	t.Helper()
	v := unverified(t, want)
	if c.form != "form" {
		_, body := webhook.EncodeBody(e)
		assert.JSONEq(t, string(v.Body()), string(body), what)
		return
	}
	assertNothingLost(t, formOf(v), webhook.Encode(e), what)
}

func formOf(v *signature.Verified) url.Values {
	form := url.Values{}
	for name, value := range v.Params() {
		form.Add(name, value)
	}
	return form
}

// assertNothingLost compares two forms. Empty values may be lost, and what
// Twilio always sends may come in addition.
func assertNothingLost(t *testing.T, want, got url.Values, what string) {
	t.Helper()
	count := func(form url.Values, name, value string) (n int) {
		for _, v := range form[name] {
			if v == value {
				n++
			}
		}
		return n
	}
	for name, values := range want {
		for _, v := range values {
			if v != "" && count(got, name, v) < count(want, name, v) {
				assert.Fail(t, "a value is lost", "%s: %q: have %q, want %q", what, name, got[name], values)
			}
		}
	}
	for name, values := range got {
		for _, v := range values {
			if count(want, name, v) == 0 && !slices.Contains([]string{"", "0", "false", "call-progress-events"}, v) {
				assert.Fail(t, "a value was added", "%s: %q: have %q, want %q", what, name, values, want[name])
			}
		}
	}
}

// with returns the parameters of c with another text for one of them, or
// without it.
func (c kindCase) with(i int, text string, drop bool) []paramCase {
	params := slices.Clone(c.params)
	if drop {
		return slices.Delete(params, i, i+1)
	}
	params[i].text = text
	return params
}

// TestEveryKindComesBack decodes a request with all parameters of its kind, and
// finds each in its field.
func TestEveryKindComesBack(t *testing.T) {
	for _, c := range kindCases {
		t.Run(string(c.kind), func(t *testing.T) {
			e, err := c.decode(t, c.request(c.params))
			require.NoError(t, err)
			assert.Equal(t, c.kind, e.Kind())
			assert.Empty(t, webhook.Problems(e))
			assert.Zero(t, reflect.ValueOf(e).FieldByName("Extra").Len(), "a parameter has no field: %v", reflect.ValueOf(e).FieldByName("Extra"))
			_, body := webhook.EncodeBody(e)
			if c.form == "form" {
				again, err := url.ParseQuery(string(body))
				require.NoError(t, err)
				assert.Equal(t, formOf(unverified(t, c.request(c.params))), again)
			} else {
				c.losesNothing(t, c.request(c.params), e, "")
			}
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
			e, err := c.decode(t, c.request(c.params, more...))
			require.NoError(t, err)
			c.losesNothing(t, c.request(c.params, more...), e, "")
			assert.Empty(t, webhook.Problems(e), "what has no field is no problem")
		})
	}
}

// TestT15FutureValuesOfEveryKind gives every enum a value that is not known.
func TestT15FutureValuesOfEveryKind(t *testing.T) {
	for _, c := range kindCases {
		for i, p := range c.params {
			if p.typ.Kind() != reflect.String || p.text != "text" {
				continue
			}
			params := c.with(i, "future value", false)
			e, err := c.decode(t, c.request(params))
			require.NoError(t, err, "%s: %s", c.kind, p.name)
			c.losesNothing(t, c.request(params), e, string(c.kind)+": "+p.name)
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
// time. An optional field never costs the event, no text is lost, and what could
// not be read is a problem that names the parameter and hides its text.
func TestT13HostileNumbersOfEveryKind(t *testing.T) {
	for _, c := range kindCases {
		for i, p := range c.params {
			if !p.isNumber() {
				continue
			}
			t.Run(string(c.kind)+"/"+p.name, func(t *testing.T) {
				for _, text := range hostileNumbers {
					params := c.with(i, text, false)
					params[i].typ = reflect.TypeFor[string]() // in JSON, a string where a number is due
					e, err := c.decode(t, c.request(params))
					if p.strict && err != nil {
						continue
					}
					require.NoError(t, err, "%q", text)
					for _, bad := range webhook.Problems(e) {
						assert.Equal(t, p.name, bad.Param)
						assert.Equal(t, c.kind, bad.Kind)
						if len(text) > 4 {
							assert.NotContains(t, fmt.Sprintf("%v %+v %#v %d", bad, bad, bad, bad), text)
						}
					}
					if text == "abc" {
						assert.Len(t, webhook.Problems(e), 1)
					}
					c.losesNothing(t, c.request(params), e, fmt.Sprintf("%q", text))
					params = append(slices.Clone(params), p)
					if c.form == "form" { // and the same again, after or before a good one
						for range 2 {
							e, err = c.decode(t, c.request(params))
							require.NoError(t, err)
							for _, value := range []string{text, p.text} {
								assert.Contains(t, webhook.Encode(e)[p.name], value)
							}
							slices.Reverse(params)
						}
					}
				}
			})
		}
	}
}

// TestT03EveryKindDemandsWhatIdentifiesIt drops, empties and spoils each
// parameter that the kind cannot do without, and drops and empties each other
// one.
func TestT03EveryKindDemandsWhatIdentifiesIt(t *testing.T) {
	demanded := 0
	for _, c := range kindCases {
		for i, p := range c.params {
			t.Run(string(c.kind)+"/"+p.name, func(t *testing.T) {
				for _, drop := range []bool{true, false} {
					request := c.request(c.with(i, "", drop))
					e, err := c.decode(t, request)
					if p.must {
						demanded++
						require.ErrorIs(t, err, webhook.ErrMissing)
						require.Nil(t, e)
						continue
					}
					require.NoError(t, err)
					c.losesNothing(t, request, e, p.name)
				}
				if p.must && p.typ == reflect.TypeFor[webhook.SID]() {
					for _, sid := range []string{"SM../../../../etc/passwd", p.text[:33], p.text + "0", "xx" + p.text[2:], p.text[:33] + "g"} {
						_, err := c.decode(t, c.request(c.with(i, sid, false)))
						require.ErrorIs(t, err, webhook.ErrSyntax, "%q", sid)
					}
				}
			})
		}
	}
	t.Logf("%d parameters are demanded", demanded/2)
}

// TestEveryKindIsDescribed looks at what a kind says of itself.
func TestEveryKindIsDescribed(t *testing.T) {
	settings := map[string]webhook.Kind{}
	for _, kind := range webhook.Kinds() {
		e := webhook.ZeroOf(kind)
		assert.Equal(t, string(kind), reflect.TypeOf(e).Name(), "a kind has the name of its type")
		assert.Equal(t, kind, e.Kind())
		assert.NotEmpty(t, kind.Setting(), kind)
		assert.Empty(t, settings[kind.Setting()], "%s", kind)
		settings[kind.Setting()] = kind
		assert.Regexp(t, `^https://www\.twilio\.com/docs/[a-z0-9/-]+$`, kind.Source(), kind)
		_, isNotice := reflect.TypeOf(e).MethodByName("Notice")
		_, isDocument := kind.Document()
		assert.False(t, isNotice && isDocument, kind)
		assert.False(t, kind.IsStatusCallback() && isDocument, kind)
	}
	assert.Empty(t, webhook.KindUnknown.Setting())
	_, ok := webhook.KindUnknown.Document()
	assert.False(t, ok)
}

// TestSourcesLeadToThePage follows the settings: the page of a verb's action is
// the page of the verb, and so on. (In v0.1.0 half of the calls led to
// ConversationRelay.)
func TestSourcesLeadToThePage(t *testing.T) {
	for word, page := range map[string]string{
		"Gather ": "/twiml/gather", "Record ": "/twiml/record", "Dial action": "/twiml/dial", "Dial referUrl": "/twiml/dial", "Enqueue ": "/twiml/enqueue",
		"Queue ": "/twiml/queue", "Pay ": "/twiml/pay", "Refer ": "/twiml/refer", "Conference ": "/twiml/conference", "Stream ": "/twiml/stream",
		"Transcription ": "/twiml/transcription", "Number, Client or Sip ": "/twiml/number", "Redirect": "/twiml/redirect", "Message action": "/twiml/message",
		"Connect action": "/voice/", "Event Streams, com.twilio.messaging.message": "/outbound-message", "Event Streams, ": "/events/event-types/",
		"Primary handler fails": "/availability-reliability", "Conversations": "conversations", "Programmable Chat": "/chat/", "TaskRouter": "/taskrouter/",
		"Sync": "/sync/", "Verify": "/verify/", "video": "/video/", "usage trigger": "/usage/", "caller ID": "/outgoing-caller-ids", "AsyncAmd": "/answering-machine-detection",
		"SIP Domain": "sip", "Siprec": "siprec", "Debugger": "/debugging", "A message comes in": "/messaging/", "A call comes in": "/voice/twiml",
	} {
		found := false
		for _, kind := range webhook.Kinds() {
			if strings.Contains(kind.Setting(), word) {
				found = true
				assert.Contains(t, kind.Source(), page, "%s: %s", kind, kind.Setting())
			}
		}
		assert.True(t, found, "no kind has the setting %q", word)
	}
}

// TestT29LogsShowSIDsOnly logs every kind with all of its parameters.
func TestT29LogsShowSIDsOnly(t *testing.T) {
	for _, c := range kindCases {
		e, err := c.decode(t, c.request(c.params))
		require.NoError(t, err)
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("event", "event", e)
		assert.Contains(t, log.String(), string(c.kind))
		for _, personal := range []string{"15550100", `"text"`, "a b"} {
			assert.NotContains(t, log.String(), personal, c.kind)
		}
	}
}

// TestEventsHaveNoHiddenState: tests compare events with literals, and go-cmp
// refuses unexported fields.
func TestEventsHaveNoHiddenState(t *testing.T) {
	var look func(path string, typ reflect.Type)
	look = func(path string, typ reflect.Type) {
		switch {
		case typ == timeType:
		case typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map:
			look(path+"[]", typ.Elem())
		case typ.Kind() == reflect.Struct:
			for f := range typ.Fields() {
				assert.True(t, f.IsExported(), "%s.%s", path, f.Name)
				look(path+"."+f.Name, f.Type)
			}
		}
	}
	for _, kind := range webhook.Kinds() {
		look(string(kind), reflect.TypeOf(webhook.ZeroOf(kind)))
	}
	look("EventStreams", reflect.TypeFor[webhook.EventStreams]())
	look("Unknown", reflect.TypeFor[webhook.Unknown]())
}

// TestCallOfEveryKind: every event with a CallSid is about that call.
func TestCallOfEveryKind(t *testing.T) {
	for _, c := range kindCases {
		e, err := c.decode(t, c.request(c.params))
		require.NoError(t, err)
		call, ok := webhook.CallOf(e)
		about := slices.ContainsFunc(c.params, func(p paramCase) bool { return p.name == "CallSid" })
		assert.Equal(t, about, ok, c.kind)
		if ok {
			assert.Equal(t, webhook.SID("XX0123456789abcdef0123456789abcdef"), call.CallSID, c.kind)
			assert.NotEmpty(t, call.AccountSID, c.kind)
		}
		_, ok = webhook.CallOf(webhook.ZeroOf(c.kind))
		assert.False(t, ok, c.kind)
	}
	_, ok := webhook.CallOf(&webhook.Unknown{})
	assert.False(t, ok)
	call, ok := webhook.CallOf(webhook.EventStreamsVoice{
		CloudEvent: webhook.CloudEvent{Source: "/2010-04-01/Accounts/" + accountSID + "/Calls/x.json"},
		Data:       `{"request":{"parameters":{"CallSid":"` + callSID + `","CallStatus":"busy","Direction":"outbound-api"}}}`,
	})
	assert.True(t, ok)
	assert.Equal(t, webhook.SID(callSID), call.CallSID)
	assert.Equal(t, webhook.CallStatusBusy, call.CallStatus)
}
