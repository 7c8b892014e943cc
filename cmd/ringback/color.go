package main

import (
	"io"
	"os"

	"github.com/mattn/go-isatty"
)

// A color is a terminal color or style.
type color string

const (
	red    color = "31"
	green  color = "32"
	yellow color = "33"
	bold   color = "1"
	faint  color = "2"
)

// on returns text in this color if w is a terminal. NO_COLOR turns colors off
// (no-color.org).
func (c color) on(w io.Writer, text string) string {
	if text == "" || !terminal(w) || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// terminal reports whether w is a terminal.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
