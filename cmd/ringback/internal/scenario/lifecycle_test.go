package scenario_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/scenario"
)

func statuses(reports []scenario.Report) (out []string) {
	for _, r := range reports {
		out = append(out, r.Status)
	}
	return out
}

func TestEndings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		life scenario.Life
		want []scenario.Report
	}{
		{scenario.Life{Ending: "delivered"}, []scenario.Report{{Status: "queued"}, {Status: "sent"}, {Status: "delivered"}}},
		{scenario.Life{Ending: "undelivered"}, []scenario.Report{{Status: "queued"}, {Status: "sent"}, {Status: "undelivered", ErrorCode: 30003}}},
		{scenario.Life{Ending: "failed", ErrorCode: 30006}, []scenario.Report{{Status: "queued"}, {Status: "failed", ErrorCode: 30006}}},
		{scenario.Life{Ending: "delivered", ErrorCode: 30006}, []scenario.Report{{Status: "queued"}, {Status: "sent"}, {Status: "delivered"}}},
		{scenario.Life{Ending: "sent, read"}, []scenario.Report{{Status: "sent"}, {Status: "read"}}},
	} {
		got, err := c.life.Reports()
		require.NoError(t, err)
		assert.Equal(t, c.want, got, "%+v", c.life)
	}
}

// TestOrders disturbs every life with a hundred seeds: nothing is made up and
// nothing goes that is not said to be lost.
func TestOrders(t *testing.T) {
	t.Parallel()
	for _, ending := range scenario.Endings() {
		straight, err := scenario.Life{Ending: ending}.Reports()
		require.NoError(t, err)
		for _, order := range scenario.Orders() {
			for seed := range uint64(100) {
				life := scenario.Life{Ending: ending, Order: order, Seed: seed}
				got, err := life.Reports()
				require.NoError(t, err)
				again, err := life.Reports()
				require.NoError(t, err)
				require.Equal(t, got, again, "the same seed, the same life: %+v", life)
				sorted, all := slices.Sorted(slices.Values(statuses(got))), slices.Sorted(slices.Values(statuses(straight)))
				lost := 0
				for _, r := range got {
					if r.Lost {
						lost++
					}
				}
				switch order {
				case "doubled":
					require.Len(t, got, len(straight)+1, "%+v", life)
					require.Equal(t, all, slices.Compact(sorted), "%+v", life)
				case "lost":
					require.Equal(t, 1, lost, "%+v", life)
					require.Equal(t, statuses(straight), statuses(got), "%+v", life)
				case "late":
					require.Equal(t, straight[0], got[len(got)-1], "the first comes last: %+v", life)
					require.Equal(t, all, sorted, "%+v", life)
				case "shuffled":
					require.Equal(t, all, sorted, "%+v", life)
					if len(straight) > 2 {
						require.NotEqual(t, straight, got, "disorder was asked for: %+v", life)
					}
				default:
					require.Equal(t, straight, got, "%+v", life)
				}
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	_, err := scenario.Life{Ending: "eaten"}.Reports()
	require.ErrorContains(t, err, "delivered, read, undelivered")
	_, err = scenario.Life{Ending: "read", Order: "backwards"}.Reports()
	require.ErrorContains(t, err, "in-order, shuffled")
	same, err := scenario.Life{Ending: "sent,sent", Order: "shuffled"}.Reports()
	require.NoError(t, err, "what cannot be shuffled comes as it is")
	assert.Len(t, same, 2)
}
