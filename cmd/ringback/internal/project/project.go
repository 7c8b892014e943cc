// Package project keeps the data of one project directory between runs of the
// command: the console's token, the captures, and the address of the console.
// It is in the user's cache directory, readable only by that user.
package project

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/lock"
)

// A Dir is the cache of one project directory.
type Dir struct{ path string }

// Open returns the cache of the project in the directory called name. It
// creates the cache directory with mode 0700.
func Open(name string) (*Dir, error) {
	root, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	sum := sha256.Sum256([]byte(path))
	label := strings.Trim(odd.ReplaceAllString(filepath.Base(path), "-"), "-.")
	d := &Dir{filepath.Join(root, "ringback", label[:min(len(label), 40)]+"-"+hex.EncodeToString(sum[:6]))}
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return nil, err
	}
	return d, os.Chmod(d.path, 0o700)
}

// odd matches characters that a file name should not contain.
var odd = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// Captures returns the name of the file of captures.
func (d *Dir) Captures() string { return filepath.Join(d.path, "captures.jsonl") }

// Token returns the console's token: the one of the last start, or a new one of
// 128 random bits. A token that others could have read is replaced.
func (d *Dir) Token() (string, error) { return d.secret("token") }

// AuthToken returns the auth token used in place of Twilio's if none is set,
// the same one for each start.
func (d *Dir) AuthToken() (string, error) { return d.secret("auth-token") }

func (d *Dir) secret(name string) (string, error) {
	path := filepath.Join(d.path, name)
	if text, err := readPrivate(path); err == nil && valid.MatchString(text) {
		return text, nil
	}
	token := guard.NewToken()
	return token, write(path, token+"\n")
}

var valid = regexp.MustCompile(`^[0-9a-f]{32}$`)

// A Console says where a running console is and what it knows of the program.
type Console struct {
	URL      string `json:"url"`   // of the page, without the token
	Token    string `json:"token"` // of the console
	App      string `json:"app"`
	BaseURL  string `json:"baseURL"`
	Account  string `json:"account,omitempty"` // SID that requests are sent for
	Number   string `json:"number"`
	Method   string `json:"method,omitempty"` // of incoming messages and calls; empty: POST
	SMS      string `json:"sms"`
	Voice    string `json:"voice"`
	Status   string `json:"status,omitempty"`
	Fallback string `json:"fallback,omitempty"`
}

// Announce records a running console until withdraw is called or the process
// ends.
func (d *Dir) Announce(c Console) (withdraw func(), err error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(d.path, "console.json")
	if err := write(path, string(text)+"\n"); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	if err := lock.File(f); err != nil {
		f.Close()
		return nil, err
	}
	return func() {
		if now, err := os.Stat(path); err == nil {
			if own, err := f.Stat(); err == nil && os.SameFile(now, own) {
				os.Remove(path)
			}
		}
		f.Close()
	}, nil
}

// Announced returns the running console of this project. The record of a
// console that ended without withdrawing it is ignored, because another program
// may now listen at its address.
func (d *Dir) Announced() (c Console, ok bool) {
	path := filepath.Join(d.path, "console.json")
	text, err := readPrivate(path)
	if err != nil || json.Unmarshal([]byte(text), &c) != nil {
		return Console{}, false
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return Console{}, false
	}
	defer f.Close()
	if err := lock.File(f); lock.Works && !errors.Is(err, lock.ErrLocked) {
		return Console{}, false
	}
	return c, true
}

// Write writes a file of the project that only its owner can read, and returns
// its path.
func (d *Dir) Write(name, text string) (string, error) {
	path := filepath.Join(d.path, name)
	return path, write(path, text)
}

var errReadable = errors.New("project: other users may read or write this file")

// readPrivate reads a small file that only its owner may read and write.
func readPrivate(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", errReadable
	}
	data, err := os.ReadFile(path)
	return strings.TrimSpace(string(data)), err
}

// write replaces a file at once, with mode 0600.
func write(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
