// Package explain says what Twilio means: which parameter of which request is
// what, from the facts that the library itself is generated from.
package explain

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ringback-go/ringback/internal/spec"
)

// A Fact is what is known of one parameter.
type Fact struct {
	Name     string // with {N} or {Name} where the real one varies
	Type     string
	Presence string
	Meaning  string
}

// Facts knows the parameters of every kind of request. It is immutable.
type Facts struct {
	kinds map[string]kind
}

type kind struct {
	title  string
	answer string
	params map[string]Fact
	family []family
	like   string // another kind, all of whose parameters this one has too
}

// A family is a parameter whose name has a changing end.
type family struct {
	prefix string
	digits bool
	fact   Fact
}

// Load reads the facts.
func Load() (*Facts, error) {
	f := &Facts{kinds: make(map[string]kind)}
	for _, name := range []string{"webhooks-messaging.json", "webhooks-voice.json"} {
		if err := f.load(name); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *Facts) load(name string) error {
	data, err := spec.Bytes(name)
	if err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	var file struct {
		Kinds []struct {
			Kind, Title  string
			RespondsWith string `json:"responds_with"`
			Params       []struct{ Name, Type, Presence, When, Note string }
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return fmt.Errorf("explain: %s: %w", name, err)
	}
	for _, k := range file.Kinds {
		known := kind{title: k.Title, answer: k.RespondsWith, params: make(map[string]Fact)}
		for _, p := range k.Params {
			fact := Fact{Name: p.Name, Type: p.Type, Presence: p.Presence, Meaning: meaning(p.Note, p.When)}
			prefix, _, varies := strings.Cut(p.Name, "{")
			switch like, isLike := strings.CutPrefix(p.Type, "see:"); {
			case isLike:
				known.like = like
			case varies && prefix != "":
				known.family = append(known.family, family{prefix, strings.HasSuffix(p.Name, "{N}"), fact})
			case !varies:
				known.params[p.Name] = fact
			}
		}
		f.kinds[k.Kind] = known
	}
	return nil
}

func meaning(note, when string) string {
	note = strings.TrimSpace(note)
	if when = strings.TrimSpace(when); when == "" {
		return note
	}
	return strings.TrimSpace(note + " Sent: " + strings.TrimSuffix(when, ".") + ".")
}

// Title says in a few words when a request of this kind is made, or returns
// the kind itself.
func (f *Facts) Title(kind string) string {
	if k, ok := f.kinds[kind]; ok && k.title != "" {
		return k.title
	}
	return kind
}

// Answer returns what Twilio expects in answer: "twiml-voice",
// "twiml-messaging", "json", "none" or "" where nothing is known.
func (f *Facts) Answer(kind string) string { return f.kinds[kind].answer }

// common are the kinds whose names a request of no known kind is read by.
var common = []string{"IncomingMessage", "IncomingCall", "MessageStatusCallback", "CallStatusCallback"}

// Param returns what is known of a parameter of a kind of request. In one whose
// kind could not be told ("" or Unknown) the common names mean what they mean
// elsewhere.
func (f *Facts) Param(kind, name string) (Fact, bool) {
	if kind == "" || kind == "Unknown" {
		for _, k := range common {
			if fact, ok := f.Param(k, name); ok {
				return fact, true
			}
		}
		return Fact{}, false
	}
	k, ok := f.kinds[kind]
	if !ok {
		return Fact{}, false
	}
	if fact, ok := k.params[name]; ok {
		return fact, true
	}
	for _, fam := range k.family {
		rest, ok := strings.CutPrefix(name, fam.prefix)
		if ok && rest != "" && (!fam.digits || strings.Trim(rest, "0123456789") == "") {
			return fam.fact, true
		}
	}
	if k.like != "" && k.like != kind {
		return f.Param(k.like, name)
	}
	return Fact{}, false
}
