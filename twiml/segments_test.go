package twiml_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/twiml"
)

// The examples of internal/spec/verb-semantics.md, and what users measured on
// real accounts: TwilioDevEd/message-segment-calculator 17, 18, 39 and 66.
func TestSegments(t *testing.T) {
	for _, c := range []struct {
		name  string
		text  string
		sizes []int // characters of each segment
	}{
		{"empty", "", []int{0}},
		{"160 letters", times(160, "a"), []int{160}},
		{"161 letters", times(161, "a"), []int{153, 8}},
		{"306 letters", times(306, "a"), []int{153, 153}},
		{"307 letters", times(307, "a"), []int{153, 153, 1}},
		{"80 euros", times(80, "€"), []int{80}},
		{"81 euros", times(81, "€"), []int{76, 5}},
		{"81 brackets", times(81, "]"), []int{76, 5}},
		{"153 brackets (report 39)", times(153, "]"), []int{76, 76, 1}},
		{"an extension character at the cut", times(152, "a") + "[" + times(153, "a"), []int{152, 152, 2}},
		{"70 ideographs", times(70, "中"), []int{70}},
		{"71 ideographs", times(71, "中"), []int{67, 4}},
		{"135 ideographs", times(135, "中"), []int{67, 67, 1}},
		{"35 emoji", times(35, "😀"), []int{35}},
		{"36 emoji", times(36, "😀"), []int{33, 3}},
		{"a pair at the cut", times(66, "a") + times(34, "😀"), []int{66, 33, 1}},
		{"backticks are not GSM-7", times(71, "`"), []int{67, 4}},
		{"a tab is not GSM-7", times(70, "a") + "\t", []int{67, 4}},
		{"one typographic apostrophe", times(159, "a") + "’", []int{67, 67, 26}},
		{"accents of GSM-7", "Grüße aus Ærøskøbing à 5 €", []int{26}},
		{"ç is not GSM-7, Ç is", times(65, "x") + "ça va?", []int{67, 4}},
		{"Ç is GSM-7", times(154, "x") + "Ça va?", []int{160}},
		{"Greek capitals", times(160, "Δ"), []int{160}},
		{"other Greek capitals", times(71, "Α"), []int{67, 4}},
		{"line feed and form feed", times(157, "a") + "\n\f", []int{159}},
		{"the longest reply", times(1600, "a"), []int{153, 153, 153, 153, 153, 153, 153, 153, 153, 153, 70}},
		{"a byte that is not UTF-8", times(70, "a") + "\xff", []int{67, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sizes []int
			for _, s := range twiml.Split(c.text) {
				sizes = append(sizes, utf8.RuneCountInString(s))
			}
			assert.Equal(t, c.sizes, sizes)
			assert.Equal(t, len(c.sizes), twiml.Segments(c.text))
		})
	}
}

// FuzzSplit: segments are the text, none is too long, and none could take in
// the first character of the next.
func FuzzSplit(f *testing.F) {
	f.Add(strings.Repeat("a€", 100))
	f.Add(strings.Repeat("a😀", 100))
	f.Add(strings.Repeat("\xf0", 100))
	const two = "^{}\\[~]|€\f"
	f.Fuzz(func(t *testing.T, text string) {
		all := twiml.Split(text)
		assert.Equal(t, text, strings.Join(all, ""))
		units := func(s string) (n int) {
			for _, r := range s {
				n += len(utf16.Encode([]rune{r}))
			}
			return n
		}
		septets := func(s string) (n int) {
			for _, r := range s {
				n++
				if strings.ContainsRune(two, r) {
					n++
				}
			}
			return n
		}
		fits := func(size func(string) int, most int) bool {
			for i, s := range all {
				if size(s) > most {
					return false
				}
				if i+1 < len(all) {
					_, n := utf8.DecodeRuneInString(all[i+1])
					if size(s)+size(all[i+1][:n]) <= most {
						return false
					}
				}
			}
			return true
		}
		if len(all) > 1 {
			assert.True(t, fits(units, 67) || fits(septets, 153), "%q", all)
		}
	})
}

func ExampleSegments() {
	fmt.Println(twiml.Segments(strings.Repeat("a", 160)), twiml.Segments(strings.Repeat("a", 159)+"’"))
	// Output: 1 3
}

func times(n int, s string) string { return strings.Repeat(s, n) }
