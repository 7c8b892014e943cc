// Package english finds phrases that a native speaker would not write. It reads
// the prose of the repository: comments and strings of Go, JavaScript and HTML
// files, and the Markdown pages. A word list cannot replace a reader, but it
// keeps out what readers stumbled over before.
package english

import (
	"fmt"
	"regexp"
	"strings"
)

// A Finding is one phrase to rewrite.
type Finding struct {
	Line int
	Text string // the phrase as found
	Say  string // what to write instead
}

// String returns the finding in one line.
func (f Finding) String() string {
	return fmt.Sprintf("line %d: %q: write %s", f.Line, f.Text, f.Say)
}

// Check returns the findings in text, in order.
func Check(text string) []Finding {
	var found []Finding
	n := 0
	for line := range strings.Lines(text) {
		n++
		for _, p := range phrases {
			for _, hit := range p.find.FindAllString(line, -1) {
				found = append(found, Finding{n, strings.TrimSpace(hit), p.say})
			}
		}
	}
	return found
}

type phrase struct {
	find *regexp.Regexp
	say  string
}

// phrases is the list. Each entry is a regular expression, matched without
// regard to case, and the usual English for it.
var phrases = compile([][2]string{
	{`\bbelongs? into\b`, "belongs in"},
	{`\bmend(s|ed|ing)?\b`, "fix"},
	{`\bshall\b`, "should"},
	{`\bgives? out\b`, "returns"},
	{`\bdeaf to\b`, "ignores"},
	{`\b(is|are|be|been|was|were) told of\b`, "is notified of"},
	{`\b(hears?|heard) of\b`, "receives"},
	{`\bof tomorrow\b`, "future"},
	{`\blets? ring\b`, "rings"},
	{`\bwants? no\b`, "needs no"},
	{`\bwhat became of\b`, "the status of"},
	{`\b(is|are) no (SIDs?|URLs?|numbers?|address(es)?|paths?|kinds?|phones?|names?|tokens?|documents?|status(es)?)\b`, "is not a"},
	{`\bstands? (twice|behind|in for|alone)\b`, "occurs, follows, replaces, is alone"},
	{`\bcallbacks did not tell\b`, "the callbacks missed"},
	{`\b(has|have) gone quiet\b`, "has no recent news"},
	{`\b(is|are) said by you\b`, "must be configured"},
	{`\bnot confirmed\b`, "nothing: leave the field unexported"},
	{`\bcaptures show\b`, "the fact"},
	{`\bwithout a word\b`, "silently"},
	{`\bto anybody\b`, "to anyone"},
	{`\banswer of need\b`, "fallback answer"},
	{`\bnone of the request's business\b`, "unrelated to the request"},
	{`\bfor ever\b`, "forever"},
	{`\bled back\b`, "returned"},
	{`\bto tell of\b`, "to describe"},
	{`\b(is|are) spoken here\b`, "is implemented here"},
	{`\bputs? back\b`, "restores"},
	{`\bwhat only tells\b`, "a callback that needs no TwiML"},
	{`\bone that runs\b`, "a running one"},
	{`\bof need\b`, "of last resort"},
	{`\bso to say\b`, "nothing"},
	{`\bthe like of\b`, "such as"},
	{`\bin the way\b`, "an obstacle"},
	{`\bby heart\b`, "in memory"},
	{`\b(lies|lie) about\b`, "misstates"},
	{`\btakes? off\b`, "removes"},
	{`\btells? apart\b`, "distinguishes"},
	{`\b(nobody|no one) (needs|wants|asks) `, "an active sentence"},
	{`\bthat is nothing that\b`, "unknown"},
	{`\banew\b`, "again"},
	{`\b(may|must|must not|can|cannot) stand\b`, "is (not) allowed"},
	{`\bwhat (stands|stood)\b`, "the text"},
	{`\bwhat came of\b`, "the result of"},
	{`\b(is|was|are) known of\b`, "describes"},
	{`\b(some|every)body\b`, "someone, everyone"},
	{`\bholds? [a-z ]+ against\b`, "compares with"},
	{`\bof (ours|yours|theirs)\b`, "our, your, their own"},
	{`\btaken to be\b`, "assumed to be"},
	{`\bbut for\b`, "except for"},
	{`\bthe present (element|document|place|position|time|piece)\b`, "current"},
	{`\ball the same\b`, "anyway"},
	{`\blies? in\b`, "is in"},
	{`\b(begins?|ends?) (no|nothing)\b`, "does not begin or end"},
	{`\b(is|are|was|were) told\b`, "is notified, is reported"},
	{`\bfault machine\b`, "fault injector"},
	{`\bthe words of\b`, "the text of"},
	{`\bcolour`, "color"},
	{`\bbehaviour`, "behavior"},
	{`\bfavour`, "favor"},
	{`\bhonour`, "honor"},
	{`\bneighbour`, "neighbor"},
	{`\blabell(ed|ing)\b`, "labeled, labeling"},
	{`\bcancell(ed|ing)\b`, "canceled, canceling"},
	{`\brecognis`, "recogniz"},
	{`\borganis`, "organiz"},
	{`(^|[^-])\bnormalis`, "normaliz"},
	{`\bserialis`, "serializ"},
	{`\binitialis`, "initializ"},
	{`\bauthoris`, "authoriz"},
	{`\boptimis`, "optimiz"},
	{`\bcatalogue`, "catalog"},
	{`\bgrey\b`, "gray"},
})

func compile(list [][2]string) []phrase {
	out := make([]phrase, 0, len(list))
	for _, p := range list {
		out = append(out, phrase{regexp.MustCompile(`(?i)` + p[0]), p[1]})
	}
	return out
}
