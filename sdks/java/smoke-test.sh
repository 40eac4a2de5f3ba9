#!/bin/sh
# Generates, builds, and runs every test of the Java SDK against the weft that the WEFT_ variables name.
set -u
cd "$(dirname "$0")"
reports=target/surefire-reports
rm -rf "$reports"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
mvn -B -q package > "$output" 2>&1
code=$?
# Sums an attribute of the suites' reports.
sum() {
  cat "$reports"/TEST-*.xml 2>/dev/null | grep '<testsuite ' | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}
failed=$(($(sum failures) + $(sum errors)))
passed=$(($(sum tests) - failed - $(sum skipped)))
if [ "$code" -ne 0 ] || [ "$failed" -ne 0 ] || [ "$passed" -eq 0 ]; then
  cat "$output"
  [ "$failed" -ne 0 ] || failed=1
  [ "$code" -ne 0 ] || code=1
fi
echo "java: $passed passed, $failed failed"
exit "$code"
