package stage_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// TestT36LongLines calls a program whose addresses are as long as its documents may
// be.
func TestT36LongLines(t *testing.T) {
	play(t, map[string]string{"/voice": "<Redirect>/voice?" + strings.Repeat("x", 60_000) + "</Redirect>"}, func(t *testing.T, w *world) {
		c, err := w.Dial(ana)
		require.NoError(t, err)
		w.pass(time.Minute)
		c = w.look(c)
		require.True(t, c.Ended)
		assert.Equal(t, 14106, c.Code)
		size := 0
		for _, l := range c.Lines {
			size += len(l.Text)
		}
		assert.Less(t, size, 512<<10)
		assert.Greater(t, size, 128<<10)
		assert.Equal(t, "end", c.Lines[len(c.Lines)-1].Kind)
		assert.Greater(t, c.Lines[0].N, 1, "lines keep their numbers")
	})
}

// TestT36ManyPeople keeps those who wrote last.
func TestT36ManyPeople(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		for i := range 1005 {
			_, err := w.Send(stage.Text{Person: fmt.Sprintf("client%d", i), Body: "hi"})
			require.NoError(t, err)
			if i%100 == 0 {
				_, err = w.Send(stage.Text{Person: "client0", Body: "still here"})
				require.NoError(t, err)
			}
			w.pass(time.Second)
		}
		assert.Len(t, w.Conversations(), 1000)
		assert.Len(t, w.messages("client0"), 12)
		_, _, err := w.Messages("client1")
		require.ErrorIs(t, err, stage.ErrNotFound)
		assert.Len(t, w.messages("client1004"), 1)
		assert.Len(t, w.AllMessages(), 1000+11)
	})
}

// TestT36ManyScheduledMessages schedules as many as may wait. The first can still be
// canceled when the page does not show it any more.
func TestT36ManyScheduledMessages(t *testing.T) {
	play(t, nil, func(t *testing.T, w *world) {
		at := time.Now().Add(time.Hour)
		var first stage.Message
		for i := range 20_000 {
			m, err := w.SendOut(stage.Outgoing{To: fmt.Sprintf("+15550%d", 100+i%2), Body: "later", SendAt: at, Service: "MG1"})
			require.NoError(t, err)
			if i == 0 {
				first = m
			}
		}
		_, err := w.SendOut(stage.Outgoing{To: ana, Body: "too late", SendAt: at})
		require.ErrorIs(t, err, stage.ErrScheduled)
		_, err = w.Message(first.SID)
		require.ErrorIs(t, err, stage.ErrNotFound)
		m, err := w.Cancel(first.SID)
		require.NoError(t, err)
		assert.Equal(t, "canceled later +15550100", m.Status+" "+m.Body+" "+m.To)
		_, err = w.SendOut(stage.Outgoing{To: ana, Body: "now it fits", SendAt: at})
		require.NoError(t, err)
	})
}

// TestT29DigitsOfAPayment pays by the form and by single keys, rightly and wrongly.
// Nothing that is kept, shown or announced has more digits than the program gets from
// Twilio.
func TestT29DigitsOfAPayment(t *testing.T) {
	documents := map[string]string{
		"/voice": `<Pay action="/paid" method="GET" statusCallback="/step" postalCode="false" maxAttempts="2"><Prompt for="payment-card-number"><Say>Your card?</Say></Prompt></Pay>`,
		"/paid":  `<Gather numDigits="1" timeout="1"/>`,
	}
	play(t, documents, func(t *testing.T, w *world) {
		for _, digits := range [][]string{
			{"pays 4000056655665556 1229 987"},
			{"pays 4000056655665557 1229 987", "pays 4000056655665556 1229 98"},
			{"presses 4000056655665556", "presses 1229", "presses 987"},
			{"presses 40000566556", "presses 40000566556655"},
			{"presses 4000056655665556", "presses *"},
		} {
			c := w.dial()
			for _, do := range digits {
				for key := range strings.SplitSeq(strings.TrimPrefix(do, "presses "), "") {
					if strings.HasPrefix(do, "presses ") {
						w.act(c, stage.Act{Do: "presses " + key})
					}
				}
				if strings.HasPrefix(do, "pays ") {
					w.act(c, stage.Act{Do: do})
				}
				w.pass(time.Second)
			}
			w.pass(time.Minute)
			require.True(t, w.look(c).Ended)
		}
		_, err := w.Act(w.dial().SID, stage.Act{Do: "pays 4000-0566-5566-5556 12/29 987"})
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "5566")

		everything := []any{w.Calls(), err.Error()}
		for _, c := range w.Calls() {
			everything = append(everything, w.look(c))
		}
		for _, e := range w.store.List(capture.Query{Limit: 2000}) {
			whole, err := w.store.Get(e.ID)
			require.NoError(t, err)
			everything = append(everything, whole, string(whole.Request.Body), string(whole.Response.Body))
		}
		w.mu.Lock()
		for _, n := range w.news {
			everything = append(everything, n.Event, n.Data)
		}
		w.mu.Unlock()
		text, err := json.Marshal(everything)
		require.NoError(t, err)
		assert.Contains(t, string(text), "xxxxxxxxxxxx5556")
		assert.Contains(t, string(text), "too-many-failed-attempts")
		assert.Contains(t, string(text), "caller-interrupted-with-star")
		for _, secret := range []string{"4000056", "0566556", "65566", "code 987", "=987", `"987"`, "presses 4"} {
			assert.NotContains(t, string(text), secret)
		}
	})
}
