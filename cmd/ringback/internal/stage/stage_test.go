package stage_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/phone"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/signature"
)

const (
	base      = "http://app.example.com"
	authToken = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
	ana, ben  = "+15550101", "+15550102"
)

// A world is a stage with a program, in a bubble whose time passes when
// everyone waits.
type world struct {
	*stage.Stage
	t     *testing.T
	store *capture.Store

	mu   sync.Mutex
	news []stage.News
	sent map[string][]url.Values // to the program, by path
}

// play runs a story in a world whose program answers by path.
func play(t *testing.T, documents map[string]string, story func(t *testing.T, w *world)) {
	t.Helper()
	facts, err := explain.Load()
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, sent: make(map[string][]url.Values)}
		app := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if err := r.ParseForm(); err != nil {
				rw.WriteHeader(http.StatusBadRequest)
				return
			}
			w.mu.Lock()
			w.sent[r.URL.Path] = append(w.sent[r.URL.Path], r.PostForm)
			w.mu.Unlock()
			document, ok := documents[r.URL.Path]
			if !ok {
				rw.WriteHeader(http.StatusNoContent)
				return
			}
			rw.Header().Set("Content-Type", "text/xml")
			fmt.Fprintf(rw, "<Response>%s</Response>", document)
		})
		w.store, _, err = capture.Open("", capture.Limits{})
		require.NoError(t, err)
		w.Stage, err = stage.New(stage.Config{
			App: base, AuthToken: authToken, Store: w.store, Facts: facts, Seed: 1, API: "http://127.0.0.1:4040/", Hosts: []string{"hooks.example.com"},
			Transport: dialogue.Handler(app),
		}, func(n stage.News) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.news = append(w.news, n)
		})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			w.Run(ctx)
		}()
		defer func() {
			cancel()
			<-ended
			assert.NoError(t, w.store.Close())
		}()
		story(t, w)
	})
}

// pass lets time pass, and everything happen that does by then.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *world) last(path string) url.Values {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.NotEmpty(w.t, w.sent[path], path)
	return w.sent[path][len(w.sent[path])-1]
}

func (w *world) messages(id string) []stage.Message {
	w.t.Helper()
	_, messages, err := w.Messages(id)
	require.NoError(w.t, err)
	return messages
}

func (w *world) act(c stage.Call, a stage.Act) {
	w.t.Helper()
	_, err := w.Act(c.SID, a)
	require.NoError(w.t, err, "%+v", a)
	synctest.Wait()
}

// look is how a call stands now.
func (w *world) look(c stage.Call) stage.Call {
	w.t.Helper()
	now, err := w.Call(c.SID)
	require.NoError(w.t, err)
	return now
}

// said are the lines of a call as "who: text".
func said(c stage.Call) (out []string) {
	for _, l := range c.Lines {
		out = append(out, strings.TrimSpace(l.Who+" "+l.Name)+": "+l.Text)
	}
	return out
}

func TestATextAndItsReply(t *testing.T) {
	play(t, map[string]string{"/sms": "<Message>hello back</Message>"}, func(t *testing.T, w *world) {
		_, err := w.Send(stage.Text{Person: ana, Body: "hello"})
		require.NoError(t, err)
		w.pass(time.Second)
		messages := w.messages(ana)
		require.Len(t, messages, 2)
		assert.Equal(t, "received", messages[0].Status)
		assert.Equal(t, int64(1), messages[0].Exchange)
		assert.Equal(t, "delivered", messages[1].Status)
		form := w.last("/sms")
		assert.Equal(t, "hello", form.Get("Body"))
		assert.Equal(t, "CHICAGO", form.Get("FromCity"))
		list := w.Conversations()
		require.Len(t, list, 1)
		assert.Equal(t, "Ana", list[0].Name)
		assert.Equal(t, "hello back", list[0].Last.Body)
		require.Len(t, w.Deliveries(), 1)
		assert.True(t, w.Deliveries()[0].Silent, "nobody asked to be told")
		kept, err := w.store.Get(1)
		require.NoError(t, err)
		assert.Equal(t, "valid", kept.Verdict)
		assert.Equal(t, "IncomingMessage", kept.Kind)
	})
}

