package dialogue

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Text draws the tree with lines of text.
func (t *Tree) Text() string {
	var b strings.Builder
	b.WriteString(t.Root.title() + "\n")
	t.Root.text(&b, "", t.Root.Problems)
	if !t.Complete {
		b.WriteString("... deeper ways were not taken\n")
	}
	return b.String()
}

func (s *Station) text(b *strings.Builder, indent string, problems []string) {
	for _, p := range problems {
		fmt.Fprintf(b, "%s! %s\n", indent, p)
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
		if br.Problem != "" {
			fmt.Fprintf(b, "%s%s! %s\n", indent, bar, br.Problem)
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

// what says what happens at the station.
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

// lines is the station as a box: its path, what is heard, what happens.
func (s *Station) lines() []string {
	out := []string{fmt.Sprintf("#%d %s", s.ID, s.path())}
	out = append(out, wrap(strings.Join(s.Hears, " "), 34, 3)...)
	out = append(out, s.what())
	for _, p := range s.Problems {
		out = append(out, wrap("! "+p, 34, 2)...)
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

// DOT draws the tree in the language of Graphviz.
func (t *Tree) DOT() string {
	quote := func(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(s) }
	var b strings.Builder
	b.WriteString("digraph call {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n  edge [fontname=\"sans-serif\", fontsize=10];\n")
	for _, s := range t.Stations {
		lines := s.lines()
		for i := range lines {
			lines[i] = quote(lines[i])
		}
		shape := ""
		if s.State == StateOver {
			shape = ", style=rounded"
		}
		fmt.Fprintf(&b, "  s%d [label=\"%s\\l\"%s];\n", s.ID, strings.Join(lines, `\l`), shape)
	}
	for _, s := range t.Stations {
		for _, br := range s.Branches {
			style := ""
			if br.Back {
				style = ", style=dashed, constraint=false"
			}
			fmt.Fprintf(&b, "  s%d -> s%d [label=\"%s\"%s];\n", s.ID, br.To.ID, quote(br.label()), style)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// The measures of the picture, in pixels.
const (
	boxWidth   = 250
	lineHeight = 15
	boxPad     = 8
	columnGap  = 110
	rowGap     = 18
	margin     = 16
)

// box is a station on the picture.
type box struct{ x, y, h int }

// drawn is a line of text in a box, with its class.
type drawn struct{ text, class string }

// drawn is what stands in the station's box: ways back, too, which would be
// lines across the picture.
func (s *Station) drawn() (out []drawn) {
	add := func(text, class string, max int) {
		for _, line := range wrap(text, 34, max) {
			out = append(out, drawn{line, class})
		}
	}
	add(fmt.Sprintf("#%d %s", s.ID, s.path()), "n", 1)
	add(strings.Join(s.Hears, " "), "", 4)
	add(s.what(), "", 1)
	for _, br := range s.Branches {
		if br.Back {
			add(fmt.Sprintf("%s → #%d", br.label(), br.To.ID), "c", 1)
		}
		if br.Problem != "" {
			add(br.label()+": "+br.Problem, "p", 3)
		}
	}
	for _, p := range s.Problems {
		add(p, "p", 3)
	}
	return out
}

// SVG draws the tree as a picture that needs no script, style sheet or font
// of its own, in light and dark.
func (t *Tree) SVG() string {
	boxes := map[*Station]box{}
	width, height := 0, margin
	t.layout(t.Root, 0, &height, boxes)
	for _, b := range boxes {
		width = max(width, b.x+boxWidth+margin)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="The menus of a call">
<style>text{font:12px system-ui,sans-serif;fill:#1b1f24}.n{font-weight:600}.b{fill:#f6f8fa;stroke:#8c959f}.e{fill:#fff}.p{fill:#cf222e}.c{fill:#0550ae}.l{text-anchor:end}path{fill:none;stroke:#8c959f}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.b{fill:#161b22;stroke:#6e7681}.e{fill:#0d1117}.p{fill:#ff7b72}.c{fill:#79c0ff}path{stroke:#6e7681}}</style>
`, width, height, width, height)
	for _, s := range t.Stations {
		for _, br := range s.Branches {
			if !br.Back {
				edge(&b, br, boxes[s], boxes[br.To])
			}
		}
	}
	for _, s := range t.Stations {
		at := boxes[s]
		class, round := "b", 3
		if s.State == StateOver {
			class, round = "b e", 12
		}
		fmt.Fprintf(&b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`+"\n", class, at.x, at.y, boxWidth, at.h, round)
		for i, line := range s.drawn() {
			class := ""
			if line.class != "" {
				class = ` class="` + line.class + `"`
			}
			fmt.Fprintf(&b, `<text%s x="%d" y="%d">%s</text>`+"\n", class, at.x+boxPad, at.y+boxPad+12+i*lineHeight, escapeXML(line.text))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// layout places a station in the middle of what hangs on it; each leaf has a
// row of its own.
func (t *Tree) layout(s *Station, column int, y *int, boxes map[*Station]box) {
	h := len(s.drawn())*lineHeight + 2*boxPad
	top := *y
	boxes[s] = box{margin + column*(boxWidth+columnGap), top, h}
	first, last := -1, -1
	for _, br := range s.Branches {
		if _, placed := boxes[br.To]; placed || br.Back {
			continue
		}
		t.layout(br.To, column+1, y, boxes)
		b := boxes[br.To]
		if first < 0 {
			first = b.y
		}
		last = b.y + b.h
	}
	if first >= 0 {
		placed := boxes[s]
		placed.y = max(top, (first+last-h)/2)
		boxes[s] = placed
	}
	*y = max(*y, boxes[s].y+h+rowGap)
}

// edge draws a way, its label where it arrives.
func edge(b *strings.Builder, br Branch, from, to box) {
	x1, y1 := from.x+boxWidth, from.y+from.h/2
	x2, y2 := to.x, to.y+to.h/2
	fmt.Fprintf(b, `<path d="M%d %dC%d %d %d %d %d %d"/>`+"\n", x1, y1, x1+columnGap/2, y1, x2-columnGap/2, y2, x2, y2)
	fmt.Fprintf(b, `<text class="c l" x="%d" y="%d">%s</text>`+"\n", x2-4, y2-3, escapeXML(strings.Join(wrap(br.label(), 14, 1), " ")))
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}
