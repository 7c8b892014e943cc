package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/ringback-go/ringback/cmd/ringback/internal/intercept"
	"github.com/ringback-go/ringback/cmd/ringback/internal/project"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// childEnv returns the environment that directs the program that dev starts to
// the REST API of the console: its address, and a proxy that answers instead of
// Twilio. run starts a server, and cleanup removes the certificate files.
func (d *devCommand) childEnv(io streams, st *stage.Stage, api http.Handler, run func(func(context.Context) error)) (env []string, cleanup func()) {
	cfg := st.Config()
	env = []string{"RINGBACK_API=" + cfg.API, "TWILIO_PHONE_NUMBER=" + cfg.Number}
	if d.NoProxy {
		return env, func() {}
	}
	more, cleanup, err := d.proxy(api, run)
	if err != nil {
		fmt.Fprintf(io.err, "ringback: no proxy for your program (%v): its requests to api.twilio.com go to Twilio\n", err)
		return env, func() {}
	}
	return append(env, more...), cleanup
}

// proxy starts the proxy for the program.
func (d *devCommand) proxy(api http.Handler, run func(func(context.Context) error)) (env []string, cleanup func(), err error) {
	proxy, err := intercept.New(api, d.Offline)
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	dir, err := project.Open(projectDir())
	if err != nil {
		l.Close()
		return nil, nil, err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		l.Close()
		return nil, nil, err
	}
	file, err := dir.Write("authority-"+port+".pem", string(proxy.Certificate()))
	if err != nil {
		l.Close()
		return nil, nil, err
	}
	bundle, err := dir.Write("authorities-"+port+".pem", string(proxy.Bundle()))
	if err != nil {
		l.Close()
		os.Remove(file)
		return nil, nil, err
	}
	run(func(ctx context.Context) error { return serve(ctx, l, proxy) })
	return proxy.Env(l.Addr().String(), file, bundle), func() {
		os.Remove(file)
		os.Remove(bundle)
	}, nil
}

// outcomes sets what happens to messages and calls of the program.
func (d *devCommand) outcomes(st *stage.Stage) error {
	for _, text := range d.Outcome {
		o, err := stage.ParseOutcome(text)
		if err == nil {
			err = st.SetOutcome(o)
		}
		if err != nil {
			return usagef("--outcome: %v", err)
		}
	}
	return nil
}