func TestNobodyAndNowhere(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		for _, text := range []stage.Text{{Body: "hi"}, {Person: ana, Channel: "pigeon", Body: "hi"}} {
			_, err := w.Send(text)
			require.ErrorIs(t, err, stage.ErrNotFound)
		}
		_, err := w.Send(stage.Text{Person: ana, File: []byte("#!/bin/sh")})
		require.ErrorIs(t, err, stage.ErrNoPicture)
		_, err = w.Dial("")
		require.ErrorIs(t, err, stage.ErrNotFound)
		_, err = w.Call("CA0")
		require.ErrorIs(t, err, stage.ErrNotFound)
		_, err = w.Act("CA0", stage.Act{Do: "presses 1"})
		require.ErrorIs(t, err, stage.ErrNotFound)
		_, _, err = w.Messages("+15550199")
		require.ErrorIs(t, err, stage.ErrNotFound)
		_, err = w.Message("SM0")
		require.ErrorIs(t, err, stage.ErrNotFound)
		_, err = w.Redact("SM0")
		require.ErrorIs(t, err, stage.ErrNotFound)
		_, _, err = w.Picture("ME0")
		require.ErrorIs(t, err, stage.ErrNotFound)
		_, err = w.Play(stage.Lifecycle{Ending: "eaten"})
		require.ErrorIs(t, err, stage.ErrNotFound)
		_, err = w.Play(stage.Lifecycle{Ending: "read", Order: "backwards"})
		require.ErrorIs(t, err, stage.ErrNotFound)
		_, err = w.Leg("CA0")
		require.ErrorIs(t, err, stage.ErrNotFound)
	})
}

func TestPictures(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		m, err := w.Send(stage.Text{Person: ana, Picture: true})
		require.NoError(t, err)
		w.pass(time.Second)
		require.True(t, strings.HasPrefix(m.SID, "MM"))
		e, err := w.store.Get(1)
		require.NoError(t, err)
		assert.Equal(t, ana+" sends a picture", e.Summary)
		form := w.last("/sms")
		assert.Equal(t, "image/jpeg", form.Get("MediaContentType0"))
		assert.Equal(t, m.Media[0].URL, form.Get("MediaUrl0"))
		assert.True(t, strings.HasPrefix(m.Media[0].URL, "http://127.0.0.1:4040/2010-04-01/Accounts/"+w.AccountSID()+"/Messages/"+m.SID+"/Media/ME"))
		first := m.Media[0].SID
		kind, data, err := w.Picture(first)
		require.NoError(t, err)
		assert.Equal(t, "image/jpeg", kind)
		assert.NotEmpty(t, data)

		var own bytes.Buffer
		require.NoError(t, png.Encode(&own, image.NewGray(image.Rect(0, 0, 2, 2))))
		for range 40 {
			m, err = w.Send(stage.Text{Person: ben, File: own.Bytes()})
			require.NoError(t, err)
		}
		assert.Equal(t, "image/png", m.Media[0].Type)
		_, _, err = w.Picture(first)
		require.ErrorIs(t, err, stage.ErrNotFound, "the oldest goes first")
	})
}

func TestWhatsAppParameters(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		for _, text := range []stage.Text{
			{Body: "hi"}, {Button: &stage.Button{Text: "Yes", Payload: "y"}, ReplyTo: "SM1"},
			{Location: &stage.Location{Latitude: 1.5, Longitude: -2, Label: "Pier", Address: "1 Dock St"}},
		} {
			text.Person, text.Channel = "+15550199", "whatsapp"
			_, err := w.Send(text)
			require.NoError(t, err)
			w.pass(time.Second)
			form := w.last("/sms")
			assert.Equal(t, "whatsapp:+15550199", form.Get("From"))
			assert.Equal(t, "Guest", form.Get("ProfileName"))
			switch {
			case text.Button != nil:
				assert.Equal(t, "Yes", form.Get("Body"))
				assert.Equal(t, "y", form.Get("ButtonPayload"))
				assert.Equal(t, "SM1", form.Get("OriginalRepliedMessageSid"))
			case text.Location != nil:
				assert.Equal(t, "1.5", form.Get("Latitude"))
				assert.Equal(t, "1 Dock St", form.Get("Address"))
			default:
				assert.Equal(t, "text", form.Get("MessageType"))
			}
		}
		assert.Len(t, w.messages("whatsapp:+15550199"), 3)
	})
}

