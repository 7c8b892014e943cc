package twiml

// speech is what all SSML elements have in common. They are values: a method
// that sets an attribute returns a changed copy.
//
// What they are put into writes them down at once, as XML, and keeps only that.
// So words with SSML cost two allocations for each Say, however many elements
// stand in it: the Say and its markup.
type speech struct {
	tag   tag
	set   uint8  // how many of attrs are set
	text  string // or markup
	attrs [2]attr
	in    *inside // what is inside; nil when text is plain
	more  *speechMore
}

// inside tells about a markup.
type inside struct {
	depth    int
	elements int
	marks    []mark
	err      error
}

// speechMore is what few SSML elements have. It is never changed, since copies
// share it.
type speechMore struct {
	attrs []attr // the third attribute and later
	names []string
}

// put is small enough to be inlined: most elements have one attribute.
func (s *speech) put(a attr) {
	if s.set == 0 && s.more == nil {
		s.attrs[0], s.set = a, 1
		return
	}
	s.putNext(a)
}

func (s *speech) putNext(a attr) {
	for i := range s.attrs[:s.set] {
		if s.attrs[i].id == a.id {
			s.attrs[i] = a
			return
		}
	}
	if s.more == nil && int(s.set) < len(s.attrs) {
		s.attrs[s.set] = a
		s.set++
		return
	}
	e := s.asElement()
	e.put(a)
	s.take(e)
}

func (s *speech) putNamed(name, value string) {
	e := s.asElement()
	e.putNamed(name, value)
	s.take(e)
}

// asElement returns the same as an element, which shares nothing that can
// change.
func (s *speech) asElement() *element {
	e := &element{tag: s.tag, text: s.text, attrs: append([]attr(nil), s.attrs[:s.set]...)}
	if s.more != nil {
		e.attrs = append(e.attrs, s.more.attrs...)
		e.makeRare().names = append([]string(nil), s.more.names...)
	}
	if s.in != nil {
		e.contain(s.text, s.in)
	}
	return e
}

func (s *speech) take(e *element) {
	s.set = uint8(copy(s.attrs[:], e.attrs))
	m := &speechMore{attrs: e.attrs[s.set:]}
	if r := e.rare(); r != nil {
		m.names = r.names
	}
	s.more = m
}

// contain makes markup the content of the element.
func (e *element) contain(markup string, in *inside) {
	e.markup, e.text = true, markup
	e.depth, e.elements = uint8(min(in.depth, 255)), uint32(in.elements)
	if in.marks != nil || in.err != nil {
		r := e.makeRare()
		r.marks, r.err = in.marks, in.err
	}
}

// append writes the element into the markup b and notes it in in.
func (s *speech) append(b []byte, in *inside) []byte {
	if s.more != nil || s.tag == tagNone {
		return in.appendElement(b, s.asElement())
	}
	depth := 1
	if s.in != nil {
		depth += s.in.depth
		in.elements += s.in.elements
		if in.err == nil {
			in.err = s.in.err
		}
	}
	in.depth = max(in.depth, depth)
	in.elements++
	at := len(b)
	b = append(b, tags[s.tag].open...)
	for i := range s.attrs[:s.set] {
		a := &s.attrs[i]
		if a.kind&kindRounded != 0 {
			in.marks = append(in.marks, mark{at, a.id})
		}
		b = append(b, attrOpens[a.id]...)
		b = append(a.append(b), '"')
	}
	if s.text == "" {
		return append(b, '/', '>')
	}
	b = append(b, '>')
	if s.in == nil {
		b = appendEscapedText(b, s.text)
	} else {
		in.join(s.in.marks, len(b))
		b = append(b, s.text...)
	}
	return append(b, tags[s.tag].end...)
}

// appendElement writes an element of any kind.
func (in *inside) appendElement(b []byte, e *element) []byte {
	r := renderer{end: len(b) + nodeMaxBytes}
	at := len(b)
	b = r.element(b, e, 1)
	if r.err != nil {
		if in.err == nil {
			in.err = r.err
		}
		return b[:at]
	}
	in.elements += r.elements
	in.depth = max(in.depth, r.deepest)
	for _, a := range e.attrs {
		if a.kind&kindRounded != 0 {
			in.marks = append(in.marks, mark{at, a.id})
		}
	}
	if rare := e.rare(); rare != nil && e.markup {
		in.join(rare.marks, len(b)-len(tags[e.tag].end)-len(e.text))
	}
	return b
}

func (in *inside) join(marks []mark, at int) {
	for _, m := range marks {
		in.marks = append(in.marks, mark{at + m.at, m.id})
	}
}

func (s *speech) slot() slot { return slot{el: s.asElement()} }

// speak makes text and parts the content of the element.
func speak[T Content](e *element, text string, parts []T) {
	if len(parts) == 0 {
		e.text = text
		return
	}
	var in inside
	markup := markupOf(&in, text, parts)
	e.contain(markup, &in)
}

// speechOf makes an SSML element with text and parts inside.
func speechOf[T Content](t tag, text string, parts []T) speech {
	if len(parts) == 0 {
		return speech{tag: t, text: text}
	}
	in := new(inside)
	return speech{tag: t, text: markupOf(in, text, parts), in: in}
}

// markupOf writes text and parts down. It calls nothing that could keep the
// parts, so that callers need not allocate them.
func markupOf[T Content](in *inside, text string, parts []T) string {
	var stack [256]byte
	b := appendEscapedText(stack[:0], text)
	for _, p := range parts {
		switch part := any(p).(type) {
		case Text:
			b = appendEscapedText(b, string(part))
		case *CustomElement:
			if part != nil && part.element != nil {
				b = in.appendElement(b, part.element)
			}
		default:
			b = appendSpeech(b, part, in)
		}
	}
	return string(b)
}
