package wire

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
)

// Fields are the members of an object, for a parser that takes those that it
// knows. They keep the first error.
type Fields struct {
	members []field
	err     error
}

type field struct {
	name, value []byte
	taken       bool
}

// Read reads all members of an object.
func Read(o Object) (f Fields) {
	f.members = make([]field, 0, 16)
	for {
		name, value, ok := o.Next()
		if !ok {
			f.err = o.Err()
			return f
		}
		f.members = append(f.members, field{name: name, value: value})
	}
}

// Err returns the first error.
func (f *Fields) Err() error { return f.err }

// Fail records that a member is wrong, unless err is nil.
func (f *Fields) Fail(name string, err error) {
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("%s: %w", name, err)
	}
}

// Take returns the raw value of a member, or nil.
func (f *Fields) Take(name string) []byte {
	for i := range f.members {
		if m := &f.members[i]; string(m.name) == name {
			m.taken = true
			return m.value
		}
	}
	return nil
}

// Text takes a string. A missing one is empty.
func (f *Fields) Text(name string) string { return take(f, name, Text) }

// Bool takes a boolean. A missing one is false.
func (f *Fields) Bool(name string) bool { return take(f, name, Bool) }

// Count takes a count of at most so many. A missing one is zero.
func (f *Fields) Count(name string, most int64) int64 {
	return take(f, name, func(value []byte) (int64, error) {
		n, err := Int(value)
		if err == nil && n > most {
			err = fmt.Errorf("larger than %d", most)
		}
		return n, err
	})
}

func take[T any](f *Fields, name string, read func([]byte) (T, error)) (v T) {
	value := f.Take(name)
	if value == nil {
		return v
	}
	v, err := read(value)
	f.Fail(name, err)
	return v
}

// Texts takes an object of texts, whose values may be anything. It is never nil.
func (f *Fields) Texts(name string) map[string]string {
	texts := map[string]string{}
	value := f.Take(name)
	if value == nil || string(value) == "null" {
		return texts
	}
	inner := Read(Members(value))
	for name, value := range inner.Rest() {
		text, err := Text(value)
		if err != nil {
			text = string(value) // not a reason to drop a call
		}
		texts[name] = text
	}
	f.Fail(name, inner.err)
	return texts
}

// Rest yields the members that were not taken, with a copy of each value.
func (f *Fields) Rest() iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		for _, m := range f.members {
			if !m.taken && !yield(string(m.name), slices.Clone(m.value)) {
				return
			}
		}
	}
}
