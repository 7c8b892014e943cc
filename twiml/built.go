package twiml

import (
	"fmt"
	"strconv"
)

// ruleWholeUnits is the rule that only a builder can break: what it writes has
// been rounded already.
const ruleWholeUnits = "whole-units"

// lintBuilt is Lint for a built document. To what the tree shows it adds, in
// the order of the document, each length of time that was rounded; that
// Problem has the rule "whole-units".
func lintBuilt(root *element, kind DocumentKind) []Problem {
	if root == nil {
		return nil
	}
	found := Lint(nodeOf(root), kind)
	return append(found, rounded(root, "/"+root.name())...)
}

func rounded(e *element, path string) (found []Problem) {
	for i := range e.attrs {
		if a := &e.attrs[i]; a.kind&kindRounded != 0 {
			found = append(found, Problem{Path: path + "/@" + e.attrName(*a), Rule: ruleWholeUnits,
				Text: fmt.Sprintf("Twilio takes whole units here, so the length was rounded up to %s.",
					appendNumber(nil, a.kind&^kindRounded, int64(a.num)))})
		}
	}
	for i, k := range e.kids {
		if k.el == nil {
			continue
		}
		if inside := rounded(k.el, ""); len(inside) > 0 {
			n := 1 + count(e.kids[:i], k.el.name())
			at := path + "/" + k.el.name() + "[" + strconv.Itoa(n) + "]"
			for j := range inside {
				inside[j].Path = at + inside[j].Path
			}
			found = append(found, inside...)
		}
	}
	return found
}

func count(kids []slot, name string) (n int) {
	for _, k := range kids {
		if k.el != nil && k.el.name() == name {
			n++
		}
	}
	return n
}
