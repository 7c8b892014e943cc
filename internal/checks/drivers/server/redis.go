package server

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Redis starts a Redis and returns when it answers. Every write is appended to
// its log and synced before it is acknowledged.
func Redis() (*Server, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("%w: redis-server", ErrMissing)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ringback-redis-")
	if err != nil {
		return nil, err
	}
	secret := password()
	s := &Server{
		url: "redis://default:" + secret + "@127.0.0.1:" + port + "/0",
		dir: dir,
		command: func() *exec.Cmd {
			return exec.Command(program, "--bind", "127.0.0.1", "--port", port, "--dir", dir,
				"--appendonly", "yes", "--appendfsync", "always", "--save", "", "--requirepass", secret)
		},
		crash: os.Kill,
		ready: func() bool { return redisAnswers("127.0.0.1:"+port, secret) },
	}
	if err := s.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

// redisAnswers asks for a PING; a server that still loads its log refuses it.
func redisAnswers(address, secret string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	fmt.Fprintf(conn, "AUTH %s\r\nPING\r\n", secret)
	r := bufio.NewReader(conn)
	for _, want := range []string{"+OK", "+PONG"} {
		line, err := r.ReadString('\n')
		if err != nil || strings.TrimSpace(line) != want {
			return false
		}
	}
	return true
}
