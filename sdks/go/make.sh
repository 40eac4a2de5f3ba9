#!/bin/sh
# Generates the Go code from the public contracts and builds it.
set -eu
cd "$(dirname "$0")/../.."
PATH="$PWD/node_modules/.bin:$PATH"
image=sdks/.generated/public.binpb
bin="$PWD/sdks/go/.bin"
generators='google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12 google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2'

# The stamp names the versions: other ones are fetched again.
if [ "$(cat "$bin/versions" 2>/dev/null)" != "$generators" ]; then
  mkdir -p "$bin"
  for generator in $generators; do
    GOBIN="$bin" go install "$generator"
  done
  echo "$generators" > "$bin/versions"
fi
[ -f "$image" ] || node sdks/public-contracts.mjs
buf generate "$image" --template sdks/go/buf.gen.yaml
cd sdks/go
go build ./...
