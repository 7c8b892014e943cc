package twiml_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
)

// fluent builds documents of the corpus; what each must equal is the tree that
// an independent parser made of it.
var fluent = map[string]document{
	"own/empty-response":         twiml.Voice(),
	"own/attribute-entities":     twiml.Voice(twiml.Redirect("https://example.com/next?a=1&b=2&c=%26").Method(twiml.MethodPost)),
	"own/five-named-entities":    twiml.Voice(twiml.Say(`&<>"'`)),
	"own/reject-busy":            twiml.Voice(twiml.Reject().Reason(twiml.ReasonBusy)),
	"own/whitespace-kept-in-say": twiml.Voice(twiml.Say("\n    two\n\n    lines\twith a tab \n  ")),
	"own/attribute-order-unusual": twiml.Voice(twiml.Gather().Timeout(5 * time.Second).Action("/a").NumDigits(1).
		Input(twiml.InputDTMF).Method(twiml.MethodPost)),
	"own/empty-attributes-with-meaning": twiml.Voice(
		twiml.Gather(twiml.Say("Code")).FinishOnKey("").NumDigits(4),
		twiml.Dial(twiml.Conference("quiet room").WaitURL("").Beep(twiml.BeepNever))),
	"own/zero-attributes-with-meaning": twiml.Voice(
		twiml.Play("https://example.com/hold.mp3").Loop(0),
		twiml.Pause(0)),
	"own/dial-sip-uris-and-headers": twiml.Voice(twiml.Dial(twiml.SIP("",
		twiml.URI("sip:one@example.com;transport=tls").Priority(1).Weight(10).Username("a").Password("b"),
		twiml.URI("sip:two@example.com").Priority(1).Weight(20),
		twiml.URI("sips:three@example.com").Priority(2),
		twiml.Headers(twiml.Header("X-Account", "4711"), twiml.Header("X-Note", `a "b"`)),
	).StatusCallbackEvent(twiml.CallRinging))),
	"own/message-all": twiml.Messaging(
		twiml.Message("", twiml.Body("Store: 123 Main St. <open>"),
			twiml.Media("https://example.com/owl.png?w=1&h=2"), twiml.Media("https://example.com/b.vcf"),
		).To("+15551112222").From("+15553334444").Action("/s?a=1&b=2").Method(twiml.MethodGet),
		twiml.Redirect("/next").Method(twiml.MethodGet)),
	"own/message-text-beside-media": twiml.Messaging(twiml.Message("Look at this!", twiml.Media("https://example.com/a.jpg"))),
	"own/pay-ach": twiml.Voice(twiml.Pay(
		twiml.Prompt(twiml.PromptBankAccountNumber, twiml.Say("They differ.")).ErrorType(twiml.PromptErrorInputMatchingFailed),
	).PaymentMethod(twiml.PaymentACHDebit).BankAccountType(twiml.CommercialSavings).TokenType(twiml.TokenPaymentMethod)),
	"own/refer": twiml.Voice(twiml.Refer(twiml.ReferSIP("sip:alice@example.com?User-to-User=abc%3Bencoding%3Dhex")).
		Action("/r").Method(twiml.MethodPost)),
	"own/relay-minimal": twiml.Voice(twiml.Connect(twiml.ConversationRelay("wss://example.com/ws").WelcomeGreeting("Hello"))),
	"own/namespaced-attribute": twiml.Voice(twiml.Say("Hi")).Attr("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance").
		Attr("xsi:noNamespaceSchemaLocation", "http://api.twilio.com/2010-04-01/schemas/twiml.xsd"),
	"own/ssml-all-tags": twiml.Voice(twiml.Say("Hi",
		twiml.Break().Strength(twiml.BreakXWeak).Time(100*time.Millisecond),
		twiml.Emphasis("words").Level(twiml.EmphasisModerate),
		twiml.Lang(twiml.LanguageItIT, "parole"),
		twiml.Paragraph("a paragraph"),
		twiml.Custom("phoneme", twiml.Text("pecan")).Attr("alphabet", "x-sampa").Attr("ph", "pɪˈkɑːn"),
		twiml.Prosody("slow").Pitch("-10%").Rate("85%").Volume("-6dB"),
		twiml.Sentence("a sentence"),
		twiml.SayAs("SSML").InterpretAs(twiml.SpellOut),
		twiml.Sub("W3C", "World Wide Web Consortium"),
		twiml.Word("read").Role(twiml.RoleVerb),
	).Voice(twiml.PollyJoanna)),
	"own/ssml-mixed-text-order": twiml.Voice(twiml.Say("a",
		twiml.Break(time.Second), twiml.Text("b"), twiml.Break(2*time.Second), twiml.Text("c "),
		twiml.Emphasis("d", twiml.Break(3*time.Second), twiml.Text("e")).Level(twiml.EmphasisStrong),
		twiml.Text(" f"))),
	"own/ssml-say-as-dates": twiml.Voice(twiml.Say("On ",
		twiml.SayAs("24-12-2026").InterpretAs(twiml.Date).Format(twiml.DateDMY), twiml.Text(" at "),
		twiml.SayAs(`1'30"`).InterpretAs(twiml.Time), twiml.Text(" call "),
		twiml.SayAs("+1 (415) 555-0100").InterpretAs(twiml.Telephone))),
	"own/virtual-agent": twiml.Voice(twiml.Connect(twiml.VirtualAgent("project",
		twiml.Config("voiceName", "de-DE-Wavenet-A"), twiml.Parameter("customer_name", "Burton Guster"),
	).Language(twiml.LanguageDeDE).SentimentAnalysis(true).StatusCallback("/s").StatusCallbackMethod(twiml.MethodPost)).Action("/a")),
	"api-snippets/guides/migration/java-6-to-7/send-mms-twiml/send-mms-twiml": twiml.Messaging(
		twiml.Message("", twiml.Body("Hello friend"), twiml.Media("https://demo.twilio.com/owl.png"))),
	"api-snippets/guides/migration/java-6-to-7/gather-say-twiml/gather-say-twiml": twiml.Voice(
		twiml.Gather(twiml.Say("Welcome to Twilio, please tell us why you're calling")).Action("/completed").Input(twiml.InputSpeech)),
	"api-snippets/twiml/voice/enqueue/enqueue-1/enqueue-1": twiml.Voice(twiml.Enqueue("support").WaitURL("wait-music.xml")),
}

// TestBuiltEqualsCorpus builds documents of the corpus and compares them with
// what expat read there, except for white space between elements.
func TestBuiltEqualsCorpus(t *testing.T) {
	compared := 0
	for _, d := range loadCorpus(t) {
		doc, ok := fluent[d.Name]
		if !ok {
			continue
		}
		root, err := twiml.Parse([]byte(doc.String()))
		require.NoError(t, err, d.Name)
		assert.Equal(t, closed(d.Tree), closed(treeOf(root)), d.Name)
		compared++
	}
	assert.Equal(t, len(fluent), compared, "documents that are not in the corpus")
}

// closed drops the white space between elements.
func closed(t corpusTree) corpusTree {
	elements := false
	for _, c := range t.C {
		elements = elements || c.N != ""
	}
	out := corpusTree{N: t.N, A: t.A, Text: t.Text, C: []corpusTree{}}
	for _, c := range t.C {
		if c.N != "" || !elements || strings.TrimSpace(c.Text) != "" {
			out.C = append(out.C, closed(c))
		}
	}
	return out
}
