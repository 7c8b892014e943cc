package redisstore

import (
	"context"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/rowstore"
)

// listenBuffer is how many changes may wait for a listener.
const listenBuffer = 256

// Publishing costs time, so writers do it only while a key exists that listeners
// set and keep from expiring.
const (
	markFor   = time.Minute
	markEvery = 20 * time.Second
)

// Listen implements [status.Notifier]: it sends what any process on this Redis
// changes under the same prefix. A listener that is 256 changes behind loses
// further ones.
func (s *Store) Listen(ctx context.Context) (<-chan status.Change, error) {
	sub := s.client.Subscribe(ctx, s.channel())
	// Without a limit, this would wait for an unresponsive server even after
	// ctx has ended.
	if _, err := sub.ReceiveTimeout(ctx, s.opts.Timeout); err != nil {
		sub.Close()
		return nil, failure("listen", err)
	}
	if err := s.mark(ctx); err != nil {
		sub.Close()
		return nil, failure("listen", err)
	}
	out := make(chan status.Change, listenBuffer)
	// Closing the subscription wakes its reader when ctx ends, or when the mark
	// cannot be renewed.
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer sub.Close()
		for wait(ctx, markEvery) == nil && s.mark(ctx) == nil {
		}
	}()
	go func() {
		defer close(out)
		defer cancel()
		for {
			// go-redis would connect again by itself, and what was published
			// meanwhile would be missing: end at the first error.
			message, err := sub.Receive(ctx)
			if err != nil {
				return
			}
			m, ok := message.(*redis.Message)
			if !ok {
				continue
			}
			for row := range strings.SplitSeq(m.Payload, "\n\n") {
				if change, ok := rowstore.Change(row); ok {
					select {
					case out <- change:
					default:
					}
				}
			}
		}
	}()
	return out, nil
}

func (s *Store) mark(ctx context.Context) error {
	return s.client.Set(ctx, s.listening(), "1", markFor).Err()
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
