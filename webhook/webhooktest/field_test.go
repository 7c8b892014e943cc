package webhooktest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/media"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// TestUntypedAnswer is AGWA/sms-over-xmpp 22, howdyai/botkit 2132 and
// twilio/twilio-node 369: a handler that writes nothing answers 200 without a
// Content-Type, which Twilio logs as error 11200 wherever it asks.
func TestUntypedAnswer(t *testing.T) {
	silent := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for name, test := range map[string]func(*webhooktest.Twilio){
		"message":  func(tw *webhooktest.Twilio) { tw.Text("/", "hi").RepliesNothing() },
		"call":     func(tw *webhooktest.Twilio) { tw.Call("/").Ends() },
		"callback": func(tw *webhooktest.Twilio) { tw.Deliver("/", "SM00000000000000000000000000000001", "sent") },
		"sent status": func(tw *webhooktest.Twilio) {
			tw.Send("/", webhook.RecordingStatusCallback{RecordingStatus: "completed"})
		},
		"sent document": func(tw *webhooktest.Twilio) { tw.Send("/", webhook.ConnectAction{}) },
	} {
		t.Run(name, func(t *testing.T) {
			got := failing(silent, nil, test)
			assert.Contains(t, got, "error 11200")
			assert.Contains(t, got, "answer 204, or an empty Response as text/xml")
		})
	}
	t.Run("of a call's callback", func(t *testing.T) {
		h := scenes{"/voice": `<Say>Hi</Say>`, "/status": func(http.ResponseWriter, *http.Request) {}}
		got := failing(h, &webhooktest.Options{StatusPath: "/status"}, func(tw *webhooktest.Twilio) { tw.Call("/voice").Ends() })
		assert.Contains(t, got, "CallStatusCallback")
		assert.Contains(t, got, "error 11200")
	})
	t.Run("204 is fine", func(t *testing.T) {
		none := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		tw := webhooktest.New(t, none, &webhooktest.Options{Warnings: true})
		tw.Text("/", "hi").RepliesNothing()
		reports := tw.Deliver("/", "SM00000000000000000000000000000001", "sent", "delivered")
		require.Len(t, reports, 2)
		assert.Equal(t, "delivered 204", fmt.Sprint(reports[1].Param("MessageStatus"), " ", reports[1].Status))
	})
	t.Run("an empty Response is fine", func(t *testing.T) {
		tw := webhooktest.New(t, xml("<Response/>"), &webhooktest.Options{Warnings: true})
		tw.Text("/", "hi").RepliesNothing()
		tw.Deliver("/", "SM00000000000000000000000000000001", "sent")
	})
}

// TestSendReadsEveryDocument shows that the answer to each kind that takes a
// document is read: errors in it fail the test.
func TestSendReadsEveryDocument(t *testing.T) {
	broken := xml("<Response><Say></Response>")
	seen := map[webhook.Kind]bool{}
	for name, e := range webhooktest.Fixtures() {
		if _, ok := e.Kind().Document(); !ok || seen[e.Kind()] {
			continue
		}
		seen[e.Kind()] = true
		t.Run(name, func(t *testing.T) {
			assert.Contains(t, failing(broken, nil, func(tw *webhooktest.Twilio) { tw.Send("/", e) }), "error 12100")
		})
	}
	assert.Greater(t, len(seen), 12)
}

// TestOptedOutReplies is SparkDevNetwork/Rock 7049: nobody reads the answer to
// STOP, nor any later one until START.
func TestOptedOutReplies(t *testing.T) {
	chatty := xml(`<Response><Message>Sorry</Message></Response>`)
	got := failing(chatty, nil, func(tw *webhooktest.Twilio) { tw.Text("/sms", "STOP").Replies("Sorry") })
	assert.Contains(t, got, "there is no reply: error 21610")
	tw := webhooktest.New(t, chatty, nil)
	assert.Empty(t, tw.Text("/sms", " stop ").Messages)
	tw.Text("/sms", "hello").RepliesNothing()
	tw.As("+15550111").Text("/sms", "hello").Replies("Sorry")
	tw.Text("/sms", "START").Replies("Sorry")
}

