package load

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/ringback-go/ringback/webhook/mediastream"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// Times of a media stream.
const (
	frameTime  = 20 * time.Millisecond
	firstFrame = 57 * time.Millisecond  // its timestamp, as recorded
	greeting   = 3 * time.Second        // that the caller listens to at most before speaking
	sentence   = time.Second            // that the caller speaks
	silence    = 700 * time.Millisecond // that ends a reply
	patience   = time.Second            // of sound that Twilio keeps for a program that does not read
)

// stream plays Twilio's side of a media stream.
func (s *session) stream(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &line{session: s, sid: fmt.Sprintf("MZ%032x", s.n), start: time.Now()}
	start := &mediastream.Start{
		SequenceNumber: 1, StreamSID: l.sid, AccountSID: s.target.AccountSID, CallSID: s.target.CallSID,
		Tracks:           []mediastream.Track{mediastream.Inbound},
		MediaFormat:      mediastream.MediaFormat{Encoding: "audio/x-mulaw", SampleRate: 8000, Channels: 1},
		CustomParameters: s.target.Parameters,
	}
	l.sequence = 1
	for _, e := range []mediastream.Event{&mediastream.Connected{Protocol: "Call", Version: "1.0.0"}, start} {
		if err := s.write(ctx, mediastream.AppendEvent(nil, e)); err != nil {
			return err
		}
	}
	var mouth sync.WaitGroup
	mouth.Go(func() { l.mouth(ctx) })
	defer func() {
		cancel()
		mouth.Wait()
		s.r.sound(l.sent, l.late, l.lost, l.gaps, l.gap)
	}()
	err := l.talk(ctx)
	if err == nil {
		l.send(ctx, &mediastream.Stop{StreamSID: l.sid, AccountSID: s.target.AccountSID, CallSID: s.target.CallSID})
		cancel()
		mouth.Wait()
		s.hangUp("")
	}
	return hungUp(err)
}

// line is a media stream: the mouth sends frames all the time, and the ear
// receives.
type line struct {
	*session
	sid   string
	start time.Time

	mu       sync.Mutex
	sequence int64
	says     time.Time // the caller speaks until then

	// Of the mouth.
	sent, late, lost int64

	// Of the ear.
	dry   time.Time // when what was sent has been played
	marks []pending
	gaps  int64
	gap   time.Duration
}

type pending struct {
	name string
	at   time.Time
}

// send numbers an event and writes it.
func (l *line) send(ctx context.Context, e mediastream.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sequence++
	switch e := e.(type) {
	case *mediastream.Media:
		e.SequenceNumber = l.sequence
	case *mediastream.Mark:
		e.SequenceNumber = l.sequence
	case *mediastream.Stop:
		e.SequenceNumber = l.sequence
	}
	return l.write(ctx, mediastream.AppendEvent(nil, e))
}

// tone is a frame that a silence detector takes for speech.
var tone = func() []byte {
	pcm := make([]byte, 2*audio.MuLaw8k.Bytes(frameTime))
	for i := range len(pcm) / 2 {
		v := int16(8000 * math.Sin(2*math.Pi*200*float64(i)/8000))
		pcm[2*i], pcm[2*i+1] = byte(v), byte(uint16(v)>>8)
	}
	sound, err := audio.Convert(pcm, audio.PCM8k, audio.MuLaw8k)
	if err != nil {
		panic(err)
	}
	return sound
}()

// mouth sends a frame every 20 ms. A frame is late if the previous one could
// not be sent in time, and lost if the program has not read for a second.
func (l *line) mouth(ctx context.Context) {
	quiet := audio.MuLaw8k.Silence(nil, audio.MuLaw8k.Bytes(frameTime))
	e := &mediastream.Media{StreamSID: l.sid, Track: mediastream.Inbound}
	for n := int64(0); ; n++ {
		e.Timestamp = firstFrame + time.Duration(n)*frameTime
		due := l.start.Add(e.Timestamp)
		if !sleep(ctx, time.Until(due)) {
			return
		}
		now := time.Now()
		if now.Sub(due) > patience {
			l.lost++
			continue
		}
		if now.Sub(due) > frameTime {
			l.late++
		}
		l.mu.Lock()
		speaking := now.Before(l.says)
		l.mu.Unlock()
		if e.Payload = quiet; speaking {
			e.Payload = tone
		}
		e.Chunk++
		// The end of ctx must not cut a frame, which would cut the connection.
		if l.send(context.WithoutCancel(ctx), e) != nil {
			return // the ear will find out why
		}
		l.sent++
	}
}