func TestOptOut(t *testing.T) {
	play(t, map[string]string{"/sms": `<Message statusCallback="/status">news</Message>`}, func(t *testing.T, w *world) {
		text := func(body string) []stage.Message {
			_, err := w.Send(stage.Text{Person: ana, Body: body})
			require.NoError(t, err)
			w.pass(5 * time.Second)
			return w.messages(ana)
		}
		text("yes")
		assert.Equal(t, "delivered", w.last("/status").Get("MessageStatus"), "yes is an ordinary word")
		messages := text(" Stop ")
		assert.True(t, w.Conversations()[0].OptedOut)
		assert.Equal(t, "from-twilio", messages[len(messages)-2].Direction)
		assert.Equal(t, 21610, messages[len(messages)-1].ErrorCode)
		assert.Equal(t, "failed", w.last("/status").Get("MessageStatus"))
		assert.Equal(t, "21610", w.last("/status").Get("ErrorCode"))
		_, err := w.SendOut(stage.Outgoing{To: ana, Body: "more news"})
		require.ErrorIs(t, err, stage.ErrOptedOut)
		text("help")
		assert.True(t, w.Conversations()[0].OptedOut, "who asks for help stays unsubscribed")
		text("UNSTOP")
		assert.False(t, w.Conversations()[0].OptedOut)
		assert.Equal(t, "delivered", w.last("/status").Get("MessageStatus"))
		_, err = w.Send(stage.Text{Person: ben, Channel: "whatsapp", Body: "STOP"})
		require.NoError(t, err)
		w.pass(time.Second)
		for _, c := range w.Conversations() {
			assert.False(t, c.OptedOut, "WhatsApp has no keywords of the network's")
		}
	})
}

func TestAConferenceOfTwo(t *testing.T) {
	play(t, map[string]string{"/voice": `<Dial><Conference waitUrl="">party</Conference></Dial>`}, func(t *testing.T, w *world) {
		one, err := w.Dial(ana)
		require.NoError(t, err)
		two, err := w.Dial(ben)
		require.NoError(t, err)
		w.pass(5 * time.Second)
		w.act(one, stage.Act{Do: "speaks hello Ben"})
		w.pass(time.Second)
		one, two = w.look(one), w.look(two)
		assert.Equal(t, "in-conference", one.Doing)
		assert.Greater(t, two.Seq, one.Seq, "a later look has a higher number")
		assert.Contains(t, said(one), "caller: hello Ben")
		assert.Contains(t, said(two), "other "+ana+": hello Ben")
		w.act(one, stage.Act{Do: "hangs up"})
		w.act(two, stage.Act{Do: "hangs up"})
		w.pass(time.Second)
		assert.True(t, w.look(one).Ended)
		assert.Equal(t, two.SID, w.Calls()[0].SID, "the latest first")
	})
}

func TestTheFarEndOfADial(t *testing.T) {
	documents := map[string]string{
		"/voice":  `<Dial action="/dialed" timeout="20"><Number url="/whisper">` + ben + `</Number></Dial>`,
		"/dialed": "<Say>Bye.</Say>", "/whisper": "<Say>For you.</Say>",
	}
	for result, status := range map[string]string{"answers": "completed", "busy": "busy", "no answer": "no-answer"} {
		t.Run(result, func(t *testing.T) {
			play(t, documents, func(t *testing.T, w *world) {
				c, err := w.Dial(ana)
				require.NoError(t, err)
				w.pass(2 * time.Second)
				now := w.look(c)
				require.Len(t, now.Legs, 1)
				assert.Equal(t, "leg", now.WaitingFor.Kind)
				leg := now.Legs[0].SID
				_, err = w.Act(c.SID, stage.Act{Leg: leg, Do: "sulks"})
				require.ErrorIs(t, err, phone.ErrUnclear)
				_, err = w.Act(c.SID, stage.Act{Leg: "CA0", Do: "answers"})
				require.ErrorIs(t, err, stage.ErrNotFound)
				w.act(c, stage.Act{Leg: leg, Do: result})
				if result == "answers" {
					w.pass(5 * time.Second)
					assert.Contains(t, said(w.look(c)), "app "+ben+": For you.")
					assert.Equal(t, "talking", w.look(c).Doing)
					w.act(c, stage.Act{Leg: leg, Do: "hangs up"})
				}
				w.pass(5 * time.Second)
				assert.Equal(t, status, w.last("/dialed").Get("DialCallStatus"))
				assert.True(t, w.look(c).Ended)
				_, err = w.Act(c.SID, stage.Act{Leg: leg, Do: "answers"})
				require.ErrorIs(t, err, stage.ErrNotNow)
			})
		})
	}
}

