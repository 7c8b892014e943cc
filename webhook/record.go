package webhook

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// A record is what is logged of a request: one for each at most, so that a
// flood of requests is no worse than that in the log.
//
// Nothing in it comes from the request as it is. The kind, the cause and the
// route are from fixed sets, SIDs have been checked to be letters and digits,
// and error texts are redacted (T29).
type record struct {
	level   slog.Level
	message string
	status  int
	event   Event
	proof   *signature.Verified // for redaction
	shown   error               // instead of an error that cannot be redacted
	took    time.Duration
	soft    error
}

// log returns the logger, or nil where nobody would read the level.
func (rc *Receiver) log(ctx context.Context, level slog.Level) *slog.Logger {
	l := rc.logger
	if l == nil {
		l = slog.Default()
	}
	if !l.Enabled(ctx, level) {
		return nil
	}
	return l
}

// report logs a failure and tells [Options.Error]. A panic there is none of the
// request's business.
func (rc *Receiver) report(r *http.Request, f *Failure, rec *record) {
	rc.emit(r, f, rec)
	if rc.failed == nil {
		return
	}
	defer func() {
		if value := recover(); value != nil {
			hook := newPanic(f.Kind, value)
			rc.emit(r, hook, &record{level: slog.LevelError, message: "webhook: Options.Error panicked", proof: rec.proof})
		}
	}()
	rc.failed(r.Context(), f)
}

// emit writes a record; f is nil where there is no failure.
func (rc *Receiver) emit(r *http.Request, f *Failure, rec *record) {
	ctx := r.Context()
	l := rc.log(ctx, rec.level)
	if l == nil {
		return
	}
	attrs := make([]slog.Attr, 0, 8)
	if r.Pattern != "" {
		attrs = append(attrs, slog.String("route", r.Pattern))
	}
	switch {
	case rec.event != nil:
		attrs = append(attrs, slog.Any("event", rec.event))
	case f != nil && f.Kind != "":
		attrs = append(attrs, slog.String("kind", string(f.Kind)))
	}
	if rec.status != 0 {
		attrs = append(attrs, slog.Int("status", rec.status))
	}
	if rec.took != 0 {
		attrs = append(attrs, slog.Duration("took", rec.took))
	}
	if f != nil {
		err := cmp.Or(rec.shown, f.Err)
		attrs = append(attrs, slog.String("cause", string(f.Cause)), slog.String("error", redact(err, rec.proof)))
		if f.Stack != "" {
			attrs = append(attrs, slog.String("stack", f.Stack))
		}
	}
	if rec.soft != nil {
		attrs = append(attrs, slog.String("unread", cut(rec.soft.Error(), longestError)))
	}
	l.LogAttrs(ctx, rec.level, rec.message, attrs...)
}

// logAnswer logs a request that was answered by the user's function.
func (rc *Receiver) logAnswer(c *call) {
	level, message := slog.LevelDebug, "webhook: answered"
	if c.soft != nil {
		level, message = slog.LevelWarn, "webhook: answered, though not all of the request could be read"
	}
	if rc.log(c.parent, level) == nil {
		return
	}
	rc.emit(c.request, nil, c.record(level, message, c.answer.status))
}

// logFailure logs a request that was answered by the fallback or by a status.
func (rc *Receiver) logFailure(c *call, f *Failure, a *answer) {
	level := slog.LevelError
	if f.Cause == Gone {
		level = slog.LevelInfo
	}
	rc.report(c.request, f, c.record(level, "webhook: "+f.Cause.clause(), a.status))
}

// clause says what has happened.
func (c Cause) clause() string {
	switch c {
	case Panicked:
		return "the function panicked"
	case Late:
		return "the function was late"
	case Busy:
		return "the function was not called"
	case Gone:
		return "the client is gone"
	case Unrendered:
		return "the reply could not be rendered"
	}
	return "the function failed"
}

// logLatePanic logs the one thing that matters after the answer of a late
// function was given up. It is this request's second record.
func (rc *Receiver) logLatePanic(c *call) {
	rc.emit(c.request, c.failure, c.record(slog.LevelError, "webhook: the function panicked after its time was up", 0))
}

func (c *call) record(level slog.Level, message string, status int) *record {
	return &record{
		level:   level,
		message: message,
		status:  status,
		event:   c.task.subject(),
		proof:   c.proof,
		took:    time.Since(c.start),
		soft:    c.soft,
	}
}
