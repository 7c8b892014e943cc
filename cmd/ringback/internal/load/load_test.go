package load_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/load"
	"github.com/ringback-go/ringback/internal/live/livetest"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/mediastream"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
	"github.com/ringback-go/ringback/webhook/relay"
)

const (
	secret  = "12345"
	address = "wss://example.com/live"
)

func verifier(t *testing.T) *signature.Verifier {
	t.Helper()
	v, err := signature.New(signature.Config{BaseURL: "https://example.com", Tokens: signature.Tokens(secret)})
	require.NoError(t, err)
	return v
}

// play makes calls to a handler on the virtual clock.
func play(t *testing.T, h http.Handler, cfg load.Config, p load.Protocol) load.Report {
	t.Helper()
	server := livetest.NewServer(h)
	defer server.Close()
	cfg.Call = func(_ context.Context, n int) (load.Target, error) {
		return load.Target{Protocol: p, URL: address, CallSID: fmt.Sprintf("CA%032x", n), AccountSID: "AC" + strings.Repeat("0", 32)}, nil
	}
	if cfg.Dial == nil {
		cfg.Dial = func(ctx context.Context, url string) (*websocket.Conn, error) {
			ws, _, err := server.Dial(ctx, url, secret, nil)
			return ws, err
		}
	}
	r := load.Run(t.Context(), cfg)
	synctest.Wait()
	return r
}

// talk is an agent whose first token takes 80 ms and whose replies have fifty
// words, one every 50 ms.
func talk(ctx context.Context, turn *relay.Turn) error {
	for n := range 50 {
		wait := 50 * time.Millisecond
		if n == 0 {
			wait = 80 * time.Millisecond
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		word := "word "
		if n%5 == 4 {
			word = "word. "
		}
		if _, err := turn.WriteString(word); err != nil {
			return err
		}
	}
	return nil
}

func TestLoadOfARelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := relay.Handle(verifier(t), relay.Converse(talk), nil)
		r := play(t, h, load.Config{Calls: 20, Turns: 4, Spread: time.Second}, load.Relay)
		assert.Zero(t, r.Failed, r.Errors)
		assert.Equal(t, load.Relay, r.Protocol)
		assert.Equal(t, 80, r.Turns)
		assert.Equal(t, 40, r.Interruptions)
		assert.Zero(t, r.Ignored)
		require.NotNil(t, r.FirstToken)
		assert.Equal(t, load.Times{P50: 80, P99: 80, Max: 80}, *r.FirstToken)
		assert.Equal(t, load.Times{P50: 280, P99: 280, Max: 280}, *r.FirstSound, "a clause of five words")
		assert.Nil(t, r.Frames)
		assert.Nil(t, r.CPU)
	})
}

// TestLoadOfAStream plays a bot that answers a second after the caller began to
// speak with three seconds of sound, and stops when the caller speaks again.
func TestLoadOfAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := mediastream.Handle(verifier(t), bot(true), nil)
		r := play(t, h, load.Config{Calls: 10, Turns: 3, Spread: time.Second}, load.Stream)
		assert.Zero(t, r.Failed, r.Errors)
		assert.Equal(t, load.Stream, r.Protocol)
		assert.Equal(t, 30, r.Turns)
		assert.Equal(t, 10, r.Interruptions)
		assert.Zero(t, r.Ignored)
		assert.Nil(t, r.FirstToken)
		require.NotNil(t, r.FirstSound)
		assert.InDelta(t, 500, r.FirstSound.P50, 60)
		require.NotNil(t, r.Clear)
		assert.Less(t, r.Clear.Max, 60.0)
		require.NotNil(t, r.Frames)
		assert.Greater(t, r.Frames.Sent, int64(10*50*10))
		assert.Zero(t, r.Frames.Late)
		assert.Zero(t, r.Frames.Lost)
		assert.Zero(t, r.Frames.Gaps)
	})
}

// bot answers half a second after the caller has spoken.
func bot(stops bool) func(context.Context, *mediastream.Stream) error {
	return func(ctx context.Context, s *mediastream.Stream) error {
		spoke, quiet := false, 0
		for {
			e, err := s.Receive(ctx)
			if err != nil {
				return err
			}
			m, ok := e.(*mediastream.Media)
			if !ok {
				continue
			}
			if audio.MuLaw8k.Level(m.Payload) > 0.05 {
				if stops {
					s.Clear()
				}
				spoke, quiet = true, 0
				continue
			}
			if quiet++; spoke && quiet == 25 {
				spoke = false
				speech := s.Speak(audio.MuLaw8k)
				if _, err := speech.Write(bytes.Repeat([]byte{0x20}, audio.MuLaw8k.Bytes(3*time.Second))); err != nil {
					return err
				}
				_ = speech.Close()
			}
		}
	}
}

