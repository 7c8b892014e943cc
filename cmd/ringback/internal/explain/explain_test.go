package explain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
)

func TestParam(t *testing.T) {
	facts, err := explain.Load()
	require.NoError(t, err)
	for _, c := range []struct {
		kind, name string
		known      bool
	}{
		{"IncomingMessage", "Body", true},
		{"IncomingMessage", "body", false},
		{"IncomingMessage", "MediaUrl7", true},
		{"IncomingMessage", "MediaUrl", false},
		{"IncomingMessage", "MediaUrlX", false},
		{"MessagingFallback", "Body", true},
		{"MessagingFallback", "ErrorCode", true},
		{"SIPIncomingCall", "SipHeader_X-Order", true},
		{"IncomingCall", "Shoe", false},
		{"NoSuchKind", "Body", false},
		{"Unknown", "Body", true},
		{"", "CallStatus", true},
		{"Unknown", "Shoe", false},
	} {
		fact, known := facts.Param(c.kind, c.name)
		assert.Equal(t, c.known, known, "%s of %s", c.name, c.kind)
		if known {
			assert.NotEmpty(t, fact.Meaning, "%s of %s", c.name, c.kind)
		}
	}
	assert.Contains(t, facts.Title("GatherAction"), "Gather")
	assert.Equal(t, "NoSuchKind", facts.Title("NoSuchKind"))
	assert.Equal(t, "twiml-voice", facts.Answer("IncomingCall"))
}
