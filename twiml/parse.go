package twiml

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A SyntaxError says why [Parse] refused a document, and where.
//
// Its text names elements and attributes, never their values: a document may
// hold what a caller said or a customer wrote.
type SyntaxError struct {
	Line, Column int    // where, both from 1; Column counts bytes
	Code         int    // Twilio's error for it: 12100, 12101 for a version or encoding of XML, or 11750 when too large; 0 where only Ringback refuses
	Reason       string // what is wrong, in a few words
	Err          error  // ErrMalformed, ErrForbidden, ErrTooLarge or ErrLimit
}

// Error returns place and reason, such as
//
//	twiml: line 3, column 12: attribute "voice" stands twice
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("twiml: line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// Unwrap returns the sentinel.
func (e *SyntaxError) Unwrap() error { return e.Err }

// Twilio's numbers for a document that it cannot read.
const (
	codeUnreadable = 12100
	codeVersion    = 12101 // of XML, or of TwiML; an encoding too
	codeTooLarge   = 11750
)

// Parse reads one document and returns its root element. Texts, white space
// and comments inside the root are kept, in order, each with its place;
// CDATA sections and references are resolved into the text around them, line
// ends and white space in attributes are normalised as XML 1.0 says. The
// declaration, a byte order mark and comments outside the root are left out.
//
// It reads UTF-8 only and takes any element and attribute: what TwiML makes of
// them is for [Lint]. It does not keep xml.
//
// It is strict where documents are written by programs and read by others. The
// error is always a [*SyntaxError] that wraps one of
//
//   - [ErrMalformed]: not well-formed, duplicate attributes, a second root and
//     text outside the root included
//   - [ErrForbidden]: a DOCTYPE, a processing instruction, another encoding, a
//     name with more than one colon or with one at its end
//   - [ErrTooLarge]: more than 64 KiB
//   - [ErrLimit]: deeper than 32, more than 2,000 elements, more than 64
//     attributes in one
//
// Time and memory are linear in the size of the document.
func Parse(xml []byte) (*Node, error) {
	if len(xml) > nodeMaxBytes {
		return nil, &SyntaxError{Line: 1, Column: 1, Code: codeTooLarge,
			Reason: fmt.Sprintf("the document has %d bytes, Twilio reads %d", len(xml), nodeMaxBytes), Err: ErrTooLarge}
	}
	p := parser{line: 1}
	p.load(xml)
	return p.document()
}

// A parser is one pass over src. Nodes, attributes and child lists come from
// slabs that are made for the whole document, strings are parts of kept.
type parser struct {
	src string
	pos int

	line      int // of what place was asked last
	lineStart int
	lineEnd   int // where the next line feed is

	elements int
	open     [nodeMaxDepth]parseOpen
	depth    int

	nodes []Node
	attrs []Attr

	// kept holds src and, behind it, what references and normalisation have
	// made of parts of it. When it grows, strings cut from it stay as they are.
	kept strings.Builder

	// lists holds finished lists of children at its start and, from pending on
	// to its end, children of open elements, the last one first. Each node is
	// in one of the two, so there is room for both.
	lists   []*Node
	pending int
}

// A parseOpen is an element whose end is still to come. Its children are in
// lists, before above.
type parseOpen struct {
	node  *Node
	above int
}

// load copies the document into src, without its byte order mark and with each
// line end as one line feed (XML 1.0, section 2.11).
func (p *parser) load(xml []byte) {
	const reference = 64 // what a text with a reference is long, about
	xml = bytes.TrimPrefix(xml, []byte("\uFEFF"))
	p.kept.Grow(len(xml) + min(len(xml), reference*bytes.Count(xml, []byte("&"))))
	for {
		i := bytes.IndexByte(xml, '\r')
		if i < 0 {
			break
		}
		p.kept.Write(xml[:i])
		p.kept.WriteByte('\n')
		xml = bytes.TrimPrefix(xml[i+1:], []byte("\n"))
	}
	p.kept.Write(xml)
	p.src = p.kept.String()
	p.lineEnd = p.nextLine(0)
}

// size makes slabs that are as large as the document needs, but for the rare
// text that ends in ">".
func (p *parser) size() {
	const most = 4096
	nodes := 1
	for rest := p.src[p.pos:]; nodes < most; {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		if i > 0 && rest[i-1] != '>' {
			nodes++
		}
		if i+1 < len(rest) && rest[i+1] != '/' {
			nodes++
		}
		rest = rest[i+1:]
	}
	switch {
	case nodes <= len(parseSmall{}.nodes):
		b := new(parseSmall)
		p.nodes, p.lists, p.attrs = b.nodes[:0], b.lists[:0], b.attrs[:0]
	case nodes <= len(parseMenu{}.nodes):
		b := new(parseMenu)
		p.nodes, p.lists, p.attrs = b.nodes[:0], b.lists[:0], b.attrs[:0]
	case nodes <= len(parseMedium{}.nodes):
		b := new(parseMedium)
		p.nodes, p.lists, p.attrs = b.nodes[:0], b.lists[:0], b.attrs[:0]
	default:
		p.nodes, p.lists = make([]Node, 0, nodes), make([]*Node, 0, nodes)
	}
	p.pending = cap(p.lists)
}

// The slabs of a reply, of a menu and of a longer menu are one allocation each.
// Most documents are no larger, and the time to parse those is mostly that of
// the allocator, which goes by bytes.
type (
	parseSmall struct {
		nodes [6]Node
		lists [6]*Node
		attrs [4]Attr
	}

	parseMenu struct {
		nodes [10]Node
		lists [10]*Node
		attrs [7]Attr
	}

	parseMedium struct {
		nodes [20]Node
		lists [20]*Node
		attrs [18]Attr
	}
)

// document reads declaration, root and what may stand around it.
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
	root, err := p.root()
	if err != nil {
		return nil, err
	}
	if err := p.outside(); err != nil {
		return nil, err
	}
	if p.pos < len(p.src) {
		return nil, p.malformed(p.pos, "a second root element")
	}
	return root, nil
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

// root reads the root element with all that is in it. The stack of open
// elements is p.open, so that a document cannot exhaust ours.
func (p *parser) root() (*Node, error) {
	p.size()
	if err := p.startTag(); err != nil {
		return nil, err
	}
	for p.depth > 0 {
		if p.pos == len(p.src) {
			return nil, p.malformed(p.pos, fmt.Sprintf("the document ends inside element %q", p.open[p.depth-1].node.Name))
		}
		var err error
		switch {
		case p.src[p.pos] != '<':
			err = p.text()
		case p.at("</"):
			err = p.endTag()
		case p.at("<![CDATA["):
			err = p.text()
		case p.at("<!--"):
			err = p.commentNode()
		case p.at("<!"), p.at("<?"):
			err = p.markup()
		default:
			err = p.startTag()
		}
		if err != nil {
			return nil, err
		}
	}
	return p.lists[:cap(p.lists)][p.pending], nil
}

// startTag reads from "<" to ">", and closes the element at once where the tag
// does.
func (p *parser) startTag() error {
	at := p.pos
	p.pos++
	name, err := p.name("an element name")
	if err != nil {
		if p.pos == at+1 && errors.Is(err, ErrMalformed) {
			return p.malformed(at, `a "<" that begins no tag; write "&lt;"`)
		}
		return err
	}
	p.elements++
	if p.elements > nodeMaxElements {
		return p.beyond(at, fmt.Sprintf("more than %d elements", nodeMaxElements))
	}
	if p.depth == nodeMaxDepth {
		return p.beyond(at, fmt.Sprintf("more than %d elements deep", nodeMaxDepth))
	}
	n := p.newNode(at)
	n.Name = name
	if err := p.attributes(n); err != nil {
		return err
	}
	p.open[p.depth] = parseOpen{node: n, above: p.pending}
	p.depth++
	if p.src[p.pos] == '/' {
		p.pos += 2
		p.closeElement()
		return nil
	}
	p.pos++
	return nil
}

// endTag reads an end tag, which must be that of the innermost open element.
func (p *parser) endTag() error {
	at := p.pos
	p.pos += len("</")
	open := p.open[p.depth-1].node
	if end := p.pos + len(open.Name); end < len(p.src) && p.src[end] == '>' && p.src[p.pos:end] == open.Name {
		p.pos = end + 1
		p.closeElement()
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
	p.closeElement()
	return nil
}

// closeElement gives the innermost element its children and makes it a child.
func (p *parser) closeElement() {
	p.depth--
	open := p.open[p.depth]
	if n := open.above - p.pending; n > 0 {
		from := len(p.lists)
		children := p.lists[from : from+n : cap(p.lists)]
		all := p.lists[:cap(p.lists)]
		// The last child comes first. Where the two parts touch, they overlap.
		if from+n > p.pending {
			slices.Reverse(all[p.pending:open.above])
			copy(children, all[p.pending:open.above])
		} else {
			for i := range children {
				children[i] = all[open.above-1-i]
			}
		}
		p.lists = p.lists[:from+n]
		p.pending = open.above
		open.node.Children = children[:n:n]
	}
	p.addChild(open.node)
}

// addChild makes n a child of the innermost open element.
func (p *parser) addChild(n *Node) {
	if p.pending == len(p.lists) {
		p.growLists()
	}
	p.pending--
	p.lists[:cap(p.lists)][p.pending] = n
}

// growLists makes a new slab of lists and takes along what is pending.
func (p *parser) growLists() {
	all := p.lists[:cap(p.lists)]
	waiting := all[p.pending:]
	grown := make([]*Node, 2*len(all)+8)
	moved := len(grown) - len(all)
	copy(grown[p.pending+moved:], waiting)
	for i := range p.depth {
		p.open[i].above += moved
	}
	p.pending += moved
	p.lists = grown[:0]
}

// newNode takes a Node from the slab and gives it its place.
func (p *parser) newNode(at int) *Node {
	if len(p.nodes) == cap(p.nodes) {
		p.nodes = make([]Node, 0, 8+cap(p.nodes)/2)
	}
	p.nodes = p.nodes[:len(p.nodes)+1]
	n := &p.nodes[len(p.nodes)-1]
	n.Line, n.Column = p.place(at)
	return n
}

// place returns line and column of the byte at; calls go forward.
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

// name reads a name; what says what the name is of, for the error.
func (p *parser) name(what string) (string, error) {
	n, colons := nameScan(p.src[p.pos:])
	name := p.src[p.pos : p.pos+n]
	switch {
	case n == 0:
		return "", p.malformed(p.pos, "no "+strings.TrimPrefix(what, "an ")+" where one must stand")
	case colons > 0 && (colons > 1 || name[0] == ':' || name[n-1] == ':'):
		return "", p.fail(p.pos, ErrForbidden, codeUnreadable, what+" with a colon too many")
	}
	p.pos += n
	return name, nil
}

func (p *parser) malformed(at int, reason string) error {
	return p.fail(at, ErrMalformed, codeUnreadable, reason)
}

func (p *parser) beyond(at int, reason string) error { return p.fail(at, ErrLimit, 0, reason) }

// fail makes the error for the byte at. It counts lines anew: at may lie
// before what has been counted.
func (p *parser) fail(at int, err error, code int, reason string) error {
	before := p.src[:at]
	return &SyntaxError{
		Line:   1 + strings.Count(before, "\n"),
		Column: at - strings.LastIndexByte(before, '\n'),
		Code:   code, Reason: reason, Err: err,
	}
}

// char checks the character at i, which stopped a scan for being above ASCII
// or a control character, and returns its size.
func (p *parser) char(i int) (int, error) {
	r, size := utf8.DecodeRuneInString(p.src[i:])
	switch {
	case r == utf8.RuneError && size == 1:
		return 0, p.malformed(i, fmt.Sprintf("the byte 0x%02X is not UTF-8", p.src[i]))
	case !nameIsChar(r):
		return 0, p.malformed(i, fmt.Sprintf("the character U+%04X cannot stand in XML", r))
	}
	return size, nil
}
