package twiml_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
)

const declaration = `<?xml version="1.0" encoding="UTF-8"?>`

// inside returns the content of the Response.
func inside(t *testing.T, doc document) string {
	t.Helper()
	s := doc.String()
	s, ok := strings.CutPrefix(s, declaration+"<Response>")
	require.True(t, ok, "%s", doc)
	s, ok = strings.CutSuffix(s, "</Response>")
	require.True(t, ok, "%s", doc)
	return s
}

func TestUnsetEmptyZeroAndFalseAreFourThings(t *testing.T) {
	for _, c := range []struct {
		name string
		verb twiml.VoiceVerb
		want string
	}{
		{"unset", twiml.Gather(), `<Gather/>`},
		{"empty", twiml.Gather().FinishOnKey(""), `<Gather finishOnKey=""/>`},
		{"zero", twiml.Say("hi").Loop(0), `<Say loop="0">hi</Say>`},
		{"zero length", twiml.Pause(0), `<Pause length="0"/>`},
		{"no length", twiml.Pause(), `<Pause/>`},
		{"false", twiml.Record().PlayBeep(false), `<Record playBeep="false"/>`},
		{"empty list", twiml.Gather().Input(), `<Gather input=""/>`},
		{"empty enum", twiml.Say("hi").Voice(""), `<Say voice="">hi</Say>`},
	} {
		assert.Equal(t, c.want, inside(t, twiml.Voice(c.verb)), c.name)
	}
}

func TestLastCallWinsInTheFirstPlace(t *testing.T) {
	g := twiml.Gather().Timeout(time.Second).NumDigits(4).Timeout(2 * time.Second)
	assert.Equal(t, `<Gather timeout="2" numDigits="4"/>`, inside(t, twiml.Voice(g)))

	g = twiml.Gather().Attr("timeout", "auto").NumDigits(4).Timeout(time.Second).Attr("new", "1").Attr("numDigits", "5").Attr("new", "2")
	assert.Equal(t, `<Gather timeout="1" numDigits="5" new="2"/>`, inside(t, twiml.Voice(g)))

	s := twiml.SayAs("x").InterpretAs(twiml.Digits).InterpretAs(twiml.Date).Attr("a", "1").Attr("b", "2").Attr("a", "3").Format(twiml.DateMD)
	assert.Equal(t, `<Say><say-as interpret-as="date" a="3" b="2" format="md">x</say-as></Say>`, inside(t, twiml.Voice(twiml.Say("", s))))
}

// A copy of an element or of a document changes by itself.
func TestCopiesAreIndependent(t *testing.T) {
	base := twiml.SayAs("x").Attr("a", "1").Attr("b", "2").Attr("c", "3")
	one, two := *base, *base
	one.Attr("c", "one").Attr("d", "4")
	two.Attr("c", "two").InterpretAs(twiml.Date)
	assert.Equal(t, `<Say><say-as a="1" b="2" c="3">x</say-as><say-as a="1" b="2" c="one" d="4">x</say-as>`+
		`<say-as a="1" b="2" c="two" interpret-as="date">x</say-as></Say>`,
		inside(t, twiml.Voice(twiml.Say("", base, &one, &two))))

	doc := twiml.Voice(twiml.Say("a"), twiml.Say("b"), twiml.Say("c")).Append(twiml.Say("d"))
	left, right := *doc, *doc
	left.Append(twiml.Hangup())
	right.Append(twiml.Leave()).Attr("x", "y")
	var empty twiml.VoiceResponse
	copied := empty
	copied.Append(twiml.Echo())
	assert.Equal(t, `<Say>a</Say><Say>b</Say><Say>c</Say><Say>d</Say>`, inside(t, doc))
	assert.Equal(t, `<Say>a</Say><Say>b</Say><Say>c</Say><Say>d</Say><Hangup/>`, inside(t, &left))
	assert.Equal(t, declaration+`<Response x="y"><Say>a</Say><Say>b</Say><Say>c</Say><Say>d</Say><Leave/></Response>`, right.String())
	assert.Equal(t, declaration+"<Response/>", empty.String())
	assert.Equal(t, `<Echo/>`, inside(t, &copied))
}

// SSML elements are pointers like all others.
func TestSpeechMaySetAttributesLater(t *testing.T) {
	pause := twiml.Break()
	doc := twiml.Voice(twiml.Say("a", pause, twiml.Text("b")))
	pause.Strength(twiml.BreakStrong)
	assert.Equal(t, `<Say>a<break strength="strong"/>b</Say>`, inside(t, doc))
}

