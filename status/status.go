// Package status tracks the delivery of what you send: messages, calls,
// recordings, transcriptions and conferences. Status callbacks may come late,
// twice, in any order or not at all; the result is the same.
//
// Set StatusCallback to one URL in everything you send, mount the handler there,
// and get a state when you need it:
//
//	tracker := status.NewTracker(new(status.Memory), nil)
//	mux.Handle("POST /status", tracker.Handler(hooks)) // hooks is a *webhook.Receiver
//	...
//	state, err := tracker.Get(ctx, "SM...")
//	if err != nil {
//		return err
//	}
//	if state.Final && state.Status != "delivered" && status.Code(state.ErrorCode).Retryable() {
//		// send again
//	}
//
// Each report is an [Observation]. A [State] is the merge of all observations of
// one SID, and merging is commutative, associative and idempotent, so neither
// the order of reports nor the clocks of machines matter. Contradictory
// and unknown statuses are kept and shown.
//
// A callback is answered with 204 after the [Store] has saved it, and with 503
// when the store fails; Twilio tries again if the callback URL asks for it (see
// package callback). [Tracker.Overdue] finds what callbacks missed, and package
// twilioapi fetches it. [Tracker.Watch] and [Tracker.Stream] show changes as they
// happen. [Code] explains error codes.
//
// [Memory] forgets when the program ends. Package sqlstore keeps states in SQLite
// or PostgreSQL, package redisstore in Redis, and package statustest tests a Store
// of your own. On PostgreSQL or Redis any number of machines can run the same
// program behind a load balancer: a callback may reach any of them, and a machine
// that fails loses nothing that was acknowledged.
//
// The package stores no message texts and no phone numbers, sends nothing, and
// does not decide whether to send again. It does not call functions exactly once:
// work that must happen once belongs in your own transaction that reads the
// state.
package status
