package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// webhookEventFile makes the file with the types of some kinds.
func webhookEventFile(kinds []string) ([]byte, error) {
	m, err := webhookLoad()
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	for _, kind := range kinds {
		i := slices.IndexFunc(m.events, func(e *webhookEvent) bool { return e.Kind == kind })
		if i < 0 {
			return nil, fmt.Errorf("no kind %q in the facts", kind)
		}
		e := m.events[i]
		e.writeType(&body)
		e.writeMethods(&body)
		e.writeShape(&body)
		e.writeSet(&body)
		e.writeEncode(&body)
	}
	var w bytes.Buffer
	w.WriteString("package webhook\n\nimport (\n")
	for _, name := range []string{"log/slog", "net/url", "time", "", "github.com/ringback-go/ringback/signature", "github.com/ringback-go/ringback/twiml"} {
		switch {
		case name == "":
			w.WriteString("\n")
		case bytes.Contains(body.Bytes(), []byte(name[strings.LastIndex(name, "/")+1:]+".")):
			fmt.Fprintf(&w, "\t%q\n", name)
		}
	}
	w.WriteString(")\n\n")
	w.Write(body.Bytes())
	return w.Bytes(), nil
}

// writeType writes the struct. Fields that are parts of one struct stand where
// the first of them would.
func (e *webhookEvent) writeType(w *bytes.Buffer) {
	w.WriteString(comment("", e.doc()))
	fmt.Fprintf(w, "type %s struct {\n", e.name)
	if e.isCloudEvent() {
		w.WriteString("\tCloudEvent\n\n")
	}
	start := w.Len()
	done := map[string]bool{}
	for _, f := range e.fields {
		name, _, part := strings.Cut(f.name, ".")
		typ, doc := f.typ, f.doc
		if part {
			if done[name] {
				continue
			}
			done[name] = true
			typ, doc = f.group, webhookGroupDocs[name]
		}
		if name == "BilledMinutes" {
			doc = "Minutes that are billed, rounded up; Twilio's name for it is Duration. For the length of the call see CallDuration. " +
				"Sent with the final status, 0 if nobody answered."
		}
		if len(doc) > 0 && len(doc) <= 56 {
			fmt.Fprintf(w, "\t%s %s // %s\n", name, typ, doc)
			continue
		}
		if doc != "" {
			if w.Len() > start {
				w.WriteString("\n")
			}
			w.WriteString(comment("\t", doc))
		}
		fmt.Fprintf(w, "\t%s %s\n", name, typ)
	}
	extra, text := "url.Values", "Parameters without a field"
	if e.isJSON() {
		extra, text = "map[string]JSON", "Members without a field"
	}
	if e.isCloudEvent() {
		text += " in data"
	}
	fmt.Fprintf(w, "\n%s\tExtra %s\n\n\todd uint64\n}\n\n", comment("\t", text+", and the texts that a field could not give back."), extra)
}

// doc is the comment of the type.
func (e *webhookEvent) doc() string {
	article := "A "
	if strings.ContainsRune("AEIOU", rune(e.name[0])) && !strings.HasPrefix(e.name, "User") {
		article = "An "
	}
	text := article + e.name + " " + webhookSummaries[e.Kind]
	switch e.Answer {
	case "twiml-voice":
		text += "\n\nIt is answered by a [*twiml.VoiceResponse]."
	case "twiml-messaging":
		text += "\n\nIt is answered by a [*twiml.MessagingResponse]."
	case "json":
		text += "\n\nIt is answered by a [*" + webhookReplies[e.Kind] + "]."
	case "empty":
		text += "\n\nIt wants no answer but a status."
	}
	if s := e.source(); s != "" {
		text += "\n\nSource: " + s
	}
	return text
}

