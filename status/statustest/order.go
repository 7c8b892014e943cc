package statustest

import (
	"slices"
	"time"

	"github.com/ringback-go/ringback/status"
)

// story is a rule that applies words forward and backward and expects the same
// result.
func story(prefix, want string, final bool, words ...string) func(*bench) {
	return func(b *bench) {
		forth, back := newSID(prefix), newSID(prefix)
		b.each(reported(forth, words...)...)
		b.ends(forth, want, final)
		reversed := reported(back, words...)
		slices.Reverse(reversed)
		b.each(reversed...)
		b.ends(back, want, final)
	}
}

var orderRules = []rule{
	{"T23InOrderAndBackwards", story("SM", "delivered", true, "queued", "sent", "delivered")},
	{"T23DeliveredThenSent", story("SM", "delivered", true, "delivered", "sent")},
	{"T23SentNeverSeen", story("SM", "delivered", true, "delivered")},
	{"T23SentIsNoEnd", story("SM", "sent", false, "queued", "sending", "sent")},
	{"T23FinalStays", story("SM", "failed", true, "failed", "accepted", "scheduled", "queued", "sending", "sent")},
	{"T23ReadAfterDelivered", func(b *bench) {
		for _, words := range [][]string{{"sent", "delivered", "read"}, {"read", "delivered", "sent"}, {"delivered", "read"}, {"read"}} {
			sid := newSID("SM")
			b.each(reported(sid, words...)...)
			if s := b.ends(sid, "read", true); s.Conflict != "" {
				b.Fatalf("read after delivered is not a contradiction, but got %s", text(s))
			}
		}
	}},
	{"T23RepeatsReturnNoChange", func(b *bench) {
		sid := newSID("SM")
		obs := reported(sid, "queued", "sent", "delivered")
		b.each(obs...)
		for range 3 {
			for _, o := range obs {
				b.none(b.apply(o))
			}
			b.none(b.apply(obs...))
		}
		b.ends(sid, "delivered", true)
	}},
	{"T23RepeatSeenLaterReturnsNoChange", func(b *bench) {
		sid := newSID("SM")
		o := reported(sid, "sent")[0]
		b.apply(o)
		o.Seen = noon.Add(time.Hour)
		b.none(b.apply(o))
		if s := b.check(sid); !s.First.Equal(noon) || !s.Last.Equal(noon.Add(time.Hour)) || !s.Reports[0].Seen.Equal(noon) {
			b.Fatalf("wrong times in %s", text(s))
		}
	}},
	{"T23AHundredRepeats", func(b *bench) {
		sid := newSID("SM")
		for range 100 {
			b.apply(reported(sid, "sent")...)
		}
		if s := b.ends(sid, "sent", false); len(s.Reports) != 1 {
			b.Fatalf("got %d reports of one thing", len(s.Reports))
		}
	}},
	{"T15UnknownWordIsKept", func(b *bench) {
		sid := newSID("SM")
		b.each(reported(sid, "sent", "teleported", "queued")...)
		b.ends(sid, "teleported", false)
		b.each(reported(sid, "delivered")...)
		if s := b.ends(sid, "delivered", true); len(s.Reports) != 4 {
			b.Fatalf("the unknown word is gone from %s", text(s))
		}
	}},
	{"T15UnknownWordAfterTheEnd", story("SM", "delivered", true, "delivered", "teleported")},
	{"T15UnknownWordsInOneOrder", story("CA", "zapped", false, "zapped", "beamed", "in-progress")},
	{"T15UnknownWordsByCount", func(b *bench) {
		sid := newSID("CA")
		obs := counted(sid, "ringing", "zapped", "beamed")
		b.each(obs[2], obs[0], obs[1])
		b.ends(sid, "beamed", false)
	}},
	{"T23ContradictionIsKeptAndVisible", func(b *bench) {
		for _, words := range [][]string{{"sent", "delivered", "undelivered"}, {"undelivered", "sent", "delivered"}} {
			sid := newSID("SM")
			b.each(reported(sid, words...)...)
			if s := b.ends(sid, "delivered", true); s.Conflict != "undelivered" || len(s.Reports) != 3 {
				b.Fatalf("the contradiction is hidden in %s", text(s))
			}
		}
	}},
	{"T23CallContradictionByCount", func(b *bench) {
		for _, turn := range []bool{false, true} {
			sid := newSID("CA")
			obs := counted(sid, "initiated", "completed", "busy")
			if turn {
				slices.Reverse(obs)
			}
			b.each(obs...)
			if s := b.ends(sid, "busy", true); s.Conflict != "completed" {
				b.Fatalf("the contradiction is hidden in %s", text(s))
			}
		}
	}},
	{"ErrorCodeComesLate", func(b *bench) {
		for _, turn := range []bool{false, true} {
			sid := newSID("SM")
			obs := reported(sid, "sent", "undelivered", "undelivered")
			obs[2].ErrorCode, obs[2].ErrorMessage = 30005, "Unknown destination handset"
			if turn {
				slices.Reverse(obs)
			}
			b.each(obs...)
			if s := b.ends(sid, "undelivered", true); s.ErrorCode != 30005 || s.ErrorMessage == "" || s.Conflict != "" {
				b.Fatalf("got %s", text(s))
			}
		}
	}},
	{"TwoErrorCodesAreBothKept", func(b *bench) {
		sid := newSID("SM")
		obs := reported(sid, "failed", "failed")
		obs[0].ErrorCode, obs[1].ErrorCode = 30007, 30003
		b.each(obs...)
		if s := b.ends(sid, "failed", true); len(s.Reports) != 2 || s.ErrorCode != 30007 {
			b.Fatalf("got %s", text(s))
		}
	}},
	{"SideNotesAreKept", func(b *bench) {
		sid, parent := newSID("CA"), newSID("CA")
		obs := counted(sid, "initiated", "ringing", "in-progress", "completed")
		obs[0].ParentSID = parent
		obs[3].Duration = 42 * time.Second
		b.each(obs[3], obs[1], obs[0], obs[2])
		if s := b.ends(sid, "completed", true); s.ParentSID != parent || s.Duration != 42*time.Second {
			b.Fatalf("got %s", text(s))
		}
	}},
	{"T23FirstAndLastSeen", func(b *bench) {
		sid := newSID("SM")
		obs := reported(sid, "queued", "sent", "delivered")
		b.each(obs[1], obs[2], obs[0])
		if s := b.check(sid); !s.First.Equal(noon) || !s.Last.Equal(noon.Add(2*time.Second)) {
			b.Fatalf("got %s", text(s))
		}
	}},
}