// target/goalert keeps slices of one type of verb.
func TestAppendAndSlices(t *testing.T) {
	says := []*twiml.SayVerb{twiml.Say("a"), nil, twiml.Say("b")}
	numbers := []*twiml.NumberNoun{twiml.Number("+15550100"), twiml.Number("+15550101")}
	dial := twiml.Dial().Sequential(true)
	for _, n := range numbers {
		dial.Append(n)
	}
	doc := twiml.Voice(twiml.VoiceVerbs(says)...).Append(
		twiml.Gather(twiml.GatherPrompts(says)...).Append(twiml.Pause()),
		dial, twiml.Dial(twiml.DialNouns(numbers)...),
		twiml.Say("c").Append(twiml.SpeechParts([]*twiml.BreakElement{twiml.Break(time.Second)})...),
	)
	assert.Equal(t, `<Say>a</Say><Say>b</Say><Gather><Say>a</Say><Say>b</Say><Pause/></Gather>`+
		`<Dial sequential="true"><Number>+15550100</Number><Number>+15550101</Number></Dial>`+
		`<Dial><Number>+15550100</Number><Number>+15550101</Number></Dial><Say>c<break time="1s"/></Say>`, inside(t, doc))
	replies := []*twiml.MessageVerb{twiml.Message("a", twiml.MessageContents([]*twiml.MediaNoun{twiml.Media("/b.png")})...)}
	assert.Equal(t, `<Message>a<Media>/b.png</Media></Message>`, inside(t, twiml.Messaging(twiml.MessagingVerbs(replies)...)))
}

func TestComments(t *testing.T) {
	doc := twiml.Voice(twiml.Comment(" a -- b --- c-"), twiml.Dial(twiml.Comment("<d>"), twiml.Number("+15550100")), twiml.Say("e", twiml.Comment("f\r\x00"), twiml.Text("g")))
	assert.Equal(t, "<!-- a - - b - - - c- --><Dial><!--<d>--><Number>+15550100</Number></Dial><Say>e<!--f\n\uFFFD-->g</Say>", inside(t, doc))
	parsed, err := twiml.Parse([]byte(doc.String()))
	require.NoError(t, err)
	assert.Equal(t, doc.Node(), withoutPlaces(parsed))
	assert.Contains(t, doc.Indent(), "\n  <!-- a")
	var none *twiml.CommentElement
	assert.Equal(t, "<Gather/>", inside(t, twiml.Voice(none, twiml.Gather(none))))
}

func TestVerbsMaySetAttributesLater(t *testing.T) {
	g := twiml.Gather()
	doc := twiml.Voice(g)
	g.NumDigits(3)
	assert.Equal(t, `<Gather numDigits="3"/>`, inside(t, doc))
}

func TestNilIsSkippedAndEmpty(t *testing.T) {
	empty := declaration + "<Response/>"
	var voice *twiml.VoiceResponse
	var messaging *twiml.MessagingResponse
	var zero twiml.VoiceResponse
	for _, d := range []document{voice, messaging, &zero, twiml.Voice(), twiml.Messaging(nil)} {
		assert.Equal(t, empty, d.String())
		b, err := d.AppendText([]byte("kept"))
		require.NoError(t, err)
		assert.Equal(t, "kept"+empty, string(b))
	}
	assert.Equal(t, &twiml.Node{Name: "Response"}, voice.Node())
	assert.Equal(t, declaration+"\n<Response/>\n", voice.Indent())
	assert.Equal(t, `<Hangup/>`, inside(t, voice.Append(twiml.Hangup())))
	assert.Equal(t, `<Hangup/>`, inside(t, zero.Append(nil, twiml.Hangup())))

	var say *twiml.SayVerb
	var number *twiml.NumberNoun
	var custom *twiml.CustomElement
	var stream *twiml.StreamNoun
	doc := twiml.Voice(nil, say, twiml.Dial(nil, number, custom, twiml.Text("")), twiml.Say("a", nil, custom, twiml.Text("")),
		twiml.Gather(nil, say), twiml.Connect(nil), twiml.Connect(stream), twiml.Custom("X", nil, say))
	assert.Equal(t, `<Dial/><Say>a</Say><Gather/><Connect/><Connect/><X/>`, inside(t, doc))
}