func TestWhatACallWaitsFor(t *testing.T) {
	play(t, map[string]string{
		"/voice":  `<Gather numDigits="1" timeout="60" action="/speech"/>`,
		"/speech": `<Gather input="speech" hints="tea, coffee" timeout="60" speechTimeout="1" action="/both"/>`,
		"/both":   `<Gather input="dtmf speech" numDigits="3" timeout="60" action="/tape"/>`,
		"/tape":   `<Record action="/done" finishOnKey="#" timeout="60"/>`,
	}, func(t *testing.T, w *world) {
		c, err := w.Dial(ana)
		require.NoError(t, err)
		for _, step := range []struct {
			waits stage.Waiting
			acts  []stage.Act
		}{
			{stage.Waiting{Kind: "keys", Hint: "1 digit"}, []stage.Act{{Do: "5"}}},
			{stage.Waiting{Kind: "speech", Hint: "tea, coffee"}, []stage.Act{{Do: "speaks tea"}}},
			{stage.Waiting{Kind: "keys or speech", Hint: "3 digits"}, []stage.Act{{Do: "waits 1s"}, {Do: "presses 123"}}},
			{stage.Waiting{Kind: "recording", Hint: "# ends it"}, []stage.Act{{Do: "records 3s"}, {Do: "presses #"}}},
		} {
			w.pass(8 * time.Second)
			assert.Equal(t, step.waits, w.look(c).WaitingFor)
			for _, a := range step.acts {
				w.act(c, a)
			}
		}
		_, err = w.Act(c.SID, stage.Act{Do: "answers"})
		require.ErrorIs(t, err, stage.ErrNotNow)
		for _, what := range []string{"presses x", "presses", "records -1s", "records 300h", "dances", "sulks", ""} {
			_, err := w.Act(c.SID, stage.Act{Do: what})
			require.ErrorIs(t, err, phone.ErrUnclear, what)
		}
		w.pass(5 * time.Second)
		assert.Equal(t, "5", w.last("/speech").Get("Digits"))
		assert.Equal(t, "tea", w.last("/both").Get("SpeechResult"))
		assert.Equal(t, "123", w.last("/tape").Get("Digits"))
		assert.True(t, w.look(c).Ended)
	})
}

func TestTheProgramSendsAndCalls(t *testing.T) {
	play(t, map[string]string{"/answer": "<Say>Your table is ready.</Say><Pause length=\"60\"/>", "/other": "<Say>Never mind.</Say>"}, func(t *testing.T, w *world) {
		out, err := w.SendOut(stage.Outgoing{To: ana, Body: "ready", Media: []string{"https://media.example.com/a.png"}, StatusCallback: "/status"})
		require.NoError(t, err)
		assert.Equal(t, "queued", out.Status)
		w.pass(5 * time.Second)
		m, err := w.Message(out.SID)
		require.NoError(t, err)
		assert.Equal(t, ana, m.To)
		assert.Equal(t, "delivered", m.Status)
		assert.Equal(t, "https://media.example.com/a.png", m.Media[0].URL)
		assert.Empty(t, m.Media[0].SID, "a picture of the program's is not kept here")
		redacted, err := w.Redact(out.SID)
		require.NoError(t, err)
		assert.Empty(t, redacted.Body)

		call := func(o stage.CallOut) (*dialogue.Call, stage.Call) {
			leg, err := w.RingOut(o)
			require.NoError(t, err)
			c, err := w.Call(leg.SID())
			require.NoError(t, err)
			return leg, c
		}
		leg, c := call(stage.CallOut{To: ben, URL: "/answer", StatusCallback: "/status", StatusEvents: []string{"initiated", "answered", "completed"}})
		w.pass(2 * time.Second)
		assert.True(t, w.look(c).Rings)
		err = w.UpdateLeg(leg, "/other", "", "", "")
		require.ErrorIs(t, err, stage.ErrNotNow, "it has not been answered")
		w.act(c, stage.Act{Do: "answers"})
		w.pass(5 * time.Second)
		assert.Contains(t, said(w.look(c)), "app: Your table is ready.")
		err = w.UpdateLeg(leg, "", "", "", "asleep")
		require.ErrorIs(t, err, stage.ErrNotNow)
		err = w.UpdateLeg(leg, "/other", "POST", "", "")
		require.NoError(t, err)
		w.pass(5 * time.Second)
		assert.Contains(t, said(w.look(c)), "app: Never mind.")

		_, c = call(stage.CallOut{To: ben, URL: "/answer"})
		w.pass(2 * time.Second)
		w.act(c, stage.Act{Do: "busy"})
		w.pass(time.Second)
		assert.Equal(t, "busy", w.look(c).Status)
		leg, c = call(stage.CallOut{To: ben, URL: "/answer"})
		w.pass(time.Second)
		err = w.UpdateLeg(leg, "", "", "", "canceled")
		require.NoError(t, err)
		w.pass(time.Second)
		assert.True(t, w.look(c).Ended)
	})
}

