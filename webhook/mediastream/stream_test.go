package mediastream_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/live/livetest"
	"github.com/ringback-go/ringback/internal/syncbuf"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/mediastream"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

const (
	secret  = "12345"
	url     = "wss://example.com/media"
	account = "ACe9befa5ddf22dfdc0075c08cf16815aa"
)

type stage struct {
	t       *testing.T
	ctx     context.Context
	handler *mediastream.Handler
	server  *livetest.Server
	log     *syncbuf.Buffer
	results chan error
}

// play runs f in a bubble with a handler that serves serve.
func play(t *testing.T, serve func(context.Context, *mediastream.Stream) error, opts mediastream.Options, f func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		v, err := signature.New(signature.Config{BaseURL: "https://example.com", Tokens: signature.Tokens(secret)})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := &stage{t: t, ctx: ctx, log: new(syncbuf.Buffer), results: make(chan error, 2000)}
		opts.Logger = slog.New(slog.NewTextHandler(s.log, nil))
		s.handler = mediastream.New(v, func(ctx context.Context, stream *mediastream.Stream) error {
			err := serve(ctx, stream)
			s.results <- err
			return err
		}, &opts)
		s.server = livetest.NewServer(s.handler)
		defer s.server.Close()
		f(s)
	})
}

func (s *stage) call(cfg livetest.MediaConfig) *livetest.Media {
	s.t.Helper()
	cfg.URL, cfg.Secret = url, secret
	if cfg.Start.CallSID == "" {
		cfg.Start.CallSID, cfg.Start.AccountSID = "CA1", account
	}
	m, err := s.server.Media(s.ctx, cfg)
	require.NoError(s.t, err)
	return m
}

// rest lets time pass, and everything happen that is due by then.
func rest(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// until waits for the end of the stream, which ends the ear's goroutines too.
func (s *stage) until(m *livetest.Media) {
	<-m.Closed()
	synctest.Wait()
}

// tone is a sine as 16-bit PCM.
func tone(hertz float64, f audio.Format, d time.Duration) []byte {
	var out []byte
	for i := range int(d * time.Duration(f.Rate) / time.Second) {
		v := 0.5 * 32767 * math.Sin(2*math.Pi*hertz*float64(i)/float64(f.Rate))
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(v)))
	}
	return out
}

// crossings estimates the pitch of μ-law at 8 kHz.
func pitch(t *testing.T, sound []byte) float64 {
	pcm, err := audio.Convert(sound, audio.MuLaw8k, audio.PCM8k)
	require.NoError(t, err)
	n := 0
	for i := 2; i+1 < len(pcm); i += 2 {
		a, b := int16(binary.LittleEndian.Uint16(pcm[i-2:])), int16(binary.LittleEndian.Uint16(pcm[i:]))
		if a < 0 && b >= 0 {
			n++
		}
	}
	return float64(n) / audio.PCM8k.Duration(len(pcm)).Seconds()
}

// S5: 24 kHz sound keeps its pitch, and Play returns when it was heard.
func TestS5PlayIsHeardAtItsPitch(t *testing.T) {
	var played mediastream.Played
	var took time.Duration
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		start := time.Now()
		var err error
		played, err = s.Play(ctx, bytes.NewReader(tone(440, audio.PCM24k, 3*time.Second)), audio.PCM24k)
		took = time.Since(start)
		return err
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		s.until(m)
		require.NoError(t, <-s.results)
		assert.Equal(t, mediastream.Played{Sent: 3 * time.Second, Heard: 3 * time.Second, Exact: true}, played)
		assert.InDelta(t, 3.0, took.Seconds(), 0.1)
		sound := m.Sound()
		assert.Equal(t, audio.MuLaw8k.Bytes(3*time.Second), len(sound))
		assert.InDelta(t, 440, pitch(t, sound), 3)
		assert.Empty(t, m.Gaps())
		assert.Empty(t, m.Warnings())
		assert.Equal(t, websocket.StatusNormalClosure, websocket.CloseStatus(m.Err()))
	})
}