// TestCallerID is twilio-voice-quickstart-android 450 and twilio-voice-ios 103:
// a client has no number to call from.
func TestCallerID(t *testing.T) {
	done := func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		xml(`<Response><Say>`+r.Form.Get("DialCallStatus")+" "+r.Form.Get("ErrorMessage")+`</Say></Response>`).ServeHTTP(w, r)
	}
	const app = webhook.SID("AP00000000000000000000000000000001")
	t.Run("a client calls a number without callerId", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{"/voice": `<Dial action="/done"><Number>+15550155</Number></Dial>`, "/done": done}, nil)
		tw.CallFromApp(app, "/voice", nil).Hears("failed callerId must be given").Fails(13214).Ends()
	})
	t.Run("callerId is a client", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{"/voice": `<Dial action="/done" callerId="client:ada"><Number>15550155</Number></Dial>`, "/done": done}, nil)
		tw.Call("/voice").Hears("failed callerId is a client").Ends()
	})
	t.Run("clients may call clients, and numbers with a callerId", func(t *testing.T) {
		tw := webhooktest.New(t, scenes{
			"/client": `<Dial callerId="client:ada"><Client>bob</Client></Dial>`, "/number": `<Dial callerId="+15550100"><Number>+15550155</Number></Dial>`,
		}, nil)
		tw.CallFromApp(app, "/client", nil).Answers().Talks()
		tw.CallFromApp(app, "/number", nil).Answers().Talks()
	})
}

// TestUnaskableCallbacks is twilio/twilio-node 591: a URL that Twilio cannot
// request is not requested.
func TestUnaskableCallbacks(t *testing.T) {
	for _, ref := range []string{"/rec?room=a%SPACE%b", "/rec?room=a b", "/rec?x=%2"} {
		asked := false
		h := scenes{
			"/voice": `<Record action="/n" recordingStatusCallback="` + ref + `"/>`, "/n": "",
			"/rec": func(http.ResponseWriter, *http.Request) { asked = true },
		}
		got := failing(h, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Records(3 * time.Second).Ends(); tw.Waits(time.Minute) })
		assert.Contains(t, got, "error 1", ref)
		assert.False(t, asked, ref)
	}
}

// TestSpeechIntoARecording: words take their time, whatever the person does
// next.
func TestSpeechIntoARecording(t *testing.T) {
	h := scenes{
		"/voice": `<Record action="/n" transcribe="true" transcribeCallback="/t"/>`, "/n": says("RecordingDuration", "Digits"), "/t": "",
	}
	words := strings.Repeat("Please call me back. ", 4)
	for name, end := range map[string]func(*webhooktest.Call) *webhooktest.Call{
		"key": func(c *webhooktest.Call) *webhooktest.Call {
			return c.Presses("#").Hears("RecordingDuration=6; Digits=#")
		},
		"hangup": func(c *webhooktest.Call) *webhooktest.Call { return c.HangsUp() },
	} {
		t.Run(name, func(t *testing.T) {
			tw := webhooktest.New(t, h, nil)
			end(tw.Call("/voice").Speaks(words)).Ends()
			tw.Waits(time.Minute)
			assert.Contains(t, tw.Transcript(), "recorded 5.9s")
			assert.Contains(t, tw.Transcript(), "TranscriptionStatus=completed")
		})
	}
	t.Run("one after the other", func(t *testing.T) {
		tw := webhooktest.New(t, h, nil)
		tw.Call("/voice").Speaks(words, words).Presses("#").Hears("RecordingDuration=12").Ends()
	})
}

// TestEmptyRecording: who says nothing leaves no message, so the next verb
// runs and the action is not requested.
func TestEmptyRecording(t *testing.T) {
	tw := webhooktest.New(t, scenes{"/voice": `<Record action="/n" timeout="3"/><Say>I did not receive a recording</Say>`}, nil)
	tw.Call("/voice").Hears("I did not receive a recording").Ends()
	assert.Equal(t, []string{"POST /voice 200"}, tw.Requests())
}

