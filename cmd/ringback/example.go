package main

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// samples are files to try the command with. A command that reads a file takes
// "example:NAME" in place of its name.
//
//go:embed samples
var samples embed.FS

const samplePrefix = "example:"

type exampleCommand struct {
	Name  string `arg:"" optional:"" help:"Name of the sample file to print; without it, the samples are listed."`
	Write string `help:"Write all sample files to this directory." placeholder:"DIR" type:"path"`
}

// Help shows examples.
func (exampleCommand) Help() string {
	return `Sample files come with the command. Every command that reads a file takes example:NAME in place of a file name.

Examples:

  ringback example
  ringback example supportline.yaml
  ringback example --write samples
  ringback lint example:menu.xml`
}

// Run lists, prints or writes the sample files.
func (e *exampleCommand) Run(to streams) error {
	entries, err := fs.ReadDir(samples, "samples")
	if err != nil {
		return err
	}
	switch {
	case e.Name != "":
		f, err := openFile(samplePrefix + strings.TrimPrefix(e.Name, samplePrefix))
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(to.out, f)
		return err
	case e.Write != "":
		if err := os.MkdirAll(e.Write, 0o777); err != nil {
			return err
		}
	}
	for _, entry := range entries {
		name := entry.Name()
		if e.Write != "" {
			data, err := fs.ReadFile(samples, "samples/"+name)
			if err != nil {
				return err
			}
			f, err := os.OpenFile(filepath.Join(e.Write, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
			if err != nil {
				return err
			}
			_, err = f.Write(data)
			if closed := f.Close(); err == nil {
				err = closed
			}
			if err != nil {
				return err
			}
			name = filepath.Join(e.Write, name)
		}
		fmt.Fprintln(to.out, name)
	}
	return nil
}

// openFile opens a file, or a sample.
func openFile(name string) (fs.File, error) {
	sample, ok := strings.CutPrefix(name, samplePrefix)
	if !ok {
		return os.Open(name)
	}
	f, err := samples.Open("samples/" + sample)
	if err != nil {
		return nil, usagef("there is no sample %q: ringback example lists all", sample)
	}
	return f, nil
}

// readFile reads a file or a sample, at most limit bytes of it.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}
