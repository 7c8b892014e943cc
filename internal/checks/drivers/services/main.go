// Command services runs a command with a PostgreSQL and a Redis at hand:
//
//	services go test ./internal/checks/drivers/...
//
// It sets RINGBACK_TEST_POSTGRES and RINGBACK_TEST_REDIS for the command; a
// variable that is already set is kept and nothing is started for it. What is
// not installed is named in one line and the variable stays unset: the tests
// that need it then skip. The servers end with the command, also when that
// fails or is interrupted, and the command's exit code becomes its own.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/ringback-go/ringback/internal/checks/drivers/server"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: services COMMAND...")
		os.Exit(2)
	}
	os.Exit(run(os.Args[1], os.Args[2:]...))
}

func run(name string, args ...string) int {
	// A signal goes to the command; the servers are stopped when it is gone.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)

	env := os.Environ()
	for _, service := range []struct {
		name, variable string
		start          func() (*server.Server, error)
	}{
		{"PostgreSQL", "RINGBACK_TEST_POSTGRES", server.Postgres},
		{"Redis", "RINGBACK_TEST_REDIS", server.Redis},
	} {
		if os.Getenv(service.variable) != "" {
			continue
		}
		s, err := service.start()
		if errors.Is(err, server.ErrMissing) {
			fmt.Fprintf(os.Stderr, "services: without %s: %v\n", service.name, err)
			continue
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "services: %s: %v\n", service.name, err)
			return 1
		}
		defer s.Close()
		env = append(env, service.variable+"="+s.URL())
	}
	cmd := exec.Command(name, args...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(os.Stderr, "services: %v\n", err)
		return 1
	}
	done := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				cmd.Process.Signal(s)
			case <-done:
				return
			}
		}
	}()
	err := cmd.Wait()
	close(done)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(exit.ExitCode(), 1)
	}
	if err != nil {
		return 1
	}
	return 0
}