// TestLifecycles plays every ending in every order, and ends in the state that
// the library has for these reports.
func TestLifecycles(t *testing.T) {
	play(t, map[string]string{"/voice": "<Say>Hello.</Say><Pause length=\"10\"/>"}, func(t *testing.T, w *world) {
		for _, ending := range []string{"delivered", "read", "undelivered", "failed", "canceled"} {
			for _, order := range []string{"in-order", "shuffled", "doubled", "late"} {
				d, err := w.Play(stage.Lifecycle{Ending: ending, Order: order, Seed: 2})
				require.NoError(t, err)
				w.pass(30 * time.Second)
				i := slices.IndexFunc(w.Deliveries(), func(x stage.Delivery) bool { return x.SID == d.SID })
				got := w.Deliveries()[i]
				assert.Equal(t, ending, got.Status, order)
				if ending == "failed" || ending == "undelivered" {
					assert.NotZero(t, got.ErrorCode)
					assert.NotEmpty(t, got.Error, "a code has a name")
				}
			}
		}
		d, err := w.Play(stage.Lifecycle{Ending: "read", Order: "lost", Seed: 1})
		require.NoError(t, err)
		w.pass(10 * time.Second)
		got := w.Deliveries()[0]
		require.Equal(t, d.SID, got.SID)
		require.Len(t, got.Steps, 4)
		assert.Equal(t, 1, len(slices.DeleteFunc(slices.Clone(got.Steps), func(s stage.Step) bool { return !s.Lost })))
		assert.True(t, slices.IsSortedFunc(got.Steps, func(a, b stage.Step) int { return a.At.Compare(b.At) }))

		for ending, status := range map[string]string{"call-completed": "completed", "call-busy": "busy", "call-no-answer": "no-answer"} {
			d, err := w.Play(stage.Lifecycle{Ending: ending})
			require.NoError(t, err)
			w.pass(30 * time.Second)
			i := slices.IndexFunc(w.Deliveries(), func(x stage.Delivery) bool { return x.SID == d.SID })
			assert.Equal(t, status, w.Deliveries()[i].Status)
		}
	})
}

func TestReplay(t *testing.T) {
	play(t, map[string]string{"/sms": "<Message>hi</Message>"}, func(t *testing.T, w *world) {
		_, err := w.Send(stage.Text{Person: ana, Body: "hello"})
		require.NoError(t, err)
		w.pass(time.Second)
		former, err := w.store.Get(1)
		require.NoError(t, err)
		again, err := w.Replay(t.Context(), former, stage.Change{})
		require.NoError(t, err)
		assert.Equal(t, "valid", again.Verdict)
		assert.Equal(t, former.ID, again.Parent)
		body := "Body=changed"
		for _, c := range []struct {
			change  stage.Change
			verdict string
		}{
			{stage.Change{Body: &body, Signature: "kept"}, "mismatch"},
			{stage.Change{Body: &body}, "valid"},
			{stage.Change{Parameters: [][2]string{{"Body", "a+b & c"}}}, "valid"},
			{stage.Change{Signature: "wrong"}, "mismatch"},
			{stage.Change{Signature: "old"}, "mismatch"},
			{stage.Change{Path: "/sms?x=1"}, "valid"},
		} {
			again, err := w.Replay(t.Context(), former, c.change)
			require.NoError(t, err)
			assert.Contains(t, again.Verdict, c.verdict, "%+v", c.change)
		}
		broken := "Body=%zz"
		huge := strings.Repeat("a", 1<<20+1)
		for _, c := range []stage.Change{{Path: "http://evil.example.com/"}, {Path: "/a b"}, {Signature: "golden"}, {Body: &broken}, {Body: &huge}} {
			_, err := w.Replay(t.Context(), former, c)
			require.Error(t, err, "T35")
		}
		former.Request.Header.Set("Content-Type", "application/json")
		_, err = w.Replay(t.Context(), former, stage.Change{Parameters: [][2]string{{"a", "b"}}})
		require.ErrorContains(t, err, "only a form")
		again, err = w.Replay(t.Context(), former, stage.Change{Body: &body})
		require.NoError(t, err)
		assert.Contains(t, again.Request.URL, "bodySHA256=")
	})
}

