package load

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Usage is what a program uses: processor time since its start, and memory that is
// not swapped out.
type Usage struct {
	CPU    time.Duration
	Memory int64
}

// clockTick is the unit of times in /proc, on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// UsageOf returns a function that returns the total usage of some processes,
// which pick selects by process and group. It needs /proc, as on Linux.
func UsageOf(pick func(pid, group int) bool) func() (Usage, bool) {
	return func() (Usage, bool) {
		files, _ := filepath.Glob("/proc/[0-9]*/stat")
		var all Usage
		found := false
		for _, file := range files {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			if err != nil {
				continue
			}
			data, err := os.ReadFile(file)
			if err != nil {
				continue // it has ended
			}
			u, group, ok := parseStat(data)
			if !ok || !pick(pid, group) {
				continue
			}
			found = true
			all.CPU += u.CPU
			all.Memory += u.Memory
		}
		return all, found
	}
}

// parseStat reads a file /proc/…/stat. The name of the program, in parentheses, may
// hold anything.
func parseStat(data []byte) (u Usage, group int, ok bool) {
	i := bytes.LastIndexByte(data, ')')
	if i < 0 {
		return Usage{}, 0, false
	}
	fields := strings.Fields(string(data[i+1:])) // from the third on
	if len(fields) < 22 {
		return Usage{}, 0, false
	}
	group, err := strconv.Atoi(fields[2])
	user, err2 := strconv.ParseInt(fields[11], 10, 64)
	system, err3 := strconv.ParseInt(fields[12], 10, 64)
	pages, err4 := strconv.ParseInt(fields[21], 10, 64)
	if err != nil || err2 != nil || err3 != nil || err4 != nil {
		return Usage{}, 0, false
	}
	return Usage{time.Duration(user+system) * clockTick, pages * int64(os.Getpagesize())}, group, true
}

// Listener returns the process that listens at a TCP port of this machine, and its
// group, if it may be looked at.
func Listener(port int) (pid, group int, ok bool) {
	wanted := map[string]bool{}
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			f := strings.Fields(line)
			const listening = "0A"
			if len(f) > 9 && f[3] == listening && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				wanted["socket:["+f[9]+"]"] = true
			}
		}
	}
	if len(wanted) == 0 {
		return 0, 0, false
	}
	files, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, file := range files {
		if target, err := os.Readlink(file); err != nil || !wanted[target] {
			continue
		}
		dir := filepath.Dir(filepath.Dir(file))
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			return 0, 0, false
		}
		data, err := os.ReadFile(filepath.Join(dir, "stat"))
		if err != nil {
			return 0, 0, false
		}
		_, group, ok := parseStat(data)
		return pid, group, ok
	}
	return 0, 0, false
}

// meter measures the peak and the total of a program's usage.
type meter struct {
	usage  func() (Usage, bool)
	before Usage
	known  bool
	stopIt chan struct{}
	done   sync.WaitGroup
	peak   int64
}

// looks is the time between two measurements of memory.
const looks = 250 * time.Millisecond

func newMeter(usage func() (Usage, bool)) *meter {
	m := &meter{usage: usage, stopIt: make(chan struct{})}
	if usage == nil {
		return m
	}
	if m.before, m.known = usage(); !m.known {
		return m
	}
	m.peak = m.before.Memory
	m.done.Go(func() {
		tick := time.NewTicker(looks)
		defer tick.Stop()
		for {
			select {
			case <-m.stopIt:
				return
			case <-tick.C:
				if u, ok := usage(); ok {
					m.peak = max(m.peak, u.Memory)
				}
			}
		}
	})
	return m
}

// stop returns what the program has used since the meter was made: time, and
// memory at its peak.
func (m *meter) stop() (Usage, bool) {
	close(m.stopIt)
	m.done.Wait()
	if !m.known {
		return Usage{}, false
	}
	after, ok := m.usage()
	m.peak = max(m.peak, after.Memory)
	return Usage{after.CPU - m.before.CPU, m.peak - m.before.Memory}, ok
}
