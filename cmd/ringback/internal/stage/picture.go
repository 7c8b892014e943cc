package stage

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"slices"
	"sync"
)

// ErrNoPicture is returned for a file that no phone would send as a picture.
var ErrNoPicture = errors.New("stage: a picture is a JPEG, PNG or GIF of at most 5 MB")

// Limits of pictures: the size that Twilio accepts, and how many are kept.
const (
	largestPicture = 5 << 20
	keptPictures   = 40
)

// A picture is a file that a person has sent.
type picture struct {
	sid, kind string
	data      []byte
}

// keepPicture keeps the picture of a message, or the sample picture if data is
// nil.
func (s *Stage) keepPicture(message string, data []byte) (Media, error) {
	if data == nil {
		data = sample()
	}
	kind := http.DetectContentType(data)
	if len(data) > largestPicture || !slices.Contains([]string{"image/jpeg", "image/png", "image/gif"}, kind) {
		return Media{}, ErrNoPicture
	}
	p := picture{sid: s.engine.NewSID("ME"), kind: kind, data: data}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pictures) >= keptPictures {
		s.pictures = s.pictures[1:]
	}
	s.pictures = append(s.pictures, p)
	return Media{
		SID: p.sid, Type: kind,
		URL: s.cfg.API + "/2010-04-01/Accounts/" + s.engine.AccountSID() + "/Messages/" + message + "/Media/" + p.sid,
	}, nil
}

// Picture returns a picture that a person has sent, with its media type, or
// [ErrNotFound].
func (s *Stage) Picture(sid string) (kind string, data []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pictures {
		if p.sid == sid {
			return p.kind, p.data, nil
		}
	}
	return "", nil, ErrNotFound
}

// sample is the sample picture: a sun over hills.
var sample = sync.OnceValue(func() []byte {
	const width, height = 320, 200
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, landscape(x, y))
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err) // an image in memory always encodes
	}
	return b.Bytes()
})

func landscape(x, y int) color.RGBA {
	near := 165 - x*(320-x)/900
	far := 130 - (x+140)*(420-x)/1800
	switch dx, dy := x-225, y-60; {
	case y > near:
		return color.RGBA{0x2f, 0x6b, 0x5a, 0xff}
	case y > far:
		return color.RGBA{0x5f, 0x9a, 0x86, 0xff}
	case dx*dx+dy*dy < 26*26:
		return color.RGBA{0xf4, 0xc8, 0x6a, 0xff}
	}
	return color.RGBA{uint8(0xc8 + y/6), uint8(0xdd + y/12), 0xea, 0xff}
}
