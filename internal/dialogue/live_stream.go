package dialogue

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"strconv"
	"time"

	"github.com/coder/websocket"

	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// Times of a media stream.
const (
	frameTime   = 20 * time.Millisecond
	firstFrame  = 57 * time.Millisecond  // the timestamp of the first frame, as recorded
	streamDelay = 400 * time.Millisecond // from the program's close to the next verb
	maxBuffered = 10 * time.Minute       // of sound that waits to be played
	maxPieces   = 1 << 18                // of sound that wait, and marks
	maxNames    = 1 << 20                // bytes of the names of marks that wait
)

// stream plays Twilio's side of a media stream.
type stream struct {
	s      *session
	c      *Call
	k      *socket
	twoWay bool
	tracks []string

	start    time.Time
	sequence int
	chunks   map[string]int
	over     bool

	queue   []playback
	player  *proc
	keeper  *proc // of a stream of Start: it waits for the end
	cuts    int
	dry     time.Time // when what has begun to play is over
	waiting time.Duration
	names   int // bytes of the marks in the queue
	heard   []Sounding
	marks   []Mark
}

// playback is sound, or a mark behind it.
type playback struct {
	sound []byte
	mark  string
}

// Sounding is sound on a telephone line, μ-law at 8 kHz.
type Sounding struct {
	At    time.Time
	Sound []byte
}

// Mark is a mark of a media stream that Twilio has sent back.
type Mark struct {
	Name    string
	At      time.Time
	Cleared bool // the sound before it was cleared
}

// runStream connects the call to a stream until that ends.
func (c *Call) runStream(s *session, u *url.URL) outcome {
	st, f := c.openStream(c.p, s, u, true)
	if f != nil {
		c.failed(f)
		return outcome{end: &SessionEnd{}}
	}
	c.link = st
	unlisten := c.listen(&listener{keys: true, speech: true})
	err := st.run()
	unlisten()
	c.link = nil
	st.stop()
	if err == nil {
		c.pause(streamDelay)
	}
	return outcome{&SessionEnd{}, err}
}

// startStream plays a stream of Start in the background.
func (c *Call) startStream(s *session, u *url.URL) {
	s.beside = true
	release := c.e.keepStep()
	c.e.spawn(func(p *proc) {
		defer release()
		p.sleep(connectDelay)
		if s.over {
			return
		}
		st, f := c.openStream(p, s, u, false)
		if f != nil {
			c.failed(f)
			return
		}
		if s.over {
			st.stop()
			return
		}
		s.stream, st.keeper = st, p
		for !st.over {
			p.park(time.Time{})
		}
	})
}

