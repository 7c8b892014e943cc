package twiml_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
)

func TestNodeAppendText(t *testing.T) {
	for _, c := range []struct {
		name string
		node *twiml.Node
		want string
	}{
		{"nil", nil, ""},
		{"a text", &twiml.Node{Text: "a < b & c > d \"'\t\n\r"}, "a &lt; b &amp; c &gt; d \"'\t\n&#13;"},
		{"a comment", &twiml.Node{Name: "!--", Text: " a & b "}, "<!-- a & b -->"},
		{"line ends in a comment", &twiml.Node{Name: "!--", Text: "a\r\nb\rc\r"}, "<!--a\nb\nc\n-->"},
		{"an empty element", &twiml.Node{Name: "Hangup"}, "<Hangup/>"},
		{"an element with empty text", &twiml.Node{Name: "Say", Children: []*twiml.Node{{}, nil}}, "<Say/>"},
		{"text of the element", &twiml.Node{Name: "Say", Text: "a", Children: []*twiml.Node{{Name: "break"}, {Text: "b"}}}, "<Say>a<break/>b</Say>"},
		{"attributes", &twiml.Node{Name: "Say", Attrs: []twiml.Attr{{"a", ""}, {"xml:lang", "\"<>&'\t\n\r"}}},
			`<Say a="" xml:lang="&#34;&lt;&gt;&amp;'&#9;&#10;&#13;"/>`},
		{"T17 characters that XML cannot hold", &twiml.Node{Name: "a", Attrs: []twiml.Attr{{"b", "\x00\xff\uFFFEé"}}, Text: "\x1b\xed\xa0\x80\uFFFF😀",
			Children: []*twiml.Node{{Name: "!--", Text: "\x02\xfe\uFFFF"}}},
			"<a b=\"\uFFFD\uFFFD\uFFFDé\">\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD😀<!--\uFFFD\uFFFD\uFFFD--></a>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.node.AppendText([]byte("x"))
			require.NoError(t, err)
			assert.Equal(t, "x"+c.want, string(got))
			if c.node != nil {
				assert.Equal(t, c.want, c.node.String())
			}
		})
	}
}

func TestT16NodeAppendTextChecksNames(t *testing.T) {
	self := &twiml.Node{Name: "a"}
	self.Children = []*twiml.Node{self}
	heavy := &twiml.Node{Name: "a", Text: strings.Repeat("x", 40000)}
	heavy.Children = []*twiml.Node{heavy, heavy}
	many := &twiml.Node{Name: "a"}
	for range 2000 {
		many.Children = append(many.Children, &twiml.Node{Name: "b"})
	}
	wide := &twiml.Node{Name: "a", Attrs: make([]twiml.Attr, 65)}
	in := func(n *twiml.Node) *twiml.Node { return &twiml.Node{Name: "r", Children: []*twiml.Node{n}} }
	for _, c := range []struct {
		name string
		node *twiml.Node
		err  error
		text string
	}{
		{"markup in an element name", in(&twiml.Node{Name: "a><b"}), twiml.ErrMalformed, "element name"},
		{"space in an element name", in(&twiml.Node{Name: "a b"}), twiml.ErrMalformed, "element name"},
		{"a closing name", in(&twiml.Node{Name: "/a"}), twiml.ErrMalformed, "element name"},
		{"two colons", in(&twiml.Node{Name: "a:b:c"}), twiml.ErrMalformed, "element name"},
		{"a colon first", in(&twiml.Node{Name: ":a"}), twiml.ErrMalformed, "element name"},
		{"invalid UTF-8 in a name", in(&twiml.Node{Name: "a\xff"}), twiml.ErrMalformed, "element name"},
		{"no attribute name", in(&twiml.Node{Name: "a", Attrs: []twiml.Attr{{"", "b"}}}), twiml.ErrMalformed, "attribute name"},
		{"markup in an attribute name", in(&twiml.Node{Name: "a", Attrs: []twiml.Attr{{`b="c" d`, ""}}}), twiml.ErrMalformed, "attribute name"},
		{"an attribute twice", in(&twiml.Node{Name: "a", Attrs: []twiml.Attr{{"b", "1"}, {"b", "2"}}}), twiml.ErrMalformed, "duplicate attribute"},
		{"the end of a comment", in(&twiml.Node{Name: "!--", Text: "--><a/>"}), twiml.ErrMalformed, "comment"},
		{"a comment that ends in a hyphen", in(&twiml.Node{Name: "!--", Text: "a-"}), twiml.ErrMalformed, "comment"},
		{"a tree that holds itself", self, twiml.ErrLimit, "deep"},
		{"a heavy tree that holds itself", heavy, twiml.ErrTooLarge, "64 KiB"},
		{"too many elements", many, twiml.ErrLimit, "2000"},
		{"too many attributes", in(wide), twiml.ErrLimit, "64 attributes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.node.AppendText([]byte("before"))
			require.ErrorIs(t, err, c.err)
			assert.ErrorContains(t, err, c.text)
			assert.Equal(t, "before", string(got))
			assert.Contains(t, c.node.String(), "<twiml: ")
		})
	}
}

func TestNodeReaders(t *testing.T) {
	root, err := twiml.Parse([]byte(`<Response a="1" b=""><!--c--><Say>Hi <b>x</b>you<![CDATA[!]]></Say> <Play/></Response>`))
	require.NoError(t, err)
	v, ok := root.Attr("a")
	assert.True(t, ok)
	assert.Equal(t, "1", v)
	v, ok = root.Attr("b")
	assert.True(t, ok)
	assert.Empty(t, v)
	_, ok = root.Attr("A")
	assert.False(t, ok)

	var names []string
	for n := range root.Elements() {
		names = append(names, n.Name)
	}
	assert.Equal(t, []string{"Say", "Play"}, names)
	for range root.Elements() {
		break
	}
	say := root.Children[1]
	assert.Equal(t, "Hi you!", say.Content())
	assert.Equal(t, "Hi ", say.Children[0].Content())
	assert.Equal(t, " ", root.Content())
	assert.Equal(t, "ab", (&twiml.Node{Name: "x", Text: "a", Children: []*twiml.Node{nil, {Text: "b"}}}).Content())
	assert.Empty(t, root.Children[0].Content())
	assert.Empty(t, say.Children[1].Children[0].Children)

	var none *twiml.Node
	_, ok = none.Attr("a")
	assert.False(t, ok)
	assert.Empty(t, none.Content())
	assert.Empty(t, slices.Collect(none.Elements()))
	assert.Empty(t, none.String())
}
