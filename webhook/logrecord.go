package webhook

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// A logRecord is the log record of a request. There is at most one for each
// request, so that a flood of requests does not multiply in the log.
//
// It contains no raw input. The kind, the cause and the route are from fixed
// sets, SIDs are letters and digits, and errors are described by [describe]
// (T29).
type logRecord struct {
	level     slog.Level
	message   string
	status    int
	event     Event
	took      time.Duration
	unread    error
	looksLike Kind
}

const longestError = 1 << 10 // maximum bytes of an error's text in the log

// log returns the logger, or nil if the level is not logged.
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

// report logs a failure and calls [Options.Error], whose panics are logged.
func (rc *Receiver) report(r *http.Request, f *Failure, rec *logRecord) {
	rc.emit(r, f, rec)
	if rc.failed == nil {
		return
	}
	defer func() {
		if value := recover(); value != nil {
			x := &exchange{event: (*Unknown)(nil)}
			rc.emit(r, x.newPanic(value), &logRecord{level: slog.LevelError, message: "webhook: Options.Error panicked"})
		}
	}()
	rc.failed(r.Context(), f)
}

// emit writes a record; f is nil if there was no failure.
func (rc *Receiver) emit(r *http.Request, f *Failure, rec *logRecord) {
	ctx := r.Context()
	l := rc.log(ctx, rec.level)
	if l == nil {
		return
	}
	attrs := make([]slog.Attr, 0, 10)
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
		attrs = append(attrs, slog.String("cause", string(f.Cause)), slog.String("error", describe(f.Err)))
		if rc.logErrors {
			attrs = append(attrs, slog.String("text", cut(fmt.Sprint(f.Err), longestError)))
		}
		if f.Stack != "" {
			attrs = append(attrs, slog.String("stack", f.Stack))
		}
	}
	if rec.unread != nil {
		attrs = append(attrs, slog.String("unread", cut(describe(rec.unread), longestError)))
	}
	if rec.looksLike != "" {
		attrs = append(attrs, slog.String("looks_like", string(rec.looksLike)), slog.String("check", settingOf(rec.looksLike)))
	}
	l.LogAttrs(ctx, rec.level, rec.message, attrs...)
}

// logAnswer logs a request that the user's function answered.
func (rc *Receiver) logAnswer(x *exchange, status int) {
	level, message := slog.LevelDebug, "webhook: answered"
	switch {
	case x.looksLike != "":
		level, message = slog.LevelWarn, "webhook: answered, but the request looks like one for another URL"
	case x.unread != nil:
		level, message = slog.LevelWarn, "webhook: answered, but not all of the request could be read"
	}
	if rc.log(x.request.Context(), level) == nil {
		return
	}
	rc.emit(x.request, nil, x.record(level, message, status))
}

// logFailure logs a request that did not get its intended answer.
func (rc *Receiver) logFailure(x *exchange, f *Failure, status int) {
	level := slog.LevelError
	if f.Cause == CauseGone {
		level = slog.LevelInfo
	}
	rc.report(x.request, f, x.record(level, "webhook: "+f.Cause.clause(), status))
}

// logLate logs an error that happened after the answer. It is the second record
// of the request.
func (rc *Receiver) logLate(x *exchange, message string, f *Failure) {
	rc.emit(x.request, f, x.record(slog.LevelError, message, 0))
}

// clause describes what happened.
func (c Cause) clause() string {
	switch c {
	case CausePanicked:
		return "the function panicked"
	case CauseLate:
		return "the function was late"
	case CauseBusy:
		return "the function was not called"
	case CauseGone:
		return "the client has closed the connection"
	case CauseUnrendered:
		return "the reply could not be rendered"
	case CauseDropped:
		return "Twilio drops messages of the reply"
	}
	return "the function failed"
}

func (x *exchange) record(level slog.Level, message string, status int) *logRecord {
	return &logRecord{
		level:     level,
		message:   message,
		status:    status,
		event:     x.event,
		took:      time.Since(x.start),
		unread:    x.unread,
		looksLike: x.looksLike,
	}
}

// cut shortens a text to n bytes, at a character boundary.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xc0 == 0x80 {
		n--
	}
	return text[:n] + "..."
}
