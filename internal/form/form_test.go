package form_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/form"
)

func pairs(nameValue ...string) (list []form.Pair) {
	for i := 0; i < len(nameValue); i += 2 {
		list = append(list, form.Pair{Name: nameValue[i], Value: nameValue[i+1]})
	}
	return list
}

func TestParse(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want []form.Pair
	}{
		"nothing":                {"", nil},
		"separators only":        {"&&&", nil},
		"order":                  {"b=2&a=1", pairs("b", "2", "a", "1")},
		"repeats":                {"a=2&a=1&a=2", pairs("a", "2", "a", "1", "a", "2")},
		"empty value":            {"a=&b=", pairs("a", "", "b", "")},
		"no equals sign":         {"a&b=1", pairs("a", "", "b", "1")},
		"empty name":             {"=v", pairs("", "v")},
		"equals sign alone":      {"=", pairs("", "")},
		"empty pairs":            {"&a=1&&b=2&", pairs("a", "1", "b", "2")},
		"equals sign in a value": {"a=b=c==", pairs("a", "b=c==")},
		"plus and %20":           {"a+b=c%20d+e", pairs("a b", "c d e")},
		"escaped plus":           {"From=%2B15550100", pairs("From", "+15550100")},
		"escapes of both cases":  {"a=%c3%A9%C3%a9", pairs("a", "éé")},
		"escaped separators":     {"%26%3d%3B=%26%3D%3b", pairs("&=;", "&=;")},
		"decoded once":           {"a=%2541%252B", pairs("a", "%41%2B")},
		"NUL":                    {"a=b%00c", pairs("a", "b\x00c")},
		"raw UTF-8":              {"é=ü", pairs("é", "ü")},
		"name like Go's":         {"a[]=1&a.b=2&a%5B0%5D=3", pairs("a[]", "1", "a.b", "2", "a[0]", "3")},
		"escape shortens a name": {"%41%42%43=x&d=e", pairs("ABC", "x", "d", "e")},
		"semicolon":              {"a=1;b=2", pairs("a", "1;b=2")},
		"semicolon in a name":    {"a;b=2", pairs("a;b", "2")},
		"semicolon, escape":      {"a=%41;b=2", pairs("a", "A;b=2")},
		"byte, not UTF-8":        {"a=1&b=%FF", pairs("a", "1", "b", "\xff")},
		"surrogate":              {"a=%ED%A0%80", pairs("a", "\xed\xa0\x80")},
		"raw byte":               {"\xff=1", pairs("\xff", "1")},
		"character over two":     {"a=%C3&%A9=1", pairs("a", "\xc3", "\xa9", "1")},
	} {
		t.Run(name, func(t *testing.T) {
			for _, lenient := range []bool{false, true} {
				got, err := form.Parse(tt.text, form.Limits{Lenient: lenient})
				require.NoError(t, err)
				assert.ElementsMatch(t, tt.want, got)
				assert.Equal(t, len(tt.want), len(got))
				for i := range tt.want {
					assert.Equal(t, tt.want[i], got[i])
				}
				fromBytes, err := form.Parse([]byte(tt.text), form.Limits{Lenient: lenient})
				require.NoError(t, err)
				assert.Equal(t, got, fromBytes)
			}
		})
	}
}

// TestT11MalformedForms shows both readings of a broken escape: refused, or
// kept as text to the last byte. No pair is ever dropped.
func TestT11MalformedForms(t *testing.T) {
	for name, tt := range map[string]struct {
		text    string
		offset  int
		lenient []form.Pair
	}{
		"no digits":             {"a=1&b=%zz&c=3", 6, pairs("a", "1", "b", "%zz", "c", "3")},
		"one digit":             {"a=%4", 2, pairs("a", "%4")},
		"second is not a digit": {"a=%4g", 2, pairs("a", "%4g")},
		"lone percent":          {"a=50%", 4, pairs("a", "50%")},
		"percent before &":      {"a=50%&b=1", 4, pairs("a", "50%", "b", "1")},
		"in a name":             {"a%=1", 1, pairs("a%", "1")},
		"percent then escape":   {"a=%%41", 2, pairs("a", "%A")},
		"escape over two":       {"a=%4&1=x", 2, pairs("a", "%4", "1", "x")},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := form.Parse(tt.text, form.Limits{})
			require.ErrorIs(t, err, form.ErrEscape)
			place, ok := errors.AsType[*form.Error](err)
			require.True(t, ok)
			assert.Equal(t, tt.offset, place.Offset)
			assert.Nil(t, got)
			assert.NotContains(t, err.Error(), "=")

			got, err = form.Parse(tt.text, form.Limits{Lenient: true})
			require.NoError(t, err)
			assert.Equal(t, tt.lenient, got)
		})
	}
}

func TestT12ParameterLimit(t *testing.T) {
	text := strings.Repeat("a=1&", 10)
	_, err := form.Parse(text, form.Limits{Pairs: 10})
	require.NoError(t, err)
	_, err = form.Parse(text+"b=1", form.Limits{Pairs: 10})
	require.ErrorIs(t, err, form.ErrTooMany)
	_, err = form.Parse(text+"%zz", form.Limits{Pairs: 10})
	assert.ErrorIs(t, err, form.ErrTooMany, "text beyond the limit is not read")
	_, err = form.Parse(text+"&&&&", form.Limits{Pairs: 10})
	assert.NoError(t, err, "empty pairs do not count")
}

