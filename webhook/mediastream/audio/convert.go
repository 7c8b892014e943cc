package audio

// A Converter converts the audio of one stream between two formats, piece by
// piece. It must not be used concurrently.
type Converter struct {
	from, to Format
	rest     []byte // half a sample of the previous piece
	in, out  []int16
	rate     *resampler // nil if the rates are equal
}

// NewConverter returns a converter between two formats. The error wraps
// [ErrFormat].
func NewConverter(from, to Format) (*Converter, error) {
	for _, f := range []Format{from, to} {
		if err := f.Check(); err != nil {
			return nil, err
		}
	}
	c := &Converter{from: from, to: to}
	if from.Rate != to.Rate {
		c.rate = newResampler(from.Rate, to.Rate)
	}
	return c, nil
}

// Append converts audio and appends the result to dst. Audio may have any
// length: half a sample at its end is kept for the next call. Changing the rate
// delays the audio by about a millisecond.
func (c *Converter) Append(dst, sound []byte) []byte {
	if c.from == c.to && len(c.rest) == 0 && len(sound)%c.from.SampleBytes() == 0 {
		return append(dst, sound...)
	}
	c.in = c.in[:0]
	if len(c.rest) > 0 && len(sound) > 0 {
		c.rest = append(c.rest, sound[0])
		sound = sound[1:]
		c.in = decode(c.in, c.rest, c.from.Encoding)
		c.rest = c.rest[:0]
	}
	whole := len(sound) - len(sound)%c.from.SampleBytes()
	c.in = decode(c.in, sound[:whole], c.from.Encoding)
	c.rest = append(c.rest, sound[whole:]...)
	samples := c.in
	if c.rate != nil {
		c.out = c.rate.append(c.out[:0], c.in)
		samples = c.out
	}
	return encode(dst, samples, c.to.Encoding)
}

// Flush appends the rest that changing the rate holds back, about a millisecond
// of audio, and resets the converter for another stream.
func (c *Converter) Flush(dst []byte) []byte {
	c.rest = c.rest[:0]
	if c.rate == nil {
		return dst
	}
	c.out = c.rate.flush(c.out[:0])
	return encode(dst, c.out, c.to.Encoding)
}

// Convert converts complete audio at once. The error wraps [ErrFormat].
func Convert(sound []byte, from, to Format) ([]byte, error) {
	c, err := NewConverter(from, to)
	if err != nil {
		return nil, err
	}
	return c.Flush(c.Append(nil, sound)), nil
}
