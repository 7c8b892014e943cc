package main

import (
	"bytes"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// kindsFile makes the constants and tables of the kinds.
func (p *webhookPackage) kindsFile() ([]byte, error) {
	var consts, list, zero, forms, bodies, clouds, infos bytes.Buffer
	for _, s := range p.events {
		fmt.Fprintf(&consts, "\tKind%[1]s Kind = %[1]q\n", s.name)
		fmt.Fprintf(&list, "\t\tKind%s,\n", s.name)
		fmt.Fprintf(&zero, "\tcase Kind%[1]s:\n\t\treturn %[1]s{}\n", s.name)
		switch s.body {
		case "json":
			fmt.Fprintf(&bodies, "\tcase Kind%[1]s:\n\t\treturn whole(%[1]s{}.decode(v))\n", s.name)
		case "cloudevent":
			fmt.Fprintf(&clouds, "\tcase Kind%[1]s:\n\t\treturn whole(decodeCloud[%[1]s](text, &%[2]s))\n", s.name, s.shape())
		default:
			fmt.Fprintf(&forms, "\tcase Kind%[1]s:\n\t\treturn whole(%[1]s{}.decode(v))\n", s.name)
		}
		answer, ok := map[string]string{"voice": "answerVoice", "messaging": "answerMessaging", "status": "answerStatus", "notice": "answerNotice", "": "answerNotice"}[s.answer]
		if !ok {
			answer = "answerJSON"
		}
		fmt.Fprintf(&infos, "\tcase Kind%s:\n\t\treturn kindInfo{%q, %q, %s}\n", s.name, s.place, s.source(), answer)
	}
	var w bytes.Buffer
	w.WriteString("package webhook\n\nimport \"github.com/ringback-go/ringback/signature\"\n\n")
	fmt.Fprintf(&w, "// The kinds that have a type, each described with its type.\nconst (\n%s)\n\n", &consts)
	fmt.Fprintf(&w, "// Kinds returns the kinds that have a type, sorted.\nfunc Kinds() []Kind {\n\treturn []Kind{\n%s\t}\n}\n\n", &list)
	fmt.Fprintf(&w, "// zeroEvent returns the zero event of a kind, or nil for an unknown one.\nfunc zeroEvent(k Kind) Event {\n\tswitch k {\n%s\t}\n\treturn nil\n}\n\n", &zero)
	fmt.Fprintf(&w, "// decodeForm decodes a form as an event of a kind. The event is nil if the kind\n// does not arrive as a form.\nfunc decodeForm(k Kind, v *signature.Verified) (Event, error) {\n\tswitch k {\n%s\t}\n\treturn nil, nil\n}\n\n", &forms)
	fmt.Fprintf(&w, "// decodeJSON decodes a JSON object as an event of a kind. The event is nil if the\n// kind does not arrive as an object.\nfunc decodeJSON(k Kind, v *signature.Verified) (Event, error) {\n\tswitch k {\n%s\t}\n\treturn nil, nil\n}\n\n", &bodies)
	fmt.Fprintf(&w, "// decodeCloudKind decodes an event of Event Streams as an event of a kind.\nfunc decodeCloudKind(k Kind, text JSON) (Event, error) {\n\tswitch k {\n%s\t}\n\treturn whole(decodeCloud[EventStreamsOther](text, &eventStreamsOtherShape))\n}\n\n", &clouds)
	fmt.Fprintf(&w, "func (k Kind) info() kindInfo {\n\tswitch k {\n%s\t}\n\treturn kindInfo{}\n}\n", &infos)
	return w.Bytes(), nil
}

// A webhookRule is a rule by which a kind is recognized.
type webhookRule struct {
	rank     int
	kind     string
	body     string
	all, not []string
	conds    []string // Go text
	patterns []string // of the last condition
}

// matchesType reports whether a rule for Event Streams applies to a type.
func (r webhookRule) matchesType(typ string) bool {
	return slices.ContainsFunc(r.patterns, func(pattern string) bool {
		before, after, _ := strings.Cut(pattern, "*")
		return strings.HasPrefix(typ, before) && strings.HasSuffix(typ, after)
	})
}

// rules returns the rules of all kinds in their order.
func (p *webhookPackage) rules() ([]webhookRule, error) {
	var all []webhookRule
	for _, s := range p.events {
		for _, text := range s.detect {
			words := strings.Fields(text)
			rank, err := strconv.Atoi(words[0])
			if err != nil || len(words) < 2 {
				return nil, fmt.Errorf("%s: detect %s: a rule is a number and conditions", s.name, text)
			}
			r := webhookRule{rank: rank, kind: s.name, body: s.body}
			for _, word := range words[1:] {
				name, not := strings.CutPrefix(word, "!")
				name, patterns, valued := strings.Cut(name, "=")
				switch {
				case valued:
					r.patterns = strings.Split(patterns, "|")
					r.conds = append(r.conds, fmt.Sprintf("{%q, %t, %s}", name, not, goStrings(r.patterns)))
					if !not {
						r.all = append(r.all, name)
					}
				case not:
					r.not = append(r.not, name)
				default:
					r.all = append(r.all, name)
				}
			}
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b webhookRule) int { return a.rank - b.rank })
	return all, nil
}

func goStrings(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, strconv.Quote(s))
	}
	return "[]string{" + strings.Join(quoted, ", ") + "}"
}

