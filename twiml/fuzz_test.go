package twiml_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
)

// A source makes random documents of numbers: bytes of a fuzzer, or a seeded
// generator when they run out.
type source struct {
	data []byte
	rand *rand.Rand
}

func (s *source) n(limit int) int {
	if len(s.data) > 0 {
		b := s.data[0]
		s.data = s.data[1:]
		return int(b) % limit
	}
	if s.rand == nil {
		return 0
	}
	return s.rand.IntN(limit)
}

// pieces are what texts are made of; fuzzed text comes beside them.
var pieces = []string{"a", "b ", "<", ">", "&", "&amp;", `"`, "'", "\t", "\n", "\r", "\r\n", "]]>", "<!--", "\x00", "\x1b",
	"\xff", "\xed\xa0\x80", "\uFFFD", "\uFFFE", "é", "語", "😀", "\u202E", "\u0085", "\u2028", "  ", "<Say>", "&#13;"}

func (s *source) text() string {
	var b strings.Builder
	for range s.n(5) {
		b.WriteString(pieces[s.n(len(pieces))])
	}
	return b.String()
}

// document builds a random document: verbs of every kind, known and unknown,
// with random text, values and nesting.
func (s *source) document() *twiml.VoiceResponse {
	doc := twiml.Voice()
	for range s.n(6) {
		doc.Append(s.verb(3))
	}
	return doc
}

func (s *source) verb(depth int) twiml.VoiceVerb {
	switch s.n(8) {
	case 0:
		return twiml.Say(s.text(), s.parts(depth)...).Voice(twiml.VoiceName(s.text())).Loop(s.n(300))
	case 1:
		g := twiml.Gather(twiml.Say(s.text()), twiml.Pause(time.Duration(s.n(200))*100*time.Millisecond))
		return g.Action(s.text()).FinishOnKey(s.text()).Attr("x", s.text())
	case 2:
		return twiml.Dial(twiml.Number(s.text()).SendDigits(s.text()), twiml.Text(s.text()))
	case 3:
		return twiml.Custom("New", s.content(depth)...).Attr("a:b", s.text())
	case 4:
		return nil
	case 5:
		return twiml.Enqueue(s.text(), twiml.Task(s.text()).Priority(s.n(9)))
	default:
		// any element of the grammar, in an element that takes anything
		every := everyElement()
		return twiml.Custom("Holder", every[s.n(len(every))], twiml.Comment(s.text()), twiml.Text(s.text()))
	}
}

func (s *source) content(depth int) (all []twiml.Content) {
	for range s.n(4) {
		if depth > 0 && s.n(2) == 0 {
			all = append(all, s.verb(depth-1))
		}
		all = append(all, twiml.Text(s.text()), twiml.SayAs(s.text()))
	}
	return all
}

func (s *source) parts(depth int) (all []twiml.SpeechPart) {
	for range s.n(5) {
		switch s.n(6) {
		case 0:
			all = append(all, twiml.Text(s.text()))
		case 1:
			all = append(all, twiml.Break(time.Duration(s.n(200))*time.Millisecond), nil)
		case 2:
			all = append(all, twiml.Sub(s.text(), s.text()).Attr("x", s.text()).Attr("y", s.text()))
		case 3:
			all = append(all, twiml.Custom("mark-2", s.content(min(depth, 1))...))
		default:
			var inner []twiml.ProsodyPart
			if depth > 0 {
				for _, p := range s.parts(depth - 1) {
					if p, ok := p.(twiml.ProsodyPart); ok {
						inner = append(inner, p)
					}
				}
			}
			all = append(all, twiml.Prosody(s.text(), inner...).Rate(twiml.ProsodyRate(s.text())))
		}
	}
	return all
}

// FuzzRenderTwiML renders random documents: the standard decoder and Parse
// read back the tree that was built.
func FuzzRenderTwiML(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("5 verbs of any kind"))
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 8))
		data := make([]byte, 60+r.IntN(400))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checkRendered(t, (&source{data: data}).document())
	})
}

func checkRendered(t *testing.T, doc *twiml.VoiceResponse) {
	t.Helper()
	out, err := doc.AppendText(nil)
	if errors.Is(err, twiml.ErrTooLarge) || errors.Is(err, twiml.ErrLimit) {
		return
	}
	require.NoError(t, err)
	require.True(t, utf8.Valid(out))
	built := doc.Node()
	parsed, err := twiml.Parse(out)
	require.NoError(t, err, "%s", out)
	require.Equal(t, built, withoutPlaces(parsed), "%s", out)
	require.Equal(t, built, decoded(t, out), "%s", out)
	require.Equal(t, string(out), doc.String())
}

