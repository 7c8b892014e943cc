// Package mutants tests the tests of packages signature and internal/form. It
// holds nothing but tests: each plants one mistake that other validators have
// made, or might make, into the verifier or the form parser, and demands that
// the tests of those packages fail on it (V3 of the threat model).
//
//	go test ./internal/checks/mutants                           a sample
//	RINGBACK_MUTANTS=all go test -v ./internal/checks/mutants   all, four minutes on two cores
//
// The sources on disk are never touched: the compiler is told to read a
// changed copy instead.
package mutants
