#!/bin/sh
# sh packaging/intake.sh [--json] [--quick]: runs every hostile case and all real files through a lab of its own and prints the table:
# case, what, required end, end, code, words found (0); what is left of table E.1-1 of DICOM PS3.15; two published tools beside it.
# Takes some minutes; --quick leaves large real files out. Exit code 1 while a case is not as it must be.
set -eu
. "$(dirname "$0")/setup.sh"

install_system_packages $qt_packages
make_environment "$here/packaging/pins-test.txt"

cd "$here"
export QT_QPA_PLATFORM=offscreen
exec "$venv/bin/python" -m tests.acceptance.intake.table "$@"
