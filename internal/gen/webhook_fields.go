package main

import (
	"fmt"
	"strings"
)

// A webhookField is one field of an event, or a part of one: the city of a Geo.
type webhookField struct {
	wire   string // name on the wire, of a member below data without its path
	name   string // path of the Go field: "MessageSID", "FromGeo.City"
	group  string // type of the field that name is a part of, "" if it is whole
	typ    string // Go type
	set    string // call that decodes it, with %d for the bit
	put    string // call that encodes it, with %d for the bit
	doc    string
	family string // "media", "recipients", or the prefix of SIP headers
	must   bool   // refused without
	full   bool   // refused when empty
	always bool   // encoded when zero
	raw    bool   // JSON as it stands
	quoted bool   // a string in JSON
}

// field turns a parameter into a field. It reports false for what needs none:
// parameters with free names, and the envelope of Event Streams.
func (m *webhookModel) field(e *webhookEvent, p webhookParam) (webhookField, bool, error) {
	f := webhookField{wire: p.Name, doc: webhookDoc(p)}
	if e.isCloudEvent() {
		name, ok := strings.CutPrefix(p.Name, "data.")
		if ok {
			f.wire = name
		} else if name := strings.TrimPrefix(p.Name, "[]."); name != "data" || e.hasData() {
			return f, false, nil
		} else {
			f.wire = name
		}
	}
	switch p.Name {
	case "{Custom}", "{Other}":
		return f, false, nil
	case "MediaContentType{N}":
		return f, false, nil
	case "MediaUrl{N}":
		f.family, f.name, f.typ = "media", "Media", "[]Media"
		f.doc = "Pictures, sounds and other files, in the order of their numbers; at most 10, the rest is in Extra. Their number is len(Media), whatever NumMedia claims."
		return f, true, nil
	case "OtherRecipients{N}":
		f.family, f.name, f.typ = "recipients", "OtherRecipients", "[]Address"
		return f, true, nil
	case "SipHeader_{Name}", "DialSipHeader_{Name}":
		f.family = strings.TrimSuffix(p.Name, "{Name}")
		f.name, f.typ = strings.TrimSuffix(goName(f.family), "Header")+"Headers", "map[string]string"
		f.doc = "SIP headers by their names (X-..., User-to-User), in the spelling of the sender. " + f.doc
		return f, true, nil
	}
	if err := m.fieldType(e, p, &f); err != nil {
		return f, false, err
	}
	f.fieldName(e, p)
	f.presence(e, p)
	return f, true, nil
}

// hasData reports whether members below data have fields of their own.
func (e *webhookEvent) hasData() bool {
	for _, p := range e.Params {
		if strings.HasPrefix(p.Name, "data.") {
			return true
		}
	}
	return false
}

func (f *webhookField) fieldName(e *webhookEvent, p webhookParam) {
	for _, key := range []string{e.Kind + "." + p.Name, p.Name} {
		if name, ok := webhookNames[key]; ok {
			f.name = name
			return
		}
	}
	if name, ok := webhookNameWords[f.wire]; ok {
		f.name = name
		return
	}
	if of, ok := strings.CutPrefix(p.Name, "MessagingBinding."); ok {
		f.name, f.group = "MessagingBinding."+of, "MessagingBinding"
		return
	}
	for _, side := range []string{"From", "To", "Caller", "Called", "from", "to"} {
		of, ok := strings.CutPrefix(f.wire, side)
		if ok && (of == "City" || of == "State" || of == "Zip" || of == "Country") {
			f.name, f.group = goName(side)+"Geo."+of, "Geo"
			return
		}
	}
	f.name = goName(f.wire)
}

