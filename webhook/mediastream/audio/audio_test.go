package audio_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// tone returns a sine as 16-bit PCM.
func tone(hertz float64, rate int, d time.Duration, amplitude float64) []byte {
	n := int(d.Seconds() * float64(rate))
	out := make([]byte, 0, 2*n)
	for i := range n {
		v := amplitude * 32767 * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate))
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(math.Round(v))))
	}
	return out
}

// decibels returns the level of 16-bit PCM without its first and last 10 ms.
func decibels(sound []byte, rate int) float64 {
	edge := 2 * rate / 100
	return 20 * math.Log10(audio.PCM16k.Level(sound[edge:len(sound)-edge]))
}

func TestG711KnownCodes(t *testing.T) {
	// Values of ITU-T G.711, tables 2a and 1a, scaled to 16 bits.
	for code, want := range map[byte]int16{0xff: 0, 0x7f: 0, 0x80: 32124, 0x00: -32124, 0xfe: 8, 0x7e: -8, 0xf0: 120, 0x8f: 16764} {
		assert.Equal(t, want, sample(t, code, audio.MuLaw8k), "mu-law %#x", code)
	}
	for code, want := range map[byte]int16{0xd5: 8, 0x55: -8, 0xaa: 32256, 0x2a: -32256} {
		assert.Equal(t, want, sample(t, code, audio.ALaw8k), "A-law %#x", code)
	}
}

func sample(t *testing.T, code byte, from audio.Format) int16 {
	t.Helper()
	pcm, err := audio.Convert([]byte{code}, from, audio.PCM8k)
	require.NoError(t, err)
	return int16(binary.LittleEndian.Uint16(pcm))
}

// Every code survives a round trip through PCM, except μ-law's second zero.
func TestG711RoundTrip(t *testing.T) {
	for _, f := range []audio.Format{audio.MuLaw8k, audio.ALaw8k} {
		for code := range 256 {
			pcm, err := audio.Convert([]byte{byte(code)}, f, audio.PCM8k)
			require.NoError(t, err)
			back, err := audio.Convert(pcm, audio.PCM8k, f)
			require.NoError(t, err)
			want := byte(code)
			if f == audio.MuLaw8k && want == 0x7f {
				want = 0xff
			}
			assert.Equal(t, want, back[0], "%s code %#x", f, code)
		}
	}
}

// The code chosen for each linear value is the nearest one.
func TestG711EncodesTheNearest(t *testing.T) {
	for _, f := range []audio.Format{audio.MuLaw8k, audio.ALaw8k} {
		var values [256]int
		for code := range values {
			values[code] = int(sample(t, byte(code), f))
		}
		for v := math.MinInt16; v <= math.MaxInt16; v += 7 {
			pcm := binary.LittleEndian.AppendUint16(nil, uint16(int16(v)))
			code, err := audio.Convert(pcm, audio.PCM8k, f)
			require.NoError(t, err)
			best := math.MaxInt
			for _, w := range values {
				best = min(best, max(v-w, w-v))
			}
			got := values[code[0]]
			// Both sides of a decision level are equally near, except for
			// rounding.
			step := max(v, -v)/32 + 16
			assert.LessOrEqual(t, max(v-got, got-v), best+step, "%s of %d", f, v)
		}
	}
}