// S4: a speech API that delivers in bursts, with jitter and a stall of 300 ms,
// leaves no gap, since sound is sent ahead on an absolute clock.
func TestS4NoGapWithJitter(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		sp := s.Speak(audio.PCM16k)
		sound := tone(300, audio.PCM16k, 4*time.Second)
		piece := audio.PCM16k.Bytes(20*time.Millisecond) + 1 // never whole samples
		for i := 0; len(sound) > 0; i++ {
			n := min(piece, len(sound))
			if _, err := sp.Write(sound[:n]); err != nil {
				return err
			}
			sound = sound[n:]
			// Twenty at once, then the time of the rest.
			switch {
			case i < 20:
			case i == 60:
				time.Sleep(300 * time.Millisecond)
			default:
				time.Sleep(20*time.Millisecond + time.Duration(i%5-2)*7*time.Millisecond)
			}
		}
		if err := sp.Close(); err != nil {
			return err
		}
		_, err := sp.Wait(ctx)
		return err
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		s.until(m)
		require.NoError(t, <-s.results)
		assert.Empty(t, m.Gaps())
		assert.InDelta(t, 300, pitch(t, m.Sound()), 3)
	})
}

// What is sent is at most 0.4 s ahead, and the first sound comes at once.
func TestPlayStaysClose(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		_, err := s.Play(ctx, bytes.NewReader(make([]byte, audio.PCM8k.Bytes(5*time.Second))), audio.PCM8k)
		return err
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		rest(time.Millisecond)
		require.NotEmpty(t, m.Heard())
		assert.Less(t, m.Heard()[0].At, time.Millisecond)
		stream, ok := s.handler.Session("CA1")
		require.True(t, ok)
		rest(2 * time.Second)
		out := s.handler.Stats().BytesOut
		rest(100 * time.Millisecond)
		assert.Less(t, s.handler.Stats().BytesOut-out, int64(2500))
		assert.Len(t, stream.Clear(), 1)
		s.until(m)
		assert.ErrorIs(t, <-s.results, mediastream.ErrCleared)
	})
}

// S1, S3: the caller interrupts. The first speech is cut at its position, those
// behind it at zero, and marks of the cut reply that come late change nothing.
func TestS3Clear(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		for range 3 {
			sp := s.Speak(audio.PCM8k)
			if _, err := sp.Write(tone(440, audio.PCM8k, 2*time.Second)); err != nil {
				return err
			}
			if err := sp.Close(); err != nil {
				return err
			}
		}
		for { // the caller interrupts
			e, err := s.Receive(ctx)
			if err != nil {
				return err
			}
			if _, ok := e.(*mediastream.DTMF); ok {
				break
			}
		}
		cut := s.Clear()
		if len(cut) != 3 {
			return fmt.Errorf("cut %v", cut)
		}
		if h := cut[0].Heard; h < 1400*time.Millisecond || h > 1500*time.Millisecond || cut[0].Exact {
			return fmt.Errorf("the first was heard for %v", h)
		}
		if cut[1].Heard != 0 || cut[2].Heard != 0 || !cut[2].Exact {
			return fmt.Errorf("heard %v and %v of the others", cut[1].Heard, cut[2].Heard)
		}
		if again := s.Clear(); len(again) != 0 {
			return fmt.Errorf("cut twice: %v", again)
		}
		played, err := s.Play(ctx, bytes.NewReader(tone(880, audio.PCM8k, time.Second)), audio.PCM8k)
		if err == nil && !played.Exact {
			err = errors.New("not exact")
		}
		return err
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		rest(1450 * time.Millisecond)
		m.Presses("1")
		s.until(m)
		require.NoError(t, <-s.results)
		sound := m.Sound()
		assert.InDelta(t, 2.45, audio.MuLaw8k.Duration(len(sound)).Seconds(), 0.02)
		assert.InDelta(t, 880, pitch(t, sound[len(sound)-4000:]), 10)
		assert.EqualValues(t, 1, s.handler.Stats().Cleared)
	})
}

