package stage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
