package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// twimlEnumFile writes the string types of attributes and their constants, but
// for voices and languages.
func twimlEnumFile() ([]byte, error) {
	m, err := twimlLoad()
	if err != nil {
		return nil, err
	}
	var w bytes.Buffer
	w.WriteString("package twiml\n\n")
	for _, enum := range slices.Sorted(maps.Keys(m.grammar.Enums)) {
		e := m.grammar.Enums[enum]
		typ := twimlEnumType(enum)
		if typ == twimlLanguageType || typ == twimlVoiceType {
			continue
		}
		doc := twimlArticle(typ) + " is a value of " + m.users(enum) + ": " + twimlLower(e.Doc)
		if form := twimlForms[enum]; form != "" {
			doc += " " + form
		}
		doc += " Any other text can be converted to it, for values that Twilio adds later."
		w.WriteString(twimlComment(doc))
		fmt.Fprintf(&w, "type %s string\n\n", typ)
		w.WriteString(twimlComment("Values of " + typ + "."))
		w.WriteString("const (\n")
		for _, v := range e.Values {
			fmt.Fprintf(&w, "\t%s %s = %q\n", twimlConst(enum, v), typ, v)
		}
		w.WriteString(")\n\n")
	}
	return w.Bytes(), nil
}

// users names the attributes that take the enum.
func (m *twimlModel) users(enum string) string {
	var names []string
	for _, e := range m.grammar.Elements {
		for _, a := range e.Attributes {
			_, of := a.kind()
			if (of == enum || enum == "HTTPMethod" && a.Type == "http-method") && !slices.Contains(names, a.Name) {
				names = append(names, a.Name)
			}
		}
	}
	if len(names) > 4 {
		return "attributes such as " + twimlList(names[:2], "and")
	}
	return twimlList(names, "and")
}

// twimlForms say in words what the pattern of an enum allows beside its values.
var twimlForms = map[string]string{
	"ProsodyVolume": `A change in decibels works too, such as "+6dB".`,
	"ProsodyRate":   `A percentage works too, such as "90%".`,
	"ProsodyPitch":  `A change works too, such as "+10%"; Google voices also take semitones ("+2st").`,
}

// twimlLanguageFile writes the tags of languages that any attribute takes.
func twimlLanguageFile() ([]byte, error) {
	m, err := twimlLoad()
	if err != nil {
		return nil, err
	}
	users := map[string][]string{}
	for _, enum := range twimlLanguageEnums {
		for _, v := range m.grammar.Enums[enum].Values {
			users[v] = append(users[v], enum)
		}
	}
	var w bytes.Buffer
	w.WriteString("package twiml\n\n")
	w.WriteString(twimlComment(`A LanguageCode is a language as a BCP 47 tag, such as en-US. Which ones work depends on where it is used: the comment on each constant says which attributes list it. The lists grow: any other tag can be written as LanguageCode("xx-YY").`))
	fmt.Fprintf(&w, "type %s string\n\n", twimlLanguageType)
	w.WriteString(twimlComment("Languages that Twilio lists, with what lists them: Say, Gather, Lang (the SSML element) or Pay."))
	w.WriteString("const (\n")
	short := strings.NewReplacer("SayLanguage", "Say", "GatherLanguage", "Gather", "SSMLLang", "Lang", "PayLanguage", "Pay")
	for _, tag := range slices.Sorted(maps.Keys(users)) {
		fmt.Fprintf(&w, "\t%s %s = %q // %s\n", twimlLanguageConst(tag), twimlLanguageType, tag, short.Replace(strings.Join(users[tag], ", ")))
	}
	w.WriteString(")\n")
	return w.Bytes(), nil
}

// twimlVoiceFile writes the voices of Say.
func twimlVoiceFile() ([]byte, error) {
	m, err := twimlLoad()
	if err != nil {
		return nil, err
	}
	groups := []struct{ title, prefix string }{
		{"Basic voices. They know no SSML.", ""},
		{"Amazon Polly's voices; the word at the end says which engine speaks.", "Polly."},
		{"Google's voices, named after language, engine and voice.", "Google."},
	}
	var w bytes.Buffer
	w.WriteString("package twiml\n\n")
	w.WriteString(twimlComment(`A VoiceName is a voice of [Say], such as Polly.Joanna. The list grows: any other can be written as VoiceName("Polly.Newcomer").`))
	fmt.Fprintf(&w, "type %s string\n\n", twimlVoiceType)
	for _, g := range groups {
		w.WriteString(twimlComment(g.title))
		w.WriteString("const (\n")
		for _, v := range m.grammar.Enums["SayVoice"].Values {
			if g.prefix == "" && strings.Contains(v, ".") || !strings.HasPrefix(v, g.prefix) {
				continue
			}
			fmt.Fprintf(&w, "\t%s %s = %q\n", twimlVoiceConst(v), twimlVoiceType, v)
		}
		w.WriteString(")\n\n")
	}
	return w.Bytes(), nil
}

// twimlConstOf returns the constant for one value of an enum.
func twimlConstOf(enum, value string) (string, bool) {
	m, err := twimlLoad()
	if err != nil || !slices.Contains(m.grammar.Enums[enum].Values, value) {
		return "", false
	}
	switch twimlEnumType(enum) {
	case twimlLanguageType:
		return twimlLanguageConst(value), true
	case twimlVoiceType:
		return twimlVoiceConst(value), true
	}
	return twimlConst(enum, value), true
}
