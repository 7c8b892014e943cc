package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// webhookOutputs lists the files that are generated from the structs of package
// webhook.
func webhookOutputs(root string) ([]output, error) {
	p, err := readWebhook(root)
	if err != nil {
		return nil, err
	}
	byFile := map[string][]*webhookStruct{}
	for _, s := range p.structs {
		if s.isEvent() || len(s.own) > 0 && p.isEmbedded(s) {
			byFile[s.file] = append(byFile[s.file], s)
		}
	}
	outs := []output{
		{"webhook/kinds_gen.go", "the structs of webhook", p.kindsFile},
		{"webhook/detect_gen.go", "the structs of webhook", p.detectFile},
		{"internal/spec/webhooks.json", "", p.factsFile},
		coverageOutput(p),
	}
	for file, structs := range byFile {
		slices.SortFunc(structs, func(a, b *webhookStruct) int { return strings.Compare(a.name, b.name) })
		outs = append(outs, output{"webhook/" + strings.TrimSuffix(file, ".go") + "_gen.go", "webhook/" + file,
			func() ([]byte, error) { return eventsFile(structs) }})
	}
	return outs, nil
}

func (p *webhookPackage) isEmbedded(s *webhookStruct) bool {
	for _, other := range p.structs {
		if other.embed == s {
			return true
		}
	}
	return false
}

