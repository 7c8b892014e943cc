//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package lock

import "os"

// Works reports whether files can be locked on this system.
const Works = false

// File does nothing.
func File(*os.File) error { return nil }
