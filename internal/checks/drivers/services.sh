#!/usr/bin/env bash
# services.sh COMMAND...: runs the command with a PostgreSQL and a Redis of its
# own on loopback, both set to sync what they acknowledge, and stops them again.
#
#   bash internal/checks/drivers/services.sh go test ./internal/checks/drivers/...
#
# RINGBACK_TEST_POSTGRES and RINGBACK_TEST_REDIS say where they listen; one that
# is set already is kept. What is not installed (packages postgresql,
# redis-server) is named in one line and the command runs without it.
set -euo pipefail
cd "$(dirname "$0")/../../.."

program=$(mktemp -d)
trap 'rm -rf "$program"' EXIT
go build -C internal/checks/drivers -o "$program/services" ./services

# The program is awaited in the background so that a signal to this script
# reaches it at once.
"$program/services" "$@" <&0 &
pid=$!
trap 'kill -TERM "$pid" 2>/dev/null' INT TERM HUP
code=0
wait "$pid" || code=$?
while kill -0 "$pid" 2>/dev/null; do wait "$pid" && code=0 || code=$?; done
exit "$code"
