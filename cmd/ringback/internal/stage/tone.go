package stage

import (
	"encoding/binary"
	"io"
	"math"
	"time"

	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// LongestSound bounds what is made up of a recording.
const LongestSound = 10 * time.Minute

// Tone is a WAV file of a length: a quiet tone of 440 Hz, since nobody speaks in
// a call that is simulated.
func Tone(length time.Duration, channels int) []byte {
	sound := sine(2000, min(length, LongestSound))
	if channels > 1 {
		sound = stereo(sound, sound)
	}
	return wavOf(sound, max(channels, 1))
}

// sine is a tone of 440 Hz as PCM at 8 kHz.
func sine(loudness float64, d time.Duration) []byte {
	pcm := make([]byte, 0, audio.PCM8k.Bytes(d))
	for i := range cap(pcm) / 2 {
		v := int16(loudness * math.Sin(2*math.Pi*440*float64(i)/8000))
		pcm = binary.LittleEndian.AppendUint16(pcm, uint16(v))
	}
	return pcm
}

// stereo joins two channels of PCM of the same length.
func stereo(left, right []byte) []byte {
	both := make([]byte, 0, 2*len(left))
	for i := 0; i < len(left); i += 2 {
		both = append(both, left[i], left[i+1], right[i], right[i+1])
	}
	return both
}

// wavOf is PCM at 8 kHz as a WAV file.
func wavOf(pcm []byte, channels int) []byte {
	var out memory
	w, err := audio.NewWAVWriter(&out, audio.PCM8k, channels)
	if err != nil {
		panic(err) // the format is one of the package's own
	}
	w.Write(pcm)
	w.Close() // a file in memory takes everything
	return out.data
}

// memory is a file in memory.
type memory struct {
	data []byte
	at   int64
}

func (f *memory) Write(p []byte) (int, error) {
	if need := f.at + int64(len(p)); need > int64(len(f.data)) {
		f.data = append(f.data, make([]byte, need-int64(len(f.data)))...)
	}
	copy(f.data[f.at:], p)
	f.at += int64(len(p))
	return len(p), nil
}

func (f *memory) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += int64(len(f.data))
	}
	f.at = offset
	return offset, nil
}
