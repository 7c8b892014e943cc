// Package mutants tests the tests of packages signature and internal/form. Each
// test plants one mistake that other validators have made, or might make, in
// the verifier or the form parser, and requires that the tests of those
// packages fail on it (V3 of the threat model).
//
//	go test ./internal/checks/mutants                           a sample
//	RINGBACK_MUTANTS=all go test -v ./internal/checks/mutants   all, four minutes on two cores
//
// The source files are not changed: the compiler reads a changed copy instead.
package mutants
