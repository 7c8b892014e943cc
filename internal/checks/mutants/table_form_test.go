package mutants_test

// mutants returns all of them, those of the parser first.
func mutants() []mutant {
	all := append([]mutant(nil), formMutants...)
	all = append(all, requestMutants...)
	all = append(all, originMutants...)
	return append(all, tokenMutants...)
}

const formFile = "internal/form/form.go"

// formMutants are what other parsers of forms do: lose pairs, split elsewhere,
// decode less or more, and sort by something else.
var formMutants = []mutant{
	{"T11", "a bare semicolon is data in strict mode", formFile, `case c == ';' && !limits.Lenient:`, `case c == ';' && false:`},
	{"T11", "a bare semicolon behind an escape is data in strict mode", formFile, `case c == ';' && !lenient:`, `case c == ';' && false:`},
	{"T11", "a semicolon separates pairs", formFile, `case c == '&':`, `case c == '&' || c == ';':`},
	{"T11", "a broken escape is data in strict mode", formFile, `} else if !lenient {`, `} else if false {`},
	{"T11", "an escape at the end of the text stays", formFile, `if i+2 < len(text) &&`, `if i+3 < len(text) &&`},
	{"T11", "upper-case hexadecimal digits are unknown", formFile, `t['a'+i], t['A'+i] = 10+i, 10+i`, `t['a'+i], t['A'+i] = 10+i, 0x80`},
	{"T11", "one hexadecimal digit is enough", formFile, `unhex[text[i+1]]|unhex[text[i+2]] < 16`, `unhex[text[i+1]] < 16`},
	{"T11", "an escape is decoded and its digits stay", formFile, "\t\t\t\ti += 2\n", ""},
	{"T11", "invalid UTF-8 passes in strict mode", formFile, `if !valid && !utf8.Valid`, `if false && !utf8.Valid`},
	{"T11", "bytes above ASCII are overlooked among plain text", formFile, `(semicolon-ones)&^semicolon | w) & highs`, `(semicolon-ones)&^semicolon) & highs`},
	{"T11", "pairs that were read stay after an error", formFile, "if err := s.scan(limits); err != nil {\n\t\ts.Reset()", "if err := s.scan(limits); err != nil {"},
	{"T05", "a plus stays a plus", formFile, `c = ' '`, `c = '+'`},
	{"T05", "a plus is overlooked among plain text", formFile, `(plus-ones)&^plus |`, `(plus-ones)&^plus&0 |`},
	{"T05", "an equals sign ends a value", formFile, `case c == '=' && !value:`, `case c == '=':`},
	{"T05", "the separator after a name stays in front of the value", formFile, `int32(end), int32(i + 1), 0}`, `int32(end), int32(i), 0}`},
	{"T05", "an empty pair is a parameter", formFile, `if i > pair { // an empty pair says nothing`, `if i >= pair {`},
	{"T05", "a pair without a value is lost", formFile, `p = Span{int32(pair), int32(to), int32(to), int32(to)}`, `return nil`},
	{"T05", "a proof shares its parameters with the next request", formFile, `Form{string(s.text), append(room[:0], s.spans...)}`, `Form{string(s.text), s.spans}`},
	{"T12", "one parameter more than the limit", formFile, `if len(s.spans) == limits.Pairs {`, `if len(s.spans) == limits.Pairs+1 {`},
	{"T12", "the limit of parameters is not looked at", formFile, `if len(s.spans) == limits.Pairs {`, `if len(s.spans) < 0 {`},
	{"T01", "what follows a short name takes part in sorting", formFile, `prefix &^= 1<<(64-8*n) - 1`, `prefix &^= 0`},
	{"T01", "short texts sort by the wrong bytes", formFile, `uint64(c) << (56 - 8*j)`, `uint64(c) << (8 * j)`},

	{"T01", "a repeated value is signed twice when there are few", "signature/canonical.go", `if i == 0 || s.compare(int(key&0xff), int(alike[i-1]&0xff)) != 0 {`, `if i == 0 || s.compare(int(key&0xff), int(alike[i-1]&0xff)) != 2 {`},
	{"T01", "a repeated value is signed twice when there are many", "signature/canonical.go", `return s.compare(a, b) == 0`, `return a == b`},
	{"T01", "of a repeated name only one value is signed", "signature/canonical.go", `return bytes.Compare(s.form.Value(a), s.form.Value(b))`, `return 0`},
	{"T01", "the values of one name sort downwards", "signature/canonical.go", `bytes.Compare(s.form.Value(a), s.form.Value(b))`, `bytes.Compare(s.form.Value(b), s.form.Value(a))`},
	{"T01", "names that begin alike keep their order", "signature/canonical.go", `for i := 1; i < len(alike); i++ {`, `for i := len(alike); i < len(alike); i++ {`},
	{"T01", "many parameters are not sorted", "signature/canonical.go", "\tslices.SortFunc(s.order, s.compare)\n", ""},
	{"T01", "empty values are not signed", "signature/canonical.go", "for _, i := range s.order {\n", "for _, i := range s.order {\nif len(s.form.Value(i)) == 0 {\ncontinue\n}\n"},
	{"T03", "a name and its value are signed with something between", "signature/canonical.go", `append(append(s.text, s.form.Name(i)...), s.form.Value(i)...)`, `append(append(append(s.text, s.form.Name(i)...), '='), s.form.Value(i)...)`},
}
