package main

import (
	"fmt"
	"os/exec"
	"runtime"

	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// announce returns the console's token and a file that opens the page with it, or no
// file if none can be written, and records for one-shot commands where the console is,
// until withdraw is called. The browser gets a file since every user of the machine can
// read the URL that a program is started with.
func (d *devCommand) announce(io streams, page string, st *stage.Stage) (session, link string, withdraw func()) {
	cfg := st.Config()
	dir, err := project.Open(projectDir())
	if err == nil {
		session, err = dir.Token()
	}
	if err == nil {
		link, err = dir.Write("open.html", fmt.Sprintf("<!doctype html><title>Ringback</title><meta http-equiv=\"refresh\" content=\"0;url=%s#token=%s\">\n", page, session))
	}
	if err == nil {
		withdraw, err = dir.Announce(project.Console{
			URL: page, Token: session, App: cfg.App, BaseURL: cfg.BaseURL, Account: st.AccountSID(), Number: cfg.Number, Method: cfg.Method,
			SMS: cfg.SMS, Voice: cfg.Voice, Status: d.Status, Fallback: cfg.Fallback,
		})
	}
	if err != nil {
		fmt.Fprintf(io.err, "ringback: the console's token cannot be kept (%v): open the printed URL after each start\n", err)
		if session == "" {
			session = guard.NewToken()
		}
		return session, "", func() {}
	}
	return session, link, withdraw
}

// browse opens a file or a URL in the browser.
func browse(target string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.Command("open", target).Start()
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", target).Start()
	}
	return exec.Command("xdg-open", target).Start()
}
