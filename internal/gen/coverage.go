package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ringback-go/ringback/internal/spec"
)

// A coverageSection is a part of docs/coverage.md.
type coverageSection struct {
	title string
	write func(w *bytes.Buffer) error
}

// coverageSections lists the parts of docs/coverage.md. To add one, add a line
// here and a function next to its facts.
func coverageSections(p *webhookPackage) []coverageSection {
	return []coverageSection{
		{"TwiML", twimlCoverage},
		{"Webhooks", p.coverage},
		{"Event Streams", p.coverEventTypes},
		{"WebSocket messages", p.socketCoverage},
		{"Error codes", codesCoverage},
	}
}

// coverageOutput makes docs/coverage.md.
func coverageOutput(p *webhookPackage) output {
	return output{"docs/coverage.md", "", func() ([]byte, error) {
		var w bytes.Buffer
		w.WriteString("# Coverage\n\nWhat Ringback knows about Twilio, where each fact comes from, and when it was last compared with the source.\n" +
			"This page is generated: run `go generate ./...`.\n")
		for _, section := range coverageSections(p) {
			fmt.Fprintf(&w, "\n## %s\n\n", section.title)
			if err := section.write(&w); err != nil {
				return nil, err
			}
		}
		return w.Bytes(), nil
	}}
}

// coverage writes the table of the kinds.
func (p *webhookPackage) coverage(w *bytes.Buffer) error {
	fmt.Fprintf(w, "%d kinds of requests have a type in package `webhook`. A request of any other kind arrives whole as `*Unknown`, "+
		"and a parameter without a field is in `Extra`.\n\n", len(p.events))
	w.WriteString("| Setting in Twilio | Type | Answer | Parameters | Source | As of |\n|---|---|---|---:|---|---|\n")
	for _, s := range p.events {
		if s.fact == "" || s.source() == "" {
			return fmt.Errorf("%s has no source or no date", s.name)
		}
		answer := map[string]string{"voice": "voice document", "messaging": "messaging document", "status": "status code", "notice": "status code", "": "status code"}[s.answer]
		if answer == "" {
			answer = "`" + s.answer + "`"
		}
		page := strings.TrimPrefix(s.source(), "https://www.twilio.com/docs/")
		fmt.Fprintf(w, "| %s | `%s` | %s | %d | [%s](%s) | %s |\n", s.place, s.name, answer, len(s.fields()), page, s.source(), s.fact)
	}
	return nil
}

// coverEventTypes writes the table of the types of Event Streams.
func (p *webhookPackage) coverEventTypes(w *bytes.Buffer) error {
	var known struct {
		About string `json:"about"`
		Fact  string `json:"fact"`
		Types []struct {
			Type string `json:"type"`
			Note string `json:"note"`
		} `json:"types"`
	}
	if err := spec.Decode("event-types.json", &known); err != nil {
		return err
	}
	rules, err := p.rules()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s As of %s there are %d.\n\n| Type | Go type | |\n|---|---|---|\n", known.About, known.Fact, len(known.Types))
	for _, t := range known.Types {
		goType := "EventStreamsOther"
		for _, r := range rules {
			if r.body == "cloudevent" && r.matchesType(t.Type) {
				goType = r.kind
				break
			}
		}
		fmt.Fprintf(w, "| %s | `%s` | %s |\n", t.Type, goType, t.Note)
	}
	return nil
}
