package fault_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/fault"
)

// app is a program that remembers what it was sent.
type app struct {
	bodies     []string
	signatures []string
}

func (a *app) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	a.bodies = append(a.bodies, string(body))
	a.signatures = append(a.signatures, r.Header.Get("X-Twilio-Signature"))
	return &http.Response{
		StatusCode: 200, Header: http.Header{"Content-Length": {"11"}}, ContentLength: 11,
		Body: io.NopCloser(strings.NewReader("<Response/>")),
	}, nil
}

const signed = "KPYtkEwGE+8kbzDIrgWVaDR12z8="

func post(t *testing.T, m *fault.Machine) (*http.Response, error) {
	t.Helper()
	resp, _, err := recorded(t, m, "/sms")
	return resp, err
}

func recorded(t *testing.T, m *fault.Machine, path string) (*http.Response, *fault.Record, error) {
	t.Helper()
	rec := new(fault.Record)
	ctx, cancel := context.WithTimeout(fault.WithRecord(t.Context(), rec), 15*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1:8080"+path, strings.NewReader("Body=hi&From=%2B15550101"))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signed)
	resp, err := m.RoundTrip(r)
	assert.Equal(t, signed, r.Header.Get("X-Twilio-Signature"), "the caller's request stays as it is")
	return resp, rec, err
}

func machine(t *testing.T, a *app, f fault.Fault) *fault.Machine {
	t.Helper()
	m := fault.New(a, "/fallback", nil)
	require.NoError(t, m.Set(fault.Plan{Faults: []fault.Fault{f}, Seed: 1}))
	return m
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		kind  fault.Kind
		check func(*testing.T, *app, *http.Response, error)
	}{
		{fault.Timeout, func(t *testing.T, a *app, _ *http.Response, err error) {
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Len(t, a.bodies, 1, "the program still does its work")
		}},
		{fault.Refused, func(t *testing.T, a *app, _ *http.Response, err error) {
			assert.ErrorIs(t, err, syscall.ECONNREFUSED)
			assert.Empty(t, a.bodies)
		}},
		{fault.ServerError, func(t *testing.T, a *app, resp *http.Response, err error) {
			require.NoError(t, err)
			assert.Equal(t, 503, resp.StatusCode)
			assert.Len(t, a.bodies, 1)
		}},
		{fault.Fallback, func(t *testing.T, _ *app, resp *http.Response, err error) {
			require.NoError(t, err)
			assert.Equal(t, 503, resp.StatusCode)
		}},
		{fault.Truncated, func(t *testing.T, _ *app, resp *http.Response, err error) {
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
			assert.Equal(t, "<Resp", string(body))
		}},
		{fault.Slow, func(t *testing.T, _ *app, resp *http.Response, err error) {
			require.NoError(t, err)
			assert.Equal(t, 200, resp.StatusCode)
		}},
		{fault.Retry, func(t *testing.T, a *app, _ *http.Response, err error) {
			require.NoError(t, err)
			assert.Equal(t, []string{"Body=hi&From=%2B15550101", "Body=hi&From=%2B15550101"}, a.bodies)
			assert.Equal(t, []string{signed, signed}, a.signatures)
		}},
		{fault.WrongSignature, func(t *testing.T, a *app, _ *http.Response, err error) {
			require.NoError(t, err)
			assert.NotEqual(t, signed, a.signatures[0])
			assert.Equal(t, signed[1:], a.signatures[0][1:])
			assert.Equal(t, "Body=hi&From=%2B15550101", a.bodies[0])
		}},
		{fault.OldToken, func(t *testing.T, a *app, _ *http.Response, err error) {
			require.NoError(t, err)
			assert.Len(t, a.signatures[0], 28)
			assert.NotEqual(t, signed, a.signatures[0])
		}},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := new(app)
				began := time.Now()
				resp, rec, err := recorded(t, machine(t, a, fault.Fault{Kind: c.kind, On: true, Rate: 1}), "/sms")
				c.check(t, a, resp, err)
				assert.Equal(t, c.kind, rec.Fault)
				assert.Equal(t, map[fault.Kind]time.Duration{fault.Slow: 6 * time.Second, fault.Timeout: 15 * time.Second}[c.kind], time.Since(began))
				if len(a.signatures) > 0 {
					assert.Equal(t, a.signatures[len(a.signatures)-1], rec.Header.Get("X-Twilio-Signature"), "what is recorded is what was sent")
				} else {
					assert.Nil(t, rec.Header)
				}
				assert.Equal(t, c.kind == fault.Retry, rec.Repeated != nil)
				if e, ok := errors.AsType[*fault.Error](err); ok {
					assert.Equal(t, c.kind, e.Kind)
				}
			})
		})
	}
}

