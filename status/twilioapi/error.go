package twilioapi

import (
	"errors"
	"fmt"

	"github.com/twilio/twilio-go/client"
)

// An Error is a request to Twilio that failed. Its text has only the numbers,
// because Twilio's own text can hold a phone number.
type Error struct {
	Op     string // what was tried, such as "fetch message"
	Status int    // of the HTTP response; zero: there was none, or it could not be read
	Code   int    // Twilio's, such as 20404; zero: none
	Err    error  // the error of twilio-go
}

// Error returns the numbers. It does not print Err, which explains an error without
// numbers; log it too if your logs may hold phone numbers.
func (e *Error) Error() string {
	switch {
	case e.Code != 0:
		return fmt.Sprintf("twilioapi: %s: status %d, code %d", e.Op, e.Status, e.Code)
	case e.Status != 0:
		return fmt.Sprintf("twilioapi: %s: status %d", e.Op, e.Status)
	}
	return fmt.Sprintf("twilioapi: %s: no usable answer", e.Op)
}

// Unwrap returns the error of twilio-go, with Twilio's text.
func (e *Error) Unwrap() error { return e.Err }

// refusal makes an Error of what twilio-go returned.
func refusal(op string, err error) error {
	e := &Error{Op: op, Err: err}
	if r, ok := errors.AsType[*client.TwilioRestError](err); ok {
		e.Status, e.Code = r.Status, r.Code
	} else if r, ok := errors.AsType[*client.RestErrorV1](err); ok {
		e.Status, e.Code = r.HttpStatusCode, r.Code
	}
	return e
}

// temporary reports whether another try may help: too many requests, an error of
// Twilio's server or of the network.
func temporary(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Status == 0 || e.Status == 429 || e.Status >= 500)
}
