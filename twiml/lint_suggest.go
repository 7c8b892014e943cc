package twiml

import "strings"

// stranger reports a child that may not stand in e, with the best guess at
// what was meant.
func (l *linter) stranger(e *grammarElement, c *Node) {
	if !l.enter(c, grammarCount) {
		return
	}
	defer func() { l.depth-- }()
	if l.stopsOnly {
		return
	}
	name := lintCut(c.Name)
	here, elsewhere := l.parents(c.Name)
	atRoot := l.kind == MessagingDocument && l.depth == 2
	switch {
	case atRoot && here == nil:
		l.report(ruleMessagingVerbs, e.insideCode, "A messaging document holds Message and Redirect, not %s.%s", name, lintDidYouMean(c.Name, lintTags(e)))
	case atRoot:
		l.report(ruleNesting, codeSchema, "%s may not stand in %s; it belongs into %s.", name, e.name, lintAnyOf(here))
	case here != nil:
		l.report(ruleNesting, e.insideCode, "%s may not stand in %s; it belongs into %s.", name, e.name, lintAnyOf(here))
	case elsewhere != "":
		l.report(ruleWrongDocument, e.insideCode, "%s belongs to %s documents, this one is for %s.", name, elsewhere, l.kind)
	case name == grammarTable[grammarVoiceResponse].name:
		l.report(ruleNesting, e.insideCode, "%s is the root of a document and stands nowhere else.", name)
	default:
		l.report(ruleUnknownElement, e.insideCode, "There is no element %q in TwiML.%s", name, l.suggestElement(e, c.Name))
	}
}

// suggestElement looks for a name like this one: first among what may stand
// here, then anywhere in the document.
func (l *linter) suggestElement(e *grammarElement, name string) string {
	if s := lintDidYouMean(name, lintTags(e)); s != "" {
		return s
	}
	var tags []string
	for id, in := range l.reachOf(l.kind) {
		if in {
			tags = append(tags, grammarTable[id].name)
		}
	}
	return lintDidYouMean(name, tags)
}

// reachOf is grammarReach, worked out once.
func (l *linter) reachOf(kind DocumentKind) *[grammarCount]bool {
	if l.reach[kind] == nil {
		l.reach[kind] = grammarReach(kind)
	}
	return l.reach[kind]
}

// parents returns the elements of this kind of document that may hold a
// child called name, and another kind of document that knows it.
func (l *linter) parents(name string) (here []string, elsewhere string) {
	for other := range grammarRoots {
		for id, in := range l.reachOf(DocumentKind(other)) {
			if !in {
				continue
			}
			if _, ok := grammarTable[id].child(name); !ok {
				continue
			}
			if DocumentKind(other) == l.kind {
				here = append(here, grammarTable[id].name)
			} else if elsewhere == "" {
				elsewhere = DocumentKind(other).String()
			}
		}
	}
	return here, elsewhere
}

// unknownAttribute reports an attribute that the element does not have.
func (l *linter) unknownAttribute(e *grammarElement, name string) {
	if l.stopsOnly {
		return
	}
	names := make([]string, len(e.attrs))
	for i := range e.attrs {
		names[i] = e.attrs[i].name
	}
	hint := lintDidYouMean(name, names)
	if hint == "" {
		var of []string
		for id, in := range l.reachOf(l.kind) {
			if in && grammarTable[id].attr(name) != nil {
				of = append(of, grammarTable[id].name)
			}
		}
		if of != nil {
			hint = " It belongs to " + lintAnyOf(of) + "."
		}
	}
	l.reportAttr(lintCut(name), ruleUnknownAttribute, 0, "%s has no attribute %s.%s", e.name, lintQuote(name), hint)
}

func lintTags(e *grammarElement) []string {
	tags := make([]string, len(e.children))
	for i, id := range e.children {
		tags[i] = grammarTable[id].name
	}
	return tags
}

// lintAnyOf joins names: "A", "A or B", "A, B or another". Long lists end
// early, they help nobody.
func lintAnyOf(names []string) string {
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

// lintDidYouMean returns a sentence that names the candidate most like got, or
// nothing when none is like it.
func lintDidYouMean(got string, candidates []string) string {
	best := lintNearest(got, candidates)
	switch {
	case best == "":
		return ""
	case strings.EqualFold(got, best):
		return " TwiML is case-sensitive: write " + lintQuote(best) + "."
	}
	return " Did you mean " + lintQuote(best) + "?"
}

// lintLongest is as long as a name may be to be taken for a misspelled one.
const lintLongest = 64

// lintNearest returns the candidate that differs least from got, if it differs
// little, or else begins with it. Case, hyphens, colons and underscores count
// for nothing: libraries write say-as as SayAs and xml:lang as xmlLang.
func lintNearest(got string, candidates []string) string {
	bare, ok := lintBare(got)
	if !ok {
		return ""
	}
	best, longer, least := "", "", 3
	for _, c := range candidates {
		other, ok := lintBare(c)
		if !ok {
			continue
		}
		allowed := min(2, max(bare.size, other.size)/3, least-1)
		if d := max(bare.size-other.size, other.size-bare.size); d > allowed {
			if longer == "" && bare.size >= 4 && strings.HasPrefix(other.String(), bare.String()) {
				longer = c
			}
			continue
		}
		if d := lintDistance(&bare, &other); d <= allowed {
			best, least = c, d
		}
	}
	if best == "" {
		return longer
	}
	return best
}

// A lintWord is a name reduced to what counts when names are compared.
type lintWord struct {
	letters [lintLongest]byte
	size    int
}

func (w *lintWord) String() string { return string(w.letters[:w.size]) }

// lintBare reduces a name, unless it is too long.
func lintBare(s string) (w lintWord, ok bool) {
	if len(s) > lintLongest {
		return w, false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '-' || c == ':' || c == '_':
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		w.letters[w.size] = c
		w.size++
	}
	return w, true
}

// lintDistance counts the letters to insert, remove, change or swap with their
// neighbour to make one word of the other.
func lintDistance(a, b *lintWord) int {
	var rows [3][lintLongest + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= a.size; i++ {
		row[0] = i
		for j := 1; j <= b.size; j++ {
			change := 1
			if a.letters[i-1] == b.letters[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a.letters[i-1] == b.letters[j-2] && a.letters[i-2] == b.letters[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[b.size]
}