// A few elements that stand in each other many times over would make a
// document of billions: it is refused as fast as any that is too large.
func TestElementsSharedTooOften(t *testing.T) {
	shared := twiml.Custom("Deep", twiml.Text("a"))
	for range 60 {
		shared = twiml.Custom("Deep", shared, shared)
	}
	wide := twiml.Custom("Wide")
	for range 25 {
		wide = twiml.Custom("Wide", wide, wide)
	}
	for _, doc := range []*twiml.VoiceResponse{twiml.Voice(shared), twiml.Voice(wide)} {
		_, err := doc.AppendText(nil)
		require.ErrorIs(t, err, twiml.ErrLimit)
		assert.Contains(t, doc.String(), "limits")
		assert.Contains(t, doc.Indent(), "limits")

		tree := doc.Node()
		assert.InDelta(t, 2000, countElements(tree), 50, "of the tree there is the beginning")
		_, err = tree.AppendText(nil)
		require.ErrorIs(t, err, twiml.ErrLimit)
	}
}

func countElements(n *twiml.Node) int {
	count := 1
	for c := range n.Elements() {
		count += countElements(c)
	}
	return count
}

// One document, and documents that share an element, are rendered and read by
// many goroutines at once (run with -race).
func TestDocumentsAreReadConcurrently(t *testing.T) {
	say := twiml.Say("Hi ", twiml.Break(time.Second)).Voice(twiml.PollyJoanna)
	docs := []*twiml.VoiceResponse{
		twiml.Voice(say, twiml.Gather(say, say).Action("/x"), twiml.Custom("New", say).Attr("a", "b")),
		twiml.Voice(say, twiml.Hangup()),
	}
	want := []string{docs[0].String(), docs[1].String()}
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			doc := docs[i%2]
			for range 20 {
				assert.Equal(t, want[i%2], doc.String())
				assert.Equal(t, doc.Node().String(), strings.TrimPrefix(doc.String(), declaration))
				doc.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil))
			}
		})
	}
	all.Wait()
}

func TestDurations(t *testing.T) {
	for _, c := range []struct {
		name string
		verb twiml.VoiceVerb
		want string
	}{
		{"whole", twiml.Pause(3 * time.Second), `<Pause length="3"/>`},
		{"remainder", twiml.Pause(2100 * time.Millisecond), `<Pause length="3"/>`},
		{"less than a unit", twiml.Pause(time.Millisecond), `<Pause length="1"/>`},
		{"zero", twiml.Pause(0), `<Pause length="0"/>`},
		{"negative", twiml.Pause(-1500 * time.Millisecond), `<Pause length="-1"/>`},
		{"milliseconds", twiml.Dial(twiml.Number("+15550100").MachineDetectionSpeechThreshold(1500 * time.Millisecond)),
			`<Dial><Number machineDetectionSpeechThreshold="1500">+15550100</Number></Dial>`},
		{"longest", twiml.Pause(math.MaxInt64), `<Pause length="9223372037"/>`},
		{"break in seconds", twiml.Say("a", twiml.Break(2*time.Second)), `<Say>a<break time="2s"/></Say>`},
		{"break", twiml.Say("a", twiml.Break(2500*time.Millisecond)), `<Say>a<break time="2500ms"/></Say>`},
		{"rounded break", twiml.Say("a", twiml.Break(2500*time.Microsecond)), `<Say>a<break time="3ms"/></Say>`},
		{"auto", twiml.Gather().SpeechTimeoutAuto(), `<Gather speechTimeout="auto"/>`},
		{"set right later", twiml.Gather().Timeout(20).Timeout(20 * time.Second), `<Gather timeout="20"/>`},
	} {
		assert.Equal(t, c.want, inside(t, twiml.Voice(c.verb)), c.name)
	}
}

// A number without a unit is a duration in nanoseconds, and was written as 1.
func TestDurationsWithoutAUnitAreErrors(t *testing.T) {
	for path, verb := range map[string]twiml.VoiceVerb{
		"Response/Dial":      twiml.Dial(twiml.Number("+15550100")).Timeout(20),
		"Response/Gather":    twiml.Gather().Timeout(-5),
		"Response/Pause":     twiml.Pause(999 * time.Microsecond),
		"Response/Say/break": twiml.Say("a", twiml.Break(500)),
		"Response/Connect/ConversationRelay": twiml.Connect(
			twiml.ConversationRelay("wss://example.com").SpeechTimeout(700)),
	} {
		doc := twiml.Voice(verb)
		_, err := doc.AppendText(nil)
		var e *twiml.RenderError
		require.ErrorAs(t, err, &e)
		assert.ErrorIs(t, err, twiml.ErrDuration)
		assert.Equal(t, path, e.Path)
		assert.Contains(t, err.Error(), "time.Second")
		assert.NotContains(t, doc.String(), `="1`)
	}
}

