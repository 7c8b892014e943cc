package mediastream

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var mediaFrame = `{"event":"media","sequenceNumber":"74","media":{"track":"inbound","chunk":"73","timestamp":"1497","payload":"` +
	base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 160)) + `"},"streamSid":"MZf51bf1ab4ec01f2e694c7cada4d99701"}`

// FuzzScan compares the scanner with the plain parser: what it reads, parse
// reads in the same way.
func FuzzScan(f *testing.F) {
	for _, frame := range []string{
		mediaFrame,
		`{"streamSid":"MZ1","media":{"payload":"","timestamp":"1","chunk":"2","track":"outbound"},"sequenceNumber":"1","event":"media"}`,
		`{"event":"media","sequenceNumber":"1","media":{"track":"inbound","chunk":"1","timestamp":"9223372036855","payload":"AA=="},"streamSid":"M\u005a"}`,
		`{"event":"media","event":"media","sequenceNumber":"01","media":{"track":"inbound","chunk":"1","timestamp":"1","payload":"AA==\n"},"streamSid":""}`,
		`{"event":"mark","sequenceNumber":"1","mark":{"name":"x"},"streamSid":"MZ1"} `,
	} {
		f.Add([]byte(frame))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		kept := bytes.Clone(frame)
		for _, sid := range []string{"", "MZ1"} {
			var m Media
			if !scanMedia(&m, frame, sid) {
				continue
			}
			e, err := parse(frame)
			require.NoError(t, err)
			want, ok := e.(*Media)
			require.True(t, ok)
			m.Payload = append([]byte{}, m.Payload...)
			require.Equal(t, *want, m)
		}
		require.Equal(t, kept, frame)
	})
}

// FuzzParse states that no frame panics, that errors are of one kind, and that
// what was read can be written and read again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(mediaFrame))
	f.Add([]byte(`{"event":"start","sequenceNumber":1,"start":{"tracks":["inbound"],"mediaFormat":{"encoding":"a","sampleRate":8e3,"x":1},"customParameters":{"a":1},"y":[]},"z":{}}`))
	f.Add([]byte(`{"event":"stop","stop":null}`))
	f.Fuzz(func(t *testing.T, frame []byte) {
		e, err := Parse(frame)
		if err != nil {
			require.ErrorIs(t, err, ErrMalformed)
			require.Nil(t, e)
			return
		}
		written := AppendEvent(nil, e)
		require.True(t, json.Valid(written), "%s", written)
		again, err := Parse(written)
		require.NoError(t, err)
		require.Equal(t, AppendEvent(nil, again), written)
	})
}

func TestScanTakesTheUsualFrame(t *testing.T) {
	var m Media
	assert.True(t, scanMedia(&m, []byte(mediaFrame), "MZf51bf1ab4ec01f2e694c7cada4d99701"))
	assert.Len(t, m.Payload, 160)
	frame := []byte(mediaFrame)
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = Parse(frame) }), 1.0)
	assert.Zero(t, testing.AllocsPerRun(100, func() { scanMedia(&m, frame, m.StreamSID) }))
	out := make([]byte, 0, 1024)
	message := Message(Media{StreamSID: "MZ1", Payload: m.Payload})
	assert.Zero(t, testing.AllocsPerRun(100, func() { out, _ = Append(out[:0], message) }))
}

func BenchmarkParse(b *testing.B) {
	frame := []byte(mediaFrame)
	b.Run("scan", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = Parse(frame)
		}
	})
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = parse(frame)
		}
	})
}
