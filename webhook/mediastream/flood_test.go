package mediastream_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook/mediastream"
)

// Whatever a peer sends, what waits for Receive takes little memory.
func TestFloodsTakeLittleMemory(t *testing.T) {
	media := func(track, payload, extra string) string {
		return `{"event":"media","media":{"track":"` + track + `","payload":"` + payload + `"` + extra + `},"streamSid":"MZ1"}`
	}
	long := strings.Repeat("x", 60_000)
	var members strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&members, `,"%d":0`, i)
	}
	for name, c := range map[string]struct {
		frames int
		frame  func(i int) string
	}{
		"no audio, two tracks": {100_000, func(i int) string { return media([]string{"inbound", "outbound"}[i%2], "", "") }},
		"many tracks":          {1000, func(i int) string { return media(fmt.Sprint(i), strings.Repeat("/", 40_000), "") }},
		"long tracks":          {1000, func(i int) string { return media(fmt.Sprint(i)+long, "", "") }},
		"unknown members":      {1000, func(i int) string { return media("inbound", "", `,"x":"`+long+`"`) }},
		"many members":         {200, func(i int) string { return media("inbound", "", members.String()) }},
		"marks":                {250, func(i int) string { return `{"event":"mark","mark":{"name":"` + long + `"}}` }},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(ctx context.Context, s *mediastream.Stream) error {
				<-ctx.Done()
				return context.Cause(ctx)
			}, mediastream.Options{}, func(s *stage) {
				ws, _, err := s.server.Dial(s.ctx, url, secret, nil)
				require.NoError(t, err)
				send := func(frame string) error { return ws.Write(s.ctx, websocket.MessageText, []byte(frame)) }
				require.NoError(t, send(`{"event":"start","start":{"streamSid":"MZ1","callSid":"CA1"},"streamSid":"MZ1"}`))
				before := allocated()
				for i := range c.frames {
					if send(c.frame(i)) != nil {
						break
					}
				}
				assert.ErrorIs(t, <-s.results, mediastream.ErrOverflow)
				assert.Less(t, allocated()-before, int64(20<<20))
				_ = ws.CloseNow()
			})
		})
	}
}

func allocated() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A stream that receives keeps nothing of the tracks it has received.
func TestManyTracksThatAreReceived(t *testing.T) {
	const frames = 400
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		for range frames {
			if _, err := s.Receive(ctx); err != nil {
				return err
			}
		}
		before := allocated()
		for range frames {
			if _, err := s.Receive(ctx); err != nil {
				return err
			}
		}
		assert.Less(t, allocated()-before, int64(4<<20))
		return nil
	}, mediastream.Options{}, func(s *stage) {
		ws, _, err := s.server.Dial(s.ctx, url, secret, nil)
		require.NoError(t, err)
		send := func(frame string) { _ = ws.Write(s.ctx, websocket.MessageText, []byte(frame)) }
		send(`{"event":"start","start":{"streamSid":"MZ1","callSid":"CA1"},"streamSid":"MZ1"}`)
		track := strings.Repeat("t", 30_000)
		for i := range 2 * frames {
			send(fmt.Sprintf(`{"event":"media","media":{"track":"%d%s","payload":"//8="},"streamSid":"MZ1"}`, i, track))
			if i%20 == 0 {
				rest(0)
			}
		}
		assert.NoError(t, <-s.results)
		_ = ws.CloseNow()
	})
}

// T29: the SID of a start that is not admitted can be any text.
func TestT29LogHoldsNoTextOfAStart(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error { return nil }, mediastream.Options{Accounts: []string{account}}, func(s *stage) {
		for _, sid := range []string{"+15550101 pin 90210", "CA00000000000000000000000000000001"} {
			ws, _, err := s.server.Dial(s.ctx, url, secret, nil)
			require.NoError(t, err)
			require.NoError(t, ws.Write(s.ctx, websocket.MessageText, []byte(`{"event":"start","start":{"accountSid":"ACx","streamSid":"MZ1","callSid":"`+sid+`"}}`)))
			_, _, err = ws.Read(s.ctx)
			assert.Equal(t, websocket.StatusPolicyViolation, websocket.CloseStatus(err))
		}
		assert.NotContains(t, s.log.String(), "90210")
		assert.Contains(t, s.log.String(), "call=CA00000000000000000000000000000001")
	})
}
