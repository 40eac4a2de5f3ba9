#!/bin/sh
# Generates, then runs every test of the Go SDK against the weft that the WEFT_ variables name.
set -u
cd "$(dirname "$0")"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
if ! ./make.sh || ! go vet ./...; then
  echo 'go: 0 passed, 1 failed'
  exit 1
fi
go test -count=1 -timeout 120s -v ./... > "$output" 2>&1
code=$?
passed=$(grep -c '^ *--- PASS:' "$output")
failed=$(grep -c '^ *--- FAIL:' "$output")
if [ "$code" -ne 0 ] || [ "$failed" -ne 0 ] || [ "$passed" -eq 0 ]; then
  cat "$output"
  [ "$failed" -ne 0 ] || failed=1
  [ "$code" -ne 0 ] || code=1
fi
echo "go: $passed passed, $failed failed"
exit "$code"
