package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// projectFile holds the settings of a project. It is searched for in the
// current directory and its parents.
const projectFile = ".ringback.yaml"

// settings are the flags that a project file may set. Secrets are not allowed,
// because the file belongs in version control, and neither are files that a
// command writes.
var settings = []string{
	"app", "base-url", "sms", "voice", "status", "fallback", "number", "listen", "tunnel", "tunnel-host", "keep", "memory", "no-open", "token-file",
}

// projectDir returns the project's directory, to which settings, captures and
// the console belong: the nearest one with a project file, or the current one.
func projectDir() string {
	here, err := os.Getwd()
	if err != nil {
		return "."
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, projectFile)); err == nil && !planted(dir, here) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return here
		}
	}
}

// projectSettings is the content of a project file. It is a [kong.Resolver]:
// flags and environment variables take precedence.
type projectSettings map[string]any

func readSettings(dir string) (projectSettings, error) {
	if here, err := os.Getwd(); err == nil && planted(dir, here) {
		return nil, nil
	}
	f, err := os.Open(filepath.Join(dir, projectFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := projectSettings{}
	if err := yaml.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&out); err != nil && !errors.Is(err, io.EOF) {
		return nil, usagef("%s: %s", projectFile, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	for _, name := range slices.Sorted(maps.Keys(out)) {
		switch {
		case name == "token":
			return nil, usagef("%s: a token does not belong in this file; set TWILIO_AUTH_TOKEN or use token-file", projectFile)
		case !slices.Contains(settings, name):
			return nil, usagef("%s: unknown setting %q; the settings are %s", projectFile, name, strings.Join(settings, ", "))
		}
	}
	if file, ok := out["token-file"].(string); ok && !filepath.IsAbs(file) {
		out["token-file"] = filepath.Join(dir, file)
	}
	return out, nil
}

// Validate implements [kong.Resolver]: readSettings has checked the names.
func (projectSettings) Validate(*kong.Application) error { return nil }

// Resolve implements [kong.Resolver].
func (s projectSettings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if os.Getenv(name) != "" {
			return nil, nil
		}
	}
	value, ok := s[flag.Name]
	if !ok {
		return nil, nil
	}
	if list, ok := value.([]any); ok {
		var texts []string
		for _, item := range list {
			texts = append(texts, fmt.Sprint(item))
		}
		return strings.Join(texts, ","), nil
	}
	return fmt.Sprint(value), nil
}
