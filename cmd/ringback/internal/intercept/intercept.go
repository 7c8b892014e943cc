// Package intercept is a proxy for the program under development. It directs
// requests for Twilio to the console, so that an unmodified program in any
// language sends its messages to the phone on the page.
//
// The proxy listens on a loopback address and requires a password, which is
// only in the environment of the program. For twilio.com and its subdomains it
// uses certificates of an authority that is created at the start. The
// authority's key never leaves the memory of this process, and its certificate
// is limited to twilio.com.
package intercept

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// Domain is the domain that the proxy intercepts, with its subdomains.
const Domain = "twilio.com"

// A Proxy is an http.Handler for a server on a loopback address.
type Proxy struct {
	api      http.Handler
	offline  bool
	password string

	root    *x509.Certificate
	rootPEM []byte
	rootKey *ecdsa.PrivateKey
	hostKey *ecdsa.PrivateKey
	forward *httputil.ReverseProxy
	mu      sync.Mutex
	hosts   map[string]*tls.Certificate
}

// New returns a proxy that passes requests for Twilio to api. Requests to other
// hosts are forwarded, or refused if offline is true.
func New(api http.Handler, offline bool) (*Proxy, error) {
	p := &Proxy{api: api, offline: offline, password: rand.Text(), hosts: make(map[string]*tls.Certificate)}
	p.forward = &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.Header.Del("Proxy-Authorization") },
		Transport: &http.Transport{Proxy: nil, ForceAttemptHTTP2: false},
	}
	var err error
	if p.rootKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	if p.hostKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "ringback dev (this machine, " + Domain + " only)"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 30),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{Domain},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &p.rootKey.PublicKey, p.rootKey)
	if err != nil {
		return nil, err
	}
	if p.root, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	p.rootPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return p, nil
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // the system has no randomness
	}
	return n
}

// Certificate returns the authority's certificate as PEM.
func (p *Proxy) Certificate() []byte { return p.rootPEM }

// Bundle returns the authority's certificate with those that the system trusts,
// for variables that replace the system's file.
func (p *Proxy) Bundle() []byte {
	for _, name := range []string{os.Getenv("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"} {
		if name == "" {
			continue
		}
		if system, err := os.ReadFile(name); err == nil {
			return append(append(system, '\n'), p.rootPEM...)
		}
	}
	return p.rootPEM
}

// Env returns the variables that make a program use the proxy at addr. file
// holds the certificate, bundle those of [Proxy.Bundle].
func (p *Proxy) Env(addr, file, bundle string) []string {
	proxy := p.URL(addr).String()
	local := "localhost,127.0.0.1,::1"
	return []string{
		"HTTPS_PROXY=" + proxy, "https_proxy=" + proxy, "HTTP_PROXY=" + proxy, "http_proxy=" + proxy, "NO_PROXY=" + local, "no_proxy=" + local,
		"SSL_CERT_FILE=" + bundle, "REQUESTS_CA_BUNDLE=" + bundle, "CURL_CA_BUNDLE=" + bundle,
		"NODE_EXTRA_CA_CERTS=" + file, "NODE_USE_ENV_PROXY=1",
	}
}

// certificate returns a certificate for one of Twilio's hosts.
func (p *Proxy) certificate(host string) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.hosts[host]; c != nil {
		return c, nil
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: p.root.NotBefore, NotAfter: p.root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, p.root, &p.hostKey.PublicKey, p.rootKey)
	if err != nil {
		return nil, err
	}
	if len(p.hosts) > 100 {
		clear(p.hosts)
	}
	c := &tls.Certificate{Certificate: [][]byte{der, p.root.Raw}, PrivateKey: p.hostKey}
	p.hosts[host] = c
	return c, nil
}

// Twilio reports whether a host is Twilio's.
func Twilio(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == Domain || strings.HasSuffix(host, "."+Domain)
}

// admitted reports whether a request has the proxy's password.
func (p *Proxy) admitted(r *http.Request) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
	if !ok {
		return false
	}
	text, err := base64.StdEncoding.DecodeString(given)
	return err == nil && subtle.ConstantTimeCompare(text, []byte("ringback:"+p.password)) == 1
}

