package twiml

import (
	"strconv"
	"strings"
)

// text reads character data and CDATA sections up to the next tag or comment
// and adds them as one Node, if there is any.
func (p *parser) text() error {
	at := p.pos
	run := at      // start of what is not yet copied
	resolved := -1 // start of the copy, once there is one
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
				return p.malformed(i, `"]]>" in a text`)
			}
			p.pos++
		case src[i] == '<', src[i] == '&':
			resolved = p.keep(resolved, run)
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
	s := src[at:p.pos]
	if resolved >= 0 {
		p.keep(resolved, run)
		s = p.kept.String()[resolved:]
	}
	if s != "" {
		n := p.newNode(at)
		n.Text = s
		p.addChild(n)
	}
	return nil
}

// keep copies what was read since run, behind what kept holds, and returns
// where the copy begins: from, or here when from is negative. Resolving makes
// nothing longer, so all copies together are no longer than the document.
func (p *parser) keep(from, run int) int {
	if from < 0 {
		from = p.kept.Len()
	}
	p.kept.WriteString(p.src[run:p.pos])
	return from
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
	p.kept.WriteString(section)
	p.pos += end + len("]]>")
	return nil
}

// chars checks that all characters of s, which stands at pos, may stand in XML.
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
		return p.malformed(at, `an "&" that begins no reference; write "&amp;"`)
	}
	name := rest[:end]
	p.pos = at + 1 + end + 1
	if number, ok := strings.CutPrefix(name, "#"); ok {
		r, ok := parseCharNumber(number)
		if !ok {
			return p.malformed(at, "a reference to a character that cannot stand in XML")
		}
		p.kept.WriteRune(r)
		return nil
	}
	switch name {
	case "amp":
		p.kept.WriteByte('&')
	case "lt":
		p.kept.WriteByte('<')
	case "gt":
		p.kept.WriteByte('>')
	case "quot":
		p.kept.WriteByte('"')
	case "apos":
		p.kept.WriteByte('\'')
	default:
		if !nameIsValid(name) {
			return p.malformed(at, `an "&" that begins no reference; write "&amp;"`)
		}
		return p.malformed(at, "an entity that XML does not know; write the character itself")
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

// attributes reads what stands in a start tag behind the name, up to ">" or
// "/>", which is left to read.
func (p *parser) attributes(n *Node) error {
	from := len(p.attrs)
	for {
		spaced := p.isSpace(p.pos)
		p.skipSpace()
		if p.at(">") || p.at("/>") {
			break
		}
		switch {
		case p.pos == len(p.src):
			return p.malformed(p.pos, "the document ends inside a tag")
		case !spaced:
			return p.malformed(p.pos, "no space before what follows in the tag")
		case len(p.attrs)-from == nodeMaxAttrs:
			return p.beyond(p.pos, "more than "+strconv.Itoa(nodeMaxAttrs)+" attributes in one element")
		}
		at := p.pos
		a, err := p.attribute()
		if err != nil {
			return err
		}
		if nodeHasAttr(p.attrs[from:], a.Name) {
			return p.malformed(at, "attribute "+strconv.Quote(a.Name)+" stands twice")
		}
		if len(p.attrs) == cap(p.attrs) {
			p.growAttrs(from)
			from = 0
		}
		p.attrs = append(p.attrs, a)
	}
	if len(p.attrs) > from {
		n.Attrs = p.attrs[from:len(p.attrs):len(p.attrs)]
	}
	return nil
}

// growAttrs makes a new slab of attributes, and takes along those of the
// present element, which begin at from. It holds one attribute for each equals
// sign that is left in the document.
func (p *parser) growAttrs(from int) {
	left := 1 + strings.Count(p.src[p.pos:], "=")
	taken := p.attrs[from:]
	p.attrs = append(make([]Attr, 0, len(taken)+min(left, 512)), taken...)
}

// attribute reads name="value".
func (p *parser) attribute() (Attr, error) {
	name, err := p.name("an attribute name")
	if err != nil {
		return Attr{}, err
	}
	if !p.at(`="`) { // what all programs write needs no second look
		p.skipSpace()
		if !p.at("=") {
			return Attr{}, p.malformed(p.pos, "attribute "+strconv.Quote(name)+" has no value")
		}
		p.pos++
		p.skipSpace()
		if !p.at(`"`) && !p.at("'") {
			return Attr{}, p.malformed(p.pos, "the value of attribute "+strconv.Quote(name)+" has no quotes")
		}
	} else {
		p.pos++
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
	at, run, resolved := p.pos, p.pos, -1
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
			s := src[at:i]
			if resolved >= 0 {
				p.keep(resolved, run)
				s = p.kept.String()[resolved:]
			}
			p.pos++
			return s, nil
		case '"', '\'':
			p.pos++
		case '<':
			return "", p.malformed(i, `"<" in the value of attribute `+strconv.Quote(name))
		case '&':
			resolved = p.keep(resolved, run)
			if err := p.reference(); err != nil {
				return "", err
			}
			run = p.pos
		case '\t', '\n':
			resolved = p.keep(resolved, run)
			p.kept.WriteByte(' ')
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
