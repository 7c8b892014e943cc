package main

import (
	"bytes"
	"strings"
)

// twimlOutputs lists the generated files of package twiml.
func twimlOutputs() ([]output, error) {
	g, err := twimlLoad()
	if err != nil {
		return nil, err
	}
	outs := []output{{"twiml/lint/grammar_gen.go", "twiml.json", g.lintTables}}
	add := func(name string, write func(*bytes.Buffer)) {
		outs = append(outs, output{"twiml/" + name + "_gen.go", "twiml.json", func() ([]byte, error) {
			var w bytes.Buffer
			write(&w)
			head := "package twiml\n\n"
			if strings.Contains(w.String(), "time.Duration") {
				head += "import \"time\"\n\n"
			}
			return append([]byte(head), w.Bytes()...), nil
		}})
	}
	add("nesting", g.writeNesting)
	add("enums", g.writeEnums)
	add("languages", g.writeLanguages)
	add("voices", g.writeVoices)
	seen := map[string]bool{}
	for _, e := range g.built() {
		if !seen[e.File] {
			seen[e.File] = true
			add(e.File, func(w *bytes.Buffer) { g.writeBuilders(w, e.File) })
		}
	}
	return outs, nil
}
