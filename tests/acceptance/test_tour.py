"""The walk through the demo lab leaves a picture of every page and a package that verifies."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from corelab.services import packages
from corelab.ui.pages import PAGES

_PROGRAM = """
import sys
from pathlib import Path
from corelab import app
lab, out = map(Path, sys.argv[1:])
print(app.tour(lab, app.make_demo(lab, lambda *facts: None), out, lambda words: None).package)
"""


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of pictures, and the package; made by a process of its own, off screen."""
    folder = tmp_path_factory.mktemp("tour")
    environment = {**os.environ, "CORELAB_CONFIG": str(folder / "configuration"), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", _PROGRAM, str(folder / "lab"), str(folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return folder / "out", Path(done.stdout.strip())


def test_every_registered_page_has_its_picture(toured: tuple[Path, Path]) -> None:
    pictures = {path.stem for path in toured[0].glob("*.png")}
    assert {entry.name for entry in PAGES} <= pictures
    assert "sign_in" in pictures


def test_each_picture_is_a_full_window(toured: tuple[Path, Path]) -> None:
    for picture in toured[0].glob("*.png"):
        assert struct.unpack(">II", picture.read_bytes()[16:24]) == (1600, 1000), picture.name


def test_no_two_pictures_are_the_same(toured: tuple[Path, Path]) -> None:
    seen = [picture.read_bytes() for picture in toured[0].glob("*.png")]
    assert len(set(seen)) == len(seen)


def test_the_package_of_the_walk_verifies(toured: tuple[Path, Path]) -> None:
    assert packages.verify_package(toured[1]).ok
