package dialogue

import (
	"fmt"
	"strings"
)

// String draws the tree as text.
func (t *Tree) String() string {
	var b strings.Builder
	b.WriteString(t.Root.title() + "\n")
	t.Root.text(&b, "", t.Root.Problems)
	if !t.Complete {
		b.WriteString("... deeper paths were not explored\n")
	}
	return b.String()
}

func (s *Station) text(b *strings.Builder, indent string, problems []Problem) {
	for _, p := range problems {
		fmt.Fprintf(b, "%s! %s\n", indent, p.Text)
	}
	for i, br := range s.Branches {
		corner, bar := "├─ ", "│  "
		if i == len(s.Branches)-1 {
			corner, bar = "└─ ", "   "
		}
		to := br.To.title()
		if br.Back {
			to = fmt.Sprintf("back to #%d", br.To.ID)
		}
		fmt.Fprintf(b, "%s%s%s: %s\n", indent, corner, br.label(), to)
		for _, other := range br.Others {
			fmt.Fprintf(b, "%s%s(%s)\n", indent, bar, other)
		}
		if br.Problem.Rule != "" {
			fmt.Fprintf(b, "%s%s! %s\n", indent, bar, br.Problem.Text)
		}
		if !br.Back {
			br.To.text(b, indent+bar, br.To.Problems)
		}
	}
}

// title is the station in a line.
func (s *Station) title() string {
	var parts []string
	parts = append(parts, fmt.Sprintf("#%d %s", s.ID, s.path()))
	if len(s.Hears) > 0 {
		parts = append(parts, fmt.Sprintf("%q", strings.Join(s.Hears, " ")))
	}
	return strings.Join(append(parts, s.what()), " ")
}

// what describes what happens at the station.
func (s *Station) what() string {
	var out string
	switch s.State {
	case StateListening:
		out = "(menu)"
	case StateRecording:
		out = "(records)"
	case StateDialing:
		out = "(dials " + s.Detail + ")"
	case StateInConference:
		out = "(conference " + s.Detail + ")"
	case StateInQueue:
		out = "(queue " + s.Detail + ")"
	case StateInSession:
		out = "(" + s.Detail + ")"
	case StatePaying:
		out = "(pays)"
	case StateOver:
		out = "(ends: " + s.Ending + ")"
	default:
		out = "(" + string(s.State) + ")"
	}
	if s.Cut {
		out += " ..."
	}
	return out
}

// label joins choices: 3 4 5 6 9 becomes "3-6 9".
func (b Branch) label() string {
	var out []string
	for i := 0; i < len(b.Choices); {
		j := i
		for j+1 < len(b.Choices) && digit(b.Choices[j]) && digit(b.Choices[j+1]) && b.Choices[j+1][0] == b.Choices[j][0]+1 {
			j++
		}
		if j > i+1 {
			out = append(out, b.Choices[i]+"-"+b.Choices[j])
		} else {
			out = append(out, b.Choices[i:j+1]...)
		}
		i = j + 1
	}
	return strings.Join(out, " ")
}

func digit(s string) bool { return len(s) == 1 && s[0] >= '0' && s[0] <= '9' }

// lines returns the station as a box: its path, what is heard, and what
// happens.
func (s *Station) lines() []string {
	out := []string{fmt.Sprintf("#%d %s", s.ID, s.path())}
	out = append(out, wrap(strings.Join(s.Hears, " "), 34, 3)...)
	out = append(out, s.what())
	for _, p := range s.Problems {
		out = append(out, wrap("! "+p.Text, 34, 2)...)
	}
	return out
}

// wrap breaks text into lines of about width runes, at most max of them.
func wrap(s string, width, max int) (out []string) {
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && len([]rune(line))+len([]rune(word)) >= width {
			out = append(out, line)
			line = ""
		}
		if r := []rune(word); len(r) > width {
			word = string(r[:width-1]) + "…"
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		out = append(out, line)
	}
	if len(out) > max {
		out = append(out[:max-1], out[max-1]+" …")
	}
	return out
}

// Mermaid draws the tree as a Mermaid flow chart, which a README shows as a
// picture.
func (t *Tree) Mermaid() string {
	quote := strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", " ").Replace
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for _, s := range t.Stations {
		lines := s.lines()
		for i := range lines {
			lines[i] = quote(lines[i])
		}
		open, end := `["`, `"]`
		if s.State == StateOver {
			open, end = `(["`, `"])`
		}
		fmt.Fprintf(&b, "  s%d%s%s%s\n", s.ID, open, strings.Join(lines, "<br/>"), end)
	}
	for _, s := range t.Stations {
		for _, br := range s.Branches {
			arrow := "-->"
			if br.Back {
				arrow = "-.->"
			}
			fmt.Fprintf(&b, "  s%d %s|\"%s\"| s%d\n", s.ID, arrow, quote(br.label()), br.To.ID)
		}
	}
	return b.String()
}
