package layout_test

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
)

// The functions and methods of package twiml.
var (
	_ func(...twiml.VoiceVerb) *twiml.VoiceResponse                       = twiml.Voice
	_ func(...twiml.MessagingVerb) *twiml.MessagingResponse               = twiml.Messaging
	_ func(string) *twiml.MessagingResponse                               = twiml.Reply
	_ func([]byte) (*twiml.Node, error)                                   = twiml.Parse
	_ func(*twiml.Node, twiml.DocumentKind) []twiml.Problem               = twiml.Lint
	_ func(string, ...twiml.MessageContent) *twiml.MessageVerb            = twiml.Message
	_ func(...twiml.DialNoun) *twiml.DialVerb                             = twiml.Dial
	_ func(string) *twiml.NumberNoun                                      = twiml.Number
	_ func(*twiml.Node, []byte) ([]byte, error)                           = (*twiml.Node).AppendText
	_ error                                                               = (*twiml.SyntaxError)(nil)
	_ [3]twiml.DocumentKind                                               = [...]twiml.DocumentKind{twiml.VoiceDocument, twiml.MessagingDocument, twiml.FaxDocument}
	_ func(*twiml.VoiceResponse, ...twiml.VoiceVerb) *twiml.VoiceResponse = (*twiml.VoiceResponse).Append

	_ func(*twiml.MessagingResponse, ...twiml.MessagingVerb) *twiml.MessagingResponse = (*twiml.MessagingResponse).Append
)

// A document is what all kinds promise.
type document interface {
	encoding.TextAppender
	io.WriterTo
	fmt.Stringer
	http.Handler
	Node() *twiml.Node
	Lint() []twiml.Problem
}

var (
	_ document = (*twiml.VoiceResponse)(nil)
	_ document = (*twiml.MessagingResponse)(nil)
	//lint:ignore SA1019 the contract has it
	_ document = (*twiml.FaxResponse)(nil)

	_ func(*twiml.VoiceResponse, []byte) ([]byte, error)                 = (*twiml.VoiceResponse).AppendText
	_ func(*twiml.VoiceResponse, io.Writer) (int64, error)               = (*twiml.VoiceResponse).WriteTo
	_ func(*twiml.VoiceResponse) string                                  = (*twiml.VoiceResponse).String
	_ func(*twiml.VoiceResponse, http.ResponseWriter, *http.Request)     = (*twiml.VoiceResponse).ServeHTTP
	_ func(*twiml.VoiceResponse) *twiml.Node                             = (*twiml.VoiceResponse).Node
	_ func(*twiml.VoiceResponse) []twiml.Problem                         = (*twiml.VoiceResponse).Lint
	_ func(*twiml.MessagingResponse, []byte) ([]byte, error)             = (*twiml.MessagingResponse).AppendText
	_ func(*twiml.MessagingResponse, io.Writer) (int64, error)           = (*twiml.MessagingResponse).WriteTo
	_ func(*twiml.MessagingResponse) string                              = (*twiml.MessagingResponse).String
	_ func(*twiml.MessagingResponse, http.ResponseWriter, *http.Request) = (*twiml.MessagingResponse).ServeHTTP
	_ func(*twiml.MessagingResponse) *twiml.Node                         = (*twiml.MessagingResponse).Node
	_ func(*twiml.MessagingResponse) []twiml.Problem                     = (*twiml.MessagingResponse).Lint
)

// The structs have these fields, in this order, and no others.
var (
	_ = struct{ Name, Value string }(twiml.Attr{})
	_ = struct {
		Name         string
		Attrs        []twiml.Attr
		Text         string
		Children     []*twiml.Node
		Line, Column int
	}(twiml.Node{})
	_ = struct {
		Path         string
		Line, Column int
		Rule         string
		Code         int
		Stops        bool
		Text         string
	}(twiml.Problem{})
)

