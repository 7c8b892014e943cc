package webhooktest

import (
	"math/rand/v2"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

// Deliver reports the statuses of message sid to the status callback at path,
// one request for each step, in order: sent, delivered, read; or failed or
// undelivered with its usual error code (30008, 30003). It fails the test if
// the program refuses one. It returns the reports in order.
func (t *Twilio) Deliver(path string, sid webhook.SID, steps ...webhook.MessageStatus) []*Exchange {
	t.tb.Helper()
	var out []*Exchange
	for _, step := range steps {
		code := 0
		switch step {
		case webhook.MessageStatusFailed:
			code = 30008
		case webhook.MessageStatusUndelivered:
			code = 30003
		}
		out = append(out, t.deliver(path, sid, step, code))
	}
	return out
}

// DeliverError reports that message sid failed, with a code such as 30034 or
// 21610.
func (t *Twilio) DeliverError(path string, sid webhook.SID, status webhook.MessageStatus, code int) *Exchange {
	t.tb.Helper()
	return t.deliver(path, sid, status, code)
}

// Shuffled is like Deliver, but as unreliable as Twilio: the reports arrive in
// any order, and some more than once. The same seed gives the same history.
// Shuffled returns the reports in the order of the requests; [Exchange.Param]
// of "MessageStatus" is the step of each.
func (t *Twilio) Shuffled(seed uint64, path string, sid webhook.SID, steps ...webhook.MessageStatus) []*Exchange {
	t.tb.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	all := append([]webhook.MessageStatus(nil), steps...)
	for _, step := range steps {
		if random.IntN(2) == 0 {
			all = append(all, step)
		}
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return t.Deliver(path, sid, all...)
}

func (t *Twilio) deliver(path string, sid webhook.SID, status webhook.MessageStatus, code int) *Exchange {
	t.tb.Helper()
	x := &Exchange{t: t, sid: sid}
	before := t.log.len()
	t.engine.Deliver(dialogue.Message{
		SID: string(sid), From: string(t.opts.To), To: string(t.from), Service: string(t.opts.Service), StatusCallback: path,
	}, dialogue.Delivery{Status: string(status), ErrorCode: code})
	var told *dialogue.Exchange
	done := func() bool {
		told = t.outcome(before, sid)
		return told != nil
	}
	for !done() && t.engine.Step() {
	}
	if told == nil {
		t.undelivered(before, status, sid)
		return x
	}
	x.take(told)
	failure := told.Failure
	for _, ev := range t.log.all()[before:] {
		if ev.Exchange == told && ev.Failure != nil && (ev.Type == dialogue.EventFailed || told.Failure != nil) {
			failure = ev.Failure
			t.log.accept(failure)
		}
	}
	if failure != nil {
		x.failure, x.failures = failure, []*dialogue.Failure{failure}
		t.tb.Errorf("the report %s of %s is refused: %s\n%s", status, sid, failure.Error(), indent(showExchange(told, place{})))
	}
	return x
}

// outcome returns the last attempt at a report about sid: one that succeeded,
// or one that Twilio logs as an error.
func (t *Twilio) outcome(before int, sid webhook.SID) (last *dialogue.Exchange) {
	for _, ev := range t.log.all()[before:] {
		x := ev.Exchange
		if x == nil || x.Kind != "MessageStatusCallback" || x.Params.Get("MessageSid") != string(sid) {
			continue
		}
		if ev.Type != dialogue.EventFetched {
			return x
		}
		if x.Failure == nil {
			last = x
		}
	}
	return last
}

// undelivered fails the test for a report without a request, because Twilio
// refuses its URL.
func (t *Twilio) undelivered(before int, status webhook.MessageStatus, sid webhook.SID) {
	t.tb.Helper()
	why := "there was no request"
	for _, ev := range t.log.all()[before:] {
		if ev.Failure != nil {
			t.log.accept(ev.Failure)
			why = ev.Failure.Error()
		}
	}
	t.tb.Errorf("the report %s of %s is not sent: %s", status, sid, why)
}
