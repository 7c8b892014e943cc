package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
)

// running returns the console of this project, if one is running.
func running() (project.Console, bool) {
	dir, err := project.Open(projectDir())
	if err != nil {
		return project.Console{}, false
	}
	return dir.Announced()
}

// adopt takes settings from a running console if the command line has none.
func (f *appFlags) adopt(c project.Console) {
	f.App = c.App
	set := func(flag *string, usual, running string) {
		if *flag == usual {
			*flag = running
		}
	}
	set(&f.BaseURL, "", c.BaseURL)
	set(&f.SMS, "/sms", c.SMS)
	set(&f.Voice, "/voice", c.Voice)
	set(&f.Status, "", c.Status)
	set(&f.Fallback, "", c.Fallback)
	set(&f.Number, defaultNumber, c.Number)
}

// report returns a function that shows exchanges on the page of a console.
// Failures are not reported: the page is a convenience. The console has to prove that
// it knows its token first: where files are not locked, another program may listen at
// the address of one that has ended.
func report(ctx context.Context, c project.Console) func(capture.Exchange) {
	base := strings.TrimSuffix(c.URL, "/")
	client := &http.Client{
		Timeout:       2 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	known := sync.OnceValue(func() bool {
		nonce := guard.NewToken()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/hello?nonce="+nonce, nil)
		if err != nil {
			return false
		}
		resp, err := client.Do(r)
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		proof, err := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return err == nil && string(proof) == guard.Proof(c.Token, nonce, r.URL.Host)
	})
	return func(e capture.Exchange) {
		body, err := json.Marshal(e)
		if err != nil || !known() {
			return
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/exchanges", bytes.NewReader(body))
		if err != nil {
			return
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(guard.TokenHeader, c.Token)
		if resp, err := client.Do(r); err == nil {
			resp.Body.Close()
		}
	}
}
