package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// T38: a hint that people copy to a shell holds no text of a request.
func TestT38HintHoldsOnlyHosts(t *testing.T) {
	assert.Contains(t, restart("a-1.example.com:443"), "--base-url https://a-1.example.com:443")
	for _, host := range []string{"$(id)", "a;id", "a`id`", "a b", "a&b", "x\ny", "ä.example.com"} {
		assert.Empty(t, restart(host), host)
	}
}
