package main

import (
	"testing"

	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// converted is the metric of audioRow.
const converted = "µs/20ms"

// audioRow measures what a frame of speech costs on its way from a speech API
// to the caller. There is no peer: a stream has 20 ms for it.
func audioRow() row {
	return row{
		name: "audio/24-to-8-kHz",
		contenders: []contender{{name: "ringback", run: func(b *testing.B) {
			b.ReportAllocs()
			convert, err := audio.NewConverter(audio.PCM24k, audio.PCM8k)
			if err != nil {
				b.Fatal(err)
			}
			in := sound(audio.PCM24k.Bytes(frameTime))
			var out []byte
			for b.Loop() {
				out = convert.Append(out[:0], in)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/1000/float64(b.N), converted)
		}}},
		ratios: []ratio{{peer: "ringback", within: 3, metric: converted}},
	}
}
