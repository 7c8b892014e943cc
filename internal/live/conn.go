package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// maxMalformed is how many malformed messages in a row end a connection. Twilio
// has the same limit.
const maxMalformed = 10

// closeWait limits each part of an orderly end: flushing, and waiting for the
// peer's close frame.
const closeWait = 5 * time.Second

// A Conn is one WebSocket with a reader goroutine and a writer goroutine. All
// methods but Start may be called concurrently.
type Conn struct {
	ws    *websocket.Conn
	cfg   *Config
	stats *Counters
	out   outbox

	done chan struct{} // closed when the connection is over; the fields below are set then
	once sync.Once
	err  error
	code websocket.StatusCode // of our close frame; zero: none
	over func(error)

	wait   sync.WaitGroup
	timers []*time.Timer // first message, session length
	first  *time.Timer
	mu     sync.Mutex
	pinger *time.Timer
}

func newConn(ws *websocket.Conn, cfg *Config, stats *Counters) *Conn {
	c := &Conn{ws: ws, cfg: cfg, stats: stats, done: make(chan struct{})}
	c.out.init(cfg.MaxQueue)
	return c
}

// Start starts the reader, the writer and the timers. frame receives each text
// message on the reader's goroutine and must neither block nor keep the bytes.
// An error that wraps [ErrMalformed] is counted, and the tenth in a row ends
// the connection; any other error ends it at once. expire is called in its own
// goroutine when the session reaches its maximum duration.
func (c *Conn) Start(frame func([]byte) error, expire func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.first = time.AfterFunc(c.cfg.First, func() { c.Fail(ErrNoStart) })
	c.timers = append(c.timers, c.first)
	if c.cfg.Longest > 0 {
		c.timers = append(c.timers, time.AfterFunc(c.cfg.Longest, expire))
	}
	if c.cfg.Ping > 0 {
		c.pinger = time.AfterFunc(c.cfg.Ping, c.ping)
	}
	c.wait.Go(func() { c.read(frame) })
	c.wait.Go(c.write)
}

// OnEnd sets a function that is called once, right before Done is closed, with
// the result of Err. It must not block, and must be set before Start.
func (c *Conn) OnEnd(f func(error)) { c.over = f }

// Accepted records that the first message has arrived and was valid.
func (c *Conn) Accepted() { c.first.Stop() }

// Done is closed when the connection is over.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err returns why the connection is over: io.EOF if Twilio closed it normally.
// It is nil before.
func (c *Conn) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

func (c *Conn) end(err error, code websocket.StatusCode) {
	c.once.Do(func() {
		c.err, c.code = err, code
		if c.over != nil {
			c.over(err)
		}
		close(c.done)
		c.out.signal()
	})
}

// Fail ends the connection with the close code for err. It does not wait.
func (c *Conn) Fail(err error) {
	code := websocket.StatusInternalError
	switch {
	case errors.Is(err, ErrMalformed):
		code = websocket.StatusInvalidFramePayloadData
	case errors.Is(err, ErrTooLarge):
		code = websocket.StatusMessageTooBig
	case errors.Is(err, ErrProtocol), errors.Is(err, ErrNoStart):
		code = websocket.StatusPolicyViolation
	case errors.Is(err, ErrShutdown):
		code = websocket.StatusGoingAway
	case errors.Is(err, ErrStalled):
		code = 0 // a close frame would not get through either
	}
	c.end(err, code)
	go c.close()
}

// close closes the WebSocket as end has decided. Only the first caller closes
// it; others wait.
func (c *Conn) close() {
	<-c.done
	if c.code == 0 {
		_ = c.ws.CloseNow()
		return
	}
	reason := c.err.Error()
	_ = c.ws.Close(c.code, reason[:min(len(reason), 120)])
}

func (c *Conn) read(frame func([]byte) error) {
	var buf []byte
	malformed := 0
	for {
		typ, r, err := c.ws.Reader(context.Background())
		if err == nil {
			buf, err = readAll(buf[:0], r)
		}
		if err != nil {
			c.end(c.readError(err), 0)
			return
		}
		c.stats.FramesIn.Add(1)
		c.stats.BytesIn.Add(int64(len(buf)))
		if typ != websocket.MessageText {
			c.stats.Malformed.Add(1)
			c.Fail(fmt.Errorf("%w: a binary message", ErrProtocol))
			return
		}
		switch err := frame(buf); {
		case err == nil:
			malformed = 0
		case errors.Is(err, ErrMalformed):
			c.stats.Malformed.Add(1)
			c.cfg.Logger.Debug(c.cfg.Protocol+": ignored a malformed message", "error", err)
			if malformed++; malformed == maxMalformed {
				c.Fail(fmt.Errorf("%w: ten in a row", ErrMalformed))
				return
			}
		default:
			if errors.Is(err, ErrOverflow) {
				c.stats.Overflows.Add(1)
			}
			c.Fail(err)
			return
		}
	}
}

