package status_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/status"
)

func TestCode(t *testing.T) {
	c := status.Code(30005)
	assert.True(t, c.Known())
	assert.NotEmpty(t, c.Name())
	assert.NotEmpty(t, c.Meaning())
	assert.True(t, c.Permanent())
	assert.False(t, c.Retryable())
	assert.Equal(t, "https://www.twilio.com/docs/api/errors/30005", c.URL())
	assert.True(t, strings.HasPrefix(c.String(), "30005 "), c.String())

	assert.Equal(t, status.ClassUnreachableHandset, status.Code(30003).Class())
	assert.True(t, status.Code(30003).Retryable())
	assert.True(t, status.Code(21610).Permanent())
	assert.Equal(t, status.ClassWebhookHTTP, status.Code(11200).Class())
	assert.True(t, status.Code(11205).Retryable())
	assert.True(t, status.Code(12200).Warning())
	assert.Equal(t, status.Code(14201).Name(), status.Code(14201).Meaning(), "where there is nothing to add")
}

func TestCodeThatIsNotKnown(t *testing.T) {
	for _, c := range []status.Code{0, -1, 1, 99999, 1 << 40} {
		assert.False(t, c.Known() || c.Permanent() || c.Retryable() || c.Warning(), "%d", c)
		assert.Empty(t, c.Name()+c.Meaning()+string(c.Class()))
	}
	assert.Equal(t, "99999", status.Code(99999).String())
}

// The catalogue is held against the facts themselves.
func TestCodesAgainstTheFacts(t *testing.T) {
	type fact struct {
		Code      int     `json:"code"`
		Name      string  `json:"name"`
		Meaning   string  `json:"meaning"`
		Class     string  `json:"class"`
		Category  string  `json:"category"`
		Permanent *bool   `json:"permanent"`
		LogLevel  *string `json:"log_level"`
		Direction string  `json:"direction"`
		SeenIn    string  `json:"seen_in"`
		Source    string  `json:"source"`
	}
	var messaging, voice []fact
	require.NoError(t, spec.Decode("messaging-errors.json", &messaging))
	require.NoError(t, spec.Decode("voice-errors.json", &voice))
	known := map[int]bool{}
	for _, f := range messaging {
		known[f.Code] = true
		c := status.Code(f.Code)
		assert.Equal(t, f.Name, c.Name())
		assert.Equal(t, f.Class, string(c.Class()))
		assert.Equal(t, f.Permanent != nil && *f.Permanent, c.Permanent(), "%v", c)
		assert.Equal(t, f.Permanent != nil && !*f.Permanent, c.Retryable(), "%v", c)
	}
	for _, f := range voice {
		c := status.Code(f.Code)
		if !known[f.Code] {
			assert.Equal(t, f.Name, c.Name())
			assert.Equal(t, f.Category, string(c.Class()))
			assert.False(t, c.Permanent() && c.Retryable())
		}
		known[f.Code] = true
	}
	all := slices.Collect(status.Codes())
	assert.Len(t, all, len(known))
	assert.True(t, slices.IsSorted(all))
	for range status.Codes() {
		break
	}
}

func TestCodeAllocatesNothing(t *testing.T) {
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = status.Code(30005).Retryable(); _ = status.Code(1).Name() }))
}

func BenchmarkCode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = status.Code(30005).Permanent()
	}
}