// The tail of a speech is cut after the function has sent everything.
func TestS1ClearInTheTail(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		sp := s.Speak(audio.PCM8k)
		if _, err := sp.Write(tone(440, audio.PCM8k, 350*time.Millisecond)); err != nil {
			return err
		}
		if err := sp.Close(); err != nil {
			return err
		}
		time.Sleep(100 * time.Millisecond) // all of it has been sent
		cut := s.Clear()
		if len(cut) != 1 || cut[0].Sent != 360*time.Millisecond || cut[0].Heard > 120*time.Millisecond {
			return fmt.Errorf("cut %v", cut)
		}
		_, err := sp.Wait(ctx)
		if !errors.Is(err, mediastream.ErrCleared) {
			return fmt.Errorf("wait: %v", err)
		}
		if _, err = sp.Write([]byte{0, 0}); !errors.Is(err, mediastream.ErrCleared) {
			return fmt.Errorf("write: %v", err)
		}
		return nil
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		s.until(m)
		require.NoError(t, <-s.results)
		assert.InDelta(t, 0.1, audio.MuLaw8k.Duration(len(m.Sound())).Seconds(), 0.01)
	})
}

// A context that ends cuts the sound; the stream goes on.
func TestPlayEndsWithItsContext(t *testing.T) {
	reason := errors.New("the caller speaks")
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		turn, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(500*time.Millisecond, func() { cancel(reason) })
		played, err := s.Play(turn, bytes.NewReader(tone(440, audio.PCM8k, 5*time.Second)), audio.PCM8k)
		if !errors.Is(err, reason) || played.Heard > 600*time.Millisecond {
			return fmt.Errorf("%v, %v", played, err)
		}
		_, err = s.Play(ctx, bytes.NewReader(tone(440, audio.PCM8k, time.Second)), audio.PCM8k)
		return err
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		s.until(m)
		require.NoError(t, <-s.results)
	})
}

// S11: the function is busy for two seconds, and not a frame is lost.
func TestS11ListenFromTheFirstFrame(t *testing.T) {
	sound := make([]byte, 8000*3)
	for i := range sound {
		sound[i] = byte(i/160 + 1)
	}
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		time.Sleep(2 * time.Second)
		r := s.Listen(audio.MuLaw8k, mediastream.Inbound)
		got := make([]byte, len(sound))
		if _, err := io.ReadFull(r, got); err != nil {
			return err
		}
		if !bytes.Equal(sound, got) {
			return errors.New("other sound")
		}
		rest, err := io.ReadAll(r)
		if err == nil && audio.MuLaw8k.Level(rest) != 0 {
			err = errors.New("noise after it")
		}
		return err
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		m.Says(sound)
		rest(5 * time.Second)
		m.HangUp()
		s.until(m)
		require.NoError(t, <-s.results)
	})
}

// Sound that nobody takes for more than ten seconds is dropped from its oldest
// end, and Receive says how much.
func TestReceiveTellsOfAGap(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		time.Sleep(15 * time.Second)
		e, err := s.Receive(ctx)
		if err != nil {
			return err
		}
		gap, ok := e.(*mediastream.Gap)
		if !ok || gap.Missing < 4*time.Second || gap.Missing > 6*time.Second {
			return fmt.Errorf("%T %v", e, e)
		}
		if e, err = s.Receive(ctx); err != nil {
			return err
		}
		sound, ok := e.(*mediastream.Media)
		if !ok {
			return fmt.Errorf("%T", e)
		}
		if kept := audio.MuLaw8k.Duration(len(sound.Payload)); kept < 9*time.Second || kept > 10*time.Second {
			return fmt.Errorf("kept %v", kept)
		}
		if want := 57*time.Millisecond + gap.Missing; sound.Timestamp != want {
			return fmt.Errorf("at %v, not %v", sound.Timestamp, want)
		}
		return nil
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		s.until(m)
		require.NoError(t, <-s.results)
		assert.Positive(t, s.handler.Stats().Overflows)
	})
}

