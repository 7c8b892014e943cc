package main

import (
	"cmp"
	"net"
	"net/url"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
)

// defaultNumber is the program's number where none is given.
const defaultNumber = "+15550100"

// appFlags describe the program; every command that sends it requests has them.
type appFlags struct {
	App         string `help:"Address of your program: a URL, localhost:3000, 3000, or demo." placeholder:"URL"`
	BaseURL     string `help:"Public URL that requests are signed for (default: the address of your program)." placeholder:"URL" env:"BASE_URL"`
	secretFlags `embed:""`
	SMS         string `name:"sms" help:"Path of incoming messages." default:"/sms"`
	Voice       string `help:"Path of incoming calls." default:"/voice"`
	Status      string `help:"Path of status callbacks. Calls have none unless you set it; message reports go to /status by default." placeholder:"PATH"`
	Fallback    string `help:"Path of the fallback URL." placeholder:"PATH"`
	Number      string `help:"Phone number of your program." default:"+15550100"`
}

// check completes the flags and rejects invalid ones.
func (f *appFlags) check() (err error) {
	if err := f.secret(); err != nil {
		return err
	}
	if f.Token == "" {
		f.Token = authToken()
	}
	if f.App, err = addressOf(f.App, "http"); err != nil {
		return err
	}
	if f.BaseURL, err = addressOf(f.BaseURL, "https"); err != nil {
		return err
	}
	for _, path := range []string{f.SMS, f.Voice, f.Status, f.Fallback} {
		if path != "" && !strings.HasPrefix(path, "/") {
			return usagef("the path %q does not start with /", path)
		}
	}
	for name, path := range map[string]string{"--sms": f.SMS, "--voice": f.Voice} {
		if base, ok := strings.CutSuffix(f.App, path); ok && path != "" && path != "/" {
			return usagef("--app is the address of the program without a path: use --app %s; %s sets the path", base, name)
		}
	}
	return nil
}

// authToken is the token used in place of Twilio's if none is set: the same
// one for each command of a project.
func authToken() string {
	if dir, err := project.Open(projectDir()); err == nil {
		if token, err := dir.AuthToken(); err == nil {
			return token
		}
	}
	return guard.NewToken()
}

// addressOf reads a URL, or what people write in its place: localhost:3000, :3000
// and 3000. The name of another machine gets the given scheme.
func addressOf(text, scheme string) (string, error) {
	if text == "" {
		return "", nil
	}
	full := text
	switch {
	case strings.Trim(text, "0123456789") == "":
		full = "http://127.0.0.1:" + text
	case text[0] == ':':
		full = "http://127.0.0.1" + text
	case strings.HasPrefix(text, "http:") || strings.HasPrefix(text, "https:"):
	case !strings.Contains(text, "://") && !strings.Contains(text, "@"):
		u, err := url.Parse("http://" + text)
		if err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()) {
			scheme = "http"
		}
		full = scheme + "://" + text
	}
	u, err := url.Parse(full)
	if err == nil && u.Port() != "" {
		_, err = net.LookupPort("tcp", u.Port())
	}
	if err != nil || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return "", usagef("invalid URL %q: write it as http://127.0.0.1:8080", text)
	}
	return strings.TrimSuffix(full, "/"), nil
}

// statusPath is the path of message reports, which need one even if --status is
// not set.
func (f *appFlags) statusPath() string { return cmp.Or(f.Status, "/status") }
