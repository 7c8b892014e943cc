package twiml_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/twiml"
)

// parseSeeds adds the documents of the vectors to the corpus of a fuzz target;
// testdata/fuzz holds more, each there for one construct.
func parseSeeds(f *testing.F) {
	for _, d := range loadCorpus(f) {
		f.Add([]byte(d.XML))
	}
	var invalid struct {
		Documents []struct {
			XML       string `json:"xml"`
			XMLBase64 string `json:"xml_base64"`
		} `json:"documents"`
	}
	data, err := spec.Bytes("vectors/twiml-invalid.json")
	require.NoError(f, err)
	require.NoError(f, json.Unmarshal(data, &invalid))
	for _, d := range invalid.Documents {
		b := []byte(d.XML)
		if d.XMLBase64 != "" {
			var err error
			b, err = base64.StdEncoding.DecodeString(d.XMLBase64)
			require.NoError(f, err)
		}
		if len(b) < 4096 {
			f.Add(b)
		}
	}
}

// FuzzParse: Parse does not panic and makes no more nodes than there are bytes;
// what it accepts is written and read back as the same tree.
func FuzzParse(f *testing.F) {
	parseSeeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		root, err := twiml.Parse(src)
		if err != nil {
			e, ok := errors.AsType[*twiml.SyntaxError](err)
			require.True(t, ok)
			require.Positive(t, e.Line)
			require.Positive(t, e.Column)
			require.LessOrEqual(t, e.Line, 1+len(src))
			require.NotEmpty(t, e.Reason)
			return
		}
		require.LessOrEqual(t, checkNodes(t, root, 1, 1), len(src))
		text, err := root.AppendText(nil)
		if errors.Is(err, twiml.ErrTooLarge) {
			return // references are longer than the raw characters of a CDATA section
		}
		require.NoError(t, err)
		again, err := twiml.Parse(text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, withoutPlaces(root), withoutPlaces(again))
	})
}

// checkNodes counts nodes, and checks that places go forward and no text stands
// beside a text.
func checkNodes(t *testing.T, n *twiml.Node, line, column int) int {
	require.True(t, n.Line > line || n.Line == line && n.Column >= column, "%d:%d after %d:%d", n.Line, n.Column, line, column)
	line, column = n.Line, n.Column
	count := 1
	text := false
	for _, c := range n.Children {
		require.False(t, text && c.Name == "")
		text = c.Name == ""
		require.False(t, text && c.Text == "")
		count += checkNodes(t, c, line, column)
		line, column = c.Line, c.Column
	}
	return count
}

// FuzzParseAgainstEncodingXML: what Parse accepts, the standard decoder reads as
// the same tree. The decoder knows an older list of letters for names, and
// leaves white space in attributes as it is.
func FuzzParseAgainstEncodingXML(f *testing.F) {
	parseSeeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		root, err := twiml.Parse(src)
		if err != nil {
			return
		}
		want, err := decodeReference(src)
		if err != nil && strings.Contains(err.Error(), "invalid XML name") && !isASCII(src) {
			return
		}
		require.NoError(t, err, "%q", src)
		require.Equal(t, spaced(want), spaced(withoutPlaces(root)), "%q", src)
	})
}

func isASCII(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c >= 0x80 })
}

// decodeReference reads a document by the standard decoder, the obvious way.
func decodeReference(src []byte) (*twiml.Node, error) {
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(src, []byte("\uFEFF"))))
	top := &twiml.Node{}
	open := []*twiml.Node{top}
	name := func(n xml.Name) string {
		if n.Space == "" {
			return n.Local
		}
		return n.Space + ":" + n.Local
	}
	for {
		token, err := dec.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		in := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			n := &twiml.Node{Name: name(token.Name)}
			for _, a := range token.Attr {
				n.Attrs = append(n.Attrs, twiml.Attr{Name: name(a.Name), Value: a.Value})
			}
			in.Children = append(in.Children, n)
			open = append(open, n)
		case xml.EndElement:
			if name(token.Name) != in.Name {
				return nil, fmt.Errorf("%s closes %s", name(token.Name), in.Name)
			}
			open = open[:len(open)-1]
		case xml.CharData:
			last := len(in.Children) - 1
			switch {
			case len(open) == 1 || len(token) == 0:
			case last >= 0 && in.Children[last].Name == "":
				in.Children[last].Text += string(token)
			default:
				in.Children = append(in.Children, &twiml.Node{Text: string(token)})
			}
		case xml.Comment:
			if len(open) > 1 {
				in.Children = append(in.Children, &twiml.Node{Name: "!--", Text: string(token)})
			}
		}
	}
	if len(open) != 1 || len(top.Children) != 1 {
		return nil, errors.New("not one root")
	}
	return top.Children[0], nil
}

// spaced returns the tree with each white space in an attribute as a space, and
// each line end in a comment as a line feed.
func spaced(n *twiml.Node) *twiml.Node {
	out := &twiml.Node{Name: n.Name, Text: n.Text}
	if n.Name == "!--" {
		out.Text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(n.Text)
	}
	for _, a := range n.Attrs {
		value := strings.NewReplacer("\t", " ", "\n", " ").Replace(a.Value)
		out.Attrs = append(out.Attrs, twiml.Attr{Name: a.Name, Value: value})
	}
	for _, c := range n.Children {
		out.Children = append(out.Children, spaced(c))
	}
	return out
}
