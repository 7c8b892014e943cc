package lint

import (
	"regexp"
	"strings"

	"github.com/ringback-go/ringback/twiml"
)

// The tables of grammar_gen.go hold the grammar of TwiML: which elements go
// where and which values an attribute takes. Other rules are in the file named
// after their subject.

// An elementID is an index of grammarTable.
type elementID uint8

// An element is the grammar of one element.
type element struct {
	name         string
	page         string // of Twilio's documentation
	text         textKind
	textMax      int  // characters; zero means any number
	needsText    bool // blank text is a problem
	textCode     int  // Twilio's error for a text that is missing or too long
	insideCode   int  // Twilio's error for a child that may not be here
	deprecated   string
	undocumented bool // SSML that some speech engines know and Twilio does not document
	open         bool // takes attributes that are not listed
	children     []elementID
	sdkOnly      []elementID // the children that Twilio's documentation does not list
	attrs        []attribute
}

// A textKind says whether an element holds text.
type textKind uint8

const (
	textNone  textKind = iota
	textPlain          // text only
	textMixed          // text and elements
)

// An attribute is one attribute of an element.
type attribute struct {
	name       string
	kind       valueKind
	enum       *enum          // of the kinds that have one
	pattern    *regexp.Regexp // what else the value must match
	want       string         // the pattern in words
	prefix     string         // of a SID
	form       string         // of a URL or duration: its scheme or unit
	min, max   int            // zero means no bound
	required   bool
	empty      bool // the empty value has a meaning
	deprecated string
	also       []string // how some of Twilio's SDKs spell the name
	code       int      // Twilio's error for a bad value; zero means 12200
}

// A valueKind is a kind of value.
type valueKind uint8

const (
	valueString         valueKind = iota
	valueInt                      // decimal digits
	valueFloat                    // decimal digits with a point
	valueDecimal                  // an amount
	valueBool                     // true or false
	valueURL                      // absolute or relative
	valueE164                     // a phone number, in E.164 or as written in the US
	valueDuration                 // whole seconds or milliseconds, or as in SSML
	valueDurationOrAuto           // the same, or auto
	valueLanguage                 // a BCP 47 tag
	valueHTTPMethod
	valueEnum
	valueEnumList
	valueIntList // numbers separated by spaces
	valueSID     // a prefix and 32 hexadecimal digits
)

// An enum is a set of values. Twilio may add values to an open one.
type enum struct {
	open     bool
	pattern  *regexp.Regexp // valid values outside the list, or possible ones if the list is open
	want     string         // the pattern in words
	unlisted *regexp.Regexp // valid values outside an open list
	values   string         // separated by white space
}

// has reports whether v is in the list.
func (e *enum) has(v string) bool {
	for word := range strings.FieldsSeq(e.values) {
		if word == v {
			return true
		}
	}
	return false
}

// attr returns the attribute called name, or nil.
func (e *element) attr(name string) *attribute {
	for i := range e.attrs {
		if e.attrs[i].name == name {
			return &e.attrs[i]
		}
	}
	return nil
}

// child returns the ID of the child called name.
func (e *element) child(name string) (elementID, bool) {
	for _, id := range e.children {
		if grammarTable[id].name == name {
			return id, true
		}
	}
	return 0, false
}

// reachable marks the elements that a kind of document can hold.
func reachable(kind twiml.DocumentKind) *[grammarCount]bool {
	var in [grammarCount]bool
	todo := []elementID{grammarRoots[kind]}
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
