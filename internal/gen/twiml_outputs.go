package main

// twimlOutputs lists the generated files of package twiml that its builders
// are made of.
func twimlOutputs() []output {
	outs := []output{
		{"twiml/names_gen.go", "twiml.json", twimlNames},
		{"twiml/nesting_gen.go", "twiml.json", twimlNestingFile},
		{"twiml/enums_gen.go", "twiml.json", twimlEnumFile},
		{"twiml/languages_gen.go", "twiml.json", twimlLanguageFile},
		{"twiml/voices_gen.go", "twiml.json", twimlVoiceFile},
		{"twiml/cases_gen_test.go", "twiml.json", twimlCases},
	}
	seen := map[string]bool{}
	for _, s := range twimlShapes {
		if !seen[s.file] {
			seen[s.file] = true
			outs = append(outs, output{"twiml/" + s.file + "_gen.go", "twiml.json",
				func() ([]byte, error) { return twimlElements(s.file) }})
		}
	}
	return outs
}
