//go:build !race

package signature_test

const underRace = false
