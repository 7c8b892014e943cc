package webhook_test

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// proofOf returns the fixture called name, read but not decoded, and its form.
func proofOf(t testing.TB, name string) (*signature.Verified, string) {
	t.Helper()
	for _, f := range fixtures(t) {
		if f.Name == name {
			return unverified(t, f.request()), form(f.Params)
		}
	}
	require.Fail(t, "no fixture", name)
	return nil, ""
}

// TestDecodeAllocations holds the budget: four allocations beyond the slices
// that an event has.
func TestDecodeAllocations(t *testing.T) {
	for name, most := range map[string]float64{
		"sms_in_basic":                 4,
		"mms_three_media":              4 + 3,
		"whatsapp_ctwa_ad":             4,
		"status_delivered_sms_dlrdate": 4,
		"incoming-pstn-stir-calltoken": 4,
		"call-status-answered":         4,
		"gather-digit-numdigits":       4,
		"conf-leave":                   4,
	} {
		t.Run(name, func(t *testing.T) {
			v, _ := proofOf(t, name)
			got := testing.AllocsPerRun(200, func() {
				if _, err := webhook.Parse(v); err != nil {
					t.Fatal(err)
				}
			})
			assert.LessOrEqual(t, got, most)
			t.Logf("%s: %v allocations", name, got)
		})
	}
}

// TestT13ClaimedCountCostsNothing compares the cost of a claim with that of
// none.
func TestT13ClaimedCountCostsNothing(t *testing.T) {
	cost := func(claim string) float64 {
		f := url.Values{"MessageSid": {messageSID}, "AccountSid": {accountSID}, "From": {"+15550100"}, "To": {"+15550101"}, "Body": {""}, "NumMedia": {claim}}
		v := unverified(t, newForm(f.Encode()))
		m, err := webhook.Decode[webhook.IncomingMessage](v)
		require.NoError(t, err)
		assert.Empty(t, m.Media)
		assert.Equal(t, claim, strconv.Itoa(m.NumMedia))
		return testing.AllocsPerRun(50, func() { webhook.Decode[webhook.IncomingMessage](v) })
	}
	assert.Equal(t, cost("0"), cost("1000000000"))
}
