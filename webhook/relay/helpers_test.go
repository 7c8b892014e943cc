package relay_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/live/livetest"
	"github.com/ringback-go/ringback/internal/syncbuf"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook/relay"
)

const (
	secret  = "12345"
	url     = "wss://example.com/relay"
	account = "ACe9befa5ddf22dfdc0075c08cf16815aa"
)

func sprintf(format string, v any) string { return fmt.Sprintf(format, v) }

func verifier(t testing.TB) *signature.Verifier {
	v, err := signature.New(signature.Config{BaseURL: "https://example.com", Tokens: signature.Tokens(secret)})
	require.NoError(t, err)
	return v
}

func setup(callSID string) relay.Setup {
	return relay.Setup{CallSID: callSID, AccountSID: account, From: "+15555550101", To: "+15555550100", Direction: "inbound", CallStatus: "RINGING"}
}

// stage is a handler, its server, and the results of its sessions.
type stage struct {
	t       *testing.T
	ctx     context.Context
	handler *relay.Handler
	server  *livetest.Server
	log     *syncbuf.Buffer
	results chan error

	mu      sync.Mutex
	timings []relay.Timing
}

// play runs f in a bubble with a handler that serves serve.
func play(t *testing.T, serve func(context.Context, *relay.Session) error, opts relay.Options, f func(*stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := newStage(t, ctx, serve, opts)
		defer s.server.Close()
		f(s)
	})
}

func newStage(t *testing.T, ctx context.Context, serve func(context.Context, *relay.Session) error, opts relay.Options) *stage {
	s := &stage{t: t, ctx: ctx, log: new(syncbuf.Buffer), results: make(chan error, 2000)}
	if opts.Accounts == nil && opts.Admit == nil {
		opts.Accounts = []string{account}
	}
	opts.Logger = slog.New(slog.NewTextHandler(s.log, nil))
	opts.Timing = func(_ *relay.Session, timing relay.Timing) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.timings = append(s.timings, timing)
	}
	s.handler = relay.New(verifier(t), func(ctx context.Context, session *relay.Session) error {
		err := serve(ctx, session)
		s.results <- err
		return err
	}, &opts)
	s.server = livetest.NewServer(s.handler)
	return s
}

// call opens a session.
func (s *stage) call(cfg livetest.RelayConfig) *livetest.Relay {
	s.t.Helper()
	cfg.URL, cfg.Secret = url, secret
	if cfg.Setup.CallSID == "" {
		cfg.Setup = setup("CA1")
	}
	c, err := s.server.Relay(s.ctx, cfg)
	require.NoError(s.t, err)
	return c
}

// rest lets time pass, and everything happen that is due by then.
func rest(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// quiet waits until the agent has said everything.
func quiet(t *testing.T, c *livetest.Relay) {
	t.Helper()
	require.NoError(t, c.Quiet(time.Minute))
	synctest.Wait()
}

func (s *stage) timing() []relay.Timing {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]relay.Timing(nil), s.timings...)
}

func (s *stage) causes() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var causes []error
	for _, timing := range s.timings {
		causes = append(causes, timing.Cause)
	}
	return causes
}

// script writes a history in short: C caller, K keys, A agent, F filler, D done; a
// tilde marks an estimate, and what was not heard stands in brackets.
func script(lines []relay.Line) string {
	var b strings.Builder
	for _, l := range lines {
		switch {
		case l.Who == relay.Caller && l.Text == "":
			fmt.Fprintf(&b, "K %s\n", l.Keys)
		case l.Who == relay.Caller:
			fmt.Fprintf(&b, "C %s\n", l.Text)
		case l.Who == relay.Action:
			fmt.Fprintf(&b, "D %s\n", l.Text)
		default:
			who := "A"
			if l.Filler {
				who = "F"
			}
			if !l.Exact {
				who += "~"
			}
			fmt.Fprintf(&b, "%s %s", who, l.Heard)
			if rest := l.Text[len(l.Heard):]; rest != "" {
				fmt.Fprintf(&b, "[%s]", rest)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// says is an Answer that streams a text word by word.
func says(text string, pause time.Duration) func(context.Context, *relay.Turn) error {
	return func(ctx context.Context, t *relay.Turn) error { return stream(ctx, t, text, pause) }
}

func stream(ctx context.Context, t *relay.Turn, text string, pause time.Duration) error {
	for i, word := range strings.SplitAfter(text, " ") {
		if i > 0 && pause > 0 {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		if _, err := t.WriteString(word); err != nil {
			return err
		}
	}
	return nil
}

var _ http.Handler = (*relay.Handler)(nil)

func assertScript(t *testing.T, want string, lines []relay.Line) {
	t.Helper()
	assert.Equal(t, strings.TrimSpace(strings.ReplaceAll(want, "\t", "")), strings.TrimSpace(script(lines)))
}
