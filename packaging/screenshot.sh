#!/bin/sh
# sh packaging/screenshot.sh: renews packaging/pictures/*.png from the demo's tour, off screen, at 4/5 of their size; and one page of the
# document of a subject in its package, which poppler draws.
set -eu
. "$(dirname "$0")/setup.sh"
install_system_packages $qt_packages poppler-utils
make_environment "$here/packaging/pins.txt"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CORELAB_CONFIG="$work/settings" QT_QPA_PLATFORM=offscreen "$venv/bin/corelab" demo "$work/lab" --tour "$work/tour"
mkdir -p "$here/packaging/pictures"
set -- "$work"/tour/*/pdf/*.pdf
pdftoppm -r 96 -f 3 -l 3 -singlefile -png "$1" "$work/tour/subject"
QT_QPA_PLATFORM=offscreen "$venv/bin/python" - "$work/tour" "$here/packaging/pictures" reading pair adjudication monitoring intake pixels audit \
    subject <<'PYTHON'
import sys
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

source, target, *names = sys.argv[1:]
for name in names:
    picture = QImage(str(Path(source) / f"{name}.png")).convertToFormat(QImage.Format.Format_RGB888)
    room = QSize(1280, 800) if picture.width() > picture.height() else picture.size()  # a page of paper stays as it was drawn
    small = picture.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    path = Path(target) / f"{name}.png"
    if not small.save(str(path), "PNG", 0):
        sys.exit(f"{path} could not be written")
    print(f"{path}: {path.stat().st_size // 1024} KB")
PYTHON
