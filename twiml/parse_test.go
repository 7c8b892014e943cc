package twiml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
)

func TestT18ParseRefuses(t *testing.T) {
	const decl = `<?xml version="1.0" encoding="UTF-8"?>`
	for _, c := range []struct {
		name         string
		xml          string
		err          error
		line, column int
		reason       string
	}{
		{"nothing", "", twiml.ErrMalformed, 1, 1, "no element"},
		{"declaration alone", decl, twiml.ErrMalformed, 1, 39, "no element"},
		{"comment alone", "<!-- a -->\n", twiml.ErrMalformed, 2, 1, "no element"},

		{"DOCTYPE", "<!DOCTYPE Response><Response/>", twiml.ErrForbidden, 1, 1, "document type"},
		{"DOCTYPE with entities", decl + "\n<!DOCTYPE r [<!ENTITY a \"b\">]><Response>&a;</Response>", twiml.ErrForbidden, 2, 1, "document type"},
		{"DOCTYPE behind the root", "<Response/><!DOCTYPE Response>", twiml.ErrForbidden, 1, 12, "document type"},
		{"DOCTYPE inside", "<Response><!DOCTYPE Response></Response>", twiml.ErrForbidden, 1, 11, "document type"},
		{"processing instruction", "<?php echo ?><Response/>", twiml.ErrForbidden, 1, 1, "processing instruction"},
		{"processing instruction inside", "<Response>\n <?a b?></Response>", twiml.ErrForbidden, 2, 2, "processing instruction"},
		{"processing instruction at the end", "<Response/><?a?>", twiml.ErrForbidden, 1, 12, "processing instruction"},
		{"stylesheet", `<?xml-stylesheet href="a"?><Response/>`, twiml.ErrForbidden, 1, 1, "processing instruction"},
		{"declaration inside", "<Response><?xml version='1.0'?></Response>", twiml.ErrMalformed, 1, 11, "not at the start"},
		{"space before the declaration", " " + decl + "<Response/>", twiml.ErrMalformed, 1, 2, "not at the start"},
		{"two declarations", decl + decl + "<Response/>", twiml.ErrMalformed, 1, 39, "not at the start"},

		{"Latin-1", `<?xml version="1.0" encoding="ISO-8859-1"?><Response/>`, twiml.ErrForbidden, 1, 21, "encoding"},
		{"UTF-16 declared", `<?xml version="1.0" encoding="UTF-16"?><Response/>`, twiml.ErrForbidden, 1, 21, "encoding"},
		{"UTF-16", "\xFE\xFF\x00<\x00R\x00/\x00>", twiml.ErrMalformed, 1, 1, "outside"},
		{"two byte order marks", "\uFEFF\uFEFF<Response/>", twiml.ErrMalformed, 1, 1, "outside"},
		{"XML 1.1", `<?xml version="1.1"?><Response/>`, twiml.ErrForbidden, 1, 7, "version"},
		{"no version", `<?xml encoding="UTF-8"?><Response/>`, twiml.ErrMalformed, 1, 7, "version, encoding and standalone"},
		{"version twice", `<?xml version="1.0" version="1.0"?><Response/>`, twiml.ErrMalformed, 1, 21, "version, encoding and standalone"},
		{"wrong order", `<?xml version="1.0" standalone="no" encoding="UTF-8"?><Response/>`, twiml.ErrMalformed, 1, 37, "version, encoding and standalone"},
		{"unknown part", `<?xml version="1.0" color="red"?><Response/>`, twiml.ErrMalformed, 1, 21, "version, encoding and standalone"},
		{"bad standalone", `<?xml version="1.0" standalone="maybe"?><Response/>`, twiml.ErrMalformed, 1, 21, "standalone"},
		{"no space in the declaration", `<?xml version="1.0"encoding="UTF-8"?><Response/>`, twiml.ErrMalformed, 1, 20, "lacks a space"},
		{"empty declaration", `<?xml ?><Response/>`, twiml.ErrMalformed, 1, 7, "attribute name"},
		{"open declaration", `<?xml version="1.0"`, twiml.ErrMalformed, 1, 20, "or its end"},
		{"open declaration value", `<?xml version="1.0`, twiml.ErrMalformed, 1, 15, "no end"},

		{"attribute twice", "<Response>\n<Say voice=\"a\" loop='1' voice='b'/></Response>", twiml.ErrMalformed, 2, 25, `duplicate attribute "voice"`},
		{"attribute without value", "<Response a/>", twiml.ErrMalformed, 1, 12, "no value"},
		{"attribute without quotes", "<Response a=1/>", twiml.ErrMalformed, 1, 13, "no quotes"},
		{"attribute without end", "<Response a='1/>", twiml.ErrMalformed, 1, 13, "no end"},
		{"attributes without space", `<Response a="1"b="2"/>`, twiml.ErrMalformed, 1, 16, "space is missing"},
		{"less-than in attribute", `<Response a="<"/>`, twiml.ErrMalformed, 1, 14, `"<" in the value`},
		{"bad attribute name", `<Response 1a="x"/>`, twiml.ErrMalformed, 1, 11, "no attribute name"},
		{"ampersand in attribute", `<Response a="x&y"/>`, twiml.ErrMalformed, 1, 15, "&amp;"},

		{"second root", "<Response/>\n<Response/>", twiml.ErrMalformed, 2, 1, "second root"},
		{"text behind", "<Response/>bye", twiml.ErrMalformed, 1, 12, "outside"},
		{"text before", "hi<Response/>", twiml.ErrMalformed, 1, 1, "outside"},
		{"reference behind", "<Response/>&#32;", twiml.ErrMalformed, 1, 12, "outside"},
		{"CDATA outside", "<![CDATA[a]]><Response/>", twiml.ErrMalformed, 1, 1, "CDATA section outside"},
		{"CDATA behind", "<Response/><![CDATA[ ]]>", twiml.ErrMalformed, 1, 12, "CDATA section outside"},
		{"end tag alone", "</Response>", twiml.ErrMalformed, 1, 1, "end tag without"},
		{"end tag behind", "<Response/></Response>", twiml.ErrMalformed, 1, 12, "end tag without"},

		{"wrong end tag", "<Response>\n<Say>Hi</Response>", twiml.ErrMalformed, 2, 8, `"Say" of line 2 is closed by "Response"`},
		{"longer end tag", "<Say></Says>", twiml.ErrMalformed, 1, 6, `closed by "Says"`},
		{"bad end tag", "<Say></ Say>", twiml.ErrMalformed, 1, 8, "no element name"},
		{"end tag with attribute", "<Say></Say a='b'>", twiml.ErrMalformed, 1, 12, "does not end"},
		{"no end", "<Response><Say>Hi", twiml.ErrMalformed, 1, 18, `inside element "Say"`},
		{"no end in tag", "<Response ", twiml.ErrMalformed, 1, 11, "inside a tag"},
		{"no end in name", "<Resp", twiml.ErrMalformed, 1, 6, "inside a tag"},
		{"slash without end", "<Response/ >", twiml.ErrMalformed, 1, 10, "space is missing"},
		{"less-than in text", "<Response>1 < 2</Response>", twiml.ErrMalformed, 1, 13, "&lt;"},
		{"bad element name", "<1/>", twiml.ErrMalformed, 1, 1, "does not begin a tag"},
		{"character after the name", "<Say\u2028/>", twiml.ErrMalformed, 1, 5, "space is missing"},

		{"a sign that is no letter", "<×/>", twiml.ErrMalformed, 1, 1, "does not begin a tag"},
		{"two colons", "<a:b:c/>", twiml.ErrForbidden, 1, 2, "colon"},
		{"colon first", "<:a/>", twiml.ErrForbidden, 1, 2, "colon"},
		{"colon last", "<a:/>", twiml.ErrForbidden, 1, 2, "colon"},
		{"two colons in attribute", "<a b:c:d=''/>", twiml.ErrForbidden, 1, 4, "colon"},
		{"two colons in end tag", "<a></a:b:c>", twiml.ErrForbidden, 1, 6, "colon"},

		{"open comment", "<a><!-- b</a>", twiml.ErrMalformed, 1, 4, "without an end"},
		{"hyphens in comment", "<a><!-- b -- c --></a>", twiml.ErrMalformed, 1, 11, `"--" inside`},
		{"hyphen at the end of comment", "<a><!-- b ---></a>", twiml.ErrMalformed, 1, 11, `"--" inside`},
		{"control character in comment", "<a><!-- \x01 --></a>", twiml.ErrMalformed, 1, 9, "U+0001"},
		{"open comment before the root", "<!-- a", twiml.ErrMalformed, 1, 1, "without an end"},
		{"neither comment nor CDATA", "<a><!b></a>", twiml.ErrMalformed, 1, 4, "does not begin a comment"},
		{"open CDATA", "<a><![CDATA[b</a>", twiml.ErrMalformed, 1, 4, "without an end"},
		{"control character in CDATA", "<a><![CDATA[\nb\x00]]></a>", twiml.ErrMalformed, 2, 2, "U+0000"},
		{"end of CDATA in text", "<a>b ]]> c</a>", twiml.ErrMalformed, 1, 6, `"]]>"`},

		{"unknown entity", "<a>&eacute;</a>", twiml.ErrMalformed, 1, 4, "entity"},
		{"ampersand alone", "<a>Fish & chips; beer</a>", twiml.ErrMalformed, 1, 9, "&amp;"},
		{"open reference", "<a>&amp</a>", twiml.ErrMalformed, 1, 4, "&amp;"},
		{"reference to NUL", "<a>&#0;</a>", twiml.ErrMalformed, 1, 4, "XML does not allow"},
		{"reference to a surrogate", "<a>&#xD800;</a>", twiml.ErrMalformed, 1, 4, "XML does not allow"},
		{"reference to U+FFFE", "<a>&#xFFFE;</a>", twiml.ErrMalformed, 1, 4, "XML does not allow"},
		{"reference beyond Unicode", "<a>&#x110000;</a>", twiml.ErrMalformed, 1, 4, "XML does not allow"},
		{"reference with sign", "<a>&#+65;</a>", twiml.ErrMalformed, 1, 4, "XML does not allow"},
		{"reference with underscore", "<a>&#x_41;</a>", twiml.ErrMalformed, 1, 4, "XML does not allow"},
		{"capital X", "<a>&#X41;</a>", twiml.ErrMalformed, 1, 4, "XML does not allow"},
		{"empty reference", "<a>&#;&;</a>", twiml.ErrMalformed, 1, 4, "XML does not allow"},
		{"reference in attribute", "<a b='&nbsp;'/>", twiml.ErrMalformed, 1, 7, "entity"},

		{"NUL", "<a>\x00</a>", twiml.ErrMalformed, 1, 4, "U+0000"},
		{"escape character", "<a>b\x1b[1m</a>", twiml.ErrMalformed, 1, 5, "U+001B"},
		{"U+FFFF", "<a>\uFFFF</a>", twiml.ErrMalformed, 1, 4, "U+FFFF"},
		{"surrogate as UTF-8", "<a>\xED\xA0\x80</a>", twiml.ErrMalformed, 1, 4, "0xED"},
		{"invalid UTF-8 in text", "<a>caf\xE9</a>", twiml.ErrMalformed, 1, 7, "0xE9"},
		{"invalid UTF-8 in attribute", "<a b='\xFF'/>", twiml.ErrMalformed, 1, 7, "0xFF"},
		{"control character in attribute", "<a b='\x02'/>", twiml.ErrMalformed, 1, 7, "U+0002"},
		{"invalid UTF-8 in name", "<a\xC3/>", twiml.ErrMalformed, 1, 3, "space is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root, err := twiml.Parse([]byte(c.xml))
			require.Error(t, err)
			assert.Nil(t, root)
			require.ErrorIs(t, err, c.err)
			e, ok := errors.AsType[*twiml.SyntaxError](err)
			require.True(t, ok)
			code := 12100
			if c.reason == "encoding" || c.reason == "version" {
				code = 12101 // what the XML declaration says
			}
			assert.Equal(t, code, e.Code)
			assert.Contains(t, e.Reason, c.reason)
			assert.Equal(t, [2]int{c.line, c.column}, [2]int{e.Line, e.Column}, e)
			assert.Equal(t, fmt.Sprintf("twiml: line %d, column %d: %s", e.Line, e.Column, e.Reason), e.Error())
		})
	}
}