// A tone of 5 kHz has no place in 8 kHz sound; one of 3 kHz keeps its level.
func TestResampleRemovesWhatDoesNotFit(t *testing.T) {
	for _, c := range []struct {
		from, to    audio.Format
		pass, stop  float64
		passes, cut string
	}{
		{audio.PCM24k, audio.PCM8k, 3000, 5000, "3 kHz", "5 kHz"},
		{audio.PCM16k, audio.PCM8k, 3000, 5000, "3 kHz", "5 kHz"},
		{audio.PCM24k, audio.PCM16k, 6000, 10000, "6 kHz", "10 kHz"},
	} {
		in := tone(c.pass, c.from.Rate, time.Second, 0.5)
		out, err := audio.Convert(in, c.from, c.to)
		require.NoError(t, err)
		assert.InDelta(t, decibels(in, c.from.Rate), decibels(out, c.to.Rate), 1, "%s to %s, %s", c.from, c.to, c.passes)

		in = tone(c.stop, c.from.Rate, time.Second, 0.5)
		out, err = audio.Convert(in, c.from, c.to)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, decibels(in, c.from.Rate)-decibels(out, c.to.Rate), 60.0, "%s to %s, %s", c.from, c.to, c.cut)
	}
}

// Going up, a tone keeps its level and its pitch, and no image appears.
func TestResampleUp(t *testing.T) {
	for _, to := range []audio.Format{audio.PCM16k, audio.PCM24k} {
		in := tone(1000, 8000, time.Second, 0.5)
		out, err := audio.Convert(in, audio.PCM8k, to)
		require.NoError(t, err)
		assert.InDelta(t, decibels(in, 8000), decibels(out, to.Rate), 0.2)
		ideal := tone(1000, to.Rate, time.Second, 0.5)
		assert.Less(t, residual(out, ideal, to.Rate), -55.0, "%s holds more than the tone", to)
	}
}

// residual is the level, against that of a sine of 1 kHz, of what is left of
// got when that sine is taken out, whatever its phase.
func residual(got, sine []byte, rate int) float64 {
	quarter := rate / 1000 / 4
	n := min(len(got), len(sine))/2 - 1000
	at := func(b []byte, i int) float64 { return float64(int16(binary.LittleEndian.Uint16(b[2*i:]))) }
	var a, b, power float64
	for i := 500; i < n; i++ {
		a += at(got, i) * at(sine, i)
		b += at(got, i) * at(sine, i+quarter)
		power += at(sine, i) * at(sine, i)
	}
	a, b = a/power, b/power
	var rest float64
	for i := 500; i < n; i++ {
		v := at(got, i) - a*at(sine, i) - b*at(sine, i+quarter)
		rest += v * v
	}
	return 10 * math.Log10(rest/power)
}

// FuzzPieces states that pieces of any length give what the whole gives.
func FuzzPieces(f *testing.F) {
	f.Add(uint64(1), uint8(0), uint8(3), []byte{1, 2, 3, 200, 0, 7})
	f.Add(uint64(2), uint8(2), uint8(4), bytes.Repeat([]byte{1}, 300))
	formats := []audio.Format{audio.MuLaw8k, audio.ALaw8k, audio.PCM8k, audio.PCM16k, audio.PCM24k}
	f.Fuzz(func(t *testing.T, seed uint64, from, to uint8, cuts []byte) {
		random := rand.New(rand.NewPCG(seed, 0))
		sound := make([]byte, random.IntN(4000))
		for i := range sound {
			sound[i] = byte(random.Uint32())
		}
		a, b := formats[int(from)%len(formats)], formats[int(to)%len(formats)]
		whole, err := audio.Convert(sound, a, b)
		require.NoError(t, err)
		c, err := audio.NewConverter(a, b)
		require.NoError(t, err)
		for range 2 { // after a Flush it is as new
			var got []byte
			rest := sound
			for _, n := range cuts {
				n := min(int(n), len(rest))
				got = c.Append(got, rest[:n])
				rest = rest[n:]
			}
			got = c.Flush(c.Append(got, rest))
			require.True(t, bytes.Equal(whole, got))
		}
	})
}

// The length of converted sound is that of the original.
func TestConvertKeepsTheLength(t *testing.T) {
	formats := []audio.Format{audio.MuLaw8k, audio.PCM8k, audio.PCM16k, audio.PCM24k}
	for _, from := range formats {
		for _, to := range formats {
			out, err := audio.Convert(from.Silence(nil, from.Bytes(time.Second)), from, to)
			require.NoError(t, err)
			assert.InDelta(t, float64(to.Bytes(time.Second)), float64(len(out)), float64(to.Bytes(2*time.Millisecond)), "%s to %s", from, to)
			assert.Zero(t, to.Level(out))
		}
	}
}

