package main

// twimlOutputs lists the generated files of package twiml.
func twimlOutputs() []output {
	outs := []output{
		{"twiml/nesting_gen.go", "twiml.json", twimlNesting},
		{"twiml/enums_gen.go", "twiml.json", twimlEnums},
		{"twiml/languages_gen.go", "twiml.json", twimlLanguages},
		{"twiml/voices_gen.go", "twiml.json", twimlVoices},
		{"twiml/lint/grammar_gen.go", "twiml.json", twimlLint},
	}
	g, err := twimlLoad()
	if err != nil {
		panic(err)
	}
	seen := map[string]bool{}
	for _, e := range g.built() {
		if !seen[e.File] {
			seen[e.File] = true
			outs = append(outs, output{"twiml/" + e.File + "_gen.go", "twiml.json",
				func() ([]byte, error) { return twimlBuilders(e.File) }})
		}
	}
	return outs
}
