package webhook

import (
	"strings"

	"github.com/ringback-go/ringback/signature"
)

// A rule recognizes a kind by its parameters. The rules are in the comments of
// the kinds:
//
//	//twilio:detect 37 CallSid CallStatus=ringing|in-progress DialCallStatus !ErrorUrl
//
// Name means that the parameter is present, !Name that it is absent. Name=text
// compares its value, where | separates alternatives and one * in each matches
// any text; Name=* means that it is not empty. A kind can have several rules.
//
// Rules with a lower number are tried first. Kinds with a parameter of their
// own have numbers up to 29, requests of a call with a verb's parameters 30 to
// 59, plain requests of a call 60 to 79, and those about a call without its
// status 80 and more.
type rule struct {
	kind   Kind
	all    markSet // must be present
	none   markSet // must be absent
	values []markValue
}

// A markSet is a set of the parameters that distinguish kinds.
type markSet [2]uint64

func (s *markSet) add(i int)          { s[i/64] |= 1 << (i % 64) }
func (s *markSet) all(t markSet) bool { return s[0]&t[0] == t[0] && s[1]&t[1] == t[1] }
func (s *markSet) any(t markSet) bool { return s[0]&t[0] != 0 || s[1]&t[1] != 0 }

// A markValue compares the value of a parameter with patterns.
type markValue struct {
	mark     int
	not      bool
	patterns []string
}

// A sight is the result of one pass over the parameters of a request.
type sight struct {
	marks  markSet
	values [markCount]string // the first of each name that is not empty
}

func (s *sight) see(name, value string) {
	i := markOf(name)
	if i < 0 {
		return
	}
	s.marks.add(i)
	if s.values[i] == "" {
		s.values[i] = value
	}
}

// kind returns the kind of the first rule that matches, or "" for none.
func (s *sight) kind(rules []rule) Kind {
	for i := range rules {
		if s.obeys(&rules[i]) {
			return rules[i].kind
		}
	}
	return ""
}

func (s *sight) obeys(r *rule) bool {
	if !s.marks.all(r.all) || s.marks.any(r.none) {
		return false
	}
	for _, v := range r.values {
		if v.matches(s.values[v.mark]) == v.not {
			return false
		}
	}
	return true
}

func (v markValue) matches(value string) bool {
	for _, pattern := range v.patterns {
		before, after, ok := strings.Cut(pattern, "*")
		switch {
		case !ok && value == pattern:
			return true
		case ok && value != "" && len(value) >= len(before)+len(after) &&
			strings.HasPrefix(value, before) && strings.HasSuffix(value, after):
			return true
		}
	}
	return false
}

// detect returns the kind of a form, or "" if it is unknown.
func detect(v *signature.Verified) Kind {
	var s sight
	for name, value := range v.Params() {
		s.see(name, value)
	}
	return s.kind(formRules)
}