// source is the page of Twilio's documentation that most parameters come from,
// of those that only some kinds have.
func (e *webhookEvent) source() string {
	const standard = "docs/voice/twiml#request-parameters"
	count := map[string]int{}
	best := ""
	for _, p := range e.Params {
		page := webhookPage.FindString(p.Source)
		switch page {
		case "", "docs/voice/trusted-calling-with-shakenstir":
			continue
		case standard:
			if best == "" {
				best = page
			}
			continue
		case "docs/voice/api/sip-twiml":
			if !strings.HasPrefix(e.Kind, "Sip") {
				continue
			}
		}
		if count[page]++; count[page] > count[best] {
			best = page
		}
	}
	if best == "" {
		return ""
	}
	return "https://www.twilio.com/" + best
}

var webhookPage = regexp.MustCompile(`docs/[a-z0-9/#-]+`)

func (e *webhookEvent) writeMethods(w *bytes.Buffer) {
	fmt.Fprintf(w, "// Kind returns [Kind%[1]s].\nfunc (%[1]s) Kind() Kind { return Kind%[1]s }\n\n", e.name)
	fmt.Fprintf(w, "// LogValue shows the kind and the SIDs.\nfunc (e %s) LogValue() slog.Value {\n\treturn logValue(Kind%s", e.name, e.name)
	for _, f := range e.fields {
		if f.typ == "SID" && f.wire != "SmsSid" && f.wire != "SmsMessageSid" {
			fmt.Fprintf(w, ",\n\t\tnamedSID{%q, e.%s}", f.wire, f.name)
		}
	}
	w.WriteString(")\n}\n\n")
	fmt.Fprintf(w, "func (%s) event() {}\n", e.name)
	switch reply := webhookReplies[e.Kind]; {
	case e.isCloudEvent():
	case reply != "":
		fmt.Fprintf(w, "func (%s) answeredBy(*%s) {}\n", e.name, reply)
	case e.Answer == "twiml-voice":
		fmt.Fprintf(w, "func (%s) answeredBy(*twiml.VoiceResponse) {}\n", e.name)
	case e.Answer == "twiml-messaging":
		fmt.Fprintf(w, "func (%s) answeredBy(*twiml.MessagingResponse) {}\n", e.name)
	default:
		fmt.Fprintf(w, "func (%s) notice() {}\n", e.name)
	}
	fmt.Fprintf(w, "\nfunc (%[1]s) decode(v *signature.Verified) (%[1]s, error) {\n", e.name)
	switch {
	case e.isCloudEvent():
		fmt.Fprintf(w, "\treturn decodeSingle[%s](v, &%s)\n}\n\n", e.name, e.shape)
	case e.isJSON():
		fmt.Fprintf(w, "\treturn decodeBody[%s](v, &%s)\n}\n\n", e.name, e.shape)
	default:
		fmt.Fprintf(w, "\tvar e %s\n\td := decoder{shape: &%s}\n", e.name, e.shape)
		w.WriteString("\tfor name, value := range v.Params() {\n\t\te.set(&d, name, value)\n\t}\n\te.done(&d)\n\treturn e, d.err()\n}\n\n")
	}
}

// writeShape writes the table of the parameters.
func (e *webhookEvent) writeShape(w *bytes.Buffer) {
	fmt.Fprintf(w, "var %s = shape{\n\tkind: Kind%s,\n\tparams: []string{", e.shape, e.name)
	line := 0
	for i, f := range e.bits() {
		text := fmt.Sprintf("%q,", f.wire)
		if i == 0 || line+len(text) > 84 {
			w.WriteString("\n\t\t" + text)
			line = len(text)
			continue
		}
		w.WriteString(" " + text)
		line += len(text) + 1
	}
	w.WriteString("\n\t},\n")
	for _, mask := range []struct {
		name string
		has  func(webhookField) bool
	}{
		{"must", func(f webhookField) bool { return f.must }},
		{"full", func(f webhookField) bool { return f.full }},
		{"always", func(f webhookField) bool { return f.always }},
	} {
		var parts []string
		for i, f := range e.bits() {
			if mask.has(f) {
				parts = append(parts, fmt.Sprintf("1<<%d", i))
			}
		}
		if len(parts) > 0 {
			fmt.Fprintf(w, "\t%s: %s,\n", mask.name, strings.Join(parts, " | "))
		}
	}
	w.WriteString("}\n\n")
}

