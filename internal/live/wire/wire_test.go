package wire_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/live/wire"
)

func read(data []byte) (names, values []string, err error) {
	o := wire.Message(data)
	for {
		name, value, ok := o.Next()
		if !ok {
			return names, values, o.Err()
		}
		names, values = append(names, string(name)), append(values, string(value))
	}
}

func TestObject(t *testing.T) {
	names, values, err := read([]byte(" {\"a\" : 1 ,\t\"\\u0062\":{\"x\":[1,{}, \"]\"]},\"c\":\"q\\\"\",\"d\":null,\"e\":-1.5e+3}\n"))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "c", "d", "e"}, names)
	assert.Equal(t, []string{"1", `{"x":[1,{}, "]"]}`, `"q\""`, "null", "-1.5e+3"}, values)

	for _, bad := range []string{
		"", " ", "hello", "[]", "{", `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a":1}{}`, `{"a":1} x`, `{"a":01}`, `{"a":1.}`,
		`{"a":"\x"}`, `{"a":"\u12g4"}`, "{\"a\":\"\n\"}", `{"a":tru}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, "{\"a\":\"\xff\"}",
		`{"a":[1,]}`, `{"a":[1}`, `{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}", `{"a":-}`, `{"a":1e}`, `{a:1}`,
	} {
		_, _, err := read([]byte(bad))
		assert.Error(t, err, bad)
	}
	var many strings.Builder
	for i := range 40 {
		many.WriteString(`,"` + strings.Repeat("n", i+1) + `":0`)
	}
	names, _, err = read([]byte("{" + many.String()[1:] + "}"))
	require.NoError(t, err)
	assert.Len(t, names, 40)
	_, _, err = read([]byte("{" + many.String()[1:] + `,"` + strings.Repeat("n", 40) + `":0}`))
	assert.Error(t, err, "the forty-first repeats an earlier one")
}

func TestScalars(t *testing.T) {
	for in, want := range map[string]string{`"a"`: "a", `"caf\u00e9 \ud83d\ude00"`: "café 😀", "null": "", "7": "7", "true": "true", `"` + "`" + `"`: "`"} {
		got, err := wire.Text([]byte(in))
		require.NoError(t, err, in)
		assert.Equal(t, want, got)
	}
	for _, bad := range []string{"{}", "[]", ""} {
		_, err := wire.Text([]byte(bad))
		assert.Error(t, err, bad)
	}
	for in, want := range map[string]int64{"684": 684, `"460"`: 460, "0": 0, `""`: 0, "null": 0, "1e3": 1000, "684.0": 684} {
		got, err := wire.Int([]byte(in))
		require.NoError(t, err, in)
		assert.Equal(t, want, got, in)
	}
	for _, bad := range []string{`"two"`, `"-2"`, "-2", "{}", "true", "1e300", `" 1"`, `"NaN"`} {
		_, err := wire.Int([]byte(bad))
		assert.Error(t, err, bad)
	}
	for in, want := range map[string]bool{"true": true, `"true"`: true, "false": false, `"false"`: false, "null": false} {
		got, err := wire.Bool([]byte(in))
		require.NoError(t, err, in)
		assert.Equal(t, want, got, in)
	}
	_, err := wire.Bool([]byte("1"))
	assert.Error(t, err)
}

// FuzzObject compares the reader with encoding/json, which accepts a little
// more, and the writer with its reader.
func FuzzObject(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[{"b":"c"}],"d":1.5e-3}`, `{"a":"é😀\\","b":true}`, `{"a":1,"a":2}`, "{\"\xff\":0}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		names, values, err := read(data)
		if err != nil {
			return
		}
		var want map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(data, &want))
		require.Len(t, names, len(want))
		rebuilt := []byte{'{'}
		for i, name := range names {
			if utf8.ValidString(name) { // a lone surrogate becomes U+FFFD in both
				require.JSONEq(t, string(want[name]), values[i])
			}
			if i > 0 {
				rebuilt = append(rebuilt, ',')
			}
			rebuilt = append(append(wire.AppendText(rebuilt, name), ':'), values[i]...)
		}
		rebuilt = append(rebuilt, '}')
		require.JSONEq(t, string(data), string(rebuilt))
	})
}

func FuzzAppendText(f *testing.F) {
	f.Add("a\n\t\\\"\x00 \u2028 <&>")
	f.Add("\xff\xc3")
	f.Fuzz(func(t *testing.T, s string) {
		got := wire.AppendText(nil, s)
		var back string
		require.NoError(t, json.Unmarshal(got, &back))
		require.Equal(t, string([]rune(s)), back)
	})
}
