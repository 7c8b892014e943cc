package audio

import "math"

// resampler changes the sample rate by up/down, with one low-pass filter that
// removes what the lower of the two rates cannot represent. Plain interpolation
// would fold a tone of 5 kHz back to 3 kHz; this filter is more than 60 dB down
// there and within 1 dB up to 3 kHz (for 8 kHz).
type resampler struct {
	up, down int
	phases   [][]int32 // the filter, one row for each position between two samples
	history  []int16   // the last samples, and those of the current piece
	position int       // of the next output, in steps of 1/up of a sample
}

// filterBits is the precision of the filter's coefficients.
const filterBits = 15

func newResampler(from, to int) *resampler {
	divisor := gcd(from, to)
	r := &resampler{up: to / divisor, down: from / divisor}
	// The prototype runs at from*up samples a second. It has 48 taps where the
	// lower rate is a third of that, and as many more as the rate is higher.
	lower := min(from, to)
	taps := 16 * (from * r.up) / lower
	cutoff := float64(lower) / float64(from*r.up) / 2
	prototype := lowPass(taps, cutoff)
	r.phases = make([][]int32, r.up)
	for phase := range r.phases {
		row := make([]int32, taps/r.up)
		for k := range row {
			// Row k meets the samples from the oldest to the newest.
			c := prototype[(len(row)-1-k)*r.up+phase] * float64(r.up)
			row[k] = int32(math.Round(c * (1 << filterBits)))
		}
		r.phases[phase] = row
	}
	r.reset()
	return r
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// lowPass returns a windowed sinc (Kaiser, 66 dB). Cutoff is a share of the
// sample rate. The sum of its taps is 1.
func lowPass(taps int, cutoff float64) []float64 {
	const beta = 6.3
	h := make([]float64, taps)
	center, sum := float64(taps-1)/2, 0.0
	for i := range h {
		x := float64(i) - center
		sinc := 2 * cutoff
		if x != 0 {
			sinc = math.Sin(2*math.Pi*cutoff*x) / (math.Pi * x)
		}
		edge := x / (center + 0.5)
		h[i] = sinc * bessel(beta*math.Sqrt(1-edge*edge)) / bessel(beta)
		sum += h[i]
	}
	for i := range h {
		h[i] /= sum
	}
	return h
}

// bessel is the modified Bessel function of the first kind and order zero.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1; term > sum*1e-12; k++ {
		term *= (x / 2) / float64(k)
		sum += term * term
		if term*term < sum*1e-15 {
			break
		}
	}
	return sum
}

// reset clears the state, as if there had been silence before. Outputs that
// would hold only this silence are left out, so that the audio keeps its
// length.
func (r *resampler) reset() {
	width := len(r.phases[0])
	r.history = append(r.history[:0], make([]int16, width-1)...)
	r.position = width / 2 * r.up
}

// append converts samples. It keeps the samples that it still needs in history.
func (r *resampler) append(dst, samples []int16) []int16 {
	width := len(r.phases[0])
	r.history = append(r.history, samples...)
	for {
		first := r.position / r.up
		if first+width > len(r.history) {
			break
		}
		row := r.phases[r.position%r.up]
		if r.up == 1 {
			dst = append(dst, dotSymmetric(r.history[first:first+width], row))
		} else {
			dst = append(dst, dot(r.history[first:first+width], row))
		}
		r.position += r.down
	}
	// Samples before the next output's first one are no longer needed.
	done := min(r.position/r.up, len(r.history))
	kept := copy(r.history, r.history[done:])
	r.history = r.history[:kept]
	r.position -= done * r.up
	return dst
}

// flush passes the end of the stream through the filter.
func (r *resampler) flush(dst []int16) []int16 {
	dst = r.append(dst, make([]int16, len(r.phases[0])/2))
	r.reset()
	return dst
}

// dot multiplies samples with a row of the filter of the same length. Eight at
// a time takes half as long as one at a time.
func dot(samples []int16, row []int32) int16 {
	var a, b, c, d int32
	for len(row) >= 8 && len(samples) >= 8 {
		s, r := (*[8]int16)(samples), (*[8]int32)(row)
		a += int32(s[0])*r[0] + int32(s[4])*r[4]
		b += int32(s[1])*r[1] + int32(s[5])*r[5]
		c += int32(s[2])*r[2] + int32(s[6])*r[6]
		d += int32(s[3])*r[3] + int32(s[7])*r[7]
		samples, row = samples[8:], row[8:]
	}
	sum := int64(a) + int64(b) + int64(c) + int64(d)
	for i, r := range row {
		sum += int64(samples[i]) * int64(r)
	}
	return rounded(sum)
}

// dotSymmetric does what dot does for a row that reads the same from both ends,
// as the only row of a filter does. It multiplies once for two samples, which
// takes a quarter off the time.
func dotSymmetric(samples []int16, row []int32) int16 {
	var a, b, c, d int32
	row = row[:len(row)/2]
	for len(row) >= 4 && len(samples) >= 8 {
		r := (*[4]int32)(row)
		s, e := (*[4]int16)(samples), (*[4]int16)(samples[len(samples)-4:])
		a += (int32(s[0]) + int32(e[3])) * r[0]
		b += (int32(s[1]) + int32(e[2])) * r[1]
		c += (int32(s[2]) + int32(e[1])) * r[2]
		d += (int32(s[3]) + int32(e[0])) * r[3]
		samples, row = samples[4:len(samples)-4], row[4:]
	}
	sum := int64(a) + int64(b) + int64(c) + int64(d)
	for i, r := range row {
		sum += (int64(samples[i]) + int64(samples[len(samples)-1-i])) * int64(r)
	}
	return rounded(sum)
}

// rounded returns the sample that a sum of products stands for.
func rounded(sum int64) int16 {
	v := (sum + 1<<(filterBits-1)) >> filterBits
	return int16(max(min(v, math.MaxInt16), math.MinInt16))
}