func TestListenKeepsTenSeconds(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		r := s.Listen(audio.PCM16k, mediastream.Inbound)
		time.Sleep(20 * time.Second)
		buf := make([]byte, 1<<20)
		n, err := r.Read(buf)
		if kept := audio.PCM16k.Duration(n); kept > 10*time.Second || kept < 8*time.Second {
			return fmt.Errorf("kept %v", kept)
		}
		return err
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		s.until(m)
		require.NoError(t, <-s.results)
	})
}

// A second Listen takes the place of the first, and loses nothing.
func TestListenAgain(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		first := s.Listen(audio.MuLaw8k, mediastream.Inbound)
		time.Sleep(time.Second)
		second := s.Listen(audio.PCM24k, mediastream.Inbound)
		if _, err := first.Read(make([]byte, 10)); err != io.EOF {
			return fmt.Errorf("first: %v", err)
		}
		_, err := io.ReadFull(second, make([]byte, audio.PCM24k.Bytes(1500*time.Millisecond)))
		return err
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		s.until(m)
		require.NoError(t, <-s.results)
	})
}

// A stream of <Start> takes no sound: known by its outbound track, or by marks
// that do not come back.
func TestOneWay(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		_, err := s.Play(ctx, bytes.NewReader(make([]byte, 1600)), audio.PCM8k)
		return err
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{OneWay: true})
		s.until(m)
		assert.ErrorIs(t, <-s.results, mediastream.ErrOneWay)
		assert.Contains(t, m.Warnings(), 31924)
		cfg := livetest.MediaConfig{OneWay: true}
		cfg.Start.CallSID, cfg.Start.Tracks = "CA2", []mediastream.Track{mediastream.Inbound, mediastream.Outbound}
		m = s.call(cfg)
		s.until(m)
		assert.ErrorIs(t, <-s.results, mediastream.ErrOneWay)
		assert.Empty(t, m.Warnings())
	})
}

// The format is read and not assumed: L16 at 16 kHz is converted, an unknown
// one is an error of Play and Listen only.
func TestMediaFormatIsRead(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		_, formatErr := s.Format()
		_, playErr := s.Play(ctx, bytes.NewReader(make([]byte, 3200)), audio.PCM8k)
		_, readErr := s.Listen(audio.PCM8k, mediastream.Inbound).Read(make([]byte, 8))
		if _, err := s.Receive(ctx); err != nil {
			return err
		}
		if formatErr == nil {
			return nil
		}
		return errors.Join(formatErr, playErr, readErr)
	}, mediastream.Options{}, func(s *stage) {
		cfg := livetest.MediaConfig{}
		cfg.Start.CallSID = "CA2"
		cfg.Start.MediaFormat = mediastream.MediaFormat{Encoding: "audio/x-opus", SampleRate: 48000, Channels: 2}
		m := s.call(cfg)
		s.until(m)
		err := <-s.results
		assert.ErrorIs(t, err, audio.ErrFormat)
		assert.Equal(t, 3, strings.Count(err.Error(), "unsupported format"))
	})
}