func TestT18ParseLimits(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("<a>", n) + "x" + strings.Repeat("</a>", n) }
	wide := func(n int) string { return "<r>" + strings.Repeat("<a/>", n-1) + "</r>" }
	attrs := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, ` a%d="%d"`, i, i)
		}
		return "<r><a" + b.String() + "/></r>"
	}
	large := func(n int) string { return "<r>" + strings.Repeat("x", n-len("<r></r>")) + "</r>" }
	for _, c := range []struct {
		name      string
		at, above string
		err       error
		code      int
		reason    string
	}{
		{"64 KiB", large(64 << 10), large(64<<10 + 1), twiml.ErrTooLarge, 11750, "65537 bytes"},
		{"depth 32", nested(32), nested(33), twiml.ErrLimit, 0, "32 elements deep"},
		{"2000 elements", wide(2000), wide(2001), twiml.ErrLimit, 0, "2000 elements"},
		{"64 attributes", attrs(64), attrs(65), twiml.ErrLimit, 0, "64 attributes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root, err := twiml.Parse([]byte(c.at))
			require.NoError(t, err)
			text, err := root.AppendText(nil)
			require.NoError(t, err)
			assert.Equal(t, c.at, string(text))

			_, err = twiml.Parse([]byte(c.above))
			require.ErrorIs(t, err, c.err)
			e, _ := errors.AsType[*twiml.SyntaxError](err)
			assert.Equal(t, c.code, e.Code)
			assert.Contains(t, e.Reason, c.reason)
		})
	}
}

