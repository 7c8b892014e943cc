package dialogue_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// line is a stage with a queue: /voice waits in it, /agent serves it.
func line(t *testing.T, attrs string, more pages) *stage {
	t.Helper()
	p := pages{
		"/voice": `<Enqueue action="/next" ` + attrs + `>line</Enqueue><Say>after</Say>`,
		"/next":  say("next"), "/hold": say("You are in line."), "/done": say("done"), "/brief": say("You are connected."),
		"/agent": `<Dial action="/done"><Queue>line</Queue></Dial>`,
	}
	for path, page := range more {
		p[path] = page
	}
	return play(t, p)
}

func TestEnqueue(t *testing.T) {
	fact(t, "waitUrl is requested at once and each time its document ends", func(t *testing.T) {
		s := line(t, `waitUrl="/hold"`, nil)
		s.call()
		s.wait(6)
		assert.Len(t, s.of("EnqueueWaitURL"), 5)
		assert.Len(t, s.said(), 5)
	})
	fact(t, "it carries position, waiting time, average and sizes", func(t *testing.T) {
		s := line(t, `waitUrl="/hold"`, nil)
		s.call()
		s.wait(3)
		s.call()
		x := s.of("EnqueueWaitURL")
		p := x[len(x)-1].Params
		assert.Equal(t, "2 0 0 2 1000", strings.Join([]string{p.Get("QueuePosition"), p.Get("QueueTime"), p.Get("AvgQueueTime"), p.Get("CurrentQueueSize"), p.Get("MaxQueueSize")}, " "))
	})
	fact(t, "an empty waitUrl is silence", func(t *testing.T) {
		s := line(t, `waitUrl=""`, nil)
		c := s.call()
		s.wait(100)
		assert.Empty(t, s.texts(dialogue.EventPlayed))
		assert.EqualValues(t, "in-progress", c.Status())
	})
	fact(t, "a queue is created on demand", func(t *testing.T) {
		s := line(t, "", nil)
		c := s.call()
		assert.Equal(t, c.SID(), s.Queue("line")[0].SID())
	})
	fact(t, "Leave ends the waiting, QueueResult=leave, and goes to the action", func(t *testing.T) {
		s := line(t, `waitUrl="/bye"`, pages{"/bye": `<Pause length="7"/><Leave/>`})
		s.call()
		s.wait(9)
		p := s.only("EnqueueAction").Params
		assert.Equal(t, "leave 7", p.Get("QueueResult")+" "+p.Get("QueueTime"))
		assert.True(t, p.Has("QueueSid"))
		assert.Equal(t, []string{"next"}, s.said())
		assert.Empty(t, s.Queue("line"))
	})
	fact(t, "without action it goes on after the Enqueue", func(t *testing.T) {
		s := line(t, "", pages{"/voice": `<Enqueue waitUrl="/bye">line</Enqueue><Say>after</Say>`, "/bye": `<Leave/>`})
		s.call()
		assert.Equal(t, []string{"after"}, s.said())
	})
	fact(t, "the caller hangs up: QueueResult=hangup, CallStatus=completed", func(t *testing.T) {
		s := line(t, "", nil)
		c := s.call()
		s.wait(12)
		c.HangUp()
		p := s.only("EnqueueAction").Params
		assert.Equal(t, "hangup completed 12", p.Get("QueueResult")+" "+p.Get("CallStatus")+" "+p.Get("QueueTime"))
	})
	fact(t, "Hangup in the waiting document ends the call", func(t *testing.T) {
		s := line(t, `waitUrl="/bye"`, pages{"/bye": `<Hangup/>`})
		c := s.call()
		assert.EqualValues(t, "completed", c.Status())
		assert.Equal(t, "hangup", s.only("EnqueueAction").Params.Get("QueueResult"))
	})
	fact(t, "Gather works while waiting", func(t *testing.T) {
		s := line(t, `waitUrl="/menu"`, pages{"/menu": `<Gather numDigits="1" action="/out"><Pause length="60"/></Gather>`, "/out": `<Leave/>`})
		c := s.call()
		s.wait(10)
		c.Press("1")
		assert.Equal(t, "leave", s.only("EnqueueAction").Params.Get("QueueResult"))
	})
	fact(t, "the queue is full at maxQueueSize: queue-full, no QueueSid, no QueueTime", func(t *testing.T) {
		s := line(t, `maxQueueSize="1"`, nil)
		s.call()
		s.call()
		p := s.only("EnqueueAction").Params
		assert.Equal(t, "queue-full", p.Get("QueueResult"))
		assert.False(t, p.Has("QueueSid") || p.Has("QueueTime"))
	})
	fact(t, "a name has up to 64 characters", func(t *testing.T) {
		s := line(t, "", pages{"/voice": `<Enqueue action="/next">` + strings.Repeat("q", 65) + `</Enqueue>`})
		s.call()
		assert.Contains(t, s.codes(), 14205)
	})
	fact(t, "a REST update takes the caller out: redirected", func(t *testing.T) {
		s := line(t, "", nil)
		c := s.call()
		c.Update("/done", "")
		assert.Equal(t, "redirected", s.only("EnqueueAction").Params.Get("QueueResult"))
		assert.Equal(t, []string{"done"}, s.said())
		assert.Empty(t, s.Queue("line"))
	})
	fact(t, "workflowSid and Task make a task; the caller waits", func(t *testing.T) {
		s := line(t, "", pages{"/voice": `<Enqueue workflowSid="WW00000000000000000000000000000001"><Task>{"lang":"en"}</Task></Enqueue>`})
		c := s.call()
		assert.Equal(t, dialogue.StateInQueue, c.Activity().State)
	})
}