// eventsFile makes the methods of some structs.
func eventsFile(structs []*webhookStruct) ([]byte, error) {
	var body bytes.Buffer
	for _, s := range structs {
		if len(s.own) > 0 || s.embed == nil {
			if err := s.writeFields(&body); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
		s.writeReport(&body)
		if s.isEvent() {
			s.writeEvent(&body)
		}
	}
	var w bytes.Buffer
	w.WriteString("package webhook\n\nimport (\n")
	for _, path := range []string{"cmp", "log/slog", "net/url", "time", "", "github.com/ringback-go/ringback/signature", "github.com/ringback-go/ringback/twiml"} {
		switch {
		case path == "":
			w.WriteString("\n")
		case bytes.Contains(body.Bytes(), []byte(path[strings.LastIndex(path, "/")+1:]+".")):
			fmt.Fprintf(&w, "\t%q\n", path)
		}
	}
	w.WriteString(")\n\n")
	w.Write(body.Bytes())
	return w.Bytes(), nil
}

// call returns the end of the names of the functions that decode and encode a
// field, and their last argument.
func (f webhookField) call() (name, codec string, err error) {
	switch f.typ {
	case "SID", "Address", "JSON":
		return f.typ, "", nil
	case "int", "int64", "float64", "bool":
		return "Value", ", " + strings.TrimSuffix(f.typ, "64") + map[bool]string{true: "64"}[f.typ == "int64"] + "Codec", nil
	case "time.Duration":
		if f.has("ms") {
			return "Value", ", millisecondCodec", nil
		}
		return "Value", ", secondCodec", nil
	case "time.Time":
		for option, codec := range map[string]string{"rfc2822": "rfc2822", "rfc3339": "rfc3339", "receipt": "receipt", "unix": "unix", "unixms": "unixMillis"} {
			if f.has(option) {
				return "Value", ", " + codec + "Codec", nil
			}
		}
		return "", "", fmt.Errorf("%s has no format", f.path)
	}
	return "Text", "", nil
}

// family returns the names of the methods that decode and encode a family, and
// their argument.
func (f webhookField) family() (method, prefix string) {
	prefix, _, _ = strings.Cut(f.wire, "{")
	switch f.typ {
	case "[]Media":
		return "media", ""
	case "[]Address":
		return "addresses", fmt.Sprintf(", %q", prefix)
	}
	return "headers", fmt.Sprintf(", %q", prefix)
}

// writeFields writes set, put and finish for the fields that s itself adds.
func (s *webhookStruct) writeFields(w *bytes.Buffer) error {
	embed := ""
	if s.embed != nil && len(s.embed.fields()) > 0 {
		embed = s.embed.name
	}
	var set, put bytes.Buffer
	families := []string{"false"}
	held := map[string]uint64{}
	for _, f := range s.own {
		if f.isFamily() {
			method, prefix := f.family()
			families = append(families, fmt.Sprintf("d.%s(&e.%s%s, name, value)", method, f.path, prefix))
			fmt.Fprintf(&put, "\tw.%s(e.%s%s)\n", method, f.path, prefix)
			continue
		}
		name, codec, err := f.call()
		if err != nil {
			return err
		}
		fmt.Fprintf(&set, "\tcase %q:\n\t\tset%s(d, %d, &e.%s, value%s)\n", f.wire, name, f.bit, f.path, codec)
		switch {
		case f.has("default"):
			fmt.Fprintf(&put, "\tputDefault(w, %d, e.%s, %q)\n", f.bit, f.path, f.options["default"])
		default:
			fmt.Fprintf(&put, "\tput%s(w, %d, e.%s%s)\n", name, f.bit, f.path, codec)
		}
		if f.has("with") {
			held[f.options["with"]] |= 1 << f.bit
		}
	}
	fmt.Fprintf(w, "func (e *%s) set(d *decoder, name, value string) bool {\n", s.name)
	if embed != "" {
		fmt.Fprintf(w, "\tif e.%s.set(d, name, value) {\n\t\treturn true\n\t}\n", embed)
	}
	family := strings.TrimPrefix(strings.Join(families, " || "), "false || ")
	if set.Len() > 0 {
		fmt.Fprintf(w, "\tswitch name {\n%s\tdefault:\n\t\treturn %s\n\t}\n\treturn true\n}\n\n", &set, family)
	} else {
		fmt.Fprintf(w, "\treturn %s\n}\n\n", family)
	}
	fmt.Fprintf(w, "func (e *%s) put(w *encoder) {\n", s.name)
	for _, name := range slices.Sorted(mapKeys(held)) {
		fmt.Fprintf(w, "\tif e.%s {\n\t\tw.held |= %#x\n\t}\n", s.isSet(name, "!="), held[name])
	}
	if embed != "" {
		fmt.Fprintf(w, "\te.%s.put(w)\n", embed)
	}
	fmt.Fprintf(w, "%s}\n\n", &put)

	if !s.finishes() {
		return nil
	}
	fmt.Fprintf(w, "func (e *%s) finish(d *decoder) {\n", s.name)
	if s.embed != nil && s.embed.finishes() {
		fmt.Fprintf(w, "\te.%s.finish(d)\n", embed)
	}
	for _, f := range s.own {
		if method, prefix := f.family(); f.isFamily() && method != "headers" {
			fmt.Fprintf(w, "\td.trim%s(&e.%s%s)\n", strings.ToUpper(method[:1])+method[1:], f.path, prefix)
		}
	}
	for _, name := range slices.Sorted(mapKeys(held)) {
		fmt.Fprintf(w, "\tif e.%s {\n\t\td.release(%#x)\n\t}\n", s.isSet(name, "=="), held[name])
	}
	if s.methods["check"] {
		w.WriteString("\te.check(d)\n")
	}
	w.WriteString("}\n\n")
	return nil
}

// isSet compares the text field of a parameter with the empty text.
func (s *webhookStruct) isSet(wire, operator string) string {
	for _, f := range s.fields() {
		if f.wire == wire {
			return f.path + " " + operator + ` ""`
		}
	}
	return wire + " " + operator + ` ""`
}

// finishes reports whether s or its embedded struct has a finish method.
func (s *webhookStruct) finishes() bool {
	if s.embed != nil && s.embed.finishes() || s.methods["check"] {
		return true
	}
	return slices.ContainsFunc(s.own, func(f webhookField) bool {
		return f.has("with") || f.isFamily() && !strings.HasPrefix(f.typ, "map[")
	})
}

// writeEvent writes the methods that only events have.
func (s *webhookStruct) writeEvent(w *bytes.Buffer) {
	p := func(format string, args ...any) {
		fmt.Fprintln(w, strings.NewReplacer("$T", s.name, "$S", s.shape()).Replace(fmt.Sprintf(format, args...)))
	}
	p("// Kind returns [Kind$T].\nfunc ($T) Kind() Kind { return Kind$T }\n")
	p("// LogValue shows the kind and the SIDs.\nfunc (e $T) LogValue() slog.Value { return logValue(Kind$T, e.encode) }\n")
	p("func ($T) event() {}")
	switch {
	case s.body == "cloudevent":
	case s.answer == "voice":
		p("func ($T) answeredBy(*twiml.VoiceResponse) {}")
	case s.answer == "messaging":
		p("func ($T) answeredBy(*twiml.MessagingResponse) {}")
	case s.answer == "status" || s.answer == "notice":
		p("func ($T) notice() {}")
	default:
		p("func ($T) answeredBy(*%s) {}", s.answer)
	}
	kept := "e.Extra, nil"
	switch {
	case s.body == "cloudevent":
		kept = "nil, e.Extra"
		p("\nfunc ($T) decode(v *signature.Verified) ($T, error) { return decodeSingle[$T](v, &$S) }\n")
	case s.body == "json":
		kept = "nil, e.Extra"
		p("\nfunc ($T) decode(v *signature.Verified) ($T, error) { return decodeBody[$T](v, &$S) }\n")
	default:
		p("\nfunc ($T) decode(v *signature.Verified) ($T, error) {\n\tvar e $T\n\td := decoder{shape: &$S}")
		p("\tfor name, value := range v.Params() {\n\t\tif !e.set(&d, name, value) {\n\t\t\td.keep(name, value)\n\t\t}\n\t}")
		p("\te.done(&d)\n\tif err := d.err(); err != nil {\n\t\treturn $T{}, err\n\t}\n\treturn e, nil\n}\n")
	}
	p("func (e *$T) done(d *decoder) {")
	if s.finishes() {
		p("\te.finish(d)")
	}
	p("\te.Extra = d.%s\n}\n", map[bool]string{true: "members", false: "extra"}[s.isJSON()])
	reread := fmt.Sprintf("reread[$T](&$S, e.encode, %s)", kept)
	if s.body == "cloudevent" {
		reread = "append(e.CloudEvent.problems(Kind$T), " + reread + "...)"
	}
	p("func (e $T) problems() []*DecodeError { return %s }\n", reread)
	begin := "w.begin(&$S, e.Extra)"
	if s.isJSON() {
		begin = "w.beginJSON(&$S, e.Extra)"
	}
	p("func ($T) shape() *shape { return &$S }\n")
	p("func (e $T) encode(w *encoder) {\n\t%s\n\te.put(w)\n\tw.end()\n}\n", begin)
	nested := !slices.ContainsFunc(s.own, func(f webhookField) bool { return f.wire == "data" })
	switch s.body {
	case "cloudevent":
		p("func (e $T) appendJSON(dst []byte) []byte { return e.CloudEvent.appendObject(dst, e.encode, %t) }\n", nested)
		p("func (e *$T) envelope() *CloudEvent { return &e.CloudEvent }\nfunc (e *$T) nested() bool { return %t }\n", nested)
	case "json":
		p("func (e $T) appendJSON(dst []byte) []byte { return appendObject(dst, e.encode) }\n")
	}
	s.writeShape(w)
}

// writeShape writes the table of the parameters.
func (s *webhookStruct) writeShape(w *bytes.Buffer) {
	masks := map[string]uint64{}
	var names []string
	for _, f := range s.fields() {
		if f.isFamily() {
			continue
		}
		bit := uint64(1) << len(names)
		names = append(names, fmt.Sprintf("%q", f.wire))
		for option, mask := range map[string]string{"required": "must", "strict": "strict", "usual": "usual", "always": "always", "default": "always", "with": "held"} {
			if f.has(option) {
				masks[mask] |= bit
			}
		}
		if f.typ == "bool" {
			masks["bools"] |= bit
		}
	}
	fmt.Fprintf(w, "var %s = shape{\n\tkind: Kind%s,\n\tparams: []string{", s.shape(), s.name)
	for i, name := range names {
		if i%6 == 0 {
			w.WriteString("\n\t\t")
		}
		w.WriteString(name + ", ")
	}
	w.WriteString("\n\t},\n")
	for _, mask := range slices.Sorted(mapKeys(masks)) {
		fmt.Fprintf(w, "\t%s: %#x,\n", mask, masks[mask])
	}
	w.WriteString("}\n\n")
}

// writeReport writes the methods that return the call that an event is about
// and the status that it reports. Methods of embedded structs are promoted.
func (s *webhookStruct) writeReport(w *bytes.Buffer) {
	for _, f := range s.own {
		if f.path == "CallSID" && s.name != "Call" {
			fmt.Fprintf(w, "func (e %s) call() (Call, bool) { return Call{CallSID: e.CallSID, AccountSID: e.AccountSID}, e.CallSID != \"\" }\n\n", s.name)
		}
	}
	if s.name == "Call" {
		w.WriteString("func (e Call) call() (Call, bool) { return e, e.CallSID != \"\" }\n\n")
	}
	if s.methods["report"] || !s.adds("status") && !s.adds("duration") {
		return
	}
	fields, embedded := s.own, s.embed != nil && s.embed.reports()
	if !embedded {
		fields = s.fields()
	}
	roles := map[string][]webhookField{}
	for _, f := range fields {
		role := map[string]string{"AccountSid": "account", "accountSid": "account", "ErrorCode": "code", "errorCode": "code", "ErrorMessage": "message",
			"SequenceNumber": "sequence", "SequenceId": "sequence", "Timestamp": "time", "timestamp": "time"}[f.wire]
		for _, option := range []string{"subject", "status", "parent", "participant", "duration", "url", "code", "message", "time"} {
			if f.has(option) {
				role = option
			}
		}
		if role != "" {
			roles[role] = append(roles[role], f)
		}
	}
	fmt.Fprintf(w, "func (e %s) report() StatusReport {\n", s.name)
	if embedded {
		fmt.Fprintf(w, "\tr := e.%s.report()\n", s.embed.name)
	} else {
		w.WriteString("\tvar r StatusReport\n")
	}
	value := func(role string) string {
		var paths []string
		for _, f := range roles[role] {
			paths = append(paths, "e."+f.path)
		}
		if len(paths) == 1 {
			return paths[0]
		}
		return "cmp.Or(" + strings.Join(paths, ", ") + ")"
	}
	if len(roles["subject"]) > 0 && embedded {
		// The event may report on another resource than the embedded report.
		fmt.Fprintf(w, "\tif sid := %s; sid != \"\" {\n\t\tr = StatusReport{SID: sid, ParentSID: r.SID, AccountSID: r.AccountSID}\n\t} else {\n\t\treturn r\n\t}\n", value("subject"))
		delete(roles, "subject")
	}
	for _, role := range []struct{ name, field, convert string }{
		{"subject", "SID", ""}, {"status", "Status", "string"}, {"parent", "ParentSID", ""}, {"participant", "Participant", ""}, {"account", "AccountSID", ""},
		{"sequence", "Sequence", ""}, {"code", "ErrorCode", ""}, {"message", "ErrorMessage", ""}, {"duration", "Duration", ""}, {"url", "URL", ""}, {"time", "Time", ""},
	} {
		if len(roles[role.name]) == 0 {
			continue
		}
		text := value(role.name)
		if role.convert != "" {
			text = role.convert + "(" + text + ")"
		}
		field := role.field
		if role.name == "status" && strings.HasSuffix(roles["status"][0].typ, "Event") {
			field = "Event"
		}
		fmt.Fprintf(w, "\tr.%s = %s\n", field, text)
	}
	if len(roles["code"]) > 0 && s.extra == "url.Values" {
		fmt.Fprintf(w, "\tif r.ErrorCode == 0 && r.ErrorMessage == \"\" {\n\t\tr.ErrorMessage = errorWord(e.Extra, %q)\n\t}\n", roles["code"][0].wire)
	}
	if s.body == "cloudevent" {
		w.WriteString("\tif r.Time.IsZero() {\n\t\tr.Time = e.Time\n\t}\n")
	}
	w.WriteString("\treturn r\n}\n\n")
}

// reports reports whether s has a report method.
func (s *webhookStruct) reports() bool {
	return s.methods["report"] || s.adds("status") || s.adds("duration") || s.embed != nil && s.embed.reports()
}

// adds reports whether one of the fields that s itself adds has an option.
func (s *webhookStruct) adds(option string) bool {
	return slices.ContainsFunc(s.own, func(f webhookField) bool { return f.has(option) })
}
