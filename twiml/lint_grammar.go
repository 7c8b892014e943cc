package twiml

import "strings"

// The grammar of TwiML, in tables that internal/gen writes from its facts into
// grammar_gen.go. The tables say what may stand where and which values an
// attribute takes; what no table can say is in the lint_*.go files.

// A grammarID is an element: an index of grammarTable.
type grammarID uint8

// A grammarElement is what may be inside one element.
type grammarElement struct {
	name         string
	text         grammarText
	textMax      int  // characters; zero: any number
	needsText    bool // blank text is a problem
	textCode     int  // Twilio's number for a text that is missing or too long
	insideCode   int  // Twilio's number for a child that may not be here
	deprecated   string
	undocumented bool // SSML that some speech engines know and Twilio does not promise
	children     []grammarID
	sdkOnly      []grammarID // those of children that Twilio's documentation does not know
	attrs        []grammarAttr
}

// A grammarText says whether an element holds text.
type grammarText uint8

const (
	grammarTextNone  grammarText = iota
	grammarTextPlain             // text only
	grammarTextMixed             // text and elements
)

// A grammarAttr is one attribute of an element.
type grammarAttr struct {
	name       string
	kind       grammarKind
	enum       *grammarEnum      // of grammarEnumValue and grammarEnumList
	match      func(string) bool // what else the value must pass
	want       string            // what match wants, in words
	prefix     string            // of grammarSID
	min, max   int               // zero: no bound
	required   bool
	empty      bool // the empty value says something
	deprecated string
	code       int // Twilio's number for a bad value; zero: 12200
}

// A grammarKind is a kind of value.
type grammarKind uint8

const (
	grammarString    grammarKind = iota
	grammarInt                   // decimal digits
	grammarBool                  // true or false
	grammarURL                   // absolute or relative
	grammarSocketURL             // absolute, with the scheme wss
	grammarPhone                 // E.164, or as written in the US
	grammarWhole                 // whole seconds or milliseconds
	grammarSSMLTime              // a number followed by s or ms
	grammarLanguage              // a BCP 47 tag
	grammarEnumValue             // one of enum
	grammarEnumList              // some of enum
	grammarIntList               // numbers with spaces between them
	grammarSID                   // prefix and 32 hexadecimal digits
)

// A grammarEnum is a set of values. An open one grows: a value that is not in
// it may be known to Twilio tomorrow.
type grammarEnum struct {
	open   bool
	match  func(string) bool // values outside the list that are right too, or might be when open
	want   string            // what match wants, in words
	values string            // with white space between them
}

// has reports whether v is in the list.
func (e *grammarEnum) has(v string) bool {
	if v == "" || strings.ContainsAny(v, " \n") {
		return false
	}
	for rest := e.values; ; {
		i := strings.Index(rest, v)
		if i < 0 {
			return false
		}
		end := i + len(v)
		if (i == 0 || rest[i-1] == ' ' || rest[i-1] == '\n') && (end == len(rest) || rest[end] == ' ' || rest[end] == '\n') {
			return true
		}
		rest = rest[end:]
	}
}

// attr returns the attribute called name, or nil.
func (e *grammarElement) attr(name string) *grammarAttr {
	for i := range e.attrs {
		if e.attrs[i].name == name {
			return &e.attrs[i]
		}
	}
	return nil
}

// child returns the element that a child called name is.
func (e *grammarElement) child(name string) (grammarID, bool) {
	for _, id := range e.children {
		if grammarTable[id].name == name {
			return id, true
		}
	}
	return 0, false
}

// grammarReach marks the elements that a kind of document can hold.
func grammarReach(kind DocumentKind) *[grammarCount]bool {
	var in [grammarCount]bool
	todo := []grammarID{grammarRoots[kind]}
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !in[id] {
			in[id] = true
			todo = append(todo, grammarTable[id].children...)
		}
	}
	return &in
}
