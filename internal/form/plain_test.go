package form

import "bytes"

// scanPlain decodes s.text in place. Pairs are separated by &, and the first =
// separates name and value.
func (s *Scanner) scanPlain(limits Limits) error {
	for start := 0; start < len(s.text); {
		end := len(s.text)
		if i := bytes.IndexByte(s.text[start:], '&'); i >= 0 {
			end = start + i
		}
		if end > start { // skip an empty pair
			if limits.Pairs > 0 && len(s.spans) == limits.Pairs {
				return &Error{Offset: start, Err: ErrTooMany}
			}
			equals := end
			if i := bytes.IndexByte(s.text[start:end], '='); i >= 0 {
				equals = start + i
			}
			nameEnd, err := s.decode(start, equals, limits.Lenient)
			if err != nil {
				return err
			}
			value := min(equals+1, end)
			valueEnd, err := s.decode(value, end, limits.Lenient)
			if err != nil {
				return err
			}
			s.spans = append(s.spans, span{int32(start), int32(nameEnd), int32(value), int32(valueEnd)})
		}
		start = end + 1
	}
	return nil
}

// decode decodes the text between two offsets, which never gets longer, and
// returns its end.
func (s *Scanner) decode(from, to int, lenient bool) (end int, err error) {
	end = from
	for i := from; i < to; i++ {
		c := s.text[i]
		switch c {
		case '+':
			c = ' '
		case '%':
			if i+2 < to && unhex[s.text[i+1]]|unhex[s.text[i+2]] < 16 {
				c = unhex[s.text[i+1]]<<4 | unhex[s.text[i+2]]
				i += 2
			} else if !lenient {
				return 0, &Error{Offset: i, Err: ErrEscape}
			}
		}
		s.text[end] = c
		end++
	}
	return end, nil
}
