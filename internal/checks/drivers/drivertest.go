// Package drivertest runs status/sqlstore and status/redisstore on the
// databases they are made for: SQLite by modernc.org/sqlite, PostgreSQL by pgx,
// Redis by go-redis. It is a module of its own, so that nobody who uses the
// library gets a driver with it.
//
// SQLite is always tested. PostgreSQL and Redis are where
// RINGBACK_TEST_POSTGRES and RINGBACK_TEST_REDIS say, and their tests skip
// where these are unset;
//
//	bash internal/checks/drivers/services.sh go test ./internal/checks/drivers/...
//
// starts both. Tests of outages start servers of their own.
//
// RINGBACK_TEST_FULL=1 runs the figures of a release instead of those of every
// change: 100,000 random histories in each database, 50 kills of the process
// with 20,000 acknowledged callbacks, and 2,000 counted syncs. With that, give go
// test a -timeout of 30m. Redis has its histories in status/redisstore.
package drivertest
