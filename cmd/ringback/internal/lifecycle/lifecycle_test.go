package lifecycle_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/lifecycle"
)

func statuses(reports []lifecycle.Report) (out []string) {
	for _, r := range reports {
		out = append(out, r.Status)
	}
	return out
}

func TestEndings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		life lifecycle.Life
		want []lifecycle.Report
	}{
		{lifecycle.Life{Ending: "delivered"}, []lifecycle.Report{{Status: "queued"}, {Status: "sent"}, {Status: "delivered"}}},
		{lifecycle.Life{Ending: "undelivered"}, []lifecycle.Report{{Status: "queued"}, {Status: "sent"}, {Status: "undelivered", ErrorCode: 30003}}},
		{lifecycle.Life{Ending: "failed", ErrorCode: 30006}, []lifecycle.Report{{Status: "queued"}, {Status: "failed", ErrorCode: 30006}}},
		{lifecycle.Life{Ending: "delivered", ErrorCode: 30006}, []lifecycle.Report{{Status: "queued"}, {Status: "sent"}, {Status: "delivered"}}},
		{lifecycle.Life{Ending: "sent, read"}, []lifecycle.Report{{Status: "sent"}, {Status: "read"}}},
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
	for _, ending := range lifecycle.Endings() {
		straight, err := lifecycle.Life{Ending: ending}.Reports()
		require.NoError(t, err)
		for _, order := range lifecycle.Orders() {
			for seed := range uint64(100) {
				life := lifecycle.Life{Ending: ending, Order: order, Seed: seed}
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
	_, err := lifecycle.Life{Ending: "eaten"}.Reports()
	require.ErrorContains(t, err, "delivered, read, undelivered")
	_, err = lifecycle.Life{Ending: "read", Order: "backwards"}.Reports()
	require.ErrorContains(t, err, "in-order, shuffled")
	same, err := lifecycle.Life{Ending: "sent,sent", Order: "shuffled"}.Reports()
	require.NoError(t, err, "what cannot be shuffled comes as it is")
	assert.Len(t, same, 2)
}
