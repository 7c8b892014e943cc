// Package scenario plays what people do with a program, written in YAML, and
// checks what they hear and read. Steps have the names and meanings of methods
// of webhooktest, so a scenario can be turned into a Go test line by line.
package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ringback-go/ringback/cmd/ringback/internal/phone"
)

// A File is a file of scenarios.
type File struct {
	Name      string
	Scenarios []Scenario
}

// A Scenario is a list of steps with its own people and its own time.
type Scenario struct {
	Name string
	As   string // who texts and calls; empty: +15550101
	Line int
	step []step
}

// step is one thing that is done or expected.
type step struct {
	name string // "hears"
	arg  *yaml.Node
	line int
	do   func(*player, *yaml.Node) error
}

// An Error says what is wrong in a file, and where.
type Error struct {
	File string
	Line int
	Text string
}

// Error returns file, line and text.
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

// limit is how large a file may be.
const limit = 1 << 20

// Parse reads a file. name is for errors. Mistakes that can be found without a
// program are errors of type *Error.
func Parse(name string, data []byte) (*File, error) {
	fail := func(line int, format string, args ...any) error {
		return &Error{name, max(line, 1), fmt.Sprintf(format, args...)}
	}
	if len(data) > limit {
		return nil, fail(1, "the file is larger than 1 MiB")
	}
	var root yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fail(1, "the file is empty; a scenario has steps")
		}
		return nil, fail(lineOf(err), "%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, fail(second.Line, "a file holds one YAML document, and a second one begins here")
	}
	top := root.Content[0]
	if top.Kind != yaml.MappingNode {
		return nil, fail(top.Line, "a file begins with name: and steps:, or with scenarios:")
	}
	f := &File{Name: name}
	for key, value := range pairs(top) {
		switch key.Value {
		case "name":
			f.Name = value.Value
		case "scenarios":
			if value.Kind != yaml.SequenceNode {
				return nil, fail(value.Line, "scenarios: is a list")
			}
			for _, item := range value.Content {
				s, err := parseScenario(item, fail)
				if err != nil {
					return nil, err
				}
				f.Scenarios = append(f.Scenarios, s)
			}
		case "steps", "as":
		default:
			return nil, fail(key.Line, "a file has name, and scenarios or steps, but no %q", key.Value)
		}
	}
	if find(top, "steps") != nil {
		s, err := parseScenario(top, fail)
		if err != nil {
			return nil, err
		}
		f.Scenarios = append(f.Scenarios, s)
	}
	if len(f.Scenarios) == 0 {
		return nil, fail(top.Line, "there is no scenario; write steps: and what is done")
	}
	return f, nil
}

func parseScenario(n *yaml.Node, fail func(int, string, ...any) error) (Scenario, error) {
	s := Scenario{Line: n.Line, Name: fmt.Sprintf("line %d", n.Line)}
	if n.Kind != yaml.MappingNode {
		return s, fail(n.Line, "a scenario has name: and steps:")
	}
	for key, value := range pairs(n) {
		switch key.Value {
		case "name":
			s.Name = value.Value
		case "as":
			s.As = value.Value
		case "steps":
			if value.Kind != yaml.SequenceNode || len(value.Content) == 0 {
				return s, fail(value.Line, "steps: is a list of what is done and expected")
			}
			for _, item := range value.Content {
				parsed, err := parseStep(item, fail)
				if err != nil {
					return s, err
				}
				s.step = append(s.step, parsed)
			}
		case "scenarios":
		default:
			return s, fail(key.Line, "a scenario has name, as and steps, but no %q", key.Value)
		}
	}
	if len(s.step) == 0 {
		return s, fail(n.Line, "the scenario %q has no steps", s.Name)
	}
	return s, nil
}

// parseStep reads "hears: words" or "answers".
func parseStep(n *yaml.Node, fail func(int, string, ...any) error) (step, error) {
	s := step{line: n.Line}
	switch {
	case n.Kind == yaml.ScalarNode:
		s.name = n.Value
	case n.Kind == yaml.MappingNode && len(n.Content) == 2:
		s.name, s.arg = n.Content[0].Value, n.Content[1]
		if s.arg.Kind == yaml.AliasNode {
			s.arg = s.arg.Alias
		}
		if s.arg.Tag == "!!null" {
			s.arg = nil
		}
	default:
		return s, fail(n.Line, "a step is a word, or a word with a value")
	}
	written := s.name
	s.name = strings.ToLower(strings.ReplaceAll(s.name, "-", " "))
	known, ok := vocabulary()[s.name]
	if !ok {
		known, ok = calleeStep(written)
	}
	if !ok {
		known, ok = sendsTo(written)
	}
	if !ok {
		a, err := phone.Parse(strings.Join(append([]string{written}, list(s.arg)...), " "))
		if err != nil {
			a, err = phone.Parse(strings.Join(append([]string{s.name}, list(s.arg)...), " "))
		}
		switch {
		case err == nil:
			s.do = act(a)
			if a.Verb == phone.Pays {
				s.name = string(a.Verb) // the digits of a card do not belong in a report
			}
			return s, nil
		case phone.Known(s.name):
			return s, fail(n.Line, "%v", err)
		}
		return s, fail(n.Line, "unknown step %q; the steps are %s", s.name, strings.Join(Steps(), ", "))
	}
	if why := known.check(s.arg); why != "" {
		return s, fail(n.Line, "%s: %s", s.name, why)
	}
	s.do = known.do
	return s, nil
}

// pairs yields the members of a mapping.
func pairs(n *yaml.Node) func(func(k, v *yaml.Node) bool) {
	return func(yield func(k, v *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

func find(n *yaml.Node, name string) *yaml.Node {
	for key, value := range pairs(n) {
		if key.Value == name {
			return value
		}
	}
	return nil
}

// lineOf reads the line from an error of the YAML library, which has no field
// for it.
func lineOf(err error) int {
	line := 0
	if _, rest, ok := strings.Cut(err.Error(), "line "); ok {
		fmt.Sscanf(rest, "%d", &line)
	}
	return line
}
