// Package status tells what became of what you sent: messages, calls,
// recordings, transcriptions and conferences, from callbacks that may come
// late, twice, in any order or not at all.
//
//	tracker := status.NewTracker(new(status.Memory), nil)
//	mux.Handle("POST /status", tracker.Handler(hooks)) // the StatusCallback of everything you send
//	...
//	state, err := tracker.Get(ctx, "SM...")
//	if state.Final && state.Status != "delivered" && status.Code(state.ErrorCode).Retryable() {
//		// send again
//	}
//
// A report is an [Observation], a [State] is the merge of all observations of
// one SID, and the merge is a lattice: any order, any repetition and any
// interleaving of processes end in the same state. No clock is asked which of
// two reports is the later one. Contradictions and words of tomorrow are kept,
// not hidden.
//
// A callback is answered with 204 only once the [Store] has it; while the store
// fails it is 503, and a callback URL that asks for it is tried again (see
// [github.com/ringback-go/ringback/webhook/callback]). What never arrived anyway, [Tracker.Overdue] finds, and
// package twilioapi asks Twilio about it. [Tracker.Watch] and [Tracker.Stream]
// show changes live. [Code] explains error codes.
//
// # One machine
//
// [Memory] forgets when the program ends. For what must survive, package
// sqlstore on SQLite keeps the same states in one file.
//
// # Many machines
//
// Run the same program on each, behind any load balancer, with one database:
// sqlstore on PostgreSQL, or redisstore on Redis. A callback may reach any
// machine; none of them has a part of the work to itself, none needs to find
// another one, and one that dies takes nothing with it that was acknowledged.
// Shared are the states and, where they are given the Answers and Replays of
// the store, what [webhook.Deduplicate] and the replay window of package
// signature remember. Not shared are counters, which add up, and the
// consumers of Watch and Stream, which each machine serves itself.
//
// What the stores promise, once a callback was answered with 204:
//
//	Memory                   nothing after a restart
//	sqlstore, SQLite         survives a crash of the machine: full synchronisation
//	sqlstore, PostgreSQL     the same; of a standby, what synchronous_commit says
//	redisstore               the same, since Redis must sync every write; a failover
//	                         may lose the last ones, and so may, by a flush interval,
//	                         a Redis whose weaker settings were accepted
//
// Watch sees the changes of all machines where the store is a [Notifier] that
// hears of them: PostgreSQL by LISTEN, once sqlstore has a Subscribe, and
// Redis by its channels. It is a live view, not a log; a connection that breaks
// loses what was said meanwhile, and the states have it. PostgreSQL commits
// transactions that notify one after another, so leave Subscribe out where
// nobody watches.
//
// The order of states asks no clock. Overdue does: what one machine heard is
// compared with the time of another, so clocks should agree to well within
// its age. One machine with a poller of package twilioapi is enough; more of
// them do no harm.
//
// A state is one row, written a few times within an hour and hardly ever read
// after that, so one database goes far. Seen on two cores with a disk that syncs
// in 0.1 ms, with 16 callers and one observation a call: 3 million a second in
// Memory, 10,000 to 18,000 in SQLite, in PostgreSQL and in Redis, with every write
// synced; calls with 100 observations are several times that. Twilio makes three or
// four callbacks of a message. Past one PostgreSQL, cut by SID: observations of
// different SIDs never meet, so any fixed function of the SID may pick one of n
// databases, and a [Store] of a few lines does that. Old final states belong
// into an archive rather than into the table that every callback writes to;
// sqlstore deletes by age when Prune is called, redisstore lets them expire.
//
// # What it does not do
//
// It keeps no message texts and no phone numbers, it sends nothing, and it
// decides nothing: whether to send again is up to the program. It does not call
// functions exactly once; what must happen once for each message belongs into a
// transaction of the program that looks at the state.
package status