// ServeHTTP serves CONNECT and requests with a whole URL.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.admitted(r) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="ringback"`)
		http.Error(w, "this proxy is for the program that ringback dev started", http.StatusProxyAuthRequired)
		return
	}
	host := r.URL.Hostname()
	if r.Method == http.MethodConnect {
		host, _, _ = net.SplitHostPort(r.Host)
	}
	switch {
	case r.Method == http.MethodConnect && Twilio(host):
		p.intercept(w, host)
	case r.Method != http.MethodConnect && !r.URL.IsAbs():
		http.Error(w, "this is a proxy", http.StatusBadRequest)
	case Twilio(host) && r.URL.Scheme == "https":
		p.answer(w, r)
	case Twilio(host):
		http.Error(w, "use https: credentials would go to Twilio unencrypted", http.StatusForbidden)
	case p.offline:
		http.Error(w, "ringback dev --offline does not forward requests to "+host, http.StatusForbidden)
	case r.Method == http.MethodConnect:
		p.tunnel(w, r)
	default:
		p.forward.ServeHTTP(w, r)
	}
}

// answer answers a request for an https URL that came without CONNECT. Some
// clients, such as axios, leave the encryption to the proxy.
func (p *Proxy) answer(w http.ResponseWriter, r *http.Request) {
	plain := r.Clone(r.Context())
	plain.Header.Del("Proxy-Authorization")
	plain.URL.Scheme, plain.URL.Host, plain.URL.User = "", "", nil
	plain.RequestURI = plain.URL.RequestURI()
	p.api.ServeHTTP(w, plain)
}

// hijack takes over the connection of a CONNECT and answers that it is open.
func hijack(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	conn.SetDeadline(time.Time{})
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		conn.Close()
		return nil, nil, err
	}
	return conn, buffered, nil
}

// buffered is a connection that was partly read.
type buffered struct {
	net.Conn
	r io.Reader
}

func (b buffered) Read(p []byte) (int, error) { return b.r.Read(p) }

// intercept answers instead of one of Twilio's hosts.
func (p *Proxy) intercept(w http.ResponseWriter, host string) {
	certificate, err := p.certificate(strings.ToLower(host))
	if err != nil {
		http.Error(w, "no certificate", http.StatusInternalServerError)
		return
	}
	conn, rw, err := hijack(w)
	if err != nil {
		return
	}
	defer conn.Close()
	secure := tls.Server(buffered{conn, rw.Reader}, &tls.Config{
		Certificates: []tls.Certificate{*certificate}, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12,
	})
	one := &oneListener{conn: secure, closed: make(chan struct{}), addr: conn.LocalAddr()}
	server := &http.Server{
		Handler: p.api, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateClosed || s == http.StateHijacked {
				one.Close()
			}
		},
	}
	server.Serve(one) // ends with the connection
}

// oneListener accepts one connection.
type oneListener struct {
	conn   net.Conn
	once   sync.Once
	end    sync.Once
	closed chan struct{}
	addr   net.Addr
}

func (l *oneListener) Accept() (conn net.Conn, err error) {
	l.once.Do(func() { conn = l.conn })
	if conn != nil {
		return conn, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *oneListener) Close() error {
	l.end.Do(func() { close(l.closed) })
	return nil
}

func (l *oneListener) Addr() net.Addr { return l.addr }

// tunnel forwards a connection unchanged.
func (p *Proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 15*time.Second)
	defer cancel()
	far, err := new(net.Dialer).DialContext(ctx, "tcp", r.Host)
	if err != nil {
		http.Error(w, "the host cannot be reached", http.StatusBadGateway)
		return
	}
	defer far.Close()
	conn, rw, err := hijack(w)
	if err != nil {
		return
	}
	defer conn.Close()
	var both sync.WaitGroup
	copy := func(to net.Conn, from io.Reader) {
		io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
	}
	both.Go(func() { copy(far, rw.Reader) })
	both.Go(func() { copy(conn, far) })
	both.Wait()
}

// URL returns the proxy's URL with the password, for clients of this process.
func (p *Proxy) URL(addr string) *url.URL {
	return &url.URL{Scheme: "http", User: url.UserPassword("ringback", p.password), Host: addr}
}
