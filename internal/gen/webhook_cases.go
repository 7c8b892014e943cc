package main

import (
	"bytes"
	"fmt"
	"strings"
)

// webhookCasesFile makes the table that tests of package webhook run over: all
// kinds, with a text for each of their parameters.
func webhookCasesFile() ([]byte, error) {
	m, err := webhookLoad()
	if err != nil {
		return nil, err
	}
	var w bytes.Buffer
	w.WriteString("package webhook_test\n\nimport \"github.com/ringback-go/ringback/webhook\"\n\n")
	w.WriteString(comment("", "kindCases has every kind of the facts that arrives as a form or as JSON, and all its parameters."))
	w.WriteString("var kindCases = []kindCase{\n")
	for _, e := range m.events {
		form := "form"
		switch {
		case e.isCloudEvent() && e.hasData():
			form = "cloud"
		case e.isCloudEvent():
			form = "cloud-raw"
		case e.isJSON():
			form = "json"
		}
		fmt.Fprintf(&w, "\t{webhook.Kind%[1]s, %[2]q, decodeAs[webhook.%[1]s], []paramCase{\n", e.name, form)
		for _, f := range e.fields {
			name := f.wire
			switch f.family {
			case "":
			case "media":
				name = "MediaUrl0"
			case "recipients":
				name = "OtherRecipients0"
			default:
				name = f.family + "X-Test"
			}
			fmt.Fprintf(&w, "\t\t{%q, %q, %q, %t, %t},\n", name, f.typ, f.example(), f.must, f.full)
		}
		w.WriteString("\t}},\n")
	}
	w.WriteString("}\n")
	return w.Bytes(), nil
}

// example returns a text that the field takes and gives back.
func (f webhookField) example() string {
	if call, ok := strings.CutPrefix(f.set, "setConst("); ok {
		return strings.Split(call, "\"")[1]
	}
	switch f.typ {
	case "SID":
		return "XX0123456789abcdef0123456789abcdef"
	case "Address":
		return "+15550100"
	case "int", "int64", "time.Duration":
		return "7"
	case "float64":
		return "0.5"
	case "bool":
		return "true"
	case "JSON":
		return `{"a":"b"}`
	case "time.Time":
		for format, text := range map[string]string{
			"rfc2822": "Thu, 27 May 2021 21:39:55 +0000", "rfc3339": "2024-06-25T18:45:12.135Z",
			"receipt": "2308102223", "unixMillis": "1756043494500", "unixSeconds": "1719342312",
		} {
			if strings.Contains(f.set, ", "+format+",") {
				return text
			}
		}
	}
	return "text"
}
