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
	length = min(length, LongestSound)
	var out memory
	w, err := audio.NewWAVWriter(&out, audio.PCM8k, max(channels, 1))
	if err != nil {
		panic(err) // the format is one of the package's own
	}
	sound := make([]byte, 0, audio.PCM8k.Bytes(length)*channels)
	for i := range audio.PCM8k.Bytes(length) / 2 {
		v := int16(2000 * math.Sin(2*math.Pi*440*float64(i)/8000))
		for range channels {
			sound = binary.LittleEndian.AppendUint16(sound, uint16(v))
		}
	}
	w.Write(sound)
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
