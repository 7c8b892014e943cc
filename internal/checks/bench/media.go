package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringback-go/ringback/webhook/mediastream"
)

const (
	frameTime  = 20 * time.Millisecond
	frameBytes = 160 // of μ-law, in 20 ms
	gathered   = 5   // frames of 20 ms that make a message of 100 ms

	heapEach  = "heap-KB" // of one stream, both ends
	heapLimit = 40
)

// mediaRows compare media streams: single frames, and many streams at once. The
// usual program by hand answers each frame with one; ours does the same in the
// row of echoes, and joins 100 ms in the other, as Play does. What joining brings
// to the program by hand is shown without a budget.
func mediaRows() []row {
	rows := mediaCodecRows()
	for _, streams := range []int{200, 1000} {
		byHand := contender{name: "gorilla by hand", run: mediaWith(streams, gorillaMedia(1))}
		budgets := func(atMost float64) []ratio {
			return []ratio{
				{peer: byHand.name, atMost: atMost, metric: cpu},
				{peer: byHand.name, within: heapLimit, metric: heapEach},
			}
		}
		rows = append(rows, row{
			name: fmt.Sprintf("media/%d-streams-100ms-out", streams),
			contenders: []contender{
				{name: "ringback", run: mediaWith(streams, ringbackMedia(gathered))},
				byHand,
				{name: "gorilla by hand, 100 ms out", run: mediaWith(streams, gorillaMedia(gathered))},
			},
			ratios: budgets(0.65),
		}, row{
			name:       fmt.Sprintf("media/%d-streams-echo", streams),
			contenders: []contender{{name: "ringback", run: mediaWith(streams, ringbackMedia(1))}, byHand},
			ratios:     budgets(0.95),
		})
	}
	return rows
}

const benchStream = "MZ0123456789abcdef0123456789abcdef"

// mediaFrame is a frame as Twilio sends it, of 382 bytes.
func mediaFrame(n int) []byte {
	return mediastream.AppendEvent(nil, &mediastream.Media{
		SequenceNumber: int64(n + 1), StreamSID: benchStream, Track: mediastream.Inbound, Chunk: int64(n),
		Timestamp: time.Duration(n) * frameTime, Payload: sound(frameBytes),
	})
}

// sound is n bytes that look like speech to base64: all values, in no order.
func sound(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i * 167)
	}
	return out
}

// handStream is what a program by hand declares for all messages in.
type handStream struct {
	Event     string `json:"event"`
	StreamSID string `json:"streamSid"`
	Start     struct {
		CallSID string `json:"callSid"`
	} `json:"start"`
	Media struct {
		Track     string `json:"track"`
		Chunk     string `json:"chunk"`
		Timestamp string `json:"timestamp"`
		Payload   string `json:"payload"`
	} `json:"media"`
}

// handSound is what it declares for sound out.
type handSound struct {
	Event     string `json:"event"`
	StreamSID string `json:"streamSid"`
	Media     struct {
		Payload string `json:"payload"`
	} `json:"media"`
}

func mediaCodecRows() []row {
	frame, payload := mediaFrame(100), sound(frameBytes)
	buf := make([]byte, 0, 512)
	m := mediastream.Message(mediastream.Media{StreamSID: benchStream, Payload: payload})
	return []row{
		{
			name: "media/frame-in",
			contenders: []contender{
				{name: "ringback", run: loop(func() error {
					_, err := mediastream.Parse(frame)
					return err
				})},
				{name: "encoding/json by hand", run: loop(func() error {
					var m handStream
					if err := json.Unmarshal(frame, &m); err != nil {
						return err
					}
					_, err := base64.StdEncoding.DecodeString(m.Media.Payload)
					return err
				})},
			},
			ratios:    []ratio{{peer: "encoding/json by hand", atLeast: 7}},
			maxAllocs: 1,
		},
		{
			name: "media/frame-out",
			contenders: []contender{
				{name: "ringback", run: loop(func() (err error) {
					buf, err = mediastream.Append(buf[:0], m)
					return err
				})},
				{name: "encoding/json by hand", run: loop(func() error {
					_, err := json.Marshal(byHand(benchStream, payload))
					return err
				})},
			},
			ratios:    []ratio{{peer: "encoding/json by hand", atLeast: 5}},
			maxAllocs: -1,
		},
	}
}

func byHand(stream string, payload []byte) handSound {
	m := handSound{Event: "media", StreamSID: stream}
	m.Media.Payload = base64.StdEncoding.EncodeToString(payload)
	return m
}

// ringbackMedia sends back what it hears, so many frames in a message.
func ringbackMedia(frames int) http.Handler {
	return mediastream.Handle(newVerifier(), func(ctx context.Context, s *mediastream.Stream) error {
		var reply []byte
		for {
			e, err := s.Receive(ctx)
			if err != nil {
				return err
			}
			m, ok := e.(*mediastream.Media)
			if !ok {
				continue
			}
			reply = append(reply, m.Payload...)
			for len(reply) >= frames*frameBytes {
				if err := s.Send(ctx, mediastream.Media{Payload: reply[:frames*frameBytes]}); err != nil {
					return err
				}
				reply = append(reply[:0], reply[frames*frameBytes:]...)
			}
		}
	}, nil)
}

