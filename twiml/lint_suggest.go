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
	here, elsewhere := lintParents(c.Name, l.kind)
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
	for id, in := range grammarReach(l.kind) {
		if in {
			tags = append(tags, grammarTable[id].name)
		}
	}
	return lintDidYouMean(name, tags)
}

// lintParents returns the elements of this kind of document that may hold a
// child called name, and another kind of document that knows it.
func lintParents(name string, kind DocumentKind) (here []string, elsewhere string) {
	for other := range grammarRoots {
		for id, in := range grammarReach(DocumentKind(other)) {
			if !in {
				continue
			}
			if _, ok := grammarTable[id].child(name); !ok {
				continue
			}
			if DocumentKind(other) == kind {
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
		for id, in := range grammarReach(l.kind) {
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

// lintNearest returns the candidate that differs least from got, if it differs
// little. Case, hyphens, colons and underscores count for nothing: libraries
// write say-as as SayAs and xml:lang as xmlLang.
func lintNearest(got string, candidates []string) string {
	const longest = 64 // no name is longer; what is, is not like any
	if len(got) > longest {
		return ""
	}
	bare := lintBare(got)
	best, least := "", 3
	for _, c := range candidates {
		other := lintBare(c)
		if len(bare) <= 3 && len(other) != len(bare) && c != "" && !strings.EqualFold(bare, other) {
			continue
		}
		allowed := min(2, max(len(bare), len(other))/3)
		if d := lintDistance(bare, other); d <= allowed && d < least {
			best, least = c, d
		}
	}
	if best != "" {
		return best
	}
	for _, c := range candidates {
		if other := lintBare(c); len(bare) >= 4 && strings.HasPrefix(other, bare) {
			return c
		}
	}
	return ""
}

func lintBare(s string) string {
	return strings.ToLower(strings.NewReplacer("-", "", ":", "", "_", "").Replace(s))
}

// lintDistance counts the letters to insert, remove, change or swap with their
// neighbour to make b of a.
func lintDistance(a, b string) int {
	before := make([]int, len(b)+1)
	last := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
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
