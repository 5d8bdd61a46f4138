#!/bin/sh
# sh packaging/validation.sh [OUT]: runs every test and writes requirement -> test -> result, with versions,
# to OUT/part11.csv and OUT/part11.pdf (default OUT: validation in the current folder).
set -eu
. "$(dirname "$0")/setup.sh"

out=${1:-validation}
mkdir -p "$out"
out=$(cd "$out" && pwd)
sh "$here/packaging/test.sh" "$here/tests" -n "${CORELAB_TEST_WORKERS:-2}" --dist loadfile --no-loadscope-reorder -q --p11-matrix "$out/part11.csv" || failed=$?
"$venv/bin/python" "$here/packaging/part11/printed.py" "$out/part11.csv" "$out/part11.pdf"
say "wrote $out/part11.csv and $out/part11.pdf"
exit "${failed:-0}"
