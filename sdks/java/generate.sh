#!/bin/sh
# Generates the Java code from the public contracts with the generators that Maven has fetched; Maven calls it.
set -eu
cd "$(dirname "$0")/../.."
PATH="$PWD/node_modules/.bin:$PATH"
image=sdks/.generated/public.binpb
chmod +x sdks/java/target/generators/*.exe
[ -f "$image" ] || node sdks/public-contracts.mjs
buf generate "$image" --template sdks/java/buf.gen.yaml