// openStream opens the WebSocket of a stream and begins to send.
func (c *Call) openStream(p *proc, s *session, u *url.URL, twoWay bool) (*stream, *Failure) {
	if u.RawQuery != "" || u.ForceQuery {
		bare := *u
		bare.RawQuery, bare.ForceQuery = "", false
		u = &bare
	}
	k, no := s.openSocket(p, u, "Twilio.TmeWs/1.0")
	if no != nil {
		f := no.streamFailure(u)
		f.Line, f.Col = s.v.Line, s.v.Column
		s.report("error", pairs("StreamError", f.Text))
		return nil, f
	}
	st := &stream{
		s: s, c: c, k: k, twoWay: twoWay, start: c.e.now, dry: c.e.now, chunks: map[string]int{},
		tracks: map[string][]string{"outbound_track": {"outbound"}, "both_tracks": {"inbound", "outbound"}}[s.track],
	}
	if st.tracks == nil || twoWay {
		st.tracks = []string{"inbound"}
	}
	s.report("started", nil)
	k.start(st.frame, st.closed)
	st.send(map[string]any{"event": "connected", "protocol": "Call", "version": "1.0.0"})
	st.number(map[string]any{"event": "start", "start": map[string]any{
		"accountSid": c.e.cfg.AccountSID, "streamSid": s.sid, "callSid": c.sid, "tracks": st.tracks,
		"mediaFormat":      map[string]any{"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
		"customParameters": parameters(s.v),
	}})
	c.streams = append(c.streams, st)
	c.e.spawn(st.speak)
	if twoWay {
		st.player = c.e.spawn(st.play)
	}
	return st, nil
}

// streamFailure names why a stream was not opened.
func (no *refused) streamFailure(u *url.URL) *Failure {
	code := 31902
	switch {
	case no.status != 0:
		code = 31920
	case u.Scheme != "wss":
		code = 31922
	}
	f := failure(code, "the WebSocket of the Stream could not be opened: %s", no.reason())
	f.URL, f.Err = u.String(), no.err
	return f
}

// run passes on what the caller does until the program closes.
func (st *stream) run() error {
	c := st.c
	for {
		if err := c.until(time.Time{}, func() bool { return st.over || len(c.inbox) > 0 }); err != nil {
			return err
		}
		if st.over {
			return nil
		}
		in, _ := c.take()
		if in.key != "" {
			st.number(map[string]any{"event": "dtmf", "dtmf": map[string]any{"track": "inbound_track", "digit": in.key}})
		}
	}
}

func (st *stream) socket() *socket { return st.k }

func (st *stream) speaking() bool { return st.c.e.now.Before(st.dry) }

// stop ends the stream: the call has ended, or a Stop has named it.
func (st *stream) stop() {
	if st.over {
		return
	}
	st.number(map[string]any{"event": "stop", "stop": map[string]any{"accountSid": st.c.e.cfg.AccountSID, "callSid": st.c.sid}})
	st.k.close(websocket.StatusNormalClosure, "")
	st.finish()
}

func (st *stream) finish() {
	st.trim(st.c.e.now)
	st.over, st.queue = true, nil
	st.dry = st.c.e.now
	st.cuts++
	st.c.e.wake(st.player)
	st.c.e.wake(st.keeper)
	st.c.e.wake(st.c.p)
}

// closed takes the end of the connection.
func (st *stream) closed(err error) {
	if st.over {
		return
	}
	if websocket.CloseStatus(err) == -1 {
		st.c.warn(failure(31921, "the WebSocket of the Stream was cut"))
	}
	st.finish()
	if !st.twoWay {
		st.s.end()
	}
}

// send queues a message. It reports false when the program reads too slowly.
func (st *stream) send(message map[string]any) bool {
	frame, err := json.Marshal(message)
	return err == nil && st.k.send(frame)
}

// number sends a message with the next sequence number.
func (st *stream) number(message map[string]any) bool {
	if st.over {
		return false
	}
	st.sequence++
	message["sequenceNumber"], message["streamSid"] = strconv.Itoa(st.sequence), st.s.sid
	return st.send(message)
}

// speak sends the sound of the call every 20 ms.
func (st *stream) speak(p *proc) {
	overflowed := false
	for n := 0; ; n++ {
		at := st.start.Add(firstFrame + time.Duration(n)*frameTime)
		for p.e.now.Before(at) {
			p.park(at)
		}
		if st.over {
			return
		}
		for _, track := range st.tracks {
			sounds := st.c.inbound
			if track == "outbound" {
				sounds = st.c.outbound
			}
			st.chunks[track]++
			sent := st.number(map[string]any{"event": "media", "media": map[string]any{
				"track": track, "chunk": strconv.Itoa(st.chunks[track]), "timestamp": strconv.FormatInt(at.Sub(st.start).Milliseconds(), 10),
				"payload": base64.StdEncoding.EncodeToString(frameAt(sounds, at)),
			}})
			if !sent && !st.over && !overflowed {
				overflowed = true
				st.c.warn(failure(31930, "the server does not read the stream, and sound is dropped"))
			}
		}
	}
}

// frameAt cuts a frame out of sounds, as it was at a time.
func frameAt(sounds []Sounding, at time.Time) []byte {
	frame := audio.MuLaw8k.Silence(make([]byte, 0, 160), audio.MuLaw8k.Bytes(frameTime))
	for i := len(sounds) - 1; i >= 0; i-- {
		s := sounds[i]
		from := samples(at.Sub(s.At))
		if from <= -len(frame) {
			continue
		}
		if from >= len(s.Sound) {
			break // and what came before it was over even earlier
		}
		if from < 0 {
			copy(frame[-from:], s.Sound)
		} else {
			copy(frame, s.Sound[from:])
		}
	}
	return frame
}

// samples is how many samples of a telephone line d takes.
func samples(d time.Duration) int { return int(d * 8000 / time.Second) }

// frame takes a message of the program.
func (st *stream) frame(data []byte) {
	if st.over {
		return
	}
	var m struct {
		Event     string `json:"event"`
		StreamSID string `json:"streamSid"`
		Media     *struct {
			Payload *string `json:"payload"`
		} `json:"media"`
		Mark *struct {
			Name string `json:"name"`
		} `json:"mark"`
	}
	if !json.Valid(data) {
		st.c.warn(failure(31950, "the program sent a message that is not JSON"))
		return
	}
	if !st.twoWay {
		st.c.warn(failure(31924, "the program sent a message on a stream of Start, which takes none"))
		return
	}
	if err := json.Unmarshal(data, &m); err != nil {
		st.invalid("it is not of the right form")
		return
	}
	var sound []byte
	switch {
	case m.StreamSID == "":
		st.invalid("it has no streamSid")
		return
	case m.Event == "media" && m.Media != nil && m.Media.Payload != nil:
		var err error
		if sound, err = base64.StdEncoding.DecodeString(*m.Media.Payload); err != nil {
			st.invalid("its payload is not base64")
			return
		}
		if length := audio.MuLaw8k.Duration(len(sound)); st.waiting+length > maxBuffered || len(st.queue) >= maxPieces {
			st.c.warn(failure(31931, "more than ten minutes of sound wait to be played, or too many pieces of it, and sound is dropped"))
			return
		}
		st.waiting += audio.MuLaw8k.Duration(len(sound))
		if len(sound) > 0 {
			st.queue = append(st.queue, playback{sound: sound})
		}
	case m.Event == "mark" && m.Mark != nil && m.Mark.Name != "":
		if st.names+len(m.Mark.Name) > maxNames || len(st.queue) >= maxPieces {
			st.c.warn(failure(31931, "too many marks wait for the sound before them, and a mark is dropped"))
			return
		}
		st.names += len(m.Mark.Name)
		st.queue = append(st.queue, playback{mark: m.Mark.Name})
	case m.Event == "clear":
		st.clear()
	case m.Event == "media":
		st.invalid("it has no payload")
	case m.Event == "mark":
		st.invalid("its mark has no name")
	default:
		st.invalid("its event is not one that a server sends")
	}
	st.c.e.wake(st.player)
}

func (st *stream) invalid(why string) {
	st.c.warn(failure(31951, "the program sent a message that is not valid: %s", why))
}

// play plays what the program has sent, and sends marks back.
func (st *stream) play(p *proc) {
	for !st.over {
		now := p.e.now
		switch {
		case now.Before(st.dry) && len(st.queue) > 0:
			p.park(st.dry)
		case len(st.queue) == 0:
			p.park(time.Time{})
		case st.queue[0].mark != "":
			name := st.queue[0].mark
			st.queue, st.names = st.queue[1:], st.names-len(name)
			st.echo(name, false)
		default:
			sound := st.queue[0].sound
			st.queue = st.queue[1:]
			length := audio.MuLaw8k.Duration(len(sound))
			begin := st.dry // without a gap, however late the engine is
			if now.Sub(st.dry) > frameTime {
				begin = now
			}
			st.waiting -= length
			st.dry = begin.Add(length)
			st.heard = st.c.e.keep(append(st.heard, Sounding{begin, sound}))
			st.s.watched(LiveEvent{Type: LivePlaying, At: begin, Data: sound})
		}
	}
}

// echo sends a mark back.
func (st *stream) echo(name string, cleared bool) {
	st.number(map[string]any{"event": "mark", "mark": map[string]any{"name": name}})
	st.marks = append(st.marks, Mark{name, st.c.e.now, cleared})
	for limit := st.c.e.limits.Sound; limit > 0 && st.c.e.now.Sub(st.marks[0].At) > limit; {
		st.marks = st.marks[1:]
	}
	what := "played"
	if cleared {
		what = "cleared"
	}
	st.c.emit(Event{Type: EventMarked, Node: st.s.v, Text: name + " " + what})
}

// clear empties the buffer and sends all marks back.
func (st *stream) clear() {
	st.trim(st.c.e.now)
	queue := st.queue
	st.queue, st.waiting, st.names, st.dry = nil, 0, 0, st.c.e.now
	for _, item := range queue {
		if item.mark != "" {
			st.echo(item.mark, true)
		}
	}
}

// trim cuts what has begun to play.
func (st *stream) trim(now time.Time) {
	if n := len(st.heard); n > 0 {
		last := &st.heard[n-1]
		if now.Before(last.end()) {
			st.s.watched(LiveEvent{Type: LiveCut})
		}
		last.Sound = last.Sound[:max(min(samples(now.Sub(last.At)), len(last.Sound)), 0)]
	}
}

// Heard returns the sound that the person has heard from media streams until
// now, piece by piece, and the marks that were sent back.
func (c *Call) Heard() ([]Sounding, []Mark) {
	defer c.e.act()()
	var sounds []Sounding
	var marks []Mark
	for _, st := range c.streams {
		for _, s := range st.heard {
			if n := min(samples(c.e.now.Sub(s.At)), len(s.Sound)); n > 0 {
				sounds = append(sounds, Sounding{s.At, s.Sound[:n:n]})
			}
		}
		marks = append(marks, st.marks...)
	}
	return sounds, marks
}

// SpeakSound lets sound be heard from the person's phone: μ-law at 8 kHz. It
// begins when what they said before is over. It reports false after the call.
func (c *Call) SpeakSound(sound []byte) bool {
	defer c.e.act()()
	if c.over() {
		return false
	}
	length := audio.MuLaw8k.Duration(len(sound))
	c.makeSound(sound)
	c.sounding = laterOf(c.sounding, c.e.now.Add(length))
	c.emit(Event{Type: EventSpoke, Duration: length})
	c.e.touched()
	return true
}

// makeSound puts sound on the inbound track.
func (c *Call) makeSound(sound []byte) {
	c.inbound = c.e.keep(behind(c.inbound, c.e.now, sound))
}

// behind appends sound at a time, or behind what is there.
func behind(sounds []Sounding, at time.Time, sound []byte) []Sounding {
	if n := len(sounds); n > 0 {
		at = laterOf(at, sounds[n-1].end())
	}
	return append(sounds, Sounding{at, sound})
}

// hum is sound instead of words, loud enough for a silence detector.
func hum(d time.Duration) []byte {
	pcm := make([]byte, 2*samples(d))
	for i := range len(pcm) / 2 {
		v := int16(8000 * math.Sin(2*math.Pi*220*float64(i)/8000))
		pcm[2*i], pcm[2*i+1] = byte(v), byte(uint16(v)>>8)
	}
	sound, err := audio.Convert(pcm, audio.PCM8k, audio.MuLaw8k)
	if err != nil {
		panic(errors.New("dialogue: " + err.Error())) // both formats are constants
	}
	return sound
}

var _ link = (*stream)(nil)
