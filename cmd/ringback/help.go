package main

import (
	"fmt"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

type helpCommand struct {
	Command string `arg:"" optional:"" help:"The command to describe (default: all)."`
}

// Run prints what --help prints.
func (h *helpCommand) Run(parser *kong.Kong) error {
	var topic []string
	if h.Command != "" {
		topic = []string{h.Command}
	}
	found, err := kong.Trace(parser, topic)
	if err != nil {
		return err
	}
	if found.Error != nil {
		return usagef("there is no command %q; ringback help lists all", h.Command)
	}
	return found.PrintUsage(false)
}

type versionCommand struct{}

// Run prints what --version prints.
func (versionCommand) Run(io streams) error {
	_, err := fmt.Fprintln(io.out, version())
	return err
}

// version returns the version that this command was built as.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unreleased
	}
	return versionOf(info)
}

// unreleased is the version that Go reports for a build without one.
const unreleased = "(devel)"

// versionOf returns the module's version, or else the commit that was built.
func versionOf(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != unreleased {
		return v
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = " " + s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	return unreleased + commit + changed
}
