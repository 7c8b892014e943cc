package twiml_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden compares rendered documents with testdata/golden, where review sees
// a change of a single byte:
//
//	go test ./twiml -run TestGolden -update
func TestGolden(t *testing.T) {
	golden := map[string]string{
		"message": benchMessage().String() + "\n\n" + benchMessage().Indent(),
		"menu":    benchMenu().String() + "\n\n" + benchMenu().Indent(),
		"speech":  fluent["own/ssml-all-tags"].String() + "\n",
		"sip":     fluent["own/dial-sip-uris-and-headers"].String() + "\n",
	}
	for name, got := range golden {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", "golden", name+".xml")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}
