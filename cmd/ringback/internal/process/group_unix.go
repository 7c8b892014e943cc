//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// ownGroup puts the program into a process group of its own: "go run" starts
// the real program as a child, which must be stopped as well.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func stop(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }

func kill(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
