package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ringback-go/ringback/internal/spec"
)

type (
	webhookSpec struct {
		About         string              `json:"generated_from"`
		Meta          json.RawMessage     `json:"meta"`
		Kinds         []webhookKind       `json:"kinds"`
		Enums         map[string][]string `json:"enums"`
		EnumNotes     map[string]string   `json:"enum_notes"`
		MessageStatus json.RawMessage     `json:"message_status"`
	}
	webhookKind struct {
		Kind           string          `json:"kind"`
		Family         string          `json:"family"`
		Title          string          `json:"title"`
		Trigger        string          `json:"trigger"`
		Methods        []string        `json:"methods"`
		Encoding       string          `json:"encoding"`
		Answer         string          `json:"responds_with"`
		Discriminators []string        `json:"discriminators"`
		Notes          json.RawMessage `json:"notes"`
		Params         []webhookParam  `json:"params"`
	}
	webhookParam struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Presence string `json:"presence"`
		When     string `json:"when"`
		Note     string `json:"note"`
		Example  string `json:"example"`
		Source   string `json:"source"`
	}
)

// A webhookEvent is a kind with all that its type is generated from.
type webhookEvent struct {
	webhookKind
	name   string // of the Go type
	shape  string // of the table of its parameters
	fields []webhookField
}

// webhookModel is what both files of facts say together.
type webhookModel struct {
	events []*webhookEvent
	enums  map[string][]string
}

// webhookLoad reads the facts and applies what we know better. A kind that
// both files have is taken from the first.
var webhookLoad = sync.OnceValues(func() (*webhookModel, error) {
	m := &webhookModel{enums: map[string][]string{}}
	var kinds []webhookKind
	for _, file := range []string{"webhooks-messaging.json", "webhooks-voice.json"} {
		var s webhookSpec
		if err := spec.Decode(file, &s); err != nil {
			return nil, err
		}
		kinds = append(kinds, s.Kinds...)
		for name, values := range s.Enums {
			for _, v := range values {
				m.enums[name] = webhookAddValue(m.enums[name], v)
			}
		}
	}
	for name, more := range webhookMoreValues {
		for _, v := range more {
			m.enums[name] = webhookAddValue(m.enums[name], v)
		}
	}
	m.enums["ConversationsEvent"] = slices.Concat(m.enums["ConversationsPreEvent"], m.enums["ConversationsPostEvent"])
	byName := map[string]webhookKind{}
	for _, k := range kinds {
		if _, twice := byName[k.Kind]; twice || k.Encoding == "websocket-json" {
			continue
		}
		k.Params = webhookSplit(k.Params)
		byName[k.Kind] = k
		e := &webhookEvent{webhookKind: k, name: webhookTypeName(k.Kind)}
		e.shape = webhookLower(e.name) + "Shape"
		params := webhookParams(k, byName)
		for _, p := range params {
			f, ok, err := m.field(e, p)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", k.Kind, p.Name, err)
			}
			if ok {
				e.fields = append(e.fields, f)
			}
		}
		if n := len(e.bits()); n > 64 {
			return nil, fmt.Errorf("%s has %d parameters, more than a word has bits", k.Kind, n)
		}
		m.events = append(m.events, e)
	}
	return m, nil
})

// webhookSplit gives each of several names that the facts list in one line,
// "data.mcc|mnc", a parameter of its own.
func webhookSplit(params []webhookParam) []webhookParam {
	var out []webhookParam
	for _, p := range params {
		names := strings.Split(p.Name, "|")
		path := names[0][:strings.LastIndexByte(names[0], '.')+1]
		for i, name := range names {
			if i > 0 {
				name = path + name
			}
			p.Name = name
			out = append(out, p)
		}
	}
	return out
}

// webhookAddValue adds a value of an enum unless it is there in any spelling;
// the spelling of captures, in capitals, wins.
func webhookAddValue(values []string, v string) []string {
	i := slices.IndexFunc(values, func(have string) bool { return strings.EqualFold(have, v) })
	switch {
	case i < 0:
		return append(values, v)
	case v == strings.ToUpper(v):
		values[i] = v
	}
	return values
}

// webhookParams returns the parameters of a kind, with the ones of another
// kind where the facts point to it, and the ones that we add.
func webhookParams(k webhookKind, known map[string]webhookKind) []webhookParam {
	var out []webhookParam
	for _, p := range k.Params {
		of, ok := strings.CutPrefix(p.Type, "see:")
		if !ok {
			out = append(out, p)
			continue
		}
		out = append(out, known[of].Params...)
	}
	for _, more := range webhookMoreParams[k.Kind] {
		if !slices.ContainsFunc(out, func(p webhookParam) bool { return p.Name == more.Name }) {
			out = append(out, more)
		}
	}
	return out
}

// bits returns the fields that hold one parameter each; the place in it is the
// parameter's bit.
func (e *webhookEvent) bits() []webhookField {
	return slices.DeleteFunc(slices.Clone(e.fields), func(f webhookField) bool { return f.family != "" })
}

// isJSON reports whether the kind arrives as JSON.
func (e *webhookEvent) isJSON() bool { return e.Encoding == "json" }

// isCloudEvent reports whether the kind arrives in the envelope of Event
// Streams.
func (e *webhookEvent) isCloudEvent() bool {
	return strings.HasPrefix(e.Kind, "EventStreams") || e.Kind == "VoiceInsightsCallSummary"
}

// webhookOutputs lists the generated files of package webhook.
func webhookOutputs() []output {
	const from = "webhooks-messaging.json and spec/webhooks-voice.json"
	outs := []output{
		{"webhook/kind_gen.go", from, webhookKindFile},
		{"webhook/enum_gen.go", from, webhookEnumFile},
		{"webhook/dispatch_gen.go", from, webhookDispatchFile},
		{"webhook/kinds_gen_test.go", from, webhookCasesFile},
	}
	for _, file := range webhookFiles {
		outs = append(outs, output{"webhook/" + file.name + "_gen.go", from,
			func() ([]byte, error) { return webhookEventFile(file.kinds) }})
	}
	return outs
}

func webhookKindFile() ([]byte, error) {
	m, err := webhookLoad()
	if err != nil {
		return nil, err
	}
	var w bytes.Buffer
	w.WriteString("package webhook\n\n")
	w.WriteString("// The kinds that have a type. Each is described with its type.\nconst (\n")
	for _, e := range m.events {
		fmt.Fprintf(&w, "\tKind%s Kind = %q\n", e.name, e.Kind)
	}
	w.WriteString(")\n")
	return w.Bytes(), nil
}

// webhookDispatchFile makes the switch that decodes a request whose kind has
// been detected.
func webhookDispatchFile() ([]byte, error) {
	m, err := webhookLoad()
	if err != nil {
		return nil, err
	}
	var w bytes.Buffer
	w.WriteString("package webhook\n\nimport \"github.com/ringback-go/ringback/signature\"\n\n")
	w.WriteString(comment("", "decodeKind decodes a request as an event of kind k. It returns nil for a kind that does not arrive as a form."))
	w.WriteString("func decodeKind(k Kind, v *signature.Verified) (Event, error) {\n\tswitch k {\n")
	for _, e := range m.events {
		if !e.isJSON() {
			fmt.Fprintf(&w, "\tcase Kind%[1]s:\n\t\treturn whole(%[1]s{}.decode(v))\n", e.name)
		}
	}
	w.WriteString("\t}\n\treturn nil, nil\n}\n")
	return w.Bytes(), nil
}
