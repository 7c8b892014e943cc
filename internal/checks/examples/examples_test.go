package examples

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const token = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"

// TestExamplesPlay starts each program and plays it by one-shot commands, which
// fail where Twilio would log an error, callbacks included.
func TestExamplesPlay(t *testing.T) {
	if os.Getenv("RINGBACK_TEST_EXAMPLES") == "" {
		t.Skip("set RINGBACK_TEST_EXAMPLES=1 to build and play the examples")
	}
	dir := t.TempDir()
	names := []string{"hello", "ivr", "voicemail", "conference", "catchall", "whatsapp"}
	args := []string{"build", "-o", dir + string(filepath.Separator), "../../../cmd/ringback"}
	for _, name := range names {
		args = append(args, "../../../examples/"+name)
	}
	text, err := exec.Command("go", args...).CombinedOutput()
	require.NoError(t, err, "%s", text)
	for _, row := range []struct {
		program string
		play    []string
		says    string
	}{
		{"hello", []string{"text", "hi"}, "Thanks, we got: hi"},
		{"hello", []string{"call", "waits 1s"}, "Thanks for calling"},
		{"ivr", []string{"call", "presses 1", "presses 1", "answers", "hangs up"}, "our sales team"},
		{"voicemail", []string{"call", "no answer", "records 5s", "presses #"}, "Thank you. Goodbye."},
		{"conference", []string{"call", "presses 4711", "hangs up"}, "code of the meeting"},
		{"catchall", []string{"text", "hi", "--sms", "/"}, "Thanks, we got: hi"},
		{"catchall", []string{"call", "presses 1234", "--voice", "/", "--status", "/"}, "You have pressed"},
		{"whatsapp", []string{"text", "hi", "--sms", "/whatsapp"}, "Send me a picture."},
	} {
		t.Run(row.program+" "+row.play[0], func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			addr := l.Addr().String()
			require.NoError(t, l.Close())
			env := append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"), "ADDR="+addr, "BASE_URL=http://"+addr,
				"TWILIO_AUTH_TOKEN="+token, "TWILIO_ACCOUNT_SID=AC0123456789abcdef0123456789abcdef")
			program := exec.Command(filepath.Join(dir, row.program))
			program.Env = env
			require.NoError(t, program.Start())
			t.Cleanup(func() {
				program.Process.Kill()
				program.Wait()
			})
			require.Eventually(t, func() bool {
				conn, err := net.Dial("tcp", addr)
				if err == nil {
					conn.Close()
				}
				return err == nil
			}, 20*time.Second, 20*time.Millisecond)
			play := exec.Command(filepath.Join(dir, "ringback"), append(row.play, "--app", "http://"+addr, "--base-url", "http://"+addr, "--token", token)...)
			play.Env = env
			text, err := play.CombinedOutput()
			require.NoError(t, err, "%s", text)
			assert.Contains(t, string(text), row.says)
		})
	}
}
