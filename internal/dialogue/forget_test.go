package dialogue_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// TestT36ForgetsWhatIsOver makes many calls with a conference, a queue and a
// recording of their own. The oldest go first, and what goes on stays.
func TestT36ForgetsWhatIsOver(t *testing.T) {
	const kept = 5
	p := pages{"/long": `<Pause length="3600"/>`}
	for i := range 4 * kept {
		p[fmt.Sprintf("/room%d", i)] = fmt.Sprintf(`<Dial><Conference>room %d</Conference></Dial>`, i)
		p[fmt.Sprintf("/queue%d", i)] = fmt.Sprintf(`<Enqueue>queue %d</Enqueue>`, i)
	}
	s := play(t, p, func(c *dialogue.Config) { c.Limits.Kept = kept })
	first := s.call(func(c *dialogue.CallSetup) { c.URL = "/long" })
	var last *dialogue.Call
	for i := range 4 * kept {
		for _, what := range []string{"room", "queue"} {
			last = s.call(func(c *dialogue.CallSetup) { c.URL = fmt.Sprintf("/%s%d", what, i) })
			s.ConferenceSID(fmt.Sprint("never ", i))
			_, recorded := last.Record(dialogue.CallRecording{})
			assert.True(t, recorded)
			s.wait(3)
			last.HangUp()
			s.wait(1)
		}
	}
	calls := s.Calls()
	assert.Len(t, calls, kept)
	assert.Same(t, first, calls[0], "it goes on")
	assert.Same(t, last, calls[kept-1])
	assert.Len(t, s.Conferences(), kept)
	assert.Equal(t, fmt.Sprintf("room %d", 4*kept-1), s.Conferences()[kept-1].Name)
	assert.Len(t, s.Recordings(), kept+1, "that of the last call came after it")
}
