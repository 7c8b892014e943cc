//go:build race

package signature_test

// underRace tells that the race detector is on: it makes pools forget, so
// allocations cannot be counted.
const underRace = true
