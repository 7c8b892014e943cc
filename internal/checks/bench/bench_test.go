package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func BenchmarkRows(b *testing.B) {
	for _, r := range rows() {
		for _, c := range r.contenders {
			b.Run(r.name+"/"+c.name, func(b *testing.B) {
				if r.skip != "" {
					b.Skip(r.skip)
				}
				c.run(b)
			})
		}
	}
}

// once makes a measurement end after one iteration.
func once(t *testing.T) {
	f := flag.Lookup("test.benchtime")
	before := f.Value.String()
	require.NoError(t, f.Value.Set("1x"))
	t.Cleanup(func() { require.NoError(t, f.Value.Set(before)) })
}

func TestEveryContenderRuns(t *testing.T) {
	once(t)
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			if r.skip != "" {
				t.Skip(r.skip)
			}
			_, err := r.measure(1)
			require.NoError(t, err)
		})
	}
}

func TestRowsNameTheirContenders(t *testing.T) {
	names := make(map[string]bool)
	for _, r := range rows() {
		assert.False(t, names[r.name], "%s: two rows of one name", r.name)
		names[r.name] = true
		peers := make(map[string]bool)
		for _, c := range r.contenders {
			assert.False(t, peers[c.name], "%s: two contenders %q", r.name, c.name)
			peers[c.name] = true
		}
		for _, b := range r.ratios {
			assert.True(t, peers[b.peer], "%s: no contender %q", r.name, b.peer)
			bounds := 0
			for _, bound := range []float64{b.atLeast, b.atMost, b.within} {
				if bound > 0 {
					bounds++
				}
			}
			assert.Equal(t, 1, bounds, "%s/%s: a budget has one bound", r.name, b.peer)
		}
		assert.True(t, len(r.ratios) > 0 || r.maxAllocs != 0, "%s: no budget", r.name)
	}
}

func TestFailingContenderIsAnError(t *testing.T) {
	once(t)
	r := row{name: "broken", contenders: []contender{{name: "ringback", run: func(b *testing.B) { b.Fatal("no") }}}}
	_, err := r.report(io.Discard, 1)
	require.ErrorIs(t, err, errContender)
	assert.ErrorContains(t, err, "broken/ringback")
}

func TestBudgets(t *testing.T) {
	ours := figure{ns: 100, extra: map[string]float64{p99: 10}}
	figures := map[string]figure{
		"p": {ns: 300, extra: map[string]float64{p99: 30}},
		"q": {ns: 400},
	}
	for _, c := range []struct {
		name   string
		budget ratio
		want   result
	}{
		{"fast enough", ratio{peer: "p", atLeast: 3}, result{what: "p", got: "3.00×", budget: "≥ 3.00×", met: true, ratio: 3, bound: 3}},
		{"too slow", ratio{peer: "p", atLeast: 3.1}, result{what: "p", got: "3.00×", budget: "≥ 3.10×", ratio: 3, bound: 3.1}},
		{"within the floor", ratio{peer: "q", atMost: 0.5}, result{what: "time of q", got: "0.25×", budget: "≤ 0.50×", met: true, ratio: 0.25, bound: 0.5}},
		{"over the floor", ratio{peer: "q", atMost: 0.2}, result{what: "time of q", got: "0.25×", budget: "≤ 0.20×", ratio: 0.25, bound: 0.2}},
		{"latency", ratio{peer: "p", atLeast: 4, metric: p99}, result{what: "p, p99", got: "3.00×", budget: "≥ 4.00×", ratio: 3, bound: 4}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, c.budget.judge(ours, figures[c.budget.peer])) })
	}
	assert.Equal(t, result{what: "allocations", got: "3", budget: "≤ 3", met: true}, atMost("allocations", 3, 3))
	assert.False(t, atMost("allocations", 4, 3).met)
}

func TestSummary(t *testing.T) {
	s := summary{
		{row: "a", what: "peer", got: "9.00×", budget: "≥ 8.00×", met: true},
		{row: "a", what: "allocations", got: "4", budget: "≤ 3"},
		{row: "b", skip: "NOTHING is unset"},
	}
	assert.Equal(t, "1 of 2 budgets met, 1 rows skipped", s.text())

	var text strings.Builder
	s.print(&text)
	assert.Equal(t, `
row  against           measured  budget   
a    peer              9.00×     ≥ 8.00×  met
a    allocations       4         ≤ 3      MISSED
b    NOTHING is unset                     skipped

1 of 2 budgets met, 1 rows skipped
`, text.String())

	var table strings.Builder
	m := machine{processor: "Model 7", processors: 2, system: "linux/amd64", version: "go1.26"}
	s.markdown(&table, m, time.Date(2026, time.January, 2, 0, 0, 0, 0, time.UTC))
	assert.Equal(t, `Measured on 2026-01-02: go1.26, linux/amd64, 2 processors, Model 7.

| Row | Against | Measured | Budget | |
|---|---|---:|---:|---|
| a | peer | 9.00× | ≥ 8.00× | met |
| a | allocations | 4 | ≤ 3 | MISSED |
| b | NOTHING is unset | | | skipped |

1 of 2 budgets met, 1 rows skipped.
`, table.String())
}

func TestModelName(t *testing.T) {
	assert.Equal(t, "Some Model @ 2 GHz", modelName(strings.NewReader("processor\t: 0\nmodel name\t: Some Model @ 2 GHz\n")))
	assert.Empty(t, modelName(strings.NewReader("processor\t: 0\n")))
}

func TestRunMeasuresTheRowsAskedFor(t *testing.T) {
	once(t)
	s, err := run(io.Discard, regexp.MustCompile("^verify/json"), 1)
	require.NoError(t, err)
	require.Len(t, s, 1)
	assert.Equal(t, "verify/json-8KB", s[0].row)
}

func TestStalledUploadsAreMeasured(t *testing.T) {
	var out strings.Builder
	results := reportStalled(&out, 50)
	require.Len(t, results, 2)
	assert.Contains(t, out.String(), "64 KB allowed, one byte sent")
}

func TestCharts(t *testing.T) {
	dir := t.TempDir()
	s := summary{
		{row: "a/one", what: "peer & co", got: "9.00×", budget: "≥ 8.00×", met: true, ratio: 9, bound: 8},
		{row: "a/one", what: "allocations", got: "4", budget: "≤ 3"},
		{row: "a/two", what: "peer", got: "1.00×", budget: "≥ 2.00×", ratio: 1, bound: 2},
		{row: "b/one", what: "time of peer", got: "0.50×", budget: "≤ 1.00×", met: true, ratio: 0.5, bound: 1},
		{row: "c/one", skip: "NOTHING is unset"},
	}
	require.NoError(t, s.charts(dir))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 2)
	a, err := os.ReadFile(filepath.Join(dir, "benchmarks-a.svg"))
	require.NoError(t, err)
	assert.Equal(t, 2, bytes.Count(a, []byte(`height="16"`)), "a bar for each ratio")
	assert.Contains(t, string(a), ">one: peer &amp; co<")
	assert.Contains(t, string(a), ">9.00× (≥ 8.00×)<")
	assert.Contains(t, string(a), `width="360.0" height="16"`, "the longest bar is as wide as bars are")
	assert.Contains(t, string(a), `width="40.0" height="16"`, "the others are in proportion")
	for decoder := xml.NewDecoder(bytes.NewReader(a)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}
}