// The sealed interfaces that say what may stand where.
var (
	_ []twiml.VoiceVerb      = []twiml.VoiceVerb{twiml.Say("a"), twiml.Gather(), twiml.Dial(), twiml.Record(), twiml.Redirect("/"), twiml.Custom("New")}
	_ []twiml.MessagingVerb  = []twiml.MessagingVerb{twiml.Message("a"), twiml.Redirect("/"), twiml.Custom("New")}
	_ []twiml.GatherPrompt   = []twiml.GatherPrompt{twiml.Say("a"), twiml.Play("/a.mp3"), twiml.Pause(), twiml.Custom("New")}
	_ []twiml.DialNoun       = []twiml.DialNoun{twiml.Number("+15550100"), twiml.Client("ada"), twiml.Conference("room"), twiml.Custom("New")}
	_ []twiml.SpeechPart     = []twiml.SpeechPart{twiml.Text("a"), twiml.Break(), twiml.SayAs("1"), twiml.Custom("New")}
	_ []twiml.ConnectNoun    = []twiml.ConnectNoun{twiml.Stream(), twiml.ConversationRelay("wss://example.com/"), twiml.Custom("New")}
	_ []twiml.StartNoun      = []twiml.StartNoun{twiml.Stream(), twiml.Siprec(), twiml.Custom("New")}
	_ []twiml.MessageContent = []twiml.MessageContent{twiml.Body("a"), twiml.Media("https://example.com/a.png"), twiml.Custom("New")}
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>`

func TestContractDocuments(t *testing.T) {
	voice := twiml.Voice(twiml.Say("Hello")).Append(twiml.Hangup())
	const want = xmlHead + `<Response><Say>Hello</Say><Hangup/></Response>`
	assert.Equal(t, want, voice.String())
	text, err := voice.AppendText([]byte("before "))
	require.NoError(t, err)
	assert.Equal(t, "before "+want, string(text))
	var b strings.Builder
	n, err := voice.WriteTo(&b)
	require.NoError(t, err)
	assert.EqualValues(t, len(want), n)
	assert.Equal(t, want, b.String())
	assert.Equal(t, "Response", voice.Node().Name)
	assert.Empty(t, voice.Lint())
	assert.Equal(t, xmlHead+`<Response><Message>Hi</Message></Response>`, twiml.Reply("Hi").String())

	w := httptest.NewRecorder()
	voice.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, want, w.Body.String())
	assert.Equal(t, "text/xml; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Equal(t, strconv.Itoa(len(want)), w.Header().Get("Content-Length"))

	w = httptest.NewRecorder()
	twiml.Voice(twiml.Say(strings.Repeat("long ", 20_000))).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.NotContains(t, w.Body.String(), "<Response")
}

func TestContractNothingAndNil(t *testing.T) {
	var none *twiml.VoiceResponse
	assert.Equal(t, twiml.Voice().String(), none.String())
	assert.Equal(t, xmlHead+`<Response/>`, none.String())
	var missing *twiml.SayVerb
	menu := []twiml.VoiceVerb{nil, missing, twiml.Hangup()}
	assert.Equal(t, xmlHead+`<Response><Hangup/></Response>`, twiml.Voice().Append(menu...).String())
}

func TestContractUnsetEmptyZeroFalse(t *testing.T) {
	doc := twiml.Voice(
		twiml.Gather().FinishOnKey(""), twiml.Gather(),
		twiml.Say("a").Loop(0), twiml.Say("b"),
		twiml.Record().PlayBeep(false), twiml.Record(),
	)
	assert.Equal(t, xmlHead+`<Response><Gather finishOnKey=""/><Gather/><Say loop="0">a</Say><Say>b</Say><Record playBeep="false"/><Record/></Response>`, doc.String())
}

func TestContractSpeechMixesInOrder(t *testing.T) {
	say := twiml.Say("Your code is ", twiml.SayAs("1234").InterpretAs(twiml.Digits), twiml.Text(". "), twiml.Break(time.Second), twiml.Text("Goodbye."))
	assert.Equal(t, xmlHead+`<Response><Say>Your code is <say-as interpret-as="digits">1234</say-as>. <break time="1s"/>Goodbye.</Say></Response>`, twiml.Voice(say).String())
}

func TestContractDurations(t *testing.T) {
	doc := twiml.Voice(twiml.Gather().Timeout(2500 * time.Millisecond))
	assert.Contains(t, doc.String(), `timeout="3"`, "rounded up")
	assert.NotEmpty(t, doc.Lint(), "and said")
	assert.Empty(t, twiml.Voice(twiml.Gather(twiml.Say("a")).Timeout(3*time.Second).Action("/b"), twiml.Redirect("/")).Lint())
}

func TestContractCustom(t *testing.T) {
	doc := twiml.Voice(twiml.Custom("Tomorrow", twiml.Say("a")).Attr("mode", "x<y"), twiml.Say("b").Attr("later", "1"))
	assert.Equal(t, xmlHead+`<Response><Tomorrow mode="x&lt;y"><Say>a</Say></Tomorrow><Say later="1">b</Say></Response>`, doc.String())
	_, err := twiml.Voice(twiml.Custom("not a name")).AppendText(nil)
	assert.Error(t, err)
}

func TestContractCharacters(t *testing.T) {
	doc := twiml.Reply("a\x00b\r\n<&>\"")
	n, err := twiml.Parse([]byte(doc.String()))
	require.NoError(t, err)
	assert.Equal(t, "a\uFFFDb\r\n<&>\"", n.Children[0].Content())
	attr := twiml.Voice(twiml.Redirect("/").Attr("note", "a\tb\nc\rd"))
	n, err = twiml.Parse([]byte(attr.String()))
	require.NoError(t, err)
	value, _ := n.Children[0].Attr("note")
	assert.Equal(t, "a\tb\nc\rd", value)
}

func TestContractParseAndLint(t *testing.T) {
	const source = "<Response>\n  <!-- menu -->\n  <Say voice=\"alice\">Hi</Say>\n</Response>"
	doc, err := twiml.Parse([]byte(source))
	require.NoError(t, err)
	again, err := doc.AppendText(nil)
	require.NoError(t, err)
	assert.Equal(t, source, strings.TrimPrefix(string(again), xmlHead), "lossless")
	assert.Equal(t, "!--", doc.Children[1].Name)
	assert.Equal(t, "", doc.Children[0].Name, "text")
	assert.Equal(t, [2]int{3, 3}, [2]int{doc.Children[3].Line, doc.Children[3].Column})

	for name, hostile := range map[string]string{
		"DOCTYPE":     "<!DOCTYPE x [<!ENTITY e 'e'>]><Response/>",
		"second root": "<Response/><Response/>",
		"attribute":   `<Response a="1" a="2"/>`,
		"instruction": "<?php ?><Response/>",
		"unclosed":    "<Response>",
	} {
		_, err := twiml.Parse([]byte(hostile))
		e, ok := errors.AsType[*twiml.SyntaxError](err)
		if assert.True(t, ok, "T18 %s: %v", name, err) {
			assert.Positive(t, e.Line, name)
		}
	}

	wrong, err := twiml.Parse([]byte("<Response>\n<Message>Hi</Message>\n</Response>"))
	require.NoError(t, err)
	assert.Empty(t, twiml.Lint(wrong, twiml.MessagingDocument))
	problems := twiml.Lint(wrong, twiml.VoiceDocument)
	require.NotEmpty(t, problems)
	p := problems[0]
	assert.Equal(t, 2, p.Line)
	assert.NotZero(t, p.Code)
	assert.NotEmpty(t, p.Rule)
	assert.NotEmpty(t, p.Text)
	assert.Contains(t, p.Path, "/Response/Message")
}
