package webhook

import (
	"errors"
	"log/slog"
	"maps"
	"math/bits"
	"net/url"
	"slices"

	"github.com/ringback-go/ringback/signature"
)

// Problems returns an error for each optional parameter of e that could not be
// read. Its field is zero and its text is in Extra. An event with problems can
// be used. A receiver logs them.
func Problems(e Event) []*DecodeError {
	if p, ok := e.(interface{ problems() []*DecodeError }); ok {
		return p.problems()
	}
	return nil
}

// bareNames returns the names of the parameters whose fields are set.
func bareNames(encode func(*encoder)) []string {
	w := encoder{bare: true}
	encode(&w)
	names := w.written
	for _, p := range w.pairs {
		names = append(names, p.name)
	}
	return names
}

// reread returns the errors of the texts in extra whose names have a field that
// is not set.
func reread[E any, P fields[E]](s *shape, encode func(*encoder), extra url.Values, members map[string]JSON) []*DecodeError {
	if len(extra) == 0 && len(members) == 0 {
		return nil
	}
	var event E
	return check(s, P(&event).set, bareNames(encode), extra, members)
}

// check decodes texts with set, and returns the errors of those without a name
// in known.
func check(s *shape, set func(*decoder, string, string) bool, known []string, extra url.Values, members map[string]JSON) []*DecodeError {
	all := *s
	all.strict = ^uint64(0) // everything malformed is an error
	var problems []*DecodeError
	read := func(name, value string, raw JSON) {
		if slices.Contains(s.params, name) && !slices.Contains(known, name) {
			d := decoder{shape: &all, raw: raw}
			set(&d, name, value)
			problems = append(problems, flatten(d.joined())...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		read(name, extra[name][0], "")
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		read(name, "", members[name])
	}
	return problems
}

// logValue returns the kind of an event and its SIDs, without texts, numbers
// and other personal data.
func logValue(kind Kind, encode func(*encoder)) slog.Value {
	w := encoder{bare: true, sids: true}
	encode(&w)
	attrs := []slog.Attr{slog.String("kind", string(kind))}
	for _, p := range w.pairs {
		attrs = append(attrs, slog.String(p.name, p.value))
	}
	return slog.GroupValue(attrs...)
}

// unread joins what a log should say about the parameters of an event: those
// that could not be read, and usual ones that are missing. It is nil if there
// are none.
func unread(v *signature.Verified, e Event) error {
	var errs []error
	for _, p := range Problems(e) {
		errs = append(errs, p)
	}
	shaped, ok := e.(interface{ shape() *shape })
	if !ok {
		return errors.Join(errs...)
	}
	s := shaped.shape()
	for left := s.usual; left != 0; left &= left - 1 {
		name := s.params[bits.TrailingZeros64(left)]
		if _, there := v.Param(name); !there {
			errs = append(errs, &DecodeError{Kind: s.kind, Param: name, Err: ErrMissing})
		}
	}
	return errors.Join(errs...)
}
