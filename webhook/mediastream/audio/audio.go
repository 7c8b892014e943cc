// Package audio converts the sound of a telephone call: between μ-law, A-law
// and 16-bit PCM, and between 8, 16 and 24 kHz, which speech APIs take.
//
//	toModel, err := audio.NewConverter(audio.MuLaw8k, audio.PCM24k)
//	if err != nil {
//		return err
//	}
//	samples = toModel.Append(samples[:0], frame)
//
// All sound is mono, except in WAV files, which may have two channels. A
// [Converter] keeps what it needs from one piece to the next, so a stream that
// is converted in pieces of any length gives the same bytes as one that is
// converted whole.
package audio

import (
	"errors"
	"fmt"
	"time"
)

// An Encoding is how a sample is written.
type Encoding string

const (
	MuLaw Encoding = "mulaw" // G.711 μ-law, one byte a sample; what Twilio sends
	ALaw  Encoding = "alaw"  // G.711 A-law, one byte a sample
	PCM16 Encoding = "pcm16" // signed 16-bit linear, little-endian, two bytes a sample
)

// A Format is the encoding and the sample rate of mono sound. Its zero value is
// no valid format: sound without a rate cannot be played.
type Format struct {
	Encoding Encoding
	Rate     int // samples a second: 8000, 16000 or 24000
}

// The usual formats: telephone lines, and what speech APIs take and return.
var (
	MuLaw8k = Format{MuLaw, 8000}
	ALaw8k  = Format{ALaw, 8000}
	PCM8k   = Format{PCM16, 8000}
	PCM16k  = Format{PCM16, 16000}
	PCM24k  = Format{PCM16, 24000}
)

// ErrFormat is wrapped by the error for an encoding or a rate that this package
// does not convert.
var ErrFormat = errors.New("audio: unsupported format")

// Check returns an error that wraps [ErrFormat] if f cannot be converted.
func (f Format) Check() error {
	switch f.Encoding {
	case MuLaw, ALaw, PCM16:
	default:
		return fmt.Errorf("%w: encoding %q", ErrFormat, f.Encoding)
	}
	switch f.Rate {
	case 8000, 16000, 24000:
		return nil
	}
	return fmt.Errorf("%w: %d samples a second", ErrFormat, f.Rate)
}

// String returns the format in words, such as "mulaw at 8000 Hz".
func (f Format) String() string { return fmt.Sprintf("%s at %d Hz", f.Encoding, f.Rate) }

// SampleBytes returns the bytes of one sample: 1 or 2.
func (f Format) SampleBytes() int {
	if f.Encoding == PCM16 {
		return 2
	}
	return 1
}

// Bytes returns how many bytes sound of the duration d takes, in whole samples.
func (f Format) Bytes(d time.Duration) int {
	return int(d*time.Duration(f.Rate)/time.Second) * f.SampleBytes()
}

// Duration returns how long n bytes of sound take to play.
func (f Format) Duration(n int) time.Duration {
	if f.Rate <= 0 {
		return 0
	}
	return time.Duration(n/f.SampleBytes()) * time.Second / time.Duration(f.Rate)
}

// Silence appends n bytes of silence in the format f to dst.
func (f Format) Silence(dst []byte, n int) []byte {
	quiet := byte(0)
	switch f.Encoding {
	case MuLaw:
		quiet = 0xff
	case ALaw:
		quiet = 0xd5
	}
	for range n {
		dst = append(dst, quiet)
	}
	return dst
}

// Level returns the loudness of sound in the format f, as the root mean square
// of its samples from 0 (silence) to 1. It is what a simple silence detector needs.
func (f Format) Level(sound []byte) float64 {
	n := len(sound) / f.SampleBytes()
	if n == 0 {
		return 0
	}
	sum := 0.0
	for i := range n {
		var v float64
		switch f.Encoding {
		case MuLaw:
			v = float64(muLawTable[sound[i]])
		case ALaw:
			v = float64(aLawTable[sound[i]])
		default:
			v = float64(int16(uint16(sound[2*i]) | uint16(sound[2*i+1])<<8))
		}
		sum += v * v
	}
	return rms(sum / float64(n))
}
