package status

// MaxRecent is the number of SIDs that a hub remembers at least.
const MaxRecent = recentSIDs

// Clean is what Of does to a text.
func Clean(s string, limit int) string { return clean(s, limit) }
