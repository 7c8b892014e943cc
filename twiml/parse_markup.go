package twiml

import (
	"slices"
	"strings"
)

// declaration reads <?xml version="1.0" encoding="UTF-8" standalone="yes"?>,
// of which the last two may be missing (XML 1.0, section 2.8).
func (p *parser) declaration() error {
	p.pos = len("<?xml")
	last := -1 // index of the previous name
	names := []string{"version", "encoding", "standalone"}
	for {
		spaced := p.isSpace(p.pos)
		p.skipSpace()
		at := p.pos
		if p.at("?>") && last >= 0 {
			p.pos += len("?>")
			return nil
		}
		if !spaced {
			return p.malformed(at, "the XML declaration lacks a space or its end")
		}
		a, err := p.attribute()
		if err != nil {
			return err
		}
		i := slices.Index(names, a.Name)
		if i <= last || last < 0 && i != 0 {
			return p.malformed(at, "the XML declaration may only have version, encoding and standalone, in that order")
		}
		last = i
		if err := p.declared(at, a); err != nil {
			return err
		}
	}
}

// declared checks one value of the declaration.
func (p *parser) declared(at int, a Attr) error {
	switch {
	case a.Name == "version" && a.Value != "1.0":
		return p.fail(at, ErrForbidden, codeVersion, "a version of XML other than 1.0")
	case a.Name == "encoding" && !strings.EqualFold(a.Value, "UTF-8"):
		return p.fail(at, ErrForbidden, codeVersion, "an encoding other than UTF-8")
	case a.Name == "standalone" && a.Value != "yes" && a.Value != "no":
		return p.malformed(at, "standalone is neither yes nor no")
	}
	return nil
}

// markup refuses what begins with "<!" or "<?" and is not a comment or a CDATA
// section in its place.
func (p *parser) markup() error {
	switch {
	case p.at("<!DOCTYPE"):
		return p.fail(p.pos, ErrForbidden, codeUnreadable, "a document type")
	case p.at("<![CDATA["):
		return p.malformed(p.pos, "a CDATA section outside the root element")
	case p.at("<?xml") && p.isSpace(p.pos+len("<?xml")):
		return p.malformed(p.pos, "an XML declaration that is not at the start of the document")
	case p.at("<?"):
		return p.fail(p.pos, ErrForbidden, codeUnreadable, "a processing instruction")
	}
	return p.malformed(p.pos, `a "<!" that does not begin a comment`)
}

// comment reads a comment and returns the text between its marks.
func (p *parser) comment() (string, error) {
	at := p.pos
	p.pos += len("<!--")
	end := strings.Index(p.src[p.pos:], "--")
	if end < 0 {
		return "", p.malformed(at, "a comment without an end")
	}
	text := p.src[p.pos : p.pos+end]
	if err := p.chars(text); err != nil {
		return "", err
	}
	p.pos += end
	if !p.at("-->") {
		return "", p.malformed(p.pos, `"--" inside a comment`)
	}
	p.pos += len("-->")
	return text, nil
}

// commentNode adds a comment inside the root as a Node.
func (p *parser) commentNode() error {
	at := p.pos
	text, err := p.comment()
	if err != nil {
		return err
	}
	n := p.child(at)
	n.Name, n.Text = nodeComment, text
	return nil
}
