package mediastream

import (
	"maps"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/internal/live/wire"
)

// rest writes the members without a field whose path starts with prefix.
func (o *object) rest(prefix string) {
	for _, path := range slices.Sorted(maps.Keys(o.extra)) {
		name, ok := strings.CutPrefix(path, prefix)
		inner := slices.ContainsFunc(nested, func(n string) bool { return strings.HasPrefix(path, n+".") })
		if !ok || inner != (prefix != "") {
			continue
		}
		o.name(name)
		o.dst = append(o.dst, o.extra[path]...)
	}
}

// nested are the members of a message that are objects with fields.
var nested = []string{"start", "media", "dtmf", "mark", "stop"}

func (e *Connected) appendEvent(dst []byte) []byte {
	o := newObject(dst, "connected", 0, e.Extra)
	o.text("protocol", e.Protocol)
	o.text("version", e.Version)
	return o.end()
}

func (e *Start) appendEvent(dst []byte) []byte {
	o := newObject(dst, "start", e.SequenceNumber, e.Extra)
	o.open("start")
	o.text("accountSid", e.AccountSID)
	o.text("streamSid", e.StreamSID)
	o.text("callSid", e.CallSID)
	o.name("tracks")
	o.dst = append(o.dst, '[')
	for i, t := range e.Tracks {
		if i > 0 {
			o.dst = append(o.dst, ',')
		}
		o.dst = wire.AppendText(o.dst, string(t))
	}
	o.dst = append(o.dst, ']')
	o.open("mediaFormat")
	o.text("encoding", e.MediaFormat.Encoding)
	o.name("sampleRate")
	o.dst = appendInt(o.dst, e.MediaFormat.SampleRate)
	o.name("channels")
	o.dst = append(appendInt(o.dst, e.MediaFormat.Channels), '}')
	o.open("customParameters")
	for _, name := range slices.Sorted(maps.Keys(e.CustomParameters)) {
		o.text(name, e.CustomParameters[name])
	}
	o.dst = append(o.dst, '}')
	o.shut("start")
	o.text("streamSid", e.StreamSID)
	return o.end()
}

func (e *Media) appendEvent(dst []byte) []byte {
	o := newObject(dst, "media", e.SequenceNumber, e.Extra)
	o.open("media")
	o.text("track", string(e.Track))
	o.count("chunk", e.Chunk)
	o.count("timestamp", e.Timestamp.Milliseconds())
	o.name("payload")
	o.dst = append(appendPayload(append(o.dst, '"'), e.Payload), '"')
	o.shut("media")
	o.text("streamSid", e.StreamSID)
	return o.end()
}

func (e *DTMF) appendEvent(dst []byte) []byte {
	o := newObject(dst, "dtmf", e.SequenceNumber, e.Extra)
	o.text("streamSid", e.StreamSID)
	o.open("dtmf")
	o.text("track", e.Track)
	o.text("digit", e.Digit)
	o.shut("dtmf")
	return o.end()
}

func (e *Mark) appendEvent(dst []byte) []byte {
	o := newObject(dst, "mark", e.SequenceNumber, e.Extra)
	o.text("streamSid", e.StreamSID)
	o.open("mark")
	o.text("name", e.Name)
	o.shut("mark")
	return o.end()
}

func (e *Stop) appendEvent(dst []byte) []byte {
	o := newObject(dst, "stop", e.SequenceNumber, e.Extra)
	o.open("stop")
	o.text("accountSid", e.AccountSID)
	o.text("callSid", e.CallSID)
	o.shut("stop")
	o.text("streamSid", e.StreamSID)
	return o.end()
}

func (e *Unknown) appendEvent(dst []byte) []byte { return append(dst, e.Raw...) }

func (e *Gap) appendEvent(dst []byte) []byte { return dst }
