package mediastream_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/spec"
	"github.com/ringback-go/ringback/webhook/mediastream"
)

type vectors struct {
	Format, About string
	Reading       map[string]string
	Config        map[string]string
	Messages      []vector
	Timelines     []timeline
}

type vector struct {
	Name, Direction, Expect, Type string
	JSON                          *string
	Hex                           string
	Read, Extra, Build            map[string]any
	Same                          *bool
	Answer                        map[string]any
	Tags, Note                    string
}

func (v vector) frame(t *testing.T) []byte {
	if v.Hex != "" {
		b, err := hex.DecodeString(v.Hex)
		require.NoError(t, err)
		return b
	}
	require.NotNil(t, v.JSON)
	return []byte(*v.JSON)
}

func load(t testing.TB) vectors {
	var v vectors
	require.NoError(t, spec.Decode("vectors/mediastream.json", &v))
	require.NotEmpty(t, v.Messages)
	return v
}

func digest(b []byte) map[string]any {
	sum := sha256.Sum256(b)
	return map[string]any{"bytes": float64(len(b)), "sha256": hex.EncodeToString(sum[:])}
}

// values returns what a reader of an event sees, under the names that the
// vectors use, and the members that have no field.
func values(t *testing.T, e mediastream.Event) (typ string, read map[string]any, extra map[string]json.RawMessage) {
	switch e := e.(type) {
	case *mediastream.Connected:
		return "MediaStreamConnected", map[string]any{"protocol": e.Protocol, "version": e.Version}, e.Extra
	case *mediastream.Start:
		tracks, params := []any{}, map[string]any{}
		for _, track := range e.Tracks {
			tracks = append(tracks, string(track))
		}
		for name, value := range e.CustomParameters {
			params[name] = value
		}
		return "MediaStreamStart", map[string]any{
			"sequenceNumber": float64(e.SequenceNumber), "streamSid": e.StreamSID, "accountSid": e.AccountSID, "callSid": e.CallSID,
			"tracks": tracks, "customParameters": params, "mediaFormat": map[string]any{
				"encoding": e.MediaFormat.Encoding, "sampleRate": float64(e.MediaFormat.SampleRate), "channels": float64(e.MediaFormat.Channels),
			},
		}, e.Extra
	case *mediastream.Media:
		return "MediaStreamMedia", map[string]any{
			"sequenceNumber": float64(e.SequenceNumber), "streamSid": e.StreamSID, "track": string(e.Track), "chunk": float64(e.Chunk),
			"timestamp": float64(e.Timestamp / time.Millisecond), "payload": digest(e.Payload),
		}, e.Extra
	case *mediastream.DTMF:
		return "MediaStreamDtmf", map[string]any{
			"sequenceNumber": float64(e.SequenceNumber), "streamSid": e.StreamSID, "track": e.Track, "digit": e.Digit,
		}, e.Extra
	case *mediastream.Mark:
		return "MediaStreamMark", map[string]any{"sequenceNumber": float64(e.SequenceNumber), "streamSid": e.StreamSID, "name": e.Name}, e.Extra
	case *mediastream.Stop:
		return "MediaStreamStop", map[string]any{
			"sequenceNumber": float64(e.SequenceNumber), "streamSid": e.StreamSID, "accountSid": e.AccountSID, "callSid": e.CallSID,
		}, e.Extra
	}
	require.Failf(t, "no reading", "%T", e)
	return "", nil, nil
}

func TestVectorsIn(t *testing.T) {
	n := 0
	for _, v := range load(t).Messages {
		if v.Direction != "in" {
			continue
		}
		n++
		t.Run(v.Name, func(t *testing.T) {
			frame := v.frame(t)
			e, err := mediastream.Parse(frame)
			switch v.Expect {
			case "malformed":
				require.ErrorIs(t, err, mediastream.ErrMalformed)
				assert.Nil(t, e)
				return
			case "unknown":
				require.NoError(t, err)
				u, ok := e.(*mediastream.Unknown)
				require.True(t, ok)
				assert.Equal(t, string(frame), string(u.Raw))
				return
			}
			require.Equal(t, "ok", v.Expect)
			require.NoError(t, err)
			typ, read, extra := values(t, e)
			assert.Equal(t, v.Type, typ)
			for name, want := range v.Read {
				assert.Equal(t, want, read[name], name)
			}
			for path, want := range v.Extra {
				var got any
				require.NoError(t, json.Unmarshal(extra[path], &got), path)
				assert.Equal(t, want, got, path)
			}
			assert.Len(t, extra, len(v.Extra))
			if v.Same == nil || *v.Same {
				assert.JSONEq(t, asTwilio(t, frame), string(mediastream.AppendEvent(nil, e)))
			}
			again, err := mediastream.Parse(mediastream.AppendEvent(nil, e))
			require.NoError(t, err)
			assert.Equal(t, e, again)
		})
	}
	assert.Positive(t, n)
}

// asTwilio writes numbers as Twilio does: in quotes, except for those of
// mediaFormat.
func asTwilio(t *testing.T, frame []byte) string {
	var m map[string]any
	require.NoError(t, json.Unmarshal(frame, &m))
	quote := func(m map[string]any, name string) {
		if n, ok := m[name].(float64); ok {
			b, err := json.Marshal(int64(n))
			require.NoError(t, err)
			m[name] = string(b)
		}
	}
	quote(m, "sequenceNumber")
	if media, ok := m["media"].(map[string]any); ok {
		quote(media, "chunk")
		quote(media, "timestamp")
	}
	b, err := json.Marshal(m)
	require.NoError(t, err)
	return string(b)
}

func TestVectorsOut(t *testing.T) {
	n := 0
	for _, v := range load(t).Messages {
		if v.Direction != "out" {
			continue
		}
		n++
		t.Run(v.Name, func(t *testing.T) {
			switch v.Expect {
			case "refuse":
				dst, err := mediastream.Append([]byte("before"), build(t, v))
				require.ErrorIs(t, err, mediastream.ErrMessage)
				assert.Equal(t, "before", string(dst))
			case "malformed":
				_, err := mediastream.ParseMessage(v.frame(t))
				require.ErrorIs(t, err, mediastream.ErrMalformed)
			default:
				m, err := mediastream.ParseMessage(v.frame(t))
				require.NoError(t, err)
				switch m := m.(type) {
				case mediastream.Media:
					assert.Equal(t, v.Read["payload"], digest(m.Payload))
					assert.Equal(t, v.Read["streamSid"], m.StreamSID)
				case mediastream.Mark:
					assert.Equal(t, v.Read["name"], m.Name)
				case mediastream.Clear:
					assert.Equal(t, v.Read["streamSid"], m.StreamSID)
				}
				frame, err := mediastream.Append(nil, m)
				require.NoError(t, err)
				assert.JSONEq(t, string(v.frame(t)), string(frame))
			}
		})
	}
	assert.Positive(t, n)
}

func build(t *testing.T, v vector) mediastream.Message {
	sid, _ := v.Build["streamSid"].(string)
	switch v.Type {
	case "MediaStreamSendMedia":
		return mediastream.Media{StreamSID: sid, Payload: make([]byte, 160)}
	case "MediaStreamSendMark":
		name, _ := v.Build["name"].(string)
		return mediastream.Mark{StreamSID: sid, Name: name}
	case "MediaStreamSendClear":
		return mediastream.Clear{StreamSID: sid}
	}
	require.Failf(t, "no message", "%s", v.Type)
	return nil
}