// talk speaks and listens in turn.
func (l *line) talk(ctx context.Context) error {
	// Listen to the whole greeting, so that it does not count as an answer.
	if err := l.listen(ctx, time.Now().Add(greeting), true, nil); err != nil {
		return err
	}
	for turn := range l.cfg.Turns {
		if err := l.turn(ctx, turn%2 == 0 && turn+1 < l.cfg.Turns); err != nil {
			return err
		}
	}
	return nil
}

// speak lets the caller speak, and returns when that is over. It calls cleared for
// each clear, unless it is nil.
func (l *line) speak(ctx context.Context, cleared func()) error {
	until := time.Now().Add(sentence)
	l.mu.Lock()
	l.says = until
	l.mu.Unlock()
	return l.listen(ctx, until, false, func(m mediastream.Message) bool {
		if _, ok := m.(mediastream.Clear); ok && cleared != nil {
			cleared()
		}
		return false
	})
}

func (l *line) turn(ctx context.Context, interrupt bool) error {
	if err := l.speak(ctx, nil); err != nil {
		return err
	}
	asked := time.Now()
	var first time.Time
	err := l.listen(ctx, asked.Add(l.cfg.Wait), false, func(m mediastream.Message) bool {
		if _, ok := m.(mediastream.Media); ok {
			first = time.Now()
		}
		return !first.IsZero()
	})
	switch {
	case err != nil && !(errors.Is(err, errEnded) && !first.IsZero()):
		return err
	case first.IsZero():
		return problem("no answer within %v", l.cfg.Wait)
	}
	l.r.turn(0, first.Sub(asked))
	if !interrupt {
		return l.listen(ctx, time.Now().Add(l.cfg.Wait), true, nil)
	}
	if err := l.listen(ctx, time.Now().Add(listens), false, nil); err != nil {
		return err
	}
	if !time.Now().Before(l.dry) {
		return nil // the reply is over
	}
	at, cleared := time.Now(), time.Time{}
	if err := l.speak(ctx, func() {
		if cleared.IsZero() {
			cleared = time.Now()
		}
	}); err != nil {
		return err
	}
	l.r.interruption(cleared.IsZero() && time.Now().Before(l.dry))
	if !cleared.IsZero() {
		l.r.cut(cleared.Sub(at))
	}
	return l.listen(ctx, time.Now().Add(l.cfg.Wait), true, nil)
}

// listen hears the program until then, until enough reports true, or, if quiet,
// until nothing has been heard for a while.
func (l *line) listen(ctx context.Context, until time.Time, quiet bool, enough func(mediastream.Message) bool) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	calm := time.Now()
	for {
		now := time.Now()
		if l.dry.After(calm) {
			calm = l.dry
		}
		end := until
		if quiet && calm.Add(silence).Before(end) {
			end = calm.Add(silence)
		}
		if !now.Before(end) {
			return nil
		}
		if len(l.marks) > 0 && l.marks[0].at.Before(end) {
			end = l.marks[0].at
		}
		timer.Reset(max(end.Sub(now), 0))
		frame, err := l.next(ctx, timer)
		if errors.Is(err, errLate) {
			if err := l.echo(ctx, time.Now()); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		m, err := mediastream.ParseMessage(frame)
		if err != nil {
			l.r.malformed()
			continue
		}
		if err := l.hear(ctx, m); err != nil {
			return err
		}
		if enough != nil && enough(m) {
			return nil
		}
	}
}

// hear plays a message.
func (l *line) hear(ctx context.Context, m mediastream.Message) error {
	now := time.Now()
	switch m := m.(type) {
	case mediastream.Media:
		if dry := now.Sub(l.dry); dry > 0 {
			if !l.dry.IsZero() && dry < silence {
				l.gaps++
				l.gap += dry
			}
			l.dry = now
		}
		l.dry = l.dry.Add(audio.MuLaw8k.Duration(len(m.Payload)))
	case mediastream.Mark:
		at := now
		if l.dry.After(now) {
			at = l.dry
		}
		l.marks = append(l.marks, pending{m.Name, at})
	case mediastream.Clear:
		l.dry = now
		for i := range l.marks {
			l.marks[i].at = now
		}
	}
	return l.echo(ctx, now)
}

// echo sends back the marks whose time has come.
func (l *line) echo(ctx context.Context, now time.Time) error {
	for len(l.marks) > 0 && !l.marks[0].at.After(now) {
		name := l.marks[0].name
		l.marks = l.marks[1:]
		if err := l.send(ctx, &mediastream.Mark{StreamSID: l.sid, Name: name}); err != nil {
			return err
		}
	}
	return nil
}