func TestDialQueue(t *testing.T) {
	fact(t, "it connects to the first who waits", func(t *testing.T) {
		s := line(t, "", nil)
		first := s.call()
		s.wait(5)
		s.call()
		agent := s.call(by("/agent"))
		require.NotNil(t, agent.Peer())
		assert.Equal(t, first.SID(), agent.Peer().SID())
		assert.True(t, agent.Speak("how can I help?"))
	})
	fact(t, "the waiting caller's action comes once, when the bridged parties part: bridged", func(t *testing.T) {
		s := line(t, "", nil)
		s.call()
		s.wait(41)
		agent := s.call(by("/agent"))
		assert.Empty(t, s.of("EnqueueAction"))
		s.wait(30)
		agent.HangUp()
		p := s.only("EnqueueAction").Params
		assert.Equal(t, "bridged 41", p.Get("QueueResult")+" "+p.Get("QueueTime"))
		assert.Equal(t, []string{"next"}, s.said())
	})
	fact(t, "the dialer's action tells of the dequeued call", func(t *testing.T) {
		s := line(t, "", nil)
		c := s.call()
		s.wait(35)
		s.call(by("/agent"))
		s.wait(30)
		c.HangUp()
		p := s.only("DialAction").Params
		assert.Equal(t, "completed bridged 35 30 "+c.SID(), strings.Join([]string{
			p.Get("DialCallStatus"), p.Get("DequeueResult"), p.Get("DequeuedCallQueueTime"), p.Get("DequeuedCallDuration"), p.Get("DequeuedCallSid")}, " "))
	})
	fact(t, "a REST update of who was taken out: redirected-from-bridged", func(t *testing.T) {
		s := line(t, "", nil)
		c := s.call()
		agent := s.call(by("/agent"))
		c.Update("/hold", "")
		assert.Equal(t, "redirected-from-bridged", s.only("EnqueueAction").Params.Get("QueueResult"))
		assert.Nil(t, agent.Peer())
		assert.Contains(t, s.said(), "You are in line.")
	})
	fact(t, "an empty queue waits until someone comes", func(t *testing.T) {
		s := line(t, "", nil)
		s.call().HangUp()
		agent := s.call(by("/agent"))
		s.wait(20)
		assert.Nil(t, agent.Peer())
		c := s.call()
		require.NotNil(t, agent.Peer())
		assert.Equal(t, c.SID(), agent.Peer().SID())
	})
	fact(t, "or until the Dial's timeout", func(t *testing.T) {
		s := line(t, "", nil)
		s.call().HangUp()
		s.call(by("/agent"))
		s.wait(31)
		assert.Equal(t, "queue-empty", s.only("DialAction").Params.Get("DequeueResult"))
	})
	fact(t, "a queue that does not exist is an error status to the action", func(t *testing.T) {
		s := line(t, "", nil)
		s.call(by("/agent"))
		p := s.only("DialAction").Params
		assert.Equal(t, "failed queue-not-found", p.Get("DialCallStatus")+" "+p.Get("DequeueResult"))
	})
	fact(t, "url runs for the queued caller first", func(t *testing.T) {
		s := line(t, "", pages{"/agent": `<Dial><Queue url="/brief">line</Queue></Dial>`})
		c := s.call()
		s.wait(35)
		agent := s.call(by("/agent"))
		assert.Nil(t, agent.Peer())
		p := s.only("QueueURL").Params
		assert.Equal(t, c.SID()+" 35 "+agent.SID(), p.Get("CallSid")+" "+p.Get("QueueTime")+" "+p.Get("DequeingCallSid"))
		s.wait(3)
		assert.NotNil(t, agent.Peer())
		assert.Equal(t, []string{"You are connected."}, s.said())
	})
}
