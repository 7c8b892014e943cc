package audio

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrWAV is wrapped by errors about a file that is not a WAV file, or whose
// audio cannot be read.
var ErrWAV = errors.New("audio: not a readable WAV file")

// Format tags of a WAV file.
const (
	wavPCM        = 1
	wavALaw       = 6
	wavMuLaw      = 7
	wavExtensible = 0xfffe
)

// A WAVReader reads the audio of a WAV file: 16-bit PCM, μ-law or A-law, at 8,
// 16 or 24 kHz. It reads the first of several channels.
type WAVReader struct {
	r        io.Reader
	format   Format
	channels int
	left     int64 // bytes of audio not read yet; negative: until the end
	frame    []byte
	rest     []byte // audio of a frame that did not fit in p
}

// NewWAVReader reads the header of a WAV file. The error wraps [ErrWAV] or
// [ErrFormat].
func NewWAVReader(r io.Reader) (*WAVReader, error) {
	b := bufio.NewReader(r)
	var riff [12]byte
	if _, err := io.ReadFull(b, riff[:]); err != nil || string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return nil, fmt.Errorf("%w: no RIFF header", ErrWAV)
	}
	w := &WAVReader{r: b}
	for {
		var head [8]byte
		if _, err := io.ReadFull(b, head[:]); err != nil {
			return nil, fmt.Errorf("%w: no sound in it", ErrWAV)
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "fmt ":
			if err := w.readFormat(b, size); err != nil {
				return nil, err
			}
		case "data":
			if w.channels == 0 {
				return nil, fmt.Errorf("%w: sound before its format", ErrWAV)
			}
			w.left = size
			if size == 0xffffffff || size == 0 { // a stream of unknown length
				w.left = -1
			}
			w.frame = make([]byte, w.channels*w.format.SampleBytes())
			return w, nil
		default:
			if _, err := io.CopyN(io.Discard, b, size+size%2); err != nil {
				return nil, fmt.Errorf("%w: no sound in it", ErrWAV)
			}
		}
	}
}

func (w *WAVReader) readFormat(r io.Reader, size int64) error {
	if size < 16 || size > 4096 {
		return fmt.Errorf("%w: a format chunk of %d bytes", ErrWAV, size)
	}
	chunk := make([]byte, size+size%2)
	if _, err := io.ReadFull(r, chunk); err != nil {
		return fmt.Errorf("%w: it ends in its header", ErrWAV)
	}
	tag := binary.LittleEndian.Uint16(chunk)
	if tag == wavExtensible && size >= 26 {
		tag = binary.LittleEndian.Uint16(chunk[24:])
	}
	bits := binary.LittleEndian.Uint16(chunk[14:])
	w.channels = int(binary.LittleEndian.Uint16(chunk[2:]))
	w.format.Rate = int(binary.LittleEndian.Uint32(chunk[4:]))
	switch {
	case tag == wavPCM && bits == 16:
		w.format.Encoding = PCM16
	case tag == wavMuLaw && bits == 8:
		w.format.Encoding = MuLaw
	case tag == wavALaw && bits == 8:
		w.format.Encoding = ALaw
	default:
		return fmt.Errorf("%w: format tag %d with %d bits a sample", ErrWAV, tag, bits)
	}
	if w.channels < 1 || w.channels > 64 {
		return fmt.Errorf("%w: %d channels", ErrWAV, w.channels)
	}
	return w.format.Check()
}

// Format returns the format of what Read returns.
func (w *WAVReader) Format() Format { return w.format }

// Channels returns how many channels the file has.
func (w *WAVReader) Channels() int { return w.channels }

// Read reads audio of the first channel.
func (w *WAVReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if w.channels == 1 {
		if w.left >= 0 && int64(len(p)) > w.left {
			p = p[:w.left]
			if len(p) == 0 {
				return 0, io.EOF
			}
		}
		n, err := w.r.Read(p)
		if w.left >= 0 {
			w.left -= int64(n)
		}
		return n, err
	}
	n := 0
	for n < len(p) {
		if len(w.rest) > 0 {
			k := copy(p[n:], w.rest)
			w.rest = w.rest[k:]
			n += k
			continue
		}
		if w.left >= 0 && w.left < int64(len(w.frame)) {
			break
		}
		if _, err := io.ReadFull(w.r, w.frame); err != nil {
			break
		}
		if w.left >= 0 {
			w.left -= int64(len(w.frame))
		}
		w.rest = w.frame[:w.format.SampleBytes()]
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// A WAVWriter writes a WAV file while the audio arrives, so that a recording of
// any length takes no memory. Close writes the length into the header.
type WAVWriter struct {
	w        io.WriteSeeker
	format   Format
	channels int
	bytes    int64
	err      error
}

// wavHeader is the size of the header that a [WAVWriter] writes.
const wavHeader = 44

// NewWAVWriter writes a header for audio of one or two channels. Samples of two
// channels alternate. The error wraps [ErrFormat] or is that of w.
func NewWAVWriter(w io.WriteSeeker, format Format, channels int) (*WAVWriter, error) {
	if err := format.Check(); err != nil {
		return nil, err
	}
	if channels != 1 && channels != 2 {
		return nil, fmt.Errorf("%w: %d channels", ErrFormat, channels)
	}
	f := &WAVWriter{w: w, format: format, channels: channels}
	_, err := w.Write(f.header())
	return f, err
}

func (f *WAVWriter) header() []byte {
	tag, width := wavPCM, f.format.SampleBytes()
	switch f.format.Encoding {
	case MuLaw:
		tag = wavMuLaw
	case ALaw:
		tag = wavALaw
	}
	size := uint32(min(f.bytes, 0xffffffff-wavHeader))
	le := binary.LittleEndian
	h := make([]byte, 0, wavHeader)
	h = le.AppendUint32(append(h, "RIFF"...), size+size%2+wavHeader-8)
	h = le.AppendUint32(append(h, "WAVEfmt "...), 16)
	h = le.AppendUint16(h, uint16(tag))
	h = le.AppendUint16(h, uint16(f.channels))
	h = le.AppendUint32(h, uint32(f.format.Rate))
	h = le.AppendUint32(h, uint32(f.format.Rate*width*f.channels))
	h = le.AppendUint16(h, uint16(width*f.channels))
	h = le.AppendUint16(h, uint16(8*width))
	return le.AppendUint32(append(h, "data"...), size)
}

// Write writes audio in the writer's format.
func (f *WAVWriter) Write(sound []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.w.Write(sound)
	f.bytes += int64(n)
	f.err = err
	return n, err
}

// Close completes the header. It does not close the file.
func (f *WAVWriter) Close() error {
	if f.err != nil {
		return f.err
	}
	if f.bytes%2 == 1 {
		if _, err := f.w.Write([]byte{0}); err != nil {
			return err
		}
	}
	if _, err := f.w.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := f.w.Write(f.header()); err != nil {
		return err
	}
	_, err := f.w.Seek(0, io.SeekEnd)
	return err
}