// TestT16NamesAreChecked: text and values cannot become markup, and names that
// callers give are XML names or an error.
func TestT16NamesAreChecked(t *testing.T) {
	for _, name := range []string{"", " ", "a b", "1a", "a>", `a="b"`, "a/", "<a", "!--", "?xml", "a:b:c", ":a", "a:", "-a", "a\x00", "\xff"} {
		for place, doc := range map[string]document{
			"element":            twiml.Voice(twiml.Custom(name)),
			"element in a noun":  twiml.Voice(twiml.Dial(twiml.Custom(name))),
			"element in speech":  twiml.Voice(twiml.Say("a", twiml.Emphasis("b", twiml.Custom(name)))),
			"attribute":          twiml.Voice(twiml.Say("a").Attr(name, "v")),
			"attribute of text":  twiml.Messaging(twiml.Message("a").Attr(name, "v")),
			"attribute in words": twiml.Voice(twiml.Say("a", twiml.Break().Attr(name, "v"))),
			"root":               twiml.Voice().Attr(name, "v"),
		} {
			dst := []byte("kept")
			out, err := doc.AppendText(dst)
			require.ErrorIs(t, err, twiml.ErrMalformed, "%s %q", place, name)
			var e *twiml.RenderError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, 12100, e.Code)
			assert.True(t, strings.HasPrefix(e.Path, "Response"), e.Path)
			assert.Equal(t, "kept", string(out), "nothing of the document is written")
			assert.True(t, strings.HasPrefix(doc.String(), "<twiml: "), doc.String())
		}
	}
	for _, name := range []string{"a", "_a", "say-as", "amazon:effect", "xml:lang", "é", "a1.b"} {
		doc := twiml.Voice(twiml.Custom(name).Attr(name, "v"))
		assert.Equal(t, "<"+name+" "+name+`="v"/>`, inside(t, doc))
	}

	attack := `"><Dial>+15550100</Dial><!-- ]]> &amp; '`
	doc := twiml.Voice(twiml.Say(attack).Voice(twiml.VoiceName(attack)), twiml.Say("", twiml.SayAs(attack).InterpretAs(twiml.InterpretAs(attack))),
		twiml.Custom("X", twiml.Text(attack)).Attr("a", attack))
	root, err := twiml.Parse([]byte(doc.String()))
	require.NoError(t, err)
	require.Len(t, root.Children, 3)
	voice, _ := root.Children[0].Attr("voice")
	assert.Equal(t, attack, voice)
	assert.Equal(t, attack, root.Children[0].Content())
	assert.Equal(t, attack, root.Children[1].Children[0].Content())
	assert.Equal(t, attack, root.Children[2].Content())
}

func TestT16AnElementWithoutConstructorIsAnError(t *testing.T) {
	for _, doc := range []document{
		twiml.Voice(new(twiml.SayVerb)),
		twiml.Voice(twiml.Say("a", new(twiml.BreakElement))),
	} {
		_, err := doc.AppendText(nil)
		require.ErrorIs(t, err, twiml.ErrMalformed)
	}
}

// TestT17CharactersXMLCannotHold: they become U+FFFD in texts and values, and
// white space survives in both.
func TestT17CharactersXMLCannotHold(t *testing.T) {
	for _, c := range []struct{ name, in, read string }{
		{"NUL", "a\x00b", "a\uFFFDb"},
		{"escape", "a\x1b[31mb", "a\uFFFD[31mb"},
		{"line break", "a\nb", "a\nb"},
		{"carriage return", "a\rb\r\nc", "a\rb\r\nc"},
		{"tab", "\ta\t", "\ta\t"},
		{"not a character", "a\uFFFEb\uFFFF", "a\uFFFDb\uFFFD"},
		{"broken UTF-8", "a\xffb\xc3\x28\xe2\x82", "a\uFFFDb\uFFFD(\uFFFD\uFFFD"},
		{"surrogate", "a\xed\xa0\x80b", "a\uFFFD\uFFFD\uFFFDb"},
		{"replacement itself", "a\uFFFDb", "a\uFFFDb"},
		{"emoji and bidirectional control", "😀\u202Eabc", "😀\u202Eabc"},
		{"DEL and C1", "\x7f\u0085\u009f", "\x7f\u0085\u009f"},
		{"spaces at the ends", "  a  ", "  a  "},
	} {
		t.Run(c.name, func(t *testing.T) {
			docs := map[string]document{
				"text":   twiml.Voice(twiml.Say(c.in)),
				"speech": twiml.Voice(twiml.Say("", twiml.Text(c.in))),
				"value":  twiml.Voice(twiml.Say("x").Language(twiml.LanguageCode(c.in))),
			}
			for place, doc := range docs {
				var root xmlElement
				require.NoError(t, xml.Unmarshal([]byte(doc.String()), &root), place)
				got := root.Inside[0].Text
				if place == "value" {
					got, _ = root.Inside[0].attr("language")
				}
				assert.Equal(t, c.read, got, place)
			}
		})
	}
}

