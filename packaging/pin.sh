#!/bin/sh
# sh packaging/pin.sh: renews the pinned packages (names, versions and hashes only, no addresses) from pyproject.toml.
set -eu
. "$(dirname "$0")/setup.sh"
make_environment "$here/packaging/pins-test.txt"
"$venv/bin/python" -m pip install --quiet pip-tools
cd "$here"
pin() {
    out=$1; shift
    "$venv/bin/python" -m piptools compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file "$out" "$@" pyproject.toml
}
# the kinds of a package that need a library, and what a workstation needs whose lab is on servers: else run.sh would open no such lab
pin packaging/pins.txt --extra build --extra cdisc --extra parquet --extra postgres --extra archive
pin packaging/pins-test.txt --extra build --extra test
