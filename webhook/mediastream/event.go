package mediastream

import (
	"encoding/json"
	"time"
)

// A Track is a direction of the audio, as seen from Twilio.
type Track string

const (
	Inbound  Track = "inbound"  // audio from the caller
	Outbound Track = "outbound" // audio that Twilio plays to the caller
)

// An Event is a message from Twilio: [*Connected], [*Start], [*Media], [*DTMF],
// [*Mark], [*Stop] or [*Unknown]. [Stream.Receive] also returns [*Gap], which
// is not a message.
//
// Members without a field are kept in Extra, by their path: "traceId", or
// "media.rms" for a member of media.
//
// https://www.twilio.com/docs/voice/media-streams/websocket-messages
type Event interface {
	event()
	appendEvent(dst []byte) []byte
}

// Connected is the first message. [Handle] consumes it; Receive does not return
// it.
type Connected struct {
	Protocol string // "Call"
	Version  string // such as "1.0.0"
	Extra    map[string]json.RawMessage
}

// Start is the second message. It names the call and the audio format.
type Start struct {
	SequenceNumber   int64
	StreamSID        string
	AccountSID       string
	CallSID          string
	Tracks           []Track
	MediaFormat      MediaFormat
	CustomParameters map[string]string // of the <Parameter> elements; never nil
	Extra            map[string]json.RawMessage
}

// MediaFormat is the audio format of a stream, as Twilio writes it. It is
// "audio/x-mulaw" at 8000 Hz unless the <Stream> says otherwise; see
// [Stream.Format].
type MediaFormat struct {
	Encoding   string
	SampleRate int // in Hz
	Channels   int
}

// Media is audio. From Twilio it is usually 20 ms; [Stream.Receive] may join
// several. To Twilio it may have any length, in the format of the stream, and
// only StreamSID and Payload are written.
type Media struct {
	SequenceNumber int64
	StreamSID      string
	Track          Track
	Chunk          int64         // counts the media messages from 1
	Timestamp      time.Duration // since the start of the stream
	Payload        []byte        // without any file header
	Extra          map[string]json.RawMessage
}

// DTMF is a key that the caller pressed. It arrives only on streams of
// <Connect>.
type DTMF struct {
	SequenceNumber int64
	StreamSID      string
	Track          string // "inbound_track"
	Digit          string // 0 to 9, * or #
	Extra          map[string]json.RawMessage
}

// Mark comes back when the audio sent before it was played or cleared. To
// Twilio, only StreamSID and Name are written, and both are required.
type Mark struct {
	SequenceNumber int64
	StreamSID      string
	Name           string
	Extra          map[string]json.RawMessage
}

// Stop is the last message: the call ended, or a <Stop> ended the stream.
type Stop struct {
	SequenceNumber int64
	StreamSID      string
	AccountSID     string
	CallSID        string
	Extra          map[string]json.RawMessage
}

// Unknown is a message with an unknown event.
type Unknown struct {
	Event string
	Raw   []byte // the whole message
}

// Gap means that audio was dropped because nothing received it for ten seconds.
// Its position is that of the missing audio.
type Gap struct {
	Track   Track
	Missing time.Duration
}

func (*Connected) event() {}
func (*Start) event()     {}
func (*Media) event()     {}
func (*DTMF) event()      {}
func (*Mark) event()      {}
func (*Stop) event()      {}
func (*Unknown) event()   {}
func (*Gap) event()       {}
