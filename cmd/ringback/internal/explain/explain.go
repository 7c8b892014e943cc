// Package explain describes the parameters of Twilio's requests, with the names
// of the library's types.
package explain

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ringback-go/ringback/internal/spec"
)

// A Fact describes one parameter.
type Fact struct {
	Name     string // with {N} or {Name} where the real one varies
	Type     string
	Presence string // "required", or empty
	Meaning  string
}

// Facts knows the parameters of every kind of request. It is immutable.
type Facts struct {
	kinds map[string]kind
}

type kind struct {
	setting string
	answer  string
	params  map[string]Fact
	family  []family
}

// A family is a group of parameters whose names differ only at the end.
type family struct {
	prefix string
	digits bool
	fact   Fact
}

// Load reads the facts.
func Load() (*Facts, error) {
	data, err := spec.Bytes("webhooks.json")
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	var file struct {
		Kinds []struct {
			Kind, Setting, Answer string
			Params                []struct {
				Name, Type, Meaning string
				Required            bool
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	f := &Facts{kinds: make(map[string]kind)}
	for _, k := range file.Kinds {
		known := kind{setting: k.Setting, answer: answers[k.Answer], params: make(map[string]Fact)}
		if known.answer == "" {
			known.answer = "json"
		}
		for _, p := range k.Params {
			fact := Fact{Name: p.Name, Type: p.Type, Meaning: p.Meaning}
			if p.Required {
				fact.Presence = "required"
			}
			if prefix, _, varies := strings.Cut(p.Name, "{"); varies {
				known.family = append(known.family, family{prefix, strings.HasSuffix(p.Name, "{N}"), fact})
			} else {
				known.params[p.Name] = fact
			}
		}
		f.kinds[k.Kind] = known
	}
	return f, nil
}

// answers are the names of the kinds of answers.
var answers = map[string]string{"voice": "twiml-voice", "messaging": "twiml-messaging", "status": "empty", "notice": "empty"}

// Title names the setting that causes requests of this kind, or returns the
// kind itself.
func (f *Facts) Title(kind string) string {
	if k, ok := f.kinds[kind]; ok {
		return k.setting
	}
	return kind
}

// Answer returns what Twilio expects in answer: "twiml-voice",
// "twiml-messaging", "json", "empty" for a status code only, or "" for an
// unknown kind.
func (f *Facts) Answer(kind string) string { return f.kinds[kind].answer }

// common are the kinds whose parameters are used for requests of an unknown
// kind.
var common = []string{"IncomingMessage", "IncomingCall", "MessageStatusCallback", "CallStatusCallback"}

// Param describes a parameter of a kind of request. For an unknown kind ("" or
// Unknown), it describes the common parameters.
func (f *Facts) Param(kind, name string) (Fact, bool) {
	if kind == "" || kind == "Unknown" {
		for _, k := range common {
			if fact, ok := f.Param(k, name); ok {
				return fact, true
			}
		}
		return Fact{}, false
	}
	k := f.kinds[kind]
	if fact, ok := k.params[name]; ok {
		return fact, true
	}
	for _, fam := range k.family {
		rest, ok := strings.CutPrefix(name, fam.prefix)
		if ok && rest != "" && (!fam.digits || strings.Trim(rest, "0123456789") == "") {
			return fam.fact, true
		}
	}
	return Fact{}, false
}
