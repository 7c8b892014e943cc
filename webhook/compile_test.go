package webhook_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The compiler refuses a program that Twilio would refuse, at the very line that
// is wrong, and the same program done right is accepted.
func TestWrongProgramsDoNotCompile(t *testing.T) {
	compiler, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command here")
	}
	programs, err := filepath.Glob(filepath.Join("testdata", "programs", "*", "main.go"))
	require.NoError(t, err)
	require.Len(t, programs, 5)
	for _, program := range programs {
		t.Run(filepath.Base(filepath.Dir(program)), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(program)
			require.NoError(t, err)
			wrong := slices.IndexFunc(strings.Split(string(source), "\n"), func(line string) bool {
				return strings.HasSuffix(line, "// wrong")
			})
			build := exec.Command(compiler, "build", "-o", filepath.Join(t.TempDir(), "program"), "./"+filepath.Dir(program))
			said, err := build.CombinedOutput()
			if wrong < 0 {
				require.NoError(t, err, string(said))
				return
			}
			require.Error(t, err)
			complaints := strings.Split(strings.TrimSpace(string(said)), "\n")[1:]
			require.NotEmpty(t, complaints, string(said))
			for _, complaint := range complaints {
				if strings.HasPrefix(complaint, "\t") {
					continue // more on the line before
				}
				assert.Contains(t, filepath.ToSlash(complaint), "/main.go:"+strconv.Itoa(wrong+1)+":")
			}
		})
	}
}
