package audio

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Both ways to filter give the same samples, at full volume too.
func TestDotSymmetric(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, from := range []int{16000, 24000} {
		row := newResampler(from, 8000).phases[0]
		assert.Zero(t, len(row)%2)
		samples := make([]int16, len(row))
		for range 1000 {
			for i := range samples {
				samples[i] = int16(random.Uint32())
			}
			assert.Equal(t, dot(samples, row), dotSymmetric(samples, row))
		}
		for i, r := range row {
			samples[i] = math.MaxInt16
			if r < 0 {
				samples[i] = math.MinInt16
			}
		}
		assert.Equal(t, dot(samples, row), dotSymmetric(samples, row))
	}
}