func TestT17NodeEqualsWhatIsReadBack(t *testing.T) {
	doc := twiml.Voice(
		twiml.Say("a\x00", twiml.Text("\xffb"), twiml.SayAs("c\r").Attr("x", "\x01\n"), twiml.Text("d"), twiml.Text("e")).Loop(70000),
		twiml.Dial(twiml.Text("+15550100"), twiml.Text("\x02")),
		twiml.Custom("a:b", twiml.Text("f"), twiml.Say("", twiml.Break(1500*time.Millisecond), twiml.Paragraph("g", twiml.Sentence("&"))), twiml.Text("h")),
	)
	parsed, err := twiml.Parse([]byte(doc.String()))
	require.NoError(t, err)
	assert.Equal(t, withoutPlaces(parsed), doc.Node())
	again, err := doc.Node().AppendText([]byte(declaration))
	require.NoError(t, err)
	assert.Equal(t, doc.String(), string(again))
}

// TestT19Limits: a document that Twilio would drop is an error, and nothing of
// it is written.
func TestT19Limits(t *testing.T) {
	many := func(n int) *twiml.MessagingResponse {
		d := twiml.Messaging()
		for range n {
			d.Append(twiml.Message("x"))
		}
		return d
	}
	overhead := len(twiml.Reply("").String()) + len("></Message>") - len("/>")
	for _, c := range []struct {
		name string
		doc  document
		err  error
		code int
	}{
		{"ten messages", many(10), nil, 0},
		{"eleven messages", many(11), twiml.ErrTooManyMessages, 14109},
		{"old messages count", many(10).Append(twiml.Custom("Sms", twiml.Text("x"))), twiml.ErrTooManyMessages, 14109},
		{"64 KiB", twiml.Reply(strings.Repeat("x", 64<<10-overhead)), nil, 0},
		{"64 KiB and a byte", twiml.Reply(strings.Repeat("x", 64<<10-overhead+1)), twiml.ErrTooLarge, 11750},
		{"64 KiB by escapes", twiml.Reply(strings.Repeat("&", 16<<10)), twiml.ErrTooLarge, 11750},
		{"64 KiB of speech", twiml.Voice(twiml.Say("", twiml.Text(strings.Repeat("x", 64<<10)))), twiml.ErrTooLarge, 11750},
		{"31 deep", twiml.Voice(deep(30)), nil, 0},
		{"32 and one deep", twiml.Voice(deep(32)), twiml.ErrLimit, 0},
		{"33 deep in speech", twiml.Voice(twiml.Say("", deepSpeech(31))), twiml.ErrLimit, 0},
		{"300 deep in speech", twiml.Voice(twiml.Say("", deepSpeech(300))), twiml.ErrLimit, 0},
		{"2,001 elements", twiml.Voice(pauses(2000)...), twiml.ErrLimit, 0},
		{"2,001 elements in speech", twiml.Voice(twiml.Say("", breaks(1999)...)), twiml.ErrLimit, 0},
		{"65 attributes", twiml.Voice(attributes(65)), twiml.ErrLimit, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := c.doc.AppendText(nil)
			if c.err == nil {
				require.NoError(t, err)
				_, err = twiml.Parse(out)
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.err)
			var e *twiml.RenderError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, c.code, e.Code)
			assert.Less(t, len(err.Error()), 600)
			assert.Empty(t, out)

			n, err := c.doc.(io.WriterTo).WriteTo(unwritable{t})
			assert.Zero(t, n)
			require.ErrorIs(t, err, c.err)

			rec := httptest.NewRecorder()
			c.doc.(http.Handler).ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/", nil))
			assert.Equal(t, http.StatusInternalServerError, rec.Code)
			assert.NotContains(t, rec.Header().Get("Content-Type"), "xml")
			assert.NotContains(t, rec.Body.String(), "<")
		})
	}
}

