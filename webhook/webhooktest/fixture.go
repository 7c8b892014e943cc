package webhooktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// fixture is a request as Twilio was seen sending it, numbers, SIDs and names
// replaced.
type fixture struct {
	name   string
	kind   webhook.Kind
	method string
	params [][2]string
	json   []byte
}

// allFixtures reads the facts once.
var allFixtures = sync.OnceValue(loadFixtures)

func loadFixtures() (all []fixture) {
	var messaging struct {
		Fixtures []struct {
			Name, Kind, Method string
			Params             [][2]string
			JSON               json.RawMessage
		}
	}
	var voice struct {
		Fixtures []struct {
			ID, Kind, Method, Encoding string
			Params                     [][2]string
			Body                       json.RawMessage
		}
	}
	must(decodeSpec("fixtures-messaging.json", &messaging))
	must(decodeSpec("fixtures-voice.json", &voice))
	for _, f := range messaging.Fixtures {
		all = append(all, fixture{f.Name, webhook.Kind(f.Kind), f.Method, f.Params, f.JSON})
	}
	for _, f := range voice.Fixtures {
		if f.Encoding == "websocket-json" {
			continue // a frame of a WebSocket is no request
		}
		all = append(all, fixture{f.ID, webhook.Kind(f.Kind), f.Method, f.Params, f.Body})
	}
	slices.SortFunc(all, func(a, b fixture) int { return strings.Compare(a.name, b.name) })
	return all
}

func decodeSpec(name string, v any) error {
	data, err := spec.Bytes(name)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

func must(err error) {
	if err != nil {
		panic("webhooktest: " + err.Error())
	}
}

// Fixture returns a real request as an event: "sms_in_basic",
// "gather-digit-numdigits". [Fixtures] lists all. It is of an account of its
// own, not of [AccountSID]. It panics, with the names that come near, if there
// is none of that name.
func Fixture(name string) webhook.Event { return fixtureNamed(name).event() }

// FixtureRequest returns a real request as it came, its parameters in
// their order, signed for [BaseURL] with [AuthToken] and sent to path. Its
// AccountSid is the one it came with, so a program with a token for each
// account has to know that one. It panics if there is none of that name.
func FixtureRequest(path, name string) *http.Request { return fixtureNamed(name).request(path) }

// Fixtures yields all real requests by name: messages, calls, and what is
// told of them.
func Fixtures() iter.Seq2[string, webhook.Event] {
	return func(yield func(string, webhook.Event) bool) {
		for _, f := range allFixtures() {
			if !yield(f.name, f.event()) {
				return
			}
		}
	}
}

func fixtureNamed(name string) fixture {
	all := allFixtures()
	i, ok := slices.BinarySearchFunc(all, name, func(f fixture, name string) int { return strings.Compare(f.name, name) })
	if ok {
		return all[i]
	}
	if near := namesNear(all, name); len(near) > 0 {
		panic(fmt.Sprintf("webhooktest: there is no fixture %q; near it are %q", name, near))
	}
	panic(fmt.Sprintf("webhooktest: there is no fixture %q, nor one of a name like it; Fixtures yields all", name))
}

// namesNear returns the fixtures whose name or kind holds name or, if there
// are none, those that share the most words with it.
func namesNear(all []fixture, name string) []string {
	var hold, share []string
	words, most := wordsOf(name), 1
	for _, f := range all {
		if strings.Contains(f.name, name) || strings.Contains(string(f.kind), name) {
			hold = append(hold, f.name)
		}
		common := 0
		for _, w := range wordsOf(f.name) {
			if slices.Contains(words, w) {
				common++
			}
		}
		if common > most {
			most, share = common, nil
		}
		if common == most {
			share = append(share, f.name)
		}
	}
	if len(hold) > 0 {
		return hold
	}
	return share
}

func wordsOf(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' })
}

func (f fixture) event() webhook.Event {
	v, err := signature.Unverified(f.request("/"))
	must(err)
	if f.kind == webhook.KindMessageActionCallback { // its URL alone tells it
		e, err := webhook.Decode[webhook.MessageActionCallback](v)
		must(err)
		return e
	}
	e, err := webhook.Parse(v)
	must(err)
	return e
}

func (f fixture) request(path string) *http.Request {
	if f.json != nil {
		return newRequest(http.MethodPost, path, "application/json", compactJSON(f.json), nil)
	}
	var b strings.Builder
	form := url.Values{}
	for i, p := range f.params {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p[0]) + "=" + url.QueryEscape(p[1]))
		form.Add(p[0], p[1])
	}
	if f.method == http.MethodGet {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		return newRequest(http.MethodGet, path+separator+b.String(), "", nil, nil)
	}
	return newRequest(http.MethodPost, path, formType, []byte(b.String()), form)
}

const formType = "application/x-www-form-urlencoded; charset=UTF-8"

func compactJSON(data []byte) []byte {
	var b bytes.Buffer
	must(json.Compact(&b, data))
	return b.Bytes()
}