// decoded reads a document by the standard decoder's raw tokens.
func decoded(t *testing.T, out []byte) *twiml.Node {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(out))
	name := func(n xml.Name) string {
		if n.Space != "" {
			return n.Space + ":" + n.Local
		}
		return n.Local
	}
	top := new(twiml.Node)
	open := []*twiml.Node{top}
	for {
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err, "%s", out)
		in := open[len(open)-1]
		switch tok := token.(type) {
		case xml.StartElement:
			n := &twiml.Node{Name: name(tok.Name)}
			for _, a := range tok.Attr {
				n.Attrs = append(n.Attrs, twiml.Attr{Name: name(a.Name), Value: a.Value})
			}
			in.Children = append(in.Children, n)
			open = append(open, n)
		case xml.EndElement:
			require.Equal(t, in.Name, name(tok.Name))
			open = open[:len(open)-1]
		case xml.CharData:
			in.Children = append(in.Children, &twiml.Node{Text: string(tok)})
		case xml.Comment:
			in.Children = append(in.Children, &twiml.Node{Name: "!--", Text: string(tok)})
		}
	}
	require.Len(t, top.Children, 1)
	return top.Children[0]
}

// FuzzEscapeText puts any text into a document, as text, between elements and
// as a value: it comes back unchanged, except for what XML cannot hold.
func FuzzEscapeText(f *testing.F) {
	for _, p := range pieces {
		f.Add(p)
	}
	f.Add("a\x00b\r\n\t<&>\"'\xff\uFFFE")
	f.Fuzz(func(t *testing.T, s string) {
		doc := twiml.Voice(twiml.Say(s).Voice(twiml.VoiceName(s)), twiml.Say(".", twiml.Text(s), twiml.Sub(".", s)))
		out, err := doc.AppendText(nil)
		if errors.Is(err, twiml.ErrTooLarge) {
			return
		}
		require.NoError(t, err)
		want := holdable(s)
		var root xmlElement
		require.NoError(t, xml.Unmarshal(out, &root), "%s", out)
		voice, _ := root.Inside[0].attr("voice")
		require.Equal(t, want, voice)
		require.Equal(t, want, root.Inside[0].Text)
		alias, _ := root.Inside[1].Inside[0].attr("alias")
		require.Equal(t, want, alias)
		require.Equal(t, "."+want, root.Inside[1].Text)
	})
}

// holdable is what a text comes back as, written the slow way.
func holdable(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t', r == '\n', r == '\r', ' ' <= r && r <= 0xD7FF, 0xE000 <= r && r <= 0xFFFD, r >= 0x10000:
			b.WriteRune(r)
		default:
			b.WriteRune('\uFFFD')
		}
	}
	return b.String()
}

// expat reads documents, each after a line with its length, and says how many
// were well-formed.
const expat = `
import sys, xml.parsers.expat
data, n = sys.stdin.buffer, 0
while True:
    line = data.readline()
    if not line:
        break
    doc = data.read(int(line))
    try:
        xml.parsers.expat.ParserCreate().Parse(doc, True)
    except xml.parsers.expat.ExpatError as e:
        sys.exit("%s in %r" % (e, doc))
    n += 1
print(n)
`

// TestRandomDocumentsAreReadElsewhere has a parser outside Go read 10,000
// random documents.
func TestRandomDocumentsAreReadElsewhere(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("skipped: no python3, so no expat to read the documents with")
	}
	const documents = 10_000
	var in bytes.Buffer
	written := 0
	s := &source{rand: rand.New(rand.NewPCG(4, 19))}
	for written < documents {
		doc := s.document()
		if written%50 == 0 {
			checkRendered(t, doc)
		}
		out, err := doc.AppendText(nil)
		if errors.Is(err, twiml.ErrTooLarge) || errors.Is(err, twiml.ErrLimit) {
			continue
		}
		require.NoError(t, err)
		in.WriteString(strconv.Itoa(len(out)) + "\n")
		in.Write(out)
		written++
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", expat)
	cmd.Stdin = &in
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", stderr.String())
	require.Equal(t, "10000\n", string(out))
	t.Logf("expat read %d of %d random documents", documents, documents)
}
