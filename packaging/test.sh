#!/bin/sh
# sh packaging/test.sh: sets everything up and runs every check: ruff, mypy, import contracts, the whole test suite.
# Arguments go to pytest instead of the whole suite: sh packaging/test.sh tests/unit
set -eu
. "$(dirname "$0")/setup.sh"

# Xvfb, xdotool and xwd (x11-apps) drive and grab a real window; dciodvfy (dicom3tools) judges the DICOM that is written, storescu (dcmtk)
# sends it, jpegtran (libjpeg-turbo-progs) is what masking a JPEG is compared with, minisign proves the signature of a package,
# openssl makes certificates for senders and servers, tesseract reads words in pictures, R reads the tables of a package. PostgreSQL and
# Orthanc with its DICOMweb plug-in are started by the tests themselves.
install_system_packages $qt_packages $window_packages xvfb xdotool x11-apps dicom3tools dcmtk libjpeg-turbo-progs minisign openssl \
    tesseract-ocr r-base-core r-cran-haven r-cran-jsonlite
install_servers postgresql orthanc orthanc-dicomweb
make_environment "$here/packaging/pins-test.txt"

cd "$here"
export QT_QPA_PLATFORM=offscreen
bin="$venv/bin"
if [ "$#" -gt 0 ]; then exec "$bin/python" -m pytest "$@"; fi

say "ruff";  "$bin/ruff" check . && "$bin/ruff" format --check .
say "mypy";  "$bin/mypy"
say "tests"; exec "$bin/python" -m pytest -n "${CORELAB_TEST_WORKERS:-2}" --dist loadfile --no-loadscope-reorder -rs
