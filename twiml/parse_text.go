package twiml

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// text reads character data and CDATA sections up to the next tag or comment
// and adds them as one Node, if there is any.
func (p *parser) text() error {
	at := p.pos
	run := at // start of what is not yet in p.resolved
	p.resolved = p.resolved[:0]
	src, class := p.src, parseClass
scan:
	for i := at; ; i = p.pos {
		for i < len(src) && class[src[i]]&classText == 0 {
			i++
		}
		p.pos = i
		switch {
		case i == len(src), src[i] == '<' && !p.at("<![CDATA["):
			break scan
		case src[i] == ']':
			if p.at("]]>") {
				return p.malformed(i, `a "]]>" in text`)
			}
			p.pos++
		case src[i] == '<', src[i] == '&':
			p.resolved = append(p.resolved, src[run:i]...)
			if err := p.insert(src[i]); err != nil {
				return err
			}
			run = p.pos
		default:
			size, err := p.char(i)
			if err != nil {
				return err
			}
			p.pos += size
		}
	}
	if s := p.string(at, run); s != "" {
		p.child(at).Text = s
	}
	return nil
}

// string returns the text or value from at to the current position. The part
// before run is in p.resolved.
func (p *parser) string(at, run int) string {
	if run == at {
		return p.src[at:p.pos]
	}
	return string(append(p.resolved, p.src[run:p.pos]...))
}

// insert resolves the reference or CDATA section that begins at pos with c.
func (p *parser) insert(c byte) error {
	if c == '&' {
		return p.reference()
	}
	at := p.pos
	p.pos += len("<![CDATA[")
	end := strings.Index(p.src[p.pos:], "]]>")
	if end < 0 {
		return p.malformed(at, "a CDATA section without an end")
	}
	section := p.src[p.pos : p.pos+end]
	if err := p.chars(section); err != nil {
		return err
	}
	p.resolved = append(p.resolved, section...)
	p.pos += end + len("]]>")
	return nil
}

// chars checks that XML allows all characters of s, which begins at pos.
func (p *parser) chars(s string) error {
	for i := 0; i < len(s); {
		c := s[i]
		if c == '<' || c == '&' || c == ']' || parseClass[c]&classText == 0 {
			i++
			continue
		}
		size, err := p.char(p.pos + i)
		if err != nil {
			return err
		}
		i += size
	}
	return nil
}

// reference reads a character reference or one of the five entities of XML.
func (p *parser) reference() error {
	at := p.pos
	rest := p.src[at+1:]
	end := strings.IndexByte(rest[:min(len(rest), 32)], ';')
	if end < 0 {
		return p.malformed(at, `an "&" that does not begin a reference; write "&amp;"`)
	}
	name := rest[:end]
	p.pos = at + 1 + end + 1
	if number, ok := strings.CutPrefix(name, "#"); ok {
		r, ok := parseCharNumber(number)
		if !ok {
			return p.malformed(at, "a reference to a character that XML does not allow")
		}
		p.resolved = utf8.AppendRune(p.resolved, r)
		return nil
	}
	switch name {
	case "amp":
		p.resolved = append(p.resolved, '&')
	case "lt":
		p.resolved = append(p.resolved, '<')
	case "gt":
		p.resolved = append(p.resolved, '>')
	case "quot":
		p.resolved = append(p.resolved, '"')
	case "apos":
		p.resolved = append(p.resolved, '\'')
	default:
		if !nameIsValid(name) {
			return p.malformed(at, `an "&" that does not begin a reference; write "&amp;"`)
		}
		return p.malformed(at, "an entity that XML does not define; write the character itself")
	}
	return nil
}

// parseCharNumber reads the number of a character reference: decimal digits,
// or x and hexadecimal ones.
func parseCharNumber(s string) (rune, bool) {
	base := 10
	if hex, ok := strings.CutPrefix(s, "x"); ok {
		s, base = hex, 16
	}
	if strings.ContainsAny(s, "+-_") {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 31)
	return rune(n), err == nil && nameIsChar(rune(n))
}

// attributes reads what follows the name in a start tag, up to ">" or "/>".
func (p *parser) attributes(n *Node) error {
	for {
		spaced := p.isSpace(p.pos)
		p.skipSpace()
		if p.at(">") || p.at("/>") {
			return nil
		}
		switch {
		case p.pos == len(p.src):
			return p.malformed(p.pos, "the document ends inside a tag")
		case !spaced:
			return p.malformed(p.pos, "a space is missing in the tag")
		case len(n.Attrs) == MaxAttrs:
			return p.beyond(p.pos, "more than "+strconv.Itoa(MaxAttrs)+" attributes in one element")
		}
		at := p.pos
		a, err := p.attribute()
		if err != nil {
			return err
		}
		if hasAttr(n.Attrs, a.Name) {
			return p.malformed(at, "duplicate attribute "+strconv.Quote(a.Name))
		}
		n.Attrs = append(n.Attrs, a)
	}
}

// attribute reads name="value".
func (p *parser) attribute() (Attr, error) {
	name, err := p.name("an attribute name")
	if err != nil {
		return Attr{}, err
	}
	p.skipSpace()
	if !p.at("=") {
		return Attr{}, p.malformed(p.pos, "attribute "+strconv.Quote(name)+" has no value")
	}
	p.pos++
	p.skipSpace()
	if !p.at(`"`) && !p.at("'") {
		return Attr{}, p.malformed(p.pos, "the value of attribute "+strconv.Quote(name)+" has no quotes")
	}
	value, err := p.value(name)
	return Attr{Name: name, Value: value}, err
}

// value reads a value in quotes. White space in it becomes spaces; only
// references keep a tab or a line feed (XML 1.0, section 3.3.3).
func (p *parser) value(name string) (string, error) {
	start := p.pos
	src, class := p.src, parseClass
	quote := src[start]
	p.pos++
	at, run := p.pos, p.pos
	p.resolved = p.resolved[:0]
	for i := at; ; i = p.pos {
		for i < len(src) && class[src[i]]&classValue == 0 {
			i++
		}
		p.pos = i
		if i == len(src) {
			return "", p.malformed(start, "the value of attribute "+strconv.Quote(name)+" has no end")
		}
		switch c := src[i]; c {
		case quote:
			s := p.string(at, run)
			p.pos++
			return s, nil
		case '"', '\'':
			p.pos++
		case '<':
			return "", p.malformed(i, `"<" in the value of attribute `+strconv.Quote(name))
		case '&':
			p.resolved = append(p.resolved, src[run:i]...)
			if err := p.reference(); err != nil {
				return "", err
			}
			run = p.pos
		case '\t', '\n':
			p.resolved = append(append(p.resolved, src[run:i]...), ' ')
			p.pos++
			run = p.pos
		default:
			size, err := p.char(i)
			if err != nil {
				return "", err
			}
			p.pos += size
		}
	}
}
