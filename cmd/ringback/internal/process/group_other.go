//go:build !unix

package process

import "os/exec"

func ownGroup(*exec.Cmd) {}

func stop(cmd *exec.Cmd) error { return cmd.Process.Kill() }

func kill(*exec.Cmd) {}
