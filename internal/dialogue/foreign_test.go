package dialogue_test

import (
	"bufio"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// TestForeignPrograms plays programs that are not written in Go, over HTTP.
// Each checks the signatures itself.
func TestForeignPrograms(t *testing.T) {
	for _, program := range [][]string{{"python3", "testdata/foreign/server.py"}, {"node", "testdata/foreign/server.mjs"}} {
		t.Run(program[0], func(t *testing.T) {
			if _, err := exec.LookPath(program[0]); err != nil {
				t.Skipf("%s is not installed", program[0])
			}
			base := serve(t, program)
			tr := &http.Transport{}
			defer tr.CloseIdleConnections()
			s := play(t, nil, func(c *dialogue.Config) { c.Transport, c.BaseURL = tr, base })
			c := s.call()
			s.wait(3)
			require.Equal(t, 1, c.Press("1"))
			s.wait(1)
			c.Talk(6*time.Second, "please call back")
			s.wait(6)
			c.Press("#")
			s.wait(10)
			assert.Equal(t, []string{"Press 1 to record.", "Speak now.", "Your message of 6 seconds is kept."}, s.said())
			assert.EqualValues(t, "completed", c.Status())
			assert.Equal(t, []string{"You wrote: 5 < 6 & ü"}, bodies(s.text("5 < 6 & ü")))
			assert.Empty(t, s.codes())

			forged := play(t, nil, func(c *dialogue.Config) { c.Transport, c.BaseURL, c.AuthToken = tr, base, "wrong" })
			assert.Equal(t, 11200, forged.text("hi").Failure.Code)
		})
	}
}

// serve starts a program that prints its port, and returns its base URL.
func serve(t *testing.T, program []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program[0], program[1:]...)
	cmd.Env = append(cmd.Environ(), "TWILIO_AUTH_TOKEN=12345")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	if err := cmd.Start(); err != nil {
		t.Skipf("%s does not start: %v", program[0], err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	port, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return "http://127.0.0.1:" + strings.TrimSpace(port)
}
