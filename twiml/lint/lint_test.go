package lint_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

func rulesOf(problems []lint.Problem) []string {
	var rules []string
	for _, p := range problems {
		rules = append(rules, p.Rule)
	}
	return rules
}

const menu = `<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Gather input="dtmf speech" action="/voice/menu" method="POST" numDigits="1" timeout="5">
    <Say voice="Polly.Joanna">Welcome to our support line.</Say>
    <Say voice="Polly.Joanna">Press 1 for sales. Press 2 for support.</Say>
  </Gather>
  <Say>We did not hear you.</Say>
  <Redirect method="POST">https://hooks.example.com/voice?again=1&amp;from=menu</Redirect>
</Response>
`

func TestLintSaysNothingOfGoodDocuments(t *testing.T) {
	assert.Nil(t, lint.Check(nil, twiml.VoiceDocument))
	for xml, kind := range map[string]twiml.DocumentKind{
		`<Response/>`:                          twiml.VoiceDocument,
		`<Response><!-- nobody --></Response>`: twiml.FaxDocument,
		`<Response><Message>Thanks, we got: Hi</Message></Response>`: twiml.MessagingDocument,
		menu: twiml.VoiceDocument,
	} {
		assert.Empty(t, lintOf(t, xml, kind, true), xml)
	}
}

// Problems come in the order of the document, each with the place of its
// element.
func TestLintPlaces(t *testing.T) {
	problems := lintOf(t, "<Response>\n  <Say>Hi</Say>\n  <Gather action='/x'>\n    <Say voice='x'/>\n  </Gather>\n  <Say lopp='2'>Ho</Say>\n</Response>", twiml.VoiceDocument, true)
	var got []string
	for _, p := range problems {
		got = append(got, p.String())
	}
	assert.Equal(t, []string{
		`4:5: /Response/Gather[1]/Say[1]/@voice: voice of Say is "x"; it takes man, woman, or a name such as Polly.Joanna. (13321)`,
		`4:5: /Response/Gather[1]/Say[1]: Say has nothing to say. (13520)`,
		`6:3: /Response/Say[2]/@lopp: Say has no attribute "lopp". Did you mean "loop"? (12200)`,
	}, got)
}

func TestLintOfTreesMadeByHand(t *testing.T) {
	node := func(name string, children ...*twiml.Node) *twiml.Node {
		return &twiml.Node{Name: name, Children: children}
	}
	self := node("Response", node("Gather"))
	self.Children[0].Children = []*twiml.Node{self.Children[0], self.Children[0]}
	say := node("Say")
	say.Children = []*twiml.Node{node("p", node("prosody"))}
	for range 30 {
		inner := say.Children[0].Children[0]
		inner.Children = []*twiml.Node{inner, inner, inner}
	}
	many := node("Response")
	for range 3000 {
		many.Children = append(many.Children, node("Echo"))
	}
	deep := node("Say", &twiml.Node{Text: "a"})
	for range 40 {
		deep = node("lang", deep)
	}
	large := node("Response", &twiml.Node{Name: "Say", Text: strings.Repeat("&", 20000)})

	for _, c := range []struct {
		name  string
		node  *twiml.Node
		rules []string
		code  int
		stops bool
	}{
		{"a text as root", &twiml.Node{Text: "hi"}, []string{"root"}, 12102, true},
		{"a comment as root", &twiml.Node{Name: "!--"}, []string{"root"}, 12102, true},
		{"nil children", node("Response", nil, &twiml.Node{Name: "Say", Text: "a"}, nil), nil, 0, false},
		{"a bad name", node("Response", node("a b")), []string{"well-formed"}, 12100, true},
		{"an attribute twice", &twiml.Node{Name: "Response", Attrs: []twiml.Attr{{Name: "version", Value: "2010-04-01"}, {Name: "version", Value: "2010-04-01"}}}, []string{"well-formed"}, 12100, true},
		{"a tree that holds itself", self, []string{"limits"}, 0, true},
		{"speech that holds itself", node("Response", say), []string{"limits"}, 0, true},
		{"too many elements", many, []string{"limits"}, 0, true},
		{"too deep", node("Response", node("Say", deep)), []string{"limits"}, 0, true},
		{"too large", large, []string{"document-size"}, 11750, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems := lint.Check(c.node, twiml.VoiceDocument)
			if c.rules == nil {
				assert.Empty(t, problems)
				return
			}
			for _, r := range c.rules {
				i := slices.IndexFunc(problems, func(p lint.Problem) bool { return p.Rule == r })
				require.GreaterOrEqual(t, i, 0, problems)
				assert.Equal(t, c.code, problems[i].Code)
				assert.Equal(t, c.stops, problems[i].Stops)
				assert.Zero(t, problems[i].Line)
			}
			assert.Less(t, len(problems), 2100)
		})
	}
}

