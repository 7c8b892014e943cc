// Package errorcode holds Twilio's error codes as one constant text. They cost
// nothing until a program looks one up, and a lookup does not allocate.
package errorcode

import (
	"iter"
	"strconv"
	"strings"
)

//go:generate go run ../gen ../..

// An Entry is the entry of one code in the catalog.
type Entry struct {
	Code    int
	Name    string // Twilio's title
	Meaning string // one sentence; "" if the name is enough
	Class   string // what is at fault, such as "opted-out"; "" if it has not been classified
	Advice  Advice
	Warning bool // Twilio logs it as a warning
}

// Advice says whether the same request may succeed later.
type Advice byte

// The values of Advice.
const (
	Unsure    Advice = 'u'
	Permanent Advice = 'p' // the same request fails again
	Transient Advice = 't' // the same request may succeed later
)

// Lookup returns the entry of a code.
func Lookup(code int) (Entry, bool) {
	rest := table
	for rest != "" {
		// Search the lines: start is the beginning of the middle one.
		start := strings.LastIndexByte(rest[:len(rest)/2], '\n') + 1
		line, behind, _ := strings.Cut(rest[start:], "\n")
		switch e := parse(line); {
		case e.Code == code:
			return e, true
		case e.Code < code:
			rest = behind
		default:
			rest = rest[:start]
		}
	}
	return Entry{}, false
}

// All yields every entry, in ascending order of the codes.
func All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for line := range strings.Lines(table) {
			if !yield(parse(strings.TrimSuffix(line, "\n"))) {
				return
			}
		}
	}
}

// parse reads a line of the table: the code, a letter for the advice, "w" for a
// warning, the class, the name and the meaning, separated by tabs.
func parse(line string) Entry {
	var e Entry
	number, line, _ := strings.Cut(line, "\t")
	flags, line, _ := strings.Cut(line, "\t")
	e.Class, line, _ = strings.Cut(line, "\t")
	e.Name, e.Meaning, _ = strings.Cut(line, "\t")
	e.Code, _ = strconv.Atoi(number)
	e.Advice, e.Warning = Advice(flags[0]), len(flags) > 1
	return e
}
