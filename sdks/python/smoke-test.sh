#!/bin/sh
# Makes the Python SDK, installs it as an application would, and tests it against the live weft that the environment names.
set -eu
cd "$(dirname "$0")"
./make.sh >&2
dist/venv/bin/python -m pip install --quiet --disable-pip-version-check 'mypy>=1.18' types-protobuf
# Not from src/: what is tested is the installed package.
exec dist/venv/bin/python -BI tests/count.py
