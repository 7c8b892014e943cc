package mutants_test

// mutants returns all of them, those of the parser first.
func mutants() []mutant {
	all := append([]mutant(nil), formMutants...)
	all = append(all, requestMutants...)
	all = append(all, originMutants...)
	all = append(all, readingMutants...)
	all = append(all, tokenMutants...)
	return append(all, keyMutants...)
}

const (
	formFile  = "internal/form/form.go"
	quickFile = "internal/form/swar.go"
	sortFile  = "signature/canonical.go"
	fewFile   = "signature/sortfew.go"
)

// formMutants are what other parsers of forms do: lose pairs, split elsewhere,
// decode less or more, and sort by something else.
var formMutants = []mutant{
	{"T11", "a semicolon separates pairs behind an escape", quickFile, `case c == '&' || c == '=' && name:`, `case c == '&' || c == ';' || c == '=' && name:`},
	{"T11", "a broken escape is data in strict mode", quickFile, `} else if !lenient {`, `} else if false {`},
	{"T11", "an escape at the end of the text stays", quickFile, `if i+2 < len(text) &&`, `if i+3 < len(text) &&`},
	{"T11", "upper-case hexadecimal digits are unknown", formFile, `t['a'+i], t['A'+i] = 10+i, 10+i`, `t['a'+i], t['A'+i] = 10+i, 0x80`},
	{"T11", "one hexadecimal digit is enough", quickFile, `unhex[text[i+1]]|unhex[text[i+2]] < 16`, `unhex[text[i+1]] < 16`},
	{"T11", "an escape is decoded and its digits stay", quickFile, "\t\t\t\ti += 2\n", ""},
	{"T11", "pairs that were read stay after an error", formFile, "if err := s.scan(limits); err != nil {\n\t\ts.Reset()", "if err := s.scan(limits); err != nil {"},
	{"T05", "a plus stays a plus", quickFile, `c = ' '`, `c = '+'`},
	{"T05", "a plus is overlooked among plain text", quickFile, `(plus-ones)&^plus |`, `(plus-ones)&^plus&0 |`},
	{"T05", "an equals sign ends a value", quickFile, `case c == '=' && !value:`, `case c == '=':`},
	{"T05", "the separator after a name stays in front of the value", quickFile, `int32(end), int32(i + 1), 0}`, `int32(end), int32(i), 0}`},
	{"T05", "an empty pair is a parameter", quickFile, `if i > pair { // skip an empty pair`, `if i >= pair {`},
	{"T05", "a pair without a value is lost", quickFile, `p = span{int32(pair), int32(to), int32(to), int32(to)}`, `return`},
	{"T12", "one parameter more than the limit", quickFile, `if len(s.spans) == limits.Pairs {`, `if len(s.spans) == limits.Pairs+1 {`},
	{"T12", "the limit of parameters is not looked at", quickFile, `if len(s.spans) == limits.Pairs {`, `if len(s.spans) < 0 {`},

	{"T01", "short names sort by the wrong bytes", fewFile, `uint64(c) << (56 - 8*i)`, `uint64(c) << (8 * i)`},
	{"T01", "a repeated value is signed twice when there are few", fewFile, `if i == 0 || s.compare(int(key&0xff), int(alike[i-1]&0xff)) != 0 {`, `if i == 0 || s.compare(int(key&0xff), int(alike[i-1]&0xff)) != 2 {`},
	{"T01", "names that begin alike keep their order", fewFile, `for i := 1; i < len(alike); i++ {`, `for i := len(alike); i < len(alike); i++ {`},
	{"T01", "a repeated value is signed twice when there are many", sortFile, `return s.compare(a, b) == 0`, `return a == b`},
	{"T01", "of a repeated name only one value is signed", sortFile, `return bytes.Compare(s.form.Value(a), s.form.Value(b))`, `return 0`},
	{"T01", "the values of one name sort downwards", sortFile, `bytes.Compare(s.form.Value(a), s.form.Value(b))`, `bytes.Compare(s.form.Value(b), s.form.Value(a))`},
	{"T01", "many parameters are not sorted", sortFile, "\tslices.SortFunc(s.order, s.compare)\n", ""},
	{"T01", "empty values are not signed", sortFile, "for _, i := range s.order {\n", "for _, i := range s.order {\nif len(s.form.Value(i)) == 0 {\ncontinue\n}\n"},
	{"T03", "a name and its value are signed with something between", sortFile, `append(append(s.text, s.form.Name(i)...), s.form.Value(i)...)`, `append(append(append(s.text, s.form.Name(i)...), '='), s.form.Value(i)...)`},
}
