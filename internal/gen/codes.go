package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ringback-go/ringback/internal/spec"
)

// A codesEntry is one entry of errors.json. Missing facts are omitted.
type codesEntry struct {
	Code      int    `json:"code"`
	Name      string `json:"name"`
	Product   string `json:"product"`
	LogLevel  string `json:"log_level"`
	Meaning   string `json:"meaning"`
	Class     string `json:"class"`
	Permanent *bool  `json:"permanent"`
	Direction string `json:"direction"`
	SeenIn    string `json:"seen_in"`
	Source    string `json:"source"`
}

func codesRead() (entries []codesEntry, err error) {
	return entries, spec.Decode("errors.json", &entries)
}

// makeCodes writes the table of error codes that internal/errorcode reads.
func makeCodes() ([]byte, error) {
	entries, err := codesRead()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("package errorcode\n\nconst table = \"\"")
	last := 0
	for _, e := range entries {
		if e.Code <= last {
			return nil, fmt.Errorf("error %d comes after %d", e.Code, last)
		}
		last = e.Code
		line := fmt.Sprintf("%d\t%s\t%s\t%s\t%s", e.Code, codesFlags(e), e.Class, e.Name, e.Meaning)
		if e.Name == "" || strings.Count(line, "\t") != 4 || strings.Contains(line, "\n") {
			return nil, fmt.Errorf("error %d does not fit on a line of the table", e.Code)
		}
		fmt.Fprintf(&b, " +\n\t%q", line+"\n")
	}
	b.WriteString("\n")
	return b.Bytes(), nil
}

func codesFlags(e codesEntry) string {
	flags := "u"
	if e.Permanent != nil {
		flags = "t"
		if *e.Permanent {
			flags = "p"
		}
	}
	if e.LogLevel == "WARNING" {
		flags += "w"
	}
	return flags
}