// detectFile makes the tables by which kinds are recognized.
func (p *webhookPackage) detectFile() ([]byte, error) {
	rules, err := p.rules()
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var w bytes.Buffer
	w.WriteString("package webhook\n\n")
	tables := map[string]*bytes.Buffer{"": {}, "json": {}, "cloudevent": {}}
	for _, r := range rules {
		for _, name := range slices.Concat(r.all, r.not) {
			seen[name] = true
		}
	}
	for _, r := range rules {
		for _, c := range r.conds {
			name, _, _ := strings.Cut(strings.TrimPrefix(c, `{"`), `"`)
			seen[name] = true
		}
	}
	marks := slices.Sorted(maps.Keys(seen))
	if len(marks) > 128 {
		return nil, fmt.Errorf("%d parameters distinguish kinds; markSet holds 128", len(marks))
	}
	at := func(name string) int { return slices.Index(marks, name) }
	mask := func(names []string) string {
		var m [2]uint64
		for _, name := range names {
			m[at(name)/64] |= 1 << (at(name) % 64)
		}
		return fmt.Sprintf("markSet{%#x, %#x}", m[0], m[1])
	}
	for _, r := range rules {
		var conds []string
		for _, c := range r.conds {
			name, rest, _ := strings.Cut(strings.TrimPrefix(c, `{"`), `"`)
			conds = append(conds, fmt.Sprintf("{%d%s", at(name), rest))
		}
		list := "nil"
		if len(conds) > 0 {
			list = "[]markValue{" + strings.Join(conds, ", ") + "}"
		}
		fmt.Fprintf(tables[r.body], "\t{Kind%s, %s, %s, %s}, // %s\n", r.kind, mask(r.all), mask(r.not), list, strings.Join(append(r.all, prefixed("!", r.not)...), " "))
	}
	fmt.Fprintf(&w, "// markCount is the number of parameters that distinguish kinds.\nconst markCount = %d\n\n", len(marks))
	w.WriteString("// markOf returns the index of such a parameter, or -1 for another.\nfunc markOf(name string) int {\n\tswitch name {\n")
	for i, name := range marks {
		fmt.Fprintf(&w, "\tcase %q:\n\t\treturn %d\n", name, i)
	}
	w.WriteString("\t}\n\treturn -1\n}\n\n")
	for _, t := range []struct{ body, name string }{{"", "formRules"}, {"json", "jsonRules"}, {"cloudevent", "cloudRules"}} {
		fmt.Fprintf(&w, "var %s = []rule{\n%s}\n\n", t.name, tables[t.body])
	}
	return w.Bytes(), nil
}

func prefixed(prefix string, names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, prefix+name)
	}
	return out
}