// TestFallbackURLPasses breaks everything but the fallback.
func TestFallbackURLPasses(t *testing.T) {
	m := machine(t, new(app), fault.Fault{Kind: fault.Fallback, On: true, Rate: 1})
	for path, status := range map[string]int{"/sms": 503, "/fallback": 200} {
		resp, rec, err := recorded(t, m, path)
		require.NoError(t, err)
		assert.Equal(t, status, resp.StatusCode, path)
		assert.Equal(t, status == 503, rec.Fault == fault.Fallback)
	}
	assert.Error(t, fault.New(new(app), "", nil).Set(fault.Plan{Faults: []fault.Fault{{Kind: fault.Fallback, On: true, Rate: 1}}}))
}

// refuses is a program that is not there.
type refuses struct{}

func (refuses) RoundTrip(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED }

// TestNoLabelWithoutEffect names no fault that could not strike.
func TestNoLabelWithoutEffect(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Timeout, fault.ServerError, fault.Truncated, fault.Slow} {
		m := fault.New(refuses{}, "", nil)
		require.NoError(t, m.Set(fault.Plan{Faults: []fault.Fault{{Kind: kind, On: true, Rate: 1}}}))
		_, rec, err := recorded(t, m, "/sms")
		assert.ErrorIs(t, err, syscall.ECONNREFUSED)
		assert.Empty(t, rec.Fault, kind)
	}
}

func TestOnceGoesOff(t *testing.T) {
	var told []fault.Plan
	m := fault.New(new(app), "", func(p fault.Plan) { told = append(told, p) })
	require.NoError(t, m.Set(fault.Plan{Faults: []fault.Fault{{Kind: fault.ServerError, On: true, Rate: 1, Once: true}}}))
	first, err := post(t, m)
	require.NoError(t, err)
	second, err := post(t, m)
	require.NoError(t, err)
	assert.Equal(t, []int{503, 200}, []int{first.StatusCode, second.StatusCode})
	require.Len(t, told, 1)
	assert.Equal(t, m.Plan(), told[0])
}

func TestOneSeedMakesTheSameChoices(t *testing.T) {
	struck := func() (out []int) {
		m := machine(t, new(app), fault.Fault{Kind: fault.ServerError, On: true, Rate: 0.5})
		for range 40 {
			resp, err := post(t, m)
			require.NoError(t, err)
			out = append(out, resp.StatusCode)
		}
		return out
	}
	first := struck()
	assert.Equal(t, first, struck())
	assert.Contains(t, first, 200)
	assert.Contains(t, first, 503)
}

func TestBadPlans(t *testing.T) {
	m := fault.New(new(app), "", nil)
	before := m.Plan()
	require.Len(t, before.Faults, len(fault.Kinds()))
	for _, f := range []fault.Fault{{Kind: "gremlins", Rate: 1}, {Kind: fault.Slow, Rate: 2}, {Kind: fault.Slow, Rate: -1}} {
		require.Error(t, m.Set(fault.Plan{Faults: []fault.Fault{f}}))
	}
	assert.Equal(t, before, m.Plan())
}
