package intercept_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/intercept"
)

// TestHTTPSWithoutCONNECT sends what axios sends to a proxy, and with it version
// 3.42 of the npm package twilio: a plain request that names an https URL.
func TestHTTPSWithoutCONNECT(t *testing.T) {
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Empty(t, r.Header.Get("Proxy-Authorization"), "the password of the proxy goes no further")
		user, _, _ := r.BasicAuth()
		fmt.Fprintf(w, "%s %s host=%s user=%s %s", r.Method, r.RequestURI, r.Host, user, body)
	})
	proxy, err := intercept.New(api, true)
	require.NoError(t, err)
	server := httptest.NewServer(proxy)
	defer server.Close()
	addr := server.Listener.Addr().String()
	send := func(target string) (int, string) {
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		defer conn.Close()
		r, err := http.NewRequest(http.MethodPost, target, strings.NewReader("To=%2B15550101"))
		require.NoError(t, err)
		r.SetBasicAuth("AC00000000000000000000000000000001", "12345")
		known := &http.Request{Header: http.Header{}}
		password, _ := proxy.URL(addr).User.Password()
		known.SetBasicAuth("ringback", password)
		r.Header.Set("Proxy-Authorization", known.Header.Get("Authorization"))
		require.NoError(t, r.WriteProxy(conn))
		resp, err := http.ReadResponse(bufio.NewReader(conn), r)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(body)
	}

	status, body := send("https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json?Page=2")
	assert.Equal(t, 200, status)
	assert.Equal(t, "POST /2010-04-01/Accounts/AC1/Calls.json?Page=2 host=api.twilio.com user=AC00000000000000000000000000000001 To=%2B15550101", body)

	status, body = send("http://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json")
	assert.Equal(t, 403, status)
	assert.Contains(t, body, "use https")

	status, body = send("https://example.com/")
	assert.Equal(t, 403, status, "offline")
	assert.Contains(t, body, "does not forward requests to example.com")
}
