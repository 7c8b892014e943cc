package main

import (
	"bytes"
	"encoding/xml"
	"html/template"
	"strconv"
	"testing"
	"time"

	peer "github.com/twilio/twilio-go/twiml"

	"github.com/ringback-go/ringback/twiml"
)

// renderRows compare building and rendering three documents.
func renderRows() []row {
	return []row{
		renderRow("render/one-message", ringbackMessage, twilioMessage, structMessage, messageTemplate, map[string]any{"Text": text}),
		renderRow("render/ivr-menu", ringbackMenu, twilioMenu, structMenu, menuTemplate, map[string]any{"Prompt": prompt, "Action": "/voice/menu?step=1&lang=en"}),
		renderRow("render/50-verbs-ssml", ringbackFifty, twilioFifty, structFifty, fiftyTemplate, map[string]any{"Codes": codes()}),
	}
}

const prompt = "Press 1 for sales. Press 2 for support & billing."

func renderRow(name string, ours, theirs func() string, value func() any, page string, data any) row {
	text := func(f func() string) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(f()) < 40 {
					b.Fatal("no document")
				}
			}
		}
	}
	tmpl := template.Must(template.New(name).Parse(page))
	return row{
		name: name,
		contenders: []contender{
			{name: "ringback", run: text(ours)},
			{name: "twilio-go/twiml", run: text(theirs)},
			{name: "encoding/xml structs", run: text(func() string {
				out, err := xml.Marshal(value())
				if err != nil {
					panic(err)
				}
				return xml.Header + string(out)
			})},
			{name: "html/template", run: text(func() string {
				var buf bytes.Buffer
				if err := tmpl.Execute(&buf, data); err != nil {
					panic(err)
				}
				return xml.Header + buf.String()
			})},
		},
		ratios: []ratio{{peer: "twilio-go/twiml", atLeast: 5}, {peer: "encoding/xml structs", atLeast: 3}, {peer: "html/template", atLeast: 2}},
	}
}

func must(text string, err error) string {
	if err != nil {
		panic(err)
	}
	return text
}

// One message.

func ringbackMessage() string { return twiml.Reply(text).String() }

func twilioMessage() string {
	return must(peer.Messages([]peer.Element{&peer.MessagingMessage{Body: text}}))
}

type messageResponse struct {
	XMLName xml.Name `xml:"Response"`
	Message []string `xml:"Message"`
}

func structMessage() any { return messageResponse{Message: []string{text}} }

func structMessageOf(text string) []byte {
	out, err := xml.Marshal(messageResponse{Message: []string{text}})
	if err != nil {
		panic(err)
	}
	return append([]byte(xml.Header), out...)
}

const messageTemplate = `<Response><Message>{{.Text}}</Message></Response>`

// A menu: greeting, keys with a prompt, once more from the top.

func ringbackMenu() string {
	return twiml.Voice(
		twiml.Say("Welcome to our support line.").Voice(twiml.PollyJoanna),
		twiml.Gather(
			twiml.Say(prompt).Voice(twiml.PollyJoanna),
		).NumDigits(1).Timeout(5*time.Second).Action("/voice/menu?step=1&lang=en"),
		twiml.Redirect("/voice"),
	).String()
}

func twilioMenu() string {
	return must(peer.Voice([]peer.Element{
		&peer.VoiceSay{Message: "Welcome to our support line.", Voice: "Polly.Joanna"},
		&peer.VoiceGather{
			NumDigits: "1", Timeout: "5", Action: "/voice/menu?step=1&lang=en",
			InnerElements: []peer.Element{&peer.VoiceSay{Message: prompt, Voice: "Polly.Joanna"}},
		},
		&peer.VoiceRedirect{Url: "/voice"},
	}))
}

type sayElement struct {
	XMLName xml.Name `xml:"Say"`
	Voice   string   `xml:"voice,attr,omitempty"`
	Text    string   `xml:",chardata"`
}

type gatherElement struct {
	XMLName   xml.Name `xml:"Gather"`
	NumDigits int      `xml:"numDigits,attr"`
	Timeout   int      `xml:"timeout,attr"`
	Action    string   `xml:"action,attr"`
	Say       sayElement
}

type menuResponse struct {
	XMLName  xml.Name `xml:"Response"`
	Say      sayElement
	Gather   gatherElement
	Redirect string `xml:"Redirect"`
}

func structMenu() any {
	return menuResponse{
		Say:      sayElement{Voice: "Polly.Joanna", Text: "Welcome to our support line."},
		Gather:   gatherElement{NumDigits: 1, Timeout: 5, Action: "/voice/menu?step=1&lang=en", Say: sayElement{Voice: "Polly.Joanna", Text: prompt}},
		Redirect: "/voice",
	}
}

const menuTemplate = `<Response><Say voice="Polly.Joanna">Welcome to our support line.</Say>` +
	`<Gather numDigits="1" timeout="5" action="{{.Action}}"><Say voice="Polly.Joanna">{{.Prompt}}</Say></Gather>` +
	`<Redirect>/voice</Redirect></Response>`

// Fifty verbs, each with text and two SSML elements.

const fifty = 50

func codes() []string {
	out := make([]string, fifty)
	for i := range out {
		out[i] = strconv.Itoa(1000 + i)
	}
	return out
}

func ringbackFifty() string { return ringbackFiftyDocument().String() }

func ringbackFiftyDocument() *twiml.VoiceResponse {
	doc := twiml.Voice()
	for i := range fifty {
		doc.Append(twiml.Say("Code ", twiml.SayAs(code(i)).InterpretAs(twiml.Digits), twiml.Break(time.Second)))
	}
	return doc
}

// code is the text of the i-th verb, made without work: what is measured is
// the document.
func code(i int) string { return allCodes[i] }

var allCodes = codes()

func twilioFifty() string {
	verbs := make([]peer.Element, 0, fifty)
	for i := range fifty {
		verbs = append(verbs, &peer.VoiceSay{
			Message: "Code ",
			InnerElements: []peer.Element{
				&peer.VoiceSayAs{Words: code(i), InterpretAs: "digits"},
				&peer.VoiceBreak{Time: "1s"},
			},
		})
	}
	return must(peer.Voice(verbs))
}

type ssmlSay struct {
	XMLName xml.Name `xml:"Say"`
	Text    string   `xml:",chardata"`
	SayAs   struct {
		InterpretAs string `xml:"interpret-as,attr"`
		Text        string `xml:",chardata"`
	} `xml:"say-as"`
	Break struct {
		Time string `xml:"time,attr"`
	} `xml:"break"`
}

type fiftyResponse struct {
	XMLName xml.Name `xml:"Response"`
	Say     []ssmlSay
}

func structFifty() any {
	doc := fiftyResponse{Say: make([]ssmlSay, fifty)}
	for i := range doc.Say {
		s := &doc.Say[i]
		s.Text, s.SayAs.InterpretAs, s.SayAs.Text, s.Break.Time = "Code ", "digits", code(i), "1s"
	}
	return doc
}

const fiftyTemplate = `<Response>{{range .Codes}}<Say>Code <say-as interpret-as="digits">{{.}}</say-as><break time="1s"/></Say>{{end}}</Response>`