func TestFormat(t *testing.T) {
	assert.Equal(t, 160, audio.MuLaw8k.Bytes(20*time.Millisecond))
	assert.Equal(t, 960, audio.PCM24k.Bytes(20*time.Millisecond))
	assert.Equal(t, 20*time.Millisecond, audio.PCM16k.Duration(640))
	assert.Equal(t, "mulaw at 8000 Hz", audio.MuLaw8k.String())
	for _, f := range []audio.Format{{}, {audio.PCM16, 44100}, {"opus", 8000}} {
		require.ErrorIs(t, f.Check(), audio.ErrFormat)
		_, err := audio.NewConverter(f, audio.PCM8k)
		require.ErrorIs(t, err, audio.ErrFormat)
		_, err = audio.NewConverter(audio.PCM8k, f)
		require.ErrorIs(t, err, audio.ErrFormat)
	}
	assert.Zero(t, audio.MuLaw8k.Level(nil))
	assert.InDelta(t, math.Sqrt2/4, audio.PCM8k.Level(tone(400, 8000, time.Second, 0.5)), 0.001)
}

func TestWAV(t *testing.T) {
	for _, f := range []audio.Format{audio.MuLaw8k, audio.ALaw8k, audio.PCM8k, audio.PCM16k, audio.PCM24k} {
		for _, length := range []int{0, 161, 4000} {
			if f.Encoding == audio.PCM16 {
				length -= length % 2
			}
			sound := make([]byte, length)
			for i := range sound {
				sound[i] = byte(i * 7)
			}
			name := filepath.Join(t.TempDir(), "a.wav")
			file, err := os.Create(name)
			require.NoError(t, err)
			w, err := audio.NewWAVWriter(file, f, 1)
			require.NoError(t, err)
			for rest := sound; len(rest) > 0; rest = rest[min(100, len(rest)):] {
				_, err = w.Write(rest[:min(100, len(rest))])
				require.NoError(t, err)
			}
			require.NoError(t, w.Close())
			require.NoError(t, file.Close())

			data, err := os.ReadFile(name)
			require.NoError(t, err)
			assert.Zero(t, len(data)%2)
			r, err := audio.NewWAVReader(iotest.OneByteReader(bytes.NewReader(data)))
			require.NoError(t, err)
			assert.Equal(t, f, r.Format())
			assert.Equal(t, 1, r.Channels())
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			if length > 0 {
				assert.Equal(t, sound, got)
			}
		}
	}
}

// The first channel of a stereo file is read, which is the caller in our
// recordings.
func TestWAVStereo(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "a.wav"))
	require.NoError(t, err)
	defer file.Close()
	w, err := audio.NewWAVWriter(file, audio.PCM8k, 2)
	require.NoError(t, err)
	_, err = w.Write([]byte{1, 2, 91, 92, 3, 4, 93, 94})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	_, err = file.Seek(0, io.SeekStart)
	require.NoError(t, err)
	r, err := audio.NewWAVReader(file)
	require.NoError(t, err)
	assert.Equal(t, 2, r.Channels())
	got, err := io.ReadAll(iotest.OneByteReader(r))
	require.NoError(t, err)
	assert.Equal(t, []byte{1, 2, 3, 4}, got)
	_, err = audio.NewWAVWriter(file, audio.PCM8k, 3)
	require.ErrorIs(t, err, audio.ErrFormat)
}