type unwritable struct{ t *testing.T }

func (w unwritable) Write([]byte) (int, error) {
	w.t.Error("something was written")
	return 0, nil
}

func deep(n int) twiml.VoiceVerb {
	e := twiml.Custom("X")
	for range n - 1 {
		e = twiml.Custom("X", e)
	}
	return e
}

func deepSpeech(n int) *twiml.ProsodyElement {
	p := twiml.Prosody("x")
	for range n - 1 {
		p = twiml.Prosody("x", p)
	}
	return p
}

func pauses(n int) (verbs []twiml.VoiceVerb) {
	for range n {
		verbs = append(verbs, twiml.Pause())
	}
	return verbs
}

func breaks(n int) (parts []twiml.SpeechPart) {
	for range n {
		parts = append(parts, twiml.Break())
	}
	return parts
}

func attributes(n int) twiml.VoiceVerb {
	e := twiml.Custom("X")
	for i := range n {
		e.Attr("a"+strconv.Itoa(i), "")
	}
	return e
}

// TestT19Served: status, type and length are right whatever the method, also
// above the size from which net/http would switch to chunks.
func TestT19Served(t *testing.T) {
	for _, text := range []string{"hi", strings.Repeat("long ", 2000)} {
		doc := twiml.Reply(text)
		server := httptest.NewServer(doc)
		t.Cleanup(server.Close)
		for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodHead} {
			req, err := http.NewRequestWithContext(t.Context(), method, server.URL, nil)
			require.NoError(t, err)
			res, err := server.Client().Do(req)
			require.NoError(t, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			assert.Equal(t, http.StatusOK, res.StatusCode)
			assert.Equal(t, "text/xml; charset=utf-8", res.Header.Get("Content-Type"))
			assert.Equal(t, int64(len(doc.String())), res.ContentLength)
			assert.Empty(t, res.TransferEncoding)
			if method == http.MethodHead {
				assert.Empty(t, body)
			} else {
				assert.Equal(t, doc.String(), string(body))
			}
		}
	}
}

func TestWriteTo(t *testing.T) {
	var buf bytes.Buffer
	doc := twiml.Reply("hi")
	n, err := doc.WriteTo(&buf)
	require.NoError(t, err)
	assert.Equal(t, int64(buf.Len()), n)
	assert.Equal(t, doc.String(), buf.String())

	broken := errors.New("broken")
	_, err = doc.WriteTo(writerFunc(func([]byte) (int, error) { return 0, broken }))
	assert.ErrorIs(t, err, broken)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// TestIndentKeepsMeaning: white space is added only where it is ignored.
func TestIndentKeepsMeaning(t *testing.T) {
	doc := twiml.Voice(
		twiml.Gather(twiml.Say("a", twiml.Break(time.Second), twiml.Text("b")), twiml.Pause()),
		twiml.Say("", twiml.Break(time.Second), twiml.Sentence("c")),
		twiml.Dial(twiml.Text("+15550100")),
		twiml.Custom("New", twiml.Pause()))
	assert.Equal(t, declaration+`
<Response>
  <Gather>
    <Say>a<break time="1s"/>b</Say>
    <Pause/>
  </Gather>
  <Say><break time="1s"/><s>c</s></Say>
  <Dial>+15550100</Dial>
  <New>
    <Pause/>
  </New>
</Response>
`, doc.Indent())
	assert.True(t, strings.HasPrefix(twiml.Voice(twiml.Custom("a b")).Indent(), "<twiml: "))
}

// TestDocumentsOwnTheirVerbs: a document does not see what happens to the slice
// it was made of.
func TestDocumentsOwnTheirVerbs(t *testing.T) {
	verbs := []twiml.VoiceVerb{twiml.Pause(), twiml.Hangup()}
	doc := twiml.Voice(verbs...)
	verbs[0] = twiml.Leave()
	doc.Append(twiml.Echo())
	assert.Equal(t, `<Pause/><Hangup/><Echo/>`, inside(t, doc))
	assert.IsType(t, &twiml.LeaveVerb{}, verbs[0])
}
