#!/bin/sh
# Generates the Python SDK from sdks/.generated/public.binpb and installs it into a virtual environment of its own.
# PYTHON names the interpreter; python3 if it is not set.
set -eu
cd "$(dirname "$0")/../.."
sdk=sdks/python
image=sdks/.generated/public.binpb
venv="$PWD/$sdk/dist/venv"

[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
PATH="$venv/bin:$PWD/node_modules/.bin:$PATH"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python -m pip install --quiet 'grpcio-tools==1.76.0'

[ -f "$image" ] || node sdks/public-contracts.mjs
rm -rf "$sdk/src/weft" "$sdk/build"
buf generate "$image" --template "$sdk/buf.gen.yaml"
# Packages, not bare folders: what is inside can then be listed wherever it is installed.
find "$sdk/src/weft" -type d -exec touch {}/__init__.py \;
touch "$sdk/src/weft/py.typed"
python "$sdk/write_stubs.py" "$image" "$sdk/src/weft/_services.pyi"
# pip does not install a version over itself.
python -m pip uninstall -qq --yes weft-sdk
python -m pip install --quiet "./$sdk"
rm -rf "$sdk/build"
