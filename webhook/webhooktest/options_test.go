package webhooktest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// TestBaseURLWithAPath shows that a program may live below a path: what a test
// names is below it, what a document names is not.
func TestBaseURLWithAPath(t *testing.T) {
	const base = "https://hooks.example.com/shop"
	v, err := signature.New(signature.Config{BaseURL: "https://hooks.example.com", Tokens: signature.Tokens(webhooktest.AuthToken)})
	require.NoError(t, err)
	h := v.Handler(scenes{
		"/shop/sms": `<Message statusCallback="/shop/status">hi</Message>`, "/shop/status": "",
		"/shop/voice": `<Gather numDigits="1" action="menu"/><Redirect>/elsewhere</Redirect>`, "/shop/menu": `<Say>Menu</Say>`, "/elsewhere": `<Say>Elsewhere</Say>`,
		"/shop/cb": "", "/shop/fallback": `<Say>Sorry</Say>`,
	})
	tw := webhooktest.New(t, h, &webhooktest.Options{BaseURL: base, StatusPath: "/cb", Fallback: "/fallback"})
	tw.Text("/sms", "hello").Replies("hi")
	tw.Deliver("/status", "SM00000000000000000000000000000001", "sent")
	tw.Call("/voice").Presses("1").Hears("Menu").Ends()
	tw.Call("/voice").Hears("Elsewhere").Ends()
	tw.Call("/gone").Fails(11200).Hears("Sorry").Ends()
	assert.Contains(t, tw.Transcript(), "POST /cb CallStatus=completed -> 200")
}

// TestFailureBeforeTheFallback shows that a failure can be expected although
// the fallback made it good.
func TestFailureBeforeTheFallback(t *testing.T) {
	h := scenes{"/fallback": `<Message>sorry</Message>`}
	opts := &webhooktest.Options{Fallback: "/fallback"}
	assert.Empty(t, failing(h, opts, func(tw *webhooktest.Twilio) {
		tw.Text("/sms", "hi").Fails(11200).RepliesExactly("sorry")
	}))
	assert.Contains(t, failing(h, opts, func(tw *webhooktest.Twilio) { tw.Text("/sms", "hi").Replies("sorry") }), "Twilio would have reported error 11200")
	assert.Contains(t, failing(h, opts, func(tw *webhooktest.Twilio) { tw.Text("/sms", "hi").Fails(12100) }), "Twilio reports error 11200")
}

func TestPeopleOfChannels(t *testing.T) {
	var got []string
	h := func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.FormValue("From")+" "+r.FormValue("To")+" "+r.FormValue("WaId"))
		xml("<Response/>").ServeHTTP(w, r)
	}
	tw := webhooktest.New(t, http.HandlerFunc(h), nil)
	tw.WhatsApp("/sms", "hi")
	tw.As("whatsapp:+15550111").WhatsApp("/sms", "hi")
	tw.As("whatsapp:+15550111").Text("/sms", "hi")
	tw.As("messenger:123").Text("/sms", "hi")
	assert.Equal(t, []string{
		"whatsapp:+15550101 whatsapp:+15550100 15550101", "whatsapp:+15550111 whatsapp:+15550100 15550111",
		"whatsapp:+15550111 whatsapp:+15550100 ", "messenger:123 messenger:+15550100 ",
	}, got)
}

// TestDeliverRetries shows that a report is refused only when its last try is.
func TestDeliverRetries(t *testing.T) {
	const sid = webhook.SID("SM00000000000000000000000000000001")
	flaky := func(failures int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if failures--; failures >= 0 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
	report := func(tw *webhooktest.Twilio) { tw.Deliver("/status#rc=2&rp=5xx", sid, "sent") }
	assert.Empty(t, failing(flaky(2), nil, report))
	assert.Contains(t, failing(flaky(3), nil, report), "the report sent of "+string(sid)+" is refused: error 11200")
	moved := http.NewServeMux()
	moved.Handle("/status", http.RedirectHandler("/gone", http.StatusTemporaryRedirect))
	assert.Contains(t, failing(moved, nil, report), "the report sent of "+string(sid)+" is refused: error 11200: the server answered 404")
	shuffled := func(tw *webhooktest.Twilio) { tw.Shuffled(7, "/status", sid, "queued", "sent", "undelivered") }
	assert.Empty(t, failing(flaky(0), nil, shuffled))
	assert.GreaterOrEqual(t, strings.Count(failing(flaky(100), nil, shuffled), "is refused"), 3)
}

// TestExploreTakesOptions shows that an exploration calls as New's calls do.
func TestExploreTakesOptions(t *testing.T) {
	const app = webhook.SID("AP00000000000000000000000000000001")
	methods := map[string]int{}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		methods[r.Method+" "+r.URL.Path]++
		scenes{
			"/voice": `<Dial><Application>` + string(app) + `</Application></Dial>`, "/app": `<Say>The app</Say>`, "/cb": "",
		}.ServeHTTP(w, r)
	})
	tree := webhooktest.Explore(t, h, "/voice", &webhooktest.ExploreOptions{Options: webhooktest.Options{
		GET: true, StatusPath: "/cb", Apps: map[webhook.SID]string{app: "/app"}, Timeout: time.Minute,
	}})
	assert.Empty(t, tree.Problems())
	assert.Positive(t, methods["GET /voice"])
	assert.Positive(t, methods["POST /app"])
	assert.Positive(t, methods["POST /cb"])
}

func TestNewNeedsAHandler(t *testing.T) {
	told := failing(nil, nil, func(*webhooktest.Twilio) { t.Error("New returned") })
	assert.Equal(t, "webhooktest: New needs a handler, or Options.Transport", told)
}