func TestWAVOthers(t *testing.T) {
	le := binary.LittleEndian
	chunk := func(id string, body []byte) []byte {
		return append(le.AppendUint32([]byte(id), uint32(len(body))), body...)
	}
	format := func(tag, channels uint16, rate uint32, bits uint16) []byte {
		b := le.AppendUint16(nil, tag)
		b = le.AppendUint16(b, channels)
		b = le.AppendUint32(b, rate)
		b = le.AppendUint32(b, rate*uint32(channels)*uint32(bits/8))
		b = le.AppendUint16(b, channels*bits/8)
		return le.AppendUint16(b, bits)
	}
	file := func(chunks ...[]byte) []byte {
		body := bytes.Join(chunks, nil)
		return append(le.AppendUint32([]byte("RIFF"), uint32(len(body)+4)), append([]byte("WAVE"), body...)...)
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"empty":           {nil, audio.ErrWAV},
		"mp3":             {[]byte("ID3 and so on, more than twelve bytes"), audio.ErrWAV},
		"no sound":        {file(chunk("fmt ", format(1, 1, 8000, 16))), audio.ErrWAV},
		"sound first":     {file(chunk("data", []byte{1, 2})), audio.ErrWAV},
		"24 bits":         {file(chunk("fmt ", format(1, 1, 8000, 24)), chunk("data", []byte{1, 2})), audio.ErrWAV},
		"44.1 kHz":        {file(chunk("fmt ", format(1, 1, 44100, 16)), chunk("data", []byte{1, 2})), audio.ErrFormat},
		"no channel":      {file(chunk("fmt ", format(1, 0, 8000, 16)), chunk("data", []byte{1, 2})), audio.ErrWAV},
		"short format":    {file(chunk("fmt ", []byte{1, 0}), chunk("data", []byte{1, 2})), audio.ErrWAV},
		"huge format":     {append(file(), "fmt \xff\xff\xff\xff"...), audio.ErrWAV},
		"ends in header":  {append(file(), "fmt \x10\x00\x00\x00\x01"...), audio.ErrWAV},
		"with a list":     {file(chunk("LIST", []byte("abcd")), chunk("fmt ", format(1, 1, 8000, 16)), chunk("data", []byte{1, 2})), nil},
		"endless listing": {append(file(), "LIST\xff\xff\xff\xff"...), audio.ErrWAV},
	} {
		_, err := audio.NewWAVReader(bytes.NewReader(c.data))
		if c.want == nil {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorIs(t, err, c.want, name)
		}
	}
}

func BenchmarkConvert(b *testing.B) {
	for name, c := range map[string][2]audio.Format{
		"mulaw to PCM 8k":     {audio.MuLaw8k, audio.PCM8k},
		"PCM 8k to mulaw":     {audio.PCM8k, audio.MuLaw8k},
		"PCM 24k to PCM 8k":   {audio.PCM24k, audio.PCM8k},
		"mulaw 8k to PCM 24k": {audio.MuLaw8k, audio.PCM24k},
		"PCM 24k to mulaw 8k": {audio.PCM24k, audio.MuLaw8k},
		"PCM 16k to PCM 24k":  {audio.PCM16k, audio.PCM24k},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			convert, err := audio.NewConverter(c[0], c[1])
			require.NoError(b, err)
			sound := tone(440, c[0].Rate, 20*time.Millisecond, 0.5)[:c[0].Bytes(20*time.Millisecond)]
			var out []byte
			for b.Loop() {
				out = convert.Append(out[:0], sound)
			}
		})
	}
}

func ExampleConverter() {
	// A speech API returns 24 kHz PCM; the caller's line takes μ-law at 8 kHz.
	toLine, err := audio.NewConverter(audio.PCM24k, audio.MuLaw8k)
	if err != nil {
		panic(err)
	}
	var line []byte
	for range 50 { // a second, in pieces
		line = toLine.Append(line, make([]byte, audio.PCM24k.Bytes(20*time.Millisecond)))
	}
	line = toLine.Flush(line)
	fmt.Println(len(line))
	// Output: 8000
}
