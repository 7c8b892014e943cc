package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/console"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// T38: a hint that people copy to a shell holds no text of a request.
func TestT38HintHoldsOnlyHosts(t *testing.T) {
	assert.Contains(t, restart("a-1.example.com:443"), "--base-url https://a-1.example.com:443")
	for _, host := range []string{"$(id)", "a;id", "a`id`", "a b", "a&b", "x\ny", "ä.example.com"} {
		assert.Empty(t, restart(host), host)
	}
}

// TestT36HostsThatAreRefused makes requests for as many hosts as a stranger likes.
func TestT36HostsThatAreRefused(t *testing.T) {
	var d devCommand
	var out bytes.Buffer
	tell := d.teller(streams{nil, io.Discard, &out}, new(console.Hub))
	for i := range 1000 {
		tell(stage.News{Event: "refused", Data: fmt.Sprintf("%d.example.com", i)})
		tell(stage.News{Event: "refused", Data: strings.Repeat("a", 10_000+i)})
	}
	assert.Equal(t, mostRefused, strings.Count(out.String(), "\n"))
	assert.Contains(t, out.String(), "--base-url https://0.example.com")
}

// TestT33NoTokenOnACommandLine has nowhere to write the file that opens the page.
// Other users could read a URL with the token in the list of processes.
func TestT33NoTokenOnACommandLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cache")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	t.Setenv("XDG_CACHE_HOME", file)
	t.Setenv("HOME", file)
	st, err := stage.New(stage.Config{App: "http://127.0.0.1:8080", AuthToken: "12345"}, func(stage.News) {})
	require.NoError(t, err)
	var d devCommand
	var out bytes.Buffer
	session, link, withdraw := d.announce(streams{nil, io.Discard, &out}, "http://127.0.0.1:4141/", st)
	defer withdraw()
	assert.Len(t, session, 32)
	assert.Empty(t, link)
	assert.Contains(t, out.String(), "open the printed URL")
	assert.NotContains(t, out.String(), session)
}

// TestT33NoReportToAnotherProgram finds another program at the address of the
// console. It gets neither the token nor the exchange.
func TestT33NoReportToAnotherProgram(t *testing.T) {
	var mu sync.Mutex
	var got []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Method+" "+r.URL.Path+" "+r.Header.Get(guard.TokenHeader))
		io.WriteString(w, strings.Repeat("0", 64))
	}))
	defer other.Close()
	tell := report(t.Context(), project.Console{URL: other.URL + "/", Token: "0123456789abcdef0123456789abcdef"})
	tell(capture.Exchange{})
	tell(capture.Exchange{})
	assert.Equal(t, []string{"GET /api/hello "}, got)
}