// An error goes into logs: it must not carry what a caller said.
func TestParseErrorsHoldNoText(t *testing.T) {
	for _, xml := range []string{
		"<Response><Say>SECRET & more</Say></Response>",
		"<Response><Say>SECRET</Response>",
		"<Response><Say voice='SECRET' voice='SECRET'/></Response>",
		"<Response><Say>&SECRET;</Say></Response>",
		"SECRET",
		"<Response/>SECRET",
		"<Response><!-- SECRET -- --></Response>",
		`<?xml version="1.0" encoding="SECRET"?><a/>`,
	} {
		_, err := twiml.Parse([]byte(xml))
		require.Error(t, err, xml)
		assert.NotContains(t, err.Error(), "SECRET")
	}
}

func TestParseReads(t *testing.T) {
	text := func(s string) *twiml.Node { return &twiml.Node{Text: s} }
	element := func(name string, children ...*twiml.Node) *twiml.Node {
		return &twiml.Node{Name: name, Children: children}
	}
	with := func(n *twiml.Node, attrs ...twiml.Attr) *twiml.Node {
		n.Attrs = attrs
		return n
	}
	for _, c := range []struct {
		name string
		xml  string
		want *twiml.Node
	}{
		{"an empty element", "<Response/>", element("Response")},
		{"an empty element with end tag", "<Response></Response  >", element("Response")},
		{"a byte order mark", "\uFEFF<?xml version='1.0'?><a/>", element("a")},
		{"lower-case encoding", `<?xml version="1.0" encoding="utf-8" standalone='yes' ?><a/>`, element("a")},
		{"standalone without encoding", `<?xml version = "1.0" standalone="no"?><a/>`, element("a")},
		{"comments and space around", "<!-- a --> \n<a/>\n<!----> ", element("a")},
		{"a comment", "<a>b<!-- c & <d> -->e</a>", element("a", text("b"), &twiml.Node{Name: "!--", Text: " c & <d> "}, text("e"))},
		{"the five entities", "<a>&lt;&gt;&amp;&quot;&apos;</a>", element("a", text(`<>&"'`))},
		{"character references", "<a>&#65;&#x42;&#x1F600;&#10;&#xD;&#x0000000041;</a>", element("a", text("AB\U0001F600\n\rA"))},
		{"CDATA", "<a><![CDATA[<b> & ]] c]]></a>", element("a", text("<b> & ]] c"))},
		{"CDATA in text", "<a>b<![CDATA[<]]>c<![CDATA[]]>&amp;</a>", element("a", text("b<c&"))},
		{"CDATA beside CDATA", "<a><![CDATA[b]]><![CDATA[c]]></a>", element("a", text("bc"))},
		{"empty CDATA", "<a><![CDATA[]]></a>", element("a")},
		{"brackets", "<a>]] ]> ]&gt;</a>", element("a", text("]] ]> ]>"))},
		{"line ends", "<a>b\r\nc\rd\n\re\r\r\n</a>", element("a", text("b\nc\nd\n\ne\n\n"))},
		{"line ends in CDATA and comment", "<a><![CDATA[\r\n]]><!--\r--></a>", element("a", text("\n"), &twiml.Node{Name: "!--", Text: "\n"})},
		{"white space in attributes", "<a b='c\td\r\ne\nf'/>", with(element("a"), twiml.Attr{Name: "b", Value: "c d e f"})},
		{"references in attributes", "<a b='&#9;&#10;&#13;&amp;&quot;\"'/>", with(element("a"), twiml.Attr{Name: "b", Value: "\t\n\r&\"\""})},
		{"both quotes", `<a b="it's" c='"'/>`, with(element("a"), twiml.Attr{Name: "b", Value: "it's"}, twiml.Attr{Name: "c", Value: `"`})},
		{"greater-than in attributes", "<a b='>' c=']]>'/>", with(element("a"), twiml.Attr{Name: "b", Value: ">"}, twiml.Attr{Name: "c", Value: "]]>"})},
		{"space in tags", "<a\n\tb\n=\n'c'\n></a\n>", with(element("a"), twiml.Attr{Name: "b", Value: "c"})},
		{"prefixes", "<a xml:lang='en'><b:c/></a>", with(element("a", element("b:c")), twiml.Attr{Name: "xml:lang", Value: "en"})},
		{"names beyond ASCII", "<é ñ-1.2_·='x'><日本/></é>", with(element("é", element("日本")), twiml.Attr{Name: "ñ-1.2_·", Value: "x"})},
		{"text beyond ASCII in CDATA and comment", "<a><![CDATA[é]]><!--😀--></a>", element("a", text("é"), &twiml.Node{Name: "!--", Text: "😀"})},
		{"Greek, a joiner and a supplementary letter in names", "<α><\u200cb/><\U00010000/><a‿/></α>", element("α", element("\u200cb"), element("\U00010000"), element("a‿"))},
		{"text beyond ASCII", "<a b='é😀'>日本\u0085\u2028\uFFFD</a>", with(element("a", text("日本\u0085\u2028\uFFFD")), twiml.Attr{Name: "b", Value: "é😀"})},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := twiml.Parse([]byte(c.xml))
			require.NoError(t, err)
			assert.Equal(t, c.want, withoutPlaces(got))

			again, err := got.AppendText(nil)
			require.NoError(t, err)
			second, err := twiml.Parse(again)
			require.NoError(t, err, string(again))
			assert.Equal(t, c.want, withoutPlaces(second))
		})
	}
}

