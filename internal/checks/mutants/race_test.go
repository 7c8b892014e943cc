//go:build race

package mutants_test

// The mutants are other programs, which the race detector does not see.
const raceEnabled = true
