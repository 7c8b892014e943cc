package form

// ScanPlain is Scan with the plain scanner.
func ScanPlain(s *Scanner, text string, limits Limits) error {
	s.text, s.spans = append(s.text[:0], text...), s.spans[:0]
	err := s.scanPlain(limits)
	if err != nil {
		s.Reset()
	}
	return err
}