// writeSet writes the switch that decodes one parameter.
func (e *webhookEvent) writeSet(w *bytes.Buffer) {
	fmt.Fprintf(w, "func (e *%s) set(d *decoder, name, value string) {\n\tswitch name {\n", e.name)
	for i, f := range e.bits() {
		set := strings.Replace(fmt.Sprintf(f.set, i), "$", f.name, 1)
		if e.isJSON() && !f.raw {
			set = strings.Replace(set, ", value)", fmt.Sprintf(", d.%s(value))", map[bool]string{true: "quoted", false: "plain"}[f.quoted]), 1)
		}
		fmt.Fprintf(w, "\tcase %q:\n\t\t%s\n", f.wire, set)
	}
	var families []string
	for _, f := range e.fields {
		switch f.family {
		case "":
		case "media", "recipients":
			families = append(families, fmt.Sprintf("!d.%s(&e.%s, name, value)", f.family, f.name))
		default:
			families = append(families, fmt.Sprintf("!d.headers(&e.%s, %q, name, value)", f.name, f.family))
		}
	}
	w.WriteString("\tdefault:\n")
	if len(families) > 0 {
		fmt.Fprintf(w, "\t\tif %s {\n\t\t\td.keep(name, value)\n\t\t}\n", strings.Join(families, " && "))
	} else {
		w.WriteString("\t\td.keep(name, value)\n")
	}
	w.WriteString("\t}\n}\n\n")
	fmt.Fprintf(w, "func (e *%s) done(d *decoder) {\n", e.name)
	for _, f := range e.fields {
		switch f.family {
		case "media":
			fmt.Fprintf(w, "\td.trimMedia(&e.%s)\n", f.name)
		case "recipients":
			fmt.Fprintf(w, "\td.trimRecipients(&e.%s)\n", f.name)
		}
	}
	from := "extra"
	if e.isJSON() {
		from = "members"
	}
	fmt.Fprintf(w, "\te.Extra, e.odd = d.%s, d.odd()\n}\n\n", from)
}

// writeEncode writes the inverse of set.
func (e *webhookEvent) writeEncode(w *bytes.Buffer) {
	method, begin := "encode", "begin"
	if e.isJSON() {
		method, begin = "members", "beginJSON"
	}
	fmt.Fprintf(w, "func (e %s) %s(w *encoder) {\n\tw.%s(&%s, e.odd, e.Extra)\n", e.name, method, begin, e.shape)
	bit := 0
	for _, f := range e.fields {
		switch f.family {
		case "":
			fmt.Fprintf(w, "\t%s\n", strings.Replace(fmt.Sprintf(f.put, bit), "$", f.name, 1))
			bit++
		case "media", "recipients":
			fmt.Fprintf(w, "\tw.%s(e.%s)\n", f.family, f.name)
		default:
			fmt.Fprintf(w, "\tw.headers(%q, e.%s)\n", f.family, f.name)
		}
	}
	w.WriteString("\tw.end()\n}\n\n")
	switch {
	case e.isCloudEvent():
		fmt.Fprintf(w, "func (e %s) appendJSON(dst []byte) []byte {\n\treturn e.CloudEvent.appendObject(dst, e.members, %t)\n}\n\n", e.name, e.hasData())
		fmt.Fprintf(w, "func (e *%s) envelope() *CloudEvent { return &e.CloudEvent }\n", e.name)
		fmt.Fprintf(w, "func (e *%s) nested() bool { return %t }\n\n", e.name, e.hasData())
	case e.isJSON():
		fmt.Fprintf(w, "func (e %s) appendJSON(dst []byte) []byte {\n\treturn appendObject(dst, e.members)\n}\n\n", e.name)
	}
}
