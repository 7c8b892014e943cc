package save

import (
	"bytes"

	"go.yaml.in/yaml/v3"

	"github.com/ringback-go/ringback/cmd/ringback/internal/scenario"
)

// Scenario writes stories as a file for "ringback run".
func Scenario(cfg Config, stories []Story) (Result, error) {
	if len(stories) == 0 {
		return Result{}, ErrNothing
	}
	type one struct {
		Name  string `yaml:"name"`
		As    string `yaml:"as,omitempty"`
		Steps []any  `yaml:"steps"`
	}
	var file struct {
		Name      string `yaml:"name"`
		Scenarios []one  `yaml:"scenarios"`
	}
	file.Name = "Saved from the Ringback console"
	for _, s := range stories {
		o := one{Name: s.Name, As: s.As}
		for _, step := range s.Steps {
			if step.Do == Outbound {
				return Result{}, ErrOutbound
			}
			o.Steps = append(o.Steps, written(step))
		}
		file.Scenarios = append(file.Scenarios, o)
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(file); err != nil {
		return Result{}, err
	}
	r := Result{Name: "saved.yaml", Media: "application/yaml", Text: b.String()}
	_, err := scenario.Parse(r.Name, b.Bytes())
	return r, err
}

// written is a step as the file has it: a word, or a word with what it needs.
func written(step Step) any {
	with := func(name string, value any) any { return map[string]any{name: value} }
	callee := ""
	if step.Callee {
		callee = "callee "
	}
	switch step.Do {
	case Text:
		fields := map[string]any{"body": step.Texts[0]}
		if step.WhatsApp {
			fields["channel"] = "whatsapp"
		}
		if step.Path != "" {
			fields["path"] = step.Path
		}
		if len(step.Media) > 0 {
			fields["media"] = texts(step.Media)
		}
		if len(fields) == 1 {
			return with("text", step.Texts[0])
		}
		return with("text", fields)
	case Replies:
		if len(step.Texts) == 0 {
			return "replies nothing"
		}
		return with("replies", texts(step.Texts))
	case Call:
		if step.Path == "" {
			return "call"
		}
		return with("call", step.Path)
	case Fails:
		return with("fails", step.Code)
	case Waits, Records:
		return with(step.Do, step.For.String())
	case Hears, Presses, Speaks:
		return with(callee+step.Do, texts(step.Texts))
	case Rings, Ends:
		return with(step.Do, step.Texts[0])
	case HangsUp:
		return callee + step.Do
	}
	return step.Do
}

// texts is one text, or a list.
func texts(list []string) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}
