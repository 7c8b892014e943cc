// Package examples plays every example program as a reader would: by the
// command, and by a person at the page of "ringback dev".
//
//	RINGBACK_TEST_EXAMPLES=1 go test ./internal/checks/examples
//
// It builds all of them, which takes a while. That no example is left out is
// checked at every run.
package examples
