#!/bin/sh
# Makes the TypeScript SDK and tests it against the live weft that the environment names.
set -eu
cd "$(dirname "$0")"
PATH="$PWD/../../node_modules/.bin:$PATH"
./make.sh >&2
tsc -p test
exec node scripts/run-tests.mjs
