package redisstore

import (
	"context"
	"fmt"
)

// checkOnce checks the settings before the first write.
func (s *Store) checkOnce(ctx context.Context) error {
	if s.durable.Load() {
		return nil
	}
	return s.check(ctx)
}

// Check checks the settings of the server that decide whether acknowledged writes
// can be lost (T24). The store does so before its first write; call it at the start
// of a program to fail early. Its error wraps [ErrWeak], also if the server does not
// allow CONFIG GET, or is that of the client.
func (s *Store) Check(ctx context.Context) error {
	if err := s.check(ctx); err != nil {
		return failure("check", err)
	}
	return nil
}

func (s *Store) check(ctx context.Context) error {
	if s.opts.AcceptLoss {
		s.durable.Store(true)
		return nil
	}
	// PING distinguishes a server that is down from one that does not allow
	// CONFIG GET.
	if err := s.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	settings := map[string]string{}
	for _, name := range []string{"appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory", "maxmemory-policy"} {
		got, err := s.client.ConfigGet(ctx, name).Result()
		if ctx.Err() != nil {
			return fmt.Errorf("settings: %w", ctx.Err())
		}
		value, ok := got[name]
		if err != nil || !ok {
			return fmt.Errorf("%w: CONFIG GET %s returns nothing", ErrWeak, name)
		}
		settings[name] = value
	}
	switch {
	case settings["appendonly"] != "yes":
		return fmt.Errorf("%w: appendonly is %q, it must be yes", ErrWeak, settings["appendonly"])
	case settings["appendfsync"] != "always":
		return fmt.Errorf("%w: appendfsync is %q, it must be always", ErrWeak, settings["appendfsync"])
	case settings["no-appendfsync-on-rewrite"] != "no":
		return fmt.Errorf("%w: no-appendfsync-on-rewrite is %q, it must be no", ErrWeak, settings["no-appendfsync-on-rewrite"])
	case settings["maxmemory"] != "0" && settings["maxmemory-policy"] != "noeviction":
		return fmt.Errorf("%w: maxmemory-policy is %q, it must be noeviction", ErrWeak, settings["maxmemory-policy"])
	}
	s.durable.Store(true)
	return nil
}
