package webhooktest

import (
	"bytes"
	"io"
	"os"
	"time"

	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// quiet is how long an agent is silent when it has finished.
const quiet = time.Second

// Interrupts lets time pass until the program of a ConversationRelay or a
// stream speaks, and interrupts it with words. It fails if the program says
// nothing.
func (c *Call) Interrupts(words string) *Call {
	c.t.tb.Helper()
	c.need(c.until(func() bool { return c.leg.Activity().Sounding }), "the caller cannot interrupt with %q", words)
	return c.Speaks(words)
}

// Listens lets time pass until the program of a ConversationRelay or a stream
// has been silent for a second. A later Hears sees what the person heard during
// that time.
func (c *Call) Listens() *Call {
	c.t.tb.Helper()
	last := c.t.engine.Now()
	why := c.until(func() bool {
		a := c.leg.Activity()
		if a.Sounding {
			last = c.t.engine.Now()
		}
		return a.Speech && c.t.engine.Now().Sub(last) > quiet
	})
	c.need(why, "the caller cannot hear the program to the end")
	return c
}

// Drops cuts the WebSocket of a ConversationRelay or a stream, as a network
// failure does. The call continues as it would at Twilio.
func (c *Call) Drops() *Call {
	c.t.tb.Helper()
	c.need(c.until(func() bool { return c.leg.Activity().Speech }), "no WebSocket is open")
	c.act()
	c.leg.Drop()
	return c
}

// SpeaksSound plays sound in the format f from the person's phone, for media
// streams. It begins at once, or after what they are saying, and no time
// passes. Without a stream, nobody hears it.
func (c *Call) SpeaksSound(sound []byte, f audio.Format) *Call {
	c.t.tb.Helper()
	line, err := audio.Convert(sound, f, audio.MuLaw8k)
	if err != nil {
		c.fail("the caller cannot make the sound: %v", err)
	}
	c.act()
	if !c.leg.SpeakSound(line) {
		c.fail("the caller cannot make the sound: the call has ended")
	}
	return c
}

// SpeaksWAV is SpeaksSound with the sound of a WAV file.
func (c *Call) SpeaksWAV(file string) *Call {
	c.t.tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		c.fail("the caller cannot play the file: %v", err)
	}
	wav, err := audio.NewWAVReader(bytes.NewReader(data))
	if err != nil {
		c.fail("the caller cannot play %s: %v", file, err)
	}
	if wav.Channels() != 1 {
		c.fail("the caller cannot play %s: it has %d channels, not one", file, wav.Channels())
	}
	sound, err := io.ReadAll(wav)
	if err != nil {
		c.fail("the caller cannot play %s: %v", file, err)
	}
	return c.SpeaksSound(sound, wav.Format())
}

// HearsSound lets time pass until the person has heard at least d of sound from
// a media stream since their last action.
func (c *Call) HearsSound(d time.Duration) *Call {
	c.t.tb.Helper()
	if why := c.await(func() bool { return c.heardSince(c.acted) >= d }); why != "" {
		c.fail("the caller hears %v of sound, not %v: %s", c.heardSince(c.acted).Round(time.Millisecond), d, why)
	}
	return c
}

// heardSince returns how much sound of media streams was heard after a time.
func (c *Call) heardSince(after time.Time) (d time.Duration) {
	sounds, _ := c.leg.Heard()
	for _, s := range sounds {
		length := audio.MuLaw8k.Duration(len(s.Sound))
		if before := after.Sub(s.At); before > 0 {
			length -= before
		}
		d += max(length, 0)
	}
	return d
}

// Sound returns what the person has heard from media streams, from the first
// sound until now, in the format f, with silence where nothing was played. It
// fails if f is not a valid format.
func (c *Call) Sound(f audio.Format) []byte {
	c.t.tb.Helper()
	sounds, _ := c.leg.Heard()
	var line []byte
	for _, s := range sounds {
		at := audio.MuLaw8k.Bytes(s.At.Sub(sounds[0].At))
		line = audio.MuLaw8k.Silence(line, max(at-len(line), 0))
		line = append(line, s.Sound...)
	}
	out, err := audio.Convert(line, audio.MuLaw8k, f)
	if err != nil {
		c.fail("what the caller hears cannot be converted: %v", err)
	}
	return out
}

// Mark is a mark of a media stream that Twilio has sent back.
type Mark struct {
	Name    string
	At      time.Time // on the clock of Twilio.Now
	Cleared bool      // the sound before it was cleared, not heard to its end
}

// Marks returns the marks that were sent back until now, in order.
func (c *Call) Marks() []Mark {
	_, marks := c.leg.Heard()
	out := make([]Mark, len(marks))
	for i, m := range marks {
		out[i] = Mark(m)
	}
	return out
}

// HearsMark lets time pass until the mark called name was sent back, because
// the sound before it was heard or cleared.
func (c *Call) HearsMark(name string) *Call {
	c.t.tb.Helper()
	why := c.await(func() bool {
		for _, m := range c.Marks() {
			if m.Name == name {
				return true
			}
		}
		return false
	})
	c.need(why, "the mark %q does not come back", name)
	return c
}
