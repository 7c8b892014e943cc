// Package process runs the program under development with its settings in the
// environment, restarts it when it exits, and stops it at the end.
package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Config says what to run. Command is required.
type Config struct {
	Command []string
	Env     []string // added to our own environment, "NAME=value"
	Out     io.Writer
	Changed func(State)
	Once    bool // do not start it again: Run returns an error when it ends
}

// State is the state of the program.
type State struct {
	Running bool
	Error   string // how the last run ended, unless we stopped it
}

// Pauses before a restart: short at first, so that a change takes effect soon,
// and longer if the program keeps failing.
const (
	firstPause = 300 * time.Millisecond
	longPause  = 5 * time.Second
	steady     = 10 * time.Second // a run of this length was not a failed start
	grace      = 5 * time.Second  // between asking it to stop and killing it
)

// Run runs the program again and again until ctx ends, and returns when its
// last run has ended. It fails at once if there is no such program.
func Run(ctx context.Context, cfg Config) error {
	if _, err := exec.LookPath(cfg.Command[0]); err != nil {
		return fmt.Errorf("cannot start %s: %w", cfg.Command[0], err)
	}
	pause := firstPause
	for {
		start := time.Now()
		err := once(ctx, cfg)
		if ctx.Err() != nil {
			cfg.changed(State{})
			return nil
		}
		text := "it exited"
		if err != nil {
			text = err.Error()
		}
		cfg.changed(State{Error: text})
		if cfg.Once {
			return fmt.Errorf("%s ended (%s)", cfg.Command[0], text)
		}
		fmt.Fprintf(cfg.Out, "ringback: %s ended (%s); starting it again in %v\n", cfg.Command[0], text, pause)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		if pause = min(2*pause, longPause); time.Since(start) > steady {
			pause = firstPause
		}
	}
}

func once(ctx context.Context, cfg Config) error {
	cmd := exec.CommandContext(ctx, cfg.Command[0], cfg.Command[1:]...)
	cmd.Env = append(os.Environ(), cfg.Env...)
	cmd.Stdout, cmd.Stderr = cfg.Out, cfg.Out
	ownGroup(cmd)
	cmd.Cancel = func() error { return stop(cmd) }
	cmd.WaitDelay = grace
	if err := cmd.Start(); err != nil {
		return err
	}
	cfg.changed(State{Running: true})
	err := cmd.Wait()
	kill(cmd) // remaining child processes
	return err
}

func (cfg Config) changed(s State) {
	if cfg.Changed != nil {
		cfg.Changed(s)
	}
}

// Lines is a writer that marks each line with its source, to distinguish the
// program's output from ours. It is safe for concurrent use.
type Lines struct {
	mu     sync.Mutex
	out    io.Writer
	prefix string
	rest   strings.Builder
}

// NewLines returns a writer to out that puts prefix before each line.
func NewLines(out io.Writer, prefix string) *Lines { return &Lines{out: out, prefix: prefix} }

// longestLine is written even if it has not ended.
const longestLine = 64 << 10

// Write writes the lines that p completes.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(string(p)) {
		l.rest.WriteString(line)
		if !strings.HasSuffix(line, "\n") && l.rest.Len() < longestLine {
			break
		}
		text := l.prefix + strings.TrimSuffix(l.rest.String(), "\n") + "\n"
		l.rest.Reset()
		if _, err := io.WriteString(l.out, text); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
