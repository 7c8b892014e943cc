package console

import (
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
)

// A Log keeps the latest lines that the program has printed. Its zero value is
// ready, and it is safe for concurrent use.
type Log struct {
	mu    sync.Mutex
	lines []logLine
	size  int
	rest  strings.Builder
}

type logLine struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Bounds of what is kept and shown of a program's output.
const (
	keptLines   = 20_000
	keptBytes   = 4 << 20
	longestLine = 4 << 10
	shownLines  = 200
)

// Write keeps the lines that p completes. It never fails.
func (l *Log) Write(p []byte) (int, error) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(string(p)) {
		if room := longestLine - l.rest.Len(); room > 0 {
			l.rest.WriteString(line[:min(len(line), room)])
		}
		if strings.HasSuffix(line, "\n") {
			l.keep(logLine{now, strings.ToValidUTF8(strings.TrimRight(l.rest.String(), "\r\n"), "\uFFFD")})
			l.rest.Reset()
		}
	}
	return len(p), nil
}

func (l *Log) keep(line logLine) {
	l.lines = append(l.lines, line)
	l.size += len(line.Text)
	drop := 0
	for len(l.lines)-drop > keptLines || l.size > keptBytes {
		l.size -= len(l.lines[drop].Text)
		drop++
	}
	l.lines = l.lines[drop:]
}

// during returns the lines printed between two moments, at most shownLines, and
// whether there were more.
func (l *Log) during(from, to time.Time) (lines []logLine, more bool) {
	lines = []logLine{}
	if l == nil {
		return lines, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		if line.At.Before(from) || line.At.After(to) {
			continue
		}
		if len(lines) == shownLines {
			return lines, true
		}
		lines = append(lines, line)
	}
	return lines, false
}

// afterwards is how long after an answer a line may still belong to the exchange:
// programs print asynchronously, and output comes by a pipe.
const afterwards = 150 * time.Millisecond

// logged is what the program printed during an exchange. Lines are found by time
// alone, so those of another request at the same time are among them.
type logged struct {
	Lines []logLine `json:"lines"`
	More  bool      `json:"more,omitempty"`
	Known bool      `json:"known"` // false: the program was not started by this console
}

func (s *Server) linesDuring(e capture.Exchange) logged {
	lines, more := s.Log.during(e.At, e.At.Add(e.Took+afterwards))
	return logged{lines, more, s.Log != nil}
}
