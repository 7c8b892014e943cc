package live

import (
	"errors"
	"fmt"
)

// The reasons why a connection ended, besides io.EOF for a close by Twilio and
// network errors.
var (
	ErrMalformed = errors.New("malformed message")
	ErrProtocol  = errors.New("the peer violated the protocol")
	ErrTooLarge  = errors.New("message over the limit")
	ErrOverflow  = errors.New("too many messages that were not received")
	ErrStalled   = errors.New("the peer does not read")
	ErrNoStart   = errors.New("no first message in time")
	ErrShutdown  = errors.New("the server is shutting down")
	ErrClosed    = errors.New("session closed")
)

// A CloseError is a close frame of the peer that does not mean a normal end.
type CloseError struct {
	Code   int
	Reason string
}

// Error returns the code and the reason.
func (e *CloseError) Error() string {
	return fmt.Sprintf("closed by Twilio with %d %q", e.Code, e.Reason)
}
