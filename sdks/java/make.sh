#!/bin/sh
# Generates the Java code from the public contracts and builds the jar.
set -eu
cd "$(dirname "$0")"
mvn -B -q -DskipTests package
