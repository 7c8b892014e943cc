package audio

import "math"

// The tables of G.711: the linear value of each of the 256 codes.
var (
	muLawTable = table(decodeMuLaw)
	aLawTable  = table(decodeALaw)
)

func table(decode func(byte) int16) (t [256]int16) {
	for code := range t {
		t[code] = decode(byte(code))
	}
	return t
}

// decodeMuLaw returns the linear value of a μ-law code (ITU-T G.711).
func decodeMuLaw(code byte) int16 {
	code = ^code
	magnitude := (int16(code&0x0f)<<3+0x84)<<(code>>4&7) - 0x84
	if code&0x80 != 0 {
		return -magnitude
	}
	return magnitude
}

// encodeMuLaw returns the μ-law code of a linear value.
func encodeMuLaw(v int16) byte {
	const bias, clip = 0x84, 32635
	sign := byte(0)
	m := int32(v)
	if m < 0 {
		m, sign = -m, 0x80
	}
	m = min(m, clip) + bias
	exponent := byte(0)
	for m>>(exponent+8) != 0 {
		exponent++
	}
	mantissa := byte(m>>(exponent+3)) & 0x0f
	return ^(sign | exponent<<4 | mantissa)
}

// decodeALaw returns the linear value of an A-law code (ITU-T G.711).
func decodeALaw(code byte) int16 {
	code ^= 0x55
	exponent := code >> 4 & 7
	magnitude := int16(code&0x0f)<<4 + 8
	if exponent > 0 {
		magnitude = (magnitude + 0x100) << (exponent - 1)
	}
	if code&0x80 != 0 {
		return magnitude
	}
	return -magnitude
}

// encodeALaw returns the A-law code of a linear value.
func encodeALaw(v int16) byte {
	sign := byte(0x80)
	m := int32(v)
	if m < 0 {
		m, sign = -m-1, 0
	}
	exponent := byte(0)
	for m>>(exponent+8) != 0 {
		exponent++
	}
	code := byte(m>>4) & 0x0f
	if exponent > 0 {
		code = exponent<<4 | byte(m>>(exponent+3))&0x0f
	}
	return (sign | code) ^ 0x55
}

// decode appends the samples of sound, which has whole samples, to dst.
func decode(dst []int16, sound []byte, e Encoding) []int16 {
	switch e {
	case MuLaw:
		for _, code := range sound {
			dst = append(dst, muLawTable[code])
		}
	case ALaw:
		for _, code := range sound {
			dst = append(dst, aLawTable[code])
		}
	default:
		for i := 0; i+1 < len(sound); i += 2 {
			dst = append(dst, int16(uint16(sound[i])|uint16(sound[i+1])<<8))
		}
	}
	return dst
}

// encode appends samples to dst in the encoding e.
func encode(dst []byte, samples []int16, e Encoding) []byte {
	switch e {
	case MuLaw:
		for _, v := range samples {
			dst = append(dst, encodeMuLaw(v))
		}
	case ALaw:
		for _, v := range samples {
			dst = append(dst, encodeALaw(v))
		}
	default:
		for _, v := range samples {
			dst = append(dst, byte(v), byte(uint16(v)>>8))
		}
	}
	return dst
}

// rms returns the root of a mean square of samples, relative to full scale.
func rms(meanSquare float64) float64 { return min(math.Sqrt(meanSquare)/32768, 1) }