func TestParseGivesPlaces(t *testing.T) {
	root, err := twiml.Parse([]byte("<?xml version=\"1.0\"?>\r\n<!-- a\n -->\n <Response>\r\n  <Say>é<break/></Say><!--x-->\n&amp;<b/></Response>"))
	require.NoError(t, err)
	var got []string
	var walk func(n *twiml.Node)
	walk = func(n *twiml.Node) {
		name := n.Name
		if name == "" {
			name = fmt.Sprintf("%q", n.Text)
		}
		got = append(got, fmt.Sprintf("%s %d:%d", name, n.Line, n.Column))
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(root)
	assert.Equal(t, []string{
		"Response 4:2", `"\n  " 4:12`, "Say 5:3", `"é" 5:8`, "break 5:10", "!-- 5:24", `"\n&" 5:32`, "b 6:6",
	}, got)
}

// Documents of unusual shape.
func TestParseReadsUnusualShapes(t *testing.T) {
	var bushy func(depth int) string
	bushy = func(depth int) string {
		if depth == 0 {
			return "x>"
		}
		return "a><b c='=' d='1'>" + bushy(depth-1) + "</b>e><f/>g>" + strings.Repeat("<h/>i>", depth)
	}
	for name, src := range map[string]string{
		"texts that end in >":   "<r>" + strings.Repeat("a><b/>", 1000) + "</r>",
		"nested":                "<r>" + bushy(30) + "</r>",
		"a flood of comments":   "<r>" + strings.Repeat("<!---->", 9000) + "</r>",
		"a flood of references": "<r>" + strings.Repeat("<a b='&lt;' c='&#9;'>&gt;</a>", 1900) + "</r>",
		"many attributes":       "<r>" + strings.Repeat("<a "+strings.Repeat("q", 40)+"='' b='' c=''/>", 700) + "</r>",
		"quotes in text":        "<r a='==='>===<b c='1' d='2'/></r>",
	} {
		t.Run(name, func(t *testing.T) {
			want, err := decodeReference([]byte(src))
			require.NoError(t, err)
			got, err := twiml.Parse([]byte(src))
			require.NoError(t, err)
			assert.Equal(t, want, withoutPlaces(got))
		})
	}
}

// The caller may reuse its buffer, and a tree may be changed without harm to
// its neighbors, although all of it comes from a few slabs.
func TestParsedTreesAreIndependent(t *testing.T) {
	src := []byte(`<r><a x="1"><b/>c</a><d y="2&amp;"/></r>`)
	root, err := twiml.Parse(src)
	require.NoError(t, err)
	for i := range src {
		src[i] = '#'
	}
	a := root.Children[0]
	a.Attrs = append(a.Attrs, twiml.Attr{Name: "z", Value: "3"})
	a.Children = append(a.Children, &twiml.Node{Text: "e"})
	assert.Equal(t, `<r><a x="1" z="3"><b/>ce</a><d y="2&amp;"/></r>`, root.String())
}