func readAll(buf []byte, r io.Reader) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), max(512, 2*cap(buf)))
			copy(grown, buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return buf, err
		}
	}
}

func (c *Conn) readError(err error) error {
	if closed, ok := errors.AsType[websocket.CloseError](err); ok {
		switch closed.Code {
		case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
			return io.EOF
		}
		return &CloseError{int(closed.Code), closed.Reason}
	}
	if errors.Is(err, websocket.ErrMessageTooBig) {
		c.stats.Oversize.Add(1)
		return fmt.Errorf("%w of %d bytes", ErrTooLarge, c.cfg.MaxFrame)
	}
	return fmt.Errorf("connection lost: %w", io.ErrUnexpectedEOF)
}

// write writes what is queued, one message at a time, so that queued messages
// can still be dropped.
func (c *Conn) write() {
	defer c.out.close()
	stall := newWatch(c.cfg.Stall, func() {
		c.stats.Stalled.Add(1)
		c.Fail(ErrStalled)
	})
	defer stall.stop()
	var buf []byte
	for {
		frame, ok := c.out.next(buf[:0])
		if !ok {
			<-c.out.wake
			select {
			case <-c.done:
				return
			default:
				continue
			}
		}
		buf = frame
		stall.begin()
		err := c.ws.Write(context.Background(), websocket.MessageText, frame)
		stall.end()
		if err != nil {
			go c.ws.CloseNow() // which ends the reader, which sets the reason
			<-c.done
			return
		}
		c.stats.FramesOut.Add(1)
		c.stats.BytesOut.Add(int64(len(frame)))
	}
}

// ping keeps load balancers from closing an idle connection. An unanswered ping
// does not end the connection: TCP detects a dead peer.
func (c *Conn) ping() {
	ctx, cancel := context.WithTimeout(context.Background(), c.cfg.Ping)
	defer cancel()
	if err := c.ws.Ping(ctx); err != nil && ctx.Err() == nil {
		return // the connection is over
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.done:
	default:
		c.pinger.Reset(c.cfg.Ping)
	}
}

// TryEnqueue queues all messages, or none. If there is no space, it returns a
// channel that is closed when there may be some. The bytes are copied.
// [Conn.Drop] removes queued messages by their tag.
func (c *Conn) TryEnqueue(tag uint64, frames ...[]byte) (room <-chan struct{}, err error) {
	if err := c.Err(); err != nil {
		return nil, err
	}
	return c.out.put(tag, frames)
}

// Enqueue queues all messages, or none, and waits for space until ctx ends.
func (c *Conn) Enqueue(ctx context.Context, tag uint64, frames ...[]byte) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	for {
		room, err := c.TryEnqueue(tag, frames...)
		if room == nil {
			return err
		}
		select {
		case <-room:
		case <-c.done:
			return c.err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Drop removes the queued messages with this tag, and returns how many.
func (c *Conn) Drop(tag uint64) int { return c.out.drop(tag) }

// Flush waits until everything queued was passed to the network, for at most
// five seconds, or until the connection is over.
func (c *Conn) Flush() {
	timeout := time.NewTimer(closeWait)
	defer timeout.Stop()
	for {
		room := c.out.flushed()
		if room == nil {
			return
		}
		select {
		case <-room:
		case <-c.done:
			return
		case <-timeout.C:
			return
		}
	}
}

// Linger waits until the peer has closed the connection, at most for d.
func (c *Conn) Linger(d time.Duration) {
	timeout := time.NewTimer(d)
	defer timeout.Stop()
	select {
	case <-c.done:
	case <-timeout.C:
	}
}

// Finish writes what is queued, closes the connection with code and reason,
// and waits until that is done. After Twilio's own close it only waits.
func (c *Conn) Finish(code int, reason string) {
	c.Flush()
	c.end(closed(reason), websocket.StatusCode(code))
	c.shut()
}

// closed is a normal end by our side, with the reason sent to the peer.
type closed string

func (e closed) Error() string      { return string(e) }
func (closed) Is(target error) bool { return target == ErrClosed }

// shut closes the connection if it is open, and waits for its goroutines.
func (c *Conn) shut() {
	c.end(ErrClosed, 0)
	c.mu.Lock()
	for _, t := range c.timers {
		t.Stop()
	}
	if c.pinger != nil {
		c.pinger.Stop()
	}
	c.mu.Unlock()
	c.close()
	c.wait.Wait()
}
