package stage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/phone"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// dial lets Ana call the program.
func (w *world) dial() stage.Call {
	w.t.Helper()
	c, err := w.Dial(ana)
	require.NoError(w.t, err)
	w.pass(time.Second)
	return w.look(c)
}

// TestEveryLegIsAPhone lets people who were dialed answer, press keys, speak, be
// refused, and hang up, each at their own phone.
func TestEveryLegIsAPhone(t *testing.T) {
	play(t, map[string]string{
		"/voice":  `<Dial action="/dialed"><Number url="/whisper">+15550102</Number><Number>+15550103</Number></Dial>`,
		"/dialed": `<Say>Nobody else.</Say>`, "/whisper": `<Gather numDigits="1" action="/taken"><Say>Press 1 to take this call.</Say></Gather><Hangup/>`,
		"/taken": `<Say>Connecting.</Say>`,
	}, func(t *testing.T, w *world) {
		c := w.dial()
		require.Len(t, c.Legs, 2)
		bens, chidis := c.Legs[0], c.Legs[1]
		assert.True(t, bens.Rings && chidis.Rings && !c.Rings)
		assert.Equal(t, "The phone is ringing. Answer it first.", bens.Cannot["presses"])
		assert.Empty(t, bens.Cannot["answers"])
		assert.NotNil(t, bens.Until, "it stops ringing by itself")
		w.act(c, stage.Act{Do: "unreachable", Leg: chidis.SID})
		w.act(c, stage.Act{Do: "answers", Leg: bens.SID})
		w.pass(500 * time.Millisecond)
		c = w.look(c)
		assert.Equal(t, "failed in-progress", c.Legs[1].Status+" "+c.Legs[0].Status)
		assert.Equal(t, "keys 1 digit", c.Legs[0].WaitingFor.Kind+" "+c.Legs[0].WaitingFor.Hint)
		assert.NotNil(t, c.Legs[0].AnsweredAt)
		_, err := w.Act(c.SID, stage.Act{Do: "presses 1", Leg: chidis.SID})
		require.ErrorIs(t, err, stage.ErrNotNow)
		assert.EqualError(t, err, "The call is over.")

		w.act(c, stage.Act{Do: "presses 1", Leg: bens.SID})
		w.pass(4 * time.Second)
		c = w.look(c)
		assert.Equal(t, "talking talking", c.Doing+" "+c.Legs[0].Doing)
		w.act(c, stage.Act{Do: "speaks Hello, this is Ben.", Leg: bens.SID})
		w.pass(3 * time.Second)
		w.act(c, stage.Act{Do: "hangs up", Leg: bens.SID})
		w.pass(time.Second)
		assert.Equal(t, "completed", w.last("/dialed").Get("DialCallStatus"))

		var said []string
		for _, l := range w.look(c).Lines {
			if l.Group == "speech" {
				said = append(said, strings.Join(strings.Fields(l.Who+" "+l.Name+" "+l.Kind+" "+l.Text), " "))
				assert.Equal(t, l.Name != "", l.Leg == bens.SID, l.Text)
			}
		}
		assert.Equal(t, []string{
			"app +15550102 say Press 1 to take this call.", "other +15550102 press 1", "app +15550102 say Connecting.",
			"other +15550102 speak Hello, this is Ben.", "app say Nobody else.",
		}, said)
	})
}

// TestPayments pays at the page: all at once, with a wrong card first, and by keys.
func TestPayments(t *testing.T) {
	documents := map[string]string{
		"/voice": `<Pay action="/paid" chargeAmount="20.45" postalCode="false"/>`, "/paid": `<Say>Thank you very much, and goodbye.</Say>`,
	}
	play(t, documents, func(t *testing.T, w *world) {
		c := w.dial()
		assert.Equal(t, "paying", c.Doing)
		require.NotNil(t, c.WaitingFor.Payment)
		assert.Equal(t, stage.Payment{
			Step: "payment-card-number", Attempt: 1, Attempts: 3, Amount: "20.45", Currency: "usd",
			Questions: []string{"payment-card-number", "expiration-date", "security-code"},
		}, *c.WaitingFor.Payment)
		assert.True(t, slices.ContainsFunc(w.told("call"), func(n stage.News) bool { return n.Data.(stage.Call).Doing == "paying" }), "it is announced")
		w.act(c, stage.Act{Do: "pays 4242424242424241 1230 123"})
		w.pass(time.Second)
		c = w.look(c)
		assert.Equal(t, "invalid-card-number 2", c.WaitingFor.Payment.Problem+" "+fmt.Sprint(c.WaitingFor.Payment.Attempt))
		w.act(c, stage.Act{Do: "pays 4242424242424242 1230 123"})
		w.pass(10 * time.Second)
		assert.Equal(t, "success xxxxxxxxxxxx4242", w.last("/paid").Get("Result")+" "+w.last("/paid").Get("PaymentCardNumber"))

		c = w.dial()
		w.act(c, stage.Act{Do: "presses 4000000000000002"})
		w.act(c, stage.Act{Do: "presses 1230"})
		w.act(c, stage.Act{Do: "presses 123"})
		w.pass(10 * time.Second)
		assert.Equal(t, "payment-connector-error", w.last("/paid").Get("Result"))
		for _, l := range w.look(c).Lines {
			assert.NotContains(t, l.Text, "40000000")
		}

		c = w.dial()
		w.act(c, stage.Act{Do: "presses *"})
		w.pass(time.Second)
		assert.Equal(t, "caller-interrupted-with-star", w.last("/paid").Get("Result"))
		assert.Equal(t, "speaking", w.look(c).Doing)
		_, err := w.Act(c.SID, stage.Act{Do: "pays"})
		assert.EqualError(t, err, "The app isn't waiting for a payment.")
	})
}

