package stage

import (
	"fmt"
	"strings"
	"time"

	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// heardCaller takes a frame of the caller's sound.
func (l *liveCalls) heardCaller(v *session, at time.Time, sound []byte) {
	level := audio.MuLaw8k.Level(sound)
	v.level(&v.Levels.In, at, sound)
	if r := l.recordingOf(v.Call); r != nil {
		r.put(&r.caller, at, sound)
	}
	switch {
	case level >= loud:
		if v.talking == nil {
			v.talking = v.add(at, Item{Who: "caller", Kind: "sound", Open: true})
		}
		v.lastIn, v.asked = at.Add(audio.MuLaw8k.Duration(len(sound))), at.Add(audio.MuLaw8k.Duration(len(sound)))
		v.talking.Length = v.ms(v.lastIn) - v.talking.At
		v.dirty[v.talking.N] = true
	case v.talking != nil && at.Sub(v.lastIn) > talkPause:
		v.stopTalking()
	}
	if v.playing != nil && at.Sub(v.lastOut) > soundPause {
		v.stopPlaying(v.lastOut)
	}
}

func (v *session) stopTalking() {
	if v.talking != nil {
		v.talking.Open = false
		v.dirty[v.talking.N] = true
		v.talking = nil
	}
}

// heardProgram takes sound that the caller begins to hear.
func (l *liveCalls) heardProgram(v *session, at time.Time, sound []byte) {
	v.level(&v.Levels.Out, at, sound)
	if r := l.recordingOf(v.Call); r != nil {
		r.put(&r.program, at, sound)
	}
	l.tellEar(v.Call, Heard{Sound: sound})
	end := at.Add(audio.MuLaw8k.Duration(len(sound)))
	if audio.MuLaw8k.Level(sound) < audible {
		return
	}
	if v.playing != nil && at.Sub(v.lastOut) > soundPause {
		v.stopPlaying(v.lastOut)
	}
	if v.playing == nil {
		v.playing = v.add(at, Item{Who: "agent", Kind: "sound", Open: true})
		if !v.asked.IsZero() && !at.Before(v.asked) {
			took := at.Sub(v.asked).Milliseconds()
			v.playing.FirstSound = &took
		}
		v.asked = time.Time{}
	}
	v.lastOut = end
	v.playing.Length = v.ms(end) - v.playing.At
	v.dirty[v.playing.N] = true
}

func (v *session) stopPlaying(at time.Time) {
	if p := v.playing; p != nil {
		p.Open = false
		p.Length = min(p.Length, max(v.ms(at)-p.At, 0))
		v.dirty[p.N] = true
		v.playing = nil
	}
}

// level notes how loud sound is, step by step.
func (v *session) level(list *[]int, at time.Time, sound []byte) {
	step := audio.MuLaw8k.Bytes(levelStep)
	from := audio.MuLaw8k.Bytes(at.Sub(v.At))
	for len(sound) > 0 {
		i := from / step
		n := min(step-from%step, len(sound))
		if i >= keptLevels || from < 0 {
			return
		}
		for len(*list) <= i {
			*list = append(*list, 0)
		}
		(*list)[i] = max((*list)[i], int(audio.MuLaw8k.Level(sound[:n])*1000))
		v.dirtyLevel = min(v.dirtyLevel, i)
		sound, from = sound[n:], from+n
	}
}

// silence forgets the loudness of sound that will not be heard.
func (v *session) silence(at time.Time) {
	i := int(at.Sub(v.At)/levelStep) + 1
	if i < len(v.Levels.Out) {
		clear(v.Levels.Out[i:])
		v.dirtyLevel = min(v.dirtyLevel, i)
	}
}

// withoutSound returns a message in which the payload is replaced by its size,
// and the payload.
func withoutSound(data []byte, payload string) (text string, sound []byte) {
	text = string(data)
	if payload == "" {
		return text, nil
	}
	sound = decode(payload)
	if before, after, ok := strings.Cut(text, payload); ok {
		text = before + fmt.Sprintf("(%d bytes)", len(sound)) + after
	}
	return text, sound
}
