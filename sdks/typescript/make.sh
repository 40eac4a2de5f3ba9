#!/bin/sh
# Generates the TypeScript SDK from sdks/.generated/public.binpb and builds it. What it needs is installed at the root of the repository.
set -eu
cd "$(dirname "$0")/../.."
sdk=sdks/typescript
image=sdks/.generated/public.binpb
PATH="$PWD/node_modules/.bin:$PATH"

[ -f "$image" ] || node sdks/public-contracts.mjs
rm -rf "$sdk/src/gen" "$sdk/dist" "$sdk/tsconfig.tsbuildinfo"
buf generate "$image" --template "$sdk/buf.gen.yaml"
node "$sdk/scripts/write-index.mjs"
tsc -p "$sdk"
