// Package examples plays the example programs by the command, as a reader would.
//
//	RINGBACK_TEST_EXAMPLES=1 go test ./internal/checks/examples
//
// It builds all of them, which takes a while.
package examples
