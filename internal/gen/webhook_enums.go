package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// webhookEnumTypes renames enums whose name in the facts says where they come
// from rather than what they are.
var webhookEnumTypes = map[string]string{}

func webhookEnumType(name string) string {
	if typ, ok := webhookEnumTypes[name]; ok {
		return typ
	}
	return goName(name)
}

// webhookEnumFile makes the open enums that fields have as their types.
func webhookEnumFile() ([]byte, error) {
	m, err := webhookLoad()
	if err != nil {
		return nil, err
	}
	used := map[string]bool{"TaskRouterInstruction": true}
	for _, e := range m.events {
		for _, f := range e.fields {
			used[f.typ] = true
		}
	}
	used["BindingType"] = true
	var w bytes.Buffer
	w.WriteString("package webhook\n\n")
	for _, name := range slices.Sorted(maps.Keys(m.enums)) {
		typ := webhookEnumType(name)
		if !used[typ] {
			continue
		}
		doc, ok := webhookEnumDocs[name]
		if !ok {
			return nil, fmt.Errorf("enum %s has no text", name)
		}
		w.WriteString(comment("", doc+" Values without a constant are kept as they come."))
		fmt.Fprintf(&w, "type %s string\n\n// Values of [%s].\nconst (\n", typ, typ)
		for _, v := range m.enums[name] {
			fmt.Fprintf(&w, "\t%s %s = %q\n", webhookConst(typ, v), typ, v)
		}
		w.WriteString(")\n\n")
	}
	return w.Bytes(), nil
}

// webhookConst names a value of an enum. A word that the type's name has
// already is not said twice: StreamEventStarted for stream-started.
func webhookConst(typ, value string) string {
	name := goName(value)
	for _, suffix := range []string{"Event", "Type"} {
		if of, ok := strings.CutSuffix(typ, suffix); ok && of != "" {
			if rest, ok := strings.CutPrefix(name, of); ok && rest != "" {
				name = rest
			}
		}
	}
	return typ + strings.Replace(name, "TnValidation", "TNValidation", 1)
}

// webhookLower starts an identifier in lower case: sipIncomingCall for
// SIPIncomingCall.
func webhookLower(name string) string {
	i := 0
	for i < len(name) && isUpper(name[i]) {
		i++
	}
	if i > 1 && i < len(name) {
		i--
	}
	return strings.ToLower(name[:i]) + name[i:]
}
