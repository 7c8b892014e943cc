package dialogue

import (
	"errors"
	"fmt"
	"net/url"
)

// Failure is something that Twilio would refuse: its error number and a
// description.
type Failure struct {
	Code int    // Twilio's error number; 0 for what it does not log
	URL  string // the URL that failed, if one did
	Text string // a sentence without the number
	Line int    // place in the document, if known
	Col  int
	Err  error // the cause, if known

	fatal bool // the fallback is not used
	mild  bool // a warning, whatever Twilio logs for the number elsewhere
}

// Error returns the number, the place and the description.
func (f *Failure) Error() string {
	text := f.Text
	if f.Line > 0 {
		text = fmt.Sprintf("line %d, column %d: %s", f.Line, f.Col, text)
	}
	if f.Code != 0 {
		text = fmt.Sprintf("error %d: %s", f.Code, text)
	}
	return text
}

// from returns the URL that failed, without its query: " (/path)".
func (f *Failure) from() string {
	u, err := url.Parse(f.URL)
	if err != nil || u.Path == "" {
		return ""
	}
	return " (" + u.Path + ")"
}

// Unwrap returns the cause of the failure.
func (f *Failure) Unwrap() error { return f.Err }

func failure(code int, format string, args ...any) *Failure {
	return &Failure{Code: code, Text: fmt.Sprintf(format, args...)}
}

// What can end the execution of a verb from outside.
var (
	errHungUp   = errors.New("dialogue: the person hung up")
	errEnded    = errors.New("dialogue: the leg was ended")
	errCanceled = errors.New("dialogue: the attempt was given up")
	errUpdated  = errors.New("dialogue: the call was given a new document")
	errScope    = errors.New("dialogue: the waiting is over")
)
