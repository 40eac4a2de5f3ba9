#!/bin/sh
# Makes the Python SDK, installs it as an application would, and tests it against the live weft that the environment names.
set -eu
cd "$(dirname "$0")"
node ../public-contracts.mjs >&2
./make.sh >&2
# Not from src/: what is tested is the installed package.
exec .venv/bin/python -I tests/count.py
