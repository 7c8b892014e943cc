package dialogue_test

import (
	"testing"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// FuzzDocument serves any text as every document of a call. Whatever it is,
// the call ends when the caller hangs up, costs no more than the limits allow,
// and two runs are equal.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		`<Response><Say>hello</Say></Response>`,
		`<Response><Gather numDigits="1"><Say>1</Say></Gather><Redirect/></Response>`,
		`<Response><Record maxLength="3" recordingStatusCallback="/a"/></Response>`,
		`<Response><Dial timeout="5" action="/a" hangupOnStar="true"><Number url="/w">+15550123</Number><Client>a</Client></Dial></Response>`,
		`<Response><Dial><Conference waitUrl="/w" statusCallback="/s" statusCallbackEvent="join leave end start">a</Conference></Dial></Response>`,
		`<Response><Enqueue waitUrl="/w">a</Enqueue></Response>`,
		`<Response><Dial><Queue url="/u">a</Queue></Dial></Response>`,
		`<Response><Pay/><Start><Stream url="wss://a"/></Start><Connect action="/x"><Stream url="wss://a"/></Connect></Response>`,
		`<Response><Say loop="0">x</Say><Pause length="99999999999999999999"/></Response>`,
		`<Response><Refer><Sip>sip:a@b</Sip></Refer><Reject/><Leave/><Sms>x</Sms><Stop><Stream/></Stop><Echo/></Response>`,
		`<Response`, ``, `hello`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, xml string) {
		run := func() (out string) {
			limits := dialogue.Limits{Documents: 40, Verbs: 200, CallLength: time.Hour}
			n := 0
			e := dialogue.New(dialogue.Config{
				Transport: dialogue.Handler(answerWith("text/xml", xml)), Limits: limits,
				Observe: func(ev dialogue.Event) {
					if n++; n > 20000 {
						t.Fatal("there is no end to it")
					}
					out += string(ev.Type)
				},
			})
			defer e.Close()
			a := e.Call(dialogue.CallSetup{URL: "/voice", FallbackURL: "/fallback"})
			b := e.Call(dialogue.CallSetup{URL: "/voice", From: dialogue.Party{Address: "sip:a@example.com"}})
			for _, c := range []*dialogue.Call{a, b} {
				e.Advance(2 * time.Second)
				c.Press("1*")
				c.Speak("hello")
				for _, k := range c.Children() {
					k.Answer()
				}
				e.Advance(20 * time.Second)
				c.Pay(dialogue.Payment{})
				c.EndSession(dialogue.SessionEnd{})
				c.Mute(true)
				c.Hold(true, "/hold")
			}
			e.Receive(dialogue.Text{URL: "/sms", Body: "hi"})
			a.HangUp()
			b.Update("/voice", "GET")
			e.Advance(2 * time.Hour)
			for _, c := range e.Calls() {
				if c.Activity().State != dialogue.StateOver {
					t.Fatalf("call %s is still %s", c.To().Address, c.Activity().State)
				}
			}
			return out
		}
		first := run()
		if second := run(); first != second {
			t.Fatal("two runs differ")
		}
	})
}
