package twiml

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A SyntaxError describes why [Parse] refused a document, and where.
//
// Its text names elements and attributes, never their values, which may be a
// caller's or a customer's words.
type SyntaxError struct {
	Line, Column int    // the place, counted from 1; Column counts bytes
	Code         int    // Twilio's error: 12100, 12101 for a version or encoding, 11750 if too large; 0 where only this package refuses the document
	Reason       string // what is wrong, in a few words
	Err          error  // ErrMalformed, ErrForbidden, ErrTooLarge or ErrLimit
}

// Error returns the place and the reason, such as
//
//	twiml: line 3, column 12: duplicate attribute "voice"
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("twiml: line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// Unwrap returns Err.
func (e *SyntaxError) Unwrap() error { return e.Err }

// Twilio's error codes for a document that it cannot read.
const (
	codeUnreadable = 12100
	codeVersion    = 12101 // of XML, or of TwiML; an encoding too
	codeTooLarge   = 11750
)

// Parse reads one document and returns its root element. It keeps text, white
// space and comments inside the root. CDATA sections and references become part
// of the text around them, and line ends and white space in attributes are
// normalized as XML 1.0 requires. The declaration, a byte order mark and
// comments outside the root are dropped.
//
// Parse reads UTF-8 only and accepts any element and attribute; package lint
// checks them. The error is always a [*SyntaxError] that wraps one of
//
//   - [ErrMalformed]: not well-formed, including duplicate attributes, a second
//     root and text outside the root
//   - [ErrForbidden]: a DOCTYPE, a processing instruction, another encoding, or a
//     name with more than one colon or with one at its end
//   - [ErrTooLarge]: more than 64 KiB
//   - [ErrLimit]: beyond [MaxDepth], [MaxElements] or [MaxAttrs]
//
// Time and memory are linear in the size of the document.
func Parse(xml []byte) (*Node, error) {
	if len(xml) > MaxBytes {
		return nil, &SyntaxError{Line: 1, Column: 1, Code: codeTooLarge,
			Reason: fmt.Sprintf("the document has %d bytes, but Twilio reads only %d", len(xml), MaxBytes), Err: ErrTooLarge}
	}
	p := parser{src: normalized(xml), line: 1}
	p.lineEnd = p.nextLine(0)
	return p.document()
}

// normalized returns the document without its byte order mark and with each
// line end as one line feed (XML 1.0, section 2.11).
func normalized(xml []byte) string {
	xml = bytes.TrimPrefix(xml, []byte("\uFEFF"))
	if bytes.IndexByte(xml, '\r') >= 0 {
		xml = bytes.ReplaceAll(xml, []byte("\r\n"), []byte("\n"))
		xml = bytes.ReplaceAll(xml, []byte("\r"), []byte("\n"))
	}
	return string(xml)
}

// A parser is one pass over src. Strings of the tree are parts of src, except
// for texts and values with references.
type parser struct {
	src string
	pos int

	line      int // of the last place
	lineStart int
	lineEnd   int // where the next line feed is

	elements int
	open     [MaxDepth]*Node // elements whose end tag has not been read
	depth    int
	root     *Node

	resolved []byte // the text or value being read, with its references resolved
}

// document reads the declaration, the root and what surrounds it.
func (p *parser) document() (*Node, error) {
	if strings.HasPrefix(p.src, "<?xml") && p.isSpace(len("<?xml")) {
		if err := p.declaration(); err != nil {
			return nil, err
		}
	}
	if err := p.outside(); err != nil {
		return nil, err
	}
	if p.pos == len(p.src) {
		return nil, p.malformed(p.pos, "the document holds no element")
	}
	if err := p.content(); err != nil {
		return nil, err
	}
	if err := p.outside(); err != nil {
		return nil, err
	}
	if p.pos < len(p.src) {
		return nil, p.malformed(p.pos, "a second root element")
	}
	return p.root, nil
}

// outside skips comments and white space outside the root, up to a start tag
// or the end.
func (p *parser) outside() error {
	for {
		p.skipSpace()
		switch {
		case p.pos == len(p.src):
			return nil
		case p.src[p.pos] != '<':
			return p.malformed(p.pos, "text outside the root element")
		case p.at("<!--"):
			if _, err := p.comment(); err != nil {
				return err
			}
		case p.at("<!"), p.at("<?"):
			return p.markup()
		case p.at("</"):
			return p.malformed(p.pos, "an end tag without a start tag")
		default:
			return nil
		}
	}
}

// content reads the root element with everything in it. The stack of open
// elements is p.open and not the goroutine's, so that a deep document cannot
// exhaust it.
func (p *parser) content() error {
	if err := p.startTag(); err != nil {
		return err
	}
	for p.depth > 0 {
		if p.pos == len(p.src) {
			return p.malformed(p.pos, fmt.Sprintf("the document ends inside element %q", p.open[p.depth-1].Name))
		}
		var err error
		switch {
		case p.src[p.pos] != '<', p.at("<![CDATA["):
			err = p.text()
		case p.at("</"):
			err = p.endTag()
		case p.at("<!--"):
			err = p.commentNode()
		case p.at("<!"), p.at("<?"):
			err = p.markup()
		default:
			err = p.startTag()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// startTag reads from "<" to ">". The tag may also close the element.
func (p *parser) startTag() error {
	at := p.pos
	p.pos++
	name, err := p.name("an element name")
	if err != nil {
		if p.pos == at+1 && errors.Is(err, ErrMalformed) {
			return p.malformed(at, `a "<" that does not begin a tag; write "&lt;"`)
		}
		return err
	}
	p.elements++
	if p.elements > MaxElements {
		return p.beyond(at, fmt.Sprintf("more than %d elements", MaxElements))
	}
	if p.depth == MaxDepth {
		return p.beyond(at, fmt.Sprintf("more than %d elements deep", MaxDepth))
	}
	n := p.child(at)
	n.Name = name
	if err := p.attributes(n); err != nil {
		return err
	}
	p.open[p.depth] = n
	p.depth++
	if p.src[p.pos] == '/' {
		p.pos += 2
		p.depth--
		return nil
	}
	p.pos++
	return nil
}

// endTag reads an end tag, which must be that of the innermost open element.
func (p *parser) endTag() error {
	at := p.pos
	p.pos += len("</")
	open := p.open[p.depth-1]
	if end := p.pos + len(open.Name); end < len(p.src) && p.src[end] == '>' && p.src[p.pos:end] == open.Name {
		p.pos = end + 1
		p.depth--
		return nil
	}
	name, err := p.name("an element name")
	if err != nil {
		return err
	}
	if name != open.Name {
		return p.malformed(at, fmt.Sprintf("element %q of line %d is closed by %q", open.Name, open.Line, name))
	}
	p.skipSpace()
	if !p.at(">") {
		return p.malformed(p.pos, fmt.Sprintf("the end tag of %q does not end in %q", name, ">"))
	}
	p.pos++
	p.depth--
	return nil
}

// child adds a Node that begins at the byte at to the innermost open element.
func (p *parser) child(at int) *Node {
	n := new(Node)
	n.Line, n.Column = p.place(at)
	if p.depth == 0 {
		p.root = n
		return n
	}
	parent := p.open[p.depth-1]
	parent.Children = append(parent.Children, n)
	return n
}

// place returns the line and column of the byte at. Successive calls must not
// go backwards.
func (p *parser) place(at int) (line, column int) {
	for at > p.lineEnd {
		p.line++
		p.lineStart = p.lineEnd + 1
		p.lineEnd = p.nextLine(p.lineStart)
	}
	return p.line, at - p.lineStart + 1
}

// nextLine returns where the line that begins at from ends.
func (p *parser) nextLine(from int) int {
	if i := strings.IndexByte(p.src[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(p.src)
}

func (p *parser) at(prefix string) bool { return strings.HasPrefix(p.src[p.pos:], prefix) }

func (p *parser) isSpace(at int) bool {
	return at < len(p.src) && parseClass[p.src[at]]&classSpace != 0
}

func (p *parser) skipSpace() {
	for p.isSpace(p.pos) {
		p.pos++
	}
}

// name reads a name; what describes it in an error.
func (p *parser) name(what string) (string, error) {
	n, colons := nameScan(p.src[p.pos:])
	name := p.src[p.pos : p.pos+n]
	switch {
	case n == 0:
		return "", p.malformed(p.pos, "no "+strings.TrimPrefix(what, "an ")+" where one is required")
	case colons > 0 && (colons > 1 || name[0] == ':' || name[n-1] == ':'):
		return "", p.fail(p.pos, ErrForbidden, codeUnreadable, what+" with too many colons")
	}
	p.pos += n
	return name, nil
}

func (p *parser) malformed(at int, reason string) error {
	return p.fail(at, ErrMalformed, codeUnreadable, reason)
}

func (p *parser) beyond(at int, reason string) error { return p.fail(at, ErrLimit, 0, reason) }

// fail makes the error for the byte at. It counts lines from the start, because
// at may lie before the last counted byte.
func (p *parser) fail(at int, err error, code int, reason string) error {
	before := p.src[:at]
	return &SyntaxError{
		Line:   1 + strings.Count(before, "\n"),
		Column: at - strings.LastIndexByte(before, '\n'),
		Code:   code, Reason: reason, Err: err,
	}
}

// char checks the character at i, which is above ASCII or a control character,
// and returns its size.
func (p *parser) char(i int) (int, error) {
	r, size := utf8.DecodeRuneInString(p.src[i:])
	switch {
	case r == utf8.RuneError && size == 1:
		return 0, p.malformed(i, fmt.Sprintf("the byte 0x%02X is not UTF-8", p.src[i]))
	case !nameIsChar(r):
		return 0, p.malformed(i, fmt.Sprintf("the character U+%04X is not allowed in XML", r))
	}
	return size, nil
}