// A parsed tree that was made too deep by hand afterwards is read no further
// than the limit.
func TestLintOfGrownTrees(t *testing.T) {
	root, err := twiml.Parse([]byte(`<Response><Say><p>a</p></Say></Response>`))
	require.NoError(t, err)
	p := root.Children[0].Children[0]
	p.Name = "lang"
	p.Attrs = []twiml.Attr{{Name: "xml:lang", Value: "en-US"}}
	p.Children = append(p.Children, p, p)
	assert.Equal(t, []string{"limits"}, rulesOf(lint.Check(root, twiml.VoiceDocument)))
}

func TestLintCutsWhatItQuotes(t *testing.T) {
	long := "a" + strings.Repeat("é", 5000)
	for _, p := range lintOf(t, `<Say loop="`+long+`" `+long+`="x"><`+long+`/></Say>`, twiml.VoiceDocument, false) {
		assert.Less(t, len(p.Text)+len(p.Path), 500, p.Rule)
		assert.NotContains(t, p.Text, "\uFFFD")
	}
	for _, p := range lintOf(t, `<Dial><Sip password="SECRET" username="">sip SECRET</Sip><Number>SECRET</Number></Dial><Say voice="man">SECRET<break/></Say>`, twiml.VoiceDocument, false) {
		assert.NotContains(t, p.String(), "SECRET", p.Rule)
	}
}

func TestUnknownKindPanics(t *testing.T) {
	assert.Panics(t, func() { lint.Check(nil, 7) })
}

// Every problem has a rule that is listed and a page, and can be silenced.
func TestProblemsHavePagesAndCanBeSilenced(t *testing.T) {
	rules := map[string]lint.Rule{}
	for _, r := range lint.Rules() {
		rules[r.Name] = r
		assert.Regexp(t, `^https://www\.twilio\.com/docs/[a-z]`, r.URL, r.Name)
	}
	for _, c := range ruleCases {
		problems := lintOf(t, c.bad, c.kind, strings.HasPrefix(c.bad, "<Response") || c.rule == "root")
		for _, p := range problems {
			require.Contains(t, rules, p.Rule)
			assert.Regexp(t, `^https://www\.twilio\.com/docs/[a-z]`, p.URL())
			if p.Code != 0 {
				assert.Equal(t, "https://www.twilio.com/docs/api/errors/"+strconv.Itoa(p.Code), p.URL())
			} else {
				assert.Equal(t, rules[p.Rule].URL, p.URL())
			}
		}
		assert.NotContains(t, rulesOf(lint.Except(problems, c.rule)), c.rule)
	}
	assert.Empty(t, lint.Problem{Rule: "none"}.URL())
}

// A built document is checked by its tree.
func TestBuiltDocuments(t *testing.T) {
	doc := twiml.Voice(twiml.Dial(twiml.Number("+15550100")).Timeout(20))
	assert.Equal(t, []string{"value"}, rulesOf(lint.Check(doc.Node(), twiml.VoiceDocument)))
	assert.Empty(t, lint.Check(twiml.Voice(twiml.Comment("hello"), twiml.Say("Hi")).Node(), twiml.VoiceDocument))
	var none *twiml.VoiceResponse
	assert.Empty(t, lint.Check(none.Node(), twiml.VoiceDocument))
}
