// Package audio converts the audio of a phone call: between μ-law, A-law and
// 16-bit PCM, and between 8, 16 and 24 kHz, the rates of speech APIs.
//
//	toModel, err := audio.NewConverter(audio.MuLaw8k, audio.PCM24k)
//	if err != nil {
//		return err
//	}
//	samples = toModel.Append(samples[:0], frame)
//
// All audio is mono, except in WAV files, which may have two channels. A
// [Converter] keeps its state between pieces, so a stream that is converted in
// pieces of any length gives the same bytes as one that is converted whole.
package audio

import (
	"errors"
	"fmt"
	"time"
)

// An Encoding is the encoding of a sample.
type Encoding string

const (
	MuLaw Encoding = "mulaw" // G.711 μ-law, one byte a sample; what Twilio sends
	ALaw  Encoding = "alaw"  // G.711 A-law, one byte a sample
	PCM16 Encoding = "pcm16" // signed 16-bit linear, little-endian, two bytes a sample
)

// A Format is the encoding and the sample rate of mono audio. Its zero value is
// not valid.
type Format struct {
	Encoding Encoding
	Rate     int // samples per second: 8000, 16000 or 24000
}

// The usual formats: that of phone lines, and those of speech APIs.
var (
	MuLaw8k = Format{MuLaw, 8000}
	ALaw8k  = Format{ALaw, 8000}
	PCM8k   = Format{PCM16, 8000}
	PCM16k  = Format{PCM16, 16000}
	PCM24k  = Format{PCM16, 24000}
)

// ErrFormat is wrapped by the error for an encoding or a rate that cannot be
// converted.
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

// String returns the format as text, such as "mulaw at 8000 Hz".
func (f Format) String() string { return fmt.Sprintf("%s at %d Hz", f.Encoding, f.Rate) }

// SampleBytes returns the number of bytes of one sample: 1 or 2.
func (f Format) SampleBytes() int {
	if f.Encoding == PCM16 {
		return 2
	}
	return 1
}

// Bytes returns how many bytes audio of the duration d takes, in whole samples.
func (f Format) Bytes(d time.Duration) int {
	return int(d*time.Duration(f.Rate)/time.Second) * f.SampleBytes()
}

// Duration returns how long n bytes of audio take to play.
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

// Level returns the loudness of audio in the format f, as the root mean square
// of its samples, from 0 (silence) to 1. Use it for a simple silence detector.
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
