package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

const (
	twimlLanguageType = "LanguageCode"
	twimlVoiceType    = "VoiceName"
)

// writeNesting writes the sealed interfaces.
func (g *twimlGrammar) writeNesting(w *bytes.Buffer) {
	for _, i := range g.Interfaces {
		var members []string
		for _, e := range g.members(i) {
			members = append(members, "["+e.Name+"]")
		}
		if i.Text {
			members = append(members, "[Text]")
		}
		members = append(members, "[Custom]", "[Comment]")
		w.WriteString(twimlComment(twimlArticle(i.Name) + " " + i.Doc + "\n\nIt is one of " + twimlList(members) + "."))
		fmt.Fprintf(w, "type %s interface {\n\tContent\n\tis%s()\n}\n\n", i.Name, i.Name)
	}
	w.WriteString("// anywhere is embedded in types that are allowed in any element.\ntype anywhere struct{}\n\n")
	for _, i := range g.Interfaces {
		fmt.Fprintf(w, "func (anywhere) is%s() {}\n", i.Name)
	}
	w.WriteString("\n")
	for _, i := range g.Interfaces {
		if i.Text {
			fmt.Fprintf(w, "func (Text) is%s() {}\n", i.Name)
		}
	}
}

// writeEnums writes the string types of attributes and their constants, except
// for voices and languages.
func (g *twimlGrammar) writeEnums(w *bytes.Buffer) {
	for _, enum := range slices.Sorted(maps.Keys(g.Enums)) {
		e, typ := g.Enums[enum], g.enumType(enum)
		if typ == twimlLanguageType || typ == twimlVoiceType || !g.used(enum) {
			continue
		}
		w.WriteString(twimlComment(twimlArticle(typ) + " is " + e.Doc + " Convert other text to it for values that Twilio adds later."))
		fmt.Fprintf(w, "type %s string\n\n", typ)
		w.WriteString(twimlComment("Values of " + typ + "."))
		w.WriteString("const (\n")
		for _, v := range e.Values {
			fmt.Fprintf(w, "\t%s %s = %q\n", g.constant(enum, v), typ, v)
		}
		w.WriteString(")\n\n")
	}
}

// used reports whether a setter takes the enum.
func (g *twimlGrammar) used(enum string) bool {
	return slices.ContainsFunc(g.built(), func(e *twimlElement) bool {
		return slices.ContainsFunc(e.Attributes, func(a *twimlAttribute) bool {
			_, of := a.kind()
			return !a.Legacy && (of == enum || enum == "HTTPMethod" && a.Type == "http-method")
		})
	})
}

// writeLanguages writes the language tags that any attribute takes.
func (g *twimlGrammar) writeLanguages(w *bytes.Buffer) {
	users := map[string][]string{}
	for _, enum := range slices.Sorted(maps.Keys(g.Enums)) {
		if g.enumType(enum) == twimlLanguageType {
			for _, v := range g.Enums[enum].Values {
				users[v] = append(users[v], g.takers(enum)...)
			}
		}
	}
	w.WriteString(twimlComment(`A LanguageCode is a language as a BCP 47 tag, such as en-US. Which ones work depends on where it is used: the comment on each constant lists the elements. The lists grow; write any other tag as LanguageCode("xx-YY").`))
	fmt.Fprintf(w, "type %s string\n\n", twimlLanguageType)
	w.WriteString(twimlComment("Languages that Twilio lists, with the elements that support them."))
	w.WriteString("const (\n")
	for _, tag := range slices.Sorted(maps.Keys(users)) {
		fmt.Fprintf(w, "\t%s %s = %q // %s\n", twimlLanguageConstant(tag), twimlLanguageType, tag, strings.Join(users[tag], ", "))
	}
	w.WriteString(")\n")
}

// takers names the elements that have an attribute of the enum.
func (g *twimlGrammar) takers(enum string) []string {
	var names []string
	for _, e := range g.built() {
		if slices.ContainsFunc(e.Attributes, func(a *twimlAttribute) bool { return a.Type == "enum:"+enum }) {
			names = append(names, e.Name)
		}
	}
	return names
}

// writeVoices writes the voices of Say, those of one provider together.
func (g *twimlGrammar) writeVoices(w *bytes.Buffer) {
	w.WriteString(twimlComment(`A VoiceName is a voice of [Say], such as Polly.Joanna. The list grows; write any other voice as VoiceName("Polly.Newcomer"). ElevenLabs voices are not listed: they are VoiceName("ElevenLabs.") followed by an ID.`))
	fmt.Fprintf(w, "type %s string\n\n", twimlVoiceType)
	last := "-"
	for _, v := range g.Enums["SayVoice"].Values {
		provider, _, named := strings.Cut(v, ".")
		if !named {
			provider = "Basic"
		}
		if provider != last {
			if last != "-" {
				w.WriteString(")\n\n")
			}
			last = provider
			w.WriteString("// " + provider + " voices.\nconst (\n")
		}
		fmt.Fprintf(w, "\t%s %s = %q\n", g.constant("SayVoice", v), twimlVoiceType, v)
	}
	w.WriteString(")\n")
}

// enumType returns the Go type of an enum.
func (g *twimlGrammar) enumType(enum string) string {
	if e := g.Enums[enum]; e != nil && e.Type != "" {
		return e.Type
	}
	return enum
}

// constant returns the Go name of one value of an enum.
func (g *twimlGrammar) constant(enum, value string) string {
	e := g.Enums[enum]
	switch name, own := e.Names[value]; {
	case own:
		return name
	case g.enumType(enum) == twimlLanguageType:
		return twimlLanguageConstant(value)
	case g.enumType(enum) == twimlVoiceType:
		return twimlVoiceConstant(value)
	}
	return e.Prefix + goName(value)
}

// twimlLanguageConstant names a tag such as es-419 or cmn-Hans-CN:
// LanguageEs419, LanguageCmnHansCN. Only the basic voices have a region in
// lower case, which gets a different suffix.
func twimlLanguageConstant(tag string) string {
	parts := strings.Split(tag, "-")
	last := parts[len(parts)-1]
	if len(parts) == 2 && strings.ToLower(last) == last && unicode.IsLetter(rune(last[0])) {
		return "Language" + twimlJoin([]string{parts[0], strings.ToUpper(last)}) + "Basic"
	}
	return "Language" + twimlJoin(parts)
}

// twimlVoiceConstant names a voice such as Polly.Joanna-Neural or
// Google.en-US-Chirp3-HD-Kore: PollyJoannaNeural, GoogleEnUSChirp3HDKore.
func twimlVoiceConstant(voice string) string {
	if !strings.Contains(voice, ".") {
		return "Voice" + twimlJoin([]string{voice})
	}
	voice = strings.NewReplacer("í", "i", "é", "e").Replace(voice) // identifiers are ASCII
	return twimlJoin(strings.FieldsFunc(voice, func(r rune) bool { return r == '.' || r == '-' }))
}

// twimlJoin joins parts and capitalizes the first letter of each.
func twimlJoin(parts []string) string {
	var b strings.Builder
	for _, p := range parts {
		r := []rune(p)
		r[0] = unicode.ToUpper(r[0])
		b.WriteString(string(r))
	}
	return b.String()
}
