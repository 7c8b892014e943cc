package sim

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// Play has every message sent and reports what becomes of each; it returns when
// the last report was made, or when ctx ends with its error.
//
// Send is to send one message, through CreateMessage. Deliver is to bring one
// callback, and may be called concurrently. Neither is tried again.
func (t *Twilio) Play(ctx context.Context, send func(context.Context), deliver func(context.Context, webhook.MessageStatusCallback)) error {
	var under sync.WaitGroup
	defer under.Wait()
	for _, m := range t.messages {
		if err := sleep(ctx, t.scaled(m.gap)); err != nil {
			return err
		}
		send(ctx)
		for _, s := range m.reports {
			under.Go(func() {
				if sleep(ctx, t.scaled(s.after)) == nil {
					deliver(ctx, callback(m, s))
				}
			})
		}
	}
	under.Wait()
	return ctx.Err()
}

func callback(m *message, s step) webhook.MessageStatusCallback {
	return webhook.MessageStatusCallback{
		Message:       webhook.Message{MessageSID: m.sid, SMSSID: m.sid, SMSStatus: s.word, AccountSID: Account, From: m.from, To: m.to, APIVersion: "2010-04-01"},
		MessageStatus: s.word,
		ErrorCode:     s.code,
	}
}

// Request is a callback as Twilio sends it, signed with the auth token.
func Request(ctx context.Context, token, url string, c webhook.MessageStatusCallback) (*http.Request, error) {
	form := webhook.Encode(c)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature.Sign(token, url, form))
	return r, nil
}

// Post sends a request and makes an error of any answer that is no success.
func Post(client *http.Client, r *http.Request) error {
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("sim: the callback was answered %s", response.Status)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
