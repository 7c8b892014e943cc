package webhooktest_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// says is a document that says parameters of its request.
func says(names ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		text := ""
		for _, name := range names {
			text += fmt.Sprintf("%s=%s; ", name, r.FormValue(name))
		}
		xml("<Response><Say>"+text+"</Say></Response>").ServeHTTP(w, r)
	}
}

// TestGatherScenarios combines what a Gather can be asked for.
func TestGatherScenarios(t *testing.T) {
	action := says("Digits", "FinishedOnKey", "SpeechResult")
	t.Run("keys and speech, hints, partial results, another finishing key", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{
			"/v": `<Gather input="dtmf speech" hints="sales,support" speechTimeout="auto" partialResultCallback="/p" action="/n" finishOnKey="*"><Say>Say or press</Say><Pause/></Gather><Say>Nothing</Say>`,
			"/n": action, "/p": "",
		}, nil)
		tw.Call("/v").Speaks("I want sales").Hears("SpeechResult=I want sales").Ends()
		partial := 0
		for _, line := range tw.Requests() {
			if line == "POST /p 200" {
				partial++
			}
		}
		assert.Equal(t, 3, partial)
		tw.Call("/v").Presses("12*").Hears("Digits=12; FinishedOnKey=*;").Ends()
		tw.Call("/v").Presses("1#").Waits(5 * time.Second).Hears("Digits=1#; FinishedOnKey=;").Ends()
		tw.Call("/v").Presses("1").Waits(4 * time.Second).Presses("2").Waits(4 * time.Second).Presses("3*").Hears("Digits=123;").Ends()
		tw.Call("/v").Presses("*").Hears("Nothing").Ends()
		tw.Call("/v").Hears("Nothing").Ends()
	})
	t.Run("no finishing key", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{"/v": `<Gather finishOnKey="" numDigits="4" action="/n"/>`, "/n": action}, nil)
		tw.Call("/v").Presses("*1#2").Hears("Digits=*1#2; FinishedOnKey=;").Ends()
	})
	t.Run("an empty result, by GET, with a query of its own", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{"/v": `<Gather actionOnEmptyResult="true" timeout="2" action="/n?x=1" method="GET"/><Say>Never</Say>`, "/n": says("x", "Digits", "FinishedOnKey")}, nil)
		tw.Call("/v").Hears("x=1; Digits=; FinishedOnKey=;").Ends()
		tw.Call("/v").Presses("#").Hears("x=1; Digits=; FinishedOnKey=#;").Ends()
	})
	t.Run("a prompt that is repeated forever", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{"/v": `<Gather numDigits="1" action="/n"><Say loop="0">Again</Say></Gather>`, "/n": action}, nil)
		tw.Call("/v").Waits(5 * time.Minute).Presses("1").Hears("Digits=1;").Ends()
	})
	t.Run("hanging up in the middle: no action", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{"/v": `<Gather action="/n"/>`, "/s": ""}, &webhooktest.Options{StatusPath: "/s"})
		tw.Call("/v").Presses("1").HangsUp().Ends()
		assert.Equal(t, []string{"POST /v 200", "POST /s 200"}, tw.Requests())
	})
	t.Run("relative to where a redirect led", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{
			"/v": func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/deep/er/doc?k=1", http.StatusFound)
			},
			"/deep/er/doc": `<Gather numDigits="1" action="../next"/>`, "/deep/next": action,
		}, nil)
		tw.Call("/v").Presses("7").Hears("Digits=7;").Ends()
	})
}

// TestRecordScenarios combines the ways in which recordings end with their callbacks.
func TestRecordScenarios(t *testing.T) {
	h := scenes{
		"/v": `<Record maxLength="30" timeout="10" finishOnKey="*" transcribe="true" transcribeCallback="/t" recordingStatusCallback="/r" recordingStatusCallbackEvent="in-progress completed absent" action="/n"/>`,
		"/n": says("Digits", "RecordingDuration", "CallStatus"), "/t": "", "/r": "",
	}
	tw := webhooktest.New(t, h, nil)
	tw.Call("/v").Records(2 * time.Second).Presses("1").Waits(4 * time.Second).Presses("*").Hears("Digits=*; RecordingDuration=6;").Ends()
	tw.Call("/v").Speaks("Please call back").Hears("Digits=; RecordingDuration=11;").Ends()
	tw.Call("/v").Waits(11 * time.Second).Ends() // silence makes no recording, and no request
	tw.Call("/v").Records(40 * time.Second).Hears("RecordingDuration=30;").Ends()
	call := tw.Call("/v").Records(3 * time.Second).HangsUp().Ends()
	assert.Equal(t, "hangup completed", call.Param("Digits")+" "+call.Param("CallStatus"))
	tw.Call("/v").Waits(300 * time.Millisecond).HangsUp().Ends()
	tw.Waits(time.Minute)
	text := tw.Transcript()
	for _, want := range []string{"RecordingStatus=in-progress", "RecordingStatus=absent ErrorCode=16101", "RecordingStatus=completed RecordingDuration=3", "POST /t"} {
		assert.Contains(t, text, want)
	}
}

