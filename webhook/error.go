package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
)

// The errors of a parameter; a [DecodeError] wraps one of these.
var (
	// ErrMissing: the request lacks this parameter. If the parameter is
	// required, the request is of another kind, or its parameters were tampered
	// with.
	ErrMissing = errors.New("webhook: parameter is missing")

	// ErrSyntax: the text does not fit the type of the field.
	ErrSyntax = errors.New("webhook: malformed value")

	// ErrRange: a number or time is out of the field's range.
	ErrRange = errors.New("webhook: value out of range")

	// ErrDepth: JSON is nested deeper than 64 levels.
	ErrDepth = errors.New("webhook: JSON nested too deep")

	// ErrBatch: a request with several events was decoded as one event; decode
	// it as [EventStreams].
	ErrBatch = errors.New("webhook: more or fewer than one event in the request")
)

// A DecodeError says which parameter of a request could not be read, and why.
//
// Its text names the kind and the parameter. It never contains the value, which
// may be a phone number, not even with %+v or in JSON.
type DecodeError struct {
	Kind  Kind   // kind that the request was decoded as
	Param string // name on the wire; a path such as "data.messageSid" in JSON
	Value string // value as sent
	Err   error  // ErrMissing, ErrSyntax, ErrRange, ErrDepth or ErrBatch
}

// Error names the kind and the parameter, never the value.
func (e *DecodeError) Error() string {
	text := "webhook: " + string(e.Kind)
	if e.Param != "" {
		text += ": " + strconv.Quote(e.Param)
	}
	switch e.Err {
	case nil:
		return text
	case ErrMissing:
		return text + " is missing"
	case ErrSyntax:
		return text + " is malformed"
	case ErrRange:
		return text + " is out of range"
	case ErrDepth:
		return text + " is nested too deep"
	case ErrBatch:
		return text + " does not hold exactly one event"
	}
	return text + ": " + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *DecodeError) Unwrap() error { return e.Err }

// Format writes the text of Error for every verb, so that no verb shows the
// value.
func (e DecodeError) Format(f fmt.State, verb rune) { formatText(f, verb, e.Error()) }

// MarshalJSON writes the text of e as a JSON string, without the value.
func (e DecodeError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

// LogValue is the text of e, without the value.
func (e DecodeError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
