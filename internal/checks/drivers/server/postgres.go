package server

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"syscall"
)

// Postgres creates a PostgreSQL cluster, starts it and returns when it answers.
// Commits are synced: fsync and synchronous_commit are on. PostgreSQL refuses
// to run as root; then it runs as the user postgres of the system's package.
func Postgres() (*Server, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ringback-postgres-")
	if err != nil {
		return nil, err
	}
	s, err := newPostgres(bin, dir)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

func newPostgres(bin, dir string) (*Server, error) {
	run := func(name string, args ...string) *exec.Cmd {
		return exec.Command(filepath.Join(bin, name), args...)
	}
	if os.Geteuid() == 0 {
		if err := giveToPostgres(dir); err != nil {
			return nil, err
		}
		run = func(name string, args ...string) *exec.Cmd {
			// setpriv becomes the server, so that its process is ours to end.
			as := []string{"--reuid=postgres", "--regid=postgres", "--init-groups", "--", filepath.Join(bin, name)}
			return exec.Command("setpriv", append(as, args...)...)
		}
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	data, secret := filepath.Join(dir, "data"), password()
	file := filepath.Join(dir, "password")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o644); err != nil {
		return nil, err
	}
	initdb := run("initdb", "--pgdata="+data, "--username=ringback", "--pwfile="+file,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.Dir = dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("server: initdb: %w: %s", err, out)
	}
	s := &Server{
		url: "postgres://ringback:" + secret + "@127.0.0.1:" + port + "/postgres?sslmode=disable",
		dir: dir,
		command: func() *exec.Cmd {
			cmd := run("postgres", "-D", data, "-p", port, "-k", dir,
				"-c", "listen_addresses=127.0.0.1",
				"-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "full_page_writes=on",
				"-c", "max_connections=200")
			cmd.Dir = dir
			return cmd
		},
		// Killed itself, it would leave processes behind that go on to answer
		// on open connections; told to quit, it takes them with it.
		crash: syscall.SIGQUIT,
		ready: func() bool {
			return exec.Command(filepath.Join(bin, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", port, "-d", "postgres").Run() == nil
		},
	}
	return s, s.Start()
}

// postgresBin finds the folder of the server's programs: in the path, or where
// Debian keeps one folder for each version, the newest last.
func postgresBin() (string, error) {
	if name, err := exec.LookPath("postgres"); err == nil {
		// A link in the path stands for a folder with all the other programs.
		name, err = filepath.EvalSymlinks(name)
		return filepath.Dir(name), err
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%w: postgresql", ErrMissing)
	}
	slices.SortFunc(found, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return slices.Compare([]byte(a), []byte(b))
	})
	return filepath.Dir(found[len(found)-1]), nil
}

func giveToPostgres(dir string) error {
	if _, err := exec.LookPath("setpriv"); err != nil {
		return fmt.Errorf("%w: setpriv, needed to run postgresql as root", ErrMissing)
	}
	if _, err := user.Lookup("postgres"); err != nil {
		return fmt.Errorf("%w: the user postgres, needed to run postgresql as root", ErrMissing)
	}
	if out, err := exec.Command("chown", "postgres", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("server: chown: %w: %s", err, out)
	}
	return nil
}
