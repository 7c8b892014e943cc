// Package server runs a PostgreSQL or a Redis of its own for tests: on
// loopback, on a free port, in a folder that goes away with it, with settings
// under which acknowledged means synced to disk.
//
//	db, err := server.Postgres()
//	if errors.Is(err, server.ErrMissing) {
//		t.Skip(err)
//	}
//	defer db.Close()
//
// A server can be stopped, killed and started again under the same address,
// which is what tests of outages need. It does not install anything.
package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// ErrMissing says that the program of a server is not installed here.
var ErrMissing = errors.New("server: not installed")

// startup is how long a server may take until it answers, a recovery after a
// kill included.
const startup = time.Minute

// A Server is a database process. Its methods are not for concurrent use.
type Server struct {
	url     string
	dir     string
	command func() *exec.Cmd
	ready   func() bool
	crash   os.Signal // ends it without a chance to tidy up
	process *exec.Cmd
	exited  chan struct{}
}

// URL is where clients connect, the password included. It stays the same over
// restarts.
func (s *Server) URL() string { return s.url }

// Start runs the server and returns when it answers. On a running server it
// does nothing.
func (s *Server) Start() error {
	if s.running() {
		return nil
	}
	log, err := os.OpenFile(filepath.Join(s.dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := s.command()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		cmd.Wait()
		close(exited)
	}()
	s.process, s.exited = cmd, exited
	for deadline := time.Now().Add(startup); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if s.ready() {
			return nil
		}
		if !s.running() {
			break
		}
	}
	s.Stop()
	text, _ := os.ReadFile(log.Name())
	return fmt.Errorf("server: %s did not come up: %s", filepath.Base(cmd.Path), text[max(0, len(text)-2000):])
}

// Stop ends the server in order: open transactions are rolled back, what was
// acknowledged is on disk. It returns when the process is gone.
func (s *Server) Stop() { s.signal(os.Interrupt) }

// Kill ends the server at once, with no chance to tidy up: the next start has
// to recover from its log.
func (s *Server) Kill() { s.signal(s.crash) }

// Close stops the server and removes its folder.
func (s *Server) Close() error {
	s.Stop()
	return os.RemoveAll(s.dir)
}

func (s *Server) running() bool {
	if s.process == nil {
		return false
	}
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

func (s *Server) signal(sig os.Signal) {
	if !s.running() {
		return
	}
	if err := s.process.Process.Signal(sig); err != nil {
		s.process.Process.Kill()
	}
	select {
	case <-s.exited:
	case <-time.After(30 * time.Second):
		s.process.Process.Kill()
		<-s.exited
	}
}

// freePort finds a port nobody listens on at this moment.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// password is new for every server, so that no other user of the machine can
// reach it.
func password() string { return rand.Text() }
