package webhook

import (
	"net/url"
	"time"
)

// A VideoRoomCallback reports an event of a video room: of the room itself,
// a participant, a track or a recording.
//
// Source: https://www.twilio.com/docs/video/api/status-callbacks
//
//twilio:place StatusCallback of a video room
//twilio:fact 2026-11
//twilio:answer status
//twilio:detect 22 RoomSid StatusCallbackEvent
type VideoRoomCallback struct {
	AccountSID     SID           `twilio:"AccountSid,sid=AC,required"`          // account that owns the room
	RoomSID        SID           `twilio:"RoomSid,sid=RM,required,parent"`      // room
	RoomName       string        `twilio:"RoomName"`                            // unique name of the room, or its SID
	RoomStatus     RoomStatus    `twilio:"RoomStatus"`                          // status of the room
	RoomType       RoomType      `twilio:"RoomType"`                            // type of the room
	RoomDuration   time.Duration `twilio:"RoomDuration"`                        // how long the room existed, once it ended
	Event          VideoEvent    `twilio:"StatusCallbackEvent,required,status"` // what happened
	Timestamp      time.Time     `twilio:"Timestamp,rfc3339"`                   // when it happened
	SequenceNumber int           `twilio:"SequenceNumber"`                      // sequence number; does not order events

	ParticipantSID      SID           `twilio:"ParticipantSid,sid=PA"` // participant
	ParticipantIdentity string        `twilio:"ParticipantIdentity"`   // identity of the participant, any text
	ParticipantStatus   string        `twilio:"ParticipantStatus"`     // connected or disconnected
	ParticipantDuration time.Duration `twilio:"ParticipantDuration"`   // how long the participant was connected

	TrackSID  SID    `twilio:"TrackSid,sid=MT"` // track
	TrackKind string `twilio:"TrackKind"`       // data, audio or video
	TrackName string `twilio:"TrackName"`       // name of the track

	RecordingSID          SID           `twilio:"RecordingSid,subject"`          // recording; its SID begins with RT
	SourceSID             SID           `twilio:"SourceSid"`                     // track that is recorded
	RecordingURI          string        `twilio:"RecordingUri,url"`              // REST path of the recording
	MediaURI              string        `twilio:"MediaUri"`                      // REST path of its media
	MediaExternalLocation string        `twilio:"MediaExternalLocation"`         // location of the media in your own storage
	RecordingDuration     time.Duration `twilio:"Duration,duration"`             // length of the recording
	Size                  int64         `twilio:"Size"`                          // size of the recording in bytes
	FailedOperation       string        `twilio:"FailedOperation"`               // what failed
	Container             string        `twilio:"Container"`                     // mka or mkv
	Codec                 string        `twilio:"Codec"`                         // PCMU, OPUS, VP8 or H264
	Offset                time.Duration `twilio:"OffsetFromTwilioVideoEpoch,ms"` // start of the recording on the clock that all tracks of the room share
	Type                  string        `twilio:"Type"`                          // audio or video

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A VideoCompositionCallback reports the progress of a video composition.
//
// Source: https://www.twilio.com/docs/video/api/status-callbacks
//
//twilio:place StatusCallback of a video composition
//twilio:fact 2026-11
//twilio:answer notice
//twilio:detect 21 CompositionSid
type VideoCompositionCallback struct {
	AccountSID      SID              `twilio:"AccountSid,sid=AC,required"`     // account that owns the composition
	CompositionSID  SID              `twilio:"CompositionSid,sid=CJ,required"` // composition
	RoomSID         SID              `twilio:"RoomSid,sid=RM"`                 // room of the composition
	Event           CompositionEvent `twilio:"StatusCallbackEvent"`            // what happened
	Timestamp       time.Time        `twilio:"Timestamp,rfc3339"`              // when it happened
	CompositionURI  string           `twilio:"CompositionUri"`                 // REST path of the composition
	MediaURI        string           `twilio:"MediaUri"`                       // REST path of its media
	MediaDuration   time.Duration    `twilio:"Duration"`                       // length of the media
	Size            int64            `twilio:"Size"`                           // size of the media in bytes
	PercentageDone  int              `twilio:"PercentageDone"`                 // progress, 0 to 100
	TimeRemaining   time.Duration    `twilio:"SecondsRemaining"`               // estimated remaining time
	FailedOperation string           `twilio:"FailedOperation"`                // what failed
	ErrorMessage    string           `twilio:"ErrorMessage"`                   // why it failed

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// RoomStatus is the status of a video room.
type RoomStatus string

// Values of RoomStatus.
const (
	RoomStatusInProgress RoomStatus = "in-progress"
	RoomStatusCompleted  RoomStatus = "completed"
	RoomStatusFailed     RoomStatus = "failed"
)

// RoomType is the type of a video room.
type RoomType string

// Values of RoomType.
const (
	RoomTypeGroup      RoomType = "group"
	RoomTypeGroupSmall RoomType = "group-small"
	RoomTypePeerToPeer RoomType = "peer-to-peer"
	RoomTypeGo         RoomType = "go"
)

// VideoEvent is an event in a video room.
type VideoEvent string

// Values of VideoEvent.
const (
	VideoEventRoomCreated             VideoEvent = "room-created"
	VideoEventRoomEnded               VideoEvent = "room-ended"
	VideoEventParticipantConnected    VideoEvent = "participant-connected"
	VideoEventParticipantDisconnected VideoEvent = "participant-disconnected"
	VideoEventTrackAdded              VideoEvent = "track-added"
	VideoEventTrackRemoved            VideoEvent = "track-removed"
	VideoEventTrackEnabled            VideoEvent = "track-enabled"
	VideoEventTrackDisabled           VideoEvent = "track-disabled"
	VideoEventRecordingStarted        VideoEvent = "recording-started"
	VideoEventRecordingCompleted      VideoEvent = "recording-completed"
	VideoEventRecordingFailed         VideoEvent = "recording-failed"
)

// CompositionEvent is an event of a video composition.
type CompositionEvent string

// Values of CompositionEvent.
const (
	CompositionEventEnqueued   CompositionEvent = "composition-enqueued"
	CompositionEventHookFailed CompositionEvent = "composition-hook-failed"
	CompositionEventStarted    CompositionEvent = "composition-started"
	CompositionEventProgress   CompositionEvent = "composition-progress"
	CompositionEventAvailable  CompositionEvent = "composition-available"
	CompositionEventFailed     CompositionEvent = "composition-failed"
)