func TestTunnel(t *testing.T) {
	play(t, map[string]string{"/sms": "<Message>hi</Message>"}, func(t *testing.T, w *world) {
		form := url.Values{"Body": {"hi"}, "From": {ana}, "MessageSid": {"SM5f3c1e8a9b7d6f5e4a3b2c1d0e9f8a7b"}}
		post := func(body, host string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, "/sms", strings.NewReader(body))
			r.Host = host
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Forwarded-Proto", "https")
			r.Header.Set("X-Twilio-Signature", signature.Sign(authToken, "https://hooks.example.com/sms", form))
			rec := httptest.NewRecorder()
			w.Tunnel().ServeHTTP(rec, r)
			return rec
		}
		assert.Equal(t, http.StatusOK, post(form.Encode(), "hooks.example.com").Code)
		e, err := w.store.Get(1)
		require.NoError(t, err)
		assert.Equal(t, capture.Tunnel, e.Source)
		assert.Equal(t, `+15550101 texts "hi"`, e.Summary)
		assert.NotEqual(t, "valid", e.Verdict)
		findings := w.Diagnose(e.Request)
		require.NotEmpty(t, findings)
		assert.Contains(t, findings[0].Remedy, "https://hooks.example.com")
		assert.Equal(t, http.StatusRequestEntityTooLarge, post(strings.Repeat("a=b&", 1000), "hooks.example.com").Code)
		assert.Equal(t, http.StatusRequestEntityTooLarge, post(strings.Repeat("a", 1<<20+1), "hooks.example.com").Code)
	})
}

// TestACommandOpensAWebSocket keeps the handshake of a call that a one-shot
// command makes: 101 is the answer that Twilio wants.
func TestACommandOpensAWebSocket(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		e := capture.Exchange{Request: capture.Request{Method: http.MethodGet, URL: "https://hooks.example.com/agent"}}
		e.Response.Status = http.StatusSwitchingProtocols
		e, err := w.Ingest(e)
		require.NoError(t, err)
		assert.Zero(t, e.Code)
		assert.Equal(t, "WebSocket", e.Kind)
		e.Response.Status = http.StatusForbidden
		e, err = w.Ingest(e)
		require.NoError(t, err)
		assert.Equal(t, 11200, e.Code)
	})
}

// TestTheShownIsBounded keeps what the page shows within its limits, however much
// is written and called.
func TestTheShownIsBounded(t *testing.T) {
	play(t, map[string]string{"/voice": "<Hangup/>"}, func(t *testing.T, w *world) {
		for i := range 520 {
			_, err := w.Send(stage.Text{Person: ana, Body: fmt.Sprint(i)})
			require.NoError(t, err)
		}
		for range 110 {
			_, err := w.Dial(ben)
			require.NoError(t, err)
			w.pass(time.Second)
		}
		messages := w.messages(ana)
		assert.Len(t, messages, 500)
		assert.Equal(t, "519", messages[499].Body)
		assert.Equal(t, "received", messages[0].Status, "news find their message after others have gone")
		assert.Len(t, w.Calls(), 100)
	})
}

// TestVerdictOfAnotherScheme requests a document that is named by https where the
// base URL has http. It is signed for that URL, and so is the verdict.
func TestVerdictOfAnotherScheme(t *testing.T) {
	const other = "https://app.example.com/next"
	play(t, map[string]string{"/sms": "<Redirect>" + other + "</Redirect>", "/next": "<Message>found</Message>"}, func(t *testing.T, w *world) {
		_, err := w.Send(stage.Text{Person: ana, Body: "hello"})
		require.NoError(t, err)
		w.pass(time.Second)
		kept, err := w.store.Get(2)
		require.NoError(t, err)
		assert.Equal(t, other, kept.Request.URL)
		assert.Equal(t, "valid", kept.Verdict)
	})
}
