package scenario

import (
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr"`
	Line    int           `xml:"line,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes results as the XML that CI systems read.
func WriteJUnit(w io.Writer, results []Result) error {
	var all junitSuites
	var total float64
	for _, r := range results {
		n := len(all.Suites)
		if n == 0 || all.Suites[n-1].Name != r.File {
			all.Suites = append(all.Suites, junitSuite{Name: r.File})
			n++
		}
		suite := &all.Suites[n-1]
		c := junitCase{
			Name: r.Name, Class: strings.TrimSuffix(filepath.Base(r.File), filepath.Ext(r.File)), File: r.File, Line: r.Line,
			Time: seconds(r.Took.Seconds()), Out: r.Transcript,
		}
		suite.Tests++
		all.Tests++
		if !r.Passed() {
			first, _, _ := strings.Cut(r.Failure, "\n")
			c.Failure = &junitFailure{Message: first, Text: fmt.Sprintf("%s:%d: %s", r.File, r.Line, r.Failure)}
			suite.Failures++
			all.Failures++
		}
		suite.Cases = append(suite.Cases, c)
		total += r.Took.Seconds()
	}
	for i := range all.Suites {
		sum := 0.0
		for _, r := range results {
			if r.File == all.Suites[i].Name {
				sum += r.Took.Seconds()
			}
		}
		all.Suites[i].Time = seconds(sum)
	}
	all.Time = seconds(total)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }

// WriteTranscript writes what happened, in plain text.
func WriteTranscript(w io.Writer, results []Result) error {
	for _, r := range results {
		verdict := "passed"
		if !r.Passed() {
			verdict = fmt.Sprintf("FAILED at line %d: %s", r.Line, r.Failure)
		}
		if _, err := fmt.Fprintf(w, "%s: %s\n%s%s\n\n", r.File, r.Name, r.Transcript, verdict); err != nil {
			return err
		}
	}
	return nil
}
