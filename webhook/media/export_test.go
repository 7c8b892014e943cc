package media

// IsPublic lets a table of addresses be tested without connections to them.
var IsPublic = isPublic