// TestDialScenarios combines who is rung with who answers.
func TestDialScenarios(t *testing.T) {
	action := says("DialCallStatus", "DialBridged", "DialCallDuration")
	t.Run("all at once: the first wins", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{"/v": `<Dial timeout="10" action="/n"><Number statusCallback="/s">+15550123</Number><Client>bob</Client></Dial>`, "/n": action, "/s": ""}, nil)
		call := tw.Call("/v")
		bob := call.Rings("client:bob").Answers()
		call.Talks().Waits(10 * time.Second)
		bob.HangsUp()
		call.Hears("DialCallStatus=completed; DialBridged=true; DialCallDuration=10;").Ends()
		assert.Contains(t, tw.Transcript(), "POST /s CallStatus=canceled")
		call = tw.Call("/v").Busy()
		call.NoAnswer().Hears("DialCallStatus=no-answer; DialBridged=false; DialCallDuration=;").Ends()
	})
	t.Run("one after the other", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{"/v": `<Dial sequential="true" timeout="10" action="/n"><Number>+15550123</Number><Number>+15550124</Number></Dial>`, "/n": action}, nil)
		call := tw.Call("/v")
		call.Rings("+15550123").NoAnswer()
		second := call.Rings("+15550124").Answers()
		call.Talks()
		second.HangsUp()
		call.Hears("DialCallStatus=completed;").Ends()
	})
	t.Run("a callee who may decline", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{
			"/v": `<Dial action="/n" answerOnBridge="true"><Number url="/w">+15550123</Number></Dial>`, "/n": action,
			"/w": `<Gather numDigits="1" action="/ok"><Say>Press 1 to accept</Say></Gather><Hangup/>`, "/ok": "",
		}, nil)
		call := tw.Call("/v")
		callee := call.Rings("+15550123").Answers().Presses("1")
		assert.Equal(t, "in-progress", string(call.Talks().Status()))
		callee.HangsUp()
		call.Hears("DialBridged=true").Ends()
		call = tw.Call("/v")
		call.Rings("+15550123").Answers().Hears("Press 1").Ends()
		call.Hears("DialCallStatus=completed; DialBridged=false;").Ends()
	})
	t.Run("a machine answers what the program calls", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{"/v": says("AnsweredBy"), "/s": ""}, &webhooktest.Options{StatusPath: "/s"})
		tw.Outbound("/v").AnsweredBy("machine_end_beep").Hears("AnsweredBy=machine_end_beep;").Ends()
		tw.Outbound("/v").Answers().Hears("AnsweredBy=;").Ends()
		tw.Outbound("/v").NoAnswer().EndsWith("no-answer")
	})
}

// TestConferenceScenarios combines what people in a room do to each other.
func TestConferenceScenarios(t *testing.T) {
	tw := webhooktest.New(t, scenes{
		"/v":     `<Dial action="/n"><Conference waitUrl="/w" statusCallback="/s" statusCallbackEvent="start end join leave hold mute">r</Conference></Dial>`,
		"/host":  `<Dial action="/n"><Conference waitUrl="/w" endConferenceOnExit="true">r</Conference></Dial>`,
		"/music": `<Say>La la</Say>`, "/w": `<Say>Please wait</Say><Redirect/>`, "/n": says("DialCallStatus", "DialCallSid"), "/s": "",
	}, nil)
	guest := tw.Call("/v").Joins("r").Hears("Please wait", "Please wait")
	guest.Speaks("Is anybody there?")
	host := tw.As("+15550155").Call("/host").Joins("r").DoesNotHear("Please wait")
	guest.Holds(true, "/music").Hears("La la")
	host.Speaks("Hello?")
	guest.DoesNotHear("Hello?")
	guest.Holds(false, "").Mutes(true).Speaks("Secret")
	host.DoesNotHear("Secret")
	host.Speaks("Hello again")
	guest.Hears("Hello again")
	host.HangsUp().Ends()
	guest.Hears("DialCallStatus=answered; DialCallSid=;").Ends()
	tw.Call("/v").Joins("r").HangsUp().Ends()
	tw.Waits(time.Minute)
	assert.NotContains(t, tw.Transcript(), "warning")
}

