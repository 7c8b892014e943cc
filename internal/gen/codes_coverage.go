package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// codesCoverage writes a row for each product whose errors Twilio lists, and where
// the list is from.
func codesCoverage(w *bytes.Buffer) error {
	entries, err := codesRead()
	if err != nil {
		return err
	}
	type family struct{ codes, classified, permanent, transient int }
	families, sources := map[string]*family{}, map[string]int{}
	for _, e := range entries {
		f := families[e.Product]
		if f == nil {
			f = new(family)
			families[e.Product] = f
		}
		f.codes++
		if e.Class != "" {
			f.classified++
		}
		if e.Permanent != nil && *e.Permanent {
			f.permanent++
		} else if e.Permanent != nil {
			f.transient++
		}
		source := e.Source
		if strings.HasPrefix(source, "docs/api/errors/") {
			source = "pages of docs/api/errors, 2026-08 or later"
		}
		sources[source]++
	}
	fmt.Fprintf(w, "%d error codes. All have a name and a page. Those with a class also have a meaning, and most say whether the same request can succeed later. "+
		"`status.Code` looks them up.\n\n", len(entries))
	w.WriteString("| Product | Codes | With a class | Permanent | May succeed later |\n|---|---:|---:|---:|---:|\n")
	byCodes := func(a, b string) int {
		return cmp.Or(cmp.Compare(families[b].codes, families[a].codes), cmp.Compare(a, b))
	}
	for _, product := range slices.SortedFunc(maps.Keys(families), byCodes) {
		f := families[product]
		fmt.Fprintf(w, "| %s | %d | %d | %d | %d |\n", strings.ReplaceAll(product, "_", " "), f.codes, f.classified, f.permanent, f.transient)
	}
	w.WriteString("\n| Source | Codes |\n|---|---:|\n")
	for _, source := range slices.SortedFunc(maps.Keys(sources), func(a, b string) int {
		return cmp.Or(cmp.Compare(sources[b], sources[a]), cmp.Compare(a, b))
	}) {
		fmt.Fprintf(w, "| %s | %d |\n", source, sources[source])
	}
	return nil
}