// TestForeignHosts is TwilioDevEd/warm-transfer-node and most of Twilio's
// samples: hold music lies on other hosts, and is music.
func TestForeignHosts(t *testing.T) {
	const music = "https://com-twilio-sounds-music.s3.amazonaws.com/X.mp3"
	h := scenes{
		"/voice": `<Dial><Conference waitMethod="GET" waitUrl="` + music + `">room</Conference></Dial>`,
		"/queue": `<Enqueue waitUrl="http://twimlets.com/holdmusic?Bucket=a">q</Enqueue>`,
		"/play":  `<Play>` + music + `</Play>`,
		"/lead":  `<Redirect>https://other.example.com/next</Redirect>`,
		"/ours":  `<Redirect>https://two.example.com/play</Redirect>`,
		"/port":  `<Redirect>https://WebhookTest.example.com:443/play</Redirect>`,
	}
	tw := webhooktest.New(t, h, &webhooktest.Options{Hosts: []string{"two.example.com"}})
	call := tw.Call("/voice").Joins("room")
	assert.Contains(t, call.Transcript(), music+" (not fetched)")
	call.Holds(true, music).HangsUp()
	tw.Call("/queue").Queues("q").HangsUp()
	tw.Call("/play").Hears("X.mp3").Ends()
	tw.Call("/ours").Hears("X.mp3").Ends()
	tw.Call("/port").Hears("X.mp3").Ends()
	got := failing(h, nil, func(tw *webhooktest.Twilio) { tw.Call("/lead").Ends() })
	assert.Contains(t, got, "the document is on another host, other.example.com")
}

// TestRoomsWithoutAName joins a conference that is named after the CallSid, as
// Twilio's warm-transfer and call-center samples do, and a queue likewise.
func TestRoomsWithoutAName(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		switch sid := r.FormValue("CallSid"); r.URL.Path {
		case "/room":
			fmt.Fprintf(w, "<Response><Dial><Conference>%s</Conference></Dial></Response>", sid)
		case "/queue":
			fmt.Fprintf(w, "<Response><Enqueue>%s</Enqueue></Response>", sid)
		default:
			fmt.Fprint(w, "<Response/>")
		}
	})
	tw := webhooktest.New(t, h, nil)
	tw.Call("/room").Joins("").HangsUp()
	tw.Call("/queue").Queues("").HangsUp()
	assert.Contains(t, failing(h, nil, func(tw *webhooktest.Twilio) { tw.Call("/none").Joins("") }), "the caller does not join a conference: ")
	assert.Contains(t, failing(h, nil, func(tw *webhooktest.Twilio) { tw.Call("/none").Queues("") }), "the caller does not wait in a queue: ")
}

// TestRedirectsToForeignHosts follows an HTTP redirect to the program only. A file
// on another host is music there, too.
func TestRedirectsToForeignHosts(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/voice", http.RedirectHandler("https://other.example.com/next", http.StatusFound))
	mux.Handle("/next", scenes{"/next": "<Say>never</Say>"})
	mux.Handle("/play", scenes{"/play": "<Play>/sound.mp3</Play><Say>Bye</Say>"})
	mux.Handle("/sound.mp3", http.RedirectHandler("https://bucket.example.com/sound.mp3", http.StatusFound))
	tw := webhooktest.New(t, mux, nil)
	tw.Call("/play").Hears("sound.mp3", "Bye").Ends()
	got := failing(mux, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Ends() })
	assert.Contains(t, got, "error 11200: the document is on another host, other.example.com, and is not fetched")
}

// TestStreamThatTwilioConnects is openclaw/openclaw 8814 and pipecat-ai/pipecat
// 2157: a query is dropped and an unknown track overlooked; the call goes on.
func TestStreamThatTwilioConnects(t *testing.T) {
	for _, doc := range []string{
		`<Connect><Stream url="wss://a.example.com/ws?token=abc"/></Connect>`,
		`<Start><Stream url="wss://a.example.com/ws?token=abc"/></Start><Pause/>`,
		`<Start><Stream url="wss://a.example.com/ws" track="both"/></Start><Pause/>`,
	} {
		tw := webhooktest.New(t, scenes{"/voice": doc}, nil)
		call := tw.Call("/voice").Waits(time.Second / 2)
		assert.Contains(t, call.Transcript(), "Stream begins", doc)
		assert.Contains(t, call.Transcript(), "warning: ", doc)
		assert.NotContains(t, call.Transcript(), "FAILED", doc)
		call.HangsUp()
		got := failing(scenes{"/voice": doc}, &webhooktest.Options{Warnings: true}, func(tw *webhooktest.Twilio) { tw.Call("/voice").HangsUp() })
		assert.Contains(t, got, "Stream", doc)
	}
}

