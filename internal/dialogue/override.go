package dialogue

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// override are the connection overrides of a URL's fragment
// (webhook-mechanics.md, "Connection overrides").
type override struct {
	connect, read, total time.Duration
	totalSet             bool
	retries              int
	policy               []string
}

var edges = []string{"ashburn", "dublin", "frankfurt", "sao-paulo", "singapore", "sydney", "tokyo", "umatilla"}

// overrides reads fragment. A value that Twilio does not accept is a failure.
func overrides(fragment string, timeout time.Duration) (override, *Failure) {
	o := override{connect: 5 * time.Second, read: timeout, total: timeout, retries: 1, policy: []string{"ct"}}
	if !strings.Contains(fragment, "=") {
		return o, nil
	}
	milliseconds := func(value string, highest int) (time.Duration, *Failure) {
		n, err := strconv.Atoi(value)
		if err != nil || n < 100 || n > highest {
			return 0, failure(11203, "the override %q is not a number of milliseconds from 100 to %d", value, highest)
		}
		return time.Duration(n) * time.Millisecond, nil
	}
	for part := range strings.SplitSeq(fragment, "&") {
		key, value, _ := strings.Cut(part, "=")
		if v, err := url.QueryUnescape(value); err == nil {
			value = v
		}
		var f *Failure
		switch key {
		case "ct":
			o.connect, f = milliseconds(value, 10000)
		case "rt":
			o.read, f = milliseconds(value, 15000)
		case "tt":
			o.total, f = milliseconds(value, 15000)
			o.totalSet = true
		case "rc":
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 || n > 5 {
				f = failure(11243, "the override rc=%q is not a number from 0 to 5", value)
			}
			o.retries = n
		case "rp":
			o.policy = strings.Split(value, ",")
			for _, p := range o.policy {
				if !slices.Contains([]string{"4xx", "5xx", "ct", "rt", "all"}, p) {
					f = failure(11243, "the retry policy %q is unknown", p)
				}
			}
		case "e":
			for edge := range strings.SplitSeq(value, ",") {
				switch {
				case edge == "":
					f = failure(11240, "the override e names no edge")
				case !slices.Contains(edges, edge):
					f = failure(11241, "the edge %q is not supported", edge)
				}
			}
		}
		if f != nil {
			return o, f
		}
	}
	return o, nil
}

// retry reports whether a failed attempt of the given class is repeated.
func (o override) retry(sort string, tries int) bool {
	return sort != "" && tries <= o.retries && (slices.Contains(o.policy, sort) || slices.Contains(o.policy, "all"))
}
