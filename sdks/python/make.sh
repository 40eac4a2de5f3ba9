#!/bin/sh
# Generates the Python SDK from the public contracts and installs it into a virtual environment of its own.
# PYTHON names the interpreter; python3 if it is not set.
set -eu
cd "$(dirname "$0")"
venv="$PWD/dist/venv"

[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
PATH="$venv/bin:$PWD/../../node_modules/.bin:$PATH"
export PIP_DISABLE_PIP_VERSION_CHECK=1
python -m pip install --quiet 'grpcio-tools==1.76.0'

./generate.sh
# pip does not install a version over itself.
python -m pip uninstall -qq --yes weft-sdk
python -m pip install --quiet .
rm -rf build
