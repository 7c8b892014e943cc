package twiml_test

import (
	"encoding/json"
	"encoding/xml"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/twiml"
)

// A grammarCase is one element of the grammar, or one attribute of it, as this
// package builds it.
type grammarCase struct {
	element   string // the grammar's go_name
	tag       string
	attribute string
	built     twiml.Content // with the attribute set
	want      string
	zero      twiml.Content // with the attribute set to its zero value
	wantZero  string
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

func (e xmlElement) tag() string {
	if e.XMLName.Space != "" {
		return e.XMLName.Space + ":" + e.XMLName.Local
	}
	return e.XMLName.Local
}

// readBack renders the element inside a document and returns what two parsers
// read there, which must agree.
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

// TestGrammarIsCovered renders every element and every attribute of the
// grammar, with a sample and with the zero value, and reads it back by the
// standard decoder and by Parse.
func TestGrammarIsCovered(t *testing.T) {
	var facts struct {
		Elements []struct {
			Name       string `json:"go_name"`
			Tag        string `json:"element"`
			Attributes []struct {
				Name string `json:"name"`
			} `json:"attributes"`
		} `json:"elements"`
	}
	data, err := spec.Bytes("twiml.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &facts))
	elements, attributes := map[string]bool{}, map[string]bool{}
	for _, e := range facts.Elements {
		elements[e.Name] = true
		for _, a := range e.Attributes {
			attributes[e.Name+"@"+a.Name] = true
		}
	}
	allElements, allAttributes := len(elements), len(attributes)

	for _, c := range grammarCases {
		got := readBack(t, c.built)
		assert.Equal(t, c.tag, got.tag(), c.element)
		if c.attribute == "" {
			delete(elements, c.element)
			continue
		}
		value, ok := got.attr(c.attribute)
		assert.True(t, ok, "%s@%s is not written", c.element, c.attribute)
		assert.Equal(t, c.want, value, "%s@%s", c.element, c.attribute)

		value, ok = readBack(t, c.zero).attr(c.attribute)
		assert.True(t, ok, "%s@%s is not written when zero", c.element, c.attribute)
		assert.Equal(t, c.wantZero, value, "%s@%s when zero", c.element, c.attribute)

		if value, ok = readBack(t, plainCase(c.element)).attr(c.attribute); ok {
			assert.Equal(t, "given", value, "%s@%s is written though it is neither set nor an argument", c.element, c.attribute)
		}
		delete(attributes, c.element+"@"+c.attribute)
	}
	assert.Empty(t, elements, "elements without a case")
	assert.Empty(t, attributes, "attributes without a case")
	t.Logf("covered: %d of %d elements, %d of %d attributes", allElements-len(elements), allElements,
		allAttributes-len(attributes), allAttributes)
}

func plainCase(element string) twiml.Content {
	for _, c := range grammarCases {
		if c.element == element && c.attribute == "" {
			return c.built
		}
	}
	return nil
}
