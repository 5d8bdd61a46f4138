#!/bin/sh
# sh packaging/judges.sh [--subjects N | --package PACKAGE] [--json]: what others say of a package, in one table: minisign, sha256sum,
# published schemas (ODM, Define-XML, Dataset-JSON, Data Package), dciodvfy and dsrdump, R, pandas and others that give back every cell.
# Without --package it is of a simulated trial (50 subjects: some minutes), exported twice. Exit code 1 where a judge finds a fault.
set -eu
. "$(dirname "$0")/setup.sh"

install_system_packages $qt_packages minisign dicom3tools dcmtk r-base-core r-cran-haven r-cran-jsonlite
make_environment "$here/packaging/pins-test.txt"

cd "$here"
export QT_QPA_PLATFORM=offscreen
exec "$venv/bin/python" -m tests.acceptance.judges.table "$@"