// Record writes what each of the two heard, cut where Clear has cut it.
func TestRecord(t *testing.T) {
	name := filepath.Join(t.TempDir(), "call.wav")
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		file, err := os.Create(name)
		if err != nil {
			return err
		}
		defer file.Close()
		stop, err := s.Record(file)
		if err != nil {
			return err
		}
		sp := s.Speak(audio.PCM8k)
		if _, err := sp.Write(tone(440, audio.PCM8k, 4*time.Second)); err != nil {
			return err
		}
		time.Sleep(2 * time.Second)
		s.Clear()
		time.Sleep(2 * time.Second)
		return stop()
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		speech, err := audio.Convert(tone(220, audio.PCM8k, time.Second), audio.PCM8k, audio.MuLaw8k)
		require.NoError(t, err)
		m.Says(speech)
		s.until(m)
		require.NoError(t, <-s.results)
	})
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	r, err := audio.NewWAVReader(bytes.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, 2, r.Channels())
	require.Equal(t, audio.PCM8k, r.Format())
	left, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.InDelta(t, 3.95, audio.PCM8k.Duration(len(left)).Seconds(), 0.05)
	var right []byte
	for i := 44; i+3 < len(data); i += 4 {
		right = append(right, data[i+2], data[i+3])
	}
	second := audio.PCM8k.Bytes(time.Second)
	assert.Greater(t, audio.PCM8k.Level(left[:second]), 0.3)
	assert.Zero(t, audio.PCM8k.Level(left[second+160:]))
	assert.Greater(t, audio.PCM8k.Level(right[:second]), 0.3)
	assert.Greater(t, audio.PCM8k.Level(right[second:2*second-1000]), 0.3)
	assert.Zero(t, audio.PCM8k.Level(right[2*second+200:]))
}

// Messages of the program's own: marks come back, keys arrive.
func TestSendAndReceive(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		for _, m := range []mediastream.Message{mediastream.Media{Payload: make([]byte, 1600)}, &mediastream.Mark{Name: "half"}} {
			if err := s.Send(ctx, m); err != nil {
				return err
			}
		}
		var seen []string
		for {
			e, err := s.Receive(ctx)
			if err != nil {
				return err
			}
			switch e := e.(type) {
			case *mediastream.Mark:
				seen = append(seen, e.Name)
			case *mediastream.DTMF:
				seen = append(seen, e.Digit)
			case *mediastream.Stop:
				if got := strings.Join(seen, " "); got != "half 4 #" {
					return errors.New(got)
				}
				// The end of the stream may have ended ctx.
				if err := s.Send(context.WithoutCancel(ctx), mediastream.Mark{}); !errors.Is(err, mediastream.ErrMessage) {
					return fmt.Errorf("mark without a name: %v", err)
				}
				return nil
			}
		}
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		rest(time.Second)
		m.Presses("4#")
		rest(time.Second)
		m.HangUp()
		s.until(m)
		require.NoError(t, <-s.results)
	})
}

// Contexts bound the wait, not the connection.
func TestReceiveContextBoundsTheWait(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		if _, err := s.Receive(short); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("receive: %v", err)
		}
		if err := s.Send(short, mediastream.Clear{}); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("send: %v", err)
		}
		time.Sleep(time.Second)
		_, err := s.Receive(ctx)
		return errors.Join(err, s.Send(ctx, mediastream.Clear{}))
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		s.until(m)
		require.NoError(t, <-s.results)
	})
}

// The caller hangs up while the program plays and listens.
func TestHangUpEndsEverything(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		listened := make(chan error, 1)
		go func() {
			_, err := io.Copy(io.Discard, s.Listen(audio.PCM16k, mediastream.Inbound))
			listened <- err
		}()
		_, err := s.Play(ctx, bytes.NewReader(tone(440, audio.PCM8k, time.Minute)), audio.PCM8k)
		if !errors.Is(err, mediastream.ErrHungUp) || !errors.Is(context.Cause(ctx), mediastream.ErrHungUp) {
			return fmt.Errorf("%v, %v", err, context.Cause(ctx))
		}
		return <-listened
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		rest(3 * time.Second)
		m.HangUp()
		s.until(m)
		require.NoError(t, <-s.results)
		assert.Zero(t, s.handler.Len())
	})
}

// T01: a forged or missing signature is refused before the upgrade.
func TestT01HandshakeIsVerified(t *testing.T) {
	play(t, func(context.Context, *mediastream.Stream) error { return errors.New("served") }, mediastream.Options{Limit: 1}, func(s *stage) {
		for _, c := range []livetest.MediaConfig{
			{URL: url}, {URL: url, Secret: "54321"}, {URL: url + "/other", Secret: ""},
			{URL: url, Header: http.Header{"X-Twilio-Signature": {signature.Sign(secret, "https://example.com/media", nil)}}},
		} {
			_, err := s.server.Media(s.ctx, c)
			assert.Equal(t, livetest.Refused{Status: http.StatusForbidden}, err)
		}
		assert.EqualValues(t, 4, s.handler.Stats().Refused)
		assert.Zero(t, s.handler.Stats().Sessions)
	})
}

