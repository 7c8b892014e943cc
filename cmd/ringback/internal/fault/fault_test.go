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
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1:8080/sms", strings.NewReader("Body=hi&From=%2B15550101"))
	require.NoError(t, err)
	r.Header.Set("X-Twilio-Signature", signed)
	return m.RoundTrip(r)
}

func machine(t *testing.T, a *app, f fault.Fault) *fault.Machine {
	t.Helper()
	m := fault.New(a, nil)
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
			assert.Empty(t, a.bodies)
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
				resp, err := post(t, machine(t, a, fault.Fault{Kind: c.kind, On: true, Rate: 1}))
				c.check(t, a, resp, err)
				if resp != nil {
					assert.Equal(t, string(c.kind), resp.Header.Get(fault.Header))
				}
				if e, ok := errors.AsType[*fault.Error](err); ok {
					assert.Equal(t, c.kind, e.Kind)
				}
			})
		})
	}
}

func TestOnceGoesOff(t *testing.T) {
	var told []fault.Plan
	m := fault.New(new(app), func(p fault.Plan) { told = append(told, p) })
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
	m := fault.New(new(app), nil)
	before := m.Plan()
	require.Len(t, before.Faults, len(fault.Kinds()))
	for _, f := range []fault.Fault{{Kind: "gremlins", Rate: 1}, {Kind: fault.Slow, Rate: 2}, {Kind: fault.Slow, Rate: -1}} {
		require.Error(t, m.Set(fault.Plan{Faults: []fault.Fault{f}}))
	}
	assert.Equal(t, before, m.Plan())
}
