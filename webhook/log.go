package webhook

import "log/slog"

// A namedSID is what an event shows of itself in a log.
type namedSID struct {
	name string
	sid  SID
}

// logValue shows the kind and those of the SIDs that are there. All else may
// be personal (T29).
func logValue(kind Kind, sids ...namedSID) slog.Value {
	attrs := make([]slog.Attr, 1, len(sids)+1)
	attrs[0] = slog.String("kind", string(kind))
	for _, s := range sids {
		if s.sid != "" {
			attrs = append(attrs, slog.String(s.name, string(s.sid)))
		}
	}
	return slog.GroupValue(attrs...)
}
