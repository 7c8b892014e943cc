package twiml_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/twiml"
)

// A corpusDocument is one of the real documents of the vectors.
type corpusDocument struct {
	Name     string     `json:"name"`
	Kind     string     `json:"kind"`
	Source   string     `json:"source"`
	Valid    bool       `json:"valid"`
	XML      string     `json:"xml"`
	Tree     corpusTree `json:"tree"`
	Findings []string   `json:"findings"`
	Warnings []string   `json:"warnings"`
}

// A corpusTree is what an independent parser made of a document: an element,
// or a text when N is empty.
type corpusTree struct {
	N    string       `json:"n"`
	A    [][2]string  `json:"a"`
	C    []corpusTree `json:"c"`
	Text string       `json:"-"`
}

func (t *corpusTree) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &t.Text)
	}
	type plain corpusTree
	return json.Unmarshal(data, (*plain)(t))
}

func loadCorpus(t testing.TB) []corpusDocument {
	t.Helper()
	var file struct {
		About     string           `json:"about"`
		Documents []corpusDocument `json:"documents"`
	}
	require.NoError(t, spec.Decode("vectors/twiml-corpus.json", &file))
	return file.Documents
}

// treeOf reduces a Node to what corpusTree holds: no places, no comments,
// texts beside each other joined.
func treeOf(n *twiml.Node) corpusTree {
	if n.Name == "" {
		return corpusTree{Text: n.Text}
	}
	t := corpusTree{N: n.Name, A: [][2]string{}, C: []corpusTree{}}
	for _, a := range n.Attrs {
		t.A = append(t.A, [2]string{a.Name, a.Value})
	}
	for _, c := range n.Children {
		last := len(t.C) - 1
		switch {
		case c.Name == "!--":
		case c.Name == "" && last >= 0 && t.C[last].N == "":
			t.C[last].Text += c.Text
		case c.Name == "":
			t.C = append(t.C, corpusTree{Text: c.Text})
		default:
			t.C = append(t.C, treeOf(c))
		}
	}
	return t
}

// withoutPlaces returns a copy of the tree as it would be made by hand.
func withoutPlaces(n *twiml.Node) *twiml.Node {
	bare := &twiml.Node{Name: n.Name, Attrs: n.Attrs, Text: n.Text}
	for _, c := range n.Children {
		bare.Children = append(bare.Children, withoutPlaces(c))
	}
	return bare
}

func TestParseReadsCorpus(t *testing.T) {
	docs := loadCorpus(t)
	read, again := 0, 0
	for _, d := range docs {
		root, err := twiml.Parse([]byte(d.XML))
		if !assert.NoError(t, err, d.Name) {
			continue
		}
		if assert.Equal(t, d.Tree, treeOf(root), d.Name) {
			read++
		}
		text, err := root.AppendText(nil)
		require.NoError(t, err, d.Name)
		second, err := twiml.Parse(text)
		require.NoError(t, err, d.Name)
		if assert.Equal(t, withoutPlaces(root), withoutPlaces(second), d.Name) {
			again++
		}
	}
	fmt.Printf("corpus: %d of %d documents read as by expat, %d round-tripped\n", read, len(docs), again)
	assert.Equal(t, len(docs), read)
	assert.Equal(t, len(docs), again)
}
