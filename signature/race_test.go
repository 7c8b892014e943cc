//go:build race

package signature_test

// underRace reports whether the race detector is on. It makes pools drop
// values, so allocations cannot be counted.
const underRace = true
