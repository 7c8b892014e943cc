package main

import (
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// charts writes a bar chart of each group of rows to dir, as
// benchmarks-<group>.svg. The group of a row is the part of its name before the
// slash.
func (s summary) charts(dir string) error {
	var groups []string
	bars := make(map[string][]result)
	for _, r := range s {
		if r.bound == 0 {
			continue
		}
		group, _, _ := strings.Cut(r.row, "/")
		if bars[group] == nil {
			groups = append(groups, group)
		}
		bars[group] = append(bars[group], r)
	}
	for _, group := range groups {
		var b strings.Builder
		chart(&b, group, bars[group])
		if err := os.WriteFile(filepath.Join(dir, "benchmarks-"+group+".svg"), []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// The sizes of a chart in pixels.
const (
	chartLabel  = 360 // width of the labels
	chartBars   = 360 // width of the longest bar
	chartNumber = 140 // width of the numbers behind the bars
	chartLine   = 24  // height of a bar with its distance to the next
	chartHead   = 44
)

// chart writes an SVG with a bar for each ratio and a mark where its budget is.
func chart(w io.Writer, group string, bars []result) {
	longest := 0.0
	for _, r := range bars {
		longest = max(longest, r.ratio, r.bound)
	}
	width, height := chartLabel+chartBars+chartNumber, chartHead+chartLine*len(bars)+12
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(w, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	fmt.Fprintf(w, `<text x="12" y="24" font-size="15" font-weight="bold" fill="#1f2328">%s</text>`+"\n", html.EscapeString(group))
	for i, r := range bars {
		top := chartHead + i*chartLine
		length, mark := chartBars*r.ratio/longest, chartBars*r.bound/longest
		_, name, _ := strings.Cut(r.row, "/")
		color := "#1a7f37"
		if !r.met {
			color = "#bf3989"
		}
		fmt.Fprintf(w, `<text x="%d" y="%d" text-anchor="end" fill="#1f2328">%s</text>`+"\n", chartLabel-8, top+12, html.EscapeString(name+": "+r.what))
		fmt.Fprintf(w, `<rect x="%d" y="%d" width="%.1f" height="16" fill="%s"/>`+"\n", chartLabel, top, length, color)
		fmt.Fprintf(w, `<rect x="%.1f" y="%d" width="2" height="20" fill="#1f2328"/>`+"\n", chartLabel+mark, top-2)
		fmt.Fprintf(w, `<text x="%.1f" y="%d" fill="#1f2328">%s (%s)</text>`+"\n", chartLabel+max(length, mark)+8, top+12, r.got, r.budget)
	}
	fmt.Fprintln(w, "</svg>")
}