func TestScannerIsReused(t *testing.T) {
	var s form.Scanner
	require.NoError(t, form.Scan(&s, "Body=a+b&To=%2B1", form.Limits{}))
	kept := s.Pairs()
	require.Equal(t, 2, s.Len())
	assert.Equal(t, "Body", string(s.Name(0)))
	assert.Equal(t, "+1", string(s.Value(1)))

	require.NoError(t, form.Scan(&s, "X=zzzzzzzzzzzz", form.Limits{}))
	assert.Equal(t, 1, s.Len())
	assert.Equal(t, "a b", kept[0].Value, "a copy outlives the next scan")
	assert.Equal(t, "To", kept[1].Name)

	require.Error(t, form.Scan(&s, "a=1&b=%", form.Limits{}))
	assert.Zero(t, s.Len(), "a refused text leaves no pairs")
	assert.NotZero(t, s.Cap())
	assert.Empty(t, s.Pairs())
}

func TestScanDoesNotTouchItsInput(t *testing.T) {
	text := []byte("a=%41+b&c=%zz")
	before := string(text)
	var s form.Scanner
	require.NoError(t, form.Scan(&s, text, form.Limits{Lenient: true}))
	assert.Equal(t, before, string(text))
	copy(text, "xxxxxxxxxxxxx")
	assert.Equal(t, "A b", string(s.Value(0)))
}

func TestScanAllocatesNothing(t *testing.T) {
	text := []byte(strings.Repeat("Name=a+value%21&", 30))
	var s form.Scanner
	require.NoError(t, form.Scan(&s, text, form.Limits{}))
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if form.Scan(&s, text, form.Limits{}) != nil {
			t.Fatal("refused")
		}
	}))
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = s.Pairs() }), 2.0)
}

func TestAppend(t *testing.T) {
	text := form.Append(nil, pairs("Body", "a b+c&d=e%f;g", "", "", "é", "*-._~\x00")...)
	assert.Equal(t, "Body=a+b%2Bc%26d%3De%25f%3Bg&=&%C3%A9=*-._%7E%00", string(text))
	got, err := form.Parse(text, form.Limits{})
	require.NoError(t, err)
	assert.Equal(t, pairs("Body", "a b+c&d=e%f;g", "", "", "é", "*-._~\x00"), got)
}

// slowParse implements the WHATWG rules in the most obvious way.
func slowParse(text string) (list []form.Pair) {
	for _, part := range strings.Split(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		list = append(list, form.Pair{Name: slowDecode(name), Value: slowDecode(value)})
	}
	return list
}

func slowDecode(s string) string {
	out := ""
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := url.PathUnescape(s[i : i+3]); err == nil {
				out += c
				i += 2
				continue
			}
		}
		if s[i] == '+' {
			out += " "
		} else {
			out += s[i : i+1]
		}
	}
	return out
}

// FuzzParse is target 4 of the threat model. Lenient reading equals the slow
// reference. Strict reading gives the same pairs or an error; it agrees with
// url.ParseQuery, errors included, except that a semicolon is not a separator.
// Both scanners agree. The pairs can be written and read again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "a=1&b=2", "a=%zz", "a=50%", "a;b=1", "=&=&", "a&&b", "a=%41+%2B", "%C3=%A9", "a=%ED%A0%80", "a=b=c",
		"Body=hi+there&From=%2B15550100&MediaUrl0=https%3A%2F%2Fapi.example.com%2Fm", "é=\xff", "%", "%4", "a=%%41",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := slowParse(text)
		lenient, err := form.Parse(text, form.Limits{Lenient: true})
		require.NoError(t, err)
		require.Equal(t, len(want), len(lenient))
		for i := range want {
			require.Equal(t, want[i], lenient[i])
		}

		strict, err := form.Parse(text, form.Limits{})
		values, stdErr := url.ParseQuery(strings.ReplaceAll(text, ";", "%3B"))
		require.Equal(t, stdErr == nil, err == nil, "%v %v", stdErr, err)
		if err == nil {
			require.Equal(t, lenient, strict)
			got := url.Values{}
			for _, p := range strict {
				got.Add(p.Name, p.Value)
			}
			require.Equal(t, values, got)
		}

		for _, limits := range []form.Limits{{}, {Lenient: true}, {Pairs: 2}, {Pairs: max(1, len(want)), Lenient: true}} {
			var quick, plain form.Scanner
			err, plainErr := form.Scan(&quick, text, limits), form.ScanPlain(&plain, text, limits)
			require.Equal(t, plainErr, err)
			require.Equal(t, plain.Pairs(), quick.Pairs())
		}

		again, err := form.Parse(form.Append(nil, lenient...), form.Limits{Lenient: true})
		require.NoError(t, err)
		require.Equal(t, lenient, again)

		if len(lenient) > 1 {
			_, err = form.Parse(text, form.Limits{Lenient: true, Pairs: len(lenient) - 1})
			require.ErrorIs(t, err, form.ErrTooMany)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	text := strings.Repeat("SmsMessageSid=SM0123456789abcdef&FromCity=SAN+FRANCISCO&", 10) + "Body=Hello+there%2C+what+time+do+you+open%3F&From=%2B15550101"
	for name, scan := range map[string]func(*form.Scanner, string, form.Limits) error{"quick": form.Scan[string], "plain": form.ScanPlain} {
		b.Run(name, func(b *testing.B) {
			var s form.Scanner
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if scan(&s, text, form.Limits{}) != nil {
					b.Fatal("refused")
				}
			}
		})
	}
}