// TestQueueScenarios combines ways out of a queue.
func TestQueueScenarios(t *testing.T) {
	queue := func(wait string) scenes {
		return scenes{
			"/v": `<Enqueue waitUrl="/w" waitUrlMethod="GET" action="/n">q</Enqueue>`, "/w": wait, "/n": says("QueueResult"), "/leave": `<Leave/>`, "/other": `<Say>Another document</Say>`,
			"/agent": `<Dial timeout="20" action="/n2"><Queue url="/q">q</Queue></Dial>`, "/q": `<Say>One moment please</Say>`, "/n2": says("DialCallStatus", "DequeueResult"),
		}
	}
	menu := queue(`<Gather numDigits="1" timeout="3" action="/leave"><Say>Press a key to leave</Say></Gather>`)
	t.Run("by a key", func(t *testing.T) {
		webhooktest.New(t, menu, nil).Call("/v").Queues("q").Hears("Press a key", "Press a key").Presses("1").Hears("QueueResult=leave;").Ends()
	})
	t.Run("to someone", func(t *testing.T) {
		tw := webhooktest.New(t, menu, nil)
		caller := tw.Call("/v").Queues("q")
		agent := tw.As("+15550155").Call("/agent")
		caller.Hears("One moment").Talks()
		agent.Talks().HangsUp()
		caller.Hears("QueueResult=bridged;").Ends()
	})
	t.Run("by hanging up, at once or while the url is heard", func(t *testing.T) {
		tw := webhooktest.New(t, menu, nil)
		assert.Equal(t, "hangup", tw.Call("/v").Queues("q").HangsUp().Ends().Param("QueueResult"))
		caller := tw.Call("/v").Queues("q")
		agent := tw.As("+15550155").Call("/agent")
		assert.Equal(t, "hangup", caller.Hears("One moment").HangsUp().Ends().Param("QueueResult"))
		agent.Hears("DequeueResult=hangup;").Ends()
	})
	t.Run("the agent gives up while the url is heard", func(t *testing.T) {
		tw := webhooktest.New(t, menu, nil)
		caller := tw.Call("/v").Queues("q")
		agent := tw.As("+15550155").Call("/agent")
		caller.Hears("One moment")
		agent.HangsUp().Ends()
		caller.Hears("QueueResult=bridging-in-process;").Ends()
	})
	t.Run("by another document, before a bridge and in one", func(t *testing.T) {
		tw := webhooktest.New(t, menu, nil)
		tw.Call("/v").Queues("q").Updates("/other").Hears("Another document").Ends()
		caller := tw.Call("/v").Queues("q")
		tw.As("+15550155").Call("/agent")
		caller.Hears("One moment").Updates("/other").Hears("Another document").Ends()
		caller = tw.Call("/v").Queues("q")
		tw.As("+15550156").Call("/agent")
		caller.Talks().Updates("/other").Hears("Another document").Ends()
		text := tw.Transcript()
		assert.Contains(t, text, "leaves the queue: redirected\n")
		assert.Contains(t, text, "leaves the queue: redirected-from-bridged\n")
	})
	t.Run("nobody waits", func(t *testing.T) {
		tw := webhooktest.New(t, menu, nil)
		tw.Call("/agent").Hears("DialCallStatus=failed; DequeueResult=queue-not-found;").Ends()
		tw.Call("/v").Queues("q").HangsUp().Ends()
		tw.Call("/agent").Hears("DialCallStatus=no-answer; DequeueResult=queue-empty;").Ends()
	})
}

// TestPayScenarios combines attempts with ends.
func TestPayScenarios(t *testing.T) {
	h := scenes{
		"/v": `<Pay action="https://webhooktest.example.com/n" statusCallback="/s" maxAttempts="2" chargeAmount="20.45"><Prompt for="payment-card-number" attempt="2"><Say>Once more</Say></Prompt></Pay>`,
		"/n": says("Result", "PaymentConfirmationCode"), "/s": "",
	}
	tw := webhooktest.New(t, h, nil)
	tw.Call("/v").Hears("credit card number", "Once more").Pays(webhooktest.Payment{Confirmation: "c1"}).Hears("Result=success; PaymentConfirmationCode=c1;").Ends()
	tw.Call("/v").Hears("Result=too-many-failed-attempts;").Ends()
	tw.Call("/v").Presses("*").Hears("Result=caller-interrupted-with-star;").Ends()
	assert.Equal(t, "caller-hung-up", tw.Call("/v").HangsUp().Ends().Param("Result"))
}
