package scenario

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A Life is the sequence of Twilio's reports about one message.
type Life struct {
	Ending    string // delivered, read, undelivered, failed, canceled; or reports with commas between
	ErrorCode int    // of undelivered and failed; zero: the usual one
	Order     string // in-order, shuffled, doubled, lost, late; empty: in-order
	Seed      uint64 // of the choices
}

// A Report is one status callback.
type Report struct {
	Status    string `json:"status" yaml:"status"`
	ErrorCode int    `json:"errorCode,omitempty" yaml:"errorCode"`
	Lost      bool   `json:"lost,omitempty" yaml:"-"` // it never arrives
}

// Endings lists the endings of a message.
func Endings() []string {
	return []string{"delivered", "read", "undelivered", "failed", "canceled"}
}

// Orders lists how the reports can arrive.
func Orders() []string { return []string{"in-order", "shuffled", "doubled", "lost", "late"} }

var reports = map[string][]string{
	"delivered":   {"queued", "sent", "delivered"},
	"read":        {"queued", "sent", "delivered", "read"},
	"undelivered": {"queued", "sent", "undelivered"},
	"failed":      {"queued", "failed"},
	"canceled":    {"canceled"},
}

// usual are the default error codes: an unreachable handset, an unknown error.
var usual = map[string]int{"undelivered": 30003, "failed": 30008}

// Reports returns what arrives, in the order of arrival.
func (l Life) Reports() ([]Report, error) {
	statuses, ok := reports[l.Ending]
	if !ok {
		if !strings.Contains(l.Ending, ",") {
			return nil, fmt.Errorf("a message ends as %s, not as %q", strings.Join(Endings(), ", "), l.Ending)
		}
		statuses = strings.Split(l.Ending, ",")
	}
	var out []Report
	for _, status := range statuses {
		status = strings.TrimSpace(status)
		code := usual[status]
		if code != 0 && l.ErrorCode != 0 {
			code = l.ErrorCode
		}
		out = append(out, Report{Status: status, ErrorCode: code})
	}
	random := rand.New(rand.NewPCG(l.Seed, 1))
	switch l.Order {
	case "", "in-order":
	case "shuffled":
		inOrder := slices.Clone(out)
		for try := 0; try < 20 && slices.Equal(out, inOrder); try++ { // make sure that the order differs
			random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		}
	case "doubled":
		i := random.IntN(len(out))
		out = slices.Insert(out, i+1, out[i])
	case "lost":
		out[random.IntN(len(out))].Lost = true
	case "late": // the first is overtaken by all others
		out = append(out[1:], out[0])
	default:
		return nil, fmt.Errorf("reports arrive %s, not %q", strings.Join(Orders(), ", "), l.Order)
	}
	return out, nil
}
