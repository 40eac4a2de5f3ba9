#!/bin/sh
# Generates the Python code from the public contracts, with the `python` on the path, which needs grpcio-tools.
set -eu
cd "$(dirname "$0")/../.."
sdk=sdks/python
image=sdks/.generated/public.binpb
PATH="$PATH:$PWD/node_modules/.bin"
[ -f "$image" ] || node sdks/public-contracts.mjs
rm -rf "$sdk/src/weft" "$sdk/build"
buf generate "$image" --template "$sdk/buf.gen.yaml"
# Packages, not bare folders: what is inside can then be listed wherever it is installed.
find "$sdk/src/weft" -type d -exec touch {}/__init__.py \;
touch "$sdk/src/weft/py.typed"
python "$sdk/write_stubs.py" "$image" "$sdk/src/weft/_services.pyi"
