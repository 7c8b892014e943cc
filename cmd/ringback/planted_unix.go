//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
)

// planted reports whether the project file of dir may be one that another user left
// in a directory that everyone may write to, such as /tmp: it would choose where
// requests go that are signed with our token. A file that belongs to whoever owns the
// current directory, here, is none: in a container, that is often another user.
func planted(dir, here string) bool {
	place, err := os.Stat(dir)
	if err != nil || place.Mode().Perm()&0o002 == 0 {
		return false
	}
	owner, ok := ownerOf(filepath.Join(dir, projectFile))
	if !ok || owner == 0 || int(owner) == os.Geteuid() {
		return false
	}
	ours, ok := ownerOf(here)
	return !ok || owner != ours
}

func ownerOf(name string) (uint32, bool) {
	info, err := os.Lstat(name)
	if err != nil {
		return 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return stat.Uid, true
}