// TestCalleeOfAScreenedCall plays call screening, as Twilio's ivr-recording,
// whisper and simulring samples have it.
func TestCalleeOfAScreenedCall(t *testing.T) {
	tw := webhooktest.New(t, scenes{
		"/voice":  `<Dial><Number url="/screen">+15550155</Number></Dial>`,
		"/screen": `<Gather numDigits="1" action="/accept"><Say>Press any key to accept</Say></Gather><Hangup/>`,
		"/accept": `<Say>Connecting</Say>`,
	}, nil)
	call := tw.Call("/voice")
	callee := call.Rings("+15550155").Answers()
	callee.Hears("Press any key").Presses("1").Hears("Connecting")
	callee.Talks().Speaks("Hello there")
	call.Hears("Hello there")
	callee.HangsUp()
	call.Ends()
}

// TestLoopsAreShort: a menu that repeats itself is shown once, the headline
// says how often it came and what was heard instead.
func TestLoopsAreShort(t *testing.T) {
	h := scenes{"/voice": `<Gather timeout="5"><Say>To book press 1</Say></Gather><Redirect/>`}
	got := failing(h, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Hears("Goodbye") })
	first, rest, _ := strings.Cut(got, "\n")
	assert.Regexp(t, `10 minutes have passed, .*; the same menu came \d+ times; heard instead: "To book press 1"`, first)
	assert.Regexp(t, `\[repeated \d+ more times, until \d\d:\d\d, `, rest)
	assert.Less(t, strings.Count(got, "\n"), 30)
	for _, filledIn := range []string{"Called=", "StirVerstat=", "ApiVersion=", "AccountSid="} {
		assert.NotContains(t, got, filledIn)
	}
	t.Run("a program that counts is not stopped", func(t *testing.T) {
		n := 0
		tw := webhooktest.New(t, scenes{"/voice": func(w http.ResponseWriter, r *http.Request) {
			doc := `<Gather timeout="5"><Say>To book press 1</Say></Gather><Redirect/>`
			if n++; n > 6 {
				doc = "<Say>Goodbye</Say>"
			}
			xml("<Response>"+doc+"</Response>").ServeHTTP(w, r)
		}}, nil)
		tw.Call("/voice").Hears("Goodbye").Ends()
	})
}

// TestProblemsAreToldOnce: lint and the engine find the same empty message.
func TestProblemsAreToldOnce(t *testing.T) {
	got := failing(xml("<Response><Message/></Response>"), &webhooktest.Options{Warnings: true}, func(tw *webhooktest.Twilio) {
		tw.Text("/sms", "hi").RepliesNothing()
	})
	assert.Equal(t, 1, strings.Count(got, "Twilio would have reported error 14103"), got)
}

// TestSharedKey: requests can be signed by a shared key.
func TestSharedKey(t *testing.T) {
	key, err := signature.NewSharedKey("WK00000000000000000000000000000001", "0123456789abcdef0123456789abcdef")
	require.NoError(t, err)
	v, err := signature.New(signature.Config{BaseURL: webhooktest.BaseURL, Tokens: signature.Keys(key)})
	require.NoError(t, err)
	hooks := webhook.NewReceiver(v, nil)
	mux := http.NewServeMux()
	mux.Handle("/sms", webhook.Handle(hooks, func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return twiml.Reply(m.Body), nil
	}))
	mux.Handle("/events", webhook.Events(hooks, func(context.Context, webhook.Event) (webhook.Reply, error) { return nil, nil }))
	tw := webhooktest.New(t, mux, &webhooktest.Options{Key: key})
	tw.Text("/sms", "hello").Replies("hello")
	tw.Send("/events", webhooktest.Fixture("conv_message_added_sms"))
	webhooktest.New(t, mux, nil).Text("/sms", "hello").StatusIs(http.StatusForbidden)
}