// TestLinesSayWhatIsHeard looks at languages, voices, durations, what was cut short,
// and Twilio's own words.
func TestLinesSayWhatIsHeard(t *testing.T) {
	play(t, map[string]string{
		"/voice": `<Say language="de-DE" voice="Polly.Vicki">Guten Tag.</Say><Gather numDigits="1" action="/gone"><Say>One two three four five six.</Say><Pause length="9"/></Gather>`,
		"/gone":  `<Redirect/><Oops`,
	}, func(t *testing.T, w *world) {
		c := w.dial()
		w.pass(time.Second)
		w.act(c, stage.Act{Do: "presses 1"})
		w.pass(10 * time.Second)
		c = w.look(c)
		assert.True(t, c.Ended)
		assert.NotNil(t, c.EndedAt)
		assert.Equal(t, 12100, c.Code)
		var lines []string
		for _, l := range c.Lines {
			if l.Group != "protocol" || l.Kind == "fetch" {
				lines = append(lines, fmt.Sprint(l.Group, " ", l.Who, " ", l.Kind))
			}
			switch l.Text {
			case "Guten Tag.":
				assert.Equal(t, "de-DE Polly.Vicki 966 false", fmt.Sprint(l.Language, " ", l.Voice, " ", l.Millis, " ", l.Cut))
			case "One two three four five six.":
				assert.True(t, l.Cut)
				assert.Less(t, l.Millis, int64(2000))
			}
			if l.Kind == "error" {
				assert.Equal(t, 12100, l.Code)
				assert.NotContains(t, l.Text, "12100")
			}
		}
		assert.Equal(t, []string{
			"protocol twilio fetch", "event twilio answered", "speech app say", "speech app say", "speech caller press",
			"protocol twilio fetch", "event twilio error", "speech twilio apology", "event twilio end",
		}, lines)
		list := w.Calls()
		require.Len(t, list, 1, "an ended call is history")
		assert.Empty(t, list[0].Lines, "whose lines are fetched when they are looked at")
		assert.Equal(t, "The call is over.", list[0].Cannot["hangs up"])
	})
}

// TestSkipTheWait ends the patience of a menu and of a recording.
func TestSkipTheWait(t *testing.T) {
	play(t, map[string]string{
		"/voice": `<Gather timeout="50"/><Record timeout="60" action="/done" playBeep="false"/>`, "/done": `<Dial><Queue>nobody</Queue></Dial>`,
	}, func(t *testing.T, w *world) {
		c := w.dial()
		assert.Equal(t, "listening", c.Doing)
		require.NotNil(t, c.Until)
		w.act(c, stage.Act{Do: "skips"})
		w.pass(time.Millisecond)
		c = w.look(c)
		assert.Equal(t, "recording", c.Doing)
		assert.Equal(t, "any key ends it", c.WaitingFor.Hint)
		w.act(c, stage.Act{Do: "records 5s"})
		w.act(c, stage.Act{Do: "skips"})
		w.pass(time.Second)
		assert.Equal(t, "65", w.last("/done").Get("RecordingDuration"))
		i := slices.IndexFunc(w.look(c).Lines, func(l stage.Line) bool { return l.Recorded != "" })
		require.GreaterOrEqual(t, i, 0)
		f, err := w.Recording(w.look(c).Lines[i].Recorded)
		require.NoError(t, err)
		assert.Equal(t, "audio/x-wav RIFF", f.Type+" "+string(f.Data[:4]))
		_, err = w.Recording("RE1")
		require.ErrorIs(t, err, stage.ErrNotFound)
	})
}

// TestRefusalsSayWhy has a reason for everything that cannot be done.
func TestRefusalsSayWhy(t *testing.T) {
	play(t, map[string]string{"/voice": `<Pause length="30"/>`}, func(t *testing.T, w *world) {
		c := w.dial()
		for do, why := range map[string]string{
			"speaks hello": "The app isn't listening for speech.",
			"records 5s":   "The app isn't recording yet. Wait for the beep.",
			"answers":      "The phone is not ringing.",
			"pays":         "The app isn't waiting for a payment.",
		} {
			_, err := w.Act(c.SID, stage.Act{Do: do})
			require.ErrorIs(t, err, stage.ErrNotNow)
			assert.EqualError(t, err, why)
			a, err := phone.Parse(do)
			require.NoError(t, err)
			assert.Equal(t, why, c.Cannot[string(a.Verb)])
		}
		_, err := w.Act(c.SID, stage.Act{Do: "presses 1"})
		require.NoError(t, err, "a key can always be pressed")
		assert.Contains(t, w.look(c).Lines[len(w.look(c).Lines)-1].Text, "1")
	})
}

// told returns the news of a kind.
func (w *world) told(event string) (out []stage.News) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.news {
		if n.Event == event {
			out = append(out, n)
		}
	}
	return out
}
