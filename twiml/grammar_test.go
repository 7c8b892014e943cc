package twiml_test

import (
	"encoding/json"
	"encoding/xml"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/twiml"
)

// everyElement makes one of each element that can be built.
func everyElement() []twiml.Content {
	return []twiml.Content{
		twiml.Say("a"), twiml.Break(), twiml.Emphasis("a"), twiml.Lang("de-DE", "a"), twiml.Paragraph("a"), twiml.Phoneme("a", "b"),
		twiml.Prosody("a"), twiml.Sentence("a"), twiml.SayAs("a"), twiml.Sub("a", "b"), twiml.Word("a"),
		twiml.Gather(), twiml.Play("a"), twiml.Pause(), twiml.Record(), twiml.Redirect("a"), twiml.Hangup(), twiml.Reject(),
		twiml.Leave(), twiml.Echo(), twiml.Refer(nil), twiml.ReferSIP("sip:a@example.com"),
		twiml.Dial(), twiml.Number("a"), twiml.Client("a"), twiml.Identity("a"), twiml.Conference("a"), twiml.Queue("a"),
		twiml.SIP("a"), twiml.URI("a"), twiml.Headers(), twiml.Header("a", "b"), twiml.Application("a"), twiml.ApplicationSID("a"),
		twiml.WhatsApp("a"), twiml.Enqueue("a"), twiml.Task("{}"),
		twiml.Connect(nil), twiml.Stream(), twiml.ConversationRelay("a"), twiml.Language("de-DE"), twiml.Failover(), twiml.Room("a"),
		twiml.VirtualAgent("a"), twiml.Parameter("a", "b"), twiml.Config("a", "b"),
		twiml.Start(nil), twiml.Stop(nil), twiml.Recording(), twiml.Siprec(), twiml.Transcription(), twiml.MediaFilter(),
		twiml.Pay(), twiml.Prompt("postal-code"), twiml.Message("a"), twiml.Body("a"), twiml.Media("a"),
	}
}

// An xmlElement is what the standard decoder makes of an element.
type xmlElement struct {
	XMLName xml.Name
	Attrs   []xml.Attr   `xml:",any,attr"`
	Inside  []xmlElement `xml:",any"`
	Text    string       `xml:",chardata"`
}

func (e xmlElement) attr(name string) (string, bool) {
	for _, a := range e.Attrs {
		got := a.Name.Local
		switch {
		case a.Name.Space == "http://www.w3.org/XML/1998/namespace":
			got = "xml:" + got
		case a.Name.Space != "":
			got = a.Name.Space + ":" + got
		}
		if got == name {
			return a.Value, true
		}
	}
	return "", false
}

// readBack renders the element inside a document and returns what the standard
// decoder reads there, with which Parse must agree.
func readBack(t *testing.T, built twiml.Content) xmlElement {
	t.Helper()
	doc := twiml.Voice(twiml.Custom("Holder", built))
	out, err := doc.AppendText(nil)
	require.NoError(t, err)

	var root xmlElement
	require.NoError(t, xml.Unmarshal(out, &root), "%s", out)
	require.Len(t, root.Inside, 1)
	require.Len(t, root.Inside[0].Inside, 1, "%s", out)

	parsed, err := twiml.Parse(out)
	require.NoError(t, err)
	require.Equal(t, doc.Node(), withoutPlaces(parsed), "Node and Parse disagree")
	return root.Inside[0].Inside[0]
}

// samples are the arguments for a setter's parameter, and what is written.
func samples(of reflect.Type) (value reflect.Value, written string) {
	const text = "a \"sample\" <&>\t\r\n'é"
	switch {
	case of == reflect.TypeFor[time.Duration]():
		return reflect.ValueOf(90 * time.Second), "90 90000 90s"
	case of.Kind() == reflect.String:
		return reflect.ValueOf(text).Convert(of), text
	case of.Kind() == reflect.Int:
		return reflect.ValueOf(1234), "1234"
	case of.Kind() == reflect.Float64:
		return reflect.ValueOf(0.75), "0.75"
	case of.Kind() == reflect.Bool:
		return reflect.ValueOf(true), "true"
	}
	return reflect.Value{}, ""
}

// TestGrammarIsCovered calls every setter of every element, and holds what is
// written against the grammar. It fails for an element or an attribute of the
// grammar that cannot be built.
func TestGrammarIsCovered(t *testing.T) {
	var facts struct {
		Elements []struct {
			Name       string `json:"name"`
			Tag        string `json:"element"`
			Attributes []struct {
				Name   string `json:"name"`
				Legacy bool   `json:"legacy"`
			} `json:"attributes"`
		} `json:"elements"`
	}
	data, err := spec.Bytes("twiml.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &facts))
	todo := map[string]bool{}
	for _, e := range facts.Elements {
		for _, a := range e.Attributes {
			if e.Name != "" && !a.Legacy {
				todo[e.Name+"@"+a.Name] = true
			}
		}
		if e.Name != "" {
			todo[e.Name] = true
		}
	}
	total := len(todo)

	for _, element := range everyElement() {
		of := reflect.TypeOf(element)
		name := of.Elem().Name()
		for _, role := range []string{"Verb", "Noun", "Element"} {
			name = strings.TrimSuffix(name, role)
		}
		assert.True(t, todo[name], "%s is not in the grammar, or is listed twice", name)
		delete(todo, name)
		before := readBack(t, element)
		for _, a := range before.Attrs { // set by the constructor
			delete(todo, name+"@"+a.Name.Local)
			delete(todo, name+"@xml:"+a.Name.Local)
		}
		for i := range of.NumMethod() {
			m := of.Method(i)
			if m.Name == "Attr" || m.Name == "Append" {
				continue
			}
			args := []reflect.Value{reflect.ValueOf(element)}
			want := "auto"
			if m.Type.NumIn() == 2 {
				in := m.Type.In(1)
				if m.Type.IsVariadic() {
					in = in.Elem()
				}
				var arg reflect.Value
				arg, want = samples(in)
				require.True(t, arg.IsValid(), "%s.%s", of, m.Name)
				args = append(args, arg)
			}
			got := m.Func.Call(args)
			assert.Equal(t, element, got[0].Interface(), "%s.%s returns its receiver", of, m.Name)
			attrs := readBack(t, element).Attrs
			last := attrs[len(attrs)-1]
			if last.Value != want && !strings.Contains(" "+want+" ", " "+last.Value+" ") {
				last = attrs[len(attrs)-2] // replaced where it was
			}
			assert.Contains(t, " "+want+" ", " "+last.Value+" ", "%s.%s", of, m.Name)
			for _, a := range attrs {
				delete(todo, name+"@"+a.Name.Local)
			}
		}
	}
	assert.Empty(t, todo, "cannot be built")
	t.Logf("built: %d elements and attributes of the grammar", total-len(todo))
}