// TestLoadShowsWhatFails plays programs that go wrong, each in its own way.
func TestLoadShowsWhatFails(t *testing.T) {
	v := verifier(t)
	for _, c := range []struct {
		name    string
		handler http.Handler
		dial    func(context.Context, string) (*websocket.Conn, error)
		proto   load.Protocol
		want    string
	}{
		{"no answer", relay.Handle(v, relay.Converse(func(ctx context.Context, _ *relay.Turn) error { <-ctx.Done(); return nil }), nil), nil, load.Relay, "no answer within 5s"},
		{"no end of the reply", relay.Handle(v, func(ctx context.Context, s *relay.Session) error {
			for {
				if _, err := s.Receive(ctx); err != nil {
					return err
				}
				if err := s.Send(ctx, relay.Text{Token: "Hello. "}); err != nil {
					return err
				}
			}
		}, nil), nil, load.Relay, "a reply without an end (last)"},
		{"a crash", relay.Handle(v, func(ctx context.Context, s *relay.Session) error { return errors.New("out of words") }, nil), nil, load.Relay, "the program closed the connection with 1011"},
		{"a bot that is silent", mediastream.Handle(v, func(ctx context.Context, _ *mediastream.Stream) error { <-ctx.Done(); return nil }, nil), nil, load.Stream, "no answer within 5s"},
		{"a dropped connection", raw(func(ws *websocket.Conn) { ws.CloseNow() }), nil, load.Relay, "the connection was lost"},
		{"nonsense", raw(func(ws *websocket.Conn) {
			for range 20 {
				_ = ws.Write(context.Background(), websocket.MessageText, []byte("hello"))
			}
		}), nil, load.Relay, "ten malformed messages in a row (64105)"},
		{"a refusal", nil, func(context.Context, string) (*websocket.Conn, error) {
			return nil, &load.Problem{Kind: "the handshake was answered with 403"}
		}, load.Relay, "the handshake was answered with 403"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := play(t, c.handler, load.Config{Calls: 3, Turns: 1, Wait: 5 * time.Second, Dial: c.dial}, c.proto)
				assert.Equal(t, map[string]int{c.want: 3}, r.Errors)
				assert.Equal(t, 3, r.Failed)
			})
		})
	}
}

func raw(serve func(*websocket.Conn)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		serve(ws)
		for {
			if _, _, err := ws.Read(context.Background()); err != nil {
				return
			}
		}
	})
}

// TestLoadCountsInterruptionsThatAreIgnored plays programs that go on speaking.
func TestLoadCountsInterruptionsThatAreIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		deaf := relay.Handle(verifier(t), func(ctx context.Context, s *relay.Session) error {
			for {
				e, err := s.Receive(ctx)
				if err != nil {
					return err
				}
				if _, ok := e.(relay.Prompt); !ok {
					continue
				}
				for n := range 40 {
					if err := s.Send(ctx, relay.Text{Token: "more. ", Last: n == 39}); err != nil {
						return err
					}
					select {
					case <-time.After(50 * time.Millisecond):
					case <-ctx.Done():
						return nil
					}
				}
			}
		}, nil)
		r := play(t, deaf, load.Config{Calls: 2, Turns: 2}, load.Relay)
		assert.Zero(t, r.Failed, r.Errors)
		assert.Equal(t, 2, r.Ignored)
	})
	synctest.Test(t, func(t *testing.T) {
		r := play(t, mediastream.Handle(verifier(t), bot(false), nil), load.Config{Calls: 2, Turns: 2}, load.Stream)
		assert.Zero(t, r.Failed, r.Errors)
		assert.Equal(t, 2, r.Ignored)
		assert.Nil(t, r.Clear)
	})
}

// TestLoadEndsInTime stops calls that would go on.
func TestLoadEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := livetest.NewServer(relay.Handle(verifier(t), relay.Converse(talk), nil))
		defer server.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		r := load.Run(ctx, load.Config{
			Calls: 4, Turns: 50, Spread: 8 * time.Second,
			Call: func(context.Context, int) (load.Target, error) {
				return load.Target{Protocol: load.Relay, URL: address, CallSID: "CA1", AccountSID: "AC1"}, nil
			},
			Dial: func(ctx context.Context, url string) (*websocket.Conn, error) {
				ws, _, err := server.Dial(ctx, url, secret, nil)
				return ws, err
			},
		})
		assert.Less(t, time.Since(began), 5*time.Second)
		assert.Equal(t, map[string]int{"not finished: the time is over": 2, "not made: the time is over": 2}, r.Errors)
		synctest.Wait()
	})
}

func TestReport(t *testing.T) {
	cpu, memory := 0.21, int64(41<<10)
	r := load.Report{
		Calls: 200, Failed: 3, Protocol: load.Stream, Seconds: 12.34, Turns: 790, Interruptions: 390, Ignored: 2, Malformed: 1,
		FirstSound: &load.Times{P50: 41.25, P99: 88, Max: 102}, Clear: &load.Times{P50: 20, P99: 40, Max: 41},
		Frames: &load.Sound{Sent: 120000, Late: 3, Lost: 1, Gaps: 4, GapMillis: 350}, CPU: &cpu, Memory: &memory,
		Errors: map[string]int{"the connection was lost": 1, "the handshake was answered with 503": 2},
	}
	var out strings.Builder
	r.Print(&out)
	assert.Equal(t, `200 calls in 12.3 s, Media Streams

milliseconds                 p50       p99       max
to the first sound          41.2      88.0     102.0
interruption to clear       20.0      40.0      41.0

turns                        790
interruptions                390, of which 2 did not stop the program
frames to the program     120000, 3 late, 1 lost
gaps in replies                4, 0.3 s together
malformed messages             1
CPU a call                 0.21% of a processor
memory a call               41 KB

3 of 200 calls failed:
     2  the handshake was answered with 503
     1  the connection was lost
`, out.String())
}