func TestAdmit(t *testing.T) {
	opts := mediastream.Options{
		Accounts: []string{account},
		Admit: func(_ context.Context, s mediastream.Start) error {
			if s.CustomParameters["pass"] != "yes" {
				return errors.New("no pass for +15550101")
			}
			return nil
		},
	}
	play(t, func(context.Context, *mediastream.Stream) error { return nil }, opts, func(s *stage) {
		cfg := livetest.MediaConfig{}
		cfg.Start = mediastream.Start{CallSID: "CA1", AccountSID: account, CustomParameters: map[string]string{"pass": "yes"}}
		m := s.call(cfg)
		s.until(m)
		require.NoError(t, <-s.results)
		cfg.Start.CustomParameters = nil
		m = s.call(cfg)
		s.until(m)
		assert.Equal(t, websocket.StatusPolicyViolation, websocket.CloseStatus(m.Err()))
		cfg.Start.AccountSID = "AC2"
		m = s.call(cfg)
		s.until(m)
		assert.Equal(t, websocket.StatusPolicyViolation, websocket.CloseStatus(m.Err()))
		assert.EqualValues(t, 2, s.handler.Stats().Rejected)
		assert.NotContains(t, s.log.String(), "5550101")
		assert.Empty(t, s.results)
	})
}

// Bad input ends in a clear way: a first message that is none, sound before the
// start, binary frames, ten malformed frames, a start that does not come.
func TestBadInput(t *testing.T) {
	const connected = `{"event":"connected","protocol":"Call","version":"1.0.0"}`
	const start = `{"event":"start","sequenceNumber":"1","start":{"streamSid":"MZ1","callSid":"CA1"},"streamSid":"MZ1"}`
	for name, c := range map[string]struct {
		frames []string
		binary bool
		wait   time.Duration
		code   websocket.StatusCode
	}{
		"sound first":       {frames: []string{`{"event":"media","media":{"payload":"//8="}}`}, code: websocket.StatusPolicyViolation},
		"start without SID": {frames: []string{connected, `{"event":"start","start":{}}`}, code: websocket.StatusPolicyViolation},
		"two starts":        {frames: []string{connected, start, start}, code: websocket.StatusPolicyViolation},
		"connected twice":   {frames: []string{connected, connected}, code: websocket.StatusPolicyViolation},
		"binary":            {frames: []string{connected}, binary: true, code: websocket.StatusPolicyViolation},
		"ten malformed":     {frames: append([]string{connected, start}, strings.Split(strings.Repeat("hello ", 9)+"hello", " ")...), code: websocket.StatusInvalidFramePayloadData},
		"no start":          {frames: []string{connected}, wait: 11 * time.Second, code: websocket.StatusPolicyViolation},
		"oversize":          {frames: []string{connected, start, `{"event":"` + strings.Repeat("x", 70<<10) + `"}`}, code: -1}, // cut in the middle of the message
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(ctx context.Context, s *mediastream.Stream) error {
				for {
					if _, err := s.Receive(ctx); err != nil {
						return err
					}
				}
			}, mediastream.Options{}, func(s *stage) {
				ws, _, err := s.server.Dial(s.ctx, url, secret, nil)
				require.NoError(t, err)
				for _, frame := range c.frames {
					typ := websocket.MessageText
					if c.binary {
						typ = websocket.MessageBinary
					}
					if ws.Write(s.ctx, typ, []byte(frame)) != nil {
						break
					}
				}
				rest(c.wait)
				_, _, err = ws.Read(s.ctx)
				assert.Equal(t, c.code, websocket.CloseStatus(err), "%v", err)
				synctest.Wait()
				assert.Zero(t, s.handler.Len())
				if name == "oversize" {
					assert.EqualValues(t, 1, s.handler.Stats().Oversize)
				}
			})
		})
	}
}

