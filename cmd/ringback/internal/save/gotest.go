package save

import (
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"
	"time"
)

// GoTest writes stories as a test that uses webhooktest. It runs as it is against
// a program at APP_URL; with a handler in its place it needs no running program.
func GoTest(cfg Config, stories []Story) (Result, error) {
	if len(stories) == 0 {
		return Result{}, ErrNothing
	}
	var body strings.Builder
	has := func(what func(Step) bool) bool {
		return slices.ContainsFunc(stories, func(s Story) bool { return slices.ContainsFunc(s.Steps, what) })
	}
	for i, name := range names(stories) {
		s := stories[i]
		fmt.Fprintf(&body, "\nfunc Test%s(t *testing.T) {\n\ttwilio := webhooktest.New(t, program(t), options()).As(%s)\n", name, strconv.Quote(s.As))
		writeSteps(&body, cfg, s)
		body.WriteString("}\n")
	}
	imports := []string{"cmp", "net/http", "net/http/httputil", "net/url", "os", "testing"}
	if has(func(s Step) bool { return s.Do == Records || s.Do == Waits }) {
		imports = append(imports, "time")
	}
	var b strings.Builder
	b.WriteString("// Saved from the Ringback console.\n\npackage main\n\nimport (\n")
	for _, path := range imports {
		fmt.Fprintf(&b, "\t%q\n", path)
	}
	b.WriteString("\n")
	if has(func(s Step) bool { return len(s.Media) > 0 }) {
		b.WriteString("\t\"github.com/ringback-go/ringback/webhook\"\n")
	}
	b.WriteString("\t\"github.com/ringback-go/ringback/webhook/webhooktest\"\n)\n")
	fmt.Fprintf(&b, `
// program returns what is tested: by default the program at APP_URL. Return your own
// http.Handler instead to test without a running program.
func program(t *testing.T) http.Handler {
	address, err := url.Parse(cmp.Or(os.Getenv("APP_URL"), %s))
	if err != nil {
		t.Fatal(err)
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(address)
		r.Out.Host = r.In.Host
	}}
}

// options are the settings that the program checks signatures with.
func options() *webhooktest.Options {
	return &webhooktest.Options{
		BaseURL:   cmp.Or(os.Getenv("BASE_URL"), %s),
		AuthToken: cmp.Or(os.Getenv("TWILIO_AUTH_TOKEN"), webhooktest.AuthToken),
		To:        %s,
	}
}
`, strconv.Quote(cfg.App), strconv.Quote(cfg.BaseURL), strconv.Quote(cfg.Number))
	b.WriteString(body.String())
	text, err := format.Source([]byte(b.String()))
	return Result{Name: "saved_test.go", Media: "text/x-go", Text: string(text)}, err
}

func writeSteps(b *strings.Builder, cfg Config, s Story) {
	open := false // the statement goes on
	calls := 0
	callees := 0
	end := func() {
		if open {
			b.WriteString("\n")
		}
		open = false
	}
	begin := func(format string, args ...any) {
		end()
		fmt.Fprintf(b, "\t"+format, args...)
		open = true
	}
	on := func(step Step, format string, args ...any) {
		if step.Callee && callees > 0 {
			begin("callee%d."+format, append([]any{callees}, args...)...)
			return
		}
		begin("call."+format, args...)
	}
	for i, step := range s.Steps {
		switch step.Do {
		case Text:
			path := strconv.Quote(or(step.Path, cfg.SMS))
			body := strconv.Quote(step.Texts[0])
			switch {
			case len(step.Media) > 0:
				begin("twilio.MMS(%s, %s", path, body)
				for _, m := range step.Media {
					fmt.Fprintf(b, ", webhook.Media{URL: %s, ContentType: \"image/jpeg\"}", strconv.Quote(m))
				}
				b.WriteString(")")
			case step.WhatsApp:
				begin("twilio.WhatsApp(%s, %s)", path, body)
			default:
				begin("twilio.Text(%s, %s)", path, body)
			}
		case Replies:
			if len(step.Texts) == 0 {
				b.WriteString(".RepliesNothing()")
			} else {
				fmt.Fprintf(b, ".Replies(%s)", quoted(step.Texts))
			}
		case Call, Outbound:
			name, last := "Call", i == len(s.Steps)-1
			if step.Do == Outbound {
				name = "Outbound"
			}
			calls++
			if last {
				begin("twilio.%s(%s)", name, strconv.Quote(or(step.Path, cfg.Voice)))
			} else {
				begin("call := twilio.%s(%s)", name, strconv.Quote(or(step.Path, cfg.Voice)))
			}
		case Fails:
			if calls == 0 {
				fmt.Fprintf(b, ".Fails(%d)", step.Code)
			} else {
				begin("call.Fails(%d)", step.Code)
			}
		case Hears:
			on(step, "Hears(%s)", quoted(step.Texts))
		case Presses:
			on(step, "Presses(%s)", strconv.Quote(step.Texts[0]))
		case Speaks:
			on(step, "Speaks(%s)", strconv.Quote(step.Texts[0]))
		case Records:
			on(step, "Records(%s)", duration(step.For))
		case Waits:
			begin("call.Waits(%s)", duration(step.For))
		case Rings:
			callees++
			if used(s.Steps[i+1:]) {
				begin("callee%d := call.Rings(%s)", callees, strconv.Quote(step.Texts[0]))
			} else {
				begin("call.Rings(%s)", strconv.Quote(step.Texts[0]))
			}
		case Answers:
			on(step, "Answers()")
		case Busy:
			on(step, "Busy()")
		case NoAnswer:
			on(step, "NoAnswer()")
		case HangsUp:
			on(step, "HangsUp()")
		case Ends:
			begin("call.EndsWith(%s)", strconv.Quote(step.Texts[0]))
		}
	}
	end()
}

// used reports whether the phone that rings now does something before another one
// rings.
func used(steps []Step) bool {
	for _, step := range steps {
		if step.Do == Rings {
			return false
		}
		if step.Callee {
			return true
		}
	}
	return false
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// quoted are texts as arguments in Go.
func quoted(list []string) string {
	out := make([]string, len(list))
	for i, text := range list {
		out[i] = strconv.Quote(text)
	}
	return strings.Join(out, ", ")
}

func duration(d time.Duration) string {
	return fmt.Sprintf("%d * time.Second", max(int(d.Round(time.Second)/time.Second), 1))
}
