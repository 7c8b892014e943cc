package media

import "strings"

// extensions are the types of attachments and recordings that are accepted by
// default, besides images, audio and video, with their file extensions. They do
// not include types that a browser would run (HTML, SVG, XML, scripts) or JSON,
// so a URL of another API resource is refused.
// https://www.twilio.com/docs/messaging/guides/accepted-mime-types
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/jpg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
	"image/bmp": ".bmp", "image/tiff": ".tif", "image/heic": ".heic", "image/heif": ".heif", "image/avif": ".avif",

	"audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/mp4": ".m4a", "audio/m4a": ".m4a", "audio/x-m4a": ".m4a", "audio/ogg": ".ogg",
	"audio/vorbis": ".ogg", "audio/opus": ".opus", "audio/amr": ".amr", "audio/amr-nb": ".amr", "audio/3gpp": ".3gp", "audio/3gpp2": ".3g2",
	"audio/aac": ".aac", "audio/ac3": ".ac3", "audio/basic": ".au", "audio/l24": ".l24", "audio/vnd.rn-realaudio": ".ra",
	"audio/vnd.wave": ".wav", "audio/wav": ".wav", "audio/x-wav": ".wav", "audio/wave": ".wav", "audio/webm": ".weba", "audio/flac": ".flac",

	"video/mpeg": ".mpeg", "video/mp4": ".mp4", "video/mpeg4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm", "video/3gpp": ".3gp",
	"video/3gpp2": ".3g2", "video/3gpp-tt": ".3gp", "video/h261": ".h261", "video/h263": ".h263", "video/h263-1998": ".h263",
	"video/h263-2000": ".h263", "video/h264": ".h264",

	"text/vcard": ".vcf", "text/x-vcard": ".vcf", "text/directory": ".vcf", "text/calendar": ".ics", "text/plain": ".txt", "text/csv": ".csv",
	"text/rtf": ".rtf", "text/richtext": ".rtx",

	"application/pdf": ".pdf", "application/rtf": ".rtf", "application/vcard": ".vcf", "application/vnd.apple.pkpass": ".pkpass",
	"application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         ".xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}

// Extension returns the file extension of a media type, with its dot: ".jpg"
// for "image/jpeg; charset=binary". It returns "" for an unknown type.
func Extension(mediaType string) string {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	return extensions[strings.ToLower(strings.TrimSpace(mediaType))]
}

// acceptedByDefault reports whether a type is accepted if the configuration
// lists none. Phones invent new types of images, audio and video all the time.
// Browsers run none of them, except XML.
func acceptedByDefault(mediaType string) bool {
	if _, ok := extensions[mediaType]; ok {
		return true
	}
	family, name, _ := strings.Cut(mediaType, "/")
	switch family {
	case "image", "audio", "video":
		return name != "" && !strings.Contains(name, "svg") && !strings.HasSuffix(name, "xml")
	}
	return false
}
