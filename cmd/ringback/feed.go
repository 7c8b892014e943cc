package main

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// Bounds of the hosts that are named when a request through the tunnel is refused.
const (
	mostRefused = 20
	longestHost = 260 // with a port
)

// teller passes news on to the page, and writes a line for each request.
func (d *devCommand) teller(io streams, hub *console.Hub) func(stage.News) {
	var mu sync.Mutex
	refused := map[string]bool{}
	first := func(host string) bool {
		mu.Lock()
		defer mu.Unlock()
		if refused[host] || len(refused) >= mostRefused || len(host) > longestHost {
			return false
		}
		refused[host] = true
		return true
	}
	return func(n stage.News) {
		if host, ok := n.Data.(string); ok && n.Event == "refused" {
			if first(host) {
				fmt.Fprintf(io.err, "ringback: refused a request through the tunnel for the host %q%s\n", host, restart(host))
			}
			return
		}
		if e, ok := n.Data.(capture.Exchange); ok {
			fmt.Fprintln(io.out, feed(io.out, e))
		}
		hub.Tell(n)
	}
}

// restart says how to allow a host. The host comes from a request, and people
// copy the flag to a shell, so it returns nothing for a name with characters that
// hosts do not have.
func restart(host string) string {
	for _, c := range host {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == ':' || c == '-') {
			return ""
		}
	}
	return "; if that is your tunnel, start again with --base-url https://" + host
}

// feed is the line of an exchange. It holds no texts and no phone numbers.
func feed(w io.Writer, e capture.Exchange) string {
	status, paint := strconv.Itoa(e.Response.Status), green
	switch {
	case e.Response.Status == 0:
		status, paint = "---", red
	case e.Response.Status >= 400 || e.Code != 0:
		paint = red
	case e.Response.Status >= 300 || e.Lint > 0:
		paint = yellow
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(e.Request.URL, "https://"), "?")
	if u, err := url.Parse(e.Request.URL); err == nil {
		path = u.EscapedPath()
	}
	kind := cmp.Or(oneLine(e.Kind), "request")
	if e.Source == capture.API {
		kind = oneLine(e.Summary)
	}
	line := fmt.Sprintf("%s  %s %-4s %s  %s %s", faint.on(w, e.At.Format(time.TimeOnly)), paint.on(w, status), oneLine(e.Request.Method), oneLine(path),
		kind, faint.on(w, e.Took.Round(time.Millisecond).String()))
	var notes []string
	if e.Code != 0 {
		notes = append(notes, fmt.Sprintf("error %d", e.Code))
	}
	if e.Verdict != "valid" && e.Verdict != "" {
		notes = append(notes, "invalid signature")
	}
	if e.Lint > 0 {
		notes = append(notes, counted(e.Lint, "problem"))
	}
	if e.Fault != "" {
		notes = append(notes, "fault "+e.Fault)
	}
	if len(notes) > 0 {
		line += "  " + red.on(w, strings.Join(notes, ", "))
	}
	return line
}
