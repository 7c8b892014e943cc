package lint_test

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

// documentLines reads a file of testdata with one document on a line, the
// last of its words, and calls f with the line and its words.
func documentLines(t *testing.T, name string, words int, f func(line string, words []string)) int {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	require.NoError(t, err)
	defer file.Close()
	count := 0
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.SplitN(line, " ", words)
		require.Len(t, fields, words, line)
		fields[words-1] = documentOf(fields[words-1])
		count++
		f(line, fields)
	}
	require.NoError(t, lines.Err())
	return count
}

var documentRepeats = regexp.MustCompile(`\{(\d+)\*([^}]+)\}`)

var documentEscapes = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\uFEFF`, "\uFEFF")

// documentOf returns the document that a line stands for.
func documentOf(s string) string {
	s = documentRepeats.ReplaceAllStringFunc(s, func(r string) string {
		parts := documentRepeats.FindStringSubmatch(r)
		n, _ := strconv.Atoi(parts[1])
		return strings.Repeat(parts[2], n)
	})
	s = documentEscapes.Replace(s)
	if whole, ok := strings.CutPrefix(s, "="); ok {
		return whole
	}
	return "<Response>" + s + "</Response>"
}

// TestWrongDocuments reads documents that are each wrong in one way and looks
// for Twilio's number, its weight and the place.
func TestWrongDocuments(t *testing.T) {
	count := documentLines(t, "wrong.txt", 5, func(line string, words []string) {
		code, stops, kind, place, xml := words[0], words[1] == "stops", words[2], words[3], words[4]
		all := judge(t, []byte(xml), kind)
		assert.True(t, slices.ContainsFunc(all, func(v verdict) bool {
			return strconv.Itoa(v.code) == code && v.stops == stops && (place == "-" || v.where == place)
		}), "%.200s\ngot %+v", line, all)
	})
	fmt.Printf("wrong documents: %d\n", count)
	assert.Greater(t, count, 250)
}

// TestRightDocuments reads documents that look wrong and are not: nothing that
// Twilio would log may be found.
func TestRightDocuments(t *testing.T) {
	count := documentLines(t, "right.txt", 3, func(line string, words []string) {
		root, err := twiml.Parse([]byte(words[2]))
		if !assert.NoError(t, err, "%.200s", line) {
			return
		}
		for _, p := range lint.Check(root, kindOf(t, words[0])) {
			told := slices.Contains(strings.Split(words[1], ","), p.Rule)
			assert.True(t, told && p.Code == 0 && !p.Stops, "%.200s\ngot %s: %s", line, p.Rule, p)
		}
	})
	fmt.Printf("right documents: %d\n", count)
	assert.Greater(t, count, 90)
}
