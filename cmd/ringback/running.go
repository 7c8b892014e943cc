package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
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
// Failures are not reported: the page is a convenience.
func report(ctx context.Context, c project.Console) func(capture.Exchange) {
	client := &http.Client{Timeout: 2 * time.Second}
	return func(e capture.Exchange) {
		body, err := json.Marshal(e)
		if err != nil {
			return
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.URL, "/")+"/api/exchanges", bytes.NewReader(body))
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
