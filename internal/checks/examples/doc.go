// Package examples plays every example program as a reader would: with the
// command, and by hand on the page of "ringback dev".
//
//	RINGBACK_TEST_EXAMPLES=1 go test ./internal/checks/examples
//
// It builds all of them, which takes a while. Every run checks that no example
// is left out.
package examples