func (f *webhookField) presence(e *webhookEvent, p webhookParam) {
	optional := webhookOptional[p.Name] || webhookOptional[e.Kind+"."+p.Name]
	if c, ok := webhookConstants[e.Kind]; ok && c[0] == p.Name {
		f.must, f.full, f.always = true, true, true
		f.set = fmt.Sprintf("setConst(d, %%d, &e.%s, %q, value)", f.name, c[1])
		f.put = fmt.Sprintf("putFixed(w, %%d, e.%s, %q)", f.name, c[1])
		return
	}
	if f.wire == "CallbackSource" {
		f.always = true
		f.set = fmt.Sprintf("setFixed(d, %%d, &e.%s, value)", f.name)
		f.put = fmt.Sprintf("putFixed(w, %%d, e.%s, %q)", f.name, "call-progress-events")
		return
	}
	if p.Presence != "always" || optional {
		return
	}
	required := webhookRequired[p.Name] || webhookRequired[e.Kind+"."+p.Name]
	f.must = required || f.typ == "SID" || f.typ == "Address" && f.wire != "Caller" && f.wire != "Called"
	f.full = f.must && (f.typ != "Address" || e.Family == "messaging") && f.wire != "Body"
	if e.isJSON() {
		return
	}
	switch f.typ {
	case "int", "int64", "bool", "float64", "time.Duration":
		f.always = true
	case "string":
		f.always = f.wire == "Body" || f.wire == "UnstableSpeechResult"
	}
}

// fieldType sets the Go type of a field, and how it is decoded and encoded.
func (m *webhookModel) fieldType(e *webhookEvent, p webhookParam, f *webhookField) error {
	typ := p.Type
	for _, key := range []string{f.wire, p.Name, e.Kind + "." + p.Name} {
		if t, ok := webhookTypes[key]; ok && !(t == "enum:ConversationsEvent" && !strings.HasPrefix(e.Kind, "Conversations")) {
			typ = t
		}
	}
	base, of, _ := strings.Cut(typ, ":")
	as := func(goType, set, put string) {
		f.typ, f.set, f.put = goType, set, put
	}
	switch base {
	case "string", "url":
		as("string", "setText(d, %d, &e.$, value)", "w.text(%d, e.$)")
		f.quoted = true
	case "sid":
		as("SID", "setSID(d, %d, &e.$, value)", "w.sid(%d, e.$)")
		f.quoted = true
	case "address", "e164":
		as("Address", "setAddress(d, %d, &e.$, value)", "w.address(%d, e.$)")
		f.quoted = true
	case "int":
		as("int", "setInt(d, %d, &e.$, value)", "w.int(%d, e.$)")
	case "int64":
		as("int64", "setInt64(d, %d, &e.$, value)", "w.int64(%d, e.$)")
	case "float":
		as("float64", "setFloat(d, %d, &e.$, value)", "w.float(%d, e.$)")
	case "bool":
		as("bool", "setBool(d, %d, &e.$, value)", "w.bool(%d, e.$)")
	case "duration":
		unit := map[string]string{"s": "time.Second", "ms": "time.Millisecond"}[of]
		as("time.Duration", "setDuration(d, %d, &e.$, "+unit+", value)", "w.duration(%d, e.$, "+unit+")")
	case "time":
		format, ok := map[string]string{"rfc2822": "rfc2822", "rfc3339": "rfc3339", "YYMMDDhhmm": "receipt", "epoch-ms": "unixMillis", "unix": "unixSeconds"}[of]
		if !ok {
			return fmt.Errorf("time format %q", of)
		}
		as("time.Time", "setTime(d, %d, &e.$, "+format+", value)", "w.time(%d, e.$, "+format+")")
		f.quoted = format != "unixMillis" && format != "unixSeconds"
	case "json":
		as("JSON", "setText(d, %d, &e.$, value)", "putText(w, %d, e.$)")
		if e.isJSON() {
			as("JSON", "setRaw(d, %d, &e.$)", "w.rawJSON(%d, e.$)")
			f.raw = true
		}
	case "calltoken":
		as("CallToken", "setText(d, %d, &e.$, value)", "putText(w, %d, e.$)")
	case "enum":
		as(webhookEnumType(of), "setText(d, %d, &e.$, value)", "putText(w, %d, e.$)")
		f.quoted = true
	default:
		return fmt.Errorf("type %q", typ)
	}
	return nil
}

// webhookTypeName is the Go name of a kind.
func webhookTypeName(kind string) string {
	return strings.Replace(goName(kind), "Twiml", "TwiML", 1)
}

// webhookDoc says what a parameter means and when it is there.
func webhookDoc(p webhookParam) string {
	note := webhookClean(p.Note)
	when := strings.TrimSuffix(webhookClean(p.When), ".")
	switch {
	case p.Presence != "conditional" || when == "" || when == "same":
		return note
	case strings.HasPrefix(when, "Not") || strings.HasPrefix(when, "not"):
		return strings.TrimSpace(note + " Sent " + when + ".")
	}
	return strings.TrimSpace(note + " Sent if: " + when + ".")
}
