package main

import (
	"bytes"
	"fmt"
	"strings"
)

// twimlCoverage writes one row for each element of TwiML.
func twimlCoverage(w *bytes.Buffer) error {
	g, err := twimlLoad()
	if err != nil {
		return err
	}
	attributes := 0
	for _, e := range g.Elements {
		attributes += len(e.Attributes)
	}
	fmt.Fprintf(w, "%d elements, %d of them with a builder, and %d attributes. "+
		"Attributes in parentheses are no longer documented: package lint accepts them, but they have no setter. "+
		"A date after an attribute is newer than that of its row.\n", len(g.Elements), len(g.built()), attributes)
	for _, kind := range twimlKindsOfDocument {
		fmt.Fprintf(w, "\n### Documents of %s\n\n| Element | Go | Attributes | Source | Read |\n|---|---|---|---|---|\n", map[string]string{
			"voice": "calls", "messaging": "messages", "fax": "faxes, which ended in 2021"}[kind])
		for _, e := range g.Elements {
			if e.Document == kind {
				fmt.Fprintf(w, "| `<%s>` | %s | %s | %s | %s |\n", e.Tag, e.coverageName(), e.coverageAttributes(), e.coverageSource(), e.read(g))
			}
		}
	}
	return nil
}

func (e *twimlElement) read(g *twimlGrammar) string {
	if e.Since != "" {
		return e.Since
	}
	return g.Read
}

func (e *twimlElement) coverageName() string {
	switch {
	case e.Name != "":
		return "`twiml." + e.Name + "`"
	case e.Deprecated != "":
		return "none: deprecated"
	}
	return "none: undocumented"
}

func (e *twimlElement) coverageAttributes() string {
	var all []string
	for _, a := range e.Attributes {
		name := "`" + a.Name + "`"
		if a.Legacy {
			name = "(" + name + ")"
		}
		if a.Since != "" && a.Since != e.Since {
			name += " " + a.Since
		}
		all = append(all, name)
	}
	if e.OpenAttributes {
		all = append(all, "any")
	}
	return strings.Join(all, ", ")
}

func (e *twimlElement) coverageSource() string {
	if e.Name == "" {
		return "Twilio's SDKs and the old published schema"
	}
	return "[" + e.Page + "](https://www.twilio.com/docs/" + e.Page + ")"
}