// gorillaMedia is the usual program: one goroutine that reads and writes. It has
// no limits, and it would keep Twilio waiting if its work took long.
func gorillaMedia(frames int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws := accepted(w, r)
		if ws == nil {
			return
		}
		defer ws.Close()
		var reply []byte
		for {
			var m handStream
			if err := ws.ReadJSON(&m); err != nil {
				return
			}
			if m.Event != "media" {
				continue
			}
			sound, err := base64.StdEncoding.DecodeString(m.Media.Payload)
			if err != nil {
				return
			}
			if reply = append(reply, sound...); len(reply) < frames*frameBytes {
				continue
			}
			if err := ws.WriteJSON(byHand(m.StreamSID, reply)); err != nil {
				return
			}
			reply = reply[:0]
		}
	})
}

// mediaWith opens the streams and lets each send a frame every 20 ms for the time
// of the benchmark. It reports the CPU time a frame, both ends together, and the
// heap a stream.
func mediaWith(streams int, handler http.Handler) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		server := httptest.NewServer(handler)
		defer server.Close()
		before := memory()
		c := &phones{}
		defer c.close()
		for range streams {
			if err := c.open(server.Listener.Addr().String()); err != nil {
				b.Fatal(err)
			}
		}
		next := time.Now()
		tick := func() {
			next = next.Add(frameTime)
			time.Sleep(time.Until(next))
			if err := c.speak(); err != nil {
				b.Fatal(err)
			}
		}
		for range 2 * gathered {
			tick()
		}
		if err := c.answered(); err != nil {
			b.Fatal(err)
		}
		next = time.Now()
		sent, spent := c.sent, cpuTime()
		for b.Loop() {
			tick()
		}
		frames := c.sent - sent
		if err := c.answered(); err != nil {
			b.Fatal(err)
		}
		spent = cpuTime() - spent
		b.ReportMetric(float64(spent.Microseconds())/float64(frames), cpu)
		b.ReportMetric((memory()-before)/float64(streams)/(1<<10), heapEach)
	}
}

// memory is what the heap takes, after a collection.
func memory() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// phones are the other ends of the streams. Frames are written as they are, and
// of what comes back only the length is read, so that the server is what is
// measured.
type phones struct {
	conns   []net.Conn
	sent    int64 // frames
	readers sync.WaitGroup
	bytes   atomic.Int64 // of sound that has come back
}

var spokenFrame = clientFrame(string(mediaFrame(100)))

func (c *phones) open(addr string) error {
	conn, r, err := upgrade(addr, "/media")
	if err != nil {
		return err
	}
	n := len(c.conns)
	c.conns = append(c.conns, conn)
	start := &mediastream.Start{
		SequenceNumber: 1, StreamSID: benchStream, AccountSID: "AC0123456789abcdef0123456789abcdef", CallSID: fmt.Sprintf("CA%032d", n),
		Tracks:      []mediastream.Track{mediastream.Inbound},
		MediaFormat: mediastream.MediaFormat{Encoding: "audio/x-mulaw", SampleRate: 8000, Channels: 1},
	}
	for _, e := range []mediastream.Event{&mediastream.Connected{Protocol: "Call", Version: "1.0.0"}, start} {
		if _, err := conn.Write(clientFrame(string(mediastream.AppendEvent(nil, e)))); err != nil {
			return err
		}
	}
	c.readers.Go(func() { c.read(r) })
	return nil
}

// speak sends a frame on each stream.
func (c *phones) speak() error {
	for _, conn := range c.conns {
		if _, err := conn.Write(spokenFrame); err != nil {
			return err
		}
		c.sent++
	}
	return nil
}

func (c *phones) read(r *bufio.Reader) {
	wrapper := len(`{"event":"media","streamSid":"` + benchStream + `","media":{"payload":""}}`)
	for {
		head, err := r.Peek(2)
		if err != nil {
			return
		}
		size, skip := int(head[1]&0x7f), 2
		if size == 126 {
			if head, err = r.Peek(4); err != nil {
				return
			}
			size, skip = int(head[2])<<8|int(head[3]), 4
		}
		if _, err := r.Discard(skip + size); err != nil {
			return
		}
		c.bytes.Add(int64(size-wrapper) * 3 / 4)
	}
}

var errSilent = errors.New("the streams do not come back")

// answered waits until all sound has come back that makes whole messages.
func (c *phones) answered() error {
	streams := int64(len(c.conns))
	each := c.sent / streams / gathered * gathered
	for range 500 {
		if c.bytes.Load() >= each*streams*frameBytes {
			return nil
		}
		time.Sleep(frameTime)
	}
	return errSilent
}

func (c *phones) close() {
	for _, conn := range c.conns {
		conn.Close()
	}
	c.readers.Wait()
}