var kindRules = []rule{
	{"KindSMSFailed", story("SM", "failed", true, "accepted", "queued", "failed")},
	{"KindMMS", story("MM", "delivered", true, "queued", "sending", "sent", "delivered")},
	{"KindScheduledMessageSent", story("SM", "delivered", true, "scheduled", "accepted", "queued", "sent", "delivered")},
	{"KindScheduledMessageCanceled", story("SM", "canceled", true, "scheduled", "canceled")},
	{"KindPartiallyDelivered", story("SM", "partially_delivered", true, "sent", "partially_delivered")},
	{"KindInboundMessage", story("SM", "received", true, "receiving", "received")},
	{"KindInboundMessageFiltered", story("SM", "failed", true, "receiving", "failed")},
	{"KindConversationReceipt", story("DY", "read", true, "sent", "delivered", "read")},
	{"KindCall", story("CA", "completed", true, "queued", "initiated", "ringing", "in-progress", "completed")},
	{"KindCallBusy", story("CA", "busy", true, "initiated", "ringing", "busy")},
	{"KindCallNoAnswer", story("CA", "no-answer", true, "initiated", "ringing", "no-answer")},
	{"KindCallCanceledInQueue", story("CA", "canceled", true, "queued", "canceled")},
	{"KindCallFromTheAPI", story("CA", "in-progress", false, "ringing", "in-progress", "queued")},
	{"KindCallLegs", func(b *bench) {
		parent, child := newSID("CA"), newSID("CA")
		b.each(counted(parent, "ringing", "in-progress")...)
		for _, o := range counted(child, "initiated", "ringing", "no-answer") {
			o.ParentSID = parent
			b.apply(o)
		}
		b.ends(parent, "in-progress", false)
		if s := b.ends(child, "no-answer", true); s.ParentSID != parent {
			b.Fatalf("got %s", text(s))
		}
	}},
	{"KindRecording", story("RE", "completed", true, "in-progress", "paused", "stopped", "processing", "completed")},
	{"KindRecordingAbsent", story("RE", "absent", true, "in-progress", "absent")},
	{"KindRecordingDeleted", func(b *bench) {
		sid := newSID("RE")
		b.each(reported(sid, "deleted", "in-progress", "completed")...)
		if s := b.ends(sid, "deleted", true); s.Conflict != "" {
			b.Fatalf("deleting is not a contradiction, but got %s", text(s))
		}
	}},
	{"KindTranscription", story("TR", "completed", true, "in-progress", "completed")},
	{"KindLiveTranscription", func(b *bench) {
		sid := newSID("GT")
		obs := counted(sid, "in-progress", "in-progress", "in-progress", "completed")
		for i, event := range []string{"transcription-started", "transcription-content", "transcription-content", "transcription-stopped"} {
			obs[i].Event = event
		}
		b.each(obs[2], obs[3], obs[0], obs[1])
		if s := b.ends(sid, "completed", true); len(s.Reports) != 4 {
			b.Fatalf("got %s", text(s))
		}
	}},
	{"KindLiveTranscriptionBroken", story("GT", "failed", true, "in-progress", "failed", "completed")},
	{"KindConference", func(b *bench) {
		sid := newSID("CF")
		events := []string{"participant-join", "participant-join", "conference-start", "participant-leave", "conference-end"}
		obs := counted(sid, "init", "init", "in-progress", "init", "completed")
		for i, event := range events {
			obs[i].Event = event
			if i != 2 && i != 4 {
				obs[i].Participant = newSID("CA")
			}
		}
		b.each(obs[4], obs[1], obs[3], obs[0], obs[2])
		if s := b.ends(sid, "completed", true); len(s.Reports) != 5 || s.Reports[0].Participant != obs[0].Participant {
			b.Fatalf("got %s", text(s))
		}
	}},
	{"KindStream", story("MZ", "completed", true, "in-progress", "completed")},
	{"KindOfTomorrow", func(b *bench) {
		sid := newSID("QQ")
		b.each(reported(sid, "hatched", "airborne")...)
		if s := b.check(sid); s.Final || s.Kind() != status.Other || len(s.Reports) != 2 {
			b.Fatalf("got %s", text(s))
		}
	}},
}
