package lint

import (
	"slices"
	"strings"

	"github.com/ringback-go/ringback/twiml"
)

// stranger reports a child that may not be in e, and suggests what was meant.
func (l *linter) stranger(e *element, c *twiml.Node) {
	if !l.enter(c, grammarCount) {
		return
	}
	defer func() { l.depth-- }()
	name := cut(c.Name)
	here, elsewhere := l.parents(e, c.Name)
	atRoot := l.kind == twiml.MessagingDocument && l.depth == 2
	switch {
	case atRoot && here == nil:
		l.report(ruleMessagingVerbs, e.insideCode, "A messaging document holds Message and Redirect, not %s.%s", name, didYouMean(c.Name, tags(e)))
	case atRoot:
		l.report(ruleNesting, codeSchema, "%s is not allowed in %s; it belongs in %s.", name, e.name, anyOf(here))
	case here != nil:
		l.report(ruleNesting, e.insideCode, "%s is not allowed in %s; it belongs in %s.", name, e.name, anyOf(here))
	case elsewhere != "":
		l.report(ruleWrongDocument, e.insideCode, "%s belongs to %s documents, this one is for %s.", name, elsewhere, l.kind)
	case name == grammarTable[grammarVoiceResponse].name:
		l.report(ruleNesting, e.insideCode, "%s is the root of a document and is not allowed elsewhere.", name)
	default:
		l.report(ruleUnknownElement, e.insideCode, "There is no element %q in TwiML.%s", name, l.suggestElement(e, c.Name))
	}
}

// suggestElement looks for a similar name: first among what is allowed here,
// then anywhere in the document.
func (l *linter) suggestElement(e *element, name string) string {
	if s := didYouMean(name, tags(e)); s != "" {
		return s
	}
	var tags []string
	for id, in := range l.reachOf(l.kind) {
		if in {
			tags = append(tags, grammarTable[id].name)
		}
	}
	return didYouMean(name, tags)
}

// reachOf is reachable, computed once.
func (l *linter) reachOf(kind twiml.DocumentKind) *[grammarCount]bool {
	if l.reach[kind] == nil {
		l.reach[kind] = reachable(kind)
	}
	return l.reach[kind]
}

// parents returns the elements of this kind of document that may hold a child
// called name, and another kind of document that knows it. The child is in e.
func (l *linter) parents(e *element, name string) (here []string, elsewhere string) {
	for other := range grammarRoots {
		for id, in := range l.reachOf(twiml.DocumentKind(other)) {
			if !in {
				continue
			}
			if _, ok := grammarTable[id].child(name); !ok {
				continue
			}
			if twiml.DocumentKind(other) == l.kind {
				here = append(here, called(elementID(id), e.name))
			} else if elsewhere == "" {
				elsewhere = twiml.DocumentKind(other).String()
			}
		}
	}
	return here, elsewhere
}

// unknownAttribute reports an attribute that the element does not have.
func (l *linter) unknownAttribute(e *element, name string) {
	names := make([]string, len(e.attrs))
	for i := range e.attrs {
		names[i] = e.attrs[i].name
		if slices.Contains(e.attrs[i].also, name) {
			l.reportAttr(cut(name), ruleUnknownAttribute, 0, "Some of Twilio's SDKs write %s, but its documentation says %s; set that as a custom attribute.", quote(name), quote(names[i]))
			return
		}
	}
	hint := didYouMean(name, names)
	if hint == "" {
		var of []string
		for id, in := range l.reachOf(l.kind) {
			if in && grammarTable[id].attr(name) != nil {
				of = append(of, called(elementID(id), e.name))
			}
		}
		if of != nil {
			hint = " It belongs to " + anyOf(of) + "."
		}
	}
	l.reportAttr(cut(name), ruleUnknownAttribute, 0, "%s has no attribute %s.%s", e.name, quote(name), hint)
}

// called returns the name of an element. Two elements may have the name that
// other has: the Sip of a Dial and that of a Refer.
func called(id elementID, other string) string {
	name := grammarTable[id].name
	if name != other {
		return name
	}
	for parent := range grammarTable {
		if slices.Contains(grammarTable[parent].children, id) {
			return name + " in " + grammarTable[parent].name
		}
	}
	return name
}

func tags(e *element) []string {
	tags := make([]string, len(e.children))
	for i, id := range e.children {
		tags[i] = grammarTable[id].name
	}
	return tags
}

// anyOf joins names: "A", "A or B", "A, B or another". Long lists are cut
// short.
func anyOf(names []string) string {
	const most = 5
	end := ""
	if len(names) > most {
		names, end = names[:most], " or another"
	}
	if len(names) == 1 {
		return names[0]
	}
	if end != "" {
		return strings.Join(names, ", ") + end
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// didYouMean returns a sentence that names the candidate most like got, or ""
// if none is similar.
func didYouMean(got string, candidates []string) string {
	best := nearest(got, candidates)
	switch {
	case best == "":
		return ""
	case strings.EqualFold(got, best):
		return " TwiML is case-sensitive: write " + quote(best) + "."
	}
	return " Did you mean " + quote(best) + "?"
}

// nearest returns the candidate that begins with got or differs least from it,
// if it differs little. Case, hyphens, colons and underscores do not count: SDKs
// write say-as as SayAs and xml:lang as xmlLang.
func nearest(got string, candidates []string) string {
	const longest = 64
	if len(got) > longest {
		return ""
	}
	bareGot := bare(got)
	best, longer, least := "", "", 3
	for _, c := range candidates {
		other := bare(c)
		allowed := min(2, max(len(bareGot), len(other))/3, least-1)
		if d := distance(bareGot, other); d <= allowed {
			best, least = c, d
		} else if longer == "" && len(bareGot) >= 4 && strings.HasPrefix(other, bareGot) {
			longer = c
		}
	}
	if best == "" {
		return longer
	}
	return best
}

// bare reduces a name to what nearest compares.
func bare(s string) string {
	return strings.ToLower(strings.NewReplacer("-", "", ":", "", "_", "").Replace(s))
}

// distance counts the bytes to insert, remove, change or swap with their
// neighbor to turn a into b.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