// A flood of events that the function does not take ends the stream.
func TestOverflow(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		<-ctx.Done()
		_, err := s.Receive(context.Background())
		for err == nil {
			_, err = s.Receive(context.Background())
		}
		return err
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		rest(time.Second)
		m.Presses(strings.Repeat("1", 300))
		s.until(m)
		assert.ErrorIs(t, <-s.results, mediastream.ErrOverflow)
		assert.Positive(t, s.handler.Stats().Overflows)
	})
}

// S15: Shutdown lets live streams finish their sentence and closes them, so
// that the document behind <Connect> goes on.
func TestS15Shutdown(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		sp := s.Speak(audio.PCM8k)
		if _, err := sp.Write(tone(440, audio.PCM8k, 3*time.Second)); err != nil {
			return err
		}
		for {
			if _, err := s.Receive(ctx); err != nil {
				return err
			}
		}
	}, mediastream.Options{}, func(s *stage) {
		a := s.call(livetest.MediaConfig{})
		rest(time.Second)
		ctx, cancel := context.WithTimeout(s.ctx, time.Second)
		defer cancel()
		assert.NoError(t, s.handler.Shutdown(ctx))
		s.until(a)
		assert.Equal(t, websocket.StatusNormalClosure, websocket.CloseStatus(a.Err()))
		assert.InDelta(t, 3.0, audio.MuLaw8k.Duration(len(a.Sound())).Seconds(), 0.1)
		_, err := s.server.Media(s.ctx, livetest.MediaConfig{URL: url, Secret: secret})
		assert.Equal(t, livetest.Refused{Status: http.StatusServiceUnavailable}, err)
		assert.EqualValues(t, 1, s.handler.Stats().Moved)
	})
}

// A thousand streams are opened at once and dropped in every state, and no
// goroutine is left. The limit lets all of them wait for admission.
func TestNothingLeaks(t *testing.T) {
	before := runtime.NumGoroutine()
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		r := s.Listen(audio.PCM16k, mediastream.Inbound)
		go io.Copy(io.Discard, r)
		_, err := s.Play(ctx, bytes.NewReader(make([]byte, audio.PCM8k.Bytes(3*time.Second))), audio.PCM8k)
		return err
	}, mediastream.Options{Limit: 4000}, func(s *stage) {
		var open atomic.Int64
		var wait sync.WaitGroup
		for i := range 1000 {
			wait.Go(func() {
				cfg := livetest.MediaConfig{URL: url, Secret: secret}
				cfg.Start.CallSID = fmt.Sprint("CA", i)
				m, err := s.server.Media(s.ctx, cfg)
				if !assert.NoError(t, err) {
					return
				}
				open.Add(1)
				time.Sleep(time.Duration(i%50) * 10 * time.Millisecond)
				switch i % 3 {
				case 0:
					m.HangUp()
				case 1:
					m.Drop()
				}
				<-m.Closed()
			})
		}
		wait.Wait()
		synctest.Wait()
		assert.EqualValues(t, 1000, open.Load())
		assert.Zero(t, s.handler.Len())
	})
	assert.LessOrEqual(t, runtime.NumGoroutine(), before+2)
}

// Nothing that is said, pressed or numbered reaches the log.
func TestLogHoldsNothingPersonal(t *testing.T) {
	play(t, func(ctx context.Context, s *mediastream.Stream) error {
		return errors.New("the caller +15550101 pressed 4711")
	}, mediastream.Options{}, func(s *stage) {
		m := s.call(livetest.MediaConfig{})
		s.until(m)
		<-s.results
		assert.Contains(t, s.log.String(), "stream failed")
		assert.Contains(t, s.log.String(), "set Options.Accounts or Options.Admit")
		assert.NotContains(t, s.log.String(), "5550101")
		assert.NotContains(t, s.log.String(), "4711")
	})
}
