#!/bin/sh
# sh packaging/nightly.sh [FOLDER]: injects the full number of faults (kills, power cuts, failing and full disks, forged signatures,
# flipped bits, damaged texts, damaged deliveries) and prints the table: test, injected, acknowledged, lost (0), undetected (0).
# The same table goes as faults.csv and faults.txt into FOLDER, or into dist/; nightly.log tells how many of 1,000,000 damaged files ended
# in which way, how many crashes, hangs, escapes and breaches of a limit there were, and the memory of a delivery of 500 clips. Takes hours;
# mounting small disks needs root.
set -eu
. "$(dirname "$0")/setup.sh"

install_system_packages $qt_packages
make_environment "$here/packaging/pins-test.txt"

out=${1:-"$here/dist"}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$here"
export QT_QPA_PLATFORM=offscreen
status=0
"$venv/bin/python" -m pytest --nightly --faults "$out/faults.csv" -n "${CORELAB_TEST_WORKERS:-2}" -q tests/faults > "$out/nightly.log" 2>&1 || status=$?
"$venv/bin/python" -m tests.faults.figures "$out/faults.csv" | tee "$out/faults.txt"
grep -E "crashes|walked|MB after" "$out/nightly.log" || true
tail -n 1 "$out/nightly.log"
exit "$status"