// TestExploreOutbound explores a call that the program makes.
func TestExploreOutbound(t *testing.T) {
	h := scenes{
		"/answered": `<Gather numDigits="1" action="/menu"><Say>Press 1 to confirm</Say></Gather><Redirect>/answered</Redirect>`, "/menu": `<Say>Thanks</Say>`,
	}
	tree := webhooktest.Explore(t, h, "/answered", &webhooktest.ExploreOptions{Outbound: true}).HasNoProblems("loop")
	assert.Contains(t, tree.String(), "Press 1 to confirm")
	if assert.Len(t, tree.Problems(), 1) {
		assert.Equal(t, "loop", tree.Problems()[0].Rule)
	}
}

// TestExploreTellsPeopleApart: what the callee hears is not put into the
// caller's mouth.
func TestExploreTellsPeopleApart(t *testing.T) {
	tree := webhooktest.Explore(t, scenes{
		"/voice":  `<Dial action="/after"><Number url="/screen">+15550155</Number></Dial>`,
		"/screen": `<Say>Press any key to accept</Say>`, "/after": `<Say>Thank you</Say>`,
	}, "/voice", nil)
	assert.Contains(t, tree.String(), `(+15550155 hears "Press any key to accept")`)
	assert.Contains(t, tree.String(), `"Thank you" (ends: completed)`)
}

// TestMediaHost: a program that saves pictures needs no network.
func TestMediaHost(t *testing.T) {
	host := webhooktest.NewMediaHost(t)
	downloads, err := media.New(media.Config{BaseURL: host.URL, Pauses: []time.Duration{}})
	require.NoError(t, err)
	picture := []byte("\x89PNG\r\n\x1a\nand so on")
	var saved []byte
	hooks := webhook.NewReceiver(verifier(), nil)
	mux := http.NewServeMux()
	mux.Handle("/sms", webhook.Handle(hooks, func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		got, err := downloads.Get(ctx, m.Media[0].URL)
		if err != nil {
			return nil, err
		}
		defer got.Close()
		saved, err = io.ReadAll(got)
		return twiml.Reply("Saved " + got.Type), err
	}))
	tw := webhooktest.New(t, mux, nil)
	tw.MMS("/sms", "look", host.Media("image/png", picture)).Replies("Saved image/png")
	assert.Equal(t, picture, saved)
	require.Len(t, host.Requests(), 1)
}

// TestModeration plays what the REST API does to a conference.
func TestModeration(t *testing.T) {
	h := scenes{
		"/voice": `<Dial action="/after"><Conference waitUrl="" statusCallback="/s" statusCallbackEvent="join leave announcement end">room</Conference></Dial>`,
		"/after": `<Say>You have left</Say>`, "/s": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, "/news": `<Say>Five minutes left</Say>`,
	}
	tw := webhooktest.New(t, h, nil)
	ada := tw.Call("/voice").Joins("room")
	bob := tw.As("+15550111").Call("/voice").Joins("room")
	tw.Announces("room", "/news")
	ada.Hears("Five minutes left")
	bob.Kicks().Hears("You have left").Ends()
	tw.EndsConference("room")
	ada.Hears("You have left").Ends()
	assert.Contains(t, tw.Transcript(), "StatusCallbackEvent=announcement-end")
	assert.Contains(t, failing(h, nil, func(tw *webhooktest.Twilio) { tw.EndsConference("none") }), `there is no conference "none"`)
	assert.Contains(t, failing(h, nil, func(tw *webhooktest.Twilio) { tw.Call("/voice").Joins("room").HangsUp().Kicks() }), "the caller is not in a conference")
}

// TestAnsweringMachines: detection takes its time, the end of a greeting more.
func TestAnsweringMachines(t *testing.T) {
	for who, want := range map[webhook.AnsweredBy]time.Duration{"machine_start": 4200 * time.Millisecond, "machine_end_beep": 12 * time.Second, "human": 4200 * time.Millisecond} {
		tw := webhooktest.New(t, scenes{"/v": says("AnsweredBy")}, nil)
		call := tw.Outbound("/v")
		began := tw.Now()
		call.AnsweredBy(who).Hears("AnsweredBy=" + string(who))
		assert.Equal(t, want, tw.Now().Sub(began), who)
	}
}
