package relay_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/live/livetest"
	"github.com/ringback-go/ringback/webhook/relay"
)

// However long a call is, and whatever the peer reports, the history is bounded
// and ends with what came last.
func TestHistoryIsBounded(t *testing.T) {
	long := strings.Repeat("p", 60_000)
	for name, c := range map[string]struct {
		events int
		event  func(i int) relay.Event
	}{
		"played": {200, func(i int) relay.Event {
			return relay.Info{Name: relay.TokensPlayed, Value: []byte(`"` + long + fmt.Sprint(i) + `"`)}
		}},
		"prompts": {200, func(i int) relay.Event { return relay.Prompt{VoicePrompt: long + fmt.Sprint(i), Last: true} }},
		"keys":    {50_000, func(i int) relay.Event { return relay.DTMF{Digit: fmt.Sprint(i % 10)} }},
	} {
		t.Run(name, func(t *testing.T) {
			var session *relay.Session
			play(t, func(ctx context.Context, s *relay.Session) error {
				session = s
				return receive(ctx, s)
			}, relay.Options{}, func(s *stage) {
				call := s.call(livetest.RelayConfig{})
				for i := range c.events {
					call.Event(c.event(i))
					if i%10 == 0 {
						synctest.Wait()
					}
				}
				synctest.Wait()
				defer call.HangsUp()
				lines := session.History()
				bytes := 0
				for _, l := range lines {
					bytes += len(l.Text) + len(l.Keys)
				}
				assert.Less(t, bytes, 2<<20+1)
				assert.Less(t, len(lines), 2<<20/256+1)
				last := lines[len(lines)-1]
				if last.Keys == "" {
					assert.Greater(t, bytes, 1<<20)
					assert.True(t, strings.HasSuffix(last.Text, fmt.Sprint(c.events-1)))
				} else {
					assert.Greater(t, len(lines), 4000)
				}
			})
		})
	}
}

// T29: the SID of a setup that is not admitted can be any text.
func TestT29LogHoldsNoTextOfASetup(t *testing.T) {
	play(t, receive, relay.Options{Accounts: []string{"AC1"}}, func(s *stage) {
		for _, sid := range []string{"+15550101 pin 90210", "CA00000000000000000000000000000001"} {
			ws, _, err := s.server.Dial(s.ctx, url, secret, nil)
			require.NoError(t, err)
			require.NoError(t, ws.Write(s.ctx, websocket.MessageText, relay.AppendEvent(nil, setup(sid))))
			_, _, err = ws.Read(s.ctx)
			assert.Equal(t, websocket.StatusPolicyViolation, websocket.CloseStatus(err))
		}
		assert.NotContains(t, s.log.String(), "90210")
		assert.Contains(t, s.log.String(), "call=CA00000000000000000000000000000001")
		assert.NotContains(t, fmt.Sprint(setup("my pin is 90210")), "90210")
	})
}
