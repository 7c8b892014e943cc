package errorcode_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/internal/errorcode"
)

// TestLookupFindsWhatAllYields compares the binary search with a scan of the
// table, for every code and its neighbors.
func TestLookupFindsWhatAllYields(t *testing.T) {
	known := map[int]errorcode.Entry{}
	for e := range errorcode.All() {
		known[e.Code] = e
	}
	assert.NotEmpty(t, known)
	for code := range known {
		for _, c := range []int{code - 1, code, code + 1} {
			got, ok := errorcode.Lookup(c)
			want, there := known[c]
			assert.Equal(t, there, ok, "%d", c)
			assert.Equal(t, want, got)
		}
	}
	for _, c := range []int{-1, 0, 1 << 40} {
		_, ok := errorcode.Lookup(c)
		assert.False(t, ok)
	}
}
